"""The documents name files and tests that are there, and tell the reading order alike."""

import re
from pathlib import Path

import pytest

import dam

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"`((?:dam|workers|search|config|tests|docs)/[\w/.]+\.(?:py|md))`")
_TEST = re.compile(r"`(test_\w+)`")
_LINK = re.compile(r"\]\(([\w/.]+)\)")


@pytest.mark.parametrize(
    "name", ["README.md", "docs/architecture.md", "docs/api.md", "docs/search.md", "docs/channels.md"]
)
def test_every_file_that_a_document_names_is_there(name: str) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    named = {ROOT / each for each in _FILE.findall(text)} | {document.parent / each for each in _LINK.findall(text)}
    assert [str(each) for each in sorted(named) if not each.exists()] == []


def test_every_test_that_the_promises_name_is_there() -> None:
    there = set()
    for path in (ROOT / "tests").rglob("*.py"):
        there |= set(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")))
    named = set(_TEST.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    assert named
    assert named - there == set()


def test_the_reading_order_is_told_alike() -> None:
    told = re.findall(r"^\d\. ``([\w/.]+)``", dam.__doc__ or "", re.MULTILINE)
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert len(told) == 9
    assert told == re.findall(r"^\d\. \*\*`([\w/.]+)`\*\*", text, re.MULTILINE)

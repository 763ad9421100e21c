"""Logs carry no secret, in either form, from our own loggers or the libraries'."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from config.logging import configure

TOKEN = "dam_0123456789abcdefghijkl"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["lines", "json"])
def test_secrets_are_masked(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(form, "info")  # type: ignore[arg-type]
    structlog.get_logger("a").info("signed in", link="s3cret", password="s3cret", note=f"with {TOKEN}")
    logging.getLogger("b").warning("to %s with %s", "postgresql://u:s3cret@h/d", TOKEN)
    said = capsys.readouterr().err
    assert "signed in" in said
    assert "postgresql://u:" in said
    assert "s3cret" not in said
    assert TOKEN not in said


def test_a_secret_in_a_trace_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "info")
    try:
        int(f"refused {TOKEN}")
    except ValueError:
        structlog.get_logger("a").exception("failed")
    said = capsys.readouterr().err
    assert "ValueError" in json.loads(said)["exception"]
    assert TOKEN not in said


def test_what_is_below_the_level_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure("lines", "warning")
    structlog.get_logger("a").info("chatter")
    assert capsys.readouterr().err == ""

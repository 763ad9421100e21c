"""The demo's samples, and its verdict."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from dam.client import demo, pictures
from dam.client.demo import Proof
from dam.client.failure import Failure

GOOD = "ab" * 32


def test_the_samples_are_the_pictures_that_their_names_say(tmp_path: Path) -> None:
    made = pictures.save_all(tmp_path / "new")
    formats = {}
    for path in made:
        with Image.open(path) as picture:
            picture.load()
            formats[path.name] = (picture.format, picture.mode)
    assert formats["spring-hero.jpg"] == ("JPEG", "RGB")
    assert formats["autumn-banner.png"] == ("PNG", "RGB")
    assert formats["winter-teaser.webp"] == ("WEBP", "RGB")
    assert formats["emblem.png"] == ("PNG", "RGBA")
    assert len({hashlib.sha256(path.read_bytes()).digest() for path in made}) == len(made)


def test_proof_needs_the_word_and_the_disk() -> None:
    assert Proof("a.jpg", 2, GOOD, GOOD, "2026-11-22T12:00:00Z", "current").holds
    assert not Proof("a.jpg", 2, GOOD, "cd" * 32, "2026-11-22T12:00:00Z", "current").holds
    assert not Proof("a.jpg", 2, GOOD, GOOD, None, "verifying").holds
    assert not Proof("a.jpg", 2, None, None, None, "current").holds


@pytest.mark.parametrize("as_json", [False, True])
def test_a_place_that_differs_ends_with_a_failure(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Proof("a.jpg", 2, GOOD, "cd" * 32, "2026-11-22T12:00:00Z", "current")
    with pytest.raises(Failure) as failure:
        demo._report([wrong], Path("/somewhere"), as_json=as_json)
    assert failure.value.code == "not_proven"
    assert "cd" * 32 in capsys.readouterr().out


def test_what_is_read_is_read_from_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"here")
    assert demo._hash(tmp_path / "a") == hashlib.sha256(b"here").hexdigest()
    assert demo._hash(tmp_path / "missing") is None

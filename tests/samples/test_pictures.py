"""The sample files are the pictures that their catalogue says, and always the same ones."""

import hashlib
import io
import subprocess
import sys

import pytest
from PIL import Image

from dam.domain.media_types import HEAD_SIZE, sniff
from dam.samples import make
from dam.samples.catalogue import NAMED, SAMPLES

TRANSPARENT = {"logo.png", "logo-light.png", "emblem.png"}


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_sample_is_a_picture_of_its_type(name: str) -> None:
    data = make.encoded(name)
    assert len(data) < 1 << 20
    assert sniff(data[:HEAD_SIZE]).name == NAMED[name].media_type
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.mode == "RGBA") == (name in TRANSPARENT)
        assert len(picture.convert("RGB").reduce(8).getcolors(1 << 24) or ()) > 4


def test_another_process_makes_the_same_bytes() -> None:
    """Also after other pictures have been made, which use chance too."""
    make.encoded("banner-leaderboard.png")
    for name in ("banner-rectangle.png", "emblem.png"):
        alone = subprocess.run([sys.executable, "-m", "dam.samples.make", name], capture_output=True, check=True).stdout
        assert hashlib.sha256(alone).digest() == hashlib.sha256(make.encoded(name)).digest()


def test_a_second_version_replaces_a_first_one_that_is_another_picture() -> None:
    seconds = [each for each in SAMPLES if each.replaces is not None]
    assert len(seconds) >= 5
    for each in seconds:
        first = NAMED[each.replaces or ""]
        assert each.rationale
        assert first.replaces is None
        assert SAMPLES.index(first) < SAMPLES.index(each)
    assert make.encoded("banner-rectangle.png") != make.encoded("banner-rectangle-summer.png")


def test_the_catalogue_is_what_is_made() -> None:
    assert len(SAMPLES) == len(NAMED) >= 30
    assert set(make._PICTURES) == set(NAMED)
    assert all(each.title and each.tags and each.campaigns and each.description and each.alt for each in SAMPLES)

"""The shelf: made once, kept whole, refused with a code; and the web server never loads Pillow for it."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from dam.domain.errors import NotFound, StorageFull, Unavailable
from dam.samples import shelf
from dam.samples.shelf import Shelf

NAME = "emblem.png"


def test_what_was_made_is_kept_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Shelf(tmp_path / "samples")
    assert kept.size(NAME) is None
    data = kept.take(NAME)
    assert kept.size(NAME) == len(data)
    assert Image.open(io.BytesIO(data)).size == (640, 640)
    monkeypatch.setattr(shelf, "_PROGRAM", "dam.samples.nothing")
    assert kept.take(NAME) == data
    assert [each.name for each in (tmp_path / "samples").iterdir()] == [NAME]


def test_without_a_folder_nothing_is_kept() -> None:
    nowhere = Shelf(None)
    assert nowhere.take(NAME).startswith(b"\x89PNG")
    assert nowhere.size(NAME) is None


def test_one_that_could_not_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_PROGRAM", "dam.samples.nothing")
    for each in (Shelf(tmp_path / "samples"), Shelf(None)):
        with pytest.raises(Unavailable) as failed:
            each.take(NAME)
        assert failed.value.code == "sample_failed"
    assert list((tmp_path / "samples").iterdir()) == []


def test_one_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_PATIENCE_S", 0.001)
    with pytest.raises(Unavailable) as failed:
        Shelf(tmp_path / "samples").take(NAME)
    assert failed.value.code == "sample_failed"
    assert list((tmp_path / "samples").iterdir()) == []


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("secret")
    for name in ("../secret.key", "secret.key", "", "emblem.PNG"):
        with pytest.raises(NotFound):
            Shelf(tmp_path / "samples").take(name)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "samples").write_text("a file")
    with pytest.raises(StorageFull):
        Shelf(tmp_path / "samples" / "below").take(NAME)


def test_the_web_application_does_not_load_pillow() -> None:
    program = "import sys, dam.api.app; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

"""The demo's samples, and its verdict."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dam.client import demo
from dam.client.demo import Proof
from dam.client.failure import Failure
from dam.samples import make
from dam.samples.catalogue import NAMED

GOOD = "ab" * 32


def test_the_samples_can_be_had_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "SAMPLES", [NAMED["emblem.png"], NAMED["logo.png"]])
    done = CliRunner().invoke(demo.demo, ["--samples", str(tmp_path / "new"), "--json"])
    assert json.loads(done.output) == [str(tmp_path / "new" / name) for name in ("emblem.png", "logo.png")]
    for name in ("emblem.png", "logo.png"):
        assert (tmp_path / "new" / name).read_bytes() == make.encoded(name)


def test_the_story_is_told_with_samples_that_there_are() -> None:
    assert set(demo.SHOWN) <= set(NAMED)
    assert NAMED[demo.EVENING].replaces == demo.HERO


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

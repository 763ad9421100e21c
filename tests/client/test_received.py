"""Bytes on their way in, and names from outside."""

import base64
import hashlib
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from dam.client.received import safe_name
from tests.client.conftest import Fake

Dam = Callable[..., Result]
ID = "01a200a7-8d6e-7302-b69d-ce4e93365614"
CONTENT = b"the approved bytes" * 9000


def _digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def _serve(fake: Fake, *, sent: bytes = CONTENT, header: str | None = None, filename: str = "hero.jpg") -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    version = {
        "asset_id": ID,
        "number": 1,
        "status": "approved",
        "filename": filename,
        "sha256": sha256,
        "renditions": [],
    }
    fake.on("GET", f"/assets/{ID}", {"id": ID, "title": "Hero", "approved": {"number": 1}, "latest": {"number": 1}})
    fake.on("GET", f"/assets/{ID}/approved", version)
    headers = {"Content-Digest": _digest(CONTENT) if header is None else header}
    fake.bytes_at(f"/assets/{ID}/versions/1/content", sent, headers)


def test_what_is_verified_gets_its_name(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    _serve(fake)
    assert dam("get", ID).exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["hero.jpg"]
    assert (tmp_path / "hero.jpg").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("sent", "header", "code"),
    [
        (CONTENT[:-1] + b"X", None, "digest_differs"),
        (CONTENT[:-1], None, "digest_differs"),
        (b"other", _digest(b"other"), "digest_differs"),
        (CONTENT, "", "digest_missing"),
        (CONTENT, "md5=:abcd:", "digest_missing"),
        (CONTENT, "sha-256=:AAAA:", "digest_missing"),
    ],
)
@pytest.mark.parametrize("output", [(), ("-o", "mine.jpg"), ("-o", "-")])
def test_what_is_not_verified_leaves_nothing(
    fake: Fake, dam: Dam, tmp_path: Path, sent: bytes, header: str | None, code: str, output: tuple[str, ...]
) -> None:
    _serve(fake, sent=sent, header=header)
    result = dam("get", ID, *output)
    assert (result.exit_code, result.stdout_bytes) == (1, b"")
    assert f"({code})" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_stays_whole_when_the_new_bytes_are_wrong(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    (tmp_path / "mine.jpg").write_bytes(b"old")
    _serve(fake, sent=b"other")
    dam("get", ID, "-o", "mine.jpg")
    assert (tmp_path / "mine.jpg").read_bytes() == b"old"


def test_a_name_from_the_service_never_overwrites_a_file(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    (tmp_path / "hero.jpg").write_bytes(b"mine")
    _serve(fake)
    assert "(file_exists)" in dam("get", ID).stderr
    assert (tmp_path / "hero.jpg").read_bytes() == b"mine"


def test_a_name_from_the_service_stays_in_the_folder(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    _serve(fake, filename="../../.ssh/\x1b[2Jauthorized_keys")
    assert dam("get", ID).exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["[2Jauthorized_keys"]


@given(st.text(max_size=400))
def test_no_name_leads_out_hides_or_controls(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name
    assert not safe.startswith((".", "-"))
    assert "\\" not in safe
    assert 0 < len(safe.encode()) <= 200
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in safe)

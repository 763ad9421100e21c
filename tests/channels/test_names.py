"""Which remote names are taken, and that no other reach the file system."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.channels import names
from dam.ports.channel import InvalidRemote

REFUSED = {
    "empty": "",
    "absolute": "/etc/passwd",
    "double slash": "//host/share",
    "parent": "..",
    "parent within": "a/../../b",
    "here": "a/./b",
    "empty part": "a//b",
    "trailing slash": "a/",
    "NUL": "a\0.jpg",
    "newline": "a\n.jpg",
    "escape": "a\x1b[31m",
    "delete": "a\x7f",
    "C1 control": "a\x85",
    "line separator": "a\u2028b",
    "lone surrogate": "a\udc80",
    "right to left override": "gpj.\u202eexe",
    "isolate": "a\u2066b",
    "mark": "a\u200fb",
    "backslash": "a\\..\\b",
    "long part": "a" * 256,
    "long part in bytes": "ä" * 128,
    "long whole": "/".join(["a" * 200] * 6),
    "reserved": ".dam-channel-1",
    "reserved in other case": "a/.DAM-x.tmp",
    "decomposed": "a\u0308.jpg",
    "dropped dot": "a./b",
    "dropped space": "a ",
    "three dots": "...",
}


@pytest.mark.parametrize("remote", REFUSED.values(), ids=REFUSED.keys())
def test_refused(remote: str) -> None:
    with pytest.raises(InvalidRemote) as refused:
        names.split(remote)
    assert refused.value.code == "invalid_remote"
    assert refused.value.permanent


@pytest.mark.parametrize(
    "remote", ["a", ".htaccess", "a/b/c.d", "ä/日本.png", "a b", "👩\u200d👧.png", "~", "a:b", "-rf", "a" * 255]
)
def test_taken(remote: str) -> None:
    assert "/".join(names.split(remote)) == remote


@given(st.text(st.sampled_from("a./\\ \0\u202eä\u0308-dm"), max_size=12) | st.text(max_size=300))
def test_whatever_is_taken_stays_below(remote: str) -> None:
    try:
        parts = names.split(remote)
    except InvalidRemote:
        return
    assert "/".join(parts) == remote == unicodedata.normalize("NFC", remote)
    assert not {"", ".", ".."} & set(parts)
    assert not any("/" in part or "\0" in part or len(part.encode()) > 255 for part in parts)
    assert len(remote.encode()) <= 1024

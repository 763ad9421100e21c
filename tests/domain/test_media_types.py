"""A type is what the first bytes say, whatever else is in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.domain import media_types
from dam.domain.media_types import JPEG, OTHER, PNG, WEBP, MediaType, sniff

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_WEBP = b"RIFF\x24\0\0\0WEBP"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (_PNG + b"\0\0\0\rIHDR", PNG),
        (_JPEG + b"\xe0\0\x10JFIF", JPEG),
        (_WEBP + b"VP8 ", WEBP),
        (b"", OTHER),
        (_PNG[:-1], OTHER),
        (_JPEG[:2], OTHER),
        (b"RIFF\x24\0\0\0WAVE", OTHER),
        (b"RIFF\x24\0\0\0WEBM", OTHER),
        (b"RIFX\x24\0\0\0WEBP", OTHER),
        (b"RIFF", OTHER),
        (b"\n" + _PNG, OTHER),
        (b" " + _JPEG, OTHER),
        (b"\x89png\r\n\x1a\n", OTHER),
        (b"GIF89a", OTHER),
        (b"%PDF-1.7", OTHER),
        (b"PK\x03\x04", OTHER),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", OTHER),
        (b"#EXTM3U\n", OTHER),
        (b"<!doctype html><script>", OTHER),
    ],
)
def test_sniff(head: bytes, found: MediaType) -> None:
    assert sniff(head) is found


@pytest.mark.parametrize("inside", [b"<script>alert(1)</script>", b"PK\x03\x04", b"%PDF-1.7", _JPEG, _WEBP, b"#EXTM3U"])
@pytest.mark.parametrize(("start", "found"), [(_PNG, PNG), (_JPEG, JPEG), (_WEBP, WEBP)])
def test_a_polyglot_is_what_its_first_bytes_say(start: bytes, found: MediaType, inside: bytes) -> None:
    assert sniff(start + inside) is found


@given(st.binary(max_size=2 * media_types.HEAD_SIZE))
def test_the_head_is_enough(data: bytes) -> None:
    assert sniff(data) is sniff(data[: media_types.HEAD_SIZE])


@given(st.binary(max_size=80))
def test_what_is_not_on_the_list_is_never_decoded(data: bytes) -> None:
    found = sniff(data)
    assert (found is OTHER) == (found.name not in media_types.DECODED)
    assert (found.kind == "image") == (found is not OTHER)

"""A type is what the first bytes say, whatever else is in the file."""

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dam.domain import media_types
from dam.domain.media_types import (
    AVIF,
    DNG,
    HEAD_SIZE,
    HEIC,
    JPEG,
    MATROSKA,
    MP4,
    OTHER,
    PDF,
    PNG,
    PSD,
    QUICKTIME,
    RAW,
    SVG,
    TEXT,
    TIFF,
    WEBM,
    WEBP,
    ZIP,
    MediaType,
    sniff,
)

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_WEBP = b"RIFF\x24\0\0\0WEBP"
STARTS = [b"", _PNG, b"II*\0", b"MM\0*\0\0\0\x08", b"\0\0\0\x20ftyp"]
STARTS += [b"<?xml ", b"<!DOCTYPE svg [", b"BM", b"\0\0\1\0\1\0"]
KEPT = [each for each in media_types.ALL.values() if each.route is None]


def tiff_head(tags: Mapping[int, int], order: str = "<") -> bytes:
    """A TIFF file's header and first directory."""
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in tags.items())
    start = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return start + struct.pack(order + "H", len(tags)) + entries + bytes(4)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (_PNG + b"\0\0\0\rIHDR", PNG),
        (_JPEG + b"\xe0\0\x10JFIF", JPEG),
        (_WEBP + b"VP8 ", WEBP),
        (b"", OTHER),
        (_PNG[:-1], OTHER),
        (_JPEG[:2], OTHER),
        (b"RIFF\x24\0\0\0WEBM", OTHER),
        (b"RIFX\x24\0\0\0WEBP", OTHER),
        (b"\n" + _PNG, OTHER),
        (b" " + _JPEG, OTHER),
        (b"\x89png\r\n\x1a\n", OTHER),
        (b"GIF88a", TEXT),
        (b"BM, said the car\0", OTHER),
        (b"\0\0\1\0\0\0" + bytes(40), OTHER),
        (b"<!doctype html><script>", OTHER),
        (b"<html xmlns:svg='http://www.w3.org/2000/svg'><svg></svg>", OTHER),
        (b"<?xml version='1.0'?><rss/>", OTHER),
        (b"<!-- never ends <svg>", OTHER),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", HEIC),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", HEIC),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", MP4),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", QUICKTIME),
        (b"\0\0\0\x08wide\0\0\0\0mdat", QUICKTIME),
        (b"\xff\xff\xff\xffftypisom", MP4),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", WEBM),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", MATROSKA),
        (b"%PDF-1.7\n", PDF),
        (b"\xef\xbb\xbf%PDF-1.4\n", PDF),
        (b"a line of a spooler\n%PDF-1.4\n", PDF),
        (b"I know of %PDF-1.4", TEXT),
        (b"8BPS\0\1" + bytes(20), PSD),
        (b"8BPS\0\2" + bytes(20), PSD),
        (b"8BPS\0\3" + bytes(20), OTHER),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", SVG),
        (b"<svg/>", SVG),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <html> -->\n<!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg\nwidth='1'>", SVG),
        (b"<!DOCTYPE svg [<!ENTITY a '<b>'> ]  ><svg:svg xmlns:svg='x'>", SVG),
        (b"#EXTM3U\n", TEXT),
        ("Grüße".encode(), TEXT),
        (("ü" * HEAD_SIZE).encode(), TEXT),
        (("x" + "ü" * HEAD_SIZE).encode(), TEXT),
        ("Grüße".encode("latin-1"), TEXT),
        ("größer".encode("cp1252") * HEAD_SIZE, TEXT),
        ("привет".encode("cp1251"), OTHER),
        (b"a\x81b", OTHER),
        (b"words\0words", OTHER),
        (b"\xff\xfeG\0", TEXT),
        (b"\xfe\xff\0G", TEXT),
        (b"\xff\xfe" + ("x😀" * HEAD_SIZE).encode("utf-16-le"), TEXT),
        (b"\xff\xfe" + ("😀" * HEAD_SIZE).encode("utf-16-le"), TEXT),
        (b"\xff\xfe", OTHER),
        (b"\xff\xfe\0\0G\0\0\0", OTHER),
        ("\ufeff <html>".encode("utf-16-le"), OTHER),
        (b"\xef\xbb\xbf<html>", OTHER),
        (b"\xef\xbb\xbf", OTHER),
        (b"PK\x03\x04", ZIP),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument",
        ),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/vnd.wave"),
        (b"\xff\xfb\x90\x64" + bytes(9), "audio/mpeg"),
        (b"\xff\xff\xff\xff" + bytes(9), OTHER),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "application/postscript"),
        (b"G" + (b"\0" * 187 + b"G") * 4, "video/mp2t"),
        (b"\0\1\0\0\0\x0f\0\x80\0\3\0\x70GSUB", "font/ttf"),
        (tiff_head({50706: 0x0401}), DNG),
        (tiff_head({254: 1, 271: 8, 330: 8}), RAW),
        (tiff_head({254: 0, 271: 8, 330: 8}), TIFF),
        (tiff_head({256: 9}, ">"), TIFF),
        (b"II*\0\xff\xff\xff\xff", TIFF),
        (b"II*\0\x08\0\0\0\xff\xff", TIFF),
        (b"II+\0\x08\0\0\0" + bytes(8), TIFF),
        (b"II*\0\x10\0\0\0CR\2\0", RAW),
    ],
)
def test_sniff(head: bytes, found: MediaType | str) -> None:
    assert sniff(head) is (media_types.named(found) if isinstance(found, str) else found)


@pytest.mark.parametrize("inside", [b"<script>alert(1)</script>", b"PK\x03\x04", b"%PDF-1.7", _JPEG, _WEBP, b"#EXTM3U"])
@pytest.mark.parametrize(("start", "found"), [(_PNG, PNG), (_JPEG, JPEG), (_WEBP, WEBP)])
def test_a_polyglot_is_what_its_first_bytes_say(start: bytes, found: MediaType, inside: bytes) -> None:
    assert sniff(start + inside) is found


@settings(max_examples=200)
@given(st.sampled_from(STARTS), st.binary(max_size=300), st.integers(0, 2 * HEAD_SIZE))
def test_the_head_is_enough_and_nothing_in_it_breaks_us(start: bytes, middle: bytes, spare: int) -> None:
    data = start + middle + b"<" * spare
    assert sniff(data) is sniff(data[: media_types.HEAD_SIZE])


@given(st.binary(max_size=80))
def test_what_is_not_on_the_list_is_never_decoded(data: bytes) -> None:
    found = sniff(data)
    assert (found.route is not None) == (found.name in media_types.DECODED)
    assert media_types.named(found.name) is found


def test_each_type_is_on_the_list_once_by_its_name() -> None:
    found = {each.name: each for _, each in media_types.TABLE}
    assert all(found[each.name] is each for _, each in media_types.TABLE)
    assert set(found) < set(media_types.ALL)
    assert media_types.named("image/of-a-later-version") is OTHER


@pytest.mark.parametrize("each", KEPT, ids=lambda each: each.name)
def test_what_is_not_shown_says_so_and_what_to_do(each: MediaType) -> None:
    assert each.reason.startswith(each.title)
    assert each.reason.endswith(".")
    assert any(word in each.reason for word in ("Supply", "supply", "Unpack"))

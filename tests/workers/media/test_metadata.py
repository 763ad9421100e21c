"""What is read of that which is written in files; what is hostile costs itself and nothing else."""

import hashlib
import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus import canon, photoshop, written
from tests.corpus.written import FULL_FIELDS, FULL_XMP, PLACE, UTF8, iim, simple, xmp
from tests.workers.media import generate
from workers.media import images, metadata
from workers.media.claims import is_metadata
from workers.media.plan import MOST_METADATA, Spec

MEMORY = 512 * 1024 * 1024


def read(data: bytes, format_: str = "JPEG") -> dict[str, Any]:
    found = metadata.read(io.BytesIO(data), format_)
    assert is_metadata(json.loads(json.dumps(found)))
    return found


def values(found: dict[str, Any], source: str) -> dict[str, str]:
    """The fields, which all have this source."""
    fields = found.get("fields", {})
    assert {each["source"] for each in fields.values()} <= {source}
    return {name: each["value"] for name, each in fields.items()}


CARRIERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "JPEG": ("JPEG", lambda packet: written.jpeg(xmp_block=packet)),
    "PNG": ("PNG", lambda packet: written.png(xmp_block=packet)),
    "PNG packed": ("PNG", lambda packet: written.png(xmp_block=packet, packed=True)),
    "WebP": ("WEBP", lambda packet: written.webp(xmp_block=packet)),
    "TIFF": ("TIFF", lambda packet: written.tiff(xmp_block=packet)),
    "PSD": ("PSD", lambda packet: photoshop.written(written.resources(xmp_block=packet))),
    "PDF": ("PDF", written.pdf),
    "HEIC": ("HEIF", lambda packet: written.heic(xmp_block=packet)),
    "AVIF": ("AVIF", lambda packet: written.avif(xmp_block=packet)),
    "MP4": ("MOV", lambda packet: written.mp4(xmp_block=packet)),
    "QuickTime": ("MOV", written.quicktime),
    "M4A": ("M4A", lambda packet: written.m4a(xmp_block=packet)),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_xmp_is_found_in_each_container(carrier: str) -> None:
    format_, put = CARRIERS[carrier]
    found = read(put(FULL_XMP), format_)
    assert values(found, "xmp") == FULL_FIELDS
    assert found["keywords"] == {"values": ["tulips", "Frühling"], "source": "xmp"}
    assert read(put(b""), format_) == {}


IPTC = iim(
    UTF8,
    (2, 25, "Frühling".encode()),
    (2, 25, b"web"),
    (2, 37, b"20270131"),
    (2, 38, b"120000+0100"),
    (2, 80, b"Ada"),
    (2, 110, b"Agency"),
    (2, 116, "© Studio".encode()),
)


@pytest.mark.parametrize(
    ("format_", "data"),
    [
        ("JPEG", written.jpeg(irb=written.resources(IPTC))),
        ("TIFF", written.tiff(iptc_block=IPTC)),
        ("PSD", photoshop.written(written.resources(IPTC))),
    ],
)
def test_iptc_is_found_in_each_container(format_: str, data: bytes) -> None:
    found = read(data, format_)
    told = {"creator": "Ada", "credit": "Agency", "rights": "© Studio", "expiry": "2027-01-31T12:00:00+01:00"}
    assert values(found, "iptc") == told
    assert found["keywords"] == {"values": ["Frühling", "web"], "source": "iptc"}


@pytest.mark.parametrize(
    ("block", "seen"),
    [
        (iim(UTF8, (2, 80, "Zoë".encode())), "Zoë"),
        (iim((2, 80, "Zoë".encode())), "Zoë"),
        (iim((2, 80, "Zoë".encode("latin-1"))), "Zoë"),
        (iim(UTF8, (2, 80, "Zoë".encode("latin-1"))), "Zoë"),
        (iim((1, 90, b"\x1b.A"), (2, 80, "Ã«".encode("latin-1"))), "Ã«"),
        (iim((2, 80, "a\u202eb\x07c".encode())), "a b c"),
    ],
)
def test_characters_are_those_that_the_block_says_else_utf_8_else_latin_1(block: bytes, seen: str) -> None:
    assert values(read(written.jpeg(irb=written.resources(block))), "iptc") == {"creator": seen}


@pytest.mark.parametrize(
    ("format_", "put"),
    [
        ("JPEG", lambda block: written.jpeg(exif_block=block)),
        ("PNG", lambda block: written.png(exif_block=block)),
        ("WEBP", lambda block: written.webp(exif_block=block)),
        ("PSD", lambda block: photoshop.written(written.resources(exif_block=block))),
        ("HEIF", lambda block: written.heic(exif_block=block)),
        ("AVIF", lambda block: written.avif(exif_block=block)),
    ],
)
def test_exif_is_found_in_each_container(format_: str, put: Callable[[bytes], bytes]) -> None:
    block = written.exif(artist="Ada", rights="Photo Ada\0Edit Grace", place=PLACE)
    found = read(put(block), format_)
    assert values(found, "exif") == {"creator": "Ada", "rights": "Photo Ada, Edit Grace"}
    place = found["location"]
    assert (place["latitude"], place["longitude"]) == pytest.approx(PLACE, abs=1e-5)
    assert place["source"] == "exif"


def test_a_tiff_file_is_its_own_exif() -> None:
    assert values(read(written.tiff(artist="Ada"), "TIFF"), "exif") == {"creator": "Ada"}


def test_south_and_west_are_negative_in_exif_and_in_xmp() -> None:
    found = read(written.jpeg(exif_block=written.exif(place=(-33.8568, -151.2153))))
    assert (found["location"]["latitude"], found["location"]["longitude"]) == pytest.approx((-33.8568, -151.2153))
    packet = xmp(simple("exif:GPSLatitude", "33,51.408S") + simple("exif:GPSLongitude", "151,12,55W"))
    place = read(written.jpeg(xmp_block=packet))["location"]
    assert (place["latitude"], place["longitude"], place["source"]) == (-33.8568, -151.215278, "xmp")


RIGHTS_XMP = xmp(written.spoken("dc:rights", {"x-default": "by XMP"}))
RIGHTS_IPTC = iim((2, 116, b"by IPTC"))


@pytest.mark.parametrize(
    ("exif_block", "digest", "packet", "seen"),
    [
        (written.exif(rights="by EXIF"), b"", RIGHTS_XMP, ("by EXIF", "exif")),
        (written.exif(rights="  "), b"", RIGHTS_XMP, ("by XMP", "xmp")),
        (b"", b"", RIGHTS_XMP, ("by XMP", "xmp")),
        (b"", written.md5(RIGHTS_IPTC), RIGHTS_XMP, ("by XMP", "xmp")),
        (b"", written.md5(b"as it was"), RIGHTS_XMP, ("by IPTC", "iptc")),
        (b"", b"", xmp(), ("by IPTC", "iptc")),
        (b"", b"", b"<broken", ("by IPTC", "iptc")),
    ],
)
def test_of_several_the_one_that_was_changed_last_is_believed(
    exif_block: bytes, digest: bytes, packet: bytes, seen: tuple[str, str]
) -> None:
    irb = written.resources(RIGHTS_IPTC, digest=digest)
    found = read(written.jpeg(exif_block=exif_block, irb=irb, xmp_block=packet))
    assert (found["fields"]["rights"]["value"], found["fields"]["rights"]["source"]) == seen


@pytest.mark.parametrize(
    ("format_", "put"),
    [
        ("JPEG", written.jpeg),
        ("PNG", written.png),
        ("WEBP", written.webp),
        ("TIFF", written.tiff),
        ("HEIF", written.heic),
        ("AVIF", written.avif),
        ("MOV", written.mp4),
        ("M4A", written.m4a),
    ],
)
def test_a_c2pa_manifest_is_seen_in_each_container(format_: str, put: Callable[..., bytes]) -> None:
    assert read(put(c2pa=True), format_) == {"c2pa": True}
    assert read(put(), format_) == {}


def test_other_boxes_are_no_manifest() -> None:
    other = written.C2PA_BOX.replace(b"c2pa", b"json")
    assert read(written.jpeg(more=written.segment(0xEB, b"JP\0\1\0\0\0\1" + other))) == {}


def test_of_several_packets_in_a_pdf_that_of_the_document_counts() -> None:
    whole = xmp(simple("dc:format", "application/pdf") + simple("photoshop:Credit", "of the document"))
    inside = xmp(simple("photoshop:Credit", "of a picture"))
    assert values(read(written.pdf(whole, inside), "PDF"), "xmp") == {"credit": "of the document"}
    assert read(written.pdf(inside, xmp(simple("photoshop:Credit", "of another"))), "PDF") == {}


BILLION = (
    "<!DOCTYPE x [<!ENTITY a 'lol'>"
    + "".join(f"<!ENTITY {chr(98 + at)} '{f'&{chr(97 + at)};' * 10}'>" for at in range(9))
    + "]>"
)
EXTERNAL = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
DEEP = "<dc:rights>" * 5000 + "</dc:rights>" * 5000
CREDIT = simple("photoshop:Credit", "Agency")


def packet(data: bytes) -> tuple[str, bytes]:
    return "JPEG", written.jpeg(xmp_block=data)


def large(data: bytes, *, packed: bool = False) -> tuple[str, bytes]:
    """In a PNG file, whose blocks may be larger than JPEG's."""
    return "PNG", written.png(xmp_block=data, packed=packed)


def resources(data: bytes) -> tuple[str, bytes]:
    return "JPEG", written.jpeg(irb=data)


def tag(number: int, kind: int, count: int, held: bytes) -> tuple[str, bytes]:
    return exif(written.big_endian_exif((number, kind, count, held)))


def exif(data: bytes) -> tuple[str, bytes]:
    return "JPEG", written.jpeg(exif_block=data)


def entity(name: str, doctype: str) -> tuple[str, bytes]:
    return packet(xmp(f"<photoshop:Credit>&{name};</photoshop:Credit>", doctype=doctype))


def place(latitude: str) -> bytes:
    return xmp(simple("exif:GPSLatitude", latitude) + simple("exif:GPSLongitude", "1,0E"))


HOSTILE: dict[str, tuple[str, bytes]] = {
    "a billion laughs": entity("j", BILLION),
    "a file by an entity": entity("a", EXTERNAL),
    "a type elsewhere": packet(xmp(CREDIT, doctype='<!DOCTYPE x SYSTEM "http://127.0.0.1/x">')),
    "a type that declares nothing": packet(xmp(CREDIT, doctype="<!DOCTYPE x>")),
    "XMP as deep as it goes": large(xmp(DEEP + CREDIT)),
    "XMP of many elements": large(xmp(CREDIT + "<dc:x/>" * 30_000)),
    "XMP of two megabytes": large(xmp(simple("photoshop:Credit", "x" * 2_000_000))),
    "XMP that unpacks to more": large(xmp(CREDIT) + b" " * 3_000_000 + b"<", packed=True),
    "XMP that breaks off": packet(xmp(CREDIT)[:-60]),
    "XMP of an unknown encoding": packet(b'<?xml version="1.0" encoding="x-nothing"?>' + xmp(CREDIT)),
    "XMP that is none": packet(b"\0\xff" * 500),
    "IPTC that breaks off": resources(written.resources(b"\x1c\x02\x50\x7f\xff")),
    "IPTC of an extended length": resources(written.resources(b"\x1c\x02\x50\x80\x04\xff\xff\xff\xff")),
    "resources of a wrong length": resources(b"8BIM\4\4\0\0\xff\xff\xff\xffab"),
    "resources that break off": resources(b"8BIM\4"),
    "EXIF that points to itself": tag(0x8825, 4, 1, b"\0\0\0\x08"),
    "EXIF that points outside": tag(0x8825, 4, 1, b"\xff" * 4),
    "EXIF text of four gigabytes": tag(0x013B, 2, 2**32 - 1, b"\0\0\0\x08"),
    "EXIF text that is outside": tag(0x013B, 2, 100, b"\x7f\0\0\0"),
    "EXIF of tags without end": exif(b"MM\0*\0\0\0\x08\xff\xff" + b"\x01\x3b\0\2" * 3),
    "a place of so many zeroths": exif(written.exif(place=PLACE).replace(b"\0\0\0\1", b"\0\0\0\0")),
    "a place that is none": packet(place("99,0N")),
    "a date that is none": packet(xmp(simple("plus:LicenseEndDate", "2027-02-31"))),
    "a packet that never ends": ("PDF", written.pdf(b"<?xpacket begin=" * 50_000)),
    "a chunk of a wrong length": ("PNG", written.png()[:-12] + b"\xff\xff\xff\xffeXIfMM"),
    "a film with XMP of two megabytes": (
        "MOV",
        written.mp4(xmp_block=xmp(simple("photoshop:Credit", "x" * 2_000_000))),
    ),
    "a film of boxes without end": ("MOV", written.mp4() + b"\0\0\0\x08free" * 50_000 + written.MANIFEST),
    "a film whose XMP is outside": ("MOV", written.mp4() + b"\x7f\xff\xff\xffuuid" + canon.XMP_BOX + xmp(CREDIT)),
    "a box too short for its type": ("MOV", written.mp4() + b"\0\0\0\x10uuid" + canon.XMP_BOX[:8]),
    "a TIFF of a place outside": ("TIFF", b"II*\0\xff\xff\xff\xff"),
    "an empty file": ("JPEG", b""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_hostile_is_not_read(case: str) -> None:
    format_, data = HOSTILE[case]
    assert read(data, format_) == {}


def test_what_stands_before_the_hostile_block_is_kept() -> None:
    bomb = xmp("<photoshop:Credit>&j;</photoshop:Credit>", doctype=BILLION)
    found = read(written.jpeg(exif_block=written.exif(artist="Ada"), xmp_block=bomb, c2pa=True))
    assert values(found, "exif") == {"creator": "Ada"}
    assert found["c2pa"] is True


def test_a_block_that_can_not_be_unpacked_costs_itself_only() -> None:
    broken = written.png(exif_block=written.exif(artist="Ada"), xmp_block=FULL_XMP, packed=True)
    packed = zlib.compress(FULL_XMP)
    assert values(read(broken.replace(packed, b"\xff" * len(packed)), "PNG"), "exif") == {"creator": "Ada"}


def test_a_long_text_is_cut_and_words_are_counted() -> None:
    packet = xmp(
        simple("photoshop:Credit", "é" * 5000)
        + written.listed("dc:subject", [f"{at} " + "x" * 200 for at in range(500)])
    )
    found = read(
        written.jpeg(xmp_block=packet[:60_000]) if len(packet) < 60_000 else written.png(xmp_block=packet), "PNG"
    )
    assert found["fields"]["credit"]["value"] == "é" * 1000
    assert len(found["keywords"]["values"]) <= 100
    assert {len(each) for each in found["keywords"]["values"]} == {100}


def test_what_is_told_fits_into_a_report_whatever_is_written() -> None:
    wide = "\U0001f337" * 1000
    names = ("Iptc4xmpCore:AltTextAccessibility", "dc:rights", "dc:creator", "photoshop:Credit")
    packet = xmp(
        "".join(simple(name, wide) for name in names)
        + written.listed("dc:subject", [f"{at}🌷" * 30 for at in range(99)])
    )
    found = read(written.png(xmp_block=packet), "PNG")
    assert len(json.dumps(found)) <= MOST_METADATA
    assert found["fields"]
    assert "keywords" not in found


EXIF = written.exif(artist="A", place=PLACE)
WHOLE = {
    "JPEG": written.jpeg(exif_block=EXIF, irb=written.resources(IPTC), xmp_block=FULL_XMP),
    "PNG": written.png(exif_block=EXIF, xmp_block=FULL_XMP, packed=True),
    "WEBP": written.webp(exif_block=EXIF, xmp_block=FULL_XMP),
    "TIFF": written.tiff(iptc_block=IPTC, xmp_block=FULL_XMP, artist="A"),
    "PSD": photoshop.written(written.resources(IPTC, xmp_block=FULL_XMP)),
    "PDF": written.pdf(FULL_XMP),
    "HEIF": written.heic(exif_block=EXIF, xmp_block=FULL_XMP, c2pa=True),
    "AVIF": written.avif(exif_block=EXIF, xmp_block=FULL_XMP, c2pa=True),
    "MOV": written.quicktime(FULL_XMP) + written.MANIFEST,
    "M4A": written.m4a(xmp_block=FULL_XMP, c2pa=True),
}


@settings(max_examples=100)
@given(st.sampled_from(list(WHOLE)), st.data())
def test_no_damage_raises_anything(format_: str, data: st.DataObject) -> None:
    whole = bytearray(WHOLE[format_])
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(whole[: data.draw(st.integers(0, len(whole)))]), format_)


BEARERS = {
    "JPEG": written.jpeg,
    "PNG": written.png,
    "WEBP": written.webp,
    "HEIF": written.heic,
    "AVIF": written.avif,
}


@pytest.mark.parametrize(("format_", "put"), BEARERS.items())
def test_nothing_of_it_is_in_a_rendition(format_: str, put: Callable[..., bytes]) -> None:
    """Neither place, nor people, nor a manifest that would no longer hold."""
    data = put(exif_block=written.exif(artist="SECRETADA", place=PLACE), xmp_block=FULL_XMP, c2pa=True)
    sink = io.BytesIO()
    report = images.render(io.BytesIO(data), format_, [Spec("a", 64)], [sink], MEMORY)
    found: Any = report["metadata"]
    assert found["location"]["source"] == "exif"
    assert found["c2pa"] is True
    assert [name for name, _ in _chunks(sink.getvalue())] in (["VP8 "], ["VP8L"])


def test_what_is_written_in_a_film_is_told_with_its_poster() -> None:
    film = written.mp4(xmp_block=FULL_XMP, c2pa=True)
    report = images.render(io.BytesIO(film), "MOV", [Spec("a", 64)], [io.BytesIO()], MEMORY)
    found: Any = report["metadata"]
    assert FULL_FIELDS.items() <= values(found, "xmp").items()
    assert found["c2pa"] is True


def _chunks(data: bytes) -> list[tuple[str, bytes]]:
    found, at = [], 12
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 4)[0]
        found.append((data[at : at + 4].decode(), data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def test_the_original_is_only_read() -> None:
    data = written.jpeg(exif_block=written.exif(place=PLACE), xmp_block=FULL_XMP)
    source = io.BytesIO(data)
    metadata.read(source, "JPEG")
    assert hashlib.sha256(source.getvalue()).digest() == hashlib.sha256(data).digest()


def test_formats_without_such_blocks_tell_nothing() -> None:
    assert read(generate.encoded(generate.corners((4, 4), [(0, 0, 0)] * 4), "BMP"), "BMP") == {}

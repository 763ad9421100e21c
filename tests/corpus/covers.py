"""Documents that have a picture of themselves inside, and those that have none, or a bomb.

What is seen of them where no program draws them; ``drawn`` has those that are whole.
"""

import base64
import struct
from collections.abc import Iterator

from tests.corpus.cases import QUARTERS, Bad, Good, half, picture
from tests.corpus.hostile.archives import zipped
from tests.workers.media import generate
from tests.workers.media.generate import encoded

INDD, EPS, POSTSCRIPT = "application/x-indesign", "image/x-eps", "application/postscript"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = _OFFICE + "wordprocessingml.document", _OFFICE + "spreadsheetml.sheet"
PPTX = _OFFICE + "presentationml.presentation"
ODF, OLE = "application/vnd.oasis.opendocument", "application/x-ole-storage"
TYPES = (INDD, EPS, POSTSCRIPT, DOCX, XLSX, PPTX, ODF, OLE)
_SIGNATURE = bytes.fromhex("0606edf5d81d46e5bd31efe7fe74b71d")


def indesign(*pictures: bytes, attribute: bool = False) -> bytes:
    """A database of nothing, with thumbnails in its metadata, in lines as Adobe writes them."""
    written = [base64.encodebytes(each).replace(b"\n", b"&#xA;") for each in pictures]
    form = b'<rdf:li xmpGImg:image="%s"/>' if attribute else b"<xmpGImg:image>%s</xmpGImg:image>"
    found = b"".join(form % each for each in written)
    return _SIGNATURE + bytes(9000) + b"<?xpacket begin=''?><x:xmpmeta>" + found + b"</x:xmpmeta>" + bytes(900)


_BLANK = b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n"


def quarters() -> bytes:
    """The picture as PostScript."""
    boxes = []
    for index, colour in enumerate(QUARTERS):
        shade = " ".join(f"{value / 255:.4f}" for value in colour)
        boxes.append(f"{shade} setrgbcolor {10 + index % 2 * 60} {60 - index // 2 * 40} 60 40 rectfill\n")
    head = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 10 20 130 100\n%%EndComments\n"
    return (head + "".join(boxes)).encode()


def postscript(preview: bytes, *, place: int | None = None, drawn: bytes = _BLANK) -> bytes:
    """A drawing behind a header that says where its preview is (TIFF)."""
    at = 30 + len(drawn) if place is None else place
    return struct.pack("<4s6IH", b"\xc5\xd0\xd3\xc6", 30, len(drawn), 0, 0, at, len(preview), 0xFFFF) + drawn + preview


def slides(name: str, data: bytes, first: str = "ppt/presentation.xml") -> bytes:
    """A package of slides, or of what ``first`` says, with one more part."""
    return zipped({first: b"<p/>", name: data})


def opendocument(data: bytes) -> bytes:
    """A text with its thumbnail."""
    kind = b"application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": b"<c/>", "Thumbnails/thumbnail.png": data}, stored=True)


def good() -> Iterator[Good]:
    """Documents that are shown by what is in them."""
    png, tiff = encoded(picture(), "PNG"), encoded(picture(), "TIFF")
    jpeg = encoded(picture(), "JPEG", quality=95)
    yield Good("InDesign", "a.indd", lambda: indesign(jpeg), INDD)
    yield Good("InDesign, as an attribute", "b.indd", lambda: indesign(jpeg, attribute=True), INDD)
    yield Good("InDesign, the second whole", "c.indd", lambda: indesign(b"x", half(png), jpeg, png), INDD)
    yield Good("EPS with a preview", "d.eps", lambda: postscript(tiff, drawn=quarters() + b"showpage\n"), EPS)
    yield Good("PowerPoint", "e.pptx", lambda: slides("docProps/thumbnail.jpeg", jpeg), PPTX)
    word, excel = "word/document.xml", "xl/workbook.xml"
    yield Good("Word with a picture", "g.docx", lambda: slides("docProps/thumbnail.jpeg", jpeg, word), DOCX)
    yield Good("Excel with a picture", "h.xlsx", lambda: slides("docProps/thumbnail.jpeg", jpeg, excel), XLSX)
    packet = quarters() + b"%%<xmpGImg:image>%s</xmpGImg:image>\nshowpage\n" % base64.b64encode(jpeg)
    yield Good("Illustrator's PostScript", "i.ai", lambda: packet, POSTSCRIPT)
    yield Good("OpenDocument", "f.odt", lambda: opendocument(png), ODF)


def bad() -> Iterator[Bad]:
    """Those without, and those that would unpack without end."""
    none, undrawn, unprinted = "no_preview_inside", "no_libreoffice", "no_ghostscript"
    png = encoded(picture(), "PNG")
    bomb = generate.png_bomb(20_000, 20_000)
    yield Bad("InDesign without a picture", "a.indd", indesign, INDD, none)
    yield Bad("InDesign with half a picture", "b.indd", lambda: indesign(half(png)), INDD, none)
    yield Bad("InDesign with a bomb", "c.indd", lambda: indesign(bomb), INDD, none)
    yield Bad("InDesign with a picture without end", "d.indd", lambda: indesign(png)[:9_200], INDD, none)
    yield Bad("InDesign with a hundred thumbnails", "e.indd", lambda: indesign(*[b"x"] * 100, png), INDD, none)
    yield Bad("EPS whose preview is elsewhere", "f.eps", lambda: postscript(b"", place=2**32 - 1), EPS, unprinted)
    yield Bad("the header of an EPS", "g.eps", lambda: postscript(b"")[:20], EPS, unprinted)
    yield Bad("PowerPoint without a picture", "h.pptx", lambda: slides("a", b""), PPTX, undrawn)
    yield Bad(
        "PowerPoint with a picture in EMF", "i.pptx", lambda: slides("docProps/thumbnail.emf", b"x"), PPTX, undrawn
    )
    yield Bad("Word without a picture", "o.docx", lambda: slides("a", b"", "word/document.xml"), DOCX, undrawn)
    yield Bad("an old Word document", "p.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OLE, undrawn)
    yield Bad("PostScript", "q.ps", lambda: b"%!PS-Adobe-3.0\nshowpage\n", POSTSCRIPT, unprinted)
    empty = bytes(64 << 20)
    yield Bad("PowerPoint that unpacks", "j.pptx", lambda: slides("docProps/thumbnail.jpeg", empty), PPTX, undrawn)
    yield Bad("half a PowerPoint", "k.pptx", lambda: half(slides("a", png)), PPTX, "truncated")
    yield Bad("OpenDocument with a bomb", "l.odt", lambda: opendocument(bomb), ODF, undrawn)
    listed = bytearray(opendocument(png))
    struct.pack_into("<I", listed, listed.rindex(b"PK\5\6") + 12, 2**31)
    yield Bad("OpenDocument of parts without end", "m.odt", lambda: bytes(listed), ODF, "too_large")
    locked = bytearray(opendocument(png))
    at = locked.index(b"PK\1\2", locked.rindex(b"content.xml"))
    struct.pack_into("<H", locked, at + 8, 1)
    yield Bad("OpenDocument that is locked", "n.odt", lambda: bytes(locked), ODF, "broken_file")

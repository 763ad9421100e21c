"""PDF: actions that reach out, streams that are elsewhere, and pages that unpack, repeat or contain themselves."""

import struct
import zlib
from collections.abc import Iterator

from tests.corpus import papers
from tests.corpus.hostile.case import SHOWN, Canary, Hostile
from tests.corpus.hostile.pixels import packed_zeros

_BROKEN = "broken_file"
_FREE = 5
"""The number of the first further object in a document of one page."""


def cases(canary: Canary) -> Iterator[Hostile]:
    """One page each."""
    for name, action in _actions(canary):
        opened = papers.pdf([papers.drawn()], page=b"/AA<</O %s/C %s>>" % (action, action))
        root = opened.replace(b"<</Type/Catalog", b"<</OpenAction %s/Type/Catalog" % action)
        yield Hostile("references", f"PDF: {name}", root, SHOWN)
    for name, data in _elsewhere(canary):
        yield Hostile("references", f"PDF: {name}", data, SHOWN)
    for name, data, outcome in (*_bombs(), *_pictures(), *_lies()):
        yield Hostile("documents", f"PDF: {name}", data, outcome)
    tile = b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .0001/YStep .0001/Resources<<>>"
    tiny, painted = stream(tile, b"1 0 0 rg 0 0 1 1 re f"), b"/Pattern cs /P scn 0 0 120 80 re f"
    endless = _with(painted, tiny, resources=b"/Pattern<</P 5 0 R>>")
    yield Hostile("endless", "PDF: a pattern of tiny steps", endless, "timed_out")


def _actions(canary: Canary) -> Iterator[tuple[str, bytes]]:
    http, there = f"http://{canary.host}/a".encode(), canary.path("canary.pdf").encode()
    for name, address in canary.references("canary.pdf").items():
        yield f"an address at {name}", b"<</S/URI/URI(%s)>>" % address.replace("\\", "\\\\").encode()
    yield "a program", b"<</S/Launch/F(%s)/Win<</F(%s)/O(open)>>>>" % (there, there)
    yield "another document", b"<</S/GoToR/F(%s)/D[0/Fit]>>" % there
    yield "a document inside another", b"<</S/GoToE/F(%s)/D[0/Fit]/T<</R/C/N(a)>>>>" % there
    yield "a form that is sent", b"<</S/SubmitForm/F<</FS/URL/F(%s)>>/Flags 4>>" % http
    yield "data that is fetched", b"<</S/ImportData/F(%s)>>" % there
    script = b"app.launchURL('%s');this.submitForm('%s');SOAP.connect('%s')" % (http, http, http)
    yield "a script", b"<</S/JavaScript/JS(%s)>>" % script.replace(b"(", b"\\(").replace(b")", b"\\)")
    film = b"<</Type/Rendition/S/MR/C<</S/MCD/CT(video/mp4)/D<</FS/URL/F(%s)>>>>>>" % http
    yield "a film", b"<</S/Rendition/OP 0/R %s>>" % film


def _elsewhere(canary: Canary) -> Iterator[tuple[str, bytes]]:
    there, http = canary.path("canary.png").encode(), f"http://{canary.host}/a".encode()
    resources = b"/Resources<</XObject<</X %d 0 R>>>>" % _FREE
    drawn = papers.drawn() + b" q 120 0 0 80 0 0 cm /X Do Q"
    for name, file in (
        ("in a file", b"(%s)" % there),
        ("at an address", b"<</FS/URL/F(%s)>>" % http),
        ("in a file by its Unicode name", b"<</Type/Filespec/UF(%s)/F(%s)>>" % (there, there)),
    ):
        pixels = b"/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceRGB/BitsPerComponent 8/F %s" % file
        yield f"a picture {name}", papers.pdf([drawn], page=resources, extra=[stream(pixels, b"")])
    form = b"<</Subtype/Form/BBox[0 0 9 9]/Ref<</F(%s)/Page 0>>/Length 0>>stream\n\nendstream" % there
    yield "a page of another document", papers.pdf([drawn], page=resources, extra=[form])
    doctype = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{canary.path("canary.txt")}">]>'.encode()
    xfa = b"%s<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template>&s;</template></xdp:xdp>" % doctype
    data = papers.pdf([papers.drawn()], extra=[b"<</Length %d>>stream\n%s\nendstream" % (len(xfa), xfa)])
    yield "a form in XML", data.replace(b"<</Type/Catalog", b"<</AcroForm<</XFA %d 0 R/Fields[]>>/Type/Catalog" % _FREE)
    font = b"<</Type/Font/Subtype/TrueType/BaseFont/%s/FontDescriptor<</FontFile2 9 0 R/FontName/%s>>>>" % (b"A", b"A")
    words = papers.drawn() + b" BT /F 10 Tf (words) Tj ET"
    yield "a font that is nowhere", papers.pdf([words], page=b"/Resources<</Font<</F %s>>>>" % font)


def stream(entries: bytes, data: bytes) -> bytes:
    """An object with data."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def _with(content: bytes, *extra: bytes, resources: bytes = b"") -> bytes:
    return papers.pdf([content], page=b"/Resources<<%s>>" % resources, extra=extra)


def _bombs() -> Iterator[tuple[str, bytes, str]]:
    late = f"timed_out|out_of_memory|{_BROKEN}|{SHOWN}"
    packed = packed_zeros(1 << 26)
    yield (
        "content that unpacks to 64 MB",
        _with(b"", stream(b"/Filter/FlateDecode", packed)).replace(b"4 0 R", b"5 0 R"),
        late,
    )
    twice = zlib.compress(packed_zeros(1 << 30), 9)
    yield (
        "content that unpacks to 1 GB, twice packed",
        _with(b"", stream(b"/Filter[/FlateDecode/FlateDecode]", twice)).replace(b"4 0 R", b"5 0 R"),
        late,
    )
    levels = [
        stream(b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (_FREE + level + 1), b"/X Do " * 10)
        for level in range(4)
    ]
    form = stream(b"/Subtype/Form/BBox[0 0 9 9]", b"0 0 9 9 re f")
    yield "ten to the fourth forms", _with(b"/X Do", *levels, form, resources=b"/XObject<</X 5 0 R>>"), late
    own = stream(b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>", b"/X Do")
    yield "a form of itself", _with(b"/X Do", own, resources=b"/XObject<</X 5 0 R>>"), f"{_BROKEN}|{SHOWN}"
    glyph = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 6 0 R>>/FirstChar 97"
        b"/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/Resources<</Font<</F 5 0 R>>>>>>"
    )
    draws = stream(b"", b"9 0 d0 BT /F 1 Tf (aaaaaaaaaa) Tj ET")
    yield "a letter of itself", _with(b"BT /F 9 Tf (a) Tj ET", glyph, draws, resources=b"/Font<</F 5 0 R>>"), late
    yield "100,000 saved states", _with(b"q " * 100_000), late
    yield "10,000 curves", _with(b"0 0 m " + b"1 2 3 4 5 6 c " * 10_000 + b"S"), late
    yield "dashes without number", _with(b"[.00001] 0 d 0 0 m 100000 80 l S"), late
    nested = b"[" * 100_000 + b"]" * 100_000
    yield "100,000 arrays inside of each other", _with(b"", nested, resources=b"/X 5 0 R"), f"{_BROKEN}|{SHOWN}"


def _pictures() -> Iterator[tuple[str, bytes, str]]:
    drawn, named = papers.drawn() + b" q 120 0 0 80 0 0 cm /X Do Q", b"/XObject<</X 5 0 R>>"
    late = f"timed_out|out_of_memory|{_BROKEN}|{SHOWN}"

    def picture(width: int, height: int, filter_: bytes, data: bytes, more: bytes = b"") -> bytes:
        entries = b"/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/%s%s"
        return _with(drawn, stream(entries % (width, height, filter_, more), data), resources=named)

    zeros = packed_zeros(1 << 24)
    yield "a picture of 2^31", picture(2**31 - 1, 2**31 - 1, b"FlateDecode", zeros), late
    yield "a picture of 100 megapixels", picture(10_000, 10_000, b"FlateDecode", zeros), late
    predicted = b"/DecodeParms<</Predictor 15/Colors 2147483647/Columns 2147483647/BitsPerComponent 16>>"
    yield "a picture of predicted 2^62", picture(9, 9, b"FlateDecode", zeros, predicted), late
    box = struct.pack(">I4s", 12, b"jP  ") + b"\r\n\x87\n"
    codestream = b"\xff\x4f\xff\x51" + struct.pack(">HH8I", 41, 0, 2**31 - 1, 2**31 - 1, 0, 0, 1, 1, 0, 0)
    yield "JPEG 2000 of 2^62 tiles", picture(9, 9, b"JPXDecode", box + codestream + b"\0\1\7\1\1"), late
    page = struct.pack(">IBBBI", 0, 48, 0, 1, 19) + struct.pack(">IIIIBH", 2**31 - 1, 2**31 - 1, 0, 0, 0, 0)
    yield "JBIG2 of 2^62", picture(9, 9, b"JBIG2Decode", page), late
    yield (
        "fax of 2^31 columns",
        picture(9, 9, b"CCITTFaxDecode", bytes(999), b"/DecodeParms<</K -1/Columns 2147483647/Rows 2147483647>>"),
        late,
    )
    masked = b"/SMask 5 0 R"
    yield "a picture that masks itself", picture(9, 9, b"FlateDecode", zeros, masked), late


def _lies() -> Iterator[tuple[str, bytes, str]]:
    plain, any_ = papers.pdf([papers.drawn()]), f"{_BROKEN}|{SHOWN}"
    yield "a page of 2^31 points", papers.pdf([papers.drawn()], (2**31, 2**31)), any_
    yield "a page of no height", papers.pdf([papers.drawn()], (120, 0)), any_
    yield "a page as flat as a line", papers.pdf([papers.drawn()], (14_400, 0.001)), any_
    yield "pages that are inside of themselves", plain.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), any_
    yield "2^31 pages", plain.replace(b"/Count 1", b"/Count 2147483647"), any_
    yield "a page whose parent is itself", plain.replace(b"/Parent 2 0 R", b"/Parent 3 0 R"), any_
    kids = plain.replace(b"/Kids[3 0 R]", b"/Kids[" + b"3 0 R " * 100_000 + b"]").replace(b"/Count 1", b"/Count 100000")
    yield "one page 100,000 times", kids, any_
    table = plain.rindex(b"startxref")
    place = plain.index(b"xref\n0")
    yield "a table before itself", plain.replace(b"trailer\n<<", b"trailer\n<</Prev %d" % place), any_
    yield "a table elsewhere", plain[:table] + b"startxref\n4294967295\n%%EOF", any_
    yield "a table of 2^31 objects", plain.replace(b"xref\n0 5", b"xref\n0 2147483647"), any_
    yield "an object that is itself", papers.pdf([papers.drawn()], page=b"/Rotate 5 0 R", extra=[b"5 0 R"]), any_
    length = papers.pdf([papers.drawn()], page=b"/Contents 5 0 R", extra=[b"<</Length 5 0 R>>stream\n\nendstream"])
    yield "a stream as long as itself", length, any_
    yield (
        "a document inside without end",
        papers.pdf([papers.drawn()], extra=[stream(b"/Type/EmbeddedFile", plain * 50)]),
        any_,
    )

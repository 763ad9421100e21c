"""Documents that are drawn by a program of its own, where there is one: PostScript, and what offices write.

Sources: Adobe's PostScript Language Reference and EPSF 3.0, ECMA-376, OpenDocument 1.3.
"""

from collections.abc import Iterator

from tests.corpus.cases import QUARTERS, Good
from tests.corpus.covers import DOCX, ODF, POSTSCRIPT, XLSX, quarters
from tests.corpus.hostile.archives import zipped

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
_MAIN = "application/vnd.openxmlformats-officedocument."
WORDS = "Tulips in spring"


def postscript() -> bytes:
    """The four quarters, somewhere on the paper, with the words in their middle."""
    words = f"/Helvetica findfont 6 scalefont setfont 0 setgray 42 58 moveto ({WORDS}) show\nshowpage\n%%EOF\n"
    return quarters() + words.encode()


def word(body: str = f"<w:p><w:r><w:t>{WORDS}</w:t></w:r></w:p>", relations: str = "") -> bytes:
    """A Word document of one page."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{name}" xmlns:r="{_DOCUMENT}"><w:body>{body}</w:body></w:document>'
    return _package("word/document.xml", text, f"{_MAIN}wordprocessingml.document.main+xml", {}, relations)


def sheet() -> bytes:
    """An Excel sheet of one cell."""
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book = '<sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets>'
    book = f'<workbook xmlns="{name}" xmlns:r="{_DOCUMENT}">{book}</workbook>'
    cells = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{WORDS}</t></is></c></row>'
    parts = {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{name}"><sheetData>{cells}</sheetData></worksheet>'}
    relation = f'<Relationship Id="r1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
    return _package("xl/workbook.xml", book, f"{_MAIN}spreadsheetml.sheet.main+xml", parts, relation)


def _package(main: str, text: str, kind: str, more: dict[str, str], relations: str) -> bytes:
    """ECMA-376 Part 2: a main part with what it refers to."""
    folder, _, file = main.partition("/")
    types = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types += '<Default Extension="xml" ContentType="application/xml"/>'
    types += f'<Override PartName="/{main}" ContentType="{kind}"/>'
    for part in more:
        worksheet = f"{_MAIN}spreadsheetml.worksheet+xml"
        types += f'<Override PartName="/{part}" ContentType="{worksheet}"/>'
    first = f'<Relationship Id="r1" Type="{_DOCUMENT}/officeDocument" Target="{main}"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{first}</Relationships>',
        main: text,
        f"{folder}/_rels/{file}.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        **more,
    }
    return zipped({name: b"<?xml version='1.0' encoding='UTF-8'?>" + part.encode() for name, part in parts.items()})


def drawing(inside: str = "") -> bytes:
    """An OpenDocument drawing: the four quarters on all of a page (A4, which is what it is without more words), and
    ``inside``."""
    styles, shapes = "", ""
    for index, colour in enumerate(QUARTERS):
        fill = f'draw:fill="solid" draw:fill-color="#{bytes(colour).hex()}" draw:stroke="none"'
        style = f"<style:graphic-properties {fill}/>"
        styles += f'<style:style style:name="g{index}" style:family="graphic">{style}</style:style>'
        place = f'svg:x="{index % 2 * 105}mm" svg:y="{index // 2 * 148.5}mm" svg:width="105mm" svg:height="148.5mm"'
        shapes += f'<draw:rect draw:style-name="g{index}" {place}/>'
    names = {each: _OPEN + f"{each}:1.0" for each in ("office", "style", "text")} | {
        "draw": _OPEN + "drawing:1.0",
        "svg": _OPEN + "svg-compatible:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
    }
    spaces = " ".join(f'xmlns:{short}="{long}"' for short, long in names.items())
    page = f'<draw:page draw:name="a">{shapes}{inside}</draw:page>'
    content = f'<office:document-content {spaces} office:version="1.3"><office:automatic-styles>{styles}'
    content += f"</office:automatic-styles><office:body><office:drawing>{page}</office:drawing></office:body>"
    kind = "application/vnd.oasis.opendocument.graphics"
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{type_}"/>'
        for path, type_ in (("/", kind), ("content.xml", "text/xml"))
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_OPEN}manifest:1.0">{listed}</manifest:manifest>'
    parts = {"mimetype": kind, "content.xml": f"{content}</office:document-content>", "META-INF/manifest.xml": manifest}
    return zipped({name: part.encode() for name, part in parts.items()}, stored=True)


def printed() -> Iterator[Good]:
    """By Ghostscript."""
    yield Good("PostScript, drawn", "a.eps", postscript, POSTSCRIPT, properties={"pages": 1})


def offices() -> Iterator[Good]:
    """By LibreOffice; of those with words only the page is known, and that it is white at its corners."""
    white = ((255, 255, 255),) * 4
    yield Good("OpenDocument, drawn", "b.odg", drawing, ODF, (595, 842), properties={"pages": 1})
    yield Good("Word, drawn", "c.docx", word, DOCX, (612, 792), white, properties={"pages": 1})
    yield Good("Excel, drawn", "d.xlsx", sheet, XLSX, (595, 842), white, properties={"pages": 1})

"""PDF documents, written by hand (ISO 32000-1, 7.5), and drawings in SVG."""

from collections.abc import Iterator, Sequence

from tests.corpus.cases import QUARTERS, Bad, Good, half

PDF, SVG = "application/pdf", "image/svg+xml"
_SVG_NAME = 'xmlns="http://www.w3.org/2000/svg"'


def pdf(
    contents: Sequence[bytes],
    box: tuple[float, float] = (120, 80),
    *,
    page: bytes = b"",
    trailer: bytes = b"",
    extra: Sequence[bytes] = (),
) -> bytes:
    """A page for each of ``contents``; ``page`` and ``trailer`` are put into those dictionaries, ``extra`` are further
    objects."""
    first = 3
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(contents)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents))]
    for index, drawn in enumerate(contents):
        size = b"%g %g" % box
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents %d 0 R%s>>" % (size, first + 2 * index + 1, page)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn))
    return _file([*objects, *extra], trailer)


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    data, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(data))
    return data + head + table + end


def drawn(colours: Sequence[tuple[int, int, int]] = QUARTERS, size: tuple[int, int] = (120, 80)) -> bytes:
    """Four filled quarters, as a page's content; PDF counts from below."""
    across, down = size[0] / 2, size[1] / 2
    lines = []
    for index, colour in enumerate(colours):
        left, bottom = index % 2 * across, (1 - index // 2) * down
        shade = b" ".join(b"%.4f" % (value / 255) for value in colour)
        lines.append(b"%s rg %g %g %g %g re f" % (shade, left, bottom, across, down))
    return b"\n".join(lines)


HELVETICA = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
"""Of a page that has words."""


def said(words: bytes) -> bytes:
    """A line of Latin-1, as a page's content."""
    return b"BT /F 9 Tf 10 40 Td (%s) Tj ET" % words


def svg(attributes: str = 'width="120" height="80"', inside: str = "", head: str = "") -> bytes:
    """The four quarters, and ``inside`` in front of them."""
    parts = []
    for index, colour in enumerate(QUARTERS):
        place = f'x="{index % 2 * 60}" y="{index // 2 * 40}" width="60" height="40"'
        parts.append(f'<rect {place} fill="rgb{colour}"/>')
    return f"{head}<svg {_SVG_NAME} {attributes}>{''.join(parts)}{inside}</svg>".encode()


def good() -> Iterator[Good]:
    """Documents and drawings that are shown."""
    blank = b""
    yield Good("PDF", "a.pdf", lambda: pdf([drawn()]), PDF, properties={"pages": 1})
    yield Good("PDF of three pages", "b.pdf", lambda: pdf([drawn(), blank, blank]), PDF, properties={"pages": 3})
    spooled = b"@PJL ENTER LANGUAGE=PDF\n" + pdf([drawn()])
    yield Good("PDF behind a spooler's line", "c.pdf", lambda: spooled, PDF, properties={"pages": 1})
    yield Good("Illustrator with PDF inside", "d.ai", lambda: pdf([drawn()]), PDF, properties={"pages": 1})
    turned = (QUARTERS[2], QUARTERS[0], QUARTERS[3], QUARTERS[1])
    yield Good(
        "PDF turned",
        "e.pdf",
        lambda: pdf([drawn()], page=b"/Rotate 90"),
        PDF,
        size=(80, 120),
        colours=turned,
        properties={"pages": 1},
    )
    yield Good(
        "PDF cropped",
        "f.pdf",
        lambda: pdf([drawn()], page=b"/CropBox[0 0 60 40]"),
        PDF,
        size=(60, 40),
        colours=(QUARTERS[2],) * 4,
        properties={"pages": 1},
    )
    wide = (14_400.0, 9_600.0)
    yield Good(
        "PDF of a poster",
        "g.pdf",
        lambda: pdf([drawn(size=(14_400, 9_600))], wide),
        PDF,
        size=(14_400, 9_600),
        properties={"pages": 1},
    )
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
    yield Good("PDF with a script", "h.pdf", lambda: pdf([drawn()], page=script), PDF, properties={"pages": 1})
    yield from _drawings()


def _drawings() -> Iterator[Good]:
    yield Good("SVG", "a.svg", svg, SVG)
    yield Good("SVG of a view", "b.svg", lambda: svg('viewBox="0 0 120 80"'), SVG)
    inches = svg('width="2.5in" viewBox="0 0 120 80"')
    yield Good("SVG in inches", "c.svg", lambda: inches, SVG, size=(240, 160))
    square = svg('width="80" height="80" viewBox="0 0 120 80" preserveAspectRatio="none"')
    yield Good("SVG as high as wide", "i.svg", lambda: square, SVG, size=(80, 80))
    head = '<?xml version="1.0"?>\n<!-- by hand -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n'
    yield Good("SVG behind a declaration", "d.svg", lambda: svg(head=head), SVG)
    words = '<text x="5" y="200">words</text>'
    yield Good("SVG with words", "e.svg", lambda: svg(inside=words), SVG, properties={"text_missing": True})
    for name, inside in OUTSIDE.items():
        yield Good(f"SVG with {name}", "f.svg", lambda i=inside: svg(inside=i), SVG)  # type: ignore[misc]
    hole = svg().replace(b'fill="rgb(220, 215, 205)"', b'fill="none"')
    yield Good("SVG transparent", "g.svg", lambda: hole, SVG, colours=(*QUARTERS[:3], None))


OUTSIDE = {
    "a script": "<script>fetch('http://127.0.0.1:9/')</script>",
    "a picture from the net": '<image href="http://127.0.0.1:9/a.png" width="120" height="80"/>',
    "a picture from the disk": '<image href="file:///etc/passwd" width="120" height="80"/>',
    "a picture beside it": '<image href="../../../../etc/hostname.png" width="120" height="80"/>',
    "a page inside": '<foreignObject width="120" height="80"><iframe src="http://127.0.0.1:9/"/></foreignObject>',
    "a style from the net": "<style>@import url(http://127.0.0.1:9/a.css);</style>",
    "a use from the net": '<use href="http://127.0.0.1:9/a.svg#b"/>',
}


def bad() -> Iterator[Bad]:
    """Broken, locked, endless ones."""
    whole = pdf([drawn()])
    yield Bad("half a PDF", "a.pdf", lambda: half(whole), PDF, "broken_file")
    yield Bad("a PDF and nothing more", "b.pdf", lambda: b"%PDF-1.7\n", PDF, "broken_file")
    yield Bad("a PDF without pages", "c.pdf", lambda: pdf([]), PDF, "broken_file")
    lock = b"/Encrypt 5 0 R/ID[<00><00>]"
    key = b"<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%s>/U<%s>>>" % (b"11" * 32, b"22" * 32)
    yield Bad("a PDF with a password", "d.pdf", lambda: pdf([drawn()], trailer=lock, extra=[key]), PDF, "locked")
    yield Bad("a PDF of a page of no size", "e.pdf", lambda: pdf([drawn()], (0, 0)), PDF, "broken_file|")
    selfish = pdf([b"/X Do"], page=b"/Resources<</XObject<</X 4 0 R>>>>")
    yield Bad("a PDF whose content is itself", "f.pdf", lambda: selfish, PDF, "broken_file|")
    loop = b"q " * 200_000
    yield Bad("a PDF that saves for ever", "g.pdf", lambda: pdf([loop]), PDF, "timed_out|out_of_memory|crashed|")
    many = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"laugh") for n in range(10))
    laughs = b"<!DOCTYPE svg [" + many + b"]>" + svg(inside="<desc>&e9;</desc>")
    yield Bad("an SVG of a billion laughs", "a.svg", lambda: laughs, SVG, "broken_file|")
    yield Bad("half an SVG", "b.svg", lambda: half(svg()), SVG, "broken_file")
    latin = svg(inside="<desc>\xfc</desc>").replace(b"\xc3", b"")
    yield Bad("an SVG in Latin-1", "c.svg", lambda: latin, SVG, "broken_file")
    yield Bad("an SVG of no size", "d.svg", lambda: svg('width="0" height="0"'), SVG, "broken_file")
    nested = svg(inside="<g>" * 100_000 + "</g>" * 100_000)
    yield Bad("an SVG as deep as a well", "e.svg", lambda: nested, SVG, "broken_file|crashed|out_of_memory")
    doubled = "".join(f'<g id="u{n}">' + f'<use href="#u{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
    uses = svg(inside=f'<defs><path id="u0" d="M0 0L9 9"/>{doubled}</defs><use href="#u8"/>')
    yield Bad("an SVG that uses itself", "f.svg", lambda: uses, SVG, "timed_out|out_of_memory|broken_file|")
    vast = svg('width="1e9" height="1e9" viewBox="0 0 120 80"')
    yield Bad("an SVG as wide as the sea", "g.svg", lambda: vast, SVG, "")
    blur = '<filter id="f"><feGaussianBlur stdDeviation="1e9"/></filter><path d="M0 0L9 9" filter="url(#f)"/>'
    yield Bad("an SVG with a vast blur", "h.svg", lambda: svg(inside=blur), SVG, "timed_out|out_of_memory|")
    entity = "<!DOCTYPE svg [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>"
    outside = svg(inside="<desc>&secret;</desc>", head=entity)
    yield Bad("an SVG with an external entity", "i.svg", lambda: outside, SVG, "broken_file")

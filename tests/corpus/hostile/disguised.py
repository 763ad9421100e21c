"""Files that are two things at once, or another thing than they are called: each is what its first bytes say."""

from collections.abc import Iterator

from tests.corpus import papers, written
from tests.corpus.cases import picture
from tests.corpus.films import film
from tests.corpus.hostile.archives import zipped
from tests.corpus.hostile.case import KEPT, SHOWN, Canary, Hostile
from tests.corpus.sounds import sound
from tests.workers.media.generate import encoded


def cases(canary: Canary) -> Iterator[Hostile]:
    """The first of the two is shown."""
    archive = zipped({"a": b"x"})
    page = f"<script>fetch('http://{canary.host}/a')</script>".encode()
    document, drawing = papers.pdf([papers.drawn()]), papers.svg()
    pictures = {
        "JPEG": written.jpeg(),
        "PNG": written.png(),
        "WebP": written.webp(),
        "GIF": encoded(picture(), "GIF"),
        "TIFF": written.tiff(),
        "BMP": encoded(picture(), "BMP"),
        "PDF": document,
        "MP4": film(),
        "MP3": sound("mp3", "libmp3lame"),
    }
    for name, data in pictures.items():
        yield Hostile("disguised", f"{name} and ZIP", data + archive, SHOWN)
        yield Hostile("disguised", f"{name} and a page", data + page, SHOWN)
    comment = written.segment(0xFE, document)
    yield Hostile("disguised", "a document in a comment of a JPEG", written.jpeg(more=comment), SHOWN)
    yield Hostile("disguised", "PDF that begins as GIF", b"GIF89a" + document, "broken_file|truncated")
    yield Hostile("disguised", "PDF that begins as a program", b"MZ\n" + document, SHOWN)
    yield Hostile("disguised", "SVG that begins with a page", b"<html/>" + drawing, KEPT)
    yield Hostile("disguised", "SVG in UTF-16", drawing.decode().encode("utf-16"), KEPT)
    yield Hostile("disguised", "SVG behind a BOM", b"\xef\xbb\xbf" + drawing, SHOWN + "|broken_file")
    yield Hostile("disguised", "a JPEG of one marker", b"\xff\xd8\xff", "broken_file|truncated")
    yield Hostile("disguised", "a PNG that is a JPEG", b"\x89PNG\r\n\x1a\n" + written.jpeg(), "broken_file|truncated")

"""PDF, and Illustrator files that have one inside, by pdfium: a page as a picture, how many there are,
and what is written on the first ones.

Belongs here: pages. pdfium runs no script here: it is built without JavaScript. Fonts that a document does not bring
with it are replaced by pdfium's own.
"""

import codecs
import contextlib
from typing import BinaryIO

from pypdfium2 import PdfDocument, PdfiumError
from pypdfium2 import raw as pdfium

from workers.media.decoded import Decoded, Decoder, scaled
from workers.media.mapped import mapped
from workers.media.plan import LONGEST_TEXT, MediaFailure

_LOCKED = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
codecs.lookup("utf-16-le")  # pdfium's words are in it; a module, which the child could not import any more
_MOST_PAGES = 10  # whose words are read
_LONGEST_SIDE = 1_000_000.0  # points; a page of ISO 32000 has 14,400 at most


def decode(source: BinaryIO, box: int, data: int, page: int = 1) -> Decoded:
    """As ``Decoder`` says, of that page; the size is its own in points, 72 to the inch, as it is turned."""
    del data
    try:
        document = PdfDocument(mapped(source))
        document.init_forms()
        if page > len(document):
            raise MediaFailure("no_such_page", f"page {page} of {len(document)}")
        shown = document[page - 1]
        size = shown.get_size()
        if not all(0 < side <= _LONGEST_SIDE for side in size):
            raise MediaFailure("broken_file", f"a page of {size}")
        picture = shown.render(scale=box / max(size)).to_pil().convert("RGB")
    except PdfiumError as error:
        raise MediaFailure("locked" if error.err_code in _LOCKED else "broken_file", repr(error)) from error
    if max(picture.size) > box:  # pdfium rounds up
        picture = picture.crop((0, 0, min(picture.width, box), min(picture.height, box)))
    return Decoded(picture, scaled(size, 1), "RGB", None, {"pages": len(document)}, _words(document))


def _words(document: PdfDocument) -> str:
    """What is written on the first pages, as far as there is room for it; nothing of a page that can't be read."""
    found = ""
    for number in range(min(len(document), _MOST_PAGES)):
        with contextlib.suppress(Exception):  # whatever is wrong with the words, the page can be seen
            text = document[number].get_textpage()
            found += text.get_text_range(0, min(text.count_chars(), 2 * LONGEST_TEXT)) + "\n"
        if len(found) > 2 * LONGEST_TEXT:
            break
    return found


DECODERS: dict[str, Decoder] = {"PDF": decode}

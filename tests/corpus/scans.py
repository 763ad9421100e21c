"""TIFF files that are shown, as scanners, presses and Photoshop write them: samples, byte orders, tiles, planes, pages.

Belongs here: good ones. Broken ones are among the ``stills``.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PIL import Image, ImageChops

from tests.corpus.cases import CUT, SIZE, Good, cut_out, picture, turned
from tests.corpus.stills import FAX, GREYS, PRINTED, fax, greys, inks, lab
from tests.corpus.tiff import DEFLATE, NONE, PLANES, page, tiff
from tests.workers.media.generate import encoded

_FROM_THE_OTHER_END: Mapping[str, Mapping[str, Any]] = {
    "BigTIFF big-endian": {},
    "BigTIFF big-endian 16 bit, tiled": {"tile": 16},
    "BigTIFF big-endian, Deflate": {"compression": DEFLATE},
    "BigTIFF big-endian, turned 6": {"extra": {274: 6}},
}


def good() -> Iterator[Good]:
    """Every variant."""
    kind = "image/tiff"

    def one(image: Image.Image, bits: int = 8, *, big: bool = False, order: str = "<", **options: Any) -> bytes:
        return tiff([page(image, bits, order, **options)], big=big, order=order)

    yield Good("TIFF", "a.tif", lambda: one(picture()), kind)
    yield Good("TIFF big-endian", "b.tif", lambda: one(picture(), order=">"), kind)
    yield Good("TIFF 16 bit", "c.tif", lambda: one(picture(), 16), kind)
    yield Good("TIFF 16 bit, Deflate", "d.tif", lambda: one(picture(), 16, compression=DEFLATE), kind)
    yield Good("TIFF 16 bit big-endian", "e.tif", lambda: one(picture(), 16, order=">"), kind)
    for order, compression in itertools.product("<>", (NONE, DEFLATE)):
        name = f"TIFF grey 16 bit, {'big-endian' if order == '>' else 'little-endian'}, {compression}"
        grey, negative = (
            page(each, 16, order, compression=compression) for each in (greys(), ImageChops.invert(greys()))
        )
        yield Good(name, "f.tif", partial(tiff, [grey], order=order), kind, colours=GREYS)
        negative = replace(negative, photometric=0)
        yield Good(f"{name}, white is zero", "f.tif", partial(tiff, [negative], order=order), kind, colours=GREYS)
    for order, compression, bits in itertools.product("<>", (NONE, DEFLATE), (8, 16)):
        name = f"TIFF {bits} bit, plane by plane, {'big-endian' if order == '>' else 'little-endian'}, {compression}"
        planes = page(picture(), bits, order, compression=compression, extra={PLANES: 2})
        yield Good(name, "f.tif", partial(tiff, [planes], order=order), kind)
    yield Good("TIFF CMYK", "g.tif", lambda: one(inks()), kind, colours=PRINTED)
    yield Good("TIFF CMYK 16 bit", "h.tif", lambda: one(inks(), 16), kind, colours=PRINTED)
    yield Good("TIFF Lab", "i.tif", lambda: one(lab()), kind)
    yield Good("TIFF alpha", "j.tif", lambda: one(cut_out()), kind, colours=CUT)
    yield Good("TIFF alpha 16 bit", "k.tif", lambda: one(cut_out(), 16), kind, colours=CUT)
    yield Good("TIFF tiled", "l.tif", lambda: one(picture(), tile=32), kind)
    yield Good("TIFF tiled, Deflate", "m.tif", lambda: one(picture(), tile=16, compression=DEFLATE), kind)
    yield Good("BigTIFF", "n.tif", lambda: one(picture(), big=True), kind)
    yield Good("BigTIFF 16 bit, tiled", "o.tif", lambda: one(picture(), 16, big=True, tile=16), kind)
    for name, options in _FROM_THE_OTHER_END.items():
        bits, upside = (16 if "16" in name else 8), turned(6) if "turned" in name else picture()
        yield Good(name, "n.tif", partial(one, upside, bits, big=True, order=">", **options), kind)
    yield Good("TIFF of three pages", "p.tif", lambda: pages(3), kind, properties={"pages": 3})
    yield Good("TIFF LZW", "q.tif", lambda: encoded(picture(), "TIFF", compression="tiff_lzw"), kind)
    yield Good("TIFF JPEG", "r.tif", lambda: encoded(picture(), "TIFF", compression="jpeg", quality=95), kind)
    yield Good("TIFF fax", "s.tif", lambda: encoded(fax(), "TIFF", compression="group4"), kind, colours=FAX)
    for orientation in range(1, 9):
        yield Good(
            f"TIFF turned {orientation}",
            "t.tif",
            lambda o=orientation: one(turned(o), extra={274: o}),  # type: ignore[misc]
            kind,
        )


def pages(count: int) -> bytes:
    """A TIFF of so many pages, the first of which is the picture."""
    return tiff([page(picture()), *(page(Image.new("L", SIZE)) for _ in range(count - 1))])

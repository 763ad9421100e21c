"""Pictures whose numbers mean what their ICC profile says: of each format that carries one."""

from collections.abc import Iterator
from functools import partial

from tests.corpus.cameras import HEIC, heic
from tests.corpus.cases import SIZE, Good
from tests.corpus.tiff import page, tiff
from tests.workers.media import generate
from tests.workers.media.generate import encoded

STORED = ((160, 120, 120), (120, 160, 130), (110, 120, 150), (180, 180, 170))
SEEN = ((191, 160, 160), (160, 191, 168), (151, 160, 184), (206, 206, 198))
"""By sRGB's own colours and a gamma of 1.4: (number / 255) ** 1.4, as sRGB has that light."""
PROFILE = generate.profile(generate._SRGB, gamma=1.4)


def good() -> Iterator[Good]:
    """All the same picture."""
    picture = generate.corners(SIZE, STORED)
    for format_, ending, kind in (
        ("JPEG", "jpg", "image/jpeg"),
        ("PNG", "png", "image/png"),
        ("WEBP", "webp", "image/webp"),
        ("AVIF", "avif", "image/avif"),
    ):
        options = {} if format_ == "PNG" else {"quality": 95}
        make = partial(encoded, picture, format_, icc_profile=PROFILE, **options)
        yield Good(f"{format_} with a profile", f"a.{ending}", make, kind, colours=SEEN)
    yield Good("HEIC with a profile", "a.heic", lambda: heic(picture, icc_profile=PROFILE), HEIC, colours=SEEN)
    pages = [page(picture, profile=PROFILE)]
    yield Good("TIFF with a profile", "a.tif", lambda: tiff(pages), "image/tiff", colours=SEEN)

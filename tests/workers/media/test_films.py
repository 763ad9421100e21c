"""What a poster of an HDR film looks like, and which frame it is."""

import io
from typing import cast

import pytest
from av.video.reformatter import ColorTrc
from PIL import Image

from tests.corpus.films import Film, film
from tests.workers.media.generate import RGB
from workers.media import films, hdr

PQ, HLG = ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67


@pytest.mark.parametrize(("transfer", "paper", "peak"), [(PQ, 148, 192), (HLG, 191, 255)])
def test_hdr_is_pressed_into_the_range_of_a_screen(transfer: ColorTrc, paper: int, peak: int) -> None:
    """Paper is at 203 cd/m², the peak at 1,000 (ITU-R BT.2408, table 1: 58 % and 75 % of the signal)."""
    curve = hdr.tone_curve(transfer)
    assert curve == sorted(curve)
    assert curve[0] == 0
    assert 195 <= curve[paper] <= 225
    assert 252 <= curve[peak] <= 255


def test_what_is_grey_stays_so_and_a_colour_stays_that_colour() -> None:
    """BT.709's primaries, and their mixtures, at half of paper's light, as BT.2020's values (ITU-R BT.2087, its inverse
    matrix), each pressed by itself: they come out as they were meant, and not as pale as their numbers."""
    to_2020 = (0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956)
    for meant in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0.2, 0.2)):
        light = [sum(by * each for by, each in zip(row, meant, strict=True)) / 2 for row in to_2020]
        numbers = tuple(round(255 * hdr._srgb(hdr._reinhard(each))) for each in light)
        picture = Image.new("RGB", (8, 8), numbers).filter(hdr._table())
        seen = cast("RGB", picture.getpixel((4, 4)))
        wanted = [255 * hdr._srgb(hdr._reinhard(each / 2)) for each in meant]
        assert seen == pytest.approx(wanted, abs=24), meant
    for value in range(0, 256, 5):
        grey = Image.new("RGB", (8, 8), (value,) * 3).filter(hdr._table())
        assert cast("RGB", grey.getpixel((4, 4))) == pytest.approx((value,) * 3, abs=3)


def test_an_hdr_film_is_known_and_brighter_than_its_numbers() -> None:
    plain, bright = (
        films.decode("MOV", io.BytesIO(film(Film(matrix=9, transfer=transfer))), 64, 0) for transfer in (1, int(PQ))
    )
    assert (plain.details.get("hdr"), bright.details.get("hdr")) == (None, "pq")
    pale = (48, 36)  # of the picture's quarters the one that is nearly white
    assert cast("RGB", bright.image.getpixel(pale)) > cast("RGB", plain.image.getpixel(pale))


def test_what_a_film_refers_to_is_refused() -> None:
    with pytest.raises(PermissionError):
        films.refuse("http://127.0.0.1:9/a.ts", 1, {})

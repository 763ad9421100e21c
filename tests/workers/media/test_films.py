"""What a poster of an HDR film looks like, and which frame it is."""

import io

import pytest
from av.video.reformatter import ColorTrc

from tests.corpus.films import Film, film
from workers.media import films

PQ, HLG = ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67


@pytest.mark.parametrize(("transfer", "paper", "peak"), [(PQ, 148, 192), (HLG, 191, 255)])
def test_hdr_is_pressed_into_the_range_of_a_screen(transfer: ColorTrc, paper: int, peak: int) -> None:
    """Paper is at 203 cd/m², the peak at 1,000 (ITU-R BT.2408, table 1: 58 % and 75 % of the signal)."""
    curve = films._tone_curve(transfer)
    assert curve == sorted(curve)
    assert curve[0] == 0
    assert 195 <= curve[paper] <= 225
    assert 252 <= curve[peak] <= 255


def test_an_hdr_film_is_known_and_brighter_than_its_numbers() -> None:
    plain, bright = (
        films.decode("MOV", io.BytesIO(film(Film(matrix=9, transfer=transfer))), 64, 0) for transfer in (1, int(PQ))
    )
    assert (plain.details.get("hdr"), bright.details.get("hdr")) == (None, "pq")
    assert sum(bright.image.convert("L").tobytes()) > sum(plain.image.convert("L").tobytes())


def test_what_a_film_refers_to_is_refused() -> None:
    with pytest.raises(PermissionError):
        films.refuse("http://127.0.0.1:9/a.ts", 1, {})

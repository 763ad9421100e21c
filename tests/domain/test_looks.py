"""Looks: bands, and that whoever looks near one band of each finds all that is near."""

from hypothesis import example, given
from hypothesis import strategies as st

from dam.domain.looks import NEAR, bands, beside, distance, is_missing

LOOKS = st.integers(0, 2**256 - 1)


@given(LOOKS, st.sets(st.integers(0, 255), max_size=NEAR))
@example(0, set(range(0, 8 * NEAR, 8)))  # no band is the same, and one differs in one bit only
def test_what_is_near_has_a_band_that_is_nearest(number: int, turned: set[int]) -> None:
    one, other = f"{number:064x}", f"{number ^ sum(1 << bit for bit in turned):064x}"
    assert distance(one, other) == len(turned)
    assert any(theirs in beside(mine) for mine, theirs in zip(bands(one), bands(other), strict=True))


def test_bands_are_all_of_it() -> None:
    assert bands("0001" * 15 + "ffff") == (1,) * 15 + (65535,)
    assert sorted(beside(0)) == [0, *(1 << bit for bit in range(16))]


def test_a_look_is_missing_where_there_could_be_one() -> None:
    assert is_missing({}, "image/png")
    assert is_missing({"width": 4}, "video/mp4")
    assert is_missing({"look": "0" * 64}, "image/png")
    assert not is_missing({"look": None, "colours": []}, "image/png")
    assert not any(is_missing({}, each) for each in ("text/plain", "font/ttf", "audio/flac", "application/zip"))

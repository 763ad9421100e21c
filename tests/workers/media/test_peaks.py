"""The outline of a sound as numbers: what it says, how long it is at most, and what is believed of the child."""

import io
import json
from collections.abc import Iterator

import pytest

from dam.domain.media_types import sniff
from dam.domain.recipes import newest
from tests.corpus import sounds as corpus
from tests.corpus.cases import Good
from workers.media import asides, peaks, plan
from workers.media.plan import Aside, MediaFailure
from workers.media.studio import Studio
from workers.render import StudioRenderer

PEAKS = newest("peaks-4000")


@pytest.fixture(scope="module")
def renderer() -> Iterator[StudioRenderer]:
    with Studio() as studio:
        yield StudioRenderer(studio)


@pytest.mark.parametrize("case", list(corpus.good()), ids=lambda case: case.name)
def test_the_first_half_is_silent_and_the_second_as_loud_as_can_be(renderer: StudioRenderer, case: Good) -> None:
    """Also of a sound that has a cover, of which no waveform is drawn."""
    data = case.make()
    with renderer.render(io.BytesIO(data), sniff(data).name, [PEAKS]) as answer:
        told = json.loads(answer.files[PEAKS.name].stream.read())
        assert (answer.files[PEAKS.name].media_type, answer.files[PEAKS.name].width) == ("application/json", None)
    assert {name: told[name] for name in told if name not in ("length", "data")} == {
        "version": 2,
        "channels": 1,
        "sample_rate": 8000,
        "samples_per_pixel": 400,
        "bits": 8,
    }
    assert told["length"] * 2 == len(told["data"])
    assert told["length"] * 400 / 8000 == pytest.approx(1, abs=0.15)
    before, after = told["data"][: 2 * 8], told["data"][2 * 13 : 2 * 18]
    assert all(abs(each) <= 2 for each in before)
    assert min(after) < -110
    assert max(after) > 110


def test_a_long_sound_has_no_more_parts_than_asked_for_and_loses_no_peak() -> None:
    sink = io.BytesIO()
    told = peaks.make(io.BytesIO(corpus.sound("wav", "pcm_s16le")), "WAV", 3, 100, sink)
    assert told == {"rate": 8000, "samples": 7 * 400}  # of twenty blocks
    lows, highs = list(memoryview(sink.getvalue()).cast("b"))[::2], list(memoryview(sink.getvalue()).cast("b"))[1::2]
    assert (len(lows), len(highs)) == (3, 3)
    assert abs(lows[0]) <= 2 >= abs(highs[0])
    assert min(lows) < -110
    assert max(highs) > 110


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ({"rate": 8000, "samples": 0}, b"12"),
        ({"rate": True, "samples": 400}, b"12"),
        ({"rate": 8000}, b"12"),
        ({"rate": 8000, "samples": 400}, b""),
        ({"rate": 8000, "samples": 400}, b"123"),
        ({"rate": 8000, "samples": 400}, bytes(2 * 4 + 2)),
    ],
)
def test_what_a_child_can_not_have_said_is_not_believed(said: dict[str, object], data: bytes) -> None:
    with pytest.raises(MediaFailure) as caught:
        asides._peaks(said, io.BytesIO(data), Aside("peaks", 4, 100), "peaks-4000")
    assert caught.value.code == "crashed"
    true = asides._peaks({"rate": 8000, "samples": 400}, io.BytesIO(b"\x80\x7f"), Aside("peaks", 4, 100), "peaks-4000")
    assert json.loads(true["application/json"].file.read())["data"] == [-128, 127]


def test_what_is_made_beside_is_made_by_modules_that_there_are() -> None:
    assert set(plan.ASIDE) == set(asides._FILES)

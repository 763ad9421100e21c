"""Pictures to seek by: of which frames they are, what their index says, and what is believed of the child."""

import io
from collections.abc import Iterator
from typing import cast

import pytest
from PIL import Image

from dam.domain.media_types import sniff
from dam.domain.recipes import newest
from tests.corpus import films as corpus
from tests.corpus.cases import Bad, Good
from tests.corpus.films import Film, film, seconds
from tests.workers.media.generate import RGB
from workers.media import plan, sprite_index, sprites
from workers.media.plan import SENTENCES, MediaFailure
from workers.media.sprite_index import Sprite
from workers.media.studio import Studio
from workers.render import StudioRenderer

COLOURS = tuple((40 * number, 30, 240 - 40 * number) for number in range(6))
SHEET, INDEX = newest("sprite-160"), newest("sprite-160-index")


@pytest.fixture(scope="module")
def renderer() -> Iterator[StudioRenderer]:
    with Studio() as studio:
        yield StudioRenderer(studio)


def made(data: bytes, format_: str = "MOV") -> tuple[dict[str, object], Image.Image]:
    """In this process: what is told, and the sheet."""
    sheet = io.BytesIO()
    told = sprites.make(io.BytesIO(data), format_, 160, 90, sheet)
    return told, Image.open(sheet).convert("RGB")


def middles(told: dict[str, object], sheet: Image.Image) -> list[RGB]:
    sprite = sprite_index.checked(told, 160)
    columns = sprite.sheet[0] // sprite.width
    spots = [(number % columns, number // columns) for number in range(len(sprite.begins))]
    seen = [sheet.getpixel((int((x + 0.5) * sprite.width), int((y + 0.5) * sprite.height))) for x, y in spots]
    return cast("list[RGB]", seen)


def near(seen: list[RGB], wanted: tuple[RGB, ...]) -> bool:
    pairs = zip(seen, wanted, strict=True)
    return all(abs(a - b) <= 12 for one, other in pairs for a, b in zip(one, other, strict=True))


def test_of_what_can_only_be_searched_nearly_a_key_frame_is_shown_all_the_same() -> None:
    """Of a transport stream it may be the next one."""
    told, sheet = made(seconds(COLOURS, "mpegts"), "MPEGTS")
    seen = middles(told, sheet)
    assert len(seen) >= 5
    assert near(seen, COLOURS[: len(seen)]) or near(seen, COLOURS[-len(seen) :])


@pytest.mark.parametrize(("container", "format_"), [("mp4", "MOV"), ("matroska", "MKV")])
def test_each_second_has_its_key_frame_and_nothing_else_is_decoded(container: str, format_: str) -> None:
    told, sheet = made(seconds(COLOURS, container), format_)
    assert near(middles(told, sheet), COLOURS)
    assert (told["width"], told["height"], sheet.size) == (160, 120, (960, 120))
    assert told["begins"] == pytest.approx([0, 1, 2, 3, 4, 5], abs=0.05)


def test_a_recording_that_does_not_say_its_length_is_measured() -> None:
    told, sheet = made(seconds(COLOURS[:3], "matroska", told=False), "MKV")
    assert near(middles(told, sheet), COLOURS[:3])
    assert told["seconds"] == pytest.approx(3, abs=0.2)


def test_a_long_film_has_a_bounded_sheet_and_what_has_one_key_frame_one_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprites, "SPRITE_TILES", 2)
    told, sheet = made(seconds(COLOURS))
    assert near(middles(told, sheet), (COLOURS[1], COLOURS[4]))
    assert told["begins"] == pytest.approx([0, 3], abs=0.05)
    still = film(Film("matroska", "libvpx-vp9"))
    monkeypatch.undo()
    assert len(cast("list[float]", made(still, "MKV")[0]["begins"])) <= 4


@pytest.mark.parametrize("case", list(corpus.good()), ids=lambda case: case.name)
def test_every_film_has_a_sheet_as_a_player_shows_it(renderer: StudioRenderer, case: Good) -> None:
    data = case.make()
    with renderer.render(io.BytesIO(data), sniff(data).name, [SHEET, INDEX]) as answer:
        sheet, index = answer.files[SHEET.name], answer.files[INDEX.name]
        text, picture = index.stream.read().decode(), Image.open(sheet.stream).convert("RGB")
    first = text.split("\n\n")[1].split("#xywh=")[1]
    left, top, width, height = map(int, first.strip().split(","))
    assert (left, top) == (0, 0)
    assert abs(width / height - case.size[0] / case.size[1]) < 0.02
    assert (sheet.width, sheet.height) == picture.size
    last = picture.crop((picture.width - width, 0, picture.width, height))
    spots = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    seen = [last.getpixel((int(width * x), int(height * y))) for x, y in spots]
    assert near(cast("list[RGB]", seen), cast("tuple[RGB, ...]", case.colours))


@pytest.mark.parametrize("case", list(corpus.bad()), ids=lambda case: case.name)
def test_a_bad_film_has_a_sheet_or_a_reason(renderer: StudioRenderer, case: Bad) -> None:
    data = case.make()
    try:
        with renderer.render(io.BytesIO(data), sniff(data).name, [INDEX]) as answer:
            assert set(answer.files) == {INDEX.name}
    except Exception as failure:
        assert getattr(failure, "code", None) in SENTENCES, failure  # noqa: PT017 it may have a sheet as well


def test_the_index_says_when_and_where() -> None:
    begins = (0.0, *(float(30 * number) for number in range(1, 113, 10)))
    text = sprite_index.written(Sprite(7200.5, 160, 90, begins), "sprite-160").decode()
    head, *cues = text.split("\n\n")
    assert (head, len(cues)) == ("WEBVTT", len(begins))
    assert cues[0] == "00:00:00.000 --> 00:00:30.000\nsprite-160#xywh=0,0,160,90"
    assert cues[-1] == "00:55:30.000 --> 02:00:00.500\nsprite-160#xywh=320,90,160,90\n"
    assert "#xywh=1440,0,160,90\n" in text
    assert "#xywh=0,90,160,90\n" in text


TRUE = {"seconds": 3.0, "width": 160, "height": 90, "begins": [0.0, 1.5]}


@pytest.mark.parametrize(
    "lie",
    [
        {"seconds": 1.5},
        {"seconds": 1e9},
        {"seconds": "3"},
        {"width": 161},
        {"height": 0},
        {"height": True},
        {"begins": []},
        {"begins": [0.5, 1.0]},
        {"begins": [0.0, 1.0, 1.0]},
        {"begins": [0.0, "1\n-->"]},
        {"begins": [0.0, float("nan")]},
        {"begins": [float(number) / 100 for number in range(plan.SPRITE_TILES + 1)]},
        {"more": 1},
    ],
)
def test_what_a_child_can_not_have_said_is_not_believed(lie: dict[str, object]) -> None:
    assert sprite_index.checked(TRUE, 160).sheet == (320, 90)
    with pytest.raises(MediaFailure) as caught:
        sprite_index.checked({**TRUE, **lie}, 160)
    assert caught.value.code == "crashed"

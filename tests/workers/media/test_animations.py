"""A picture that moves, as a small one that does: which frames, for how long, and never too many."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from dam.domain.media_types import sniff
from dam.domain.recipes import newest
from dam.ports.media import MediaFailure as Refused
from tests.workers.media import generate
from tests.workers.media.generate import RGB
from workers.media import animations, asides
from workers.media.plan import MOVING_FRAMES, MOVING_MS, Aside, MediaFailure
from workers.media.studio import Studio
from workers.render import StudioRenderer

MOVING = newest("moving-480")
COLOURS = RED, GREEN, BLUE = (220, 20, 20), (20, 200, 20), (20, 20, 220)
FORMATS = ("GIF", "WEBP", "PNG", "AVIF")


def moving(format_: str, durations: list[int], size: tuple[int, int] = (64, 48)) -> bytes:
    """Red, green and blue in turn, each for so many ms; the last line differs, so that no two frames are one."""
    frames = []
    for number in range(len(durations)):
        frame = Image.new("RGB", size, COLOURS[number % 3])
        frame.putpixel((size[0] - 1 - number % size[0], size[1] - 1), (number % 256, 255, 255))
        frames.append(frame)
    file = io.BytesIO()
    frames[0].save(file, format_, save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return file.getvalue()


def made(data: bytes, format_: str) -> tuple[dict[str, object], list[tuple[RGB, int]]]:
    """In this process: what is told, and the colour of each frame with its time."""
    sink = io.BytesIO()
    told = animations.make(io.BytesIO(data), format_, 480, 60, sink)
    return told, seen(sink.getvalue())


def seen(data: bytes) -> list[tuple[RGB, int]]:
    image = Image.open(io.BytesIO(data), formats=["WEBP"])
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        spot = cast("RGB", image.convert("RGB").getpixel((5, 5)))
        found.append((spot, int(image.info["duration"])))
    return found


def nearest(spot: RGB) -> RGB:
    return min(COLOURS, key=lambda each: sum(abs(a - b) for a, b in zip(each, spot, strict=True)))


@pytest.mark.parametrize("format_", ["WEBP", "PNG"])
def test_it_is_as_upright_as_the_picture_that_stands_still(format_: str) -> None:
    lying = [generate.corners((64, 48), [RED, GREEN, BLUE, each]) for each in (BLUE, RED, GREEN)]
    file, sink = io.BytesIO(), io.BytesIO()
    lying[0].save(file, format_, save_all=True, append_images=lying[1:], duration=200, exif=generate.exif(6))
    animations.make(file, format_, 480, 60, sink)
    image = Image.open(sink).convert("RGB")
    assert image.size == (48, 64)
    corners = [cast("RGB", image.getpixel(place)) for place in ((5, 5), (43, 5), (5, 59))]
    assert [nearest(each) for each in corners] == [BLUE, RED, BLUE]


@pytest.fixture(scope="module")
def renderer() -> Iterator[StudioRenderer]:
    with Studio() as studio:
        yield StudioRenderer(studio)


@pytest.mark.parametrize("format_", FORMATS)
def test_each_frame_is_there_for_its_time(renderer: StudioRenderer, format_: str) -> None:
    data = moving(format_, [200, 300, 400], (640, 320))
    with renderer.render(io.BytesIO(data), sniff(data).name, [MOVING]) as answer:
        file = answer.files[MOVING.name]
        frames = seen(file.stream.read())
    assert (file.media_type, file.width, file.height) == ("image/webp", 480, 240)
    assert [nearest(spot) for spot, _ in frames] == [RED, GREEN, BLUE]
    assert [shown for _, shown in frames] == [200, 300, 400]


def test_what_does_not_end_ends() -> None:
    told, frames = made(moving("GIF", [1000] * 30), "GIF")
    assert (told, len(frames)) == ({"frames": 10, "milliseconds": MOVING_MS}, 10)
    told, frames = made(moving("GIF", [40] * 400), "GIF")
    assert len(frames) <= MOVING_FRAMES
    assert told["milliseconds"] == sum(shown for _, shown in frames) <= MOVING_MS
    assert min(shown for _, shown in frames[1:-1]) >= 100


def test_no_more_pixels_are_read_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animations, "_MOST_PIXELS", 64 * 48 * 5)
    assert made(moving("GIF", [200] * 20), "GIF")[0] == {"frames": 5, "milliseconds": 1000}
    monkeypatch.setattr(animations, "_MOST_PIXELS", 1)
    assert made(moving("GIF", [200] * 20), "GIF")[0]["frames"] == 2


def test_what_would_be_too_large_has_fewer_pictures_for_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    data = moving("GIF", [200] * 9)
    monkeypatch.setattr(animations, "_LARGEST", len(io.BytesIO(data).getvalue()) // 4)
    told, frames = made(data, "GIF")
    assert told["milliseconds"] == sum(shown for _, shown in frames) == 1800
    assert 2 <= len(frames) < 9
    monkeypatch.setattr(animations, "_LARGEST", 1)
    assert made(data, "GIF")[0] == {"frames": 2, "milliseconds": 1800}


def test_two_that_flicker_are_two_and_what_says_no_time_has_that_of_browsers() -> None:
    assert made(moving("GIF", [40, 40]), "GIF")[0] == {"frames": 2, "milliseconds": 80}
    assert made(moving("GIF", [0, 0, 0]), "GIF")[0] == {"frames": 3, "milliseconds": 300}


def test_what_is_broken_later_is_shown_as_far_as_it_goes() -> None:
    data = moving("PNG", [200] * 6)
    whole, _ = made(data, "PNG")
    part, frames = made(data[: len(data) * 3 // 4], "PNG")
    assert whole["frames"] == 6
    assert 2 <= len(frames) < 6
    assert part["frames"] == len(frames)


@pytest.mark.parametrize("format_", FORMATS)
def test_what_stands_still_has_none(renderer: StudioRenderer, format_: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), RED).save(file, format_)
    file.seek(0)
    with pytest.raises(Refused) as caught:
        renderer.render(file, sniff(file.getvalue()).name, [MOVING])
    assert caught.value.code == "not_moving"


TRUE = {"frames": 2, "milliseconds": 200}


@pytest.mark.parametrize(
    ("said", "box"),
    [
        (TRUE, 63),
        ({**TRUE, "frames": 1}, 64),
        ({**TRUE, "frames": True}, 64),
        ({**TRUE, "frames": MOVING_FRAMES + 1}, 64),
        ({**TRUE, "milliseconds": MOVING_MS + 1}, 64),
        ({**TRUE, "more": 1}, 64),
        ({"frames": 2}, 64),
    ],
)
def test_what_a_child_can_not_have_said_is_not_believed(said: dict[str, object], box: int, tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    path.write_bytes(moving("WEBP", [100, 100]))
    with path.open("rb") as file:
        assert asides._animation(TRUE, file, Aside("animation", 64, 60), "moving-480")["image/webp"].width == 64
        with pytest.raises(MediaFailure) as caught:
            asides._animation(said, file, Aside("animation", box, 60), "moving-480")
    assert caught.value.code == "crashed"

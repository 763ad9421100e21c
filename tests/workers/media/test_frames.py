"""How pictures come into frames: cut, put in the middle, on a background; and as which format they are written."""

import io
from typing import cast

import pytest
from PIL import Image

from tests.workers.media import generate
from workers.media import frames, images, sizes
from workers.media.plan import MediaFailure, Spec

MEMORY = 512 * 1024 * 1024
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 220)


def stripes(size: tuple[int, int]) -> Image.Image:
    """A third red, a third green, a third blue, along the longer side."""
    picture = Image.new("RGB", size, GREEN)
    across = size[0] >= size[1]
    third = (size[0] // 3, size[1]) if across else (size[0], size[1] // 3)
    picture.paste(RED, (0, 0, *third))
    picture.paste(BLUE, (size[0] - third[0], 0, *size) if across else (0, size[1] - third[1], *size))
    return picture


def made(picture: Image.Image, *specs: Spec, format_: str = "PNG") -> list[Image.Image]:
    sinks = [io.BytesIO() for _ in specs]
    images.render(io.BytesIO(generate.encoded(picture, format_)), format_, specs, sinks, MEMORY)
    return [Image.open(sink) for sink in sinks]


def colour(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    return cast("tuple[int, ...]", picture.convert("RGBA").getpixel((x, y)))


def close(got: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(got, wanted, strict=False))


def cover(width: int, height: int) -> Spec:
    return Spec("cut", max(width, height), "JPEG", 95, fit="cover", frame=(width, height), background="#ffffff")


@pytest.mark.parametrize("size", [(900, 300), (300, 900)])
def test_cover_keeps_the_middle(size: tuple[int, int]) -> None:
    (square,) = made(stripes(size), cover(120, 120))
    assert square.size == (120, 120)
    assert all(close(colour(square, *place), GREEN) for place in ((8, 8), (60, 60), (111, 111)))


def test_cover_is_never_larger_than_the_picture_and_keeps_the_proportions() -> None:
    (cut,) = made(stripes((300, 100)), cover(1200, 600))
    assert cut.size == (200, 100)


@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_of_a_panorama_the_cut_is_as_sharp_as_the_picture_allows(format_: str) -> None:
    """More is decoded than was asked for at first; a JPEG had been decoded at a fraction of its size."""
    picture = Image.new("RGB", (4000, 400))
    for column in range(0, 4000, 8):
        picture.paste((255, 255, 255), (column, 0, column + 4, 400))
    (cut,) = made(picture, cover(400, 400), format_=format_)
    assert cut.size == (400, 400)
    row = [colour(cut, x, 200)[0] for x in range(400)]
    assert max(row) > 230
    assert min(row) < 25


@pytest.mark.parametrize("size", [(900, 300), (300, 900), (30, 10)])
def test_contain_shows_all_in_the_middle_of_exactly_the_frame(size: tuple[int, int]) -> None:
    spec = Spec("whole", 150, "JPEG", 95, fit="contain", frame=(150, 150), background="#ffffff")
    (whole,) = made(stripes(size), spec)
    assert whole.size == (150, 150)
    assert close(colour(whole, 75, 75), GREEN)
    assert close(colour(whole, 2, 2), (255, 255, 255))
    across = size[0] > size[1]
    reach = min(150, max(size)) // 2 - 3
    first, last = ((75 - reach, 75), (75 + reach, 75)) if across else ((75, 75 - reach), (75, 75 + reach))
    assert close(colour(whole, *first), RED)
    assert close(colour(whole, *last), BLUE)


def test_without_a_background_what_is_around_is_transparent() -> None:
    (whole,) = made(stripes((90, 30)), Spec("whole", 90, "PNG", fit="contain", frame=(90, 90)))
    assert colour(whole, 45, 5)[3] == 0
    assert colour(whole, 45, 45) == (*GREEN, 255)


def test_what_is_transparent_stands_on_the_background_where_the_format_has_no_transparency() -> None:
    picture = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    picture.paste((*BLUE, 255), (0, 0, 30, 60))
    kept, flat = made(picture, Spec("kept", 60, "PNG"), Spec("flat", 50, "JPEG", 95, background="#ff8000"))
    assert (kept.format, kept.mode, colour(kept, 50, 30)[3]) == ("PNG", "RGBA", 0)
    assert (flat.format, flat.mode, flat.size) == ("JPEG", "RGB", (50, 50))
    assert close(colour(flat, 40, 25), (255, 128, 0))
    assert close(colour(flat, 10, 25), BLUE)


def test_each_rendition_of_one_decode_is_its_own() -> None:
    """A cut or a background of one must not be seen in the next."""
    picture = stripes((600, 200))
    cut, small, padded = made(
        picture,
        cover(200, 200),
        Spec("small", 150),
        Spec("padded", 160, "JPEG", 95, fit="contain", frame=(160, 160), background="#ffffff"),
    )
    assert (cut.size, small.size, padded.size) == ((200, 200), (150, 50), (160, 160))
    assert close(colour(small, 5, 25), RED)
    assert close(colour(padded, 5, 80), RED)


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_nothing_of_the_original_s_metadata_is_in_what_is_delivered(format_: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    file = io.BytesIO()
    stripes((60, 20)).save(file, "JPEG", exif=exif.tobytes(), comment=b"secret place")
    sink = io.BytesIO()
    images.render(file, "JPEG", [Spec("a", 40, format_, background="#ffffff")], [sink], MEMORY)
    assert b"secret" not in sink.getvalue()


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"comment": b"x" * 900}, {"exif": b"Exif\0\0" + b"x" * 99}]
)
def test_sides_are_read_from_each_kind_of_jpeg(options: dict[str, object]) -> None:
    assert sizes.jpeg(generate.encoded(Image.new("RGB", (401, 3)), "JPEG", **options)) == (401, 3)


def test_sides_are_read_from_a_png() -> None:
    assert sizes.png(generate.encoded(Image.new("LA", (401, 3)), "PNG")) == (401, 3)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xc0",
        b"\xff\xd8\xff\xe0\0\0" + bytes(40),
        b"\xff\xd8" + b"\xff\xe0\xff\xff" * 9,
        bytes(99),
    ],
)
def test_what_is_no_picture_has_no_sides(head: bytes) -> None:
    for read in (sizes.jpeg, sizes.png, sizes.webp):
        with pytest.raises(MediaFailure, match="crashed"):
            read(head)


def test_what_is_asked_for_is_enough_for_most_cuts() -> None:
    assert frames.asked(cover(1080, 1080)) == 2160
    assert frames.asked(cover(8000, 10)) == 8192
    assert frames.asked(Spec("a", 1600)) == 1600

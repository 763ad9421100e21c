"""How pictures come into frames: cut, put in the middle, on a background; and as which format they are written."""

import io
import random
from dataclasses import replace
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


@pytest.mark.parametrize(
    ("focal", "seen"),
    [((0.0, 0.5), RED), ((0.1, 0.0), RED), ((1.0, 1.0), BLUE), ((0.84, 0.2), BLUE), ((0.5, 0.9), GREEN)],
)
def test_cover_keeps_what_is_around_the_focal_point(focal: tuple[float, float], seen: tuple[int, int, int]) -> None:
    (square,) = made(stripes((900, 300)), replace(cover(120, 120), focal=focal))
    assert square.size == (120, 120)
    assert close(colour(square, 60, 60), seen)
    turned = (focal[1], focal[0])
    (square,) = made(stripes((300, 900)), replace(cover(120, 120), focal=turned))
    assert close(colour(square, 60, 60), seen)


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


# AVIF, and files of so many bytes at most.


def noise(size: tuple[int, int] = (120, 90)) -> Image.Image:
    """What no encoder makes small; always the same."""
    return Image.frombytes("RGB", size, random.Random(7).randbytes(3 * size[0] * size[1]))


def written(picture: Image.Image, spec: Spec) -> bytes:
    sink = io.BytesIO()
    images.render(io.BytesIO(generate.encoded(picture, "PNG")), "PNG", [spec], [sink], MEMORY)
    return sink.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_an_avif_has_the_colours_and_the_sides_that_its_head_says(mode: str) -> None:
    picture = stripes((300, 90)).convert(mode)
    if mode == "RGBA":
        picture.paste((0, 0, 0, 0), (0, 0, 300, 20))
    file = written(picture, Spec("a", 150, "AVIF", 70))
    assert sizes.avif(file[: sizes.HEAD]) == (150, 45)
    shown = Image.open(io.BytesIO(file))
    assert (shown.format, shown.mode, shown.size) == ("AVIF", mode, (150, 45))
    assert all(close(colour(shown, x, 40), wanted) for x, wanted in ((8, RED), (75, GREEN), (142, BLUE)))
    assert (colour(shown, 75, 3)[3] == 0) == (mode == "RGBA")


@pytest.mark.parametrize("format_", ["JPEG", "WEBP", "AVIF", "PNG"])
def test_the_same_picture_gives_the_same_bytes(format_: str) -> None:
    spec = Spec("a", 200, format_, 70, background="#ffffff", max_bytes=None if format_ == "PNG" else 9_000)
    assert written(noise(), spec) == written(noise(), spec)


@pytest.mark.parametrize("format_", ["JPEG", "WEBP", "AVIF"])
def test_a_file_has_no_more_bytes_than_allowed_and_the_best_quality_that_fits(format_: str) -> None:
    picture, plain = noise((64, 48)), Spec("a", 64, format_, 90, background="#ffffff")
    each = {quality: written(picture, replace(plain, quality=quality)) for quality in range(10, 91)}
    for share in (0.5, 0.7, 0.95):
        most = int(len(each[90]) * share)
        found = written(picture, replace(plain, max_bytes=most))
        assert len(found) <= most
        best = max(quality for quality, file in each.items() if file == found)
        assert len(each[best + 1]) > most


@pytest.mark.parametrize("format_", ["JPEG", "WEBP", "AVIF", "PNG"])
def test_what_cant_have_so_few_bytes_is_told_and_never_delivered(format_: str) -> None:
    with pytest.raises(MediaFailure) as failure:
        written(noise(), Spec("a", 120, format_, 90, background="#ffffff", max_bytes=400))
    assert failure.value.code == "over_max_bytes"


def test_what_has_few_bytes_anyway_keeps_the_quality_asked_for() -> None:
    plain = Spec("a", 300, "JPEG", 90, background="#ffffff")
    for spec in (plain, replace(plain, format="PNG")):
        assert written(noise(), replace(spec, max_bytes=1 << 20)) == written(noise(), spec)


@pytest.mark.parametrize("head", [
    b"", b"\0\0\0\x10ftypavif\0\0\0\0", b"\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x08meta",
    b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x04meta", b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\0free" + b"\0" * 99,
])  # fmt: skip
def test_what_is_no_avif_has_no_sides(head: bytes) -> None:
    with pytest.raises(MediaFailure):
        sizes.avif(head)

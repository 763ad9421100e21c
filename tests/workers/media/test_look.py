"""How pictures look: what stays the same through what people do to a picture, and what does not."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance, ImageOps

from dam.domain.looks import NEAR, distance
from workers.media.look import look_of


def scene(seed: int) -> Image.Image:
    """Blots in no order, soft enough to be a picture."""
    small = Image.new("L", (24, 16))
    state = seed
    for at in range(384):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        small.putpixel((at % 24, at // 24), state >> 16 & 255)
    tinted = ImageOps.colorize(small, (20, 40, 90), (250, 220, 180), (120, 140, 110))
    return tinted.resize((480, 320), Image.Resampling.BICUBIC)


def looked(picture: Image.Image) -> str:
    look = look_of(picture)
    assert look is not None
    return look


def squeezed(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=15)
    return Image.open(file)


@pytest.mark.parametrize(
    "done",
    [
        squeezed,
        lambda picture: picture.resize((160, 107)),
        lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
        lambda picture: picture.convert("L"),
        lambda picture: picture.convert("RGBA"),
        lambda picture: ImageEnhance.Color(picture).enhance(1.8),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_picture_looks_alike_whatever_was_done_to_it(
    done: Callable[[Image.Image], Image.Image], seed: int
) -> None:
    assert distance(looked(scene(seed)), looked(done(scene(seed)))) <= NEAR


def test_other_pictures_look_otherwise() -> None:
    looks = [looked(scene(seed)) for seed in range(12)] + [looked(ImageOps.mirror(scene(1)))]
    assert min(distance(one, other) for at, one in enumerate(looks) for other in looks[:at]) > 2 * NEAR


@pytest.mark.parametrize(
    "picture", [Image.new("RGB", (300, 200), "navy"), Image.new("RGBA", (9, 9)), Image.linear_gradient("L")]
)
def test_what_is_flat_has_no_look(picture: Image.Image) -> None:
    assert look_of(picture) is None


def test_what_is_transparent_is_white() -> None:
    picture = scene(1).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 240, 320))
    on_white = scene(1)
    on_white.paste((255, 255, 255), (0, 0, 240, 320))
    assert distance(looked(picture), looked(on_white)) <= 2

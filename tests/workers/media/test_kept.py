"""Recipes that keep the colours of the file: pixels as they are, and the profile with them, where the format can."""

import io
from typing import cast

import pytest
from PIL import Image, ImageCms

from tests.workers.media import generate
from workers.media import images
from workers.media.plan import MediaFailure, Spec
from workers.media.studio import Studio

MEMORY = 512 * 1024 * 1024
SIZE = (90, 60)
MIB = 1 << 20
COLOUR = (160, 120, 110)
RGB = generate.profile(gamma=1.4)
INK = generate.press_profile()
GREY = generate._profile(b"mntr", b"GRAY", b"XYZ ", [
    (b"cprt", b"text\0\0\0\0none"), (b"wtpt", generate._xyz(generate._D50)),
    (b"kTRC", b"curv\0\0\0\0\0\0\0\1\1\x80\0\0"),
])  # fmt: skip


def keeping(format_: str, **more: object) -> Spec:
    background = "#ffffff" if format_ == "JPEG" else None
    return Spec("a", 60, format_, 95, **{"background": background, "profile": "keep", **more})  # type: ignore[arg-type]


def written(picture: Image.Image, spec: Spec, profile: bytes = b"", format_: str = "TIFF") -> bytes:
    source, sink = io.BytesIO(generate.encoded(picture, format_, icc_profile=profile)), io.BytesIO()
    images.render(source, format_, [spec], [sink], MEMORY)
    return sink.getvalue()


def made(picture: Image.Image, spec: Spec, profile: bytes = b"", format_: str = "TIFF") -> Image.Image:
    found = Image.open(io.BytesIO(written(picture, spec, profile, format_)))
    found.load()
    return found


def pixel(picture: Image.Image, x: int = 30, y: int = 20) -> tuple[int, ...]:
    found = picture.getpixel((x, y))
    return found if isinstance(found, tuple) else (cast("int", found),)


def is_close(got: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(got) == len(wanted) and all(abs(a - b) <= 3 for a, b in zip(got, wanted, strict=True))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colours_stay_as_they_are_and_their_profile_goes_with_them(format_: str) -> None:
    shown = made(Image.new("RGB", SIZE, COLOUR), keeping(format_), RGB)
    assert (shown.size, shown.mode, shown.info["icc_profile"]) == ((60, 40), "RGB", RGB)
    assert is_close(pixel(shown), COLOUR)
    plain = made(Image.new("RGB", SIZE, COLOUR), keeping(format_, profile="srgb"), RGB)
    assert not plain.info.get("icc_profile")
    assert not is_close(pixel(plain), COLOUR)


def test_transparency_stays_with_them() -> None:
    shown = made(Image.new("RGBA", SIZE, (*COLOUR, 128)), keeping("PNG"), RGB)
    assert (shown.mode, shown.info["icc_profile"]) == ("RGBA", RGB)
    assert is_close(pixel(shown), (*COLOUR, 128))


@pytest.mark.parametrize("profile", [b"", INK])
def test_ink_stays_ink_in_a_jpeg_and_nowhere_else(profile: bytes) -> None:
    ink = Image.new("CMYK", SIZE, (10, 200, 30, 40))
    shown = made(ink, keeping("JPEG"), profile)
    assert (shown.mode, shown.info.get("icc_profile", b"")) == ("CMYK", profile)
    assert is_close(pixel(shown), (10, 200, 30, 40))
    for format_ in ("PNG", "WEBP", "AVIF"):
        other = made(ink, keeping(format_), profile)
        srgb = made(ink, keeping(format_, profile="srgb"), profile)
        assert (other.mode, other.tobytes(), other.info.get("icc_profile")) == ("RGB", srgb.tobytes(), None)


@pytest.mark.parametrize(("format_", "mode"), [("JPEG", "L"), ("PNG", "L"), ("WEBP", "RGB"), ("AVIF", "RGB")])
def test_grey_stays_grey_where_the_format_has_it(format_: str, mode: str) -> None:
    shown = made(Image.new("L", SIZE, 100), keeping(format_), GREY)
    assert (shown.mode, shown.info.get("icc_profile")) == (mode, GREY if mode == "L" else None)
    assert is_close(pixel(shown.convert("L")), (100,)) == (mode == "L")


def test_grey_with_the_profile_of_a_screen_becomes_a_picture_of_that_screen() -> None:
    shown = made(Image.new("LA", SIZE, (100, 255)), keeping("PNG"), RGB, "PNG")
    assert (shown.mode, pixel(shown), shown.info["icc_profile"]) == ("RGBA", (100, 100, 100, 255), RGB)


@pytest.mark.parametrize("profile", [b"no profile at all", INK, generate.profile(padding=5 * MIB)])
def test_what_is_no_profile_of_these_colours_is_not_handed_on(profile: bytes) -> None:
    shown = made(Image.new("RGB", SIZE, COLOUR), keeping("JPEG"), profile)
    assert (shown.mode, shown.info.get("icc_profile")) == ("RGB", None)
    assert is_close(pixel(shown), COLOUR)


def test_ink_with_the_profile_of_a_screen_stays_ink_without_it() -> None:
    shown = made(Image.new("CMYK", SIZE, (10, 200, 30, 40)), keeping("JPEG"), RGB)
    assert (shown.mode, shown.info.get("icc_profile")) == ("CMYK", None)


def test_nothing_else_of_the_file_is_handed_on() -> None:
    file, sink = io.BytesIO(), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", SIZE, COLOUR).save(file, "JPEG", exif=exif.tobytes(), comment=b"secret place", icc_profile=RGB)
    images.render(file, "JPEG", [keeping("JPEG")], [sink], MEMORY)
    assert b"secret" not in sink.getvalue()
    assert Image.open(sink).info["icc_profile"] == RGB


@pytest.mark.parametrize(("mode", "colour", "profile", "ground"), [
    ("RGB", COLOUR, RGB, (255, 255, 255)), ("CMYK", (10, 200, 30, 40), INK, (0, 0, 0, 0)), ("L", (100,), GREY, (255,)),
])  # fmt: skip
def test_what_is_around_is_white_in_the_picture_s_own_colours(
    mode: str, colour: tuple[int, ...], profile: bytes, ground: tuple[int, ...]
) -> None:
    spec = keeping("JPEG", fit="contain", frame=(60, 60))
    shown = made(Image.new(mode, SIZE, colour), spec, profile)
    assert (shown.mode, shown.size) == (mode, (60, 60))
    assert is_close(pixel(shown, 30, 30), colour)
    assert is_close(pixel(shown, 30, 3), ground)


def test_a_background_is_the_colour_that_it_is_in_srgb() -> None:
    """Its numbers are others in the picture's profile; there they mean the same."""
    shown = made(
        Image.new("RGB", SIZE, COLOUR), keeping("PNG", fit="contain", frame=(60, 60), background="#c04020"), RGB
    )
    ground = cast("tuple[int, int, int]", pixel(shown, 30, 2))
    assert not is_close(ground, (0xC0, 0x40, 0x20))
    source = ImageCms.ImageCmsProfile(io.BytesIO(RGB))
    back = ImageCms.profileToProfile(
        shown, source, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    assert back is not None
    assert is_close(pixel(back, 30, 2), (0xC0, 0x40, 0x20))


def test_without_a_background_what_is_around_is_transparent() -> None:
    shown = made(Image.new("L", SIZE, 100), keeping("PNG", fit="contain", frame=(60, 60)), GREY)
    assert (shown.mode, pixel(shown, 30, 2), pixel(shown)) == ("LA", (0, 0), (100, 255))


def test_two_recipes_of_one_decode_do_not_meet() -> None:
    source = io.BytesIO(generate.encoded(Image.new("RGB", SIZE, COLOUR), "PNG", icc_profile=RGB))
    sinks = [io.BytesIO(), io.BytesIO(), io.BytesIO()]
    specs = [keeping("PNG"), Spec("b", 60, "PNG"), Spec("c", 30, "PNG", profile="keep")]
    images.render(source, "PNG", specs, sinks, MEMORY)
    own, srgb, small = (Image.open(sink) for sink in sinks)
    assert (own.info["icc_profile"], small.info["icc_profile"], srgb.info.get("icc_profile")) == (RGB, RGB, None)
    assert pixel(own) == pixel(small, 15, 10) == COLOUR != pixel(srgb)


def test_a_file_with_a_large_profile_is_believed_and_counted() -> None:
    """Through the sandbox: the sides stand behind three megabytes, which count for the bytes that are allowed."""
    large = generate.profile(padding=3 * MIB)
    source = io.BytesIO(generate.encoded(Image.new("RGB", SIZE, COLOUR), "TIFF", icc_profile=large))
    with Studio() as studio:
        for format_ in ("JPEG", "PNG", "WEBP", "AVIF"):
            source.seek(0)
            with studio.render(source, "TIFF", [keeping(format_)]) as rendered:
                file = rendered.files["a"]
                assert (file.width, file.height) == (60, 40)
                assert Image.open(file.file).info["icc_profile"] == large
        source.seek(0)
        with pytest.raises(MediaFailure) as failure:
            studio.render(source, "TIFF", [keeping("JPEG", max_bytes=MIB)])
        assert failure.value.code == "over_max_bytes"

"""What a rendition looks like: colours, orientation, transparency, sizes; and that no metadata is in it."""

import io
import zlib
from collections.abc import Mapping
from typing import Any, cast

import pytest
from PIL import Image, ImageCms

from tests.workers.media import generate
from workers.media import images
from workers.media.colour import main_colours
from workers.media.plan import MediaFailure, Spec

QUARTERS = ((220, 40, 40), (40, 180, 60), (50, 70, 200), (240, 240, 230))
MEMORY = 512 * 1024 * 1024


def rendered(data: bytes, format_: str, *boxes: int) -> tuple[list[Image.Image], Mapping[str, Any]]:
    specs = [Spec(f"box-{box}", box, quality=95) for box in boxes or (64,)]
    sinks = [io.BytesIO() for _ in specs]
    properties = images.render(io.BytesIO(data), format_, specs, sinks, MEMORY)
    return [Image.open(sink) for sink in sinks], properties


def colour_at(image: Image.Image, across: float, down: float) -> tuple[int, int, int]:
    place = int(image.width * across), int(image.height * down)
    return cast("tuple[int, int, int]", image.convert("RGB").getpixel(place))


def quarters(image: Image.Image) -> list[tuple[int, int, int]]:
    return [colour_at(image, across, down) for down in (0.25, 0.75) for across in (0.25, 0.75)]


def assert_close(got: tuple[int, int, int], wanted: tuple[int, int, int], limit: float = 3.0) -> None:
    assert generate.difference(generate.lab(got), generate.lab(wanted)) < limit, (got, wanted)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_each_format_gives_each_size_in_proportion(format_: str) -> None:
    data = generate.encoded(generate.corners((300, 200), QUARTERS), format_, quality=95)
    (large, small), properties = rendered(data, format_, 150, 30)
    assert (large.format, large.size, small.size) == ("WEBP", (150, 100), (30, 20))
    for got, wanted in zip(quarters(large), QUARTERS, strict=True):
        assert_close(got, wanted)
    assert (properties["width"], properties["height"], properties["format"]) == (300, 200, format_)


def test_nothing_is_enlarged() -> None:
    (image,), _ = rendered(generate.encoded(generate.corners((30, 20), QUARTERS), "PNG"), "PNG", 2048)
    assert image.size == (30, 20)


@pytest.mark.parametrize("size", [(6000, 1), (1, 6000)])
def test_a_line_keeps_a_pixel_of_width(size: tuple[int, int]) -> None:
    (image,), _ = rendered(generate.encoded(Image.new("RGB", size), "PNG"), "PNG", 64)
    assert sorted(image.size) == [1, 64]


# EXIF 2.32's "0th row, 0th column": which corner (in reading order) the stored corners show.
SEEN = {1: "0123", 2: "1032", 3: "3210", 4: "2301", 5: "0213", 6: "1302", 7: "3120", 8: "2031"}


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(orientation: int, format_: str) -> None:
    stored = generate.corners((120, 80), [QUARTERS[int(seen)] for seen in SEEN[orientation]])
    data = generate.encoded(stored, format_, exif=generate.exif(orientation), quality=95)
    (image,), properties = rendered(data, format_)
    upright = (120, 80) if orientation < 5 else (80, 120)
    assert (properties["width"], properties["height"]) == upright
    assert (image.width > image.height) == (orientation < 5)
    for got, wanted in zip(quarters(image), QUARTERS, strict=True):
        assert_close(got, wanted)


@pytest.mark.parametrize("block", [b"Exif\0\0garbage", b"", b"Exif\0\0MM\0*\xff\xff\xff\xff", generate.exif(99)])
def test_absurd_exif_changes_nothing(block: bytes) -> None:
    data = generate.encoded(generate.corners((40, 30), QUARTERS), "JPEG", exif=block)
    assert rendered(data, "JPEG")[0][0].size == (40, 30)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_colour_profile_is_applied(format_: str) -> None:
    inside = ((160, 120, 120), (120, 160, 130), (110, 120, 150), (180, 180, 170))  # colours that sRGB has too
    picture = generate.corners((80, 80), inside)
    options = {"lossless": True} if format_ == "WEBP" else {"quality": 95}
    (image,), properties = rendered(
        generate.encoded(picture, format_, icc_profile=generate.profile(gamma=1.4), **options), format_
    )
    assert properties["profile"] == "applied"
    for got, stored in zip(quarters(image), inside, strict=True):
        wanted = generate.lab(stored, generate.WIDE, 1.4)
        assert generate.difference(generate.lab(stored), wanted) > 5  # the profile matters here
        assert generate.difference(generate.lab(got), wanted) < 3


@pytest.mark.parametrize(("padding", "fate"), [(2_000_000, "applied"), (9_000_000, "none")])
def test_much_that_is_written_beside_a_picture_does_not_cost_it(padding: int, fate: str) -> None:
    """Photoshop keeps a history in XMP, and profiles of printers have megabytes: Pillow unpacks one of each."""
    data = generate.encoded(
        generate.corners((40, 40), QUARTERS), "PNG", icc_profile=generate.profile(generate._SRGB, padding=padding)
    )
    texts = [(b"zTXt", b"a\0\0"), (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0")]
    beside = b"".join(generate.chunk(name, head + zlib.compress(bytes(padding))) for name, head in texts)
    (image,), properties = rendered(data[:33] + beside + data[33:], "PNG")
    assert properties["profile"] == fate
    for got, wanted in zip(quarters(image), QUARTERS, strict=True):
        assert_close(got, wanted, 4)


def test_the_name_of_the_profile_that_counts_is_told() -> None:
    named = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = generate.corners((40, 40), QUARTERS)
    _, properties = rendered(generate.encoded(picture, "PNG", icc_profile=named), "PNG")
    assert properties["details"]["profile_name"] == "sRGB built-in"
    _, properties = rendered(generate.encoded(picture, "PNG", icc_profile=b"no profile at all"), "PNG")
    assert "profile_name" not in properties["details"]


def test_a_screen_profile_on_a_grey_picture_is_applied() -> None:
    data = generate.encoded(Image.new("L", (40, 40), 60), "JPEG", icc_profile=generate.profile(gamma=1.0))
    (image,), properties = rendered(data, "JPEG")
    assert properties["profile"] == "applied"
    assert_close(colour_at(image, 0.5, 0.5), (133, 133, 133))  # .235 of the light, on sRGB's curve


@pytest.mark.parametrize(
    "bad", [b"no profile at all", generate.profile(padding=5 * 1024 * 1024), generate.press_profile()]
)
def test_an_oversized_broken_or_foreign_profile_is_ignored(bad: bytes) -> None:
    data = generate.encoded(generate.corners((40, 40), QUARTERS), "WEBP", icc_profile=bad, quality=95)
    (image,), properties = rendered(data, "WEBP")
    assert properties["profile"] == "ignored"
    assert_close(colour_at(image, 0.25, 0.25), QUARTERS[0])


def test_cmyk_with_the_polarity_that_adobe_writes() -> None:
    data = generate.encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG", quality=95)
    (image,), properties = rendered(data, "JPEG")
    assert_close(colour_at(image, 0.5, 0.5), (255, 0, 0), 6)
    assert (properties["colour_mode"], properties["profile"]) == ("CMYK", "none")


@pytest.mark.parametrize("ink", [(0, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 1, 1, 0)])
def test_cmyk_with_a_press_profile(ink: tuple[int, int, int, int]) -> None:
    picture = Image.new("CMYK", (40, 40), tuple(255 * part for part in ink))
    data = generate.encoded(picture, "JPEG", quality=98, icc_profile=generate.press_profile())
    (image,), properties = rendered(data, "JPEG")
    assert properties["profile"] == "applied"
    assert generate.difference(generate.lab(colour_at(image, 0.5, 0.5)), generate.press_lab(*ink)) < 4


def test_sixteen_bits_of_grey_become_eight() -> None:
    picture = Image.new("I;16", (40, 40), 0x8000)
    (image,), properties = rendered(generate.encoded(picture, "PNG"), "PNG")
    assert_close(colour_at(image, 0.5, 0.5), (128, 128, 128))
    assert properties["colour_mode"] == "I;16"


def test_a_palette_with_a_transparent_entry() -> None:
    picture = generate.corners((40, 40), QUARTERS).quantize(4)
    index = cast(int, picture.getpixel((0, 0)))
    (image,), properties = rendered(generate.encoded(picture, "PNG", transparency=index), "PNG")
    alpha = image.getchannel("A")
    assert (alpha.getpixel((5, 5)), alpha.getpixel((35, 35))) == (0, 255)
    assert_close(colour_at(image, 0.75, 0.75), QUARTERS[3])
    assert properties["has_alpha"] is True


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_colour_that_stands_for_transparent(mode: str) -> None:
    black: Any = (0, 0, 0) if mode == "RGB" else 0
    (image,), properties = rendered(generate.encoded(Image.new(mode, (9, 9)), "PNG", transparency=black), "PNG")
    assert image.getchannel("A").getextrema() == (0, 0)
    assert properties["colours"] == []


@pytest.mark.parametrize(
    ("mode", "hidden", "shown"), [("RGBA", (0, 255, 0, 0), (200, 30, 30, 255)), ("LA", (0, 0), (250, 255))]
)
def test_what_is_transparent_does_not_bleed_into_the_edge(mode: str, hidden: Any, shown: Any) -> None:
    picture = Image.new(mode, (1000, 1000), hidden)
    picture.paste(shown, (0, 0, 503, 1000))
    (image,), properties = rendered(generate.encoded(picture, "PNG"), "PNG", 101)
    wanted = shown[:3] if mode == "RGBA" else (shown[0],) * 3
    edge = [x for x in range(101) if 40 < cast("tuple[int, ...]", image.getpixel((x, 50)))[3] <= 255]
    assert len(edge) >= 50
    for x in edge:
        got = cast("tuple[int, ...]", image.getpixel((x, 50)))[:3]
        assert max(abs(a - b) for a, b in zip(got, wanted, strict=True)) < 30, (x, got)
    assert image.getchannel("A").getextrema() == (0, 255)
    assert properties["has_alpha"] is True


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("icc", [None, generate.profile()])
def test_no_metadata_of_the_original_is_in_a_rendition(format_: str, icc: bytes | None) -> None:
    picture = generate.corners((30, 20), QUARTERS)
    xmp = b"<x:xmpmeta>SECRETXMP</x:xmpmeta>"
    data = generate.encoded(picture, format_, exif=generate.exif(1), xmp=xmp, icc_profile=icc, comment=b"SECRETCOMMENT")
    sink = io.BytesIO()
    images.render(io.BytesIO(data), format_, [Spec("a", 64)], [sink], MEMORY)
    assert b"SECRETCAMERA" in data
    for trace in (b"SECRET", b"EXIF", b"XMP", b"ICCP", b"acsp"):
        assert trace not in sink.getvalue()


def test_an_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in QUARTERS]
    data = generate.encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    (image,), _ = rendered(data, "WEBP")
    assert_close(colour_at(image, 0.5, 0.5), QUARTERS[0])


def test_a_stack_of_jpegs_from_a_camera_shows_its_first() -> None:
    frames = [generate.corners((60, 40), QUARTERS), Image.new("RGB", (60, 40))]
    data = generate.encoded(frames[0], "MPO", save_all=True, append_images=frames[1:], quality=95)
    (image,), _ = rendered(data, "JPEG", 30)
    assert_close(colour_at(image, 0.25, 0.25), QUARTERS[0])


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_a_reduced_decode_covers_exactly_the_picture(format_: str) -> None:
    """Draft and reduction round up (73 px in twelfths are 7, not 6.08); taken as they are, the middle would move."""
    picture = generate.corners((73, 73), [(0, 0, 0), (255, 255, 255)] * 2)
    (image,), _ = rendered(generate.encoded(picture, format_, quality=95), format_, 4)
    row = [colour_at(image, (x + 0.5) / 4, 0.5)[0] for x in range(4)]
    assert abs(row[1] + row[2] - 255) < 16, row


def test_the_main_colours_are_those_of_the_largest_areas_and_the_same_each_time() -> None:
    picture = generate.corners((300, 200), [QUARTERS[2], QUARTERS[2], QUARTERS[1], QUARTERS[0]])
    picture.paste((255, 255, 255), (0, 0, 9, 9))  # a speck
    data = generate.encoded(picture, "JPEG", quality=95)
    first, again = (rendered(data, "JPEG")[1]["colours"] for _ in range(2))
    assert first == again
    assert len(first) == 3
    for said, wanted in zip(first, (QUARTERS[2], QUARTERS[1], QUARTERS[0]), strict=True):
        got = tuple(bytes.fromhex(said[1:]))
        assert_close((got[0], got[1], got[2]), wanted)


def test_shades_of_one_colour_are_one_and_of_many_there_are_five() -> None:
    shades = Image.new("RGB", (256, 8))
    for x in range(256):
        shades.paste((40 + x // 8, 90 + x // 8, 180 + x // 8), (x, 0, x + 1, 8))
    assert len(main_colours(shades)) == 1
    many = Image.new("RGB", (256, 8))
    for number in range(8):
        colour = tuple(255 * (number >> bit & 1) for bit in range(3))
        many.paste(colour, (number * 32, 0, number * 32 + 32, 8))
    assert len(main_colours(many)) == 5


def test_the_main_colours_ignore_what_is_transparent() -> None:
    picture = Image.new("RGBA", (40, 40), (0, 255, 0, 0))
    picture.paste((200, 30, 30, 255), (0, 0, 8, 40))
    assert main_colours(picture) == ["#c81e1e"]
    assert main_colours(Image.new("RGBA", (4, 4))) == []


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_half_a_file_is_truncated(format_: str) -> None:
    data = generate.encoded(generate.corners((400, 300), QUARTERS).effect_spread(40), format_)
    with pytest.raises(MediaFailure) as caught:
        rendered(data[: len(data) // 2], format_)
    assert caught.value.code == "truncated"


NO_PICTURES = [b"", b"hello, this is text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\4\0\0\0WEBP"]


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("data", NO_PICTURES)
def test_what_is_no_picture_is_broken(format_: str, data: bytes) -> None:
    with pytest.raises(MediaFailure) as caught:
        rendered(data, format_)
    assert caught.value.code in ("broken_file", "truncated")


def test_the_decoder_is_the_one_asked_for() -> None:
    with pytest.raises(MediaFailure) as caught:
        rendered(generate.encoded(Image.new("RGB", (9, 9)), "PNG"), "JPEG")
    assert caught.value.code == "broken_file"


@pytest.mark.parametrize(
    ("format_", "bomb"),
    [("PNG", generate.png_bomb()), ("JPEG", generate.flat_jpeg(800, 800)), ("WEBP", generate.webp_bomb())],
)
def test_a_bomb_is_refused_by_its_header(format_: str, bomb: bytes) -> None:
    if format_ == "JPEG":
        frame = bomb.index(b"\xff\xc0") + 5
        bomb = bomb[:frame] + b"\xff\xdc\xff\xdc" + bomb[frame + 4 :]  # 65500 × 65500
    assert len(bomb) < 200_000
    with pytest.raises(MediaFailure) as caught:
        rendered(bomb, format_)
    assert caught.value.code == "too_large"


def test_a_progressive_jpeg_that_memory_does_not_carry_is_told_before() -> None:
    data = bytearray(generate.encoded(generate.corners((64, 64), QUARTERS), "JPEG", progressive=True, subsampling=0))
    frame = data.index(b"\xff\xc2") + 5
    data[frame : frame + 4] = b"\x27\x10\x27\x10"  # 10000 × 10000, 600 MB of coefficients
    with pytest.raises(MediaFailure) as caught:
        rendered(bytes(data), "JPEG")
    assert caught.value.code == "out_of_memory"

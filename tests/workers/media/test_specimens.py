"""The specimen sheet of a font: which letters are on it, and what a font can't have us draw."""

import io
import itertools

import pytest
from PIL import Image, ImageChops

from tests.corpus import fonts
from tests.workers.media import generate
from workers.media import specimens
from workers.media.plan import MediaFailure

PAPER = Image.new("RGB", specimens.SHEET, specimens.PAPER)


def decoded(data: bytes) -> tuple[Image.Image, dict[str, object]]:
    found = specimens.decode(io.BytesIO(data), 2048, 0)
    return found.image, found.details


def seen(image: Image.Image, top: int, bottom: int) -> tuple[int, int, int, int] | None:
    """The box of what is drawn between two heights."""
    part = (0, top, image.width, bottom)
    return ImageChops.difference(image.crop(part), PAPER.crop(part)).getbbox()


def test_letters_are_as_wide_as_the_font_says_and_each_line_has_its_size() -> None:
    sheet, _ = decoded(fonts.sfnt(fonts.tables()))
    advance = 51  # seven tenths of 72, hinted
    assert seen(sheet, 160, 250) == (80, 12, 80 + 26 * advance, 84)
    heights = [specimens.MARGIN + 64 + 300]
    for size in specimens._SIZES:
        heights.append(heights[-1] + size + 36)
    boxes = [seen(sheet, above, below) for above, below in itertools.pairwise(heights)]
    assert [box[3] - box[1] for box in boxes if box] == [*specimens._SIZES]
    assert all(box is not None and box[2] <= specimens.SHEET[0] - specimens.MARGIN for box in boxes)


@pytest.mark.parametrize("make", [fonts.sfnt, fonts.woff, fonts.woff2, fonts.collection])
def test_it_looks_the_same_however_it_is_packed(make: object) -> None:
    assert callable(make)
    packed, plain = decoded(make(fonts.tables()))[0], decoded(fonts.sfnt(fonts.tables()))[0]
    assert ImageChops.difference(packed, plain).getbbox() is None


def test_a_font_without_latin_letters_shows_those_that_it_has() -> None:
    sheet, _ = decoded(fonts.sfnt(fonts.tables("\u05d0\u05d1\uf001")))
    box = seen(sheet, 160, specimens.SHEET[1])
    assert box is not None
    assert box[2] == 80 + 2 * 104 + 51


@pytest.mark.parametrize(("ppem", "size"), [(109, (136, 128)), (32, (40, 36))])
def test_letters_that_are_pictures_are_shown_as_they_are_and_no_larger_than_others(
    ppem: int, size: tuple[int, int]
) -> None:
    """As in fonts of emoji: there is no other size of them."""
    blue = (70, 90, 180)
    picture = generate.encoded(Image.new("RGBA", size, (*blue, 255)), "PNG")
    sheet, details = decoded(fonts.sfnt(fonts.pictured("AZaz\u2600", picture, size, ppem)))
    assert details == {"font_name": "Corpus Blocks Regular"}
    across, down = (72, 68) if ppem == 109 else size
    base = specimens.MARGIN + 160
    assert seen(sheet, 160, specimens.SHEET[1]) == (80, base - down - 160, 80 + 4 * 104 + across, base - 160)
    assert [sheet.getpixel((80 + 104 * number, base - 1)) for number in range(5)] == [blue] * 5


def test_letters_that_are_pictures_of_no_usual_size_have_a_reason() -> None:
    picture = generate.encoded(Image.new("RGBA", (40, 40)), "PNG")
    with pytest.raises(MediaFailure) as caught:
        decoded(fonts.sfnt(fonts.pictured("A", picture, (40, 40), 33)))
    assert caught.value.code == "unsupported_variant"


def test_its_name_is_one_line_that_does_nothing_and_is_drawn_by_a_face_of_ours() -> None:
    hostile = "A\u202eB\n" + "x" * 1000
    sheet, details = decoded(fonts.sfnt(fonts.tables(name=hostile)))
    name = details["font_name"]
    assert isinstance(name, str)
    assert name.startswith("A?B?xxx")
    assert len(name) <= 100
    assert seen(sheet, 0, 140) != seen(decoded(fonts.sfnt(fonts.tables()))[0], 0, 140)


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specimens, "_LARGEST", 1000)
    with pytest.raises(MediaFailure) as caught:
        decoded(fonts.sfnt(fonts.tables()))
    assert caught.value.code == "too_large"


def test_letters_as_large_as_a_bomb_are_not_drawn() -> None:
    with pytest.raises(MediaFailure) as caught:
        decoded(fonts.sfnt(fonts.tables(em=16)))
    assert caught.value.code == "too_large"

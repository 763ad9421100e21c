"""Which page of a document, and which moment of a film, a picture is taken from."""

import io
import struct
import tempfile
import zipfile
from dataclasses import replace
from typing import BinaryIO, cast

import pytest
from PIL import Image, ImageChops, TiffImagePlugin

from tests.corpus import films, papers, stills, tiff
from tests.corpus.cases import cut_out, picture, turned
from tests.workers.media import generate
from tests.workers.media.generate import RGB
from workers.media import images
from workers.media.plan import MOST_PAGES, MOST_SECONDS, MediaFailure, Spec, check_request
from workers.media.stills import decode

MEMORY = 512 * 1024 * 1024
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 220)


def seen(data: bytes, format_: str, page: int | None = None, time: float | None = None) -> Image.Image:
    sink = io.BytesIO()
    spec = Spec("a", 60, "PNG", page=page, time=time)
    with tempfile.TemporaryFile() as file:  # what is a document is mapped into memory
        file.write(data)
        file.seek(0)
        images.render(cast(BinaryIO, file), format_, [spec], [sink], MEMORY)
    return Image.open(sink)


def close(picture: Image.Image, wanted: RGB) -> bool:
    found = cast("RGB", picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2)))
    return all(abs(a - b) < 25 for a, b in zip(found, wanted, strict=True))


def refused(data: bytes, format_: str, page: int | None = None, time: float | None = None) -> str:
    with pytest.raises(MediaFailure) as failure:
        seen(data, format_, page, time)
    return failure.value.code


def flat(colour: RGB, size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.new("RGB", size, colour)


PDF = papers.pdf([papers.drawn([colour] * 4) for colour in (RED, GREEN, BLUE)])
TIFF = tiff.tiff([tiff.page(flat(RED)), tiff.page(flat(GREEN, (40, 60))), tiff.page(flat(BLUE))])


@pytest.mark.parametrize(("data", "format_"), [(PDF, "PDF"), (TIFF, "TIFF")])
def test_the_page_asked_for_is_shown(data: bytes, format_: str) -> None:
    for page, colour in ((None, RED), (1, RED), (2, GREEN), (3, BLUE)):
        assert close(seen(data, format_, page, 1.0), colour), page
    assert refused(data, format_, 4) == refused(data, format_, MOST_PAGES) == "no_such_page"


def test_a_page_of_a_tiff_has_a_size_and_a_profile_of_its_own() -> None:
    assert seen(TIFF, "TIFF", 2).size == (40, 60)
    swapped = generate.profile(generate.WIDE, 1.4)
    data = tiff.tiff([tiff.page(flat(RED), profile=swapped), tiff.page(flat((160, 120, 120)))])
    assert seen(data, "TIFF", 2).getpixel((5, 5)) == (160, 120, 120)


KINDS = {
    "8 bit": tiff.page(picture()),
    "16 bit": tiff.page(picture(), 16),
    "plane by plane": tiff.page(picture(), extra={tiff.PLANES: 2}),
    "16 bit, plane by plane": tiff.page(picture(), 16, extra={tiff.PLANES: 2}),
    "16 bit, plane by plane, turned": tiff.page(turned(6), 16, extra={tiff.PLANES: 2, 274: 6}),
    "inks of 16 bits, plane by plane": tiff.page(stills.inks(), 16, extra={tiff.PLANES: 2}),
    "inks": tiff.page(stills.inks()),
    "grey, white is zero": replace(tiff.page(ImageChops.invert(stills.greys()), 16), photometric=0),
    "grey": tiff.page(stills.greys(), 16),
    "Lab": tiff.page(stills.lab()),
    "alpha": tiff.page(cut_out()),
    "tiled": tiff.page(picture(), 16, tile=16),
    "packed": tiff.page(picture(), compression=tiff.DEFLATE),
    "turned": tiff.page(turned(6), extra={274: 6}),
    "larger": tiff.page(picture((240, 160))),
}


@pytest.mark.parametrize("shown", KINDS)
def test_a_page_of_a_tiff_is_shown_as_it_is_alone_whatever_comes_before_and_behind(
    shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone each of these is in the corpus, with known colours."""
    alone = seen(tiff.tiff([KINDS[shown]]), "TIFF")
    for other, page in KINDS.items():
        for pages, at in (([page, KINDS[shown]], 2), ([KINDS[shown], page], 1)):
            monkeypatch.setattr(TiffImagePlugin, "READ_LIBTIFF", False)  # as in a process that has read nothing yet
            found = seen(tiff.tiff(pages), "TIFF", at)
            assert (found.mode, found.size, found.tobytes()) == (alone.mode, alone.size, alone.tobytes()), (other, at)


def test_a_page_that_cant_be_shown_is_one_and_hides_none() -> None:
    unknown = tiff.Page((4, 4), 9, (8,), bytes(16))
    data = tiff.tiff([tiff.page(flat(RED)), unknown, tiff.page(flat(BLUE))])
    for page, colour in ((1, RED), (3, BLUE)):
        decoded = decode("TIFF", io.BytesIO(data), 60, MEMORY, page)
        assert decoded.details["pages"] == 3
        assert close(decoded.image, colour)
    assert refused(data, "TIFF", 2) == "broken_file"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")  # Pillow reads a directory, and warns of its end
def test_what_comes_behind_the_pages_is_none() -> None:
    nothing = bytearray(tiff.tiff([tiff.page(flat(RED)), tiff.page(flat(BLUE))]))
    (first,) = struct.unpack_from("<I", nothing, 4)
    (entries,) = struct.unpack_from("<H", nothing, first)
    struct.pack_into("<I", nothing, first + 2 + 12 * entries, len(nothing))
    assert "pages" not in decode("TIFF", io.BytesIO(nothing), 60, MEMORY).details


def test_a_page_too_large_is_refused_as_a_first_one_is() -> None:
    bomb = tiff.Page((40_000, 40_000), tiff.RGB, (8, 8, 8), b"\0" * 99)
    data = tiff.tiff([tiff.page(flat(RED)), bomb])
    assert close(seen(data, "TIFF", 1), RED)
    assert refused(data, "TIFF", 2) == "too_large"


def test_of_what_is_known_by_its_first_page_alone_another_one_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("docProps/thumbnail.png", generate.encoded(flat(RED), "PNG"))
    assert close(seen(file.getvalue(), "OFFICE", 1), RED)
    assert refused(file.getvalue(), "OFFICE", 2) == "no_such_page"
    assert refused(b"words", "TEXT", 2) == "no_such_page"


def test_what_has_neither_pages_nor_moments_is_taken_as_it_is() -> None:
    assert close(seen(generate.encoded(flat(RED), "PNG"), "PNG", 7, 7.0), RED)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_the_moment_asked_for_is_shown_and_not_the_key_frame_before_it(container: str) -> None:
    """A colour stands at each whole second, for a tenth of one."""
    data, format_ = films.seconds((RED, GREEN, BLUE), container), {"mp4": "MOV", "matroska": "MKV"}[container]
    white = (255, 255, 255)
    for time, colour in (
        (0.0, RED),
        (0.09, RED),
        (0.1, white),
        (0.95, white),
        (1.0, GREEN),
        (2.05, BLUE),
        (3.0, white),
    ):
        assert close(seen(data, format_, time=time), colour), time
    assert refused(data, format_, time=3.2) == "no_such_time"


def test_a_film_that_does_not_say_how_long_it_is_is_measured() -> None:
    data = films.seconds((RED, GREEN), "matroska", told=False)
    assert close(seen(data, "MKV", 5, 1.0), GREEN)
    assert refused(data, "MKV", time=2.2) == "no_such_time"


def test_a_moment_too_far_from_a_key_frame_is_not_another_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.media.films.MOST_PACKETS", 3)
    assert refused(films.seconds((RED, GREEN)), "MOV", time=0.9) == "no_such_time"


@pytest.mark.parametrize("wrong", [
    {"page": 0}, {"page": MOST_PAGES + 1}, {"time": -0.1}, {"time": MOST_SECONDS + 1}, {"time": float("nan")},
])  # fmt: skip
def test_what_cant_be_a_page_or_a_moment_is_no_request(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="pages are"):
        check_request("PDF", [Spec("a", 9, **wrong)])  # type: ignore[arg-type]


def test_what_is_made_together_shows_the_same() -> None:
    with pytest.raises(ValueError, match="same page"):
        check_request("PDF", [Spec("a", 9, page=1), Spec("b", 9, page=2)])

"""Films for places: how they are cut and framed, in how many bytes, and what is written into them. By the program
itself, on films of a few seconds."""

import functools
import io
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
import pytest
from av.video.reformatter import ColorTrc
from PIL import Image

from dam.domain.cookbook import MOST_FILM_SIDE
from tests.corpus import films as corpus
from tests.corpus.cases import QUARTERS
from tests.corpus.films import Film, film
from tests.workers.media.generate import RGB
from tests.workers.media.test_encoding import near, needs_fences, played
from tests.workers.media.test_tagged import tagged_film
from workers.media import boxes, encodings, graph, xmp
from workers.media.encoding import LIMITS, Encoding, check_film
from workers.media.encodings import framed, placed, rate_factor
from workers.media.plan import Limits, MediaFailure, Spec
from workers.media.progress import Progress
from workers.media.results import Properties, RenderedFile
from workers.media.studio import Studio

PLAIN = Spec("film", 160, "MP4", 80)
WORDS = {
    "title": "Spring = hero; a:b\n-y", "rights": "© 2026 Studio", "creator": "Änn", "credit": "Studio/Änn",
    "alt_text": 'A <b>"meadow"</b>',
}  # fmt: skip


def cover(width: int, height: int, focal: tuple[float, float] = (0.5, 0.5)) -> Spec:
    return replace(PLAIN, box=max(width, height), fit="cover", frame=(width, height), focal=focal)


def contain(width: int, height: int, background: str = "#000000") -> Spec:
    return replace(PLAIN, box=max(width, height), fit="contain", frame=(width, height), background=background)


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as one:
        yield one


def made(studio: Studio, spec: Spec, of: bytes | None = None, format_: str = "MOV") -> RenderedFile:
    return placed(studio, io.BytesIO(of or film()), format_, spec)


def known(width: int, height: int, **details: object) -> Properties:
    found = {"video_codec": "h264", **details}
    return Properties(
        width, height, "MOV", "RGB", has_alpha=False, profile="none", colours=[], details=found, metadata={}
    )


@functools.cache
def rustling() -> bytes:
    """A film of a second that says something else in each of its pictures: a quality makes a difference."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(25):
            noise = random.Random(number).randbytes(40 * 30)
            leaves = Image.frombytes("L", (40, 30), noise).resize((320, 240), Image.Resampling.BICUBIC)
            out.mux(stream.encode(av.VideoFrame.from_image(leaves.convert("RGB"))))  # type: ignore[no-untyped-call]
        out.mux(stream.encode())
    return file.getvalue()


# How it is cut and framed.


@needs_fences
def test_it_fits_inside_upright_and_with_its_sound(studio: Studio) -> None:
    turned = film(Film("mov", turn=90, sound=True))
    shown = made(studio, PLAIN, turned)
    assert (shown.media_type, shown.width, shown.height) == ("video/mp4", 120, 160)
    assert check_film(shown.file) == shown.size
    told, seen = played(shown)
    assert told == {"video": "h264", "audio": "aac", "size": (120, 160), "rotation": 0}
    assert near(seen, [QUARTERS[index] for index in (1, 3, 0, 2)], 8)


@needs_fences
@pytest.mark.parametrize(("focal", "column"), [((0.0, 0.5), 0), ((1.0, 0.5), 1)])
def test_it_is_cut_around_the_focal_point(studio: Studio, focal: tuple[float, float], column: int) -> None:
    shown = made(studio, cover(60, 120, focal))
    assert (shown.width, shown.height) == (60, 120)
    told, seen = played(shown)
    assert told["size"] == (60, 120)
    up, down = QUARTERS[column], QUARTERS[column + 2]
    assert near(seen, [up, up, down, down], 10)


@needs_fences
@pytest.mark.parametrize(
    ("background", "wanted"), [("#000000", (0, 0, 0)), ("#ffffff", (255, 255, 255)), ("#c82828", (200, 40, 40))]
)
def test_it_stands_whole_in_the_middle_of_the_background(studio: Studio, background: str, wanted: RGB) -> None:
    shown = made(studio, contain(160, 240, background))
    assert (shown.width, shown.height) == (160, 240)
    with shown.file, av.open(shown.file, "r", format="mov") as opened:
        *_, frame = opened.decode(video=0)
        image = frame.to_image()  # type: ignore[no-untyped-call]
    corners = [image.getpixel((x, y)) for x in (2, 157) for y in (2, 55, 184, 237)]
    assert near(corners, [wanted] * 8, 12), corners
    assert near([image.getpixel((40, 90)), image.getpixel((120, 150))], [QUARTERS[0], QUARTERS[3]], 10)


@needs_fences
def test_the_background_of_a_film_of_hdr_is_the_colour_that_was_asked_for(studio: Studio) -> None:
    source = film(Film(matrix=9, transfer=int(ColorTrc.SMPTE2084), first=(148, 148, 148)))
    shown = made(studio, contain(160, 240, "#c82828"), source)
    with shown.file, av.open(shown.file, "r", format="mov") as opened:
        image = next(opened.decode(video=0)).to_image()  # type: ignore[no-untyped-call]
    assert near([image.getpixel((80, 10))], [(200, 40, 40)], 12), image.getpixel((80, 10))
    assert min(image.getpixel((80, 120))) >= 185, "paper is paper, as in the poster"


@needs_fences
def test_the_largest_that_a_recipe_may_ask_for_has_memory_enough(studio: Studio) -> None:
    largest = film(Film(size=(MOST_FILM_SIDE, MOST_FILM_SIDE), matrix=1))
    with made(studio, replace(PLAIN, box=MOST_FILM_SIDE), largest).file as file:
        assert check_film(file) > 0


@pytest.mark.parametrize(
    ("whole", "spec", "sides"),
    [
        ((1920, 1080), replace(PLAIN, box=720), (720, 404)),
        ((427, 241), replace(PLAIN, box=720), (426, 240)),
        ((900, 1), replace(PLAIN, box=720), (720, 2)),
        ((1920, 1080), cover(1080, 1080), (1080, 1080)),
        ((1281, 721), cover(1080, 1080), (720, 720)),
        ((640, 360), cover(1080, 1081), (360, 360)),
        ((3, 900), cover(1000, 10), (2, 2)),
        ((640, 360), contain(1081, 1081), (1080, 1080)),
        ((1, 900), contain(20, 20), (20, 20)),
    ],
)
def test_sides_are_even_and_nothing_is_enlarged(whole: tuple[int, int], spec: Spec, sides: tuple[int, int]) -> None:
    plan = framed("MOV", known(*whole), spec)
    assert plan.sides == sides
    assert all(scaled <= max(2, side) for scaled, side in zip((plan.width, plan.height), whole, strict=True))
    if plan.frame is not None:
        around, inner = (plan.frame[:2], (plan.width, plan.height)) if plan.background else (
            (plan.width, plan.height), plan.frame[:2])  # fmt: skip
        begins = plan.frame[2:]
        assert all(side % 2 == 0 for side in (*plan.frame[:2], *begins))
        assert all(0 <= begin <= one - other for begin, one, other in zip(begins, around, inner, strict=True))


def test_20_less_of_quality_are_six_more_of_the_rate_factor() -> None:
    assert [rate_factor(each) for each in (100, 80, 60, 40, 10, 1)] == [16.0, 22.0, 28.0, 34.0, 43.0, 45.7]
    said = graph.arguments(replace(framed("MOV", known(64, 48), PLAIN), quality=rate_factor(73)), "/x/ffmpeg", 3, 5, 7)
    assert said[said.index("-crf") + 1] == "24.1"


@needs_fences
def test_a_better_quality_has_more_bytes(studio: Studio) -> None:
    sizes = []
    for quality in (100, 60, 20):
        with made(studio, replace(PLAIN, quality=quality)).file as file:
            sizes.append(file.seek(0, 2))
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


@needs_fences
@pytest.mark.parametrize(("format_", "of", "code"), [("MOV", corpus.song(), "no_picture"), ("MOV", film()[:40], "")])
def test_what_has_no_picture_says_so(studio: Studio, format_: str, of: bytes, code: str) -> None:
    with pytest.raises(MediaFailure) as caught:
        made(studio, PLAIN, of, format_)
    assert caught.value.code in ((code,) if code else ("broken_file", "truncated"))


# In how many bytes.


@needs_fences
def test_what_has_few_bytes_is_encoded_once_and_as_without_a_bound(studio: Studio) -> None:
    heard: list[float] = []
    source = film(Film(sound=True))
    bounded = placed(studio, io.BytesIO(source), "MOV", replace(PLAIN, max_bytes=1 << 20), heard.append)
    with bounded.file as one, made(studio, PLAIN, source).file as other:
        assert one.read() == other.read()
    assert all(share <= 0.5 for share in heard)


@needs_fences
@pytest.mark.parametrize("words", [{}, WORDS])
def test_it_has_no_more_bytes_than_allowed_with_all_that_is_written_into_it(
    studio: Studio, words: dict[str, str]
) -> None:
    free = made(studio, replace(PLAIN, quality=100, words=words), rustling())
    free.file.close()
    most = free.size // 3
    bounded = made(studio, replace(PLAIN, quality=100, words=words, max_bytes=most), rustling())
    assert bounded.size <= most
    assert bounded.file.seek(0, 2) == bounded.size
    bounded.file.seek(0)
    told, _ = played(bounded)
    assert told["size"] == (160, 120)


@needs_fences
@pytest.mark.parametrize("most", [1, 900, 2500])
def test_what_can_not_have_so_few_bytes_is_told_and_never_given(
    studio: Studio, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    qualities: list[float] = []
    encoded = Studio.encoded

    def counted(self: Studio, source: int, wanted: Encoding, progress: Progress, limits: Limits) -> RenderedFile:
        qualities.append(wanted.quality)
        return encoded(self, source, wanted, progress, limits)

    monkeypatch.setattr(Studio, "encoded", counted)
    with pytest.raises(MediaFailure) as caught:
        made(studio, replace(PLAIN, max_bytes=most, words={"title": "x"}))
    assert caught.value.code == "over_max_bytes"
    assert len(qualities) <= 4
    assert not qualities or qualities[-1] == rate_factor(10)


@needs_fences
def test_it_fits_to_the_byte_with_what_is_written_into_it(studio: Studio) -> None:
    free = made(studio, replace(PLAIN, words=WORDS), rustling())
    free.file.close()
    for most in (free.size, free.size - 1, free.size - 300):
        bounded = made(studio, replace(PLAIN, words=WORDS, max_bytes=most), rustling())
        bounded.file.close()
        assert bounded.size <= most


@needs_fences
def test_what_is_tried_has_what_is_left_of_the_time(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    encoded = Studio.encoded

    def timed(self: Studio, source: int, wanted: Encoding, progress: Progress, limits: Limits) -> RenderedFile:
        given.append(limits.seconds)
        return encoded(self, source, wanted, progress, limits)

    monkeypatch.setattr(Studio, "encoded", timed)
    with pytest.raises(MediaFailure):
        made(studio, replace(PLAIN, max_bytes=500))
    assert len(given) > 1
    assert given == sorted(given, reverse=True)
    assert len(set(given)) == len(given)
    assert max(given) <= LIMITS.seconds


@needs_fences
def test_without_a_bound_of_its_own_it_has_that_of_all_films(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "LIMITS", replace(LIMITS, output=2000))
    with pytest.raises(MediaFailure) as caught:
        made(studio, PLAIN)
    assert caught.value.code == "too_long"


@needs_fences
def test_all_encodings_have_the_time_of_one(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "PLACED", replace(encodings.PLACED, seconds=0.0))
    with pytest.raises(MediaFailure) as caught:
        made(studio, PLAIN)
    assert caught.value.code == "timed_out"


# What is written into it.


@needs_fences
def test_what_is_said_of_it_is_read_by_players_and_by_what_reads_xmp(studio: Studio) -> None:
    shown = made(studio, replace(PLAIN, words=WORDS))
    assert check_film(shown.file) == shown.size
    with shown.file as file:
        kinds = [kind for kind, *_ in boxes.within(file)]
        begin, end = next((begin, end) for kind, begin, end in boxes.within(file) if kind == b"uuid")
        file.seek(begin)
        kind, said = file.read(16), file.read(end - begin - 16)
        file.seek(0)
        with av.open(file, "r", format="mov") as opened:
            tags = dict(opened.metadata)
    assert kinds[:2] == [b"ftyp", b"moov"], "it plays while it loads"
    assert kind == bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    assert xmp.read(said).fields == {name: text for name, text in WORDS.items() if name != "title"}
    assert b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Spring = hero; a:b -y</rdf:li>' in said
    wanted = {"title": "Spring = hero; a:b -y", "artist": "Änn", "copyright": "© 2026 Studio"}
    assert {name: tags.get(name) for name in wanted} == wanted


@needs_fences
@pytest.mark.parametrize("words", [{}, {"credit": "Studio"}])
def test_nothing_of_the_original_s_own_goes_along(studio: Studio, words: dict[str, str]) -> None:
    source = tagged_film(
        {"title": "Secret", "artist": "Somebody", "location": "+48.8577+002.2950/", "comment": "Hidden"}
    )
    assert b"+48.8577" in source
    shown = made(studio, replace(PLAIN, words=words), source)
    with shown.file as file:
        data = file.read()
        file.seek(0)
        with av.open(file, "r", format="mov") as opened:
            tags = set(opened.metadata)
    for part in (b"Secret", b"Somebody", b"48.8577", b"Hidden", b"Lavf"):
        assert part not in data
    assert tags <= {"major_brand", "minor_version", "compatible_brands"}
    assert (b"uuid" in data) == bool(words)

"""Films to be played: which program makes them, what it is told, what it makes, and what is believed of it."""

import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import av
import pytest
from av.video.reformatter import ColorTrc
from PIL import Image

from tests.corpus import films as corpus
from tests.corpus import sounds
from tests.corpus.cases import QUARTERS
from tests.corpus.films import Film, film
from tests.workers.media.generate import RGB
from workers.media import encoder, encoding, encodings, films, graph, studio
from workers.media.confine import probe
from workers.media.courier import Verdict
from workers.media.encoding import Encoding, planned
from workers.media.plan import Limits, MediaFailure, MediaUnavailable
from workers.media.progress import Progress
from workers.media.results import Properties, RenderedFile, check_program
from workers.media.studio import Studio
from workers.render import Made

needs_fences = pytest.mark.skipif(
    probe().level != "full", reason="LOUD: not every fence holds here, no film is encoded"
)
SHORT = {"seconds": 1}


@pytest.fixture(scope="module")
def open_studio() -> Iterator[Studio]:
    with Studio() as one:
        yield one


def played(made: RenderedFile, *, first: bool = False) -> tuple[dict[str, object], list[RGB]]:
    """What is told of a film, and the colours of the quarters of its last picture, or its first."""
    with made.file, av.open(made.file, "r", format="mov") as opened:
        names: dict[str, object] = {str(each.type): each.codec_context.name for each in opened.streams}
        frames = list(opened.decode(video=0))
        frame = frames[0 if first else -1]
        image = frame.to_image()  # type: ignore[no-untyped-call]
    return names | {"size": image.size, "rotation": frame.rotation}, quarters(image)


def quarters(image: Image.Image) -> list[RGB]:
    places = [(across, down) for down in (0.25, 0.75) for across in (0.25, 0.75)]
    seen = [image.convert("RGB").getpixel((int(image.width * x), int(image.height * y))) for x, y in places]
    return cast("list[RGB]", seen)


def near(seen: Sequence[RGB], wanted: Sequence[RGB], within: int) -> bool:
    pairs = zip(seen, wanted, strict=True)
    return all(abs(a - b) <= within for one, other in pairs for a, b in zip(one, other, strict=True))


@needs_fences
def test_a_film_that_was_turned_is_upright_and_has_its_sound(open_studio: Studio) -> None:
    turned = film(Film("mov", turn=90, sound=True))
    made = encodings.playable(open_studio, io.BytesIO(turned), "MOV", 100, 20)
    assert (made.media_type, made.width, made.height) == ("video/mp4", 76, 100)
    told, seen = played(made)
    assert told == {"video": "h264", "audio": "aac", "size": (76, 100), "rotation": 0}
    assert near(seen, [QUARTERS[index] for index in (1, 3, 0, 2)], 8)


@needs_fences
@pytest.mark.parametrize(("transfer", "paper"), [(ColorTrc.SMPTE2084, 148), (ColorTrc.ARIB_STD_B67, 191)])
def test_hdr_is_pressed_into_the_range_of_a_screen(open_studio: Studio, transfer: ColorTrc, paper: int) -> None:
    """Paper is at 203 cd/m², 58 % and 75 % of the signal (ITU-R BT.2408, table 1), as in ``test_films``."""
    source = film(Film(matrix=9, transfer=int(transfer), first=(paper, paper, paper)))
    _, (seen, *_) = played(encodings.playable(open_studio, io.BytesIO(source), "MOV", 128, 16), first=True)
    assert all(185 <= value <= 230 for value in seen)
    assert max(seen) - min(seen) <= 8


PQ, HLG = ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67


@needs_fences
@pytest.mark.parametrize(
    ("transfer", "numbers", "wanted"),
    [
        (PQ, (136, 89, 64), (200, 48, 21)),  # a red of BT.709 at 60 % of paper, neither paler nor of another colour
        (PQ, (148, 148, 148), (203, 203, 203)),  # paper
        (PQ, (177, 177, 177), (242, 242, 242)),  # 600 cd/m²
        (PQ, (214, 214, 214), (255, 255, 255)),  # 2,400, far above the peak
        (PQ, (214, 210, 90), (255, 255, 0)),
        (PQ, (90, 110, 214), (0, 121, 255)),
        (HLG, (255, 255, 255), (255, 255, 255)),
        (HLG, (200, 100, 60), (229, 20, 23)),
        (HLG, (120, 190, 90), (0, 205, 43)),
    ],
)
def test_light_of_hdr_is_the_same_in_the_poster_and_in_the_film(
    open_studio: Studio, transfer: ColorTrc, numbers: RGB, wanted: RGB
) -> None:
    """What is wanted is the arithmetic of ``hdr``, done by hand: cut off at 1,000 cd/m², BT.709's colours, then each by
    Reinhard's curve."""
    source = film(Film(matrix=9, transfer=int(transfer), first=numbers))
    _, (played_as, *_) = played(encodings.playable(open_studio, io.BytesIO(source), "MOV", 128, 16), first=True)
    with films.opened("MOV", io.BytesIO(source)) as (opened, stream):
        frame = films._frame_at(opened, stream, 0.0)
        assert frame is not None
        _, poster = films.shown(frame, stream, 128)
    seen = cast("RGB", poster.getpixel((64, 40)))
    assert near([seen, played_as], [wanted] * 2, 6), (seen, played_as)
    assert near([seen], [played_as], 5), (seen, played_as)


@needs_fences
@pytest.mark.parametrize(
    "name", ["a playlist as MP4", "a list of files as MP4", "half an MP4", "an MP4 of its first box"]
)
def test_the_program_itself_follows_nothing(open_studio: Studio, name: str) -> None:
    """Behind the strict child, which has refused these already."""
    (case,) = [each for each in corpus.bad() if each.name == name]
    found = encoder.find().encoder
    assert found is not None
    with studio._large_scratch() as source:
        source.write(case.make())
        source.seek(0)
        wanted = Encoding("mov", 64, 48, 26, None, sound=False)
        with Progress(None, lambda _: None) as progress, pytest.raises(MediaFailure) as caught:
            open_studio._encode(source.fileno(), wanted, found.files, progress)
    assert caught.value.code == "broken_file"


@needs_fences
def test_the_program_says_how_far_it_is(open_studio: Studio) -> None:
    found = encoder.find().encoder
    assert found is not None
    heard: list[float] = []
    with studio._large_scratch() as source, Progress(4.0, heard.append) as progress:
        source.write(film())
        source.flush()
        source.seek(0)
        wanted = Encoding("mov", 64, 48, 26, None, sound=False)
        open_studio._encode(source.fileno(), wanted, found.files, progress).close()
        progress.look()
    assert heard == [pytest.approx(1.0, abs=0.1)]


@needs_fences
def test_a_sound_is_played_without_its_cover(open_studio: Studio) -> None:
    made = encodings.playable(open_studio, io.BytesIO(sounds.covered(sounds.cover())), "MP3", 1, 96)
    assert (made.media_type, made.width, made.height) == ("audio/mp4", None, None)
    with made.file, av.open(made.file, "r", format="mov") as opened:
        assert [(each.type, each.codec_context.name) for each in opened.streams] == [("audio", "aac")]
        assert abs((opened.duration or 0) / av.time_base - 1.0) < 0.1


def test_of_a_sound_its_cover_s_measures_are_not_told() -> None:
    details = {"audio_codec": "flac", "duration": 1.5}
    seen = Properties(
        120,
        100,
        "FLAC",
        "RGB",
        has_alpha=False,
        profile="none",
        colours=["#102030"],
        details=details,
        metadata={},
    )
    assert Made({}, seen).properties == {"format": "FLAC", "colour": "#102030", **details}


@needs_fences
def test_a_film_without_pictures_says_so(open_studio: Studio) -> None:
    with pytest.raises(MediaFailure) as caught:
        encodings.playable(open_studio, io.BytesIO(corpus.song()), "MOV", 64, 26)
    assert caught.value.code == "no_picture"


def test_a_machine_without_a_program_or_a_fence_says_so(open_studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "find", lambda: encoder.Search(None, ("/usr/bin/ffmpeg has no fd.",)))
    with pytest.raises(MediaFailure) as caught:
        encodings.playable(open_studio, io.BytesIO(film()), "MOV", 64, 26)
    assert caught.value.code == "no_encoder"
    assert "has no fd" in caught.value.diagnostic


def test_demuxer_protocol_and_codecs_are_said_beforehand() -> None:
    said = graph.arguments(Encoding("mov", 64, 48, 26, "hlg", sound=True), "/x/ffmpeg", 3, 5, 7)
    before, after = said[: said.index("-i")], said[said.index("-i") :]
    told = dict(zip(before[before.index("-f") :: 2], before[before.index("-f") + 1 :: 2], strict=True))
    assert (told["-f"], told["-format_whitelist"], told["-protocol_whitelist"], told["-fd"]) == (
        "mov",
        "mov",
        "fd",
        "3",
    )
    assert set(told["-codec_whitelist"].split(",")) == encoding.CODECS
    assert after[1] == "fd:"
    assert said[0] == "/x/ffmpeg"
    assert "-nostdin" in before
    assert "color_trc=arib-std-b67" in " ".join(after)


def test_what_is_to_be_played_here_is_told_nothing_of_places() -> None:
    """Whoever adds to what is asked for films of places makes no other bytes of those that there are."""
    said = graph.arguments(planned("MOV", (64, 48), DETAILS, 854, 26), "/x/ffmpeg", 3, 5, 7)
    picture = "[0:V:0]scale=64:48:flags=bicubic[s0];[s0]setsar=1[s1];[s1]format=yuv420p[s2]"
    assert said[said.index("-filter_complex") :] == [
        "-filter_complex", picture, "-map", "[s2]", "-map", "0:a:0", "-f", "mp4", "-ac", "2", "-ar", "48000",
        "-b:a", "96k", "-c:a", "aac", "-c:v", "libx264", "-crf", "26", "-fd", "5", "-fps_mode", "vfr", "-g", "60",
        "-map_chapters", "-1", "-map_metadata", "-1", "-movflags", "+faststart", "-preset", "veryfast",
        "-profile:v", "high", "-threads", "2", "fd:",
    ]  # fmt: skip


DETAILS = {"video_codec": "h264", "audio_codec": "aac"}


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1920, 1080), (854, 480)), ((1080, 1920), (480, 854)), ((427, 241), (428, 240)), ((3, 900), (2, 854))],
)
def test_sides_are_even_and_never_larger_than_asked_for(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    plan = planned("MOV", size, DETAILS, 854, 26)
    assert (plan.width, plan.height) == wanted


def test_what_is_known_of_a_film_is_what_is_asked_for() -> None:
    heard = planned("FLAC", (1600, 400), {"audio_codec": "flac"}, 1, 96)
    assert heard == Encoding("flac", 0, 0, 96, None, sound=True)
    assert "crf" not in " ".join(graph.arguments(heard, "/x/ffmpeg", 3, 5, 7))
    silent = planned("MKV", (64, 48), {"video_codec": "vp9", "hdr": "pq"}, 854, 30)
    assert silent == Encoding("matroska", 64, 48, 30, "pq", sound=False)
    for codecs in ({"video_codec": "bitpacked"}, {**DETAILS, "audio_codec": "sipr"}, {}):
        with pytest.raises(MediaFailure) as caught:
            planned("MOV", (64, 48), codecs, 854, 26)
        assert caught.value.code == "unsupported_variant"


def box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind + payload


LONG = struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234"


@pytest.mark.parametrize("ending", [box(b"mdat", b"1234"), LONG])
def test_a_film_begins_with_its_index(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(box(b"ftyp", b"isom") + box(b"moov") + box(b"free") + ending)
    with path.open("rb") as file:
        assert encoding.check_film(file) == path.stat().st_size
        assert file.tell() == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box(b"ftyp"),
        box(b"moov") + box(b"mdat"),
        box(b"ftyp") + box(b"mdat") + box(b"moov"),
        box(b"ftyp") + box(b"moov") + box(b"mdat")[:-1],
        box(b"ftyp") + box(b"moov") + b"\0\0\0\7mdat",
        box(b"ftyp") + box(b"moov") + box(b"mdat") + box(b"mdat"),
    ],
)
def test_what_is_no_film_to_be_played_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with path.open("rb") as file, pytest.raises(MediaFailure) as caught:
        encoding.check_film(file)
    assert caught.value.code == "crashed"


BOUNDS = Limits(output=1000)


@pytest.mark.parametrize(
    ("status", "overdue", "said", "written", "code"),
    [
        (-9, True, b"", 0, "timed_out"),
        (-24, False, b"", 0, "timed_out"),
        (-11, False, b"", 0, "crashed"),
        (-9, False, b"", 0, "out_of_memory"),
        (244, False, b"x: Cannot allocate memory", 0, "out_of_memory"),
        (187, False, b"x264 [error]: malloc of size 12304320 failed", 0, "out_of_memory"),
        (251, False, b"File too large", 1000, "too_long"),
        (183, False, b"Invalid data \xff found", 10, "broken_file"),
    ],
)
def test_how_the_program_ended_is_told(status: int, *, overdue: bool, said: bytes, written: int, code: str) -> None:
    with pytest.raises(MediaFailure) as caught:
        check_program(Verdict(status, overdue, 0, said), BOUNDS, written)
    assert caught.value.code == code


def test_a_program_that_did_not_come_alive_is_our_trouble() -> None:
    for status in (encoding.NOT_EXECUTED, 71):
        with pytest.raises(MediaUnavailable):
            check_program(Verdict(status, overdue=False, peak=0, report=b""), BOUNDS, 0)
    check_program(Verdict(0, overdue=False, peak=0, report=b"a warning"), BOUNDS, 10)


def pretended(folder: Path, words: str) -> None:
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho 'ffmpeg version 5.1.9 {words}'\n")
    program.chmod(0o755)


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    encoder.find.cache_clear()
    yield tmp_path
    encoder.find.cache_clear()


def test_a_program_on_the_path_that_is_too_old_is_passed_over(search: Path) -> None:
    pretended(search, "file pipe libx264 aac zscale")
    found = encoder.find()
    assert found.refused == (f"{search}/ffmpeg has no fd.",)
    assert found.encoder is not None
    assert found.encoder.origin == "wheel"
    assert found.encoder.files[0] == found.encoder.path


def test_a_program_on_the_path_that_can_it_all_is_taken(search: Path) -> None:
    pretended(search, "fd pipe libx264 aac zscale")
    found = encoder.find().encoder
    assert found is not None
    assert (found.path, found.origin, found.version) == (f"{search}/ffmpeg", "path", "5.1.9")

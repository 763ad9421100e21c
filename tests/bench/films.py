"""What a film's poster and its pictures to seek by cost, against the FFmpeg program doing the like.

Rule: asserts nothing; our side is warm, as it is in a worker, and goes through the sandbox. The program starts each
time, as it does where it is called for each film.
"""

import functools
import subprocess
from pathlib import Path

from dam.domain.recipes import newest
from tests.bench.row import Row, folder, in_turns, seconds
from workers.media import asides, encoder
from workers.media.plan import Aside, Spec
from workers.media.studio import Studio

_SECONDS = 60
_PATIENCE_S = 300.0
_POSTER = newest("preview-1024")
_SHEET = newest("sprite-160")


def measure(rounds: int = 7) -> list[Row]:
    """A poster, and a sheet, of a minute in full HD."""
    found = encoder.find().encoder
    if found is None:
        raise RuntimeError("no FFmpeg was found that would do")
    with folder() as place, Studio() as studio:
        film = _film(place / "film.mp4", found.path)
        run = functools.partial(_run, found.path)
        poster, sheet = functools.partial(_poster, studio, film), functools.partial(_sheet, studio, film)
        poster(), sheet()  # what is loaded once is loaded
        begin = in_turns(rounds, functools.partial(run, "-ss", str(_SECONDS / 10), "-i", str(film), *_ONE), poster)
        tiles = f"scale={_SHEET.box}:-2,tile=10x10"
        keys = functools.partial(run, "-skip_frame", "nokey", "-i", str(film), "-vf", tiles, *_ONE)
        whole = functools.partial(run, "-i", str(film), "-vf", f"fps=1,{tiles}", *_ONE)
        sheets = in_turns(rounds, keys, whole, sheet)
    ours, theirs = 1000 * begin.median(1), 1000 * begin.median(0)
    drawn = f"{1000 * sheets.median(2):.0f} ms; FFmpeg {1000 * sheets.median(0):.0f} ms"
    return [
        Row(
            "film: its poster",
            begin.ratio(1, 0),
            "×",
            f"{ours:.0f} ms; FFmpeg's start and seek {theirs:.0f} ms",
            most=2,
        ),
        Row("film: pictures to seek by", sheets.ratio(2, 0), "×", f"{drawn} with key frames only", most=2),
        Row("film: the same", sheets.ratio(2, 1), "×", f"FFmpeg {1000 * sheets.median(1):.0f} ms with all frames"),
    ]


_ONE = ("-frames:v", "1", "-f", "null", "-")


def _film(path: Path, program: str) -> Path:
    """Full HD, 25 frames a second, a key frame every two seconds."""
    source = ("-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=25:d={_SECONDS}")
    _run(program, *source, "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", str(path))
    return path


def _run(program: str, *arguments: str) -> float:
    command = [program, "-nostdin", "-loglevel", "error", "-threads", "1", *arguments]
    return seconds(lambda: subprocess.run(command, check=True, timeout=_PATIENCE_S))


def _poster(studio: Studio, film: Path) -> float:
    with film.open("rb") as source:
        spec = Spec(_POSTER.name, _POSTER.box, "WEBP", _POSTER.quality)
        return seconds(lambda: studio.render(source, "MOV", [spec]).close())


def _sheet(studio: Studio, film: Path) -> float:
    def make() -> None:
        for each in asides.made(studio, source, "MOV", Aside("sprite", _SHEET.box, _SHEET.quality), "a").values():
            each.file.close()

    with film.open("rb") as source:
        return seconds(make)

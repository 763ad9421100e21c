"""A worker process that does nothing but render: ``python -m tests.workers.media.host FOLDER QUICK_SECONDS``.

Rule: goes the way of ``workers.render`` with the files in ``FOLDER``, one after the other, and prints a JSON object:
``cases`` (by file name: ``outcome``, ``detail`` for a person, ``told``: what is known of the file, or of the failure,
``played``: what came of the film that is made of a film, ``beside``: of what is made beside its pictures, ``spent``:
seconds on the processor of whatever decoded it) and ``peaks`` (bytes of memory that this process and its template have
held at most). Renditions are put beside the files, as ``NAME.webp``. No program draws documents here: ``test_programs``
has those. For ``test_hostile``, which looks at it from outside.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from dam.domain import media_types
from dam.domain.recipes import Recipe, newest
from dam.ports.media import MediaFailure
from workers.media import plan, programs
from workers.media.studio import Studio
from workers.render import StudioRenderer

_SEEN, _PLAYED = newest("thumb-256"), newest("proxy-480")
_MOVING = frozenset({"GIF", "WEBP", "PNG", "AVIF"})


def peak(pid: int | str) -> int:
    """Resident bytes at most, so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def spent(studio: Studio) -> tuple[int, float]:
    """The template, and how long all children that it has buried were on the processor."""
    if studio._current is None:
        return 0, 0.0
    pid = studio._current.pid
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return pid, (int(told[13]) + int(told[14])) / os.sysconf("SC_CLK_TCK")


def timed(studio: Studio, renderer: StudioRenderer, path: Path) -> dict[str, Any]:
    """What was said, and what it has cost."""
    template, before = spent(studio)
    told = handled(renderer, path)
    now, after = spent(studio)
    return told | {"spent": after - before if now == template else after}


def handled(renderer: StudioRenderer, path: Path) -> dict[str, Any]:
    """What the service would say of it."""
    with path.open("rb") as file:
        found = media_types.sniff(file.read(media_types.HEAD_SIZE))
        file.seek(0)
        if found.route is None:
            return {"outcome": "kept", "detail": found.reason, "told": ""}
        try:
            with renderer.render(file, found.name, [_SEEN]) as made:
                path.with_suffix(".webp").write_bytes(made.files[_SEEN.name].stream.read())
                told = json.dumps([dict(made.properties), dict(made.embedded)])
                played = further(renderer, path, found.name, _PLAYED) if found.kind == "video" else ""
        except MediaFailure as failure:
            cause = failure.__cause__
            diagnostic = cause.diagnostic if isinstance(cause, plan.MediaFailure) else ""
            return {"outcome": failure.code, "detail": failure.sentence, "told": diagnostic}
    beside = further(renderer, path, found.name, recipe) if (recipe := beside_of(found)) else ""
    return {"outcome": "shown", "detail": "", "told": told, "played": played, "beside": beside}


def beside_of(found: media_types.MediaType) -> Recipe | None:
    """What helps with such a file; of pictures also those that stand still are tried."""
    if found.route in _MOVING:
        return newest("moving-480")
    return newest("sprite-160" if found.kind == "video" else "peaks-4000") if found.kind in ("video", "audio") else None


def further(renderer: StudioRenderer, path: Path, media_type: str, recipe: Recipe) -> str:
    """Have what can be played made of it, by the FFmpeg program, or what helps; the code, if that fails."""
    with path.open("rb") as file:
        try:
            with renderer.render(file, media_type, [recipe]):
                return "made"
        except MediaFailure as failure:
            return failure.code


def main(folder: Path, quick_seconds: float) -> None:
    """Every file, in the order of their names."""
    with Studio(quick_seconds=quick_seconds, find=programs.none) as studio:
        renderer = StudioRenderer(studio)
        cases = {path.name: timed(studio, renderer, path) for path in sorted(folder.glob("*.file"))}
        assert studio._current is not None
        peaks = {"host": peak("self"), "template": peak(studio._current.pid)}
    print(json.dumps({"cases": cases, "peaks": peaks}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))

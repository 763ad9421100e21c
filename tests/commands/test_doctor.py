"""What ``dam doctor`` says of the programs that are run."""

import pytest

from dam.commands import doctor
from workers.media import encoder, programs
from workers.media.confine import SandboxLevel
from workers.media.encoder import Encoder, Search
from workers.media.programs import Command, Program

FOUND = Encoder("/usr/bin/ffmpeg", "8.0", "path", ("/usr/bin/ffmpeg",))
OLD = ("/usr/bin/ffmpeg has no fd.",)


@pytest.mark.parametrize(
    ("search", "level", "said"),
    [
        (Search(FOUND, ()), SandboxLevel.FULL, [("ok", "FFmpeg 8.0, on the PATH (/usr/bin/ffmpeg)")]),
        (Search(FOUND, ()), SandboxLevel.SECCOMP, [("warning", "full confinement")]),
        (Search(None, OLD), SandboxLevel.FULL, [("ok", OLD[0]), ("warning", "Install FFmpeg 6.0")]),
    ],
)
def test_which_program_makes_films_is_told(
    search: Search, level: SandboxLevel, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "find", lambda: search)
    lines = list(doctor._encoder(level))
    assert [line.level for line in lines] == [kind for kind, _ in said]
    for line, (_, words) in zip(lines, said, strict=True):
        assert words in line.detail


@pytest.mark.parametrize(
    ("there", "level", "said"),
    [
        (True, SandboxLevel.FULL, ("ok", "Ghostscript 10 (/usr/bin/gs) draws PostScript drawings.")),
        (True, SandboxLevel.SECCOMP, ("warning", "full confinement")),
        (False, SandboxLevel.FULL, ("ok", "Install Ghostscript (Debian: ghostscript).")),
    ],
)
def test_which_programs_draw_documents_is_told(
    there: bool,
    level: SandboxLevel,
    said: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Program("Ghostscript", "10", ("/usr/bin/gs",), (), lambda _: Command((), {}))
    monkeypatch.setattr(programs, "find", lambda _: found if there else None)
    line = next(doctor._drawers(level))
    assert line.level == said[0]
    assert said[1] in line.detail

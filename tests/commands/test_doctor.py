"""What ``dam doctor`` says of FFmpeg."""

import pytest

from dam.commands import doctor
from workers.media import encoder
from workers.media.confine import SandboxLevel
from workers.media.encoder import Encoder, Search

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

"""Every hostile file through a worker's process of its own: each is shown safely or has its reason, in bounded memory
and time; nobody is called, and nothing outside is read.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from tests.corpus import hostile, papers
from tests.corpus.cases import picture
from tests.corpus.films import Film, film
from tests.corpus.hostile.case import COLOUR, KEPT, SHOWN, TOKEN, Canary, Hostile
from tests.workers.media.generate import encoded
from workers.media.confine import probe
from workers.media.plan import MIB, SENTENCES

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="LOUD: not Linux, who looks outside is not seen here"),
    pytest.mark.skipif(not probe().seccomp, reason="LOUD: no seccomp here: nobody is held inside"),
]

MOST_MEMORY = 512 * MIB
MOST_SECONDS = 10  # on the processor, of all that is made of one file
_ROOT = Path(__file__).parents[3]
_IN_ACCESS, _IN_OPEN = 0x1, 0x20


class Watch:
    """The canary: listeners on every kind of socket, and files in a folder that everybody may read."""

    def __init__(self, folder: Path, doors: list[socket.socket]) -> None:
        self._doors = doors
        libc = ctypes.CDLL(None, use_errno=True)
        self._events = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert libc.inotify_add_watch(self._events, os.fsencode(folder), _IN_OPEN | _IN_ACCESS) >= 0
        self.canary = Canary("{}:{}".format(*doors[0].getsockname()), folder)

    def seen(self) -> list[str]:
        """What has happened since it was asked last."""
        return [*self._calls(), *self._reads()]

    def _calls(self) -> Iterator[str]:
        for door in self._doors:
            try:
                if door.type is socket.SOCK_DGRAM:
                    said = door.recv(64)
                else:
                    with door.accept()[0]:
                        said = b""
            except BlockingIOError:
                continue
            yield f"{door.family.name} {door.type.name} {said!r}"

    def _reads(self) -> Iterator[str]:
        try:
            yield f"a file was opened: {os.read(self._events, 4096)!r}"
        except BlockingIOError:
            return

    def close(self) -> None:
        os.close(self._events)


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # who has become nobody must be able to read it, or it would prove nothing
        furnish(folder)
        doors = [socket.socket(socket.AF_INET), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
        doors.append(socket.socket(socket.AF_UNIX))
        for door in doors:
            stack.callback(door.close)
            door.setblocking(False)
        doors[0].bind(("127.0.0.1", 0))
        doors[1].bind(doors[0].getsockname())
        doors[2].bind(str(folder / "socket"))
        doors[0].listen()
        doors[2].listen()
        watch = Watch(folder, doors)
        stack.callback(watch.close)
        yield watch


def furnish(folder: Path) -> None:
    """Files of each kind that a hostile one asks for, in the canary's colour or with its word."""
    coloured = Image.new("RGB", (120, 80), COLOUR)
    rectangle = f'<g id="c"><rect width="120" height="80" fill="rgb{COLOUR}"/></g>'
    shapes = f'<pattern id="p" width="120" height="80">{rectangle}</pattern><mask id="m">{rectangle}</mask>'
    files = {
        "png": encoded(coloured, "PNG"),
        "svg": papers.svg(inside=shapes + rectangle),
        "pdf": papers.pdf([papers.drawn([COLOUR] * 4)]),
        "mp4": film(Film(first=COLOUR)),
        "ts": film(Film("mpegts", first=COLOUR)),
        "txt": TOKEN.encode(),
        "ttf": TOKEN.encode(),
    }
    for ending, data in files.items():
        (folder / f"canary.{ending}").write_bytes(data)


def hosted(folder: Path, cases: list[Hostile], quick_seconds: float) -> dict[str, Any]:
    """What ``host`` says of these files, which are put into ``folder``."""
    for number, case in enumerate(cases):
        (folder / f"{number:03}.file").write_bytes(case.data)
    command = [sys.executable, "-m", "tests.workers.media.host", str(folder), str(quick_seconds)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def every(watch: Watch) -> list[Hostile]:
    return list(hostile.cases(watch.canary))


def coloured(path: Path) -> bool:
    """Whether the canary's colour is seen anywhere in this picture."""
    seen = Image.open(path).convert("RGB")
    away = ImageChops.difference(seen, Image.new("RGB", seen.size, COLOUR))
    furthest = ImageChops.lighter(ImageChops.lighter(away.getchannel(0), away.getchannel(1)), away.getchannel(2))
    return furthest.getextrema()[0] < 40  # type: ignore[operator]


def test_each_is_shown_or_has_its_reason_and_nobody_is_called_and_nothing_is_read(
    watch: Watch, every: list[Hostile], tmp_path: Path
) -> None:
    cases = [case for case in every if case.family != "endless"]
    assert len(cases) >= 400
    assert len({(case.family, case.name) for case in cases}) == len(cases)
    assert watch.seen() == []
    told = hosted(tmp_path, cases, 8)
    assert watch.seen() == []
    wrong = {}
    for number, case in enumerate(cases):
        about, path = told["cases"][f"{number:03}.file"], tmp_path / f"{number:03}.webp"
        outcome = about["outcome"]
        further = {about.get("played") or "made", about.get("beside") or "made"}
        known = {outcome, *further} <= {*SENTENCES, SHOWN, KEPT, "made"}
        slow = about["spent"] > MOST_SECONDS
        if not known or slow or outcome not in case.outcome.split("|") or TOKEN in json.dumps(about):
            wrong[f"{case.family}: {case.name}"] = about
        if path.exists() != (outcome == SHOWN) or (outcome == SHOWN and coloured(path)):
            wrong[f"{case.family}: {case.name}"] = about
    assert wrong == {}
    assert max(told["peaks"].values()) < MOST_MEMORY, told["peaks"]


def test_what_would_take_for_ever_ends_by_what_it_has_used_of_the_processor(
    watch: Watch, every: list[Hostile], tmp_path: Path
) -> None:
    endless = [case for case in every if case.family == "endless"]
    told = hosted(tmp_path, endless, 0.5)
    for number, case in enumerate(endless):
        about = told["cases"][f"{number:03}.file"]
        assert about["outcome"] == "timed_out", (case.name, about)
        assert about["told"].endswith("s on the processor"), (case.name, about)
    assert max(told["peaks"].values()) < MOST_MEMORY, told["peaks"]
    assert watch.seen() == []


def test_who_calls_or_reads_is_seen(watch: Watch, tmp_path: Path) -> None:
    """The control: else all of the above would prove nothing."""
    host, port = watch.canary.host.split(":")
    with socket.create_connection((host, int(port))):
        (seen,) = watch.seen()
        assert "SOCK_STREAM" in seen
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as letter:
        letter.sendto(b"who is it", (host, int(port)))
        assert "who is it" in watch.seen()[0]
    with socket.socket(socket.AF_UNIX) as near:
        near.connect(watch.canary.path("socket"))
        assert "AF_UNIX" in watch.seen()[0]
    Path(watch.canary.path("canary.txt")).read_bytes()
    assert "a file was opened" in watch.seen()[0]
    assert watch.seen() == []
    for size, paint in ((120, COLOUR), (4, COLOUR)):
        image = picture()
        image.paste(paint, (0, 0, size, size))
        image.save(tmp_path / "a.webp", "WEBP", quality=80)
        assert coloured(tmp_path / "a.webp")
    picture().save(tmp_path / "a.webp", "WEBP", quality=80)
    assert not coloured(tmp_path / "a.webp")

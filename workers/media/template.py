"""The warm process that forks a child for every version: Pillow is imported and its decoders used once, beforehand;
further libraries when the first file comes that needs them.

Rule: one thread, no secrets, no look at anybody's bytes. It starts children, ends them at their deadline, and says how
they ended. It ends itself when the lifeline closes, that is, when the worker is gone.

Run by ``courier`` as ``python -m workers.media.template CONTROL LIFELINE`` (descriptor numbers). On CONTROL it first
sends ``{"landlock", "seccomp", "missing"}``, then takes one JSON request a message, ``{"format", "specs", "limits"}``,
with the descriptors verdict, source, report and one output for each spec; or ``{"encoding", "program", "limits"}``,
with verdict, source, report, the output, and the output once more, to be read; or ``{"argv", "environment", "program",
"trees", "home", "limits"}``, with verdict, source and report.
"""

import gc
import io
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from workers.media import child, images
from workers.media.confine import Sandbox, probe
from workers.media.plan import MOST_SPECS, NOT_READY, Spec

LONGEST_REQUEST = 65536
_DESCRIPTORS = 3 + MOST_SPECS


@dataclass(slots=True)
class Running:
    """A child: when it must have ended (monotonic seconds), where its verdict goes, whether we killed it."""

    deadline: float
    verdict: int
    overdue: bool = False


class Template:
    """The loop; every method runs in the one thread."""

    def __init__(self, control: socket.socket, lifeline: int, sandbox: Sandbox) -> None:
        self._control = control
        self._lifeline = lifeline
        self._sandbox = sandbox
        self._children: dict[int, Running] = {}
        self._loaded: set[str] = set()
        self._open = True
        self._woken, wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the worker is gone; then no child outlives it."""
        poll = select.poll()
        for descriptor in (self._control.fileno(), self._lifeline, self._woken):
            poll.register(descriptor, select.POLLIN)
        while self._open:
            ready = {descriptor for descriptor, _ in poll.poll(self._patience())}
            if self._lifeline in ready:
                break
            if self._woken in ready:
                os.read(self._woken, 4096)
            if self._control.fileno() in ready:
                self._take_request()
            self._kill_overdue()
            self._bury()
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def _patience(self) -> float | None:
        """Milliseconds until the next deadline, None when there is none."""
        deadlines = [running.deadline for running in self._children.values() if not running.overdue]
        return max(0.0, min(deadlines) - time.monotonic()) * 1000 + 1 if deadlines else None

    def _take_request(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._control, LONGEST_REQUEST, _DESCRIPTORS)
        if not data:
            self._open = False
            return
        try:
            self._start(json.loads(data), descriptors)
        finally:
            for descriptor in descriptors[1:]:
                os.close(descriptor)

    def _start(self, request: dict[str, Any], descriptors: list[int]) -> None:
        if not self._ready_for(request):
            _answer(descriptors[0], {"status": NOT_READY, "overdue": False, "peak": 0})
            return
        deadline = time.monotonic() + request["limits"]["seconds"]
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            child.run(request, descriptors[1:], self._sandbox, me)
        self._children[pid] = Running(deadline, descriptors[0])

    def _ready_for(self, request: dict[str, Any]) -> bool:
        """Load its decoder before the first such file: a child could not. A library that starts a thread ends us: a
        fork would hang some day."""
        if "argv" in request:
            return True  # it brings all that it needs
        what = _needs(request)
        if what in self._loaded:
            return True
        try:
            child.load(request)
        except Exception:
            traceback.print_exc()
            return False
        _stay_single()
        _freeze()
        self._loaded.add(what)
        return True

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for pid, running in self._children.items():
            if not running.overdue and now >= running.deadline:
                running.overdue = True
                os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        while self._children:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            ended = self._children.pop(pid)
            scale = 1024 if sys.platform == "linux" else 1
            verdict: dict[str, object] = {"status": os.waitstatus_to_exitcode(status), "overdue": ended.overdue}
            _answer(ended.verdict, verdict | {"peak": usage.ru_maxrss * scale})


def _needs(request: dict[str, Any]) -> str:
    """What has to be loaded for it, by a name."""
    if "aside" in request:
        return str(request["aside"]["makes"])
    return "encoding" if "encoding" in request else str(request["format"])


def _answer(descriptor: int, verdict: dict[str, object]) -> None:
    try:
        os.write(descriptor, json.dumps(verdict).encode())
    except BrokenPipeError:
        pass  # the worker does not wait any more; there is nobody to tell
    finally:
        os.close(descriptor)


_SAMPLES = (
    ("JPEG", "RGB"),
    ("JPEG", "CMYK"),
    ("PNG", "P"),
    ("PNG", "LA"),
    ("PNG", "I;16"),
    ("WEBP", "RGBA"),
    ("GIF", "P"),
    ("TIFF", "RGBA"),
    ("TIFF", "LAB"),
    ("BMP", "RGB"),
    ("ICO", "RGBA"),
)


def warm_up() -> None:
    """Use each decoder, the encoder, EXIF and a colour profile once, so that no child has to import anything."""
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for format_, mode in _SAMPLES:
        file = io.BytesIO()
        Image.new(mode, (40, 30)).save(file, format_, exif=exif.tobytes(), icc_profile=profile)
        file.seek(0)
        images.render(file, format_, [Spec("warm", 16)], [io.BytesIO()], 2**29)


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return sum(1 for _ in tasks.iterdir()) if tasks.is_dir() else threading.active_count()


def _stay_single() -> None:
    if _threads() != 1:
        raise RuntimeError("a library started a thread: a fork of this process could hang")


def _freeze() -> None:
    """No child's collector writes into pages that all of them share."""
    gc.collect()
    gc.freeze()


def main(control: int, lifeline: int) -> None:
    """Warm up, say what holds here, serve."""
    warm_up()
    _stay_single()
    with socket.socket(fileno=control) as connection:
        sandbox = probe()
        template = Template(connection, lifeline, sandbox)
        connection.send(json.dumps(asdict(sandbox)).encode())
        _freeze()
        template.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

"""What a worker calls: a file in, its renditions out.

Rule: keeps one warm template while there is work, replaces it when it has died or has forked enough, and
tells a file's fault from our own.
Open it after the worker's own fork. Must not: decode anything in this process.
"""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from workers.media import allowance, encoder, programs, workshop
from workers.media.confine import Sandbox, SandboxLevel
from workers.media.courier import Meanwhile, Template, TemplateDied, Verdict
from workers.media.encoding import LIMITS as ENCODING
from workers.media.encoding import Encoding, check_film
from workers.media.plan import Aside, Limits, MediaFailure, MediaUnavailable, Spec, check_request
from workers.media.programs import Program
from workers.media.progress import Progress, scratch
from workers.media.results import (
    Properties,
    Rendered,
    RenderedFile,
    check_executed,
    check_files,
    check_program,
    check_properties,
    check_verdict,
)
from workers.media.sources import read_only

# Children of one template share its address layout; a new template has another.
_MOST_CHILDREN = 500
_IDLE_SECONDS = 60.0
_SEEN = (Spec("seen", 16),)  # what is known of a film is told with its poster
_GRACE_SECONDS = 10.0  # the template kills at the deadline; this is for a template that does not


class Studio:
    """Renders in confined children, some at a time. A context manager."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        at_once: int = os.cpu_count() or 1,
        most_children: int = _MOST_CHILDREN,
        quick_seconds: float = allowance.QUICK_SECONDS,
        find: programs.Find = programs.find,
    ) -> None:
        """Starts nothing before the first ``render``. ``at_once``: children that decode at the same time, however many
        threads call; ``most_children``: forks of a template before its replacement; ``quick_seconds``: on the
        processor, for the smallest file; ``find``: the programs that draw documents."""
        self._limits = limits or Limits()
        self._quick_seconds = quick_seconds
        self._most_children = most_children
        self._find = find
        # Of a film's encoding there is one at a time in any case, and it must not keep pictures waiting.
        self._room = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._current: Template | None = None
        self._live: set[Template] = set()

    def render(self, source: BinaryIO, format_: str, specs: Sequence[Spec]) -> Rendered:
        """Every rendition in ``specs`` of ``source``: a file as a whole, left as it is; any other stream to its end.

        ``format_`` is the decoder for what the bytes were sniffed as. Raises MediaFailure for what is wrong with the
        file, MediaUnavailable when it is our machinery (try again later), ValueError for specs that can't be.
        """
        check_request(format_, specs)
        with read_only(source) as descriptor:
            if format_ in programs.WANTED:
                return self._drawn(descriptor, format_, specs)
            return self._render(descriptor, format_, specs)

    @contextlib.contextmanager
    def seen(self, source: BinaryIO, format_: str) -> Iterator[tuple[int, Properties]]:
        """A film or a sound to be encoded: where it is to be read, and what the strict child has seen of it.

        Raises MediaFailure for what is wrong with the file, and ``no_encoder`` where this machine has no program, or
        not every fence; MediaUnavailable.
        """
        check_request(format_, _SEEN)
        found = encoder.find()
        if found.encoder is None or self.sandbox().level is not SandboxLevel.FULL:
            raise MediaFailure("no_encoder", " ".join(found.refused))
        with read_only(source) as descriptor:
            with self._render(descriptor, format_, _SEEN) as seen:
                known = seen.properties
            yield descriptor, known

    def encoded(self, source: int, wanted: Encoding, progress: Progress, limits: Limits = ENCODING) -> RenderedFile:
        """What was ``seen``, by the program. The file is the caller's to close. Raises as
        ``seen``."""
        found = encoder.find().encoder
        assert found is not None
        os.lseek(source, 0, os.SEEK_SET)  # whoever was before has read by the same place
        file = self._encode(source, wanted, found.files, progress, limits)
        size = os.fstat(file.fileno()).st_size
        if not wanted.picture:
            return RenderedFile(file, "audio/mp4", None, None, size)
        return RenderedFile(file, "video/mp4", *wanted.sides, size)

    def aside(self, source: BinaryIO, format_: str, asked: Aside) -> tuple[dict[str, Any], BinaryIO]:
        """What is made of ``source`` beside its pictures: what the child says of it, and what it has written, neither
        to be believed. The file is the caller's to close. Raises as ``render``.
        """
        check_request(format_, _SEEN)
        with read_only(source) as descriptor, contextlib.ExitStack() as unless_accepted:
            limits = self._limits_for(format_, descriptor)
            request = {"aside": asdict(asked), "format": format_, "limits": asdict(limits)}
            (output,), verdict = self._exchange(request, descriptor, 1)
            unless_accepted.enter_context(output)
            said = check_verdict(verdict, limits)
            unless_accepted.pop_all()
            return said, output

    def _drawn(self, source: int, format_: str, specs: Sequence[Spec]) -> Rendered:
        """By the program that can, or else as the picture that is inside of the document."""
        try:
            return self._pages(self._program(format_), source, format_, specs)
        except MediaFailure as failure:
            os.lseek(source, 0, os.SEEK_SET)
            try:
                return self._render(source, format_, specs)
            except MediaFailure as inside:
                raise failure if inside.code in ("no_preview_inside", "no_such_page") else inside from failure

    def _program(self, format_: str) -> Program:
        """Raises MediaFailure where there is none, or not every fence."""
        program = self._find(format_)
        if program is None or self.sandbox().level is not SandboxLevel.FULL:
            raise MediaFailure(programs.WANTED[format_].missing, "no program, or not every fence")
        return program

    def _pages(self, program: Program, source: int, format_: str, specs: Sequence[Spec]) -> Rendered:
        with workshop.opened(source) as folder:
            self._work(program, source, str(folder))
            page = workshop.made(folder)
            if page is None:
                raise MediaFailure("broken_file", f"{program.name} made nothing of it")
            try:
                rendered = self._render(page, "PDF", specs)
            finally:
                os.close(page)
        return replace(rendered, properties=replace(rendered.properties, format=format_))

    def _work(self, program: Program, source: int, folder: str) -> None:
        """Have the program make what it can. Raises MediaFailure, MediaUnavailable."""
        command, limits = program.command(folder), programs.LIMITS
        request = {"argv": command.argv, "environment": dict(command.environment), "limits": asdict(limits)}
        reach = {"program": program.files, "trees": program.trees, "home": folder}
        for _ in range(1 if command.again is None else 2):
            try:
                with self._room:
                    verdict = self._ask(request | reach, [source], limits.seconds)
            except TemplateDied as died:
                raise MediaUnavailable("the media template died during a document") from died
            check_executed(verdict, limits)
            if verdict.status != command.again:
                break
        if verdict.status != 0:
            raise programs.failure(program, verdict.status, verdict.report)

    def _render(self, source: int, format_: str, specs: Sequence[Spec]) -> Rendered:
        limits = self._limits_for(format_, source, specs)
        request = {"format": format_, "specs": [asdict(spec) for spec in specs], "limits": asdict(limits)}
        with contextlib.ExitStack() as unless_accepted:
            outputs, verdict = self._exchange(request, source, len(specs))
            for output in outputs:
                unless_accepted.enter_context(output)
            properties = check_properties(check_verdict(verdict, limits), format_)
            rendered = Rendered(properties, check_files(outputs, specs, limits))
            unless_accepted.pop_all()  # the files are the caller's now
            return rendered

    def _limits_for(self, format_: str, source: int, specs: Sequence[Spec] = ()) -> Limits:
        seconds = allowance.seconds(format_, os.fstat(source).st_size, specs, self._quick_seconds)
        return replace(self._limits, cpu=min(self._limits.seconds, seconds))

    def _encode(
        self, source: int, encoding: Encoding, program: Sequence[str], progress: Progress, limits: Limits = ENCODING
    ) -> BinaryIO:
        request = {"encoding": asdict(encoding), "program": program, "limits": asdict(limits)}
        with contextlib.ExitStack() as unless_accepted:
            output = unless_accepted.enter_context(_large_scratch())
            with read_only(output) as written:
                try:
                    descriptors = [source, output.fileno(), written, progress.fileno()]
                    verdict = self._ask(request, descriptors, limits.seconds, progress.look)
                except TemplateDied as died:
                    raise MediaUnavailable("the media template died during a film") from died
            check_program(verdict, limits, os.fstat(output.fileno()).st_size)
            check_film(output)
            unless_accepted.pop_all()
            return output

    def sandbox(self) -> Sandbox:
        """What holds in the children, as the template found it. Raises MediaUnavailable."""
        template = self._borrow()
        self._give_back(template)
        return template.sandbox

    def rest(self, idle_s: float = _IDLE_SECONDS) -> None:
        """End the template if nobody has used it for so long. The next file waits half a second for another one."""
        with self._lock:
            template = self._current
            if template and not template.active and time.monotonic() - template.idle_since >= idle_s:
                self._bury(template)

    def close(self) -> None:
        """End every template and the children that still run."""
        with self._lock:
            for template in self._live:
                template.kill()
            self._live.clear()
            self._current = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, request: dict[str, Any], source: int, count: int) -> tuple[list[BinaryIO], Verdict]:
        """The outputs and how the child ended. Raises MediaUnavailable."""
        for _ in range(2):  # a template never sees the file: if it died, that was chance
            with contextlib.ExitStack() as unless_done:
                outputs = [unless_done.enter_context(scratch()) for _ in range(count)]
                with contextlib.suppress(TemplateDied):
                    descriptors = [source, *(output.fileno() for output in outputs)]
                    with self._room:
                        verdict = self._ask(request, descriptors, self._limits.seconds)
                    unless_done.pop_all()
                    return outputs, verdict
        raise MediaUnavailable("the media template died twice during one file")

    def _ask(
        self,
        request: dict[str, Any],
        descriptors: Sequence[int],
        seconds: float,
        meanwhile: Meanwhile = lambda: None,
    ) -> Verdict:
        """Raises TemplateDied, MediaUnavailable."""
        template = self._borrow()
        try:
            return template.exchange(request, descriptors, seconds + _GRACE_SECONDS, meanwhile)
        except (TemplateDied, MediaUnavailable):
            self._discard(template)
            raise
        finally:
            self._give_back(template)

    def _borrow(self) -> Template:
        """The current template, or a new one if it has died or served enough. Raises MediaUnavailable."""
        with self._lock:
            if self._current and (self._current.ended() or self._current.served >= self._most_children):
                self._bury(self._current)
            if self._current is None:
                self._current = Template()
                self._live.add(self._current)
            self._current.served += 1
            self._current.active += 1
            return self._current

    def _give_back(self, template: Template) -> None:
        with self._lock:
            template.active -= 1
            template.idle_since = time.monotonic()
            if template is not self._current:
                self._bury(template)

    def _discard(self, template: Template) -> None:
        with self._lock:
            if template is self._current:
                self._current = None
            template.kill()

    def _bury(self, template: Template) -> None:
        """Take it out of use; end it when nobody waits for one of its children any more. The lock is held."""
        if template is self._current:
            self._current = None
        if not template.active:
            template.kill()
            self._live.discard(template)


def _large_scratch() -> BinaryIO:
    """A nameless file for what is too large for memory."""
    return cast(BinaryIO, tempfile.TemporaryFile())

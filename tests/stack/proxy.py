"""A small TCP proxy before a server, which fails as it is told: what a network and a sick server do on demand.

Rule: a fault is in force, for connections that are there and for new ones, when the call that sets it returns, and
over when the next one returns; nothing here waits for time to pass, but where slowness is what was asked for. Must not:
know which protocol it carries, but for the one answer that any HTTP server may give.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

Upstream = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""

_PIECE = 64 << 10
_TICK_S = 0.05
_CALL_S = 60  # it waits for nobody but the thread of its loop
_HARD = struct.pack("ii", 1, 0)  # closing sends a reset
_UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Fault:
    """``passes``: none. ``refuses``: nobody listens. ``resets``: whoever comes is cut off. ``silent``: whatever is said
    is taken, and nothing ever answered. ``slow``: answers come with ``limit`` bytes a second. ``truncates``: of each
    connection's answers the first ``limit`` bytes come, then its end. ``unavailable``: HTTP's 503.
    """

    kind: Literal["passes", "refuses", "resets", "silent", "slow", "truncates", "unavailable"]
    limit: int = 0


NONE = Fault("passes")


class Proxy:
    """A context manager; ``port`` of the loopback leads to ``upstream``. Used from any thread."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._fault = NONE
        self._open: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        # Bound and never listening, so that nobody else gets the port while it refuses.
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._held.close()

    def behave(self, fault: Fault = NONE) -> None:
        """From now on, so; without one, as if there were no proxy. What a silent one swallowed is lost for good."""
        self._call(self._behave(fault))

    def cut(self) -> None:
        """Reset every connection that is open."""
        self._call(self._cut())

    @property
    def fault(self) -> Fault:
        return self._fault

    async def to_upstream(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, str):
            return await asyncio.open_unix_connection(self._upstream)
        return await asyncio.open_connection(*self._upstream)

    def _call(self, what: "Coroutine[Any, Any, None]") -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(_CALL_S)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=_bound(self.port))

    async def _unlisten(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _behave(self, fault: Fault) -> None:
        before, self._fault = self._fault, fault
        if fault.kind == "refuses":
            await self._unlisten()
        if before.kind == "silent" or fault.kind in ("refuses", "resets"):
            await self._cut()
        for each in self._open:
            each.answered = 0
        if fault.kind != "refuses" and self._server is None:
            await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self._open.add(connection)
        try:
            with suppress(asyncio.CancelledError):  # it was cut
                await connection.run()
        finally:
            self._open.discard(connection)

    async def _cut(self) -> None:
        tasks = [each.task for each in self._open]
        for each in self._open:
            each.reset()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> None:
        await self._unlisten()
        await self._cut()


class _Connection:
    """One client's, and the one to the server that belongs to it."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task: asyncio.Task[Any] = task
        self.answered = 0
        self._proxy = proxy
        self._reader, self._writer = reader, writer

    def reset(self) -> None:
        """Break off hard, so that the client sees a reset."""
        taken = self._writer.get_extra_info("socket")
        if taken is not None and not self._writer.is_closing():
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
        self._writer.transport.abort()

    async def run(self) -> None:
        # Who was taken just before nobody listened any more is no better off than who comes later.
        if self._proxy.fault.kind in ("refuses", "resets"):
            self.reset()
            return
        writer: asyncio.StreamWriter | None = None
        try:
            reader, writer = await self._proxy.to_upstream()
            forth = asyncio.ensure_future(self._forth(writer))
            back = asyncio.ensure_future(self._back(reader))
            try:
                await asyncio.wait({forth, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                forth.cancel()
                back.cancel()
                await asyncio.gather(forth, back, return_exceptions=True)
        except OSError:
            self.reset()  # the server itself is away
        finally:
            for each in (writer, self._writer):
                if each is not None:
                    each.close()

    async def _forth(self, writer: asyncio.StreamWriter) -> None:
        """What the client says."""
        while piece := await self._reader.read(_PIECE):
            if self._proxy.fault.kind == "silent":
                continue
            if self._proxy.fault.kind == "unavailable":
                await self._refuse()
                return
            writer.write(piece)
            await writer.drain()

    async def _refuse(self) -> None:
        self._writer.write(_UNAVAILABLE)
        await self._writer.drain()
        self._writer.write_eof()
        while await self._reader.read(_PIECE):
            pass  # a body that is still coming would otherwise meet a reset, and hide the answer

    async def _back(self, reader: asyncio.StreamReader) -> None:
        """What the server answers."""
        while piece := await reader.read(_PIECE):
            fault = self._proxy.fault
            if fault.kind == "silent":
                continue
            if fault.kind == "truncates":
                piece = piece[: fault.limit - self.answered]
            self.answered += len(piece)
            await self._answer(piece)
            if fault.kind == "truncates" and self.answered >= fault.limit:
                return

    async def _answer(self, piece: bytes) -> None:
        while piece:
            step = len(piece)
            if (fault := self._proxy.fault).kind == "slow":
                step = max(1, int(fault.limit * _TICK_S))
                await asyncio.sleep(_TICK_S)
            self._writer.write(piece[:step])
            await self._writer.drain()
            piece = piece[step:]


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.setblocking(False)
    return made

"""Bytes in a bucket that no reader sees yet: an upload to the target's key that is not completed.

Rule: each piece first lies under a name of ours, and the server itself copies it into the upload. The first piece stays
as long as the upload does, and says to which one it belongs: so what a dead attempt left is known to be ours, which an
unfinished upload can't say of itself, and not every server lists them. An upload that is given up is aborted, so that a
completion which is still on its way can't happen any more. Must not: complete anything.
"""

import mimetypes
import secrets
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from urllib.parse import quote, unquote

from dam.channels.s3_server import Server
from dam.domain import media_types
from dam.ports.channel import ChannelError, NotApplied, Unreachable

PIECE = 8 << 20
_STEP = 1000  # so many pieces of one length; the next are longer. The 10,000 that there may be hold 430 GiB
_TARGET, _UPLOAD = "x-amz-meta-dam-target", "x-amz-meta-dam-upload"
_LEFTOVER = timedelta(days=1)
_SWEEP_S = 3600.0
_AT_ONCE = 20
_TYPES = mimetypes.MimeTypes()  # the built-in ones only, so that every machine says the same


class Staged:
    """The bytes of one attempt. ``folder``: where our own names begin."""

    def __init__(self, server: Server, folder: str, key: str, source: BinaryIO, size: int, cache_control: str) -> None:
        self._server = server
        self._key = key
        self._mark = folder + secrets.token_hex(16)
        self.etags: list[str] = []
        piece = _read(source, min(size, PIECE))
        headers = {"Content-Type": type_of(key, piece), "Cache-Control": cache_control}
        self.upload = server.begin(key, headers)
        try:
            self._bring(piece, source, size)
        except BaseException:
            self.discard()
            raise

    def discard(self, *, applied: bool = False) -> None:
        """Take away what is ours; and give the upload up, unless it is known to have been completed."""
        # What can't be taken away now is a leftover, which a later attempt sweeps.
        with suppress(ChannelError):
            if not applied:
                self._server.abort(self._key, self.upload)
            self._server.delete(self._mark)

    def _bring(self, piece: bytes, source: BinaryIO, size: int) -> None:
        left, number = size - len(piece), 1
        self._add(piece, self._mark, number)
        while left and piece:
            number += 1
            piece = _read(source, min(left, length_of(number)))
            left -= len(piece)
            if piece:
                self._add(piece, f"{self._mark}-{number}", number)
                self._server.delete(f"{self._mark}-{number}")
        if left or source.read(1):
            raise NotApplied("source_differs", f"The bytes to deliver are not the {size} that were announced.")

    def _add(self, piece: bytes, name: str, number: int) -> None:
        etag = self._server.put(name, piece, {_TARGET: quote(self._key), _UPLOAD: quote(self.upload)})
        self.etags.append(self._server.copy_part(self._key, self.upload, number, name, etag))


def length_of(number: int) -> int:
    """The length of a piece, counted from 1."""
    return PIECE * (1 + (number - 1) // _STEP)


def type_of(key: str, head: bytes) -> str:
    """What the bytes show, where it is a picture that runs nothing; else what the name says. Text is what its name
    says: a style sheet that is called plain text styles nothing."""
    seen = media_types.sniff(head)
    if seen.route is not None and seen not in (media_types.SVG, media_types.TEXT):
        return seen.name
    return _TYPES.guess_type(f"/{key}")[0] or media_types.UNKNOWN


def _read(source: BinaryIO, size: int) -> bytes:
    """So many bytes, or all that there are."""
    whole = source.read(size)
    if len(whole) == size:
        return whole
    found = bytearray(whole)
    while len(found) < size and (piece := source.read(size - len(found))):
        found += piece
    return bytes(found)


class Sweep:
    """Takes away what attempts left that died a day ago, once an hour."""

    def __init__(self, server: Server, folder: str) -> None:
        self._server = server
        self._folder = folder
        self._lock = threading.Lock()
        self._last = -_SWEEP_S

    def sweep(self) -> None:
        """What can't be taken away now is tried again in an hour, and hinders nobody."""
        now = time.monotonic()
        with self._lock:
            if now - self._last < _SWEEP_S:
                return
            self._last = now
        with suppress(Unreachable):
            self.older_than(datetime.now(UTC) - _LEFTOVER)

    def older_than(self, time_: datetime) -> int:
        """Sweep what was written before; returns how many. Raises Unreachable."""
        old = [key for key, modified in self._server.listed(self._folder) if modified < time_]
        for key in old[:_AT_ONCE]:
            with suppress(NotApplied):
                self._end(key)
        return len(old[:_AT_ONCE])

    def _end(self, key: str) -> None:
        said = self._server.ask("HEAD", key).headers
        if _TARGET in said and _UPLOAD in said:
            self._server.abort(unquote(said[_TARGET]), unquote(said[_UPLOAD]))
        self._server.delete(key)

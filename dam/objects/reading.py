"""The bytes of one S3 object as a file that can be read from anywhere.

Rule: nothing is asked for before the first read, and then from where the reader stands to the end; moving away gives
the connection up. There is no descriptor: whoever would send by one, reads. Must not: know keys.
"""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from urllib3.response import BaseHTTPResponse

from dam.domain.errors import Unavailable
from dam.objects.bucket_errors import reported

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Get = Callable[[int], BaseHTTPResponse]
"""The answer that brings the bytes from a position on. Raises NotFound, Unavailable."""


class Reading(io.RawIOBase):
    """``size`` bytes. A read raises NotFound (``object_missing``) or Unavailable, never OSError."""

    def __init__(self, get: Get, size: int) -> None:
        self._get = get
        self._size = size
        self._at = 0
        self._answer: BaseHTTPResponse | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Costs nothing until the next read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("There is nothing before the begin.")
        if base + offset != self._at:
            self._let_go()
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """As many bytes as fit, fewer only at the end."""
        with memoryview(buffer) as view, view.cast("B") as room:
            wanted = min(len(room), self._size - self._at)
            if self.closed or wanted <= 0:
                return 0
            data = self._next(wanted)
            room[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        """Let the connection go; one that has more to bring is closed."""
        self._let_go()
        super().close()

    def _next(self, wanted: int) -> bytes:
        try:
            if self._answer is None:
                self._answer = self._get(self._at)
            with reported():
                data = self._answer.read(wanted)
        except BaseException:
            self._let_go()
            raise
        if not data:
            self._let_go()
            raise Unavailable("objects_unavailable", "The object store broke off.")
        return data

    def _let_go(self) -> None:
        answer, self._answer = self._answer, None
        if answer is None:
            return
        if self._at < self._size:
            answer.close()
        answer.release_conn()

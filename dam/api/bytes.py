"""Bytes on their way out: ranges (RFC 9110, 14), validators, digests (RFC 9530), and a name that no header can break
(RFC 6266, 8187).

Rule: an original is hostile: it is saved, never shown, and nothing in it may run. The file is handed to the server as
it is, so that the kernel sends it if it has a descriptor; ranges are a seek and a length.
"""

import base64
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from dam.api.context import services
from dam.api.problems import problem
from dam.operations.fetch import Bytes

BLOCK = 256 << 10
POLICY = "sandbox; default-src 'none'"
PRIVATE = "private, no-cache"
PUBLIC = "no-cache"

_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9 ._()+-]*", re.ASCII)


class Part:
    """``length`` bytes of a file from where it stands. It has the file's descriptor, if there is one, for a server that
    sends by it; one that reads gets no more than the part.
    """

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length
        self._first = b""

    def begin(self) -> None:
        """Have the first bytes of a file that has no descriptor: whether there are any is known before the answer
        says so. Raises what reading raises; then the file is closed.
        """
        try:
            self.fileno()
        except OSError:
            try:
                self._first = self.read(BLOCK)
            except BaseException:
                self.close()
                raise

    def fileno(self) -> int:
        """The file's descriptor, standing at the part's begin. Raises OSError where there is none."""
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` of the bytes that are left."""
        if self._first and size >= 0:
            first, self._first = self._first[:size], self._first[size:]
            return first
        first, self._first = self._first, b""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return first + data

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def send(found: Bytes, caching: str) -> Response:
    """The answer to a GET or HEAD. Raises NotFound ``object_missing``, Unavailable."""
    headers = _headers(found, caching)
    if request.if_none_match.contains_weak(found.sha256):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= _about(found)
    chosen = _chosen(found)
    if chosen is None:
        return _unsatisfiable(found, headers)
    if link := _elsewhere(found, headers["Content-Disposition"]):
        return _sent_on(link, headers)
    start, length = chosen
    partial = length != found.size
    if not partial:
        headers["Content-Digest"] = headers["Repr-Digest"]
    else:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{found.size}"
    headers["Content-Length"] = str(length)
    status = HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK
    if request.method == "HEAD":
        return Response(status=status, headers=headers)
    file = found.open(services())
    file.seek(start)
    part = Part(file, length)
    part.begin()
    body = wrap_file(request.environ, part, BLOCK)  # type: ignore[arg-type]
    return Response(body, status, headers, direct_passthrough=True)


def _elsewhere(found: Bytes, disposition: str) -> str | None:
    """Where the bytes are fetched past the service. A HEAD is answered here, with all that is promised of them; so is
    what a page of ours needs for itself: its policy lets it ask nobody else. S3 servers give a range whatever
    ``If-Range`` says: who has begun with other bytes stays here."""
    part_of_page = request.headers.get("Sec-Fetch-Site") == "same-origin" and (
        request.headers.get("Sec-Fetch-Mode") != "navigate"
    )
    here = request.method == "HEAD" or part_of_page or not _same_representation(found)
    return None if here else found.link(services(), disposition)


def _sent_on(link: str, about: Mapping[str, str]) -> Response:
    """Not to be kept by anybody: the next request is checked anew. What S3 doesn't say of the bytes is said here."""
    headers = {"Location": link, "Cache-Control": "private, no-store"}
    headers |= {name: about[name] for name in ("ETag", "Repr-Digest")}
    answer = Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers=headers)
    del answer.headers["Content-Type"]  # there is no body
    return answer


def _headers(found: Bytes, caching: str) -> dict[str, str]:
    return {
        "ETag": f'"{found.sha256}"',
        "Cache-Control": caching,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": POLICY,
    }


def _about(found: Bytes) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    return {
        "Content-Type": found.media_type,
        "Content-Disposition": disposition(found.filename, attachment=found.original),
        "Repr-Digest": f"sha-256=:{digest}:",
    }


def disposition(filename: str, *, attachment: bool) -> str:
    """The header's value; a name beyond plain ASCII is given in both forms."""
    kind = "attachment" if attachment else "inline"
    if _PLAIN.fullmatch(filename):
        return f'{kind}; filename="{filename}"'
    plain = "".join(each if _PLAIN.fullmatch(each) else "_" for each in filename)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _chosen(found: Bytes) -> tuple[int, int] | None:
    """Start and length; the whole file where no single, well-formed range is asked for; None if it can't be met."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or asked is None or not _same_representation(found):
        return 0, found.size
    first, last, suffix = asked.groups()
    if suffix is not None:
        length = min(int(suffix), found.size)
        return (found.size - length, length) if length else None
    start = int(first)
    end = min(int(last), found.size - 1) if last is not None else found.size - 1
    if last is not None and int(last) < start:
        return 0, found.size
    return (start, end - start + 1) if start < found.size else None


def _same_representation(found: Bytes) -> bool:
    """If-Range: only by our own strong tag; anything else, such as a date, gets the whole file."""
    condition = request.headers.get("If-Range")
    return condition is None or condition.strip() == f'"{found.sha256}"'


def _unsatisfiable(found: Bytes, headers: dict[str, str]) -> Response:
    detail = f"The file has {found.size} bytes."
    answer = problem(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail)
    answer.headers["Content-Range"] = f"bytes */{found.size}"
    answer.headers["Cache-Control"] = headers["Cache-Control"]
    return answer

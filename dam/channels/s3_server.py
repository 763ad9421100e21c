"""The requests of one S3 channel to its server.

Rule: each request is bounded in time, and its answer in size; the server's name is looked up once for it, checked, and
what was checked is dialled. Nothing is sent twice, and no redirect is followed. What is asked here changes nothing that
a reader sees; the visible step is only composed here, and sent by a hand. Must not: know markers, or what a key means.
"""

import html
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, cast

from dam.channels import request, s3_faults
from dam.channels.network import Network
from dam.channels.request import Times
from dam.channels.s3_config import Where
from dam.channels.s3_faults import Answer
from dam.channels.signing import path_of, query_of, sign
from dam.ports.channel import Unreachable

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

_SILENCE_S = 20.0
_QUESTION_S = 30.0
_BODY_S = 120.0
"""For one piece on its way there, and for a copy of one within the server."""
_SLOWEST = 128 << 10  # bytes a second: what is read more slowly is given up
_TAG = {name: re.compile(rb"<%s>([^<]{1,2000})</%s>" % (name, name)) for name in (b"UploadId", b"ETag")}
_LISTED = re.compile(rb"<Contents>.*?</Contents>", re.DOTALL)
_KEY = re.compile(rb"<Key>([^<]{1,4000})</Key>")
_MODIFIED = re.compile(rb"<LastModified>([0-9T:.+-]{19,40}Z?)</LastModified>")

Parameters = Mapping[str, str]

NONE: Parameters = MappingProxyType({})


class Server:
    """Thread-safe; opens a connection for each request. Every method raises Unreachable; those that bring something
    also NotApplied."""

    def __init__(self, where: Where, network: Network) -> None:
        self._where = where
        self._network = network

    def ask(
        self, method: str, key: str, query: Parameters = NONE, headers: Parameters = NONE, body: bytes = b"",
        seconds: float = _QUESTION_S,
    ) -> Answer:  # fmt: skip
        """One request and its whole answer, whatever it says."""
        times = Times(seconds, min(seconds, _SILENCE_S) if not body else seconds)
        try:
            with self._connected(times) as connection:
                head = self._head(method, key, query, headers, body)
                response = request.exchange(connection, method, [head, body], times)
                return Answer(response.status, request.body(response), _plain(response))
        except OSError as error:
            raise self._unreachable(error) from error

    def read(self, key: str) -> BinaryIO | None:
        """The object's bytes as they come, or None if there is none; the caller closes it. It raises OSError while it
        is read."""
        times = Times(_QUESTION_S, _SILENCE_S)
        try:
            connection = self._connected(times)
            try:
                head = self._head("GET", key, NONE, NONE, b"")
                response = request.exchange(connection, "GET", [head], times)
                if response.status == 200:
                    times.until = request.now() + _BODY_S + (response.length or 0) / _SLOWEST
                    return cast(BinaryIO, _Body(connection, response))
                answer = Answer(response.status, request.body(response), _plain(response))
            except BaseException:
                connection.close()
                raise
        except OSError as error:
            raise self._unreachable(error) from error
        connection.close()
        if answer.nothing:
            return None
        raise s3_faults.looking(answer)

    def put(self, key: str, data: bytes, headers: Parameters = NONE) -> str:
        """Store a whole object; returns its etag."""
        answer = self._done(self.ask("PUT", key, {}, headers, data, _BODY_S))
        return answer.headers.get("etag", "")

    def delete(self, key: str) -> None:
        """Take an object away that is ours; it is no error if it is not there."""
        self._done(self.ask("DELETE", key))

    def begin(self, key: str, headers: Parameters) -> str:
        """Begin an upload in parts to this key; returns its id."""
        return _told(b"UploadId", self._done(self.ask("POST", key, {"uploads": ""}, headers)))

    def copy_part(self, key: str, upload: str, number: int, source: str, etag: str) -> str:
        """Have the server copy an object, if it is still what was stored, as one part; returns the part's etag."""
        headers = {"x-amz-copy-source": path_of(self._where.bucket, source), "x-amz-copy-source-if-match": etag}
        query = {"partNumber": str(number), "uploadId": upload}
        return _told(b"ETag", self._done(self.ask("PUT", key, query, headers, seconds=_BODY_S)))

    def abort(self, key: str, upload: str) -> None:
        """Give an upload up, so that it can't be completed any more; it is no error if it has ended."""
        answer = self.ask("DELETE", key, {"uploadId": upload})
        if answer.code != "NoSuchUpload":
            self._done(answer)

    def listed(self, prefix: str) -> list[tuple[str, datetime]]:
        """The first keys under a prefix, with the time of their last change."""
        answer = self.ask("GET", "", {"list-type": "2", "max-keys": "1000", "prefix": prefix})
        if not answer.succeeded:
            raise s3_faults.looking(answer)
        found = []
        for entry in _LISTED.findall(answer.body):
            key, modified = _KEY.search(entry), _MODIFIED.search(entry)
            if key and modified:
                with suppress(ValueError):
                    found.append((html.unescape(key[1].decode()), datetime.fromisoformat(modified[1].decode())))
        return found

    def order(
        self, method: str, key: str, query: Parameters, headers: Parameters, body: bytes, deadline: float
    ) -> bytes:
        """One request as an order to a hand, which is to carry it out by ``deadline``. The name is looked up here."""
        where = self._where
        addresses = self._network.resolve(where.host, where.port)
        raw = self._head(method, key, query, headers, body) + body
        return request.order(addresses, where.port, where.host if where.secure else None, method, raw, deadline)

    def _done(self, answer: Answer) -> Answer:
        if not answer.succeeded:
            raise s3_faults.writing(answer)
        return answer

    def _connected(self, times: Times) -> "socket.socket":
        where = self._where
        addresses = self._network.resolve(where.host, where.port)
        return request.connect(addresses, where.port, where.host if where.secure else None, times)

    def _head(self, method: str, key: str, query: Parameters, headers: Parameters, body: bytes) -> bytes:
        path, asked = path_of(self._where.bucket, key), query_of(query)
        whole = {**headers, "Host": self._where.authority}
        signed = sign(self._where.credentials, method, path, asked, whole, body, datetime.now(UTC))
        lines = [f"{method} {path}{'?' if asked else ''}{asked} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in signed.items()]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "User-Agent: dam", "", ""]
        return "\r\n".join(lines).encode("ascii")

    def _unreachable(self, error: OSError) -> Unreachable:
        detail = f"{self._where.authority} can't be spoken to: {request.sentence(error)}."
        return Unreachable("destination_failed", detail)


def completion(etags: Sequence[str]) -> bytes:
    """The body that asks for an object of these parts."""
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{html.escape(etag)}</ETag></Part>"
        for number, etag in enumerate(etags, 1)
    )
    names = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<CompleteMultipartUpload xmlns="{names}">{parts}</CompleteMultipartUpload>'.encode()


def _told(name: bytes, answer: Answer) -> str:
    found = _TAG[name].search(answer.body)
    if not found:
        raise Unreachable("destination_failed", "The server gave an answer that is not S3's.")
    return html.unescape(found[1].decode("utf-8", "replace"))


def _plain(response: HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


class _Body(io.RawIOBase):
    """The body of an answer. Raises OSError where it breaks off or takes too long."""

    def __init__(self, connection: "socket.socket", response: HTTPResponse) -> None:
        self._connection = connection
        self._response = response

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        try:
            count = self._response.readinto(buffer)
        except (HTTPException, ValueError) as error:
            raise OSError("the answer broke off") from error
        if not count and self._response.length:
            raise OSError("the answer broke off")
        return count

    def close(self) -> None:
        self._response.close()
        self._connection.close()
        super().close()

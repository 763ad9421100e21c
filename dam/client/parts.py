"""A big file in parts: several at once, each again if need be, and a second run sends only what is missing.

Rule: which parts there are, the service says. What the bar shows has been acknowledged or is on its way; what gets lost
on the way is taken back. The links say by themselves who may: no token goes where they lead. The file is hashed
meanwhile, and the version is made only of bytes with that digest.
"""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import httpx

from dam.client import address
from dam.client.failure import Failure
from dam.client.http import API, TIMEOUTS, Service, Thing, refusal

THRESHOLD = 64 << 20
"""From this size on. Below it a whole file takes seconds to send again, and parts are a worker's second look at the
bytes and a handful of requests more."""

PARALLEL = 4
TRIES = 6
"""Of one part, or one question, with pauses of 1, 2, 4, 8 and 16 seconds: about half a minute without a network."""

FIRST_TRIES = 3
"""As long as no part has got anywhere: the store may be in a network that we are not in."""

_LINKS = 32
_PIECE = 256 << 10
_POLL_S, _LONGEST_POLL_S = 0.2, 2.0
_MAY_PASS = frozenset({"no_answer", "too_slow", "objects_unavailable", "database_unavailable", "unexpected_answer"})

Advance = Callable[[int], None]
Sleep = Callable[[float], object]


class StoreOutOfReach(Failure):
    """Not one part could be sent, since where the links lead can't be reached from here."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a part goes."""

    method: str
    url: str
    headers: Mapping[str, str]
    until: datetime


def send(
    service: Service,
    file: BinaryIO,
    upload: Thing,
    advance: Advance,
    *,
    sleep: Sleep | None = None,
    transport: httpx.BaseTransport | None = None,
) -> str:
    """Send what is missing of an open upload; returns the file's SHA-256. ``advance`` gets bytes as they go, and those
    that were lost as a negative number. Raises Failure, StoreOutOfReach."""
    there = {part["number"] for part in upload["parts"] if part["size"] == _length(upload, part["number"])}
    advance(sum(_length(upload, number) for number in there))
    lacking = [number for number in range(1, upload["part_count"] + 1) if number not in there]
    digest = _Digest(file)
    with _client(service, transport) as http, ThreadPoolExecutor(PARALLEL + 1, "part") as pool:
        sending = _Sending(service, http, file, upload, lacking, advance, sleep, anything=bool(there))
        running = [pool.submit(digest.run), *(pool.submit(sending.run) for _ in range(min(PARALLEL, len(lacking))))]
        try:
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            digest.stop()
            sending.stop()
        if sending.failure is not None:
            raise sending.failure
        for each in running:
            each.result()
    return digest.sha256()


def completed(service: Service, upload_id: str, sha256: str | None, *, sleep: Sleep = time.sleep) -> Thing:
    """Ask for the completion unless that was done, and wait until the upload has ended; returns it. Raises Failure with
    the reason if it has become nothing."""
    if sha256 is not None:
        patiently(lambda: service.post(f"/uploads/{upload_id}/complete", {"sha256": sha256}), sleep)
    pause = _POLL_S
    while True:
        upload = patiently(lambda: service.get(f"/uploads/{upload_id}"), sleep)
        if upload["state"] == "complete":
            return upload
        if upload["state"] != "completing":
            state = upload["state"]
            reason = upload["reason"] or {"code": f"upload_{state}", "detail": f"The upload is {state}."}
            raise Failure(reason["code"], reason["detail"])
        sleep(pause)
        pause = min(pause * 1.5, _LONGEST_POLL_S)


def patiently(ask: Callable[[], Thing], sleep: Sleep = time.sleep) -> Thing:
    """The answer, with a few tries where a network or a restart may be in the way. Only for what bears repeating."""
    for attempt in range(1, TRIES):
        try:
            return ask()
        except Failure as failure:
            if failure.code not in _MAY_PASS:
                raise
            sleep(_pause(attempt))
    return ask()


class _Digest:
    """The file's SHA-256, read from its begin beside what is sent."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._stopped = False

    def run(self) -> None:
        at = 0
        while not self._stopped and (piece := os.pread(self._file.fileno(), 1 << 20, at)):
            self._hash.update(piece)
            at += len(piece)

    def stop(self) -> None:
        self._stopped = True

    def sha256(self) -> str:
        return self._hash.hexdigest()


class _Sending:
    """The parts that are missing, shared by the threads that send them."""

    def __init__(
        self,
        service: Service,
        http: httpx.Client,
        file: BinaryIO,
        upload: Thing,
        lacking: Sequence[int],
        advance: Advance,
        sleep: Sleep | None,
        *,
        anything: bool,
    ) -> None:
        """``anything``: has any part ever arrived?"""
        self._service, self._http, self._file, self._upload = service, http, file, upload
        self._stopped = threading.Event()
        self._advance, self._sleep = advance, sleep or self._stopped.wait
        self._lacking = list(lacking)
        self._links: dict[int, Link] = {}
        self._host = ""
        self._lock = threading.Lock()
        self._anything = anything
        self.failure: BaseException | None = None

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        """Send until nothing is left. Raises Failure."""
        while not self._stopped.is_set() and (number := self._next()) is not None:
            try:
                self._send(number)
            except BaseException as error:
                with self._lock:
                    self.failure = self.failure or error
                self.stop()
                raise

    def _next(self) -> int | None:
        with self._lock:
            return self._lacking.pop(0) if self._lacking else None

    def _send(self, number: int) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                self._put(number, self._link(number))
                self._anything = True
                return
            except Failure as failure:
                if attempt >= FIRST_TRIES and self._is_out_of_reach(failure):
                    detail = f"{self._host}, where the parts go, can't be reached from here."
                    raise StoreOutOfReach("store_out_of_reach", detail) from failure
                if self._stopped.is_set() or attempt == TRIES or not _passes(failure):
                    raise
                with self._lock:
                    self._links.pop(number, None)  # another link, in case that one has expired
                self._sleep(_pause(attempt))

    def _is_out_of_reach(self, failure: Failure) -> bool:
        """The service gives links, and nothing ever gets to where they lead."""
        elsewhere = self._host not in ("", urlsplit(self._service.url).netloc)
        return failure.code == "no_answer" and not self._anything and elsewhere

    def _link(self, number: int) -> Link:
        with self._lock:
            link = self._links.get(number)
            if link is None or link.until < datetime.now(UTC) + timedelta(minutes=1):
                self._ask(number)
            return self._links[number]

    def _ask(self, number: int) -> None:
        wanted = [number, *self._lacking[: _LINKS - 1]]
        path = f"{API}/uploads/{self._upload['id']}/parts"
        answer = self._service.request("POST", path.removeprefix(API), json={"numbers": wanted})
        for each in answer.json():
            self._host = urlsplit(self._address(each["url"])).netloc
            self._links[each["number"]] = Link(
                each["method"], self._address(each["url"]), each["headers"], datetime.fromisoformat(each["expires_at"])
            )

    def _address(self, url: str) -> str:
        """Links to the service itself lead to where we reach it, whatever is in front of it."""
        parts = urlsplit(url)
        if parts.path.startswith(f"{API}/uploads/{self._upload['id']}/parts/"):
            return f"{self._service.url}{parts.path}?{parts.query}"
        return urljoin(self._service.url, url)

    def _put(self, number: int, link: Link) -> None:
        length, sent = _length(self._upload, number), 0

        def pieces() -> Iterator[bytes]:
            nonlocal sent
            begin = (number - 1) * self._upload["part_size"]
            while sent < length:
                piece = os.pread(self._file.fileno(), min(_PIECE, length - sent), begin + sent)
                if self._stopped.is_set():
                    raise Failure("stopped", "Another part could not be sent.")
                if not piece:
                    raise Failure("file_changed", "The file became shorter while it was sent.")
                sent += len(piece)
                self._advance(len(piece))
                yield piece

        try:
            answer = self._http.request(
                link.method, link.url, content=pieces(), headers={**link.headers, "Content-Length": str(length)}
            )
        except httpx.TransportError as error:
            self._advance(-sent)
            where = urlsplit(link.url).netloc
            raise Failure("no_answer", f"{where} can't be reached: {str(error) or type(error).__name__}") from error
        except BaseException:
            self._advance(-sent)
            raise
        if not answer.is_success:
            self._advance(-sent)
            raise refusal(answer)


def _passes(failure: Failure) -> bool:
    """May another try of the same part, with a new link, end better?"""
    return failure.code in _MAY_PASS or failure.code in ("link_expired", "link_invalid") or failure.status >= 500


def _pause(attempt: int) -> float:
    """Seconds before the next try; not the same for everybody."""
    return min(2.0 ** (attempt - 1), 30.0) * random.uniform(0.8, 1.2)  # noqa: S311 it hides nothing


def _length(upload: Thing, number: int) -> int:
    return int(min(upload["part_size"], upload["size"] - (number - 1) * upload["part_size"]))


def _client(service: Service, transport: httpx.BaseTransport | None) -> httpx.Client:
    """Without the service's token, and without its cookies."""
    limits = httpx.Limits(max_connections=PARALLEL, max_keepalive_connections=PARALLEL)
    trust = not address.is_loopback(service.url)
    return httpx.Client(timeout=TIMEOUTS, limits=limits, follow_redirects=False, trust_env=trust, transport=transport)

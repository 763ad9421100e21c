"""The S3 channel: a folder within a bucket of an S3 server.

Rule: a reader sees the old object whole or the new object whole. Bytes are brought into an upload that is not completed
(``s3_staging``); the visible step is one request, which completes it or deletes the object, sent by a hand that is
killed at its deadline. Completing is all the server has to do then, however large the object is, and with
``If-None-Match`` it is also the one way on which servers agree not to overwrite: they ignore that of a copy. Without
the marker object nothing is read or written.

Must not: decide whether what is there is right.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Self
from uuid import UUID

from dam.channels import names, request, s3_config, s3_faults
from dam.channels.hand import Hands, too_late
from dam.channels.kind import Surroundings
from dam.channels.s3_config import Where
from dam.channels.s3_faults import Answer
from dam.channels.s3_server import Server, completion
from dam.channels.s3_staging import Staged, Sweep
from dam.ports.channel import (
    Change,
    Channel,
    InvalidConfig,
    NotApplied,
    OutcomeUnknown,
    Receipt,
    Timing,
    Unreachable,
)

PERMIT_S = 30.0
"""For the visible steps of a batch, each a connection, a request without the bytes, and its answer."""

RATE = 1 << 20
"""Bytes a second: a bucket may be at the other end of a slow line."""

_PROGRAM = Path(request.__file__).resolve()


def build(channel_id: UUID, config: Mapping[str, object], surroundings: Surroundings) -> Channel:
    """An S3 channel from its configuration (``s3_config.SCHEMA``). Raises InvalidConfig."""
    where = s3_config.parse(config)
    return S3(channel_id, where, Server(where, surroundings.network), surroundings.hands)


class S3:
    """``Channel`` into a bucket. Thread-safe; keep one a process and channel, since it remembers when it has looked for
    leftovers."""

    def __init__(self, channel_id: UUID, where: Where, server: Server, hands: Hands) -> None:
        self._where = where
        self._server = server
        self._marker = Marker(server, where, channel_id)
        self._folder = f"{where.prefix}{names.RESERVED}staging/{channel_id}/"
        self._sweep = Sweep(server, self._folder)
        self._steps = Steps(server, hands, self._marker)

    @property
    def timing(self) -> Timing:
        return Timing(permit=PERMIT_S, lateness=self._where.lateness_s, rate=RATE)

    def establish(self) -> None:
        """Put the marker there. Raises InvalidConfig (``bucket_missing``, ``access_denied``, ``credentials_refused``,
        ``redirected``), Unreachable."""
        self._marker.put()
        self._must_be_allowed()

    def check(self) -> None:
        self._marker.check()

    def canonical(self, remote: str) -> str:
        key = self._where.key_of(remote)
        self._marker.check()
        return self._where.canonical(key)

    def stage_put(self, remote: str, source: BinaryIO, size: int) -> Change:
        key = self._where.key_of(remote)
        self._marker.check()
        self._sweep.sweep()
        return _Put(self._steps, Staged(self._server, self._folder, key, source, size, self._where.cache_control), key)

    def stage_removal(self, remote: str) -> Change:
        key = self._where.key_of(remote)
        self._marker.check()
        return _Removal(self._steps, key)

    def read(self, remote: str) -> BinaryIO | None:
        key = self._where.key_of(remote)
        self._marker.check()
        return self._server.read(key)

    def _must_be_allowed(self) -> None:
        """What a delivery will do, on a key of ours: a missing right is found by whoever sets the channel up."""
        probe = f"{self._folder}probe"
        try:
            self._server.abort(probe, self._server.begin(probe, {}))
            self._server.delete(probe)
            self._server.listed(self._folder)
        except (NotApplied, Unreachable) as problem:
            if problem.code != "destination_refused":
                raise
            raise InvalidConfig("access_denied", problem.detail, permanent=True) from problem


class Marker:
    """The object that says whose this part of the bucket is."""

    def __init__(self, server: Server, where: Where, channel_id: UUID) -> None:
        self._server = server
        self._key = f"{where.prefix}{names.RESERVED}channel-{channel_id}"
        self._content = f"{channel_id}\n".encode()

    def check(self) -> None:
        """Raises Unreachable (``root_vanished`` and others)."""
        answer = self._server.ask("GET", self._key)
        if answer.nothing or (answer.succeeded and answer.body != self._content):
            raise Unreachable("root_vanished", f"The bucket doesn't hold this channel's marker {self._key}.")
        if not answer.succeeded:
            raise s3_faults.looking(answer)

    def put(self) -> None:
        """Raises InvalidConfig, Unreachable."""
        found = self._server.ask("GET", self._key)
        if found.nothing:
            found = self._server.ask("PUT", self._key, {}, {"Content-Type": "text/plain"}, self._content)
        if not found.succeeded:
            raise s3_faults.fitting(found)
        self.check()


class Steps:
    """The visible steps, each one request that a hand sends."""

    def __init__(self, server: Server, hands: Hands, marker: Marker) -> None:
        self._server = server
        self._hands = hands
        self._marker = marker

    def complete(self, key: str, staged: Staged, deadline: float, *, exclusive: bool) -> Receipt:
        """Show what is staged. Raises as ``Change.apply``."""
        headers = {"If-None-Match": "*"} if exclusive else {}
        body = completion(staged.etags)
        return self._step("POST", key, {"uploadId": staged.upload}, headers, body, deadline)

    def remove(self, key: str, deadline: float) -> Receipt:
        """Take away what is there. Raises as ``Change.apply``."""
        return self._step("DELETE", key, {}, {}, b"", deadline)

    def _step(
        self, method: str, key: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, deadline: float
    ) -> Receipt:
        self._marker.check()
        told = self._hands.tell(
            _PROGRAM, lambda last: self._server.order(method, key, query, headers, body, last), deadline
        )
        answer = request.read_answer(told)
        if answer["said"] == "late":
            raise too_late()
        if answer["said"] == "unsent":
            raise Unreachable("destination_failed", f"The server can't be spoken to: {answer['why']}.")
        if answer["said"] != "answered":
            raise OutcomeUnknown("no_answer", f"The server did not say what became of it: {answer['why']}.")
        return s3_faults.stepped(Answer(answer["status"], answer["body"]), exclusive="If-None-Match" in headers)


class _Put:
    """``Change`` that shows staged bytes at the target."""

    def __init__(self, steps: Steps, staged: Staged, key: str) -> None:
        self._steps = steps
        self._staged = staged
        self._key = key
        self._used = False
        self._applied = False

    def apply(self, deadline: float, *, exclusive: bool = False) -> Receipt:
        self._used = _once(self._used)
        receipt = self._steps.complete(self._key, self._staged, deadline, exclusive=exclusive)
        self._applied = True
        return receipt

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._staged.discard(applied=self._applied)


class _Removal:
    """``Change`` that takes away what is at the target."""

    def __init__(self, steps: Steps, key: str) -> None:
        self._steps = steps
        self._key = key
        self._used = False

    def apply(self, deadline: float, *, exclusive: bool = False) -> Receipt:
        if exclusive:
            raise ValueError("A removal can't ask that nothing is there.")
        self._used = _once(self._used)
        return self._steps.remove(self._key, deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return


def _once(used: bool) -> bool:  # noqa: FBT001 - the flag is the whole of it
    if used:
        raise ValueError("A change is applied once.")
    return True

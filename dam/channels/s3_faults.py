"""What an S3 server's refusals mean for a channel.

Rule: only the code of an error is read, and only if it looks like one; a server's own sentences are never repeated,
since they may hold anything, also who asked. A refusal that concerns the whole channel is Unreachable; one of a single
name is NotApplied, permanent where a person must do something. Of the visible step only what a server says that it did
not do is NotApplied; all else is unknown. Must not: ask again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dam.ports.channel import (
    ChannelError,
    InvalidConfig,
    NotApplied,
    OutcomeUnknown,
    Receipt,
    TargetOccupied,
    Unreachable,
)

_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,64})</Code>")
_WHO = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AuthorizationHeaderMalformed",
    "AccountProblem", "NotSignedUp", "InvalidRegion", "XMinioAdminNoSuchUser", "XAdminUserNotFound",
}  # fmt: skip
_FULL = {
    "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "ServiceQuotaExceeded",
    "InsufficientStorage", "EntityTooLarge",
}  # fmt: skip
_BUSY = {
    "SlowDown", "SlowDownRead", "SlowDownWrite", "ServiceUnavailable", "TooManyRequests", "XMinioServerNotInitialized",
}  # fmt: skip
_OK, _NO_CONTENT, _FOUND, _REFUSED, _MISSING, _CONFLICT, _DIFFERS = 200, 204, 300, 400, 404, 409, 412
_TOO_MANY, _FAILED, _NO_ROOM = 429, 500, 507


@dataclass(frozen=True, slots=True)
class Answer:
    """``body``: all of it, or what was told of it; ``headers`` by their names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The error's code; some say it with status 200. Empty where there is none."""
        found = _CODE.search(self.body) if self.status != _OK or b"<Error>" in self.body else None
        return found[1].decode() if found else ""

    @property
    def succeeded(self) -> bool:
        return _OK <= self.status < _FOUND and b"<Error>" not in self.body

    @property
    def nothing(self) -> bool:
        """The server says that there is no such key."""
        return self.status == _MISSING and self.code == "NoSuchKey"

    @property
    def words(self) -> str:
        """For a sentence: the code, or the status."""
        return self.code or f"status {self.status}"


def looking(answer: Answer) -> Unreachable:
    """Why nothing can be seen."""
    if problem := _of_the_channel(answer):
        return problem
    return Unreachable("destination_refused", f"The server refused to tell what is there: {answer.words}.")


def writing(answer: Answer) -> ChannelError:
    """Why something could not be prepared."""
    if problem := _of_the_channel(answer):
        return problem
    if answer.code in _FULL or answer.status == _NO_ROOM:
        return NotApplied("destination_full", f"The bucket has no room: {answer.words}.")
    return NotApplied("destination_refused", f"The server refused it: {answer.words}.", permanent=True)


def fitting(answer: Answer) -> ChannelError:
    """Why a channel can't be established."""
    problem = _of_the_channel(answer)
    if answer.code == "NoSuchBucket":
        return InvalidConfig("bucket_missing", "There is no such bucket; make it first.", permanent=True)
    if problem is None or problem.code in {"credentials_refused", "redirected"}:
        detail = problem.detail if problem else f"The key may not do what a channel must: {answer.words}."
        return InvalidConfig(problem.code if problem else "access_denied", detail, permanent=True)
    return problem


def stepped(answer: Answer, *, exclusive: bool) -> Receipt:
    """What became of the visible step. Raises ChannelError."""
    if answer.succeeded and (answer.status == _NO_CONTENT or b"CompleteMultipartUploadResult" in answer.body):
        return Receipt({"step": "removed" if answer.status == _NO_CONTENT else "completed"})
    if answer.status == _DIFFERS and exclusive:
        raise TargetOccupied("target_occupied", "Something is there already.", permanent=True)
    if answer.status == _CONFLICT and answer.code == "ConditionalRequestConflict":
        raise NotApplied("target_changed", "Somebody else wrote to this place at the same moment.")
    if answer.code in _BUSY:
        raise NotApplied("destination_busy", f"The server was busy: {answer.words}.")
    # NoSuchUpload is no refusal: whoever stands between may have sent the request a second time. Nor is a status
    # without one of S3's codes, which a proxy may give.
    if _REFUSED <= answer.status < _FAILED and answer.code not in {"", "NoSuchUpload"}:
        raise writing(answer)
    raise OutcomeUnknown("destination_failed", f"The server failed within the step: {answer.words}.")


def _of_the_channel(answer: Answer) -> Unreachable | None:
    if answer.code in _WHO:
        detail = f"The server does not accept the key, its secret or the region: {answer.code}."
        return Unreachable("credentials_refused", detail)
    if answer.code == "RequestTimeTooSkewed":
        return Unreachable("clock_differs", "The server's clock and this machine's differ by more than 15 minutes.")
    if answer.code == "NoSuchBucket":
        return Unreachable("root_vanished", "The bucket is not there any more.")
    if _FOUND <= answer.status < _REFUSED:
        return Unreachable("redirected", "The server or its region is another one; redirects are not followed.")
    full = answer.status == _NO_ROOM or answer.code in _FULL
    if (answer.status >= _FAILED and not full) or answer.status == _TOO_MANY or answer.code in _BUSY:
        return Unreachable("destination_failed", f"The server failed: {answer.words}.")
    return None

"""Uploads in parts: what was announced, how it is divided, and the states that it goes through.

Rule: pure functions from an upload to the upload as it is next; whoever calls moves the row by compare-and-set, so that
of two who want different ends one comes too late. ``open`` takes parts; ``completing`` takes none and is a worker's;
the others are ends, each with its moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from dam.domain.errors import Conflict, FieldError, Invalid
from dam.domain.placements import Need

UploadState = Literal["open", "completing", "complete", "failed", "expired", "aborted"]

MOST_PARTS = 10_000
"""As many as S3 takes."""

LIFETIME = timedelta(days=3)
"""How long an upload stays open after links to its parts were last asked for."""

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in. ``size`` and ``part_size`` in bytes; ``sha256``: what the bytes have to be, where that
    was said, and what they are once it is complete. ``asset_id``: the asset that gets a version, None until then for a
    new one. ``details``: how a new asset is described, JSON-ready. ``handle``: what the store calls it; ``accepted``:
    the parts that were there when completion was asked for, as the store names them. ``cleared_at``: nothing of it is
    left among the parts.
    """

    id: str
    principal_id: str
    state: UploadState
    filename: str
    size: int
    part_size: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    sha256: str | None = None
    asset_id: str | None = None
    rationale: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    handle: str | None = None
    accepted: str | None = None
    tries: int = 0
    number: int | None = None
    reason: Need | None = None
    finished_at: datetime | None = None
    cleared_at: datetime | None = None

    @property
    def part_count(self) -> int:
        """At least one: an empty file is one empty part."""
        return max(1, -(-self.size // self.part_size))

    def size_of(self, number: int) -> int:
        """How many bytes part ``number`` has. Raises Invalid ``part_unknown``."""
        if not 1 <= number <= self.part_count:
            detail = f"There are parts 1 to {self.part_count}."
            raise Invalid("part_unknown", detail, errors=(FieldError("numbers", "part_unknown", detail),))
        return min(self.part_size, self.size - (number - 1) * self.part_size)


def part_size(size: int, least: int) -> int:
    """The length of all parts but the last: ``least``, or whole MiB more where so many parts would be too many."""
    if size <= least * MOST_PARTS:
        return least
    return -(-size // (MOST_PARTS * _MIB)) * _MIB


def begun(upload: Upload, handle: str, at: datetime) -> Upload:
    """The store has made room for its parts."""
    return replace(upload, handle=handle, updated_at=at, expires_at=at + LIFETIME)


def kept_alive(upload: Upload, at: datetime) -> Upload:
    """Somebody goes on with it. A row is not written for each request: an hour more or less does not matter."""
    if upload.expires_at - at > LIFETIME - timedelta(hours=1):
        return upload
    return replace(upload, updated_at=at, expires_at=at + LIFETIME)


def completing(upload: Upload, sha256: str | None, accepted: str, at: datetime) -> Upload:
    """Everything is there; nothing more is taken. Raises Conflict as ``require_open``, ``digest_differs``."""
    require_open(upload)
    if sha256 and upload.sha256 and sha256 != upload.sha256:
        raise Conflict("digest_differs", "Another SHA-256 was announced for this upload.")
    return replace(upload, state="completing", sha256=sha256 or upload.sha256, accepted=accepted, updated_at=at)


def tried(upload: Upload, at: datetime) -> Upload:
    """One more try to put it together has begun."""
    return replace(upload, tries=upload.tries + 1, updated_at=at)


def complete(upload: Upload, asset_id: str, number: int, sha256: str, at: datetime) -> Upload:
    """The version is there."""
    made = replace(upload, asset_id=asset_id, number=number, sha256=sha256, reason=None)
    return replace(made, state="complete", finished_at=at, updated_at=at)


def failed(upload: Upload, reason: Need, at: datetime) -> Upload:
    """It can't become a version."""
    return replace(upload, state="failed", reason=reason, finished_at=at, updated_at=at)


def hindered(upload: Upload, reason: Need, at: datetime) -> Upload:
    """This try has failed; another one follows."""
    return replace(upload, reason=reason, updated_at=at)


def touched(upload: Upload, at: datetime) -> Upload:
    """It is looked after again from then on."""
    return replace(upload, updated_at=at)


def cleared(upload: Upload, at: datetime) -> Upload:
    """None of its parts is left."""
    return replace(upload, cleared_at=at, updated_at=at)


def aborted(upload: Upload, at: datetime) -> Upload:
    """Somebody does not want it any more. Raises Conflict ``upload_completing`` or ``upload_complete``."""
    if upload.state == "completing":
        raise Conflict("upload_completing", "It is being completed; it can't be given up any more.")
    if upload.state == "complete":
        raise Conflict("upload_complete", "It is complete: the version is there.")
    return replace(upload, state="aborted", finished_at=at, updated_at=at)


def expired(upload: Upload, at: datetime) -> Upload:
    """Nobody has gone on with it."""
    return replace(upload, state="expired", finished_at=at, updated_at=at)


def require_open(upload: Upload) -> None:
    """Raise Conflict ``upload_not_open``, with the state that it is in."""
    if upload.state != "open":
        raise Conflict("upload_not_open", f"The upload is {upload.state}.", extra={"state": upload.state})


def require_parts(upload: Upload, received: Iterable[tuple[int, int]]) -> None:
    """Raise Conflict ``parts_missing`` unless each part is among the ``received`` (number, size) in its size;
    ``missing`` has the first hundred numbers."""
    there = {number for number, size in received if 1 <= number <= upload.part_count and size == upload.size_of(number)}
    if len(there) == upload.part_count:
        return
    lacking = islice((number for number in range(1, upload.part_count + 1) if number not in there), 100)
    detail = f"{upload.part_count - len(there)} of {upload.part_count} parts are missing, or have another size."
    raise Conflict("parts_missing", detail, extra={"missing": list(lacking)})

"""Uploads in parts, as their owner drives them: begin, say where parts go, look, complete, give up.

Rule: no bytes pass here. What parts there are, the part store says; in which state the upload is, its row says, and
that moves by compare-and-set. An upload belongs to the person who began it: to others it is not there. Putting the
parts together is ``assemble``, by a worker.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field

from dam.domain import assets, filenames, policy, uploads
from dam.domain.errors import Conflict, NotFound, TooLarge, TooManyRequests
from dam.domain.events import event
from dam.domain.principals import Actor
from dam.domain.uploads import Upload
from dam.operations.answers import remember
from dam.operations.changes import asset_not_found
from dam.operations.ids import new_id
from dam.operations.uploads import Details
from dam.ports.parts import PartLink, PartSink, ReceivedPart
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import VersionView

MOST_LINKS = 1000
"""How many links are given at once."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that is going to be sent. ``asset_id`` with ``rationale``: as that asset's next version; else as a new
    asset with these ``details``. ``sha256``: what the bytes have to be, if it is known."""

    filename: str
    size: int
    sha256: str | None = None
    asset_id: str | None = None
    rationale: str = ""
    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True)
class Seen:
    """An upload, the parts of it that are there, and the version that came of it."""

    upload: Upload
    parts: Sequence[ReceivedPart]
    version: VersionView | None


def create(services: Services, actor: Actor, announced: Announced) -> str:
    """Begin an upload; returns its id. Nothing is asked of the part store yet.

    Raises Forbidden, Invalid ``invalid_filename``, TooLarge, TooManyRequests ``too_many_uploads``, NotFound
    ``asset_not_found``, Conflict ``trashed``.
    """
    policy.require(actor, "upload.create")
    policy.require(actor, "asset.create" if announced.asset_id is None else "version.create")
    if announced.size > services.rules.max_upload:
        raise TooLarge("too_large", f"A file may have up to {services.rules.max_upload} bytes.")
    filename = filenames.clean(announced.filename)
    with services.store.writing() as work:
        _require_room(work, actor, services.rules.open_uploads)
        _require_asset(work, announced.asset_id)
        upload = _new(work, actor, announced, filename, services.rules.part_size)
        work.add(upload)
        data = {"upload_id": upload.id, "size": upload.size}
        work.record(event("upload.created", actor.principal_id, upload.created_at, upload.asset_id, data))
        remember(work, actor, upload_id=upload.id)
        work.commit()
    return upload.id


def _require_room(work: UnitOfWork, actor: Actor, most: int) -> None:
    if work.uploads.count_open(actor.principal_id) >= most:
        detail = f"You have {most} uploads that have not ended; complete or give up some of them first."
        raise TooManyRequests("too_many_uploads", detail)


def _require_asset(work: UnitOfWork, asset_id: str | None) -> None:
    if asset_id is None:
        return
    asset = work.assets.get(asset_id)
    if asset is None:
        raise asset_not_found()
    assets.refuse_trashed(asset)


def _new(work: UnitOfWork, actor: Actor, announced: Announced, filename: str, least: int) -> Upload:
    at = work.now()
    return Upload(
        id=new_id(),
        principal_id=actor.principal_id,
        state="open",
        filename=filename,
        size=announced.size,
        part_size=uploads.part_size(announced.size, least),
        created_at=at,
        updated_at=at,
        expires_at=at + uploads.LIFETIME,
        sha256=announced.sha256,
        asset_id=announced.asset_id,
        rationale=announced.rationale,
        details={} if announced.asset_id else asdict(announced.details),
    )


def see(services: Services, actor: Actor, upload_id: str) -> Seen:
    """The upload as it is now. Raises Forbidden, NotFound ``upload_not_found``, Unavailable."""
    policy.require(actor, "upload.read")
    with services.store.reading() as work:
        upload = own(work, actor, upload_id)
        version = _version(work, upload)
    return Seen(upload, _received(services, upload), version)


def _version(work: UnitOfWork, upload: Upload) -> VersionView | None:
    if upload.asset_id is None or upload.number is None:
        return None
    return work.assets.version_view(upload.asset_id, upload.number)


def _received(services: Services, upload: Upload) -> Sequence[ReceivedPart]:
    """Of one that is open, as the store lists them; of one that was accepted, all."""
    if upload.state in ("completing", "complete"):
        return [ReceivedPart(number, upload.size_of(number)) for number in range(1, upload.part_count + 1)]
    if upload.state != "open" or upload.handle is None:
        return []
    return services.parts.received(upload)


def links(services: Services, actor: Actor, upload_id: str, numbers: Sequence[int]) -> list[PartLink]:
    """Where these parts go; keeps the upload alive. Raises Forbidden, NotFound ``upload_not_found``, Invalid
    ``part_unknown``, Conflict ``upload_not_open``, StorageFull, Unavailable."""
    policy.require(actor, "upload.send")
    with services.store.reading() as work:
        upload = own(work, actor, upload_id)
    uploads.require_open(upload)
    for number in numbers:
        upload.size_of(number)
    upload = _alive(services, actor, upload)
    return [services.parts.link(upload, number) for number in numbers]


def _alive(services: Services, actor: Actor, upload: Upload) -> Upload:
    """The upload with room for its parts, and time enough. Of two who make room, the first one's is used; what the
    other one made goes with the upload."""
    handle = services.parts.begin(upload.id) if upload.handle is None else None
    with services.store.writing() as work:
        present = own(work, actor, upload.id)
        uploads.require_open(present)
        at = work.now()
        after = uploads.kept_alive(present, at)
        if present.handle is None and handle is not None:
            after = uploads.begun(present, handle, at)
        if after != present:
            _move(work, present, after)
            work.commit()
    return after


def receive(services: Services, upload_id: str, number: int, size: int, expires: int, signature: str) -> PartSink:
    """Begin to take a part over our own address: the link alone says who may. Raises Forbidden ``link_invalid``,
    ``link_expired``; NotFound ``upload_not_found`` or ``parts_lost``; Conflict ``upload_not_open``; StorageFull,
    Unavailable."""
    with ExitStack() as leaving:
        sink = leaving.enter_context(services.parts.receive(upload_id, number, size, expires, signature))
        with services.store.reading() as work:
            upload = work.uploads.get(upload_id)
        if upload is None:
            raise not_found()
        uploads.require_open(upload)
        leaving.pop_all()
    return sink


def complete(services: Services, actor: Actor, upload_id: str, sha256: str | None) -> None:
    """All parts are sent: a worker puts them together. To ask again changes nothing.

    Raises Forbidden, NotFound ``upload_not_found`` or ``parts_lost``, Conflict ``upload_not_open``, ``parts_missing``,
    ``digest_differs``, Unavailable.
    """
    policy.require(actor, "upload.complete")
    with services.store.reading() as work:
        upload = own(work, actor, upload_id)
        at = work.now()
    if _is_asked_again(upload, sha256):
        return
    uploads.completing(upload, sha256, "", at)  # refused before anything is closed
    if upload.handle is None:
        uploads.require_parts(upload, ())
    accepted = services.parts.close(upload)
    with services.store.writing() as work:
        present = own(work, actor, upload_id)
        if not _is_asked_again(present, sha256):
            after = uploads.completing(present, sha256, accepted, work.now())
            _move(work, present, after)
            data = {"upload_id": upload_id, "size": upload.size}
            work.record(event("upload.completing", actor.principal_id, after.updated_at, upload.asset_id, data))
            remember(work, actor, upload_id=upload_id)
            work.commit()


def _is_asked_again(upload: Upload, sha256: str | None) -> bool:
    return upload.state in ("completing", "complete") and sha256 in (None, upload.sha256)


def abort(services: Services, actor: Actor, upload_id: str) -> None:
    """Give it up; its parts go soon after. To ask again, or for one that has ended without a version, changes nothing.
    Raises Forbidden, NotFound ``upload_not_found``, Conflict ``upload_completing``, ``upload_complete``."""
    policy.require(actor, "upload.abort")
    with services.store.writing() as work:
        upload = own(work, actor, upload_id)
        if upload.state in ("aborted", "failed", "expired"):
            return
        at = work.now()
        end(work, upload, uploads.aborted(upload, at), "upload.aborted", actor.principal_id)
        work.commit()


def end(work: UnitOfWork, before: Upload, after: Upload, word: str, by: str, **more: str) -> None:
    """The upload has ended without a version: the event that says so also has its parts removed."""
    _move(work, before, after)
    work.record(event(word, by, after.updated_at, after.asset_id, {"upload_id": after.id, **more}))


def own(work: UnitOfWork, actor: Actor, upload_id: str) -> Upload:
    """Raises NotFound ``upload_not_found``, also for what is another's."""
    upload = work.uploads.get(upload_id)
    if upload is None or not policy.may_touch(actor, upload.principal_id):
        raise not_found()
    return upload


def not_found() -> NotFound:
    """The one answer for uploads that are not there."""
    return NotFound("upload_not_found", "There is no such upload.")


def _move(work: UnitOfWork, before: Upload, after: Upload) -> None:
    if not work.replace(before, after):
        raise Conflict("moved", "Somebody else changed the upload at the same moment; look at it again.")

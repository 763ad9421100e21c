"""Putting the parts of an upload together: the bytes are read once and hashed, then the version is made as any other.

Rule: bytes first, rows second, as in ``uploads``; the upload's row moves in the same transaction as the version comes
to be, so that whatever is repeated after a kill makes nothing twice. Tries are counted in the row. What can't get
better by itself, or did not after so many tries, ends the upload with a reason; its parts are removed by a job of their
own.
"""

from datetime import timedelta

from dam.domain import uploads
from dam.domain.errors import Conflict, DamError, Invalid, StorageFull, TooManyRequests, Unavailable
from dam.domain.placements import Need
from dam.domain.principals import SYSTEM_ID
from dam.domain.uploads import Upload
from dam.domain.work import MAX_TRIES
from dam.operations.multipart import end
from dam.operations.uploads import Details, Sealed, make_asset, make_version
from dam.ports.objects import StoredObject
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

KEPT = timedelta(days=30)
"""How long an upload that has ended can be asked about."""

STUCK = timedelta(hours=2)
"""After so long without a sign a worker may be lost, with its job; longer than a job's lease."""

_AT_ONCE = 100
_MAY_PASS = (StorageFull, TooManyRequests, Unavailable)


def assemble(services: Services, upload_id: str) -> None:
    """Make a version of what was sent. Does nothing unless the upload is being completed. Raises StorageFull,
    Unavailable, Conflict ``moved``: then it is to be tried again."""
    upload = _begin_try(services, upload_id)
    if upload is None:
        return
    try:
        with services.parts.assemble(upload, upload.accepted or "") as made:
            stored = made.seal()
            _require_equal(upload, stored)
            with services.store.writing() as work:
                _keep(work, upload, Sealed(stored, upload.filename, made.head))
                made.finish()
                work.commit()
    except DamError as error:
        if not _hinder(services, upload, error):
            raise


def _begin_try(services: Services, upload_id: str) -> Upload | None:
    """The upload with one more try, or None where nothing is to be done."""
    with services.store.writing() as work:
        upload = work.uploads.get(upload_id)
        if upload is None or upload.state != "completing":
            return None
        if upload.tries >= MAX_TRIES:
            _fail(work, upload, upload.reason or Need("worker_lost", "The worker died each time that it did this."))
            work.commit()
            return None
        tried = uploads.tried(upload, work.now())
        if not work.replace(upload, tried):
            raise _moved()
        work.commit()
    return tried


def _require_equal(upload: Upload, stored: StoredObject) -> None:
    if stored.size != upload.size:
        raise Invalid("size_differs", f"{stored.size} bytes came instead of {upload.size}.")
    if upload.sha256 is not None and stored.sha256 != upload.sha256:
        raise Invalid("digest_differs", f"The bytes that came have SHA-256 {stored.sha256}, not {upload.sha256}.")


def _keep(work: UnitOfWork, upload: Upload, sealed: Sealed) -> None:
    """All rows. Raises NotFound ``asset_not_found``, Conflict ``trashed``, ``moved``."""
    if upload.asset_id is None:
        asset_id, number = make_asset(work, upload.principal_id, sealed, _details(upload)).id, 1
    else:
        asset_id = upload.asset_id
        number = make_version(work, upload.principal_id, asset_id, sealed, upload.rationale)
    complete = uploads.complete(upload, asset_id, number, sealed.stored.sha256, work.now())
    if not work.replace(upload, complete):
        raise _moved()
    work.jobs.enqueue("clear_upload", {"upload_id": upload.id})


def _details(upload: Upload) -> Details:
    said = dict(upload.details)
    return Details(
        title=str(said.get("title", "")),
        description=str(said.get("description", "")),
        tags=_texts(said.get("tags")),
        campaigns=_texts(said.get("campaigns")),
        fields=_fields(said.get("fields")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def _fields(value: object) -> dict[str, str]:
    return dict(value) if isinstance(value, dict) else {}


def _hinder(services: Services, upload: Upload, error: DamError) -> bool:
    """Note why it was not possible; True if that is the end of it."""
    may_pass = isinstance(error, _MAY_PASS) or (isinstance(error, Conflict) and error.code == "moved")
    final = not may_pass or upload.tries >= MAX_TRIES
    reason = Need(error.code, error.detail)
    with services.store.writing() as work:
        present = work.uploads.get(upload.id)
        if present is None or present.state != "completing" or present.tries != upload.tries:
            return True  # somebody else has gone on with it
        if final:
            _fail(work, present, reason)
        elif not work.replace(present, uploads.hindered(present, reason, work.now())):
            raise _moved()
        work.commit()
    return final


def _fail(work: UnitOfWork, upload: Upload, reason: Need) -> None:
    end(work, upload, uploads.failed(upload, reason, work.now()), "upload.failed", SYSTEM_ID, code=reason.code)


def clear(services: Services, upload_id: str) -> None:
    """Remove the parts of an upload that has ended. Raises Unavailable."""
    with services.store.reading() as work:
        upload = work.uploads.get(upload_id)
    if upload is None or upload.finished_at is None or upload.cleared_at is not None:
        return
    services.parts.discard(upload_id)
    with services.store.writing() as work:
        if work.replace(upload, uploads.cleared(upload, work.now())):
            work.commit()


def sweep(services: Services) -> bool:
    """What time brings, and what got lost: uploads that nobody goes on with expire, lost work is begun again, old rows
    are forgotten. A bounded part at a time; returns whether there may be more."""
    with services.store.writing() as work:
        now = work.now()
        late = work.uploads.expired(now, _AT_ONCE)
        for upload in late:
            end(work, upload, uploads.expired(upload, now), "upload.expired", SYSTEM_ID)
        lost = work.uploads.stuck(now - STUCK, _AT_ONCE)
        left = work.uploads.uncleared(now - STUCK, _AT_ONCE)
        for task, found in (("assemble", lost), ("clear_upload", left)):
            for upload in found:
                _begin_again(work, task, upload)
        forgotten = work.uploads.forget(now - KEPT, _AT_ONCE)
        if late or lost or left or forgotten:
            work.commit()
    return max(len(late), len(lost), len(left), forgotten) == _AT_ONCE


def _begin_again(work: UnitOfWork, task: str, upload: Upload) -> None:
    """A job once more, and not again before this one has had its time."""
    if work.replace(upload, uploads.touched(upload, work.now())):
        work.jobs.enqueue(task, {"upload_id": upload.id})


def _moved() -> Conflict:
    return Conflict("moved", "Somebody else changed the upload at the same moment.")

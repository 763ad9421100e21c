"""Supply a preview by hand, and take it away again.

Rule: as in ``uploads``: what is refused leaves neither rows nor bytes. What is made of the picture is an artefact like
others, with its states and its retry.
"""

from dam.domain import policy, previews
from dam.domain.assets import Version, refuse_trashed
from dam.domain.errors import NotFound
from dam.domain.principals import Actor
from dam.operations.changes import keep_content, locked, version_of
from dam.operations.renditions import expect
from dam.operations.uploads import Incoming
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


def supply(services: Services, actor: Actor, asset_id: str, number: int, incoming: Incoming) -> None:
    """Show the version by this picture from now on, in place of one that was supplied before.

    Raises Forbidden, NotFound, Conflict ``trashed``, Invalid ``not_a_picture``, StorageFull, Unavailable.
    """
    policy.require(actor, "version.preview")
    with incoming.sink as sink:
        stored = sink.seal()
        with services.store.writing() as work:
            version, at = _held(work, asset_id, number), work.now()
            content = keep_content(work, stored, incoming.head, at)
            supplied = previews.supply(version, content, actor.principal_id, at)
            work.artefacts.drop_overrides(asset_id, number)
            work.add(*supplied.overrides)
            expect(work, content, at)
            work.record(supplied.event)
            sink.finish()
            work.commit()


def take_away(services: Services, actor: Actor, asset_id: str, number: int) -> None:
    """Show the version by its own renditions again. Raises Forbidden, NotFound (also ``no_preview``), Conflict
    ``trashed``.
    """
    policy.require(actor, "version.preview")
    with services.store.writing() as work:
        version = _held(work, asset_id, number)
        if not work.artefacts.drop_overrides(asset_id, number):
            raise NotFound("no_preview", "No preview was supplied for this version.")
        work.record(previews.take_away(version, actor.principal_id, work.now()))
        work.commit()


def _held(work: UnitOfWork, asset_id: str, number: int) -> Version:
    refuse_trashed(locked(work, asset_id))
    return version_of(work, asset_id, number)

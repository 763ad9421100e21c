"""Fetch bytes: a version's original or rendition, the approved version, and the public address.

Rule: whether a version is approved is asked of the database at every request, whatever was sent before; nothing is
fetched by a digest that a client names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from dam.domain import policy
from dam.domain.errors import Conflict, Gone, NotFound
from dam.domain.principals import Actor
from dam.domain.recipes import ORIGINAL, Artefact, Recipe
from dam.operations import cookbook
from dam.operations.changes import asset_not_found, version_not_found
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import FileView, ShownView, VersionView


@dataclass(frozen=True, slots=True)
class Bytes:
    """What is to be sent, and under which name; ``original``: the file as it came, hostile until shown otherwise."""

    sha256: str
    size: int
    media_type: str
    filename: str
    modified: datetime
    original: bool

    def open(self, services: Services) -> BinaryIO:
        """The stream; the caller closes it. Raises NotFound ``object_missing``, Unavailable."""
        return services.objects.open(self.sha256)

    def link(self, services: Services, disposition: str) -> str | None:
        """Where an original is to be fetched past the service; None where it is not. Raises Unavailable."""
        return services.objects.link(self.sha256, self.media_type, disposition) if self.original else None


def content(services: Services, actor: Actor, asset_id: str, number: int, recipe: str = ORIGINAL) -> Bytes:
    """A version's original, or one of the renditions that it is shown by. Raises Forbidden, NotFound, Conflict
    ``not_ready``.
    """
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        file = work.assets.file(asset_id, number)
        if file is None:
            raise version_not_found(number)
        if recipe == ORIGINAL:
            return _original(file)
        newest = cookbook.newest(work, recipe)
        if newest.display:
            return rendition(file, newest, work.artefacts.shown(asset_id, number, newest.name, newest.version))
        return rendition(file, newest, work.artefacts.latest(asset_id, number, newest.name))


def approved(services: Services, actor: Actor, asset_id: str) -> VersionView:
    """The approved version. Raises Forbidden, NotFound ``asset_not_found``, ``nothing_approved``."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        asset = work.assets.get(asset_id)
        if asset is None:
            raise asset_not_found()
        view = work.assets.version_view(asset_id, asset.head) if asset.head is not None else None
        if view is None:
            raise _nothing_approved()
        return view


def approved_content(services: Services, actor: Actor, asset_id: str, recipe: str = ORIGINAL) -> Bytes:
    """The approved version's original or rendition. Raises as ``approved``, and Conflict ``not_ready``."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        asset = work.assets.shown(asset_id)
        if asset is None:
            raise asset_not_found()
        return _bytes(work, _approved(asset), recipe)


def public(services: Services, key: str, recipe: str = ORIGINAL) -> Bytes:
    """What the public address shows. Raises NotFound ``not_found`` where there is none or it is not published, Gone
    ``withdrawn`` where it was taken down or trashed.
    """
    with services.store.reading() as work:
        asset = work.assets.shown_at(key)
        if asset is None or not asset.published:
            raise NotFound("not_found", "There is nothing at this address.")
        if asset.trashed_at is not None or asset.withdrawn_at is not None:
            raise Gone("withdrawn", "What was at this address has been withdrawn.")
        return _bytes(work, _approved(asset), recipe)


def _approved(asset: ShownView) -> FileView:
    if asset.approved is None:
        raise _nothing_approved()
    return asset.approved


def _nothing_approved() -> NotFound:
    return NotFound("nothing_approved", "No version of this asset is approved.")


def _bytes(work: UnitOfWork, file: FileView, recipe: str) -> Bytes:
    """Of the approved bytes, and of no others: a preview supplied by hand stays in the house. What has words in it is
    what this version asked for, whoever else has the same bytes."""
    if recipe == ORIGINAL:
        return _original(file)
    newest = cookbook.newest(work, recipe)
    if newest.display:
        return rendition(file, newest, work.artefacts.get(file.sha256, newest.name, newest.version))
    # Until somebody asks for the newest version of such a recipe, what was made by the one before stays there.
    return rendition(file, newest, work.artefacts.best(file.asset_id, file.number, newest.name))


def _original(file: FileView) -> Bytes:
    return Bytes(file.sha256, file.size, file.media_type, file.filename, file.created_at, original=True)


def rendition(file: FileView, recipe: Recipe, artefact: Artefact | None, name: str = "") -> Bytes:
    """The artefact's bytes as a file that is named after the version's, and ``name`` or the recipe. Raises NotFound
    ``no_rendition``, Conflict ``not_ready``."""
    if artefact is None or artefact.state == "not_applicable":
        raise NotFound("no_rendition", "This file has no such rendition.")
    if artefact.sha256 is None or artefact.size is None or artefact.media_type is None:
        raise Conflict(
            "not_ready",
            artefact.reason_detail or "The rendition is being made.",
            extra={"state": artefact.state, "reason": artefact.reason_code},
        )
    stem = file.filename.rpartition(".")[0] or file.filename
    called = f"{stem}-{name or recipe.name}.{recipe.extension}"
    return Bytes(artefact.sha256, artefact.size, artefact.media_type, called, artefact.updated_at, original=False)

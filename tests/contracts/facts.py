"""Small facts for the store's contract: enough to satisfy every reference, and nothing that a test asserts unseen."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dam.domain.assets import Asset, Content, Decision, Version
from dam.domain.events import Event, event
from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Observation, Placement
from dam.domain.principals import Principal
from dam.domain.recipes import NO_PARAMS, Artefact
from dam.ports.store import Store, UnitOfWork

AT = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def digest(text: str) -> str:
    """Something in the shape of a SHA-256."""
    return text.encode().hex().ljust(64, "0")


def asset(id_: str = "a1", **given: Any) -> Asset:
    values: dict[str, Any] = {
        "key": f"key-{id_}",
        "title": f"Title of {id_}",
        "description": "",
        "fields": {},
        "tags": (),
        "campaigns": (),
        "created_at": AT,
        "created_by": "ann",
        "updated_at": AT,
    }
    return Asset(id_, **(values | given))


def content(text: str = "one") -> Content:
    return Content(digest(text), len(text), "image/png", "image", AT)


def version(asset_id: str = "a1", number: int = 1, text: str = "one") -> Version:
    return Version(asset_id, number, digest(text), f"{text}.png", f"because {number}", "ann", AT)


def decision(kind: Any, number: int = 1, asset_id: str = "a1") -> Decision:
    return Decision(asset_id, number, digest("one"), kind, "ann", None, None, "", False, AT)


def principal(id_: str = "p-ann", **given: Any) -> Principal:
    values: dict[str, Any] = {"kind": "person", "name": id_, "created_at": AT}
    return Principal(id_, **(values | given))


def artefact(recipe: str = "thumb-256", text: str = "one", **given: Any) -> Artefact:
    values: dict[str, Any] = {"recipe_version": 1, "params_sha256": NO_PARAMS, "state": "pending", "updated_at": AT}
    return Artefact(digest(text), recipe, **(values | given))


def channel(id_: str = "c1", **given: Any) -> ConfiguredChannel:
    values: dict[str, Any] = {
        "name": f"channel {id_}",
        "kind": "folder",
        "config": {"path": "/srv/shop"},
        "recipe": "original",
        "on_drift": "report",
        "audit_every_s": 3600,
        "created_at": AT,
        "created_by": "ann",
    }
    return ConfiguredChannel(id_, **(values | given))


def placement(id_: str = "p1", **given: Any) -> Placement:
    values: dict[str, Any] = {
        "asset_id": "a1",
        "channel_id": "c1",
        "remote": f"{id_}.png",
        "canonical": f"file:/srv/shop/{id_}.png",
        "recipe": "original",
        "recipe_version": 1,
        "pinned": None,
        "created_at": AT,
        "created_by": "ann",
    }
    return Placement(id_, **(values | given))


def delivery(id_: str, rollout: int, **given: Any) -> Delivery:
    values: dict[str, Any] = {
        "placement_id": "p1",
        "action": "put",
        "version": 1,
        "artefact": digest("one"),
        "before": None,
        "state": "due",
        "due_at": AT,
    }
    return Delivery(id_, rollout=rollout, **(values | given))


def attempt(fence: int, delivery_id: str, **given: Any) -> Attempt:
    values: dict[str, Any] = {"digest": digest("one"), "began_at": AT, "lease_until": later(30)}
    return Attempt(given.pop("placement_id", "p1"), fence, delivery_id, **(values | given))


def observation(id_: str, **given: Any) -> Observation:
    values: dict[str, Any] = {
        "placement_id": "p1",
        "began_at": AT,
        "until": AT,
        "how": "audit",
        "digest": digest("one"),
        "foreign": False,
        "counted": True,
    }
    return Observation(id_, **(values | given))


def happened(type_: str = "asset.created", asset_id: str | None = "a1", **data: object) -> Event:
    return event(type_, "p-ann", AT, asset_id, data)


def fill(store: Store, *facts: Any) -> None:
    """Commit these facts; the campaigns of assets are made first."""
    with store.writing() as work:
        for fact in facts:
            if isinstance(fact, Asset):
                work.assets.make_campaigns(fact.campaigns, AT)
        work.add(*facts)
        work.commit()


def one_asset(store: Store, *, head: int | None = 1) -> None:
    """Asset a1 with one version of content ``one``, which is its head."""
    fill(store, content(), asset(head=head, latest=1), version())


def one_placement(store: Store, **given: Any) -> None:
    """Asset a1 with its version, channel c1, and placement p1 of the one in the other."""
    one_asset(store)
    fill(store, channel(), placement(**given))


def ids(facts: Any) -> list[str]:
    return [fact.id for fact in facts]


def rollout(work: UnitOfWork, cause: Any = "approval", **given: Any) -> int:
    """The number of a new rollout."""
    return work.rollouts.start(cause, "p-ann", AT, **given).number

"""Standings: placements with all that their states are computed from.

Rule: a fixed number of statements, however many placements there are, each put together once: every step of every
delivery asks them.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BindParameter, Executable, bindparam, func, select, tuple_

from dam.domain.assets import Asset, Version
from dam.domain.placements import ConfiguredChannel, Delivery, Observation, Placement, Standing, wanted_version
from dam.domain.recipes import Artefact
from dam.store.assets import Assets
from dam.store.codec import fact_of
from dam.store.places import channels, deliveries, observations, placements
from dam.store.tables import artefacts, versions
from dam.store.transaction import Parameters, Transaction

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)

BY_IDS = select(placements).where(placements.c.id.in_(_IDS)).order_by(placements.c.id)
HELD = BY_IDS.with_for_update()

# By the assets too: SQLite finds no index for pairs.
_VERSIONS = select(versions).where(
    versions.c.asset_id.in_(_IDS),
    tuple_(versions.c.asset_id, versions.c.number).in_(bindparam("names", expanding=True)),
)
_ARTEFACTS = select(artefacts).where(
    artefacts.c.source_sha256.in_(bindparam("sources", expanding=True)),
    tuple_(artefacts.c.recipe, artefacts.c.recipe_version, artefacts.c.params_sha256).in_(
        bindparam("recipes", expanding=True)
    ),
)
_CHANNELS = select(channels).where(channels.c.id.in_(_IDS))

_other_delivery, _other_observation = deliveries.alias(), observations.alias()
_LAST_ROLLOUT = (
    select(func.max(_other_delivery.c.rollout))
    .where(_other_delivery.c.placement_id == deliveries.c.placement_id)
    .scalar_subquery()
)
_LAST_LOOK = (
    select(func.max(_other_observation.c.id))
    .where(_other_observation.c.placement_id == observations.c.placement_id)
    .scalar_subquery()
)
_NEWEST = select(deliveries).where(deliveries.c.placement_id.in_(_IDS), deliveries.c.rollout == _LAST_ROLLOUT)
_SEEN = select(observations).where(observations.c.placement_id.in_(_IDS), observations.c.id == _LAST_LOOK)


def standings(tx: Transaction, query: Executable, parameters: Parameters = None) -> list[Standing]:
    """The standings of the placements that ``query`` selects, in its order."""
    found = [fact_of(Placement, row) for row in tx.rows(query, parameters)]
    if not found:
        return []
    ids = [placement.id for placement in found]
    known = Assets(tx).by_ids(placement.asset_id for placement in found)
    wanted = _wanted(tx, found, known)
    made = _made(tx, found, wanted)
    used, newest, seen = _channels(tx, found), _newest(tx, ids), _seen(tx, ids)
    return [
        Standing(
            placement,
            used[placement.channel_id],
            known[placement.asset_id],
            wanted.get(placement.id),
            made.get(placement.id),
            newest.get(placement.id),
            seen.get(placement.id),
        )
        for placement in found
    ]


def _wanted(tx: Transaction, found: Sequence[Placement], known: Mapping[str, Asset]) -> dict[str, Version]:
    """The row of the version that each placement should show."""
    numbers = {placement.id: wanted_version(placement, known[placement.asset_id]) for placement in found}
    names = sorted({(p.asset_id, number) for p in found if (number := numbers[p.id]) is not None})
    if not names:
        return {}
    ids = sorted({asset_id for asset_id, _ in names})
    rows = [fact_of(Version, row) for row in tx.rows(_VERSIONS, {"ids": ids, "names": names})]
    by_name = {(version.asset_id, version.number): version for version in rows}
    pairs = ((p.id, by_name.get((p.asset_id, numbers[p.id] or 0))) for p in found)
    return {placement_id: version for placement_id, version in pairs if version is not None}


def _made(tx: Transaction, found: Sequence[Placement], wanted: Mapping[str, Version]) -> dict[str, Artefact]:
    """The row of what each placement's recipe makes of that version."""
    sources = sorted({version.sha256 for version in wanted.values()})
    recipes = sorted({_carried_out(placement) for placement in found})
    if not sources:
        return {}
    rows = [fact_of(Artefact, row) for row in tx.rows(_ARTEFACTS, {"sources": sources, "recipes": recipes})]
    by_key = {(made.source_sha256, *_carried_out(made)): made for made in rows}
    keys = {p.id: (wanted[p.id].sha256, *_carried_out(p)) for p in found if p.id in wanted}
    return {placement_id: by_key[key] for placement_id, key in keys.items() if key in by_key}


def _carried_out(by: Placement | Artefact) -> tuple[str, int, str]:
    """The recipe, its version, its parameters."""
    return by.recipe, by.recipe_version, by.params_sha256


def _channels(tx: Transaction, found: Sequence[Placement]) -> dict[str, ConfiguredChannel]:
    rows = tx.rows(_CHANNELS, {"ids": sorted({placement.channel_id for placement in found})})
    return {row["id"]: fact_of(ConfiguredChannel, row) for row in rows}


def _newest(tx: Transaction, ids: Sequence[str]) -> dict[str, Delivery]:
    """The delivery of the newest rollout at each placement."""
    return {row["placement_id"]: fact_of(Delivery, row) for row in tx.rows(_NEWEST, {"ids": ids})}


def _seen(tx: Transaction, ids: Sequence[str]) -> dict[str, Observation]:
    """The newest observation at each placement."""
    return {row["placement_id"]: fact_of(Observation, row) for row in tx.rows(_SEEN, {"ids": ids})}

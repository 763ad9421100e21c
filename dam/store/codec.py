"""Facts to rows and back.

Rule: a field has the column of its name; a ``Need`` has two, ``…_code`` and ``…_detail``. What a fact keeps in other
tables (an asset's tags and campaigns) is given by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints

from sqlalchemy import JSON, RowMapping, Table

from dam.domain.assets import Asset, Content, Decision, Version
from dam.domain.cookbook import HouseRecipe
from dam.domain.events import Event
from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Need, Observation, Placement, Rollout
from dam.domain.previews import RenditionOverride
from dam.domain.principals import Grant, Principal, Session, SignInLink, Token
from dam.domain.recipes import Artefact
from dam.domain.uploads import Upload
from dam.domain.work import Job
from dam.store import places, tables, tables_people

F = TypeVar("F")

ELSEWHERE = ("tags", "campaigns")
"""Fields of an asset with tables of their own."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a kind of fact lives. ``key`` names a row; ``guards`` are what must be as it was read for any change of the
    row to hold, besides the columns that change; a kind without any is never changed by ``replace``.
    """

    table: Table
    key: tuple[str, ...]
    guards: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def _shape(fact: type, table: Table, key: tuple[str, ...], guards: tuple[str, ...] = ()) -> Shape:
    hints = get_type_hints(fact)
    own = [field.name for field in fields(fact) if field.name not in ELSEWHERE]
    needs = tuple(name for name in own if hints[name] == Need | None)
    return Shape(table, key, guards, tuple(name for name in own if name not in needs), needs)


_IDENTITY = ("id",)

SHAPES: Mapping[type, Shape] = {
    fact: _shape(fact, table, key, guards)
    for fact, table, key, guards in (
        (Principal, tables_people.principals, _IDENTITY, ("password_hash", "disabled_at")),
        (Content, tables.contents, ("sha256",), ()),
        (Asset, tables.assets, _IDENTITY, ("revision", "index_seq", "head", "latest", "trashed_at")),
        (Version, tables.versions, ("asset_id", "number"), ()),
        (Decision, tables.decisions, ("asset_id", "number"), ()),
        (
            Artefact,
            tables.artefacts,
            ("source_sha256", "recipe", "recipe_version", "params_sha256"),
            ("state", "sha256", "updated_at"),
        ),
        (RenditionOverride, tables.rendition_overrides, ("asset_id", "number", "recipe"), ()),
        (HouseRecipe, tables.recipes, ("name", "version"), ("title", "retired_at")),
        (Grant, tables_people.grants, ("principal_id", "scope_kind", "scope_id"), ()),
        (Token, tables_people.tokens, _IDENTITY, ("revoked_at",)),
        (SignInLink, tables_people.sign_in_links, ("digest",), ("used_at",)),
        (Session, tables_people.sessions, ("digest",), ()),
        (ConfiguredChannel, places.channels, _IDENTITY, ("revision", "failures", "removed_at")),
        (Placement, places.placements, _IDENTITY, ("fence", "epoch", "needs", "ending", "ended_at")),
        (Rollout, places.rollouts, ("number",), ("state", "fanned_out")),
        (Delivery, places.deliveries, _IDENTITY, ("state", "fence", "tries")),
        (Attempt, places.attempts, ("placement_id", "fence"), ("permit_until", "ended_at", "outcome")),
        (Observation, places.observations, _IDENTITY, ("looks",)),
        (Upload, tables.uploads, _IDENTITY, ("state", "tries", "handle", "cleared_at")),
        (Event, tables.events, _IDENTITY, ()),
        (Job, tables.jobs, _IDENTITY, ()),
    )
}

ORDER: Mapping[type, int] = {fact: place for place, fact in enumerate(SHAPES)}
"""Facts refer to facts of kinds with a smaller place, so that is the order of inserts."""


def row_of(fact: object) -> dict[str, Any]:
    """The fact as the values of its columns."""
    shape = SHAPES[type(fact)]
    row = {name: getattr(fact, name) for name in shape.plain}
    for name in shape.needs:
        row.update(columns_of_need(name, getattr(fact, name)))
    return row


def columns_of_need(name: str, need: Need | None) -> dict[str, str | None]:
    """The two columns of a need."""
    return {f"{name}_code": need.code if need else None, f"{name}_detail": need.detail if need else None}


def fact_of(kind: type[F], row: Mapping[str, Any] | RowMapping, **elsewhere: object) -> F:
    """The fact that a row says; ``elsewhere`` are fields that are kept in other tables."""
    shape = SHAPES[kind]
    values: dict[str, Any] = {name: row[name] for name in shape.plain}
    for name in shape.needs:
        code = row[f"{name}_code"]
        values[name] = None if code is None else Need(code, row[f"{name}_detail"])
    return kind(**values, **elsewhere)


def guarded(kind: type, changed: frozenset[str]) -> set[str]:
    """The columns that must be as they were read for a change of the columns ``changed``.

    Those that are overwritten belong to them, so that no writer undoes what it has not seen. JSON columns do not, since
    they change only together with a guard.
    """
    shape = SHAPES[kind]
    guards = {f"{name}_code" if name in shape.needs else name for name in shape.guards}
    comparable = {column.name for column in shape.table.columns if not isinstance(column.type, JSON)}
    return (guards | changed) & comparable

"""Contents, versions, decisions, and how an asset looks in a list.

Rule: a version's status is computed from its decisions, by the domain's function, wherever it is shown.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, CompoundSelect, Table, func, select, tuple_, union, union_all, update

from dam.domain.assets import Asset, Content, Decision, DecisionKind, Version, VersionStatus, status_after
from dam.domain.recipes import NO_PARAMS, RECIPES, Artefact, for_display
from dam.ports.views import AssetView, VersionView
from dam.store.asked import MADE_FOR, OLDEST_FIRST
from dam.store.codec import fact_of
from dam.store.holds import hold_all
from dam.store.shown import show_anew
from dam.store.tables import (
    artefacts,
    asked_renditions,
    assets,
    contents,
    decisions,
    rendition_overrides,
    versions,
)
from dam.store.texts import WITHOUT, content_of, row_of_content, split
from dam.store.transaction import Transaction

_DUPLICATES = 10
_RECIPES = tuple(dict.fromkeys(recipe.name for recipe in RECIPES))
_DISPLAY = [(recipe.name, recipe.version) for recipe in for_display()]

_here = versions.c.sha256 == contents.c.sha256
_FIRST, _LAST = (select(end(versions.c.asset_id)).where(_here).scalar_subquery() for end in (func.min, func.max))
# Two looks along an index for each: hardly any bytes are those of two assets.
_TWINS = select(contents.c.sha256).where(_FIRST != _LAST)

Named = tuple[str, int]
"""A version: its asset's id, and its number."""

_Recipe = tuple[str, int, str]
"""A version's recipe: its asset's id, its number, the recipe's name."""


class Versions:
    """Questions about contents, versions and decisions."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def content(self, sha256: str) -> Content | None:
        """The content, or None."""
        row = self._tx.row(select(contents).where(contents.c.sha256 == sha256))
        return None if row is None else content_of(row)

    def keep_content(self, content: Content) -> Content:
        """Store the row unless it is there; return the one that is there."""
        if self._tx.insert_new(contents, [row_of_content(content)]):
            return content
        return self.content(content.sha256) or content

    def describe_content(
        self, sha256: str, properties: Mapping[str, object], embedded: Mapping[str, object] | None = None
    ) -> None:
        """Set what a decoder found (and what was written in the file, unless that is None); where that is news,
        ``shown_anew`` for all assets that have these bytes. To be asked before anything else is held. Raises Conflict
        ``moved`` if another asset gets them at this moment."""
        found = {"properties": dict(properties)} | ({} if embedded is None else split(embedded))
        columns = [contents.c[name] for name in found]
        row = self._tx.row(select(*columns).where(contents.c.sha256 == sha256))
        if row is not None and dict(row) != found:
            self._change_content(sha256, **found)

    def retype_content(self, sha256: str, media_type: str, kind: str) -> None:
        """Set what is known of its type now, and ``shown_anew`` for all assets that have these bytes. As
        ``describe_content`` in what it may meet."""
        self._change_content(sha256, media_type=media_type, kind=kind)

    def _change_content(self, sha256: str, **values: object) -> None:
        mine = contents.c.sha256 == sha256
        having = hold_all(self._tx, assets, _having(sha256), select(contents.c.sha256).where(mine))
        self._tx.change(update(contents).where(mine).values(**values))
        show_anew(self._tx, having)

    def contents(self, after: str | None, limit: int) -> list[Content]:
        """In the order of digests."""
        query = select(contents).order_by(contents.c.sha256).limit(limit)
        if after is not None:
            query = query.where(contents.c.sha256 > after)
        return [content_of(row) for row in self._tx.rows(query)]

    def texts(self, digests: Iterable[str]) -> dict[str, str]:
        """The words of those that have any, by digest."""
        mine = contents.c.sha256.in_(sorted(set(digests))) & contents.c.text.is_not(None)
        rows = self._tx.rows(select(contents.c.sha256, contents.c.text).where(mine))
        return {row["sha256"]: row["text"] for row in rows}

    def version(self, asset_id: str, number: int) -> Version | None:
        """The version, or None."""
        return self._versions([(asset_id, number)]).get((asset_id, number))

    def version_view(self, asset_id: str, number: int) -> VersionView | None:
        """The version with all that is known of it, or None."""
        views = self._views(self._versions([(asset_id, number)]).values())
        return views.get((asset_id, number))

    def version_views(self, asset_id: str, before: int | None, limit: int) -> list[VersionView]:
        """Newest first."""
        query = select(versions).where(versions.c.asset_id == asset_id).order_by(versions.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(versions.c.number < before)
        return list(self._views([fact_of(Version, row) for row in self._tx.rows(query)]).values())

    def filenames(self, asset_ids: Sequence[str]) -> dict[str, list[str]]:
        """Of all versions of each, oldest first; assets without one are left out."""
        there = versions.c.asset_id.in_(sorted(set(asset_ids)))
        query = select(versions.c.asset_id, versions.c.filename).where(there)
        found: dict[str, list[str]] = {}
        for row in self._tx.rows(query.order_by(versions.c.asset_id, versions.c.number)):
            found.setdefault(row["asset_id"], []).append(row["filename"])
        return found

    def having(self, sha256: str) -> list[str]:
        """Ids of the assets with a version of these bytes, or with a preview of them that was supplied by hand."""
        return self._tx.values(_having(sha256).order_by("asset_id"))

    def holding(self, sha256: str, limit: int) -> list[str]:
        """Ids of assets that are not in the trash and have a version of these bytes, in their order."""
        here = assets.c.trashed_at.is_(None) & (versions.c.sha256 == sha256)
        query = select(versions.c.asset_id).join(assets, assets.c.id == versions.c.asset_id).where(here).distinct()
        return self._tx.values(query.order_by(versions.c.asset_id).limit(limit))

    def status(self, asset_id: str, number: int) -> VersionStatus:
        """What the last decision on the version makes it."""
        return self._statuses([(asset_id, number)]).get((asset_id, number), "draft")

    def decisions(self, asset_id: str) -> list[Decision]:
        """Oldest first."""
        query = select(decisions).where(decisions.c.asset_id == asset_id).order_by(decisions.c.id)
        return [fact_of(Decision, row) for row in self._tx.rows(query)]

    def _asset_views(self, found: Sequence[Asset]) -> list[AssetView]:
        wanted = {(asset.id, number) for asset in found for number in (asset.latest, asset.head) if number}
        shown = self._views(self._versions(sorted(wanted)).values())
        latest = {asset.id: shown.get((asset.id, asset.latest)) for asset in found}
        twins = self._having_any({view.version.sha256 for view in latest.values() if view is not None})
        return [
            AssetView(
                asset,
                latest[asset.id],
                shown.get((asset.id, asset.head)) if asset.head else None,
                _others(twins, latest[asset.id]),
            )
            for asset in found
        ]

    def _having_any(self, digests: Iterable[str]) -> dict[str, list[str]]:
        """Ids of assets with these bytes: for each digest at most one more than are shown, so that bytes which
        everybody uploads (an empty file) do not make a page slow.
        """
        listed = self._tx.values(_TWINS.where(contents.c.sha256.in_(sorted(digests))))
        found: dict[str, list[str]] = {}
        for start in range(0, len(listed), 100):
            parts = [
                select(versions.c.sha256, versions.c.asset_id)
                .where(versions.c.sha256 == digest)
                .distinct()
                .order_by(versions.c.asset_id)
                .limit(_DUPLICATES + 1)
                .subquery()
                for digest in listed[start : start + 100]
            ]
            for row in self._tx.rows(union_all(*(select(part) for part in parts))):
                found.setdefault(row["sha256"], []).append(row["asset_id"])
        return found

    def _versions(self, wanted: Sequence[Named]) -> dict[Named, Version]:
        if not wanted:
            return {}
        query = select(versions).where(named(versions, wanted))
        found = [fact_of(Version, row) for row in self._tx.rows(query)]
        return {(version.asset_id, version.number): version for version in found}

    def _views(self, wanted: Iterable[Version]) -> dict[Named, VersionView]:
        found = list(wanted)
        if not found:
            return {}
        digests = sorted({version.sha256 for version in found})
        rows = self._tx.rows(select(*WITHOUT).where(contents.c.sha256.in_(digests)))
        bytes_of = {row["sha256"]: fact_of(Content, row) for row in rows}
        names = [(version.asset_id, version.number) for version in found]
        by_hand = self._overrides(names)
        made, asked = self._renditions({*digests, *by_hand.values()}), self._asked(names)
        said = self._statuses(names)
        return {
            name: VersionView(
                version,
                bytes_of[version.sha256],
                said.get(name, "draft"),
                *_shown_by(version, by_hand, made, asked.get(name, {})),
            )
            for name, version in zip(names, found, strict=True)
        }

    def _overrides(self, wanted: Sequence[Named]) -> dict[_Recipe, str]:
        """The digests of previews supplied by hand."""
        rows = self._tx.rows(select(rendition_overrides).where(named(rendition_overrides, wanted)))
        return {(row["asset_id"], row["number"], row["recipe"]): row["sha256"] for row in rows}

    def _statuses(self, wanted: Sequence[Named]) -> dict[Named, VersionStatus]:
        query = (
            select(decisions.c.asset_id, decisions.c.number, decisions.c.kind)
            .where(named(decisions, wanted))
            .order_by(decisions.c.id)
        )
        kinds: dict[Named, tuple[DecisionKind, ...]] = {}
        for row in self._tx.rows(query):
            name = (row["asset_id"], row["number"])
            kinds[name] = (*kinds.get(name, ()), row["kind"])
        return {name: status_after(said) for name, said in kinds.items()}

    def _renditions(self, digests: Collection[str]) -> dict[str, dict[str, Artefact]]:
        """Those for display, by source and recipe: of each recipe the newest version."""
        query = select(artefacts).where(
            artefacts.c.source_sha256.in_(sorted(digests)),
            tuple_(artefacts.c.recipe, artefacts.c.recipe_version).in_(_DISPLAY),
            artefacts.c.params_sha256 == NO_PARAMS,
        )
        made: dict[str, dict[str, Artefact]] = {}
        for row in self._tx.rows(query):
            artefact = fact_of(Artefact, row)
            made.setdefault(artefact.source_sha256, {})[artefact.recipe] = artefact
        return made

    def _asked(self, wanted: Sequence[Named]) -> dict[Named, dict[str, Artefact]]:
        """What each asked for, the latest by each recipe."""
        rows = self._tx.rows(MADE_FOR.where(named(asked_renditions, wanted)).order_by(*OLDEST_FIRST))
        made: dict[Named, dict[str, Artefact]] = {}
        for row in rows:
            made.setdefault((row["asset_id"], row["number"]), {})[row["recipe"]] = fact_of(Artefact, row)
        return made


def named(table: Table, wanted: Sequence[Named]) -> ColumnElement[bool]:
    """The rows of these versions. By the assets too: SQLite has no index for pairs, and would read the whole table."""
    assets_of = sorted({asset_id for asset_id, _ in wanted})
    return table.c.asset_id.in_(assets_of) & tuple_(table.c.asset_id, table.c.number).in_(wanted)


def _having(sha256: str) -> CompoundSelect[tuple[str]]:
    return union(
        select(versions.c.asset_id).where(versions.c.sha256 == sha256),
        select(rendition_overrides.c.asset_id).where(rendition_overrides.c.sha256 == sha256),
    )


def _shown_by(
    version: Version,
    by_hand: Mapping[_Recipe, str],
    made: Mapping[str, Mapping[str, Artefact]],
    asked: Mapping[str, Artefact],
) -> tuple[tuple[Artefact, ...], frozenset[str]]:
    """What a version is shown by, in the order of recipes (those of the house last, by name), and the recipes that were
    supplied by hand."""
    key = (version.asset_id, version.number)
    supplied = frozenset(recipe for recipe in _RECIPES if (*key, recipe) in by_hand)
    names = (*_RECIPES, *sorted(set(asked) - set(_RECIPES)))
    sources = ((recipe, by_hand.get((*key, recipe), version.sha256)) for recipe in names)
    found = (asked.get(recipe) or made.get(source, {}).get(recipe) for recipe, source in sources)
    return tuple(each for each in found if each is not None), supplied


def _others(twins: Mapping[str, list[str]], latest: VersionView | None) -> tuple[str, ...]:
    if latest is None:
        return ()
    ids = twins.get(latest.version.sha256, [])
    return tuple(id_ for id_ in ids if id_ != latest.version.asset_id)[:_DUPLICATES]

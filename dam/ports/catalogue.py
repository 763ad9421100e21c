"""Questions about what there is: assets with their versions and artefacts, and people.

Rule: as in ``dam.ports.store``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dam.domain.assets import Asset, Content, Decision, Version, VersionStatus
from dam.domain.cookbook import HouseRecipe
from dam.domain.principals import Grant, Principal, SignInLink, Token
from dam.domain.recipes import NO_PARAMS, Artefact
from dam.ports.views import AssetView, FileView, Named, SessionView, ShownView, TokenView, VersionView


class Assets(Protocol):
    """Assets, versions, decisions, contents."""

    def get(self, asset_id: str) -> Asset | None: ...
    def lock(self, asset_id: str) -> Asset | None:
        """The asset, held against other writers until the end of the transaction."""
        ...

    def named(self, text: str, limit: int = 2) -> list[Asset]:
        """Assets with this id, else this exact title, else an id that begins so."""
        ...

    def page(self, after: str | None, limit: int) -> list[Asset]:
        """In the order of ids, trashed ones too."""
        ...

    def trashed(self, before: tuple[datetime, str] | None, limit: int) -> list[str]:
        """Ids of what is in the trash, the last first. ``before``: when the last one seen went there, and its id."""
        ...

    def views(self, ids: Sequence[str]) -> list[AssetView]:
        """In the order given; unknown ids are left out."""
        ...

    def by_ids(self, ids: Iterable[str]) -> dict[str, Asset]:
        """Those that there are, by id."""
        ...

    def content(self, sha256: str) -> Content | None: ...
    def keep_content(self, content: Content) -> Content:
        """Store the row unless it is there; return the one that is there."""
        ...

    def describe_content(
        self, sha256: str, properties: Mapping[str, object], embedded: Mapping[str, object] | None = None
    ) -> None:
        """Set what a decoder found (and what was written in the file, unless that is None); where that is news,
        ``shown_anew`` for all assets that have these bytes. To be asked before anything else is held. Raises Conflict
        ``moved`` if another asset gets them at this moment."""
        ...

    def retype_content(self, sha256: str, media_type: str, kind: str) -> None:
        """Set what is known of its type now, and ``shown_anew`` for all assets that have these bytes. As
        ``describe_content`` in what it may meet."""
        ...

    def contents(self, after: str | None, limit: int) -> list[Content]: ...
    def texts(self, digests: Iterable[str]) -> dict[str, str]:
        """The words of documents, of those that have any: views have everything else that is written in a file."""
        ...

    def version(self, asset_id: str, number: int) -> Version | None: ...
    def version_view(self, asset_id: str, number: int) -> VersionView | None: ...
    def version_views(self, asset_id: str, before: int | None, limit: int) -> list[VersionView]:
        """Newest first."""
        ...

    def file(self, asset_id: str, number: int) -> FileView | None: ...
    def shown(self, asset_id: str) -> ShownView | None: ...
    def shown_at(self, key: str) -> ShownView | None:
        """By the public address."""
        ...

    def filenames(self, asset_ids: Sequence[str]) -> dict[str, list[str]]:
        """Of all versions of each, oldest first; assets without one are left out."""
        ...

    def having(self, sha256: str) -> list[str]:
        """Ids of the assets with a version of these bytes, or with a preview of them that was supplied by hand."""
        ...

    def holding(self, sha256: str, limit: int) -> list[str]:
        """Ids of assets that are not in the trash and have a version of these bytes, in their order."""
        ...

    def status(self, asset_id: str, number: int) -> VersionStatus: ...
    def decisions(self, asset_id: str) -> list[Decision]:
        """Oldest first."""
        ...

    def behind(self, limit: int) -> list[str]:
        """Ids of assets whose newest ``index_seq`` is not in the search index."""
        ...

    def count_behind(self) -> int: ...
    def shown_anew(self, ids: Iterable[str]) -> None:
        """Search shows these otherwise from now on: raise their ``index_seq``."""
        ...

    def mark_indexed(self, sequences: Mapping[str, int]) -> set[str]:
        """A late mark takes nothing back. Returns the assets, held from now on, for which it is news."""
        ...

    def forget_indexed(self) -> None:
        """Every asset is behind again."""
        ...

    def tags(self, prefix: str, after: str | None, limit: int) -> list[Named]: ...
    def campaigns(self, after: str | None, limit: int) -> list[Named]: ...
    def campaign(self, campaign_id: str) -> Named | None: ...
    def campaign_named(self, name: str) -> Named | None: ...
    def make_campaigns(self, names: Sequence[str], at: datetime) -> None:
        """Those that are not there yet."""
        ...

    def rename_campaign(self, campaign_id: str, name: str) -> int:
        """Rename, raise ``index_seq`` of its assets; returns how many those are. Raises Conflict
        ``campaign_exists``.
        """
        ...


class Looks(Protocol):
    """How contents look (``dam.domain.looks``)."""

    def of(self, sha256: str) -> str | None:
        """How it looks; None where that is not known, or it has no look."""
        ...

    def keep(self, sha256: str, look: str) -> None:
        """It looks so, whatever was known before."""
        ...

    def near(self, look: str, limit: int) -> list[tuple[str, int]]:
        """Contents that look so, with the bits in which they differ; the nearest first."""
        ...

    def shown_by(self, digests: list[str], limit: int) -> list[tuple[str, str]]:
        """Assets that are not in the trash and have a version of one of these contents: their ids, and which."""
        ...


class Artefacts(Protocol):
    """What recipes made."""

    def get(self, source: str, recipe: str, recipe_version: int, params: str = NO_PARAMS) -> Artefact | None:
        """The artefact made with the parameters of this digest, or None."""
        ...

    def shown(self, asset_id: str, number: int, recipe: str, recipe_version: int) -> Artefact | None:
        """What the version is shown by: made of the preview that was supplied by hand, else of its own bytes."""
        ...

    def drop_overrides(self, asset_id: str, number: int) -> int:
        """The version shows its own renditions again; returns how many overrides there were."""
        ...

    def ensure(self, artefact: Artefact) -> Artefact:
        """Insert unless there is one with its key; return the one that is there."""
        ...

    def of_source(self, source: str) -> list[Artefact]: ...
    def pending(self, before: datetime, limit: int) -> list[Artefact]:
        """Those pending since before then, the oldest first."""
        ...

    def page(self, after: Artefact | None, limit: int) -> list[Artefact]:
        """In the order of their keys, behind ``after``."""
        ...

    def edition(self) -> int:
        """The edition of recipes and types that every content has been looked at by; 0 at first."""
        ...

    def seen(self, edition: int) -> None:
        """Every content has been looked at by this edition."""
        ...

    def ask(self, asset_id: str, number: int, artefact: Artefact, at: datetime) -> None:
        """The version asked at this moment for an artefact of its bytes that is not to be looked at."""
        ...

    def latest(self, asset_id: str, number: int, recipe: str) -> Artefact | None:
        """Of what the version asked for by the recipe: by its newest version, what was asked for last."""
        ...

    def best(self, asset_id: str, number: int, recipe: str) -> Artefact | None:
        """The latest one that is ready, else the latest one."""
        ...

    def programs(self) -> int:
        """The programs that draw documents and that some worker has had, a bit each; 0 at first."""
        ...

    def found(self, programs: int) -> None:
        """Some worker has them."""
        ...

    def delivered(self, sha256: str) -> bool:
        """Does a delivery refer to these bytes?"""
        ...


class Cookbook(Protocol):
    """Recipes of the house; the built-in ones are no rows."""

    def get(self, name: str, version: int) -> HouseRecipe | None: ...
    def newest(self, name: str) -> HouseRecipe | None: ...
    def hold(self, name: str) -> HouseRecipe | None:
        """The newest version, held until the end of the transaction."""
        ...

    def all(self, limit: int) -> list[HouseRecipe]:
        """Every version, by name, the oldest first."""
        ...

    def count(self, most: int) -> int:
        """How many versions there are; not counted further than ``most``."""
        ...


class People(Protocol):
    """Principals and what they prove themselves with."""

    def get(self, principal_id: str) -> Principal | None: ...
    def named(self, name: str) -> Principal | None: ...
    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """By id; a name never changes."""
        ...

    def page(self, after: str | None, limit: int) -> list[Principal]: ...
    def any_person(self) -> bool: ...
    def grants(self, principal_ids: Sequence[str]) -> list[Grant]: ...
    def set_role(self, grant: Grant) -> None:
        """The principal has this role in this scope and no other there."""
        ...

    def token(self, digest: str) -> Token | None: ...
    def token_view(self, digest: str) -> TokenView | None:
        """The token and its owner by one question, since every request of a program asks it."""
        ...

    def token_by_id(self, token_id: str) -> Token | None: ...
    def tokens(self, principal_id: str | None, after: str | None, limit: int) -> list[Token]: ...
    def link(self, digest: str) -> SignInLink | None: ...
    def session_view(self, digest: str) -> SessionView | None:
        """The session and its person by one question, since every request of a browser asks it."""
        ...

    def end_session(self, digest: str) -> bool: ...
    def end_sessions(self, principal_id: str) -> int: ...
    def failures(self, name: str, since: datetime) -> int:
        """Failed sign-ins under this name since then."""
        ...

    def note_failure(self, name: str, at: datetime) -> None: ...

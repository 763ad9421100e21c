"""What the databases' errors mean to the domain.

Rule: what the port names becomes a domain error here and nowhere else; anything that is a mistake of ours passes as it
is.
"""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dam.domain.errors import Conflict, DamError, Invalid, StorageFull, Unavailable

# Constraint of PostgreSQL, columns as SQLite names them, and what it means that they are taken.
_TAKEN = (
    ("uq_placements_canonical", "placements.canonical", "target_taken", "Another placement has this place already."),
    ("uq_channels_name", "channels.name", "channel_exists", "There is a channel of this name already."),
    ("uq_principals_name", "principals.name", "user_exists", "There is somebody of this name already."),
    ("uq_campaigns_name", "campaigns.name", "campaign_exists", "There is a campaign of this name already."),
    ("uq_assets_key", "assets.key", "key_taken", "Another asset has this public address already."),
    ("pk_versions", "versions.asset_id, versions.number", "version_exists", "Somebody else made this version."),
    (
        "uq_deliveries_placement_id_rollout",
        "deliveries.placement_id, deliveries.rollout",
        "delivery_exists",
        "The placement has its part in this rollout already.",
    ),
    ("pk_recipes", "recipes.name, recipes.version", "recipe_exists", "Somebody else made this version of the recipe."),
    ("pk_attempts", "attempts.placement_id, attempts.fence", "attempt_exists", "Somebody else claimed the placement."),
)

_NO_DATABASE = "The database does not answer at the moment; try again."


class translated:  # noqa: N801 - read as a word of the statement that it stands in
    """Raise what the port promises: Conflict, StorageFull, Unavailable ``database_unavailable``, or Invalid
    ``not_storable`` for text and numbers that no database takes (NUL, lone surrogates, more than 64 bits).
    """

    __slots__ = ()

    def __enter__(self) -> None:
        """Nothing has happened yet."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None and (meaning := _meaning(error)) is not None:
            raise meaning from error


def _meaning(error: BaseException) -> DamError | None:
    if isinstance(error, PoolTimeout):
        return Unavailable("database_unavailable", _NO_DATABASE)
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return _not_storable()
    return _meaning_of_database(error) if isinstance(error, DBAPIError) else None


def _meaning_of_database(error: DBAPIError) -> DamError | None:
    if isinstance(error, IntegrityError):
        return _taken(error)
    if error.connection_invalidated:
        return Unavailable("database_unavailable", _NO_DATABASE)
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_meaning(error.orig)
    return _postgresql_meaning(error)


def _taken(error: IntegrityError) -> Conflict | None:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    said = str(error.orig)
    for name, columns, code, detail in _TAKEN:
        if constraint == name or said == f"UNIQUE constraint failed: {columns}":
            return Conflict(code, detail)
    return None


def _sqlite_meaning(error: sqlite3.Error) -> DamError | None:
    name: str = getattr(error, "sqlite_errorname", "")
    if name in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"):
        return StorageFull("storage_full", "There is no room left for the database; nothing was changed.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL")):
        return Unavailable("database_unavailable", _NO_DATABASE)
    return None


def _postgresql_meaning(error: DBAPIError) -> DamError | None:
    state: str = getattr(error.orig, "sqlstate", None) or ""
    if state == "53100":
        return StorageFull("storage_full", "There is no room left for the database; nothing was changed.")
    if isinstance(error, DataError):
        return _not_storable()
    # No state: the connection broke. 08, 53, 57: server gone, out of resources, cancelled; 40, 55: locked too long.
    if isinstance(error, OperationalError) and (not state or state[:2] in ("08", "53", "57", "40", "55")):
        return Unavailable("database_unavailable", _NO_DATABASE)
    return None


def _not_storable() -> Invalid:
    return Invalid("not_storable", "A text or number holds something that can't be stored.")

"""How SQLite finds the rows of each statement: one that reads a whole table costs more with every asset there is.

Rule: what may be read as a whole is named here, with the reason. SQLite plans by the schema alone, so that an empty
table is planned for as a full one. (PostgreSQL does not: ``plans_postgresql``.)
"""

import re
from sqlite3 import Cursor
from typing import Any

from sqlalchemy import Connection, Engine, event

_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)

FEW = {
    "channels": "as many as a team has places to deliver to",
    "principals": "people",
    "jobs": "work that is not done yet",
    "timings": "as many as there are tasks and buckets",
    "alembic_version": "one row",
    "sqlite_master": "the schema",
    "sqlite_temp_master": "the schema",
    "anon_1": "rows that were found by then",
}
OUTSTANDING = ("ix_assets_behind", "ix_deliveries_open", "ix_jobs_leased", "ix_placements_needs")
"""Partial indexes of what is not done yet."""
ALL = {
    "UPDATE assets SET indexed_seq": "the search index is made anew",
    "SELECT assets.id \nFROM assets \nWHERE assets.indexed_seq > ": "the same: PostgreSQL locks them first, in order",
    "SELECT placement_words.channel_id, placement_words.word, count(*)": "the board's counts, along an index",
}


class Plans:
    """Looks at the plan of each statement of an engine, once for each."""

    def __init__(self, engine: Engine) -> None:
        self._seen: set[str] = set()
        self.wrong: list[str] = []
        event.listen(engine, "after_cursor_execute", self._look)

    def _look(
        self, connection: Connection, _cursor: Cursor, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if statement in self._seen or not STATEMENT.match(statement):
            return
        self._seen.add(statement)
        own = connection.connection.dbapi_connection
        assert own is not None
        explaining = own.cursor()
        explaining.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
        for *_, line in explaining.fetchall():
            if (found := _SCAN.match(line)) and not _may(found[1], found[2], statement):
                self.wrong.append(f"{line}: {statement}")


def _may(table: str, index: str | None, statement: str) -> bool:
    """A page along an index, or from the newest row on, ends where the page does."""
    paged = "LIMIT" in statement and "ORDER BY" in statement
    from_an_end = index is None and "WHERE" not in statement
    return (
        table in FEW
        or not table.islower()  # constant rows
        or table.isdigit()
        or index in OUTSTANDING
        or is_excepted(statement)
        or (paged and (index is not None or from_an_end))
    )


def is_excepted(statement: str) -> bool:
    """Whether it may read a whole table that grows."""
    return any(statement.startswith(each) for each in ALL)

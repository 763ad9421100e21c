"""How PostgreSQL finds the rows of each statement, where nothing but an index may lead to them.

Rule: PostgreSQL plans by what is in the tables, and in a test that is hardly anything. So it is asked for the plan that
it makes when reading a whole table, and joining by reading two of them, is the last that it would do; and if it goes
through a whole index, once more as if that index were not there. What it still reads as a whole, nothing could shorten.
What may be so is named in ``plans``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from tests.harness import plans

_LAST = {f"enable_{each}": "off" for each in ("seqscan", "hashjoin", "mergejoin", "material", "memoize")}
_COSTLY = {"cpu_index_tuple_cost": "1000"}
_NAMED = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan")
_THROUGH = ("Limit", "Nested Loop", "Result", "LockRows", "Subquery Scan")
_HIDDEN = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass"

Plan = Mapping[str, Any]
Whole = tuple[str, str, str]
"""The kind of node that reads one from end to end, its table, and its index if it has one."""


class Plans:
    """Looks at the plan of each statement of an engine: once in each process, when ``wrong`` is asked for."""

    known: dict[str, list[str]] = {}  # noqa: RUF012 of all tests of this process

    def __init__(self, engine: Engine, url: str) -> None:
        """``url``: of the same database, by somebody who may do anything there."""
        self._url = url
        self._said: dict[str, Any] = {}
        event.listen(engine, "before_cursor_execute", self._hear)

    def _hear(
        self, _connection: object, _cursor: object, statement: str, parameters: Any, _c: object, many: bool
    ) -> None:
        if plans.STATEMENT.match(statement):
            self._said.setdefault(statement, parameters[0] if many else parameters)

    @property
    def wrong(self) -> list[str]:
        """What is read as a whole, and may not."""
        if new := self._said.keys() - self.known.keys():
            with psycopg.connect(self._url, autocommit=True) as connection:
                for name, value in (_LAST | _COSTLY).items():
                    connection.execute(f"SET {name} = {value}")
                for statement in new:
                    self.known[statement] = _looked_at(connection, statement, self._said[statement])
        return [line for statement in self._said for line in self.known[statement]]


def _looked_at(connection: psycopg.Connection, statement: str, parameters: Any) -> list[str]:
    hidden: set[str] = set()
    with connection.transaction(force_rollback=True):
        while True:
            rows = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchall()
            found = list(whole(rows[0][0][0]["Plan"], statement))
            indices = {index for _, _, index in found if index} - hidden
            if not indices:
                return [f"{kind} of {table} {index}: {statement}" for kind, table, index in found]
            for index in indices:
                connection.execute(_HIDDEN, [index])
            hidden |= indices


def whole(plan: Plan, statement: str, table: str = "", *, paged: bool = False) -> Iterator[Whole]:
    """What the plan reads from one end to the other, and may not. ``table``: of which it looks into an index;
    ``paged``: as far as somebody asks for more."""
    kind, table, index = plan["Node Type"], plan.get("Relation Name", table), plan.get("Index Name", "")
    paged = paged or kind == "Limit"
    if kind in _NAMED and "Index Cond" not in plan:
        along = paged and kind in ("Index Scan", "Index Only Scan")
        if not (along or table in plans.FEW or index in plans.OUTSTANDING or plans.is_excepted(statement)):
            yield kind, table, index
    for part in plan.get("Plans", ()):
        # What is sorted, counted or grouped first is read to its end, however short the page is.
        yield from whole(part, statement, table, paged=paged and kind in _THROUGH)

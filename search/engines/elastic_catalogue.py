"""Which index is the current one, and which is being built: names and aliases, which only change in whole steps.

Rule: aliases only; knows no documents. For a NAME and the STAMP of its schema there are::

    NAME.STAMP.…        an index (…: a new id each time)
    NAME.STAMP          alias: the current index, which is searched and written to
    NAME.STAMP.next     alias: the index that is being built, which is written to as well

An index becomes the current one by one change of aliases, which the server refuses unless it is still the next one. So
a kill at any moment leaves the old or the new one, and of two who build, one index at most comes into its place.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.engines.elastic_client import ADMIN_S, SEARCH_S, Connection, IndexGone
from search.engines.elastic_schema import MAPPINGS, SETTINGS, STAMP
from search.errors import SearchUnavailable

_REBUILD = "; `dam reindex` builds it from the database"


@dataclass(frozen=True, slots=True)
class Targets:
    """The indices that take writes: the current one, and the next one if there is any."""

    current: str
    next: str | None

    def all(self) -> frozenset[str]:
        """Their names."""
        return frozenset({self.current} | ({self.next} if self.next else set()))


class Catalogue:
    """The indices of one NAME on one server."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._all = f"{name}.*"
        self.current = f"{name}.{STAMP}"
        self.next = f"{self.current}.next"
        self._any_current = re.compile(rf"{re.escape(name)}\.[0-9-]+")

    def targets(self) -> Targets:
        """Where writes go to now. Raises SearchUnavailable: ``index_missing``, ``index_outdated`` (there is only one
        of another version of the analysis or schema)."""
        found = self._aliases()
        current = _holder(found, self.current)
        if current is None:
            if any(self._any_current.fullmatch(alias) for aliases in found.values() for alias in aliases):
                detail = f"the search index was made by another version (this is {STAMP}){_REBUILD}"
                raise SearchUnavailable("index_outdated", detail)
            raise SearchUnavailable("index_missing", f"there is no search index{_REBUILD}")
        return Targets(current, _holder(found, self.next))

    def building(self) -> str | None:
        """The next index, if there is one."""
        return _holder(self._aliases(), self.next)

    def is_current(self, index: str) -> bool:
        """Whether this one is searched now."""
        return _holder(self._aliases(), self.current) == index

    def begin(self) -> str:
        """A fresh, empty next index; takes the place of one that somebody began before, which is removed. From its
        return on, every write goes there too before it is acknowledged."""
        index = f"{self.current}.{uuid.uuid4().hex}"
        with self._connection.asking("write_failed", ADMIN_S) as client:
            client.indices.create(index=index, mappings=MAPPINGS, settings=SETTINGS)
        self._change(
            {"remove": {"index": self._all, "alias": self.next, "must_exist": False}},
            {"add": {"index": index, "alias": self.next}},
        )
        self.sweep()
        return index

    def publish(self, index: str) -> None:
        """Make the next index the current one, at once for everybody; the older ones are removed. Raises
        SearchUnavailable (``rebuild_running``) if another one has become the next one meanwhile."""
        try:
            self._change(
                {"remove": {"index": index, "alias": self.next, "must_exist": True}},
                {"remove": {"index": self._all, "alias": self.current, "must_exist": False}},
                {"add": {"index": index, "alias": self.current}},
            )
        except IndexGone:
            if not self.is_current(index):
                detail = "another rebuild has taken the place of this one"
                raise SearchUnavailable("rebuild_running", detail) from None
        self.sweep(outdated=True)

    def abandon(self, index: str) -> None:
        """Remove an index that is not to be taken up again."""
        self._remove([index])

    def sweep(self, *, outdated: bool = False) -> None:
        """Remove what no alias leads to, and with ``outdated`` what other versions have made. Searches that still run
        there may fail, and are asked again."""
        kept = {self.current, self.next}
        self._remove(
            [
                index
                for index, aliases in self._aliases().items()
                if not kept & aliases and (outdated or not any(map(self._any_current.fullmatch, aliases)))
            ]
        )

    def _aliases(self) -> dict[str, frozenset[str]]:
        """The aliases of each index."""
        with self._connection.asking("search_failed", SEARCH_S) as client:
            found: Mapping[str, Any] = client.indices.get_alias(index=self._all).body
            return {index: frozenset(each["aliases"]) for index, each in found.items()}

    def _change(self, *actions: Mapping[str, Any]) -> None:
        with self._connection.asking("write_failed", ADMIN_S) as client:
            acknowledged = client.indices.update_aliases(actions=actions)["acknowledged"]
        if not acknowledged:
            raise SearchUnavailable("engine_unavailable", "not every node of the search engine has heard of the change")

    def _remove(self, indices: list[str]) -> None:
        if indices:
            with self._connection.asking("write_failed", ADMIN_S) as client:
                client.indices.delete(index=indices, ignore_unavailable=True)


def _holder(found: Mapping[str, frozenset[str]], alias: str) -> str | None:
    return next((index for index, aliases in found.items() if alias in aliases), None)

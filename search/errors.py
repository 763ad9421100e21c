"""What searching can refuse, with stable codes.

Belongs here: the errors that every engine and the parser raise. Must not: know HTTP, or an engine.
"""


class SearchError(Exception):
    """Base: ``code`` is stable and snake_case, ``detail`` a sentence for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class QueryError(SearchError):
    """The query can't be understood. ``position`` is a 0-based offset in characters, ``found`` what stands there
    (empty at the end), ``expected`` what could have stood there instead, in words."""

    def __init__(self, position: int, found: str, expected: tuple[str, ...], detail: str) -> None:
        super().__init__("query_invalid", detail)
        self.position = position
        self.found = found
        self.expected = expected


class PageError(SearchError):
    """The page asked for can't be given: ``limit_invalid``, ``sort_unknown``, ``cursor_invalid``, ``facet_unknown``."""


class SearchUnavailable(SearchError):
    """The engine can't answer at the moment; nothing was changed.

    Codes: ``index_missing``, ``index_outdated``, ``index_damaged`` (a rebuild recovers from these three),
    ``index_busy`` (another process writes), ``rebuild_running``, ``rebuild_unproven`` (a new index lacks something, and
    did not take the old one's place), ``write_failed`` and ``search_failed``; of an engine elsewhere
    ``engine_unavailable`` (it does not answer) and ``engine_refused`` (it does not take our user).
    """

    @property
    def needs_rebuild(self) -> bool:
        """Whether waiting is of no use and only a rebuild helps."""
        return self.code in {"index_missing", "index_outdated", "index_damaged"}

"""Writing to Elasticsearch: the guarded upsert, many in one exchange, each answer looked at.

Rule: what reaches the index behind an alias, and how failures are named. Versions are our own (``index_seq``), so that
the server refuses what is older than what it has: such a conflict is no failure. Nothing is ever deleted, because the
server forgets versions of what was deleted after a minute: tombstones are stored like documents.
"""

import json
from collections import Counter, deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from elasticsearch.helpers import streaming_bulk

from search.document import Change
from search.engines.elastic_client import SEARCH_S, WRITE_S, Connection
from search.engines.elastic_schema import body
from search.errors import SearchUnavailable

CHUNK = 500  # changes in one exchange
UNDER_WAY = 2  # exchanges at once: the server has the next one at hand when it is done with one
_CHUNK_BYTES = 10 << 20
_ASKED = 1000  # ids in one exchange
_RETRIES, _FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 3, 0.2, 2.0

_CONFLICT = 409
_NOT_FOUND = 404
_CREATED = 201

#: The lines of one action, encoded: what is to be done, and the document. The helper's own type has no place for that.
_Action = Any
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# The rest of an answer, half of it, is what everybody knows.
_WANTED = tuple(f"items.index.{name}" for name in ("_index", "_id", "status", "error"))


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of changes that were sent to one alias. ``index``: that which has all of them, None if the alias led
    nowhere or moved meanwhile. ``created``: how many ids it did not have before."""

    index: str | None
    created: int


def newest_of(changes: Iterable[Change]) -> list[Change]:
    """One change for each id: the newest, of equal ones the last."""
    newest: dict[str, Change] = {}
    for change in changes:
        if change.id not in newest or change.index_seq >= newest[change.id].index_seq:
            newest[change.id] = change
    return list(newest.values())


def store(connection: Connection, alias: str, changes: Sequence[Change]) -> Stored:
    """Store what is not older than what is there. Raises SearchUnavailable (``write_failed`` if the server took some of
    it and refused the rest)."""
    if len(changes) <= CHUNK:
        return _exchange(connection, _actions(alias, changes))
    chunks = (changes[begin : begin + CHUNK] for begin in range(0, len(changes), CHUNK))
    parts = list(stored(connection, alias, chunks))
    indices = {part.index for part in parts}
    return Stored(indices.pop() if len(indices) == 1 else None, sum(part.created for part in parts))


def stored(connection: Connection, alias: str, batches: Iterable[Sequence[Change]]) -> Generator[Stored]:
    """``store`` each batch, and say in turn what became of it. While the server takes up to ``UNDER_WAY`` of them, the
    next one is read and projected. Their order does not matter: versions decide. Raises as ``store``; whoever leaves
    early waits for what is under way."""
    with ThreadPoolExecutor(UNDER_WAY, thread_name_prefix="bulk") as senders:
        under_way: deque[Future[Stored]] = deque()
        for batch in batches:
            actions = _actions(alias, batch)
            if len(under_way) == UNDER_WAY:
                yield under_way.popleft().result()
            under_way.append(senders.submit(_exchange, connection, actions))
        while under_way:
            yield under_way.popleft().result()


def refresh(connection: Connection, alias: str) -> None:
    """Make what was stored visible to searches."""
    with connection.asking("write_failed", WRITE_S) as client:
        client.indices.refresh(index=alias, ignore_unavailable=True)


def stored_sequences(connection: Connection, index: str, ids: Sequence[str]) -> dict[str, int]:
    """``index_seq`` of each id that is there, also of what is not visible to searches yet."""
    distinct = list(dict.fromkeys(ids))
    found: dict[str, int] = {}
    for begin in range(0, len(distinct), _ASKED):
        with connection.asking("search_failed", SEARCH_S) as client:
            answer = client.mget(index=index, ids=distinct[begin : begin + _ASKED], source=False)
            found |= {each["_id"]: int(each["_version"]) for each in answer["docs"] if _is_there(each)}
    return found


def _is_there(answer: Mapping[str, Any]) -> bool:
    if "error" in answer:
        raise SearchUnavailable("search_failed", f"the search engine: {_why(answer['error'])}")
    return bool(answer["found"])


def _exchange(connection: Connection, actions: Sequence[_Action]) -> Stored:
    """One exchange, or more if they are large."""
    reached: Counter[str] = Counter()
    created = 0
    with connection.asking("write_failed", WRITE_S) as client:
        answers = streaming_bulk(
            client,
            actions,
            chunk_size=CHUNK,
            max_chunk_bytes=_CHUNK_BYTES,
            expand_action_callback=_as_it_is,
            raise_on_error=False,
            max_retries=_RETRIES,
            initial_backoff=_FIRST_BACKOFF_S,
            max_backoff=_LONGEST_BACKOFF_S,
            # Without it the server may make an index of this name, of no schema of ours.
            require_alias=True,
            filter_path=_WANTED,
        )
        for _, kinds in answers:
            answer = kinds["index"]
            status = int(answer["status"])
            if status == _NOT_FOUND:
                continue
            if not 200 <= status < 300 and status != _CONFLICT:
                raise _refused(answer)
            reached[str(answer["_index"])] += 1
            created += status == _CREATED
    whole = [index for index, count in reached.items() if count == len(actions)]
    return Stored(whole[0] if whole else None, created)


def _actions(alias: str, changes: Iterable[Change]) -> list[_Action]:
    return [(_encoded(_header(alias, change)), _encoded(body(change))) for change in changes]


def _header(alias: str, change: Change) -> dict[str, Any]:
    guarded = {"version": change.index_seq, "version_type": "external_gte"}
    return {"index": {"_index": alias, "_id": change.id, **guarded}}


def _encoded(value: dict[str, Any]) -> bytes:
    return _JSON.encode(value).encode()


def _as_it_is(action: Any) -> Any:
    """Both lines are written already; the helper passes on what is bytes."""
    return action


def _refused(answer: Mapping[str, Any]) -> SearchUnavailable:
    detail = f"the search engine does not take {answer.get('_id')}: {_why(answer.get('error'))}"
    return SearchUnavailable("write_failed", detail)


def _why(error: object) -> str:
    if isinstance(error, Mapping):
        return f"{error.get('type')}: {error.get('reason')}"[:300]
    return str(error)[:300]

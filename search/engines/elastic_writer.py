"""Writing to Elasticsearch: the guarded upsert, many in one exchange, each answer looked at.

Rule: what reaches the index behind an alias, and how failures are named. Versions are our own (``index_seq``), so that
the server refuses what is older than what it has: such a conflict is no failure. Nothing is ever deleted, because the
server forgets versions of what was deleted after a minute: tombstones are stored like documents.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from search.document import Change
from search.engines.elastic_client import SEARCH_S, WRITE_S, Connection
from search.engines.elastic_schema import body
from search.errors import SearchUnavailable

CHUNK = 250  # changes in one exchange
_CHUNK_BYTES = 10 << 20
_ASKED = 1000  # ids in one exchange
_RETRIES, _FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 3, 0.2, 2.0

_CONFLICT = 409
_NOT_FOUND = 404
_CREATED = 201


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
    reached: Counter[str] = Counter()
    created = 0
    with connection.asking("write_failed", WRITE_S) as client:
        for answer in _sent(client, alias, changes):
            status = int(answer["status"])
            if status == _NOT_FOUND:
                continue
            if not 200 <= status < 300 and status != _CONFLICT:
                raise _refused(answer)
            reached[str(answer["_index"])] += 1
            created += status == _CREATED
    whole = [index for index, count in reached.items() if count == len(changes)]
    return Stored(whole[0] if whole else None, created)


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


def _sent(client: Elasticsearch, alias: str, changes: Sequence[Change]) -> Iterator[Mapping[str, Any]]:
    """The answer for each change. While the server takes one exchange, the next one is projected."""
    with ThreadPoolExecutor(1, thread_name_prefix="bulk") as sender:
        under_way: Future[list[Mapping[str, Any]]] | None = None
        for begin in range(0, len(changes), CHUNK):
            actions = [_action(alias, change) for change in changes[begin : begin + CHUNK]]
            if under_way is not None:
                yield from under_way.result()
            under_way = sender.submit(_exchange, client, actions)
        if under_way is not None:
            yield from under_way.result()


def _exchange(client: Elasticsearch, actions: Sequence[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """The answer for each action: of one exchange, or of more if they are large."""
    answers = streaming_bulk(
        client,
        actions,
        chunk_size=CHUNK,
        max_chunk_bytes=_CHUNK_BYTES,
        raise_on_error=False,
        max_retries=_RETRIES,
        initial_backoff=_FIRST_BACKOFF_S,
        max_backoff=_LONGEST_BACKOFF_S,
        # Without it the server may make an index of this name, of no schema of ours.
        require_alias=True,
    )
    return [answer["index"] for _, answer in answers]


def _action(alias: str, change: Change) -> dict[str, Any]:
    return {
        "_op_type": "index",
        "_index": alias,
        "_id": change.id,
        "version": change.index_seq,
        "version_type": "external_gte",
        "_source": body(change),
    }


def _refused(answer: Mapping[str, Any]) -> SearchUnavailable:
    detail = f"the search engine does not take {answer.get('_id')}: {_why(answer.get('error'))}"
    return SearchUnavailable("write_failed", detail)


def _why(error: object) -> str:
    if isinstance(error, Mapping):
        return f"{error.get('type')}: {error.get('reason')}"[:300]
    return str(error)[:300]

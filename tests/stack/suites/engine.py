"""What only Elasticsearch can get wrong: rebuilds beside writes, aliases, proofs, limits, and a server that says no."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from search.document import Change, Document, Tombstone
from search.engines import elastic_rebuild
from search.engines import elastic_writer as writer
from search.engines.elastic import ElasticIndex
from search.engines.elastic_address import Address
from search.engines.elastic_schema import STAMP, body
from search.errors import QueryError, SearchUnavailable
from search.parse import MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, MAX_PREFIXES, MAX_TERMS, parse
from search.query import Everything
from search.results import Page, Sort
from tests.search.documents import a_document
from tests.stack.suites.conftest import Stack
from tests.stack.suites.indices import named


@pytest.fixture
def address(stack: Stack) -> Iterator[Address]:
    with named(stack.url("elasticsearch")) as address:
        yield address


@pytest.fixture
def index(address: Address) -> Iterator[ElasticIndex]:
    index = ElasticIndex(address)
    yield index
    index.close()


@pytest.fixture
def server(address: Address) -> Iterator[Elasticsearch]:
    with Elasticsearch(address.url) as client:
        yield client


def ids(index: ElasticIndex, query: str = "") -> set[str]:
    return set(index.search(parse(query), Page(limit=200)).ids)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(SearchUnavailable) as refused:
        action()
    return refused.value.code


def indices(server: Elasticsearch, address: Address) -> dict[str, set[str]]:
    """What there is, and its aliases without the name that they all begin with."""
    found = server.indices.get_alias(index=f"{address.name}.*").body
    return {name: {alias.partition(".")[2] for alias in each["aliases"]} for name, each in found.items()}


# Missing, outdated


def test_a_missing_index_is_reported_and_never_begun_by_a_write(
    index: ElasticIndex, server: Elasticsearch, address: Address
) -> None:
    actions = (lambda: ids(index), lambda: index.write([a_document()]), lambda: index.sequences([]))
    assert [code_of(action) for action in actions] == ["index_missing"] * 3
    index.write([])
    assert indices(server, address) == {}
    assert index.rebuild([a_document()]) == 1
    assert len(ids(index)) == 1


def test_an_index_of_another_version_asks_for_a_rebuild_and_goes_with_it(
    index: ElasticIndex, server: Elasticsearch, address: Address
) -> None:
    older = f"{address.name}.0-1-1"
    server.indices.create(index=f"{older}.x", aliases={older: {}})
    actions = (lambda: ids(index), lambda: index.write([a_document()]), lambda: index.sequences([]))
    assert [code_of(action) for action in actions] == ["index_outdated"] * 3
    assert index.rebuild([a_document("a")]) == 1
    assert len(indices(server, address)) == 1


def test_the_mapping_takes_nothing_that_is_not_in_it(
    index: ElasticIndex, server: Elasticsearch, address: Address
) -> None:
    index.rebuild([])
    (mapping,) = server.indices.get_mapping(index=f"{address.name}.*").body.values()
    assert mapping["mappings"]["dynamic"] == "strict"


# Rebuilds


def test_what_is_written_during_a_rebuild_is_kept_where_it_is_newer(index: ElasticIndex) -> None:
    index.rebuild([a_document("a", 1), a_document("b", 1), a_document("c", 1)])

    def documents() -> Iterator[Change]:
        index.write([a_document("a", 3, title="later"), Tombstone("b", 3), a_document("new", 1)])
        assert ids(index) == {"a", "c", "new"}, "the old one is searched meanwhile"
        yield from (a_document("a", 2, title="earlier"), a_document("b", 2), a_document("c", 2))
        index.write([a_document("c", 3, title="later")])

    assert index.rebuild(documents()) == 3
    assert ids(index, "later") == {"a", "c"}
    assert ids(index) == {"a", "c", "new"}
    assert index.sequences(["a", "b", "c", "new"]) == {"a": 3, "b": 3, "c": 3, "new": 1}


def test_nobody_who_writes_or_searches_is_disturbed_by_rebuilds(index: ElasticIndex) -> None:
    index.rebuild([a_document("first")])
    stop, wrong, last = threading.Event(), list[object](), {"written": 0}

    def write() -> None:
        while not stop.is_set():
            number = last["written"] + 1
            try:
                index.write([a_document("w", number, title=f"round{number}")])
                last["written"] = number
                if ids(index, f"round{number}") != {"w"}:
                    wrong.append(f"round {number} was written and is not found")
            except SearchUnavailable as unavailable:
                wrong.append(unavailable)

    writer = threading.Thread(target=write)
    writer.start()
    rebuilt = 0
    while rebuilt < 4 or (last["written"] <= 4 and writer.is_alive()):
        index.rebuild([a_document(f"d{number}") for number in range(30)])
        rebuilt += 1
    stop.set()
    writer.join()
    assert wrong == []
    assert last["written"] > 4
    assert index.sequences(["w"]) == {"w": last["written"]}


@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_rebuild_in_the_middle_of_a_write_misses_nothing(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch, ends: bool, late: bool
) -> None:
    index.rebuild([])
    store, begun = writer.store, list[str]()

    def rebuild() -> None:
        begun.append(index._catalogue.begin())
        if ends:
            index._catalogue.publish(begun[0])

    def storing(connection: Any, alias: str, changes: Sequence[Change]) -> Any:
        if not begun and not late:
            rebuild()
        stored = store(connection, alias, changes)
        if not begun:
            rebuild()
        return stored

    monkeypatch.setattr(writer, "store", storing)
    index.write([a_document("a")])
    if not ends:
        index._catalogue.publish(begun[0])
    assert ids(index) == {"a"}


def test_an_interrupted_rebuild_is_taken_up_and_sends_nothing_again(
    index: ElasticIndex, server: Elasticsearch, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_rebuild, "_BATCH", 10)
    index.rebuild([a_document("old")])
    sent: list[str] = []
    stored = writer.stored

    def noted(connection: Any, alias: str, batches: Iterable[Sequence[Change]]) -> Any:
        def each() -> Iterator[Sequence[Change]]:
            for batch in batches:
                sent.extend(change.id for change in batch)
                yield batch

        return stored(connection, alias, each())

    monkeypatch.setattr(writer, "stored", noted)
    documents = [a_document(f"d{number:02}") for number in range(40)]

    def dying() -> Iterator[Change]:
        yield from documents[:25]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(dying())
    assert ids(index) == {"old"}
    assert len(sent) == 20
    index.write([a_document("d05", 2, title="newer"), a_document("d30", 2, title="newer")])
    sent.clear()
    assert index.rebuild(documents, resume=True) == 40
    assert len(sent) == 20 + 1  # those that were not there, and the one that is newer there, which is not taken back
    assert ids(index, "newer") == {"d05", "d30"}
    assert list(indices(server, address).values()) == [{STAMP}]


def test_one_that_does_not_resume_takes_nothing_over(
    index: ElasticIndex, server: Elasticsearch, address: Address
) -> None:
    index.rebuild([])

    def dying() -> Iterator[Change]:
        yield a_document("a")
        index.write([a_document("of-another-life", 9)])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(dying())
    assert len(indices(server, address)) == 2
    assert index.rebuild([a_document("a")]) == 1
    assert ids(index) == {"a"}
    assert len(indices(server, address)) == 1


def test_of_two_rebuilds_the_later_one_wins_and_the_other_is_told(index: ElasticIndex) -> None:
    index.rebuild([])

    def overtaken() -> Iterator[Change]:
        yield a_document("first")
        index.rebuild([a_document("second")])

    assert code_of(lambda: index.rebuild(overtaken())) == "rebuild_running"
    assert ids(index) == {"second"}


def test_what_is_not_the_next_index_any_more_does_not_become_the_current_one(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.rebuild([a_document("old")])
    catalogue = index._catalogue
    monkeypatch.setattr(catalogue, "sweep", lambda **_: None)  # the moment before what was replaced is removed
    first, second = catalogue.begin(), catalogue.begin()
    assert code_of(lambda: catalogue.publish(first)) == "rebuild_running"
    assert ids(index) == {"old"}
    catalogue.publish(second)
    assert ids(index) == set()


def test_two_that_resume_build_together(index: ElasticIndex) -> None:
    def together() -> Iterator[Change]:
        yield a_document("a")
        index.rebuild([a_document("a"), a_document("b")], resume=True)
        yield a_document("b")

    assert index.rebuild(together()) == 2
    assert ids(index) == {"a", "b"}


# The proof


@pytest.mark.parametrize("damage", ["lost", "other", "hidden"])
def test_what_cant_be_proven_does_not_become_the_index(
    index: ElasticIndex, server: Elasticsearch, address: Address, damage: str
) -> None:
    index.rebuild([a_document("old")])
    alias = f"{address.name}.{STAMP}.next"

    def documents() -> Iterator[Change]:
        for number in range((writer.UNDER_WAY + 1) * elastic_rebuild._BATCH + 1):
            yield a_document(f"d{number:04}")
        # The first batch has been stored by now: no more than so many are under way.
        good = body(a_document("d0000"))
        versioned: dict[str, Any] = {"index": alias, "id": "d0000", "version": 1, "version_type": "external_gte"}
        match damage:
            case "lost":
                server.delete(**versioned)
            case "other":
                server.index(**versioned, document={**good, "tag": ["other"]})
            case "hidden":
                server.index(**versioned, document={"live": False})

    assert code_of(lambda: index.rebuild(documents())) == "rebuild_unproven"
    assert ids(index) == {"old"}
    assert len(indices(server, address)) == 1, "what was not proven is not taken up again"


# Limits of the server

DEEPEST = (
    "".join(f"(a{level} OR b{level} -(c{level} OR d -" for level in range(MAX_DEPTH // 2))
    + "e"
    + "))" * (MAX_DEPTH // 2)
)


@pytest.mark.parametrize(
    "query",
    [
        DEEPEST,
        DEEPEST.replace("-(", "("),
        " OR ".join(f"word{number}" for number in range(MAX_CONDITIONS)),
        " ".join(f"-word{number}" for number in range(MAX_CONDITIONS)),
        " OR ".join(f"{letter}{letter}*" for letter in "abcdefghij"[:MAX_PREFIXES]),
        "x" * MAX_LENGTH,
        "東" * MAX_TERMS,
        " ".join("東京" * 5 for _ in range(MAX_CONDITIONS)),
        "$" * MAX_TERMS,
        " ".join(f"ab{letter}-cd{letter}-ef" for letter in "abcdefghijklmnopqrstuvwxy" * 2),
        'field.{}:"{}"'.format("名" * 300, "word " * 100),
        "width>=999999999999999 size>999999999tb created>9999 updated<0001",
    ],
)
def test_no_query_that_can_be_asked_is_an_error_of_the_server(index: ElasticIndex, query: str) -> None:
    index.rebuild([a_document("a", title="a0")])
    for sort in (Sort.RELEVANCE, Sort.TITLE):
        index.search(parse(query), Page(sort=sort), facets=("tag", "kind"))


def test_more_words_than_the_server_takes_are_refused_as_a_query(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.rebuild([])
    many = parse(" OR ".join(f"word{number}" for number in range(MAX_CONDITIONS)))
    crowded = {"bool": {"should": [{"term": {"tag": {"value": f"t{number}"}}} for number in range(70_000)]}}
    monkeypatch.setattr("search.engines.elastic_search.everything_that", lambda query: crowded)
    with pytest.raises(QueryError) as refused:
        index.search(many, Page(sort=Sort.TITLE))
    assert refused.value.code == "query_invalid"


def test_own_fields_with_the_longest_names_are_told_apart(index: ElasticIndex) -> None:
    names = ["名" * 150 + "a", "名" * 150 + "b", "\U00020000" * 120, "n" * 126, "n" * 127]
    word = "\U00010428" * 64
    index.rebuild([a_document(f"d{number}", fields={name: f"{word} end"}) for number, name in enumerate(names)])
    for number, name in enumerate(names):
        assert ids(index, f"field.{name}:{word}") == {f"d{number}"}
        assert ids(index, f'field.{name}:"{word} end"') == {f"d{number}"}
        assert ids(index, f"field.{name}:{word[:9]}*") == {f"d{number}"}


def test_the_largest_sequence_there_can_be(index: ElasticIndex) -> None:
    index.rebuild([])
    index.write([a_document("a", 2**63 - 2), a_document("zero", 0)])
    index.write([a_document("a", 2**63 - 3, title="late")])
    assert index.sequences(["a", "zero"]) == {"a": 2**63 - 2, "zero": 0}
    assert ids(index, "late") == set()


def test_far_pages_are_given(index: ElasticIndex) -> None:
    documents = [a_document(f"d{number:05}", minute=number) for number in range(12_000)]
    assert index.rebuild(documents) == 12_000
    page, seen = Page(limit=200, sort=Sort.OLDEST), list[str]()
    while True:
        hits = index.search(Everything(), page)
        assert hits.total == 12_000
        seen += hits.ids
        if hits.next is None:
            break
        page = replace(page, cursor=hits.next)
    assert seen == [document.id for document in documents]


# A server that says no


def test_one_document_that_is_refused_is_an_error_with_its_name(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.rebuild([])
    real = body

    def broken(change: Change) -> dict[str, Any]:
        return {**real(change), "unknown": 1} if change.id == "bad" else real(change)

    monkeypatch.setattr("search.engines.elastic_writer.body", broken)
    with pytest.raises(SearchUnavailable) as refused:
        index.write([a_document("good"), a_document("bad")])
    assert refused.value.code == "write_failed"
    assert "bad" in refused.value.detail
    assert "strict_dynamic_mapping_exception" in refused.value.detail


def test_an_index_that_takes_no_writes_is_reported(
    index: ElasticIndex, server: Elasticsearch, address: Address
) -> None:
    index.rebuild([a_document("a")])
    server.indices.put_settings(index=f"{address.name}.*", settings={"index.blocks.write": True})
    assert code_of(lambda: index.write([a_document("b")])) == "write_failed"
    assert ids(index) == {"a"}


def test_a_server_that_is_not_there_is_reported_at_once(address: Address) -> None:
    index = ElasticIndex(replace(address, port=1))
    for action in (lambda: ids(index), lambda: index.sequences([]), lambda: index.rebuild([])):
        assert code_of(action) == "engine_unavailable"


def test_documents_of_every_kind_are_compared_as_they_were_sent(index: ElasticIndex) -> None:
    odd: list[Document | Tombstone] = [
        a_document("a", title="\0\x07 \u2028 \U0001f384", tags=("\0x", "é", "e\u0301"), fields={"x\ud800": "\ud800y"}),
        a_document("b", size=2**63 - 1, width=0),
        Tombstone("c", 5),
    ]
    assert index.rebuild(odd) == 2

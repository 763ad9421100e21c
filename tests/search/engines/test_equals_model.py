"""Random documents and random queries: an engine gives what the plain model gives, page by page."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dam.ports.search import SearchIndex
from search.analysis import needle
from search.document import Change, Tombstone
from search.engines.tantivy import TantivyIndex
from search.query import And, Everything, Is, Not, Or, Phrase, Prefix, Query, Word
from search.results import Page, Sort
from tests.search.documents import a_document
from tests.search.model import NaiveIndex

ATOMS = ["hero", "Banner", "heroBanner", "spring", "v2", "ban", "Café", "cafe", "東京タワー", "京", "a", "2026", "🎄"]
TEXTS = st.lists(st.sampled_from([*ATOMS, "_", "-", "\u202e", "\ud800", "x" * 70]), max_size=5).flatmap(
    lambda pieces: st.sampled_from(["", " ", "_"]).map(lambda glue: glue.join(pieces))
)
VALUES = st.lists(
    st.sampled_from(["Hero", "hero", "spring sale", "Spring  Sale", "", "京", "\ud800x"]), max_size=3
).map(tuple)
SEQS = st.integers(1, 4)
IDS = st.sampled_from([f"d{i}" for i in range(8)])

DOCUMENTS = st.builds(
    a_document,
    IDS,
    SEQS,
    title=TEXTS,
    description=TEXTS,
    filenames=st.lists(TEXTS, max_size=2).map(tuple),
    tags=VALUES,
    campaigns=VALUES,
    kind=st.sampled_from(["image", "video", ""]),
    statuses=st.sampled_from([("draft",), ("approved", "draft"), ()]),
    fields=st.dictionaries(st.just("alt"), TEXTS),
    minute=st.integers(0, 3),
)
# One content for each id and sequence, as the database has it: what an equal sequence repeats is the same.
CHANGES = st.lists(DOCUMENTS | st.builds(Tombstone, IDS, SEQS), max_size=14, unique_by=lambda c: (c.id, c.index_seq))

SEARCHABLE = TEXTS.filter(lambda text: bool(needle(text).tokens))
LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.just(Everything()),
    st.builds(Word, SEARCHABLE),
    st.builds(Word, st.sampled_from(["ero", "hero_ban", "robann", "nner", "京タ", "roBA", "v"])),
    st.builds(Phrase, SEARCHABLE),
    st.builds(Prefix, SEARCHABLE),
    st.builds(Prefix, st.sampled_from(["he", "spring ba", "京", "xx"])),
    st.builds(
        Is, st.sampled_from(["tag", "campaign", "kind", "status"]), st.sampled_from(["HERO", "Spring sale", "image"])
    ),
)


def _combined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, inner)


QUERIES = st.recursive(LEAVES, _combined, max_leaves=5)
FACETS = ("tag", "campaign", "kind", "status")


def _answers(index: SearchIndex, query: Query, sort: Sort) -> list[object]:
    """All pages of three."""
    answers: list[object] = []
    page: Page | None = Page(3, sort=sort)
    while page is not None:
        hits = index.search(query, page, facets=FACETS)
        answers.append((hits.ids, hits.total, hits.facets))
        page = Page(3, hits.next, sort) if hits.next else None
    return answers


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES, st.lists(QUERIES, min_size=3, max_size=6))
def test_tantivy_equals_the_model(changes: list[Change], queries: list[Query]) -> None:
    model = NaiveIndex()
    model.write(changes)
    with tempfile.TemporaryDirectory() as home:
        index = TantivyIndex(Path(home))
        half = len(changes) // 2
        index.rebuild(changes[:half])
        index.write(changes[half:])
        for query in queries:
            for sort in Sort:
                assert _answers(index, query, sort) == _answers(model, query, sort)
        index.close()


@settings(max_examples=12, deadline=None)
@given(CHANGES, st.data())
def test_late_repeated_and_shuffled_writes_end_alike(changes: list[Change], data: st.DataObject) -> None:
    model = NaiveIndex()
    model.write(changes)
    shuffled = data.draw(st.permutations(changes + changes))
    with tempfile.TemporaryDirectory() as home:
        index = TantivyIndex(Path(home))
        index.rebuild([])
        while shuffled:
            size = data.draw(st.integers(1, 10))
            batch, shuffled = shuffled[:size], shuffled[size:]
            index.write(batch)
        ids = [change.id for change in changes]
        assert index.sequences(ids) == model.sequences(ids)
        assert _answers(index, Everything(), Sort.TITLE) == _answers(model, Everything(), Sort.TITLE)
        index.close()

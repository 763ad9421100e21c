"""Random documents and random queries, and the comparison of an engine with the plain model, page by page.

Rule: what any engine can be held to, wherever it runs; a test module gives the index.
"""

from datetime import timedelta

from hypothesis import strategies as st

from dam.ports.search import SearchIndex
from search.analysis import needle
from search.document import Change, Tombstone
from search.fields import FACETS
from search.projection import SPOKEN_WORDS
from search.query import (
    And,
    Begins,
    Between,
    During,
    Everything,
    Has,
    Is,
    Like,
    Not,
    Or,
    Own,
    Phrase,
    Prefix,
    Query,
    Word,
)
from search.results import Page, Sort
from tests.search import collection
from tests.search.documents import NOON, a_document
from tests.search.model import NaiveIndex

ATOMS = ["hero", "Banner", "heroBanner", "spring", "v2", "ban", "Café", "cafe", "東京タワー", "京", "a", "2026", "🎄"]
TEXTS = st.lists(st.sampled_from([*ATOMS, "_", "-", "\u202e", "\ud800", "x" * 70]), max_size=5).flatmap(
    lambda pieces: st.sampled_from(["", " ", "_"]).map(lambda glue: glue.join(pieces))
)
VALUES = st.lists(
    st.sampled_from(["Hero", "hero", "spring sale", "Spring  Sale", "", "京", "\ud800x"]), max_size=3
).map(tuple)
NUMBERS = st.none() | st.sampled_from([0, 1, 2, 3, 2**63 - 1])
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
    text=TEXTS,
    fields=st.dictionaries(st.sampled_from(["alt", "Alt", "rights of use"]), TEXTS),
    channels=VALUES,
    placements=VALUES,
    created_by=st.sampled_from(["", "Ada", "ada", "Café"]),
    media_type=st.sampled_from(["", "image/jpeg", "image/tiff", "video/mp4"]),
    version=st.none() | st.integers(1, 3),
    size=NUMBERS,
    width=NUMBERS,
    height=NUMBERS,
    duration=NUMBERS,
    pages=NUMBERS,
    colours=VALUES,
    colourspaces=VALUES,
    codecs=st.sampled_from([(), ("h264",), ("h264", "aac")]),
    minute=st.integers(0, 3),
)
# One content for each id and sequence, as the database has it: what an equal sequence repeats is the same.
CHANGES = st.lists(DOCUMENTS | st.builds(Tombstone, IDS, SEQS), max_size=14, unique_by=lambda c: (c.id, c.index_seq))

SEARCHABLE = TEXTS.filter(lambda text: bool(needle(text).tokens))
KEYS = st.sampled_from(["HERO", "Spring sale", "image", "draft", "approved", "jpg", "image/tiff", "ada", "京"])
NUMBER_NAMES = ("width", "height", "size", "version", "duration", "pages")
BOUNDS = st.none() | st.sampled_from([0, 1, 2, 3, 2**63 - 1])
MOMENTS = st.none() | st.integers(-1, 4).map(lambda minute: NOON + timedelta(minutes=minute))
LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.just(Everything()),
    st.builds(Word, SEARCHABLE),
    st.builds(Word, st.sampled_from(["ero", "hero_ban", "robann", "nner", "京タ", "roBA", "v"])),
    st.builds(Phrase, SEARCHABLE),
    st.builds(Prefix, SEARCHABLE),
    st.builds(Prefix, st.sampled_from(["he", "spring ba", "京", "xx"])),
    st.builds(Is, st.sampled_from([*FACETS, "by"]), KEYS),
    st.builds(Is, st.sampled_from(["tag", "channel", "placement", "colour", "colourspace"]), KEYS),
    st.builds(Begins, st.sampled_from([*FACETS, "by"]), st.sampled_from(["he", "SPRING", "im", "image/", "京", "ad"])),
    st.builds(Own, st.sampled_from(["alt", "rights_of_use", "none"]), SEARCHABLE, st.booleans()),
    st.builds(Own, st.just(SPOKEN_WORDS), SEARCHABLE, st.booleans()),
    st.builds(Own, st.just("alt"), st.sampled_from(["he", "京", "spring ba"]), st.booleans()),
    st.builds(
        Has, st.sampled_from([*FACETS, "title", "description", "approved", "width", "size", "field.alt", "spoken"])
    ),
    st.builds(Between, st.sampled_from([*NUMBER_NAMES]), st.integers(0, 4), BOUNDS),
    st.builds(Like, st.just("d0"), ids=st.lists(IDS, max_size=3).map(tuple)),
    st.builds(During, st.sampled_from(["created", "updated"]), st.just(""), MOMENTS, MOMENTS),
)


def _combined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, inner)


QUERIES = st.recursive(LEAVES, _combined, max_leaves=5)


def answers(index: SearchIndex, query: Query, sort: Sort, limit: int = 3) -> list[object]:
    """All pages."""
    found: list[object] = []
    page: Page | None = Page(limit, sort=sort)
    while page is not None:
        hits = index.search(query, page, facets=FACETS)
        found.append((hits.ids, hits.total, hits.facets))
        page = Page(limit, hits.next, sort) if hits.next else None
    return found


def compare(index: SearchIndex, changes: list[Change], queries: list[Query]) -> None:
    """Some of the changes come with a rebuild, the others later: then each query is answered as by the model."""
    model = NaiveIndex()
    model.write(changes)
    half = len(changes) // 2
    index.rebuild(changes[:half])
    index.write(changes[half:])
    for query in queries:
        for sort in Sort:
            assert answers(index, query, sort) == answers(model, query, sort)


def compare_shuffled(index: SearchIndex, changes: list[Change], data: st.DataObject) -> None:
    """Every change twice, in any order and any batches, ends as in the model."""
    model = NaiveIndex()
    model.write(changes)
    shuffled = data.draw(st.permutations(changes + changes))
    index.rebuild([])
    while shuffled:
        size = data.draw(st.integers(1, 10))
        batch, shuffled = shuffled[:size], shuffled[size:]
        index.write(batch)
    ids = [change.id for change in changes]
    assert index.sequences(ids) == model.sequences(ids)
    assert answers(index, Everything(), Sort.TITLE) == answers(model, Everything(), Sort.TITLE)


def fill(index: SearchIndex) -> None:
    """The listed collection, in several commits, so that an engine answers from several parts."""
    index.rebuild([])
    for begin in range(0, 48, 20):
        index.write(collection.documents()[begin : begin + 20])


def compare_listed(index: SearchIndex, model: SearchIndex, number: int) -> None:
    """The listed query of this number about that collection, by relevance and in one other order."""
    query, orders = collection.asked(collection.QUERIES[number]), list(Sort)
    for sort in (Sort.RELEVANCE, orders[number % len(orders)]):
        assert answers(index, query, sort, 17) == answers(model, query, sort, 17)

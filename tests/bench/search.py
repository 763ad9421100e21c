"""How long the embedded search takes: a page of twenty with four facets, and what writing costs."""

import random
import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from search.document import Document
from search.engines.tantivy import TantivyIndex
from search.fields import FACETS
from search.parse import parse
from search.results import Page
from tests.bench.row import Row, folder, seconds
from tests.search.documents import a_document

QUERIES = {
    "all": "",
    "common": "w1",
    "three": "w1 w2 w3",
    "rare": "w900",
    "prefix": "w1*",
    "fragment": "hoto_012",
    "filtered": "w1 kind:image -tag:tag1",
    "phrase": '"w1 w2"',
}


def measure(count: int = 5000, rounds: int = 30) -> list[Row]:
    """Building an index, the median of each query, of a page deep in the hits, and of writing 1 and 100 documents."""
    chance = random.Random(7)
    documents = [a_varied_document(number, chance) for number in range(count)]
    rows = []
    with folder() as place:
        index = TantivyIndex(place)
        built = count / seconds(lambda: index.rebuild(documents))
        rows.append(Row("search: building the index", built, "/s", f"{count} documents"))
        for name, text in QUERIES.items():
            query = parse(text)
            hits = index.search(query, Page(limit=1)).total
            found = _median_ms(partial(index.search, query, Page(limit=20), facets=FACETS), rounds)
            rows.append(Row(f"search: {name}", found, "ms", f"{hits} hits, a page of 20, every facet"))
        rows.append(Row("search: deep page", _median_ms(_deep_page(index), rounds), "ms", "after 1,000 hits"))
        for size in (1, 100):
            taken = _median_ms(partial(_write, index, documents[:size]), rounds // 3)
            rows.append(Row(f"search: writing {size}", taken, "ms", "in one commit"))
        index.close()
    return rows


def a_varied_document(number: int, chance: random.Random) -> Document:
    """One as people have them, with some words that many have."""

    def some(size: int) -> str:
        # Few words are common and many rare, as in any language.
        return " ".join(f"w{int(1000 ** chance.random())}" for _ in range(size))

    document = a_document(
        f"asset-{number}",
        title=some(4),
        description=some(30),
        filenames=(f"Photo_{number:05}-Final.jpg",),
        tags=tuple(f"tag{int(300 ** chance.random())}" for _ in range(4)),
        campaigns=(f"campaign {chance.randrange(20)}",),
        kind=chance.choice(("image", "image", "video", "document")),
    )
    return replace(document, created_at=document.created_at + timedelta(seconds=chance.randrange(10**7)))


def _deep_page(index: TantivyIndex) -> Callable[[], object]:
    query, cursor = parse("w1"), None
    for _ in range(10):
        cursor = index.search(query, Page(100, cursor)).next or cursor
    return lambda: index.search(query, Page(20, cursor), facets=FACETS)


def _write(index: TantivyIndex, documents: list[Document]) -> None:
    known = index.sequences([document.id for document in documents])
    index.write([replace(document, index_seq=known[document.id] + 1) for document in documents])


def _median_ms(action: Callable[[], object], rounds: int) -> float:
    return 1000 * statistics.median(seconds(action) for _ in range(max(1, rounds)))

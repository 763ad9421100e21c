"""A whole index built in Elasticsearch from documents, against the bare client's ``helpers.bulk``.

Rule: both end with the same rows, visible, in an index of the same mapping; the bare way is handed its rows ready-made.
What only we do is measured with it: the projection of each document, versions, every answer looked at, the proof, the
new index, its alias, and the removal of the old one. In our favour: the bare client sends one request at a time, as it
does by default, and the texts are plain ASCII, whose projection is the quickest. No database is read in either way.
"""

import random
import secrets
from collections.abc import Mapping
from contextlib import closing

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from search.engines.elastic import ElasticIndex
from search.engines.elastic_schema import MAPPINGS, SETTINGS, body
from tests.bench.row import Row, in_turns, seconds
from tests.bench.search import a_varied_document
from tests.stack.suites.indices import named


def measure(urls: Mapping[str, str], count: int = 10_000, rounds: int = 5) -> list[Row]:
    """How fast ``count`` documents become searchable."""
    chance = random.Random(7)
    documents = [a_varied_document(number, chance) for number in range(count)]
    rows = {document.id: body(document) for document in documents}
    with (
        Elasticsearch(urls["elasticsearch"]) as client,
        named(urls["elasticsearch"]) as address,
        closing(ElasticIndex(address)) as index,
    ):
        turns = in_turns(
            rounds + 1,  # the first is the server's warming up
            lambda: _bare(client, rows),
            lambda: seconds(lambda: index.rebuild(documents)),
        ).without_first()
    figure = 100 * turns.ratio(0, 1)
    how = f"{count} documents in {turns.median(1):.2f} s, read-back of a sample included; bare {turns.median(0):.2f} s"
    return [Row("indexing: speed of bare helpers.bulk", figure, "%", how, least=70)]


def _bare(client: Elasticsearch, rows: Mapping[str, object]) -> float:
    name = f"bench-{secrets.token_hex(8)}"
    client.indices.create(index=name, mappings=MAPPINGS, settings=SETTINGS)

    def send() -> None:
        bulk(client, ({"_index": name, "_id": id_, "_source": row} for id_, row in rows.items()))
        client.indices.refresh(index=name)

    taken = seconds(send)
    client.indices.delete(index=name)
    return taken

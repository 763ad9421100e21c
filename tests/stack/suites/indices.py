"""Indices for the suites: each test has a name of its own on the server, and leaves nothing there."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from elasticsearch import Elasticsearch

from search.engines.elastic import ElasticIndex
from search.engines.elastic_address import Address


@contextmanager
def named(url: str) -> Iterator[Address]:
    """A name of which there is no index yet; what there is of it at the end is removed."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    address = Address(parts.hostname, parts.port, f"test-{secrets.token_hex(8)}", secure=False)
    try:
        yield address
    finally:
        with Elasticsearch(url) as client:
            if there := list(client.indices.get(index=f"{address.name}.*").body):
                client.indices.delete(index=there)


@contextmanager
def empty(url: str) -> Iterator[ElasticIndex]:
    """An index with nothing in it."""
    with named(url) as address:
        index = ElasticIndex(address)
        index.rebuild([])
        yield index
        index.close()

"""The fields of an index in Elasticsearch, and a change as one of its documents.

Rule: the projection's names, nothing else (``dynamic: strict``). Raise the number in ``STAMP`` with any change here.
Texts are indexed by the server's whitespace analyzer, because their tokens are ours; keywords and keys as they are. A
tombstone is a document without any of them, which nothing finds. ``index_seq`` is the document's external version.
"""

import hashlib
from typing import Any

from search import analysis, projection
from search.analysis import MAX_WORD
from search.document import Change, Document
from search.fields import FACETS
from search.projection import FRAGMENTS, KEYWORDS, NUMBERS, OWN_WORDS, RANKS, project

#: The stamp of an index, a part of its name: another one can't be searched by this code.
STAMP = f"1-{projection.VERSION}-{analysis.VERSION}"

KEYS = ("key_created", "key_updated", "key_title", "key_size")

#: One shard: its counts of facets are exact, and it holds two thousand million documents.
SETTINGS: dict[str, Any] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}

_LONGEST_TOKEN = 255  # UTF-16 units: the whitespace analyzer cuts what is longer
# Beginnings from one character: the server counts UTF-16 units when it asks, and characters when it indexes.
_PREFIXES = {"min_chars": 1, "max_chars": 8}


def _mappings() -> dict[str, Any]:
    text = {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "positions"}
    looked_for = {"type": "keyword", "doc_values": False}
    fields: dict[str, Any] = {"live": {"type": "boolean", "doc_values": False}}
    fields |= {name: {**text, "index_prefixes": _PREFIXES} for name in RANKS}
    fields |= dict.fromkeys((FRAGMENTS, OWN_WORDS), text)
    fields |= dict.fromkeys(KEYWORDS, looked_for)
    fields |= {facet_field(name): {"type": "keyword", "index": False} for name in FACETS}
    fields |= {name: {"type": "long"} for name in NUMBERS}
    fields |= {name: {"type": "keyword", "index": False} for name in KEYS}
    return {"dynamic": "strict", "properties": fields}


def facet_field(name: str) -> str:
    """Where a facet's values are kept as they were written."""
    return f"facet_{name}"


MAPPINGS = _mappings()


def body(change: Change) -> dict[str, Any]:
    """What is stored of a change, beside its id and its ``index_seq``."""
    if not isinstance(change, Document):
        return {"live": False}
    projected = project(change)
    texts = {**projected.texts, OWN_WORDS: " ".join(map(own_token, projected.texts[OWN_WORDS].split(" ")))}
    return {
        "live": True,
        **texts,
        **{name: list(values) for name, values in projected.keywords.items()},
        **{facet_field(name): list(values) for name, values in projected.facets.items()},
        **projected.numbers,
        **projected.keys,
    }


def own_token(token: str) -> str:
    """A token of an own field (``projection.own_word``), in no more than the analyzer takes for one: of a long name,
    only its digest is left. By the name alone, so that beginnings of words stay beginnings."""
    name, separator, word = token.rpartition("=")
    if _units(name) + len(separator) + 2 * MAX_WORD <= _LONGEST_TOKEN:
        return token
    return f"{hashlib.sha256(name.encode()).hexdigest()}={word}"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

"""Every engine that the shared suites run on. Rule: an engine is one line here: from an empty directory to an index."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dam.ports.search import SearchIndex
from search.engines.tantivy import TantivyIndex

ENGINES: Mapping[str, Callable[[Path], SearchIndex]] = {
    "tantivy": TantivyIndex,
}

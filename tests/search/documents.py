"""Documents for tests of search."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from search.document import Document

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_document(id_: str = "a1", index_seq: int = 1, **differences: Any) -> Document:
    """A small document; ``minute`` moves both of its times."""
    when = NOON + timedelta(minutes=differences.pop("minute", 0))
    plain = Document(id_, index_seq, "Untitled", "", (), (), (), "image", ("draft",), when, when)
    return replace(plain, **differences)

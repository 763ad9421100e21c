"""The words of documents, which stand beside what else is written in a file: only who asks for them reads them.

Rule: a fact has them in ``embedded``, as ``dam.domain.embedded`` says; a row has them in a column of their own, so that
a list costs the same whatever is in its documents. Split and joined here alone.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from dam.domain.assets import Content
from dam.store.codec import fact_of, row_of
from dam.store.tables import contents

_TEXT = "text"

WITHOUT = [column for column in contents.c if column.name != _TEXT]
"""The columns of a content as lists read it."""


def split(embedded: Mapping[str, object] | None) -> dict[str, Any]:
    """What is written in a file, as its two columns."""
    rest = None if embedded is None else {name: said for name, said in embedded.items() if name != _TEXT}
    return {"embedded": rest, _TEXT: None if embedded is None else embedded.get(_TEXT)}


def row_of_content(content: Content) -> dict[str, Any]:
    """As its columns."""
    return row_of(content) | split(content.embedded)


def content_of(row: RowMapping) -> Content:
    """The content that a whole row says."""
    said = row["embedded"] if row[_TEXT] is None else {**(row["embedded"] or {}), _TEXT: row[_TEXT]}
    return fact_of(Content, {**row, "embedded": said})

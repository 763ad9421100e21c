"""The fields of the embedded index, and a change as a tantivy document.

Rule: the projection's names, and what the guarded upsert needs. Raise the number in ``STAMP`` with any change here.
Texts are indexed by the whitespace tokenizer (tokens are ours), keywords and keys raw. Facets and keys are used as
columns only, but tantivy has no text column without an index.
"""

from tantivy import Document as TantivyDocument
from tantivy import Schema, SchemaBuilder

from search import analysis, projection
from search.document import Change, Document, to_json
from search.fields import FACETS
from search.projection import FRAGMENTS, KEYWORDS, NUMBERS, OWN_WORDS, RANKS, project

#: The stamp of an index: another one can't be searched by this code.
STAMP = f"tantivy-2/{projection.VERSION}/{analysis.VERSION}"

KEYS = ("key_created", "key_updated", "key_title", "key_size")


def _build() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("index_seq", fast=True)
    builder.add_unsigned_field("write_no", indexed=True, fast=True)
    builder.add_boolean_field("live", indexed=True)
    builder.add_bytes_field("source", stored=True)
    for name in (*RANKS, FRAGMENTS, OWN_WORDS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in KEYWORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(f"facet_{name}", fast=True, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in KEYS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = _build()


def to_tantivy(change: Change, write_no: int) -> TantivyDocument:
    """``write_no`` numbers the writes of one generation; a tombstone has neither texts nor ``live``."""
    row = TantivyDocument()
    row.add_text("id", change.id)
    row.add_unsigned("index_seq", change.index_seq)
    row.add_unsigned("write_no", write_no)
    row.add_bytes("source", to_json(change))
    if isinstance(change, Document):
        _add_projection(row, change)
    return row


def _add_projection(row: TantivyDocument, document: Document) -> None:
    projected = project(document)
    row.add_boolean("live", value=True)
    for name, text in (*projected.texts.items(), *projected.keys.items()):
        row.add_text(name, text)
    for name in KEYWORDS:
        for value in projected.keywords[name]:
            row.add_text(name, value)
    for name in FACETS:
        for value in projected.facets[name]:
            row.add_text(f"facet_{name}", value)
    for name, number in projected.numbers.items():
        row.add_unsigned(name, number)

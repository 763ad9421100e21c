"""Pages and cursors: what is refused, and that a cursor fits its query only."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.document import Document, Tombstone, from_json, to_json
from search.errors import PageError
from search.fields import FACETS
from search.projection import id_of, sort_key
from search.query import Everything, Word
from search.results import Page, Place, Sort, check_facets, decode_cursor, encode_cursor
from tests.search.documents import a_document

KEY = sort_key(b"12345678", "zz")


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_is_bounded(limit: int) -> None:
    with pytest.raises(PageError) as refused:
        Page(limit=limit)
    assert refused.value.code == "limit_invalid"


def test_orders_have_names() -> None:
    assert Sort.named("title") is Sort.TITLE
    with pytest.raises(PageError) as refused:
        Sort.named("colour")
    assert refused.value.code == "sort_unknown"
    with pytest.raises(PageError, match="did you mean title"):
        Sort.named("titel")


def test_facets_have_names() -> None:
    check_facets(FACETS)
    with pytest.raises(PageError, match="did you mean campaign") as refused:
        check_facets(("tag", "campain"))
    assert refused.value.code == "facet_unknown"


def test_a_cursor_round_trips() -> None:
    cursor = encode_cursor(Word("\ud800"), Sort.TITLE, Place(2, KEY))
    assert decode_cursor(Word("\ud800"), Sort.TITLE, cursor) == Place(2, KEY)
    assert cursor.replace("-", "a").replace("_", "a").isalnum()


def _forged(rank: object, key: object) -> str:
    belonging = json.loads(_opened(encode_cursor(Everything(), Sort.TITLE, Place(0, KEY))))[0]
    return base64.urlsafe_b64encode(json.dumps([belonging, rank, key]).encode()).decode()


def _opened(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "AAAA" * 2000,
        encode_cursor(Everything(), Sort.NEWEST, Place(0, KEY)),
        encode_cursor(Word("a"), Sort.TITLE, Place(0, KEY)),
        base64.urlsafe_b64encode(b"[" * 2900).decode(),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
        base64.urlsafe_b64encode(b"[1,2]").decode(),
        _forged(-1, KEY),
        _forged(10**9, KEY),
        _forged("0", KEY),
        _forged(0, 7),
        _forged(0, ""),
        _forged(0, "00"),
        _forged(0, KEY.upper()),
        _forged(0, f"{KEY[:2]} {KEY[2:]}"),
        _forged(0, "* TO *} OR live:true"),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(PageError) as refused:
        decode_cursor(Everything(), Sort.TITLE, cursor)
    assert refused.value.code == "cursor_invalid"


@given(st.text(max_size=100))
def test_any_cursor_is_refused_cleanly(cursor: str) -> None:
    with pytest.raises(PageError):
        decode_cursor(Everything(), Sort.TITLE, cursor)


@given(
    st.binary(max_size=8).map(lambda value: value.replace(b"\0", b"")), st.from_regex(r"[0-9a-z]{1,9}", fullmatch=True)
)
def test_a_sort_key_gives_its_id_back(value: bytes, id_: str) -> None:
    assert id_of(sort_key(value, id_)) == id_


@given(st.text(st.characters(exclude_categories=[])), st.lists(st.text(st.characters(exclude_categories=[]))))
def test_a_document_survives_its_json_form(text: str, values: list[str]) -> None:
    document = a_document(title=text, tags=tuple(values), filenames=(text,), fields={text: text})
    assert from_json(to_json(document)) == document
    assert from_json(to_json(Tombstone("a", 4))) == Tombstone("a", 4)


@pytest.mark.parametrize(
    ("id_", "seq"), [("", 1), ("a b", 1), ("é", 1), ("a\0", 1), ("a" * 129, 1), ("a", -1), ("a", 2**63)]
)
def test_an_identity_that_the_index_can_not_hold_is_a_mistake(id_: str, seq: int) -> None:
    with pytest.raises(ValueError):
        a_document(id_, seq)
    with pytest.raises(ValueError):
        Tombstone(id_, seq)


@pytest.mark.parametrize("wrong", [{"width": -1}, {"size": 2**63}, {"version": -3}])
def test_a_number_that_the_index_can_not_hold_is_a_mistake(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        a_document(**wrong)


def test_times_are_aware() -> None:
    plain = a_document()
    naive = plain.created_at.replace(tzinfo=None)
    with pytest.raises(ValueError):
        Document("a", 1, "", "", (), (), (), "", (), naive, plain.updated_at)

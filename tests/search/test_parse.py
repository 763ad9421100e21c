"""The query language: what parses to what, and what is refused where."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.errors import QueryError
from search.parse import MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, parse
from search.query import And, Everything, Is, Not, Or, Phrase, Prefix, Query, Word

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        (" \n\u3000", Everything()),
        ("a", A),
        ("a b c", And((A, B, C))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("(a)(b)", And((A, B))),
        ("-a", Not(A)),
        ("-(a OR b)", Not(Or((A, B)))),
        ('-"a b"', Not(Phrase("a b"))),
        ('"a OR b"', Phrase("a OR b")),
        ("a or b", And((A, Word("or"), B))),
        ("ORANGE fOR", And((Word("ORANGE"), Word("fOR")))),
        ("ban*", Prefix("ban")),
        ("(ban*)", Prefix("ban")),
        ("hero_ban*", Prefix("hero_ban")),
        ("京*", Prefix("京")),
        ("tag:hero", Is("tag", "hero")),
        ("TAG:Hero", Is("tag", "Hero")),
        ("tag: hero", Is("tag", "hero")),
        ('campaign:"spring sale"', Is("campaign", "spring sale")),
        ('campaign:"a(b*:-"', Is("campaign", "a(b*:-")),
        ("kind:image -status:draft", And((Is("kind", "image"), Not(Is("status", "draft"))))),
        ("v2-final_x.jpg", Word("v2-final_x.jpg")),
        ("12:30", Word("12:30")),
        ("tag:2026:a", Is("tag", "2026:a")),
        ("photo (a).jpg", And((Word("photo"), A, Word(".jpg")))),
        ("a - b & c", And((A, B, C))),
        ("-", Everything()),
        ("-- (&)", Everything()),
        ("\u201ea\u201c", Word("\u201ea\u201c")),
    ],
)
def test_parses(text: str, tree: Query) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "found", "expected"),
    [
        ("a (b", 4, "", "a closing parenthesis"),
        ("a b) c", 3, ")", "the end"),
        ("()", 1, ")", "a word"),
        ("a OR", 4, "", "a word"),
        ("OR a", 0, "OR", "a word"),
        ('a "b', 2, '"', "a word"),
        ('a ""', 2, '""', "a word"),
        ("a*b", 1, "*", "a word"),
        ("*", 0, "*", "a word"),
        ("x a*", 2, "a*", "2 or more characters before *"),
        ("--a", 0, "-", "a word"),
        ("-&", 1, "&", "a word"),
        ("a OR &", 5, "&", "a word"),
        ("x size:3", 2, "size:", "tag:"),
        ("http://x", 0, "http:", "tag:"),
        ("width>=1600", 0, "width>=", "tag:"),
        ("created>2026-01-01", 0, "created>", "tag:"),
        ("missing:alt_text", 0, "missing:", "tag:"),
        ("tag:", 4, "", "a word"),
        ("tag:her*", 4, "her*", "a word"),
        ("tag:kind:x", 4, "kind:", "a word"),
        ("tag:(a)", 4, "(", "a word"),
        ('tag:" "', 4, '" "', "a value"),
        ("(" * (MAX_DEPTH + 1), MAX_DEPTH, "(", "a word"),
        ("é" * (MAX_LENGTH + 1), MAX_LENGTH, "é", "the end"),
    ],
)
def test_refuses_with_the_position_and_what_was_expected(text: str, position: int, found: str, expected: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    error = refused.value
    assert (error.code, error.position, error.found) == ("query_invalid", position, found)
    assert expected in error.expected
    assert error.detail


def test_conditions_are_bounded() -> None:
    parse("a " * MAX_CONDITIONS)
    with pytest.raises(QueryError):
        parse("a " * (MAX_CONDITIONS + 1))
    with pytest.raises(QueryError):
        parse(f"-({'a ' * MAX_CONDITIONS}) OR b")


def test_parentheses_in_quotation_marks_are_text() -> None:
    assert parse('"' + "(" * 50 + 'a"') == Phrase("(" * 50 + "a")
    parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)


PIECES = st.sampled_from(
    [
        "a",
        "OR",
        "(",
        ")",
        '"',
        "-",
        "*",
        "tag:",
        "kind:",
        "width>=",
        ":",
        " ",
        "\n",
        "京",
        "\ud800",
        "&",
        "\0",
        "\u202e",
    ]
)


@given(st.one_of(st.text(st.characters(exclude_categories=[]), max_size=80), st.lists(PIECES).map("".join)))
@example('a"' * 300)
@example("-" * 1000)
@example("a*" * 500)
@example("OR " * 333)
@example("((((((((((" + "-(a OR " * 100)
def test_any_text_parses_or_is_refused_quickly(text: str) -> None:
    began = time.process_time()
    error = _refusal(text)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert text.startswith(error.found, error.position) or not error.found
        assert error.expected
    assert time.process_time() - began < 1


def _refusal(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def test_many_threads_parse_at_once() -> None:
    texts = [f'w{i} (a{i} OR "b{i} c") -tag:t{i} p{i}*' for i in range(50)] + [f"x{i} (" for i in range(50)]

    def outcome(text: str) -> str:
        try:
            return repr(parse(text))
        except QueryError as error:
            return str(error)

    alone = [outcome(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, texts * 10)) == alone * 10

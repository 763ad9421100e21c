"""The query language: what parses to what, and what is refused where."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search import moments
from search.conditions import AN_ID
from search.errors import QueryError
from search.parse import MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, MAX_LIKES, MAX_PREFIXES, MAX_TERMS, parse
from search.projection import SPOKEN_WORDS
from search.query import (
    And,
    Begins,
    Between,
    Everything,
    Has,
    Is,
    Like,
    Not,
    Or,
    Own,
    Phrase,
    Prefix,
    Query,
    Word,
    likes,
    with_likes,
)

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
        ("width>=1600", Between("width", 1600)),
        ("WIDTH>1600", Between("width", 1601)),
        ("height<800", Between("height", 0, 799)),
        ("height<=800", Between("height", 0, 800)),
        ("height<0", Between("height", 0, -1)),
        ("version:2", Between("version", 2, 2)),
        ("version=2", Between("version", 2, 2)),
        ("version!=2", Not(Between("version", 2, 2))),
        ("-version=2", Not(Between("version", 2, 2))),
        ("width:800..1600", Between("width", 800, 1600)),
        ("width:800..", Between("width", 800)),
        ("width=..1600", Between("width", 0, 1600)),
        ('width>="1600"', Between("width", 1600)),
        ("width>= 1600", Between("width", 1600)),
        ("width:*", Has("width")),
        ("size>10mb", Between("size", 10_000_001)),
        ("duration>90", Between("duration", 90_001)),
        ("duration>=1:30", Between("duration", 90_000)),
        ("duration<1.5s", Between("duration", 0, 1_499)),
        ("duration<=1:02:03.5", Between("duration", 0, 3_723_500)),
        ("duration:2m", Between("duration", 120_000, 120_999)),
        ("duration!=2m", Not(Between("duration", 120_000, 120_999))),
        ("duration:2m..1h", Between("duration", 120_000, 3_600_000)),
        ("frame_rate:29.97", Between("frame_rate", 29_970, 29_970)),
        ("fps>25", Between("frame_rate", 25_001)),
        ("bit_depth>=16", Between("bit_depth", 16)),
        ("colorspace:CMYK", Is("colourspace", "CMYK")),
        ("size>=1.5KB", Between("size", 1500)),
        ("size<1kib", Between("size", 0, 1023)),
        ("size:1mb..2mb", Between("size", 1_000_000, 2_000_000)),
        ("size<=999999999999999tb", Between("size", 0, 2**63 - 1)),
        ("tag:her*", Begins("tag", "her")),
        ("tag:*", Has("tag")),
        ("tag!=hero", Not(Is("tag", "hero"))),
        ("tag=hero", Is("tag", "hero")),
        ("placed:shop", Is("channel", "shop")),
        ("channel:Shop", Is("channel", "Shop")),
        ("placed:*", Has("channel")),
        ("-placed:*", Not(Has("channel"))),
        ("type:jpeg", Is("format", "jpeg")),
        ("format:image/jpeg", Is("format", "image/jpeg")),
        ("created_by:ada", Is("by", "ada")),
        ("status:Approved", Is("status", "Approved")),
        ("has:description", Has("description")),
        ("has:placed", Has("channel")),
        ("missing:tag", Not(Has("tag"))),
        ("missing:alt_text", Not(Has("field.alt_text"))),
        ('missing:"Alt text"', Not(Has("field.alt_text"))),
        ("has:field.tag", Has("field.tag")),
        ("field.alt_text:tulips", Own("alt_text", "tulips")),
        ('field.Alt_Text:"red tulips"', Own("alt_text", "red tulips")),
        ("field.alt_text=tul*", Own("alt_text", "tul", beginning=True)),
        ("field.alt_text:*", Has("field.alt_text")),
        ("-field.alt_text:x", Not(Own("alt_text", "x"))),
        ("field.x-y.z:a", Own("x-y.z", "a")),
        ("spoken:tulips", Own(SPOKEN_WORDS, "tulips")),
        ('Spoken="red tulips"', Own(SPOKEN_WORDS, "red tulips")),
        ("spoken:tul*", Own(SPOKEN_WORDS, "tul", beginning=True)),
        ("spoken:*", Has("spoken")),
        ("field.SPOKEN:x", Own("spoken", "x")),
        ("like:0193-a", Like("0193-a")),
        ('-like:"0193-a"', Not(Like("0193-a"))),
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
        ("x length:3", 2, "length:", "tag:"),
        ("http://x", 0, "http:", "tag:"),
        ("widht>=1600", 0, "widht>=", "width:"),
        ("a=b", 0, "a=", "field.NAME:"),
        ("x tag>3", 2, "tag>", "tag:"),
        ("field.alt<3", 0, "field.alt<", "field.alt:"),
        ("x * y", 2, "*", "a word"),
        ("tag:h*", 4, "h*", "2 or more characters before *"),
        ("field.alt:h*", 10, "h*", "2 or more characters before *"),
        ("field.alt:&", 10, "&", "a value"),
        ("tag:-x", 4, "-x", "a value"),
        ("has:*", 4, "*", "description"),
        ("missing:-x", 8, "-x", "a value"),
        ("kind:pixture", 5, "pixture", "image"),
        ('status:"aproved"', 7, '"aproved"', "approved"),
        ("width>=wide", 7, "wide", "a whole number such as 1600"),
        ("width:1e3", 6, "1e3", "a whole number such as 1600"),
        ("width>-3", 6, "-3", "a whole number such as 1600"),
        ("width:9..3", 6, "9..3", "the smaller end first"),
        ("width:..", 6, "..", "a single value"),
        ("width>1..3", 6, "1..3", "a single value"),
        ("width>*", 6, "*", "a single value"),
        ("version:*", 8, "*", "a single value"),
        ("like:*", 5, "*", AN_ID),
        ("like:01*", 5, "01*", AN_ID),
        ("like:-x", 5, "-x", "a value"),
        ("like:é", 5, "é", AN_ID),
        ('x like:"a b"', 7, '"a b"', AN_ID),
        ("like>a", 0, "like>", "like:"),
        ("size>10zb", 5, "10zb", "a size such as 500kb, 1.5mb or 2gb"),
        ("size>1ib", 5, "1ib", "a size such as 500kb, 1.5mb or 2gb"),
        ("created>2026-13", 8, "2026-13", moments.EXPECTED),
        ("created>2026-02-30", 8, "2026-02-30", moments.EXPECTED),
        ("created>0000", 8, "0000", moments.EXPECTED),
        ("created>-7x", 8, "-7x", moments.EXPECTED),
        ("created:-7d", 8, "-7d", "created>-7d"),
        ("created:2026-03..2026-01", 8, "2026-03..2026-01", "the earlier end first"),
        ("created:", 8, "", "a word"),
        ("tag:", 4, "", "a word"),
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


def test_prefixes_are_bounded() -> None:
    each = ("ab*", "tag:ab*", "field.x:ab*", "-ab*")
    parse(" ".join(each[i % 4] for i in range(MAX_PREFIXES)))
    with pytest.raises(QueryError) as refused:
        parse(" ".join(each[i % 4] for i in range(MAX_PREFIXES + 1)))
    assert "*" in refused.value.detail


def test_what_asks_for_looks_is_bounded_and_knows_where_it_stands() -> None:
    parse(" ".join(["-like:a"] * MAX_LIKES))
    with pytest.raises(QueryError) as refused:
        parse(" ".join(["-like:a"] * MAX_LIKES) + " (b OR like:a)")
    assert f"at most {MAX_LIKES} conditions with like:" in refused.value.detail
    text = 'b (like:a1 OR -like:"a2")'
    found = {each.asset: each.position for each in likes(parse(text))}
    assert found == {"a1": text.index("a1"), "a2": text.index("a2")}


def test_what_looks_alike_is_said_of_each_and_moves_no_cursor() -> None:
    asked = parse("b (like:a1 OR -like:a2)")
    found = with_likes(asked, lambda like: (f"{like.asset}-other",))
    assert [each.ids for each in likes(found)] == [("a1-other",), ("a2-other",)]
    assert (found != asked, repr(found)) == (True, repr(asked))


@pytest.mark.parametrize("each", ["東{}", "-東{}", '"東{}"', "field.x:東{}", "(a OR 東{})", "\ufdfa{}"])
def test_words_are_bounded_however_they_are_spelt(each: str) -> None:
    parse(each.format("京" * 400))
    with pytest.raises(QueryError) as refused:
        parse(each.format("京" * MAX_TERMS + " ぴ京"))
    assert f"at most {MAX_TERMS} words" in refused.value.detail


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("widht>3", "width"),
        ("campain:x", "campaign"),
        ("plased:x", "placed"),
        ("creatd>2026", "created"),
        ("mising:x", "missing"),
        ("kind:imagee", "image"),
        ("status:aproved", "approved"),
        ("status:rejcted", "rejected"),
    ],
)
def test_a_misspelling_is_told_what_is_near(text: str, meant: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert f"did you mean {meant}?" in refused.value.detail


def test_what_is_far_from_everything_is_told_nothing() -> None:
    with pytest.raises(QueryError) as refused:
        parse("xyzzy:1")
    assert "did you mean" not in refused.value.detail


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
        "created",
        "size",
        ">",
        "<=",
        "!=",
        "=",
        "..",
        "-7d",
        "2026-03",
        "1.5mb",
        "has:",
        "field.x:",
        "status:",
        "today",
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

"""Dates, relative dates and sizes: tables of what they stand for, and what holds for any text."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import amounts, moments
from search.parse import parse
from search.query import During

NOW = datetime(2026, 3, 31, 15, 30, 12, 345678, tzinfo=UTC)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-03", at(2026, 3, 1), at(2026, 4, 1)),
        ("2026-3", at(2026, 3, 1), at(2026, 4, 1)),
        ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        ("2026-03-31", at(2026, 3, 31), at(2026, 4, 1)),
        ("2024-02-29", at(2024, 2, 29), at(2024, 3, 1)),
        ("2026-03-31T12:30", at(2026, 3, 31, 12, 30), at(2026, 3, 31, 12, 31)),
        ("2026-03-31t23:59z", at(2026, 3, 31, 23, 59), at(2026, 4, 1)),
        ("today", at(2026, 3, 31), at(2026, 4, 1)),
        ("TODAY", at(2026, 3, 31), at(2026, 4, 1)),
        ("yesterday", at(2026, 3, 30), at(2026, 3, 31)),
        ("9999", at(9999, 1, 1), moments.LAST),
        ("9999-12-31", at(9999, 12, 31), moments.LAST),
    ],
)
def test_a_date_is_the_whole_of_what_was_written(text: str, begin: datetime, end: datetime) -> None:
    assert moments.span(text, NOW) == (begin, end)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("-2h", NOW - timedelta(hours=2)),
        ("-7d", NOW - timedelta(days=7)),
        ("-3W", NOW - timedelta(days=21)),
        ("-0d", NOW),
        ("-1m", NOW.replace(month=2, day=28)),
        ("-3m", NOW.replace(year=2025, month=12)),
        ("-1y", NOW.replace(year=2025)),
        ("-9999y", moments.FIRST),
        ("-9999m", NOW.replace(year=1192, month=12)),
    ],
)
def test_a_relative_date_is_one_instant(text: str, instant: datetime) -> None:
    assert moments.span(text, NOW) == (instant, instant + timedelta(microseconds=1))
    assert moments.is_relative(text)


def test_the_present_may_be_told_in_any_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=10)))
    assert moments.span("today", elsewhere) == moments.span("today", NOW)
    assert moments.span("-1m", elsewhere) == moments.span("-1m", NOW)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-00", "2026-02-30", "2026-1-1-1", "2026-03-31T25:00", "0000", "tomorrow", "-7", "7d",
     "-d", "-12345d", "2026-03-31T12", "٢٠٢٦", "2026-03-", "--7d"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moments.span(text, NOW)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("created:2026-03", at(2026, 3, 1), at(2026, 4, 1)),
        ("created=2026-03", at(2026, 3, 1), at(2026, 4, 1)),
        ("created>2026-03", at(2026, 4, 1), None),
        ("created>=2026-03", at(2026, 3, 1), None),
        ("created<2026-03", None, at(2026, 3, 1)),
        ("created<=2026-03", None, at(2026, 4, 1)),
        ("created:2025-12..2026-03", at(2025, 12, 1), at(2026, 4, 1)),
        ("created:2025..", at(2025, 1, 1), None),
        ("created:..yesterday", None, at(2026, 3, 31)),
        ("created>=-7d", NOW - timedelta(days=7), None),
        ("created<-7d", None, NOW - timedelta(days=7)),
        ("created:-1w..today", NOW - timedelta(days=7), at(2026, 4, 1)),
        ('created>"2026-03"', at(2026, 4, 1), None),
    ],
)
def test_a_comparison_takes_the_whole_of_a_date(text: str, begin: datetime | None, end: datetime | None) -> None:
    found = parse(text, NOW)
    assert isinstance(found, During)
    assert (found.begin, found.end) == (begin, end)


def test_what_was_asked_is_the_same_a_moment_later() -> None:
    asked, later = parse("created>-7d", NOW), parse("created>-7d", NOW + timedelta(seconds=1))
    assert asked != later
    assert repr(asked) == repr(later) != repr(parse("created>-8d", NOW))


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("512", 512), ("1b", 1), ("2kb", 2000), ("1.5MB", 1_500_000), ("1gb", 10**9), ("1kib", 1024),
     ("2MiB", 2 << 20), ("0.0005kb", 0), ("1.7", 1), ("999999999999999tb", amounts.LARGEST)],
)  # fmt: skip
def test_sizes(text: str, value: int) -> None:
    assert amounts.size(text) == value


@pytest.mark.parametrize("text", ["", "kb", "-1", "1,5mb", "1e3", "1 kb", "1pb", "1ib", ".5mb", "1" * 16, "٣"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        amounts.size(text)


ANY = st.text(max_size=30) | st.from_regex(r"-?\d{1,5}(-\d{0,3}){0,2}[hdwmyT:.]?\d{0,2}", fullmatch=True)


@given(ANY, st.datetimes(timezones=st.just(UTC)))
def test_any_text_is_a_span_or_no_date(text: str, now: datetime) -> None:
    try:
        begin, end = moments.span(text, now)
    except ValueError:
        return
    assert moments.FIRST <= begin <= end <= moments.LAST


@given(ANY)
def test_any_text_is_an_amount_or_none(text: str) -> None:
    for read in (amounts.number, amounts.size):
        with suppress(ValueError):
            assert 0 <= read(text) <= amounts.LARGEST

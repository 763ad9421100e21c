"""Dates as people write them, in UTC: what span of time one stands for.

Rule: pure; the present moment is a parameter. A year, a month, a day, a minute is the whole of it; a relative date
(``-7d``) is one instant. Whatever leaves the calendar ends at its edge.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta

EXPECTED = "a date such as 2026, 2026-03, 2026-03-31, 2026-03-31T12:00, today, yesterday, -12h, -7d, -2w, -6m or -1y"

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)(?:T(?P<hour>\d\d?):(?P<minute>\d\d)Z?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_AGO = re.compile(r"-(\d{1,4})([hdwmy])", re.ASCII | re.IGNORECASE)
_INSTANT = timedelta(microseconds=1)
_LENGTHS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MONTHS = {"m": 1, "y": 12}


def is_relative(text: str) -> bool:
    """Whether it is one instant, counted back from the present."""
    return _AGO.fullmatch(text) is not None


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """From when until before when. Raises ValueError for what is no date."""
    ago = _AGO.fullmatch(text)
    if ago is not None:
        begin = _back(now.astimezone(UTC), int(ago[1]), ago[2].lower())
        return begin, begin + _INSTANT
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match text.casefold():
        case "today":
            return today, _later(today, timedelta(days=1))
        case "yesterday":
            return _later(today, timedelta(days=-1)), today
        case _:
            return _written(text)


def _written(text: str) -> tuple[datetime, datetime]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(EXPECTED)
    year, month, day, hour, minute = (None if part is None else int(part) for part in found.groups())
    begin = datetime(year or 0, 1 if month is None else month, 1 if day is None else day, tzinfo=UTC)
    if hour is not None and minute is not None:
        begin = begin.replace(hour=hour, minute=minute)
        return begin, _later(begin, timedelta(minutes=1))
    if day is not None:
        return begin, _later(begin, timedelta(days=1))
    return begin, _moved(begin, 12 if month is None else 1)


def _back(now: datetime, number: int, unit: str) -> datetime:
    if unit in _LENGTHS:
        return _later(now, -number * _LENGTHS[unit])
    return _moved(now, -number * _MONTHS[unit])


def _later(when: datetime, by: timedelta) -> datetime:
    try:
        return when + by
    except OverflowError:
        return FIRST if by < timedelta(0) else LAST


def _moved(when: datetime, months: int) -> datetime:
    """By calendar months; a day that the month does not have is its last."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    if not FIRST.year <= year <= LAST.year:
        return FIRST if months < 0 else LAST
    day = min(when.day, calendar.monthrange(year, month + 1)[1])
    return when.replace(year=year, month=month + 1, day=day)

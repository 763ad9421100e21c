"""What one block says, in the words of ours: cleaned, cut, and without what can't be right.

Rule: values only; a value that breaks a bound is cut or left out in silence, since the file is shown all the same.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from workers.media.plan import LONGEST_KEYWORD, LONGEST_VALUE, MOST_KEYWORDS, Place, one_line

_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?", re.ASCII)


@dataclass(slots=True)
class Written:
    """``source``: one of ``plan.SOURCES``; ``fields`` by the names of ``plan.FIELDS``."""

    source: str
    fields: dict[str, str] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    place: Place | None = None

    def say(self, name: str, value: str) -> None:
        """What the field says, if anything."""
        if line := one_line(value, LONGEST_VALUE):
            self.fields[name] = line

    def expire(self, written: str) -> None:
        """Until when it may be used: a date, or a moment, as ISO 8601 writes them."""
        if is_moment(line := one_line(written, LONGEST_VALUE)):
            self.fields["expiry"] = line

    def take(self, written: str) -> None:
        """When it was taken, as EXIF writes it: by the camera's clock, which does not say where it hangs."""
        day, _, time = one_line(written, LONGEST_VALUE).partition(" ")
        if time and is_moment(line := f"{day.replace(':', '-')}T{time}"):
            self.fields["taken"] = line

    def offer(self, words: Iterable[str]) -> None:
        """Keywords, each once."""
        lines = (one_line(each, LONGEST_KEYWORD) for each in words)
        self.keywords = tuple(dict.fromkeys(filter(None, lines)))[:MOST_KEYWORDS]

    def locate(self, latitude: float | None, longitude: float | None) -> None:
        """Where it was taken, in degrees, if it can be a place on earth."""
        if latitude is not None and longitude is not None and is_place(latitude, longitude):
            self.place = (round(latitude, 6), round(longitude, 6))


def text(data: bytes, *, latin: bool = False) -> str:
    """UTF-8, or Latin-1 where it is not, or is said not to be."""
    data = data.split(b"\0")[0] if not latin else data
    try:
        return data.decode("latin-1" if latin else "utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_moment(written: str) -> bool:
    """Whether it is a year, a month, a day or a moment of the calendar."""
    try:
        if _DAY.fullmatch(written):
            date.fromisoformat((written + "-01-01")[:10])
        else:
            datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def is_place(latitude: float, longitude: float) -> bool:
    """Whether these are degrees on earth."""
    return math.isfinite(latitude + longitude) and abs(latitude) <= 90 and abs(longitude) <= 180

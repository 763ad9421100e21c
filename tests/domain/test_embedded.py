"""What is written in files, beside what people wrote here."""

import pytest

from dam.domain.embedded import Keywords, Location, Said, effective, fields, has_credentials, keywords, location

FILE = {
    "fields": {"alt_text": {"value": "Tulips", "source": "xmp"}, "rights": {"value": "Studio", "source": "exif"}},
    "keywords": {"values": ["red", "field"], "source": "iptc"},
    "location": {"latitude": 48.85, "longitude": 2.29, "source": "exif"},
    "c2pa": True,
}


def test_each_part_is_read() -> None:
    assert fields(FILE) == {"alt_text": Said("Tulips", "xmp"), "rights": Said("Studio", "exif")}
    assert keywords(FILE) == Keywords(("red", "field"), "iptc")
    assert location(FILE) == Location(48.85, 2.29, "exif")
    assert has_credentials(FILE)


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_file_that_tells_nothing_or_was_not_read(nothing: dict[str, object] | None) -> None:
    assert (fields(nothing), keywords(nothing), location(nothing)) == ({}, None, None)
    assert not has_credentials(nothing)
    assert effective({"rights": "Mine"}, nothing) == {"rights": Said("Mine", "person")}


@pytest.mark.parametrize("name", ["alt_text", "Alt Text", "ALT  TEXT", " alt_text "])
@pytest.mark.parametrize("value", ["A field", ""])
def test_what_a_person_wrote_wins_whatever_it_is_called_and_also_when_it_is_empty(name: str, value: str) -> None:
    assert effective({name: value}, FILE) == {name: Said(value, "person"), "rights": Said("Studio", "exif")}

"""What is written in a file reaches its fields and the search; where it was taken, only those who may."""

from typing import Any

import pytest

from dam.domain.principals import ROLES, Role
from tests.api.world import World
from tests.corpus import subtitled, written
from workers.drain import drain
from workers.media.studio import Studio
from workers.render import StudioRenderer

FILE = written.jpeg(exif_block=written.exif(artist="Ada", place=written.PLACE), xmp_block=written.FULL_XMP, c2pa=True)


def found(world: World, query: str) -> list[str]:
    return [each["id"] for each in world.get("assets", query_string={"q": query})["data"]]


def work(world: World) -> None:
    """Through the confined child."""
    with Studio() as studio:
        drain(world.services, StudioRenderer(studio))


@pytest.fixture
def asset(world: World) -> Any:
    made = world.asset(FILE, "tulips.jpg", title="Tulips", fields='{"rights": "Ours"}')
    work(world)
    return world.get(f"assets/{made['id']}")


def test_a_file_tells_and_a_person_wins(world: World, asset: Any) -> None:
    version = world.get(f"assets/{asset['id']}/versions/1")
    of_file = {name: (each["value"], each["source"]) for name, each in version["metadata"].items()}
    assert of_file == {name: (value, "xmp") for name, value in written.FULL_FIELDS.items()} | {
        "creator": ("Ada", "exif")
    }
    assert version["content_credentials"] == {
        "format": "c2pa", "checked": False, "original": "kept", "renditions": "dropped",
    }  # fmt: skip
    assert asset["metadata"]["rights"] == {"value": "Ours", "source": "person"}
    assert asset["metadata"]["alt_text"] == {"value": "Red tulips in a field", "source": "xmp"}
    assert (asset["fields"], asset["tags"]) == ({"rights": "Ours"}, [])  # nothing is copied, no tag is given
    assert version["keywords"] == {"values": ["tulips", "Frühling"], "source": "xmp"}
    assert found(world, "field.alt_text:tulips field.rights:ours has:creator") == [asset["id"]]
    assert found(world, "field.rights:studio OR tag:tulips OR missing:alt_text") == []
    change = {"fields": {"Alt text": "A meadow", "rights": None}}
    assert world.call("PATCH", f"assets/{asset['id']}", json=change, headers={"If-Match": "*"}).status_code == 200
    work(world)
    after = world.get(f"assets/{asset['id']}")["metadata"]
    assert "alt_text" not in after
    assert after["Alt text"] == {"value": "A meadow", "source": "person"}
    assert after["rights"] == {"value": "© 2026 Studio", "source": "xmp"}
    assert found(world, "field.alt_text:meadow field.rights:studio -field.alt_text:tulips") == [asset["id"]]
    assert world.call("GET", f"assets/{asset['id']}/versions/1/content").data == FILE


def test_the_place_is_for_those_who_may_and_for_no_search(world: World, asset: Any) -> None:
    shown: dict[Role, bool] = {}
    for role in ROLES:
        version = world.get(f"assets/{asset['id']}/versions/1", role)
        listed = world.get(f"assets/{asset['id']}/versions", role)["data"][0]
        assert version["location"] == listed["location"]
        shown[role] = version["location"] is not None
        told = repr(
            [version, listed, *(world.get(path, role) for path in (f"assets/{asset['id']}", "events", "assets"))]
        )
        assert ("48.858" in told) == shown[role]
    assert shown == {"viewer": False, "contributor": False, "approver": False, "manager": True, "admin": True}
    assert found(world, "48.858 OR 2.2945 OR has:location OR has:latitude") == []


def test_a_film_is_found_by_what_is_said_in_it(world: World) -> None:
    of = {name: subtitled.subtitled(*case) for name, case in FILMS.items()}
    films = {name: world.asset(data, f"{name}.mkv", title=name)["id"] for name, data in of.items()}
    work(world)
    assert found(world, "tulips here") == found(world, '"are here"') == [films["English"]]
    assert found(world, "tulpen") == [films["German"]]
    assert found(world, '"0 0 l" OR i1 OR an8 OR deu') == []
    version = world.get(f"assets/{films['German']}/versions/1")
    assert (version["properties"]["subtitles"], version["properties"]["duration"]) == (["deu"], 4.0)
    assert "subtitles" not in world.get(f"assets/{films['silent']}/versions/1")["properties"]


FILMS: dict[str, Any] = {
    "English": ("matroska", subtitled.ALPHA),
    "German": ("mp4", subtitled.GERMAN),
    "silent": ("mp4",),
}

"""What an older release showed wrongly is drawn anew after an upgrade: once, behind what is shown meanwhile, and never
what was delivered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import pytest

from dam.domain import media_types, redrawn
from dam.domain.recipes import Recipe
from dam.operations import catch_up, fetch, leaf, place, rendering, renditions
from dam.ports.media import MediaFailure, MediaUnavailable, Told
from tests.flow.house import BOSS, PNG, Encoder, House, files, sha256
from tests.flow.shown import ONE
from tests.workers.world import Pictures
from workers.media import programs

TIFF = b"II*\0\x08\0\0\0"
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STILLS = ("thumb-256", "preview-1024", "large-2048")


@dataclass
class Drawer(Encoder):
    """Also tells what is known of the files, and counts how often it was asked; may fail, or be away then."""

    properties: Mapping[str, object] = field(default_factory=lambda: {"bit_depth": 16})
    written: Mapping[str, object] = field(default_factory=dict)
    asked: int = 0
    problem: MediaFailure | None = None
    away_after: int | None = None

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Pictures:
        if self.asked == self.away_after:
            raise MediaUnavailable("It could not be started.")
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        known = {"width": 4, "height": 3, "look": None, "colours": [], **self.properties}
        return Pictures(known, super().render(source, media_type, recipes, told).files, self.written)


@pytest.fixture
def drawer(house: House) -> Drawer:
    """Of the release before, which knew of no mend."""
    house.renderer = Drawer()
    return house.renderer


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Until it is undone."""
    with monkeypatch.context() as older:
        older.setattr(redrawn, "REDRAWN", ())
        yield older


def upgraded(house: House, before: pytest.MonkeyPatch) -> None:
    """The next release has looked over what is there; what it found to be done is still to be done."""
    before.undo()
    with house.services.store.writing() as work:
        work.artefacts.seen(min(each.edition for each in redrawn.REDRAWN) - 1)
        work.commit()
    assert isinstance(house.renderer, Drawer)
    house.renderer.edition = "second"
    house.renderer.asked = 0
    assert catch_up.walk(house.services, "") is None


def shown(house: House, asset: str, names: Sequence[str] = STILLS) -> set[str]:
    """The editions by which it is shown."""
    digests = [fetch.content(house.services, BOSS, asset, 1, name).sha256 for name in names]
    return {house.stored(digest).decode().split()[-1] for digest in digests}


def test_what_was_shown_wrongly_is_drawn_anew_once_and_shown_meanwhile(
    house: House, drawer: Drawer, before: pytest.MonkeyPatch
) -> None:
    asset = house.upload(TIFF + ONE)
    house.drain()
    upgraded(house, before)
    assert shown(house, asset) == {"first"}
    told = len(house.told("version.rendered"))
    house.drain()
    assert shown(house, asset) == {"second"}
    (event,) = house.told("version.rendered")[told:]
    assert event.event.data["recipes"] == sorted(STILLS)
    upgraded(house, before)
    house.drain()
    assert drawer.asked == 0


def test_a_page_that_somebody_has_turned_to_is_drawn_anew_with_it(
    house: House, drawer: Drawer, before: pytest.MonkeyPatch
) -> None:
    drawer.properties = {"bit_depth": 16, "pages": 3}
    asset = house.upload(TIFF + ONE)
    house.drain()
    page = (house.services, BOSS, asset, 1, "page--1600", 2)
    leaf.ask(*page)
    house.drain()
    upgraded(house, before)
    assert house.stored(leaf.content(*page).sha256).endswith(b"first")
    house.drain()
    assert house.stored(leaf.content(*page).sha256).endswith(b"second")
    assert house.told("page.rendered")[-1].event.data["pages"] == [2]


@pytest.mark.parametrize(("data", "properties"), [(TIFF, {"bit_depth": 8}), (PNG, {"bit_depth": 16})])
def test_what_was_shown_rightly_is_left(
    house: House, drawer: Drawer, before: pytest.MonkeyPatch, data: bytes, properties: Mapping[str, object]
) -> None:
    drawer.properties = properties
    house.upload(data + ONE)
    house.drain()
    upgraded(house, before)
    house.drain()
    assert drawer.asked == 0


def test_what_is_uploaded_now_is_drawn_once(house: House, drawer: Drawer) -> None:
    house.upload(TIFF + ONE)
    house.drain()
    assert drawer.asked == 1
    catch_up.walk(house.services, "")
    house.drain()
    assert drawer.asked == 1


def test_what_was_delivered_stays_as_it_is(house: House, drawer: Drawer, before: pytest.MonkeyPatch) -> None:
    asset, channel = house.upload(TIFF + ONE), house.channel(recipe="preview-1024")
    house.drain()
    house.approve(asset, 1)
    placement = house.place(asset, channel, "hero.webp")
    house.drain()
    upgraded(house, before)
    house.drain()
    assert shown(house, asset, ["thumb-256", "large-2048"]) == {"second"}
    assert shown(house, asset, ["preview-1024"]) == {"first"}
    assert house.word(placement) == "current"
    place.repair(house.services, BOSS, placement)
    house.drain()
    assert house.word(placement) == "current"
    assert {data.split()[-1] for data in files(house.outside / "shop").values()} == {b"first"}


def test_what_cant_be_drawn_any_more_stays_and_is_not_tried_for_ever(
    house: House, drawer: Drawer, before: pytest.MonkeyPatch
) -> None:
    asset = house.upload(TIFF + ONE)
    house.drain()
    drawer.problem = MediaFailure("crashed", "It crashed.")
    for asked in (1, 0):
        upgraded(house, before)
        house.drain()
        assert drawer.asked == asked
        assert shown(house, asset) == {"first"}


def test_what_failed_is_tried_again_when_such_files_are_drawn_otherwise(
    house: House, drawer: Drawer, before: pytest.MonkeyPatch
) -> None:
    drawer.problem = MediaFailure("broken_file", "It can't be read.")
    asset, other = house.upload(TIFF + ONE), house.upload(PNG + ONE)
    house.drain()
    drawer.problem = None
    upgraded(house, before)
    house.drain()
    assert shown(house, asset) == {"second"}
    with house.services.store.reading() as work:
        view = work.assets.version_view(other, 1)
    assert view is not None
    assert {each.state for each in view.renditions if each.recipe in STILLS} == {"failed"}


def test_what_was_shown_by_the_picture_inside_is_drawn_and_read_when_its_program_comes(
    house: House, drawer: Drawer
) -> None:
    drawer.properties = {}
    asset = house.upload(OFFICE + ONE)
    house.drain()
    drawer.edition, drawer.properties, drawer.written = "second", {"pages": 3}, {"text": "tulips"}
    for gained, asked in ((0b01, 1), (0b10, 2), (0b100, 2)):  # Ghostscript, LibreOffice, one of a later release
        catch_up.gain(house.services, gained)
        assert catch_up.walk(house.services, "") is None
        house.drain()
        assert drawer.asked == asked
    assert shown(house, asset) == {"second"}
    with house.services.store.reading() as work:
        content = work.assets.content(sha256(OFFICE + ONE))
    assert content is not None
    assert content.embedded == {"text": "tulips"}
    assert content.properties["pages"] == 3


def test_what_programs_are_known_by_is_the_same_here_and_there() -> None:
    assert tuple(programs.WANTED) == media_types.BY_PROGRAMS


def test_what_is_new_is_made_and_the_rest_all_the_same_also_when_it_was_broken_off(
    house: House, drawer: Drawer, before: pytest.MonkeyPatch
) -> None:
    asset = house.upload(TIFF + ONE)
    house.drain()
    upgraded(house, before)
    with house.services.store.writing() as work:
        view = work.assets.version_view(asset, 1)
        assert view is not None
        renditions.forget(work, [each for each in view.renditions if each.recipe == "thumb-256"])
        work.commit()
    drawer.away_after = 1
    with pytest.raises(MediaUnavailable):
        rendering.render(house.services, drawer, sha256(TIFF + ONE))
    assert shown(house, asset, ["thumb-256"]) == {"second"}
    assert shown(house, asset, ["preview-1024", "large-2048"]) == {"first"}
    drawer.away_after = None
    house.drain()
    assert shown(house, asset) == {"second"}


def test_what_moves_is_made_anew_behind_its_still(house: House, drawer: Drawer, before: pytest.MonkeyPatch) -> None:
    drawer.properties = {"bit_depth": 8, "animated": True}
    asset = house.upload(PNG + ONE)
    house.drain()
    assert shown(house, asset, ["moving-480"]) == {"first"}
    upgraded(house, before)
    house.drain()
    assert shown(house, asset, ["moving-480", *STILLS]) == {"second"}

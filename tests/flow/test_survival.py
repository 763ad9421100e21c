"""What people wrote about an asset survives every replacement; previews and the search index can be thrown away and
come back the same.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from PIL import Image

from dam.domain.assets import Edit
from dam.domain.errors import DamError
from dam.operations import decide, describe, fetch, fsck, indexing, read, renditions
from dam.operations.uploads import Details
from search.errors import SearchUnavailable
from search.results import Page
from tests.flow.house import BOSS, House, Street
from tests.workers.media import generate
from workers.media.studio import Studio
from workers.render import StudioRenderer

DETAILS = Details(
    title="Hero – Größe",
    description="The one on the front page.",
    tags=("launch", "Été"),
    campaigns=("Spring", "Summer 2027"),
    fields={"photographer": "Ann", "rights": "until 2030"},
)
LASTING = ("id", "key", "title", "description", "tags", "campaigns", "fields", "created_at", "created_by")
QUERIES = (
    "", "hero", "front page", "tag:launch", "tag:ete", 'campaign:"Summer 2027"', "kind:image", "status:approved",
    "-tag:launch", "hero OR quiet", "gro*", "second.png", "note",
)  # fmt: skip


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as one:
        yield one


@pytest.fixture
def lab(street: Street, studio: Studio) -> Iterator[House]:
    """A house with the real decoder."""
    with street.house(StudioRenderer(studio)) as one:
        yield one


def picture(shade: int) -> bytes:
    return generate.encoded(
        Image.linear_gradient("L").resize((300, 200)).point(lambda value: value * shade // 9), "PNG"
    )


def written(house: House, asset: str) -> dict[str, Any]:
    """All that people wrote about the asset itself."""
    found = asdict(read.asset(house.services, BOSS, asset).asset)
    return {name: found[name] for name in LASTING}


def whys(house: House, asset: str) -> list[tuple[int, str, str]]:
    """The rationale and name of each version."""
    views = read.versions(house.services, BOSS, asset, None, 100)
    return [(each.version.number, each.version.rationale, each.version.filename) for each in views]


def notes(house: House, asset: str) -> list[tuple[str, int, str]]:
    with house.services.store.reading() as work:
        return [(each.kind, each.number, each.note) for each in work.assets.decisions(asset)]


def test_what_people_wrote_survives_every_replacement(house: House) -> None:
    asset = house.upload(b"one", "first.bin", DETAILS)
    before = written(house, asset)
    house.approve(asset, 1, "Good.")
    house.add(asset, b"two", "Warmer light.", "second.bin")
    house.approve(asset, 2, "Better.")
    house.roll_back(asset, 1)
    decide.reject(house.services, BOSS, asset, 2, house.seen(asset, 2).sha256, "Too warm.")
    decide.withdraw(house.services, BOSS, asset, "Rights.")
    house.drain()
    describe.trash(house.services, BOSS, asset)
    describe.restore(house.services, BOSS, asset)
    house.approve(asset, 1, "Back.")
    house.drain()

    assert written(house, asset) == before
    assert before["tags"] == DETAILS.tags
    assert whys(house, asset) == [(2, "Warmer light.", "second.bin"), (1, "", "first.bin")]
    assert notes(house, asset) == [
        ("approve", 1, "Good."),
        ("approve", 2, "Better."),
        ("rollback", 1, ""),
        ("reject", 2, "Too warm."),
        ("withdraw", 1, "Rights."),
        ("approve", 1, "Back."),
    ]
    assert found(house)["tag:launch"] == [asset]


def test_an_edit_changes_what_is_written_and_no_version(house: House) -> None:
    asset = house.upload(b"one", "first.bin", DETAILS)
    house.approve(asset, 1)
    versions = whys(house, asset)
    with house.services.store.reading() as work:
        revision = getattr(work.assets.get(asset), "revision", 0)
    describe.edit(house.services, BOSS, asset, revision, Edit(title="Other", tags=()))
    assert whys(house, asset) == versions
    now = written(house, asset)
    assert (now["title"], now["tags"], now["campaigns"]) == ("Other", (), DETAILS.campaigns)


# Copies of the truth.


def found(house: House) -> dict[str, list[str]]:
    """Hits by query, in their order."""
    return {
        query: [view.asset.id for view in read.search(house.services, BOSS, query, Page(), ()).assets]
        for query in QUERIES
    }


def made(house: House, assets: list[str]) -> dict[tuple[str, int, str], str | None]:
    """The digest of each rendition of each version."""
    return {
        (asset, view.version.number, each.recipe): each.sha256
        for asset in assets
        for view in read.versions(house.services, BOSS, asset, None, 100)
        for each in view.renditions
    }


def library(house: House) -> list[str]:
    """Two pictures and a file without preview, one of them with two versions, one in the trash."""
    first = house.upload(picture(3), "first.png", DETAILS)
    house.add(first, picture(5), "Lighter.", "second.png")
    house.approve(first, 1)
    others = [house.upload(picture(7), "third.png", Details(title="Quiet")), house.upload(b"words\0", "note.bin")]
    gone = house.upload(b"gone\0", "gone.bin", Details(title="Hero in the trash"))
    describe.trash(house.services, BOSS, gone)
    house.drain()
    return [first, *others]


def test_index_and_previews_come_back_the_same(lab: House) -> None:
    assets = library(lab)
    hits, digests = found(lab), made(lab, assets)
    assert len(hits[""]) == 3
    assert len(hits["hero"]) == 1
    assert [digest for digest in digests.values() if digest is None] == [None] * 3  # of the words

    for digest in filter(None, digests.values()):
        for file in (lab.folder / "objects").rglob(digest):
            file.unlink()
    shutil.rmtree(lab.folder / "index")
    with pytest.raises(SearchUnavailable):
        found(lab)
    with pytest.raises(DamError):
        fetch.content(lab.services, BOSS, assets[0], 1, "thumb-256").open(lab.services)

    assert renditions.throw_away(lab.services) == 3
    assert indexing.reindex(lab.services) == 3
    lab.drain()
    assert found(lab) == hits
    assert made(lab, assets) == digests
    with fetch.content(lab.services, BOSS, assets[0], 1, "thumb-256").open(lab.services) as stream:
        assert stream.read(4) == b"RIFF"
    assert fsck.check(lab.services, full=True).findings == []


def test_previews_can_be_thrown_away_a_page_at_a_time(lab: House) -> None:
    assets = library(lab)
    digests = made(lab, assets)
    assert renditions.throw_away(lab.services, limit=2) == 3
    assert set(made(lab, assets).values()) == {None}
    lab.drain()
    assert made(lab, assets) == digests


def test_what_was_delivered_is_not_thrown_away(lab: House) -> None:
    assets = library(lab)
    lab.place(assets[0], lab.channel(recipe="preview-1024"), "hero.webp")
    lab.drain()
    digests = made(lab, assets)
    delivered = (assets[0], 1, "preview-1024")
    renditions.throw_away(lab.services)
    assert {key: digest for key, digest in made(lab, assets).items() if digest} == {delivered: digests[delivered]}

"""Search shows what is so: each change that a document shows reaches the index, and nothing else is raised for it."""

import pytest

from dam.domain.assets import Edit
from dam.domain.principals import Principal
from dam.operations import alike, channels, describe, indexing, place, read
from dam.operations.channels import ChannelEdit
from dam.operations.draft import SHOWN_WITHIN
from dam.operations.uploads import Details
from dam.ports.services import Services
from search.errors import QueryError
from search.results import FacetCount, Page
from tests.flow.house import House, sha256
from tests.harness.stage import BOSS
from tests.workers.world import PNG

DAY = 86_400


def find(services: Services, query: str) -> list[str]:
    return [view.asset.id for view in read.search(services, BOSS, query, Page(), ()).assets]


def settled(house: House) -> None:
    """All that is due within the next second is done."""
    house.drain()
    house.time.move(SHOWN_WITHIN.total_seconds())
    house.drain()


def raised(house: House, asset: str) -> int:
    with house.services.store.reading() as work:
        found = work.assets.get(asset)
    assert found is not None
    return found.index_seq


def test_an_asset_is_found_where_it_has_a_place(house: House) -> None:
    asset, other = house.upload(b"one"), house.upload(b"two")
    shop, site = house.channel("shop"), house.channel("site")
    house.drain()
    assert set(find(house.services, "missing:placed")) == {asset, other}
    one, two = house.place(asset, shop), house.place(asset, site)
    house.drain()
    assert find(house.services, "placed:shop placed:site") == [asset]
    assert find(house.services, "missing:placed") == [other]
    place.withdraw(house.services, BOSS, one)
    house.drain()
    assert (find(house.services, "placed:shop"), find(house.services, "placed:*")) == ([], [asset])
    place.withdraw(house.services, BOSS, two)
    house.drain()
    assert set(find(house.services, "-placed:*")) == {asset, other}


def test_a_place_that_was_delivered_to_counts_until_it_is_proven_empty(house: House) -> None:
    asset, shop = house.upload(b"one"), house.channel("shop")
    house.approve(asset, 1)
    placement = house.place(asset, shop)
    house.drain()
    assert house.word(placement) == "current"
    place.withdraw(house.services, BOSS, placement)
    indexing.index_behind(house.services)
    assert find(house.services, "placed:shop") == [asset]
    house.drain()
    assert find(house.services, "placed:shop") == []


def test_a_channel_that_is_renamed_is_found_by_its_new_name(house: House) -> None:
    asset, shop, site = house.upload(b"one"), house.channel("shop"), house.channel("site")
    other = house.upload(b"two")
    house.place(asset, shop)
    house.place(other, site)
    house.drain()
    before = raised(house, other)
    channels.edit(house.services, BOSS, shop, 1, ChannelEdit(name="Boutique"))
    house.drain()
    assert (find(house.services, "placed:shop"), find(house.services, "placed:boutique")) == ([], [asset])
    assert raised(house, other) == before


def test_many_deliveries_raise_the_asset_a_few_times_and_an_audit_that_finds_all_well_never(house: House) -> None:
    asset, shop = house.upload(b"one\0"), house.channel("shop")
    house.approve(asset, 1)
    for number in range(40):
        house.place(asset, shop, f"{number}.bin")
    before = raised(house, asset)
    house.drain()
    assert find(house.services, "placement:current") == []  # it is told within a second, and once for all of them
    assert before < raised(house, asset) < before + 20
    settled(house)
    assert find(house.services, "placement:current -placement:replacing") == [asset]
    before = raised(house, asset)
    house.audit(shop)
    assert raised(house, asset) == before


def test_an_asset_is_found_by_the_states_of_its_places(house: House) -> None:
    asset, other, shop = house.upload(b"one"), house.upload(b"two"), house.channel("shop")
    waiting, there = house.place(other, shop), house.place(asset, shop, "one.bin")
    settled(house)
    assert set(find(house.services, "placement:waiting")) == {asset, other}
    house.approve(asset, 1)
    settled(house)
    assert find(house.services, "placement:current") == [asset]
    (house.outside / "shop" / "one.bin").write_bytes(b"by hand")
    house.audit(shop)
    settled(house)
    assert (house.word(there), find(house.services, "placement:drifted")) == ("drifted", [asset])
    assert read.search(house.services, BOSS, "placed:*", Page(), ("placement",)).facets["placement"] == (
        FacetCount("drifted", 1),
        FacetCount("waiting", 1),
    )
    place.repair(house.services, BOSS, there)
    settled(house)
    assert find(house.services, "placement:current -placement:drifted") == [asset]
    place.withdraw(house.services, BOSS, waiting)
    settled(house)
    assert find(house.services, "placement:waiting") == []


def test_a_channel_that_is_lost_and_found_is_told_of_all_its_assets(house: House) -> None:
    asset, other, shop, site = house.upload(b"one"), house.upload(b"two"), house.channel("shop"), house.channel("site")
    for each, where in ((asset, shop), (other, site)):
        house.approve(each, 1)
        house.place(each, where)
    settled(house)
    before = raised(house, other)
    folder = house.outside / "shop"
    folder.rename(house.folder / "elsewhere")
    channels.check(house.services, BOSS, shop)
    settled(house)
    assert find(house.services, "placement:unreachable") == [asset]
    (house.folder / "elsewhere").rename(folder)
    channels.check(house.services, BOSS, shop)
    settled(house)
    assert (find(house.services, "placement:unreachable"), raised(house, other)) == ([], before)
    assert set(find(house.services, "placement:current")) == {asset, other}


def test_measures_are_found_once_the_file_was_decoded_also_of_its_twins(house: House) -> None:
    one = house.upload(PNG, "one.png", Details(title="One"))
    indexing.index_behind(house.services)
    assert find(house.services, "missing:width version:1 format:png") == [one]
    twin = house.upload(PNG, "two.png", Details(title="Two"))
    indexing.index_behind(house.services)
    house.drain()
    assert set(find(house.services, "width:4 height=3 size>60 size<1kb")) == {one, twin}
    late = house.upload(PNG, "three.png")
    house.drain()
    assert set(find(house.services, "width<=4")) == {one, twin, late}
    house.add(one, bytes(10), filename="one.bin")
    house.drain()
    assert find(house.services, "version>=2 missing:width size:10") == [one]
    assert find(house.services, "kind:other") == [one]


def test_what_a_decoder_told_of_a_film_and_of_colours_is_found(house: House) -> None:
    film, photo = house.upload(b"a film"), house.upload(b"a photo")
    told: dict[str, dict[str, object]] = {
        film: {"duration": 90.04, "frame_rate": 29.97, "video_codec": "h264", "audio_codec": "aac", "bit_depth": 10},
        photo: {
            "colour_space": "rgb",
            "profile_name": "Adobe RGB (1998)",
            "bit_depth": 16,
            "pages": 3,
            "duration": "?",
            "colours": ["#ff0000", "#8b0000", "#87ceeb"],
        },
    }
    house.drain()
    with house.services.store.writing() as work:
        for asset, properties in told.items():
            version = work.assets.version(asset, 1)
            assert version is not None
            work.assets.describe_content(version.sha256, properties)
        work.commit()
    indexing.index_behind(house.services)
    assert find(house.services, "duration:1:30 fps<30 frame_rate=29.97 codec:h264 codec:aac bit_depth:10") == [film]
    assert find(house.services, 'colourspace:rgb colorspace:"adobe rgb (1998)" bit_depth>=16 pages>1') == [photo]
    assert find(house.services, "missing:duration missing:codec has:colourspace") == [photo]
    assert find(house.services, "colour:red color:blue -colour:green") == [photo]
    assert find(house.services, "missing:colour") == [film]


def test_the_words_of_a_document_are_found_behind_everything_else(house: House) -> None:
    named, worded = house.upload(b"one", details=Details(title="Tulips")), house.upload(b"two")
    house.drain()
    with house.services.store.writing() as work:
        version = work.assets.version(worded, 1)
        assert version is not None
        work.assets.describe_content(version.sha256, {}, {"text": "Tulips and 40 hyacinths"})
        work.commit()
    indexing.index_behind(house.services)
    assert find(house.services, "tulips") == [named, worded]
    assert find(house.services, '"and 40 hyacinths"') == [worded]


def looks(house: House, **bits: int) -> dict[str, str]:
    """An asset of each name, whose look differs in the first so many bits from one without any."""
    made = {name: house.upload(name.encode(), details=Details(title=name)) for name in bits}
    with house.services.store.writing() as work:
        for name, count in bits.items():
            work.looks.keep(sha256(name.encode()), f"{(1 << count) - 1:064x}")
        work.commit()
    house.drain()
    return made


def test_what_looks_alike_is_found_together_with_whatever_else_is_asked(house: House) -> None:
    plain, made = house.upload(b"without a look"), looks(house, red=0, rose=8, pink=16, grey=200, late=0)
    red = made["red"]
    assert set(find(house.services, f"like:{red}")) == {made["rose"], made["pink"], made["late"]}
    assert find(house.services, f"like:{red} pink") == [made["pink"]]
    assert find(house.services, f"like:{made['grey']}") == []
    assert set(find(house.services, f"-like:{red}")) == {plain, red, made["grey"]}
    assert {each.asset.id for each, _ in read.similar(house.services, BOSS, red)} == set(
        find(house.services, f"like:{red}")
    )
    describe.trash(house.services, BOSS, made["late"])
    assert set(find(house.services, f"like:{red}")) == {made["rose"], made["pink"]}, "before the index has heard of it"
    for asset, why in (("0193", "there is no asset 0193"), (plain, "nothing can look like the asset")):
        with pytest.raises(QueryError, match=why) as refused:
            find(house.services, f'pink like:"{asset}"')
        assert (refused.value.position, refused.value.found) == (11, asset)


def test_a_query_finds_the_nearest_and_its_cursor_outlives_what_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = looks(house, red=0, rose=8, pink=16, ruby=4)
    monkeypatch.setattr(alike, "MOST", 2)
    query = f"like:{made['red']}"
    assert set(find(house.services, query)) == {made["ruby"], made["rose"]}
    first = read.search(house.services, BOSS, query, Page(1), ())
    monkeypatch.setattr(alike, "MOST", 9)
    looks(house, late=1)
    following = read.search(house.services, BOSS, query, Page(9, first.next), ())
    assert [view.asset.id for view in following.assets] == [made["pink"], made["rose"]]


def test_own_fields_and_the_maker(house: House) -> None:
    with house.services.store.writing() as work:
        work.add(Principal(BOSS.principal_id, "system", "Ada", house.time.now()))
        work.commit()
    asset = house.upload(b"one", details=Details(fields={"rights": "until 2030"}))
    house.drain()
    assert find(house.services, "missing:alt_text has:rights field.rights:2030") == [asset]
    describe.edit(house.services, BOSS, asset, 1, Edit(fields={"Alt text": "Red tulips"}))
    house.drain()
    assert find(house.services, 'has:alt_text missing:rights field.alt_text:"red tul*"') == []
    assert find(house.services, "has:alt_text missing:rights field.alt_text:tul*") == [asset]
    assert find(house.services, "by:ada created_by:ad*") == [asset]


def test_relative_dates_follow_the_databases_time_and_a_cursor_outlives_the_moment(house: House) -> None:
    for number in range(3):
        house.upload(f"{number}".encode(), details=Details(title=f"{number}"))
        house.time.move(60)
    house.drain()
    first = read.search(house.services, BOSS, "created>-7d", Page(2), ())
    assert [view.asset.title for view in first.assets] == ["2", "1"]
    house.time.move(5)
    rest = read.search(house.services, BOSS, "created>-7d", Page(2, first.next), ())
    assert [view.asset.title for view in rest.assets] == ["0"]
    house.time.move(8 * DAY)
    assert find(house.services, "created>-7d") == []
    assert len(find(house.services, "created<-1w")) == 3


def test_a_facet_offers_what_could_be_chosen_beside_its_own_choice(house: House) -> None:
    shop, site = house.channel("shop"), house.channel("site")
    for tag, where in (("hero", shop), ("hero", site), ("web", site)):
        house.place(house.upload(tag.encode(), details=Details(tags=(tag,))), where, f"{tag}-{where}.bin")
    house.drain()
    found = read.search(house.services, BOSS, "tag:hero placed:site", Page(), ("tag", "channel"))
    assert found.total == 1
    assert found.facets == {
        "tag": (FacetCount("hero", 1), FacetCount("web", 1)),
        "channel": (FacetCount("shop", 1), FacetCount("site", 1)),
    }

"""Two channels and one file: equal spellings if and only if it is one place."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from dam.channels import spelling
from dam.ports.channel import Channel
from tests.channels.conftest import Build
from tests.contracts.channel import NEW, put

OTHER = UUID(int=7)


@pytest.fixture
def nested(build: Build, channel: Channel, site: Path) -> Channel:
    """A second channel whose root is a folder below the first one's."""
    (site / "shop").mkdir()
    made = build(site / "shop", OTHER)
    made.establish()
    return made


def test_nested_roots(channel: Channel, nested: Channel) -> None:
    assert channel.canonical("shop/a/b.jpg") == nested.canonical("a/b.jpg")
    assert channel.canonical("a/b.jpg") != nested.canonical("a/b.jpg")


@pytest.mark.parametrize("path", ["{site}/", "{site}/../site", "{site}/shop/..", "{tmp}/link", "{tmp}/./link/shop/.."])
def test_one_root_spelled_in_many_ways(
    build: Build, channel: Channel, nested: Channel, site: Path, tmp_path: Path, path: str
) -> None:
    (tmp_path / "link").symlink_to(site)
    other = build(path.format(site=site, tmp=tmp_path), OTHER)
    other.establish()
    assert other.canonical("a") == channel.canonical("a")


def test_it_is_an_address_of_the_real_path(channel: Channel, site: Path) -> None:
    assert channel.canonical("ä b.jpg") == site.resolve().as_uri() + "/%C3%A4%20b.jpg"


def test_making_the_folders_does_not_change_it(channel: Channel) -> None:
    before = channel.canonical("new/folder/a")
    put(channel, "new/folder/a", NEW)
    assert channel.canonical("new/folder/a") == before


def test_where_case_matters_it_is_kept(channel: Channel, site: Path) -> None:
    (site / "B").write_text("x")
    (site / "b").write_text("y")
    assert channel.canonical("A") != channel.canonical("a")


def test_two_hard_links_do_not_make_case_meaningless(tmp_path: Path) -> None:
    (tmp_path / "aa").write_text("x")
    os.link(tmp_path / "aa", tmp_path / "AA")
    assert spelling.spell(tmp_path, ["X"]) != spelling.spell(tmp_path, ["x"])


class TestWhereCaseIsTheSame:
    """A file system that doesn't tell cases apart, played: below ``site`` names are found whatever their case."""

    @pytest.fixture(autouse=True)
    def _folding(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = Path.lstat

        def lstat(path: Path) -> os.stat_result:
            if path.parent.is_relative_to(site):
                for found in path.parent.iterdir():
                    if found.name.casefold() == path.name.casefold():
                        return real(found)
            return real(path)

        monkeypatch.setattr(Path, "lstat", lstat)

    def test_cases_are_one(self, channel: Channel) -> None:
        assert channel.canonical("Spring/Hero.JPG") == channel.canonical("spring/hero.jpg")
        assert channel.canonical("STRASSE") == channel.canonical("straße")
        assert channel.canonical("a") != channel.canonical("b")

    def test_it_holds_for_a_root_below_too(self, channel: Channel, nested: Channel) -> None:
        assert channel.canonical("SHOP/New/A.jpg") == nested.canonical("new/a.JPG")

    def test_what_is_above_keeps_its_case(self, channel: Channel, site: Path) -> None:
        upper = site.parent / "Upper"
        upper.mkdir()
        (upper / "x").write_text("x")
        assert spelling.spell(upper, ["A"]).endswith("/Upper/A")

"""The generated library: as the service itself would have made it, and nothing left to do."""

from pathlib import Path

from dam.domain.principals import SYSTEM
from dam.operations import fsck, read
from search.results import Page, Sort
from tests.web.library import fill, library
from tests.web.variants import variants

COUNT = 12


def test_a_library_is_whole_and_leaves_nothing_to_do(tmp_path: Path) -> None:
    with library(tmp_path / "home") as (services, calendar):
        fill(services, COUNT, calendar=calendar)
        found = read.search(services, SYSTEM, "", Page(50, None, Sort.NEWEST), ["campaign", "tag"])
        assert found.total == COUNT
        assert found.behind == 0
        assert found.facets["tag"]
        for view in found.assets:
            assert view.latest is not None
            assert view.latest.content.properties["width"]
            assert {each.state for each in view.latest.renditions} == {"ready"}
        with services.store.writing() as work:
            assert work.jobs.relay({}, 10) == 0
            assert work.assets.behind(1) == []
        assert fsck.check(services, full=True).findings == []


def test_the_number_says_which_picture() -> None:
    first, again = variants(0, 6), variants(2, 2)
    assert first[2:4] == again
    assert len({each.data for each in first}) == 6

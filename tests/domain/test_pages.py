"""Which pages can be leafed through, and how many are made at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dam.domain import pages, recipes
from dam.domain.assets import Content
from dam.domain.errors import DamError
from dam.domain.parameters import applied
from dam.domain.recipes import Artefact

AT = datetime(2026, 11, 1, tzinfo=UTC)
PDF = Content("0" * 64, 9, "application/pdf", "document", AT, {"pages": 3})
PAGE = recipes.newest("page--1600")
WAITS = Artefact("0" * 64, PAGE.name, 1, "", "pending", AT)


def refused(run: Callable[[], Any]) -> str:
    with pytest.raises(DamError) as refusal:
        run()
    return refusal.value.code


@pytest.mark.parametrize(
    ("media_type", "said", "wanted"),
    [
        ("application/pdf", 3, 3),
        ("image/tiff", 2, 2),
        ("application/pdf", 1, None),
        ("application/pdf", None, None),
        ("application/pdf", "3", None),
        ("application/pdf", 2000, pages.MOST_PAGES),
        ("image/png", 3, None),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 3, None),
        ("nothing/known", 3, None),
    ],
)
def test_only_what_can_be_opened_at_any_page_is_leafed_through(
    media_type: str, said: object, wanted: int | None
) -> None:
    assert pages.count(replace(PDF, media_type=media_type, properties={"pages": said})) == wanted


def test_a_page_is_one_that_the_file_is_known_to_have() -> None:
    pages.require(PDF, 1)
    pages.require(PDF, 3)
    assert refused(lambda: pages.require(PDF, 4)) == "no_such_page"
    assert refused(lambda: pages.require(replace(PDF, properties={"pages": 1}), 1)) == "no_pages"
    assert refused(lambda: pages.require(replace(PDF, media_type="image/png"), 1)) == "no_pages"
    assert refused(lambda: pages.require(replace(PDF, properties={}), 1)) == "not_ready"
    assert refused(lambda: pages.require(replace(PDF, media_type="image/png", properties={}), 1)) == "no_pages"


def test_only_so_many_pages_of_a_file_wait_at_a_time() -> None:
    others = [replace(WAITS, recipe="banner")] * pages.MOST_WAITING
    pages.require_room([WAITS] * (pages.MOST_WAITING - 1) + others)
    assert refused(lambda: pages.require_room([WAITS] * pages.MOST_WAITING)) == "too_many_pages"


def test_a_page_is_shown_by_the_recipes_that_say_so_and_by_no_others() -> None:
    paged = [each.name for each in recipes.RECIPES if each.paged]
    assert paged == [PAGE.name]
    assert not PAGE.display
    pages.require_paged(PAGE)
    assert refused(lambda: pages.require_paged(recipes.newest("large-2048"))) == "no_pages"
    assert recipes.is_paged(PAGE.name)
    assert not recipes.is_paged("banner")


def test_a_page_is_carried_out_and_says_nothing_about_the_file() -> None:
    found = applied(PAGE, pages.parameters(1))
    assert (found.page, found.elsewhere) == (1, True)
    assert applied(PAGE, pages.parameters(7)).page == 7

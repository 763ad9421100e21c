"""``dam recipe`` against a service that answers what it is told to."""

import json
from collections.abc import Callable

from click.testing import Result

from tests.client.conftest import Fake

Dam = Callable[..., Result]
MADE = {
    "name": "teaser", "version": 2, "title": "Te\x1baser", "media_type": "image/jpeg", "box": 600, "width": 600,
    "height": 300, "fit": "cover", "built_in": False, "choosable": True,
}  # fmt: skip


def said(fake: Fake) -> object:
    return json.loads(fake.asked[-1].content)


def test_what_can_be_chosen_is_listed(fake: Fake, dam: Dam) -> None:
    original = {**MADE, "name": "original", "media_type": None, "box": None, "width": None, "built_in": True}
    old = {**MADE, "version": 1, "title": "Old", "choosable": False}
    sound = {**MADE, "name": "sound-96", "media_type": "audio/mp4", "box": 1, "width": None}
    fake.on("GET", "/recipes", {"data": [original, old, sound, MADE], "next": None})
    shown = dam("recipe", "list").stdout
    assert "600 × 300 px, cover" in shown
    assert shown.count(" px") == 1, "a sound has no pixels"
    assert "\x1b" not in shown
    assert "Old" not in shown
    assert len(json.loads(dam("recipe", "list", "--json").stdout)["data"]) == 4


def test_one_is_added_with_numbers_as_numbers(fake: Fake, dam: Dam) -> None:
    fake.on("POST", "/recipes", MADE, 201)
    given = ("format=jpeg", "box=600", "time=1.5", "page=2", "title=A = b", "background=")
    result = dam("recipe", "add", "teaser", *given)
    assert (result.exit_code, "teaser, version 2" in result.stdout) == (0, True)
    assert said(fake) == {
        "name": "teaser", "format": "jpeg", "box": 600, "time": 1.5, "page": 2, "title": "A = b", "background": None,
    }  # fmt: skip
    asked = len(fake.asked)
    for wrong in ("box=wide", "box", "page=1.5"):
        assert dam("recipe", "add", "teaser", wrong).exit_code == 2
    assert len(fake.asked) == asked


def test_it_is_changed_as_it_was_seen(fake: Fake, dam: Dam) -> None:
    fake.on("GET", "/recipes/teaser", MADE, ETag='"3"')
    fake.on("PATCH", "/recipes/teaser", MADE)
    assert dam("recipe", "change", "teaser", "quality=70", "max_bytes=").exit_code == 0
    assert fake.asked[-1].headers["If-Match"] == '"3"'
    assert said(fake) == {"quality": 70, "max_bytes": None}
    assert dam("recipe", "change", "teaser").exit_code == 2


def test_what_uses_it_is_moved_when_it_is_asked_for(fake: Fake, dam: Dam) -> None:
    fake.on(
        "POST", "/recipes/teaser/rollout", {"number": 7, "cause": "recipe_change", "state": "open", "counts": {}}, 202
    )
    assert json.loads(dam("recipe", "move", "teaser", "--json").stdout)["number"] == 7


def test_it_is_removed_and_a_name_is_no_path(fake: Fake, dam: Dam) -> None:
    fake.on("DELETE", "/recipes/teaser", None, 204)
    assert dam("recipe", "remove", "teaser").exit_code == 0
    fake.on("DELETE", "/recipes/../assets", {"code": "not_found", "detail": "No."}, 404)
    assert dam("recipe", "remove", "../assets").exit_code == 1
    assert fake.asked[-1].url.raw_path.endswith(b"/recipes/..%2Fassets")

"""What was uploaded before an upgrade is shown after it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

import pytest

from dam.domain import embedded, media_types, recipes, redrawn
from dam.domain.assets import Content
from dam.domain.errors import NotFound
from dam.domain.principals import SYSTEM
from dam.domain.recipes import Artefact
from dam.operations import catch_up, rendering, renditions
from dam.ports.media import MediaFailure
from dam.ports.services import Services
from tests.workers.world import PNG, SEEN, Painter, jobs, upload

SOURCE = hashlib.sha256(PNG + b"A picture").hexdigest()
KNOWN = {21: "440e0f5e07852dce"}


@pytest.fixture
def older(services: Services) -> Services:
    """With a picture that was uploaded when its type was unknown; nothing is to be done for it."""
    upload(services)
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        work.assets.retype_content(SOURCE, media_types.UNKNOWN, "other")
        for each in work.artefacts.of_source(SOURCE):
            none = replace(each, state="not_applicable", reason_code="no_preview", reason_detail="As it was said then.")
            work.replace(each, none)
        work.commit()
    return services


def made(services: Services) -> list[Artefact]:
    with services.store.reading() as work:
        return work.artefacts.of_source(SOURCE)


def waiting(services: Services) -> list[object]:
    return [job.ids["sha256"] for job in jobs(services.store) if job.task == "render"]


def test_what_has_a_decoder_now_is_shown(older: Services) -> None:
    with older.store.reading() as work:
        indexed = work.assets.page(None, 1)[0].index_seq
    assert catch_up.walk(older, "") is None
    with older.store.reading() as work:
        content = work.assets.content(SOURCE)
        assert content is not None
        assert (content.media_type, content.kind) == ("image/png", "image")
        assert work.assets.page(None, 1)[0].index_seq > indexed
    assert {(each.state, each.reason_code) for each in made(older)} == {("pending", None)}
    assert waiting(older) == [SOURCE]
    rendering.render(older, Painter(), SOURCE)
    assert {each.state for each in made(older)} == {"ready"}


def test_what_still_can_not_be_shown_says_what_is_known_today(services: Services) -> None:
    data = b"PK\x03\x04" + bytes(60)
    upload(services, "A picture", data)
    source = hashlib.sha256(data + b"A picture").hexdigest()
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        work.assets.retype_content(source, media_types.UNKNOWN, "other")
        for each in work.artefacts.of_source(source):
            work.replace(each, replace(each, reason_detail="As it was said then."))
        work.commit()
    catch_up.walk(services, "")
    with services.store.reading() as work:
        reasons = {each.reason_detail for each in work.artefacts.of_source(source)}
    assert reasons == {media_types.ZIP.reason}
    assert waiting(services) == []


def test_a_new_version_of_a_display_recipe_is_made_of_what_is_there(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(services)
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        work.commit()
    better = replace(recipes.newest("thumb-256"), version=2)
    monkeypatch.setattr(recipes, "RECIPES", (*recipes.RECIPES, better))
    catch_up.walk(services, "")
    assert ("thumb-256", 2, "pending") in {(each.recipe, each.recipe_version, each.state) for each in made(services)}
    assert waiting(services) == [SOURCE]


@pytest.fixture
def unread(services: Services) -> Services:
    """With a picture that got its renditions before files were read; nothing is to be done for it."""
    upload(services)
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        for each in work.artefacts.of_source(SOURCE):
            ready = replace(each, state="ready", sha256=SOURCE, size=1, media_type="image/webp", width=4, height=3)
            work.replace(each, ready)
        work.commit()
    return services


def found(services: Services) -> Content:
    with services.store.reading() as work:
        content = work.assets.content(SOURCE)
    assert content is not None
    return content


def test_what_is_shown_already_is_read_and_its_renditions_stay(unread: Services) -> None:
    before, painter = made(unread), Painter(written={"c2pa": True})
    assert found(unread).embedded is None
    catch_up.walk(unread, "")
    assert waiting(unread) == [SOURCE]
    for _ in range(2):  # the second time there is nothing to be read
        rendering.render(unread, painter, SOURCE)
    assert len(painter.asked) == 1
    assert (found(unread).embedded, found(unread).properties["width"]) == ({"c2pa": True}, 4)
    assert made(unread) == before


def test_what_was_read_is_not_read_again(unread: Services) -> None:
    rendering.render(unread, Painter(), SOURCE)
    assert found(unread).embedded == {}
    catch_up.walk(unread, "")
    assert waiting(unread) == []


def test_a_document_whose_words_were_not_read_is_read_again(unread: Services) -> None:
    with unread.store.writing() as work:
        work.assets.retype_content(SOURCE, media_types.PDF.name, "document")
        work.assets.describe_content(SOURCE, {}, {"c2pa": True})
        work.commit()
    catch_up.walk(unread, "")
    assert waiting(unread) == [SOURCE]
    for _ in range(2):
        rendering.render(unread, Painter(written={"text": "words"}), SOURCE)
    assert found(unread).embedded == {"text": "words", "reading": 2}


def of_each_type(services: Services, read: Callable[[media_types.MediaType], dict[str, object] | None]) -> set[str]:
    """A file of each type that is decoded, with its renditions and with what was ``read`` of it; their digests."""
    digests = set()
    for each in media_types.DECODED.values():
        upload(services, each.name)
        digests.add(digest := hashlib.sha256(PNG + each.name.encode()).hexdigest())
        with services.store.writing() as work:
            work.jobs.relay({}, 10)
            for made in work.artefacts.of_source(digest):
                work.replace(made, replace(made, state="ready", sha256=digest, size=1, media_type="image/webp"))
            work.assets.retype_content(digest, each.name, each.kind)
            work.assets.describe_content(digest, {**SEEN, "bit_depth": 8}, read(each))
            work.commit()
    return digests


def test_of_each_type_what_was_read_when_less_was_read_of_it_is_read_again_and_once(services: Services) -> None:
    def before(found_type: media_types.MediaType) -> dict[str, object] | None:
        assert found_type.route is not None
        newest = embedded.READINGS[found_type.route]
        without_numbers: dict[int, dict[str, object] | None] = {1: None, 2: {"fields": {}}}
        return without_numbers.get(newest, {"reading": newest - 1})

    digests = of_each_type(services, before)
    catch_up.walk(services, "")
    assert set(waiting(services)) == digests
    painter = Painter(written={"c2pa": True}, properties={**SEEN, "bit_depth": 8})
    for digest in (*digests, *digests):
        rendering.render(services, painter, digest)
    assert sorted(painter.asked) == sorted(media_types.DECODED)


def test_of_each_type_what_was_read_as_it_is_read_now_is_left(services: Services) -> None:
    def now(found_type: media_types.MediaType) -> dict[str, object]:
        read = embedded.as_read({}, found_type.name)
        return redrawn.as_drawn(read, redrawn.newest(found_type.name, {"bit_depth": 8}))

    of_each_type(services, now)
    catch_up.walk(services, "")
    assert waiting(services) == []


def test_what_can_not_be_read_again_keeps_what_was_read(unread: Services) -> None:
    with unread.store.writing() as work:
        work.assets.retype_content(SOURCE, media_types.HEIC.name, "image")
        work.assets.describe_content(SOURCE, SEEN, {"c2pa": True, "text": "words", "reading": 1})
        work.commit()
    for _ in range(2):
        rendering.render(unread, Painter(MediaFailure("crashed", "It crashed.")), SOURCE)
    assert found(unread).embedded == {"c2pa": True, "text": "words", "reading": 2}


def test_what_can_not_be_read_any_more_is_left_as_it_is(unread: Services) -> None:
    rendering.render(unread, Painter(MediaFailure("crashed", "It crashed.")), SOURCE)
    assert found(unread).embedded == {}
    assert {each.state for each in made(unread)} == {"ready"}


def test_it_waits_while_something_else_is_to_be_rendered(older: Services) -> None:
    with older.store.writing() as work:
        work.jobs.enqueue("render", {"sha256": "0" * 64})
        work.commit()
    assert catch_up.walk(older, "") == ""
    assert {each.state for each in made(older)} == {"not_applicable"}


def test_it_goes_page_by_page_and_is_done_once(older: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "_PAGE", 1)
    assert catch_up.walk(older, "") == SOURCE
    with older.store.writing() as work:
        (job,) = work.jobs.lease(["render"], work.now(), work.now(), 1)
        assert work.jobs.done(job)
        work.commit()
    assert catch_up.walk(older, SOURCE) is None
    with older.store.reading() as work:
        assert work.artefacts.edition() == recipes.EDITION
    with older.store.writing() as work:
        work.assets.retype_content(SOURCE, media_types.UNKNOWN, "other")
        work.commit()
    assert catch_up.walk(older, "") is None
    with older.store.reading() as work:
        content = work.assets.content(SOURCE)
    assert content is not None
    assert content.media_type == media_types.UNKNOWN


def test_what_lacked_a_program_is_made_when_a_worker_has_it(services: Services) -> None:
    upload(services)
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        work.commit()
    assert catch_up.walk(services, "") is None
    lacking = Painter(problem=MediaFailure("no_libreoffice", "Have it installed.", lacking=True))
    rendering.render(services, lacking, SOURCE)
    assert {(each.state, each.reason_code) for each in made(services)} == {("not_applicable", "no_libreoffice")}
    assert catch_up.walk(services, "") is None
    assert waiting(services) == []
    catch_up.gain(services, 0b01)
    assert catch_up.walk(services, "") is None
    rendering.render(services, Painter(), SOURCE)
    assert {each.state for each in made(services)} == {"ready"}
    catch_up.gain(services, 0b01)
    with services.store.reading() as work:
        assert work.artefacts.edition() == recipes.EDITION
    catch_up.gain(services, 0b10)
    with services.store.reading() as work:
        assert (work.artefacts.edition(), work.artefacts.programs()) == (recipes.EDITION - 1, 0b11)


def test_what_lacked_a_program_can_be_tried_again_by_a_person(services: Services) -> None:
    asset = upload(services)
    lacking = Painter(problem=MediaFailure("no_libreoffice", "Have it installed.", lacking=True))
    rendering.render(services, lacking, SOURCE)
    renditions.retry(services, SYSTEM, asset, 1, "thumb-256")
    assert [each.state for each in made(services) if each.recipe == "thumb-256"] == ["pending"]


def test_bytes_that_are_missing_hold_up_nothing(older: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(older, "Another")
    with older.store.writing() as work:
        work.jobs.relay({}, 10)
        work.commit()
    whole = older.objects.open

    def damaged(sha256: str) -> BinaryIO:
        if sha256 == SOURCE:
            raise NotFound("object_missing", "Gone.")
        return whole(sha256)

    monkeypatch.setattr(older.objects, "open", damaged)
    assert catch_up.walk(older, "") is None
    assert {each.state for each in made(older)} == {"not_applicable"}


def test_who_changes_types_or_display_recipes_raises_the_edition() -> None:
    """When this fails: raise ``EDITION``, and put the new digest here beside it."""
    shown = [[each.name, each.route] for each in media_types.DECODED.values()]
    made = [[each.name, each.version] for each in recipes.for_display()]
    read = sorted(embedded.READINGS.items())
    drawn = [[each.edition, sorted(each.routes), each.bits, each.moving] for each in redrawn.REDRAWN]
    assert max(each.edition for each in redrawn.REDRAWN) <= recipes.EDITION
    digest = hashlib.sha256(json.dumps([sorted(shown), sorted(made), read, drawn]).encode()).hexdigest()
    assert {recipes.EDITION: digest[:16]} == KNOWN

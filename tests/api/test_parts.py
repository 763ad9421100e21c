"""Uploads in parts on the embedded store: in any order, again if need be, by links that are good for one part each; and
everything that a client may do wrong, which changes nothing.
"""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from dam.domain import uploads
from dam.domain.errors import Conflict, StorageFull
from dam.domain.principals import Role
from dam.objects import local_parts
from dam.operations import assemble
from tests.api.conftest import MAX_UPLOAD, OPEN_UPLOADS, PART_SIZE
from tests.api.world import World, png, problem, sha256
from tests.workers.world import Painter
from workers.drain import drain

DATA = png() + bytes(range(256)) * 700
"""Three parts, the last one shorter."""

PARTS = [DATA[at : at + PART_SIZE] for at in range(0, len(DATA), PART_SIZE)]


def begin(world: World, role: Role = "contributor", **more: Any) -> Any:
    body = {"filename": "big.png", "size": len(DATA), **more}
    answer = world.post("uploads", body, role)
    assert answer.status_code == 201, answer.text
    return answer.json


def links(world: World, upload_id: str, *numbers: int, role: Role = "contributor") -> list[dict[str, Any]]:
    answer = world.post(f"uploads/{upload_id}/parts", {"numbers": list(numbers)}, role)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json  # type: ignore[assignment]
    return found


def put(world: World, url: str, data: bytes, **more: Any) -> TestResponse:
    """As anybody who has the link: without a credential."""
    parts = urlsplit(url)
    return world.call("PUT", f"{parts.path}?{parts.query}", None, data=data, **more)


def send(world: World, upload_id: str, *numbers: int) -> None:
    for link in links(world, upload_id, *numbers):
        assert (link["method"], link["headers"]) == ("PUT", {})
        answer = put(world, link["url"], PARTS[link["number"] - 1])
        assert (answer.status_code, answer.json) == (
            200, {"number": link["number"], "size": len(PARTS[link["number"] - 1])},
        )  # fmt: skip


def complete(world: World, upload_id: str, role: Role = "contributor", **body: Any) -> TestResponse:
    return world.post(f"uploads/{upload_id}/complete", body, role)


def seen(world: World, upload_id: str) -> Any:
    return world.get(f"uploads/{upload_id}", "contributor")


def work(world: World) -> None:
    drain(world.services, Painter())


def whole(world: World, **more: Any) -> str:
    """Everything sent, nothing asked for yet."""
    upload = begin(world, **more)
    send(world, upload["id"], 3, 1, 2)
    return str(upload["id"])


def test_parts_in_any_order_become_a_new_asset(world: World) -> None:
    details: dict[str, Any] = {
        "title": "Big",
        "tags": ["b", "a"],
        "campaigns": ["spring"],
        "fields": {"alt": "t"},
        "description": "d",
    }
    upload = begin(world, sha256=sha256(DATA), **details)
    assert (upload["state"], upload["part_size"], upload["part_count"], upload["parts"]) == ("open", PART_SIZE, 3, [])
    send(world, upload["id"], 3, 1)
    listed = [{"number": 1, "size": PART_SIZE}, {"number": 3, "size": len(PARTS[2])}]
    assert seen(world, upload["id"])["parts"] == listed
    send(world, upload["id"], 2)
    answer = complete(world, upload["id"])
    assert (answer.status_code, (answer.json or {})["state"], (answer.json or {})["version"]) == (
        202,
        "completing",
        None,
    )
    work(world)
    done = seen(world, upload["id"])
    version = done["version"]
    assert (done["state"], done["asset_id"], version["number"]) == ("complete", version["asset_id"], 1)
    assert (version["sha256"], version["media_type"], version["filename"]) == (sha256(DATA), "image/png", "big.png")
    asset = world.get(f"assets/{done['asset_id']}")
    assert (asset["title"], asset["tags"], asset["campaigns"]) == ("Big", ["b", "a"], ["spring"])
    assert (asset["fields"], asset["description"]) == ({"alt": "t"}, "d")
    assert asset["created_by"] == world.people["contributor"].principal_id
    assert world.call("GET", f"assets/{done['asset_id']}/versions/1/content").data == DATA


def test_it_is_as_if_it_had_come_as_a_form(world: World) -> None:
    """The same events, and nothing left but the object."""
    form = world.asset(DATA, "big.png", role="contributor")
    before = world.bytes()
    upload_id = whole(world)
    complete(world, upload_id)
    work(world)
    told = [each for each in world.get("events?limit=200")["data"] if not each["type"].startswith("upload.")]
    made = seen(world, upload_id)["asset_id"]
    one, other = ([(e["type"], e["data"]) for e in told if e["asset_id"] == each] for each in (form["id"], made))
    assert other[:2] == one[:2]
    assert before.items() <= world.bytes().items()
    assert not [name for name in world.bytes() if name.startswith(("uploads", "incoming"))]


def test_a_new_version_keeps_what_belongs_to_the_asset(world: World) -> None:
    asset = world.asset(title="t", tag=["a"])
    upload_id = whole(world, asset_id=asset["id"], rationale="sharper")
    complete(world, upload_id)
    work(world)
    version = seen(world, upload_id)["version"]
    assert (version["number"], version["rationale"], version["asset_id"]) == (2, "sharper", asset["id"])
    assert world.get(f"assets/{asset['id']}")["title"] == "t"


@pytest.mark.parametrize("size", [0, 1, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE])
def test_sizes_at_the_edges(world: World, size: int) -> None:
    data = (DATA * 2)[:size]
    upload = begin(world, size=size)
    for number in range(1, upload["part_count"] + 1):
        (link,) = links(world, upload["id"], number)
        piece = data[(number - 1) * PART_SIZE : number * PART_SIZE]
        assert put(world, link["url"], piece).status_code == 200
    assert complete(world, upload["id"], sha256=sha256(data)).status_code == 202
    work(world)
    assert seen(world, upload["id"])["version"]["size"] == size


def test_a_part_that_is_sent_again_replaces_the_earlier_one(world: World) -> None:
    upload_id = whole(world)
    (link,) = links(world, upload_id, 2)
    other = bytes(PART_SIZE)
    assert put(world, link["url"], other).status_code == 200
    assert put(world, link["url"], PARTS[1]).status_code == 200
    assert put(world, link["url"], other).status_code == 200
    complete(world, upload_id)
    work(world)
    assert seen(world, upload_id)["version"]["sha256"] == sha256(PARTS[0] + other + PARTS[2])


def test_a_part_comes_as_a_socket_gives_it(world: World) -> None:
    """The real server ends the body itself, and says so."""
    (link,) = links(world, begin(world)["id"], 1)
    ended = {"wsgi.input_terminated": True}
    assert put(world, link["url"], PARTS[0], environ_overrides=ended).status_code == 200


def test_parts_may_come_at_once(world: World) -> None:
    upload = begin(world)
    answers: list[int] = []

    def one(link: dict[str, Any]) -> None:
        answers.append(put(world, link["url"], PARTS[link["number"] - 1]).status_code)

    threads = [
        threading.Thread(target=one, args=(link,))
        for link in links(world, upload["id"], 1, 2, 3) + links(world, upload["id"], 1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6
    complete(world, upload["id"], sha256=sha256(DATA))
    work(world)
    assert seen(world, upload["id"])["state"] == "complete"


class TestLinks:
    """What a link is good for: one part of one upload, in one size, until then."""

    def altered(self, url: str, **other: object) -> str:
        parts = urlsplit(url)
        return f"{parts.path}?{urlencode(dict(parse_qsl(parts.query)) | other)}"

    def test_a_link_that_was_altered_is_refused(self, world: World) -> None:
        upload, another = begin(world), begin(world)
        links(world, another["id"], 1)
        (link,) = links(world, upload["id"], 1)
        said = dict(parse_qsl(urlsplit(link["url"]).query))
        flipped = said["signature"][:-1] + ("0" if said["signature"][-1] != "0" else "1")
        before = world.state()
        for url in (
            self.altered(link["url"], signature=flipped),
            self.altered(link["url"], size=PART_SIZE - 1),
            self.altered(link["url"], expires=int(said["expires"]) + 1),
            link["url"].replace("/parts/1?", "/parts/2?"),
            link["url"].replace(upload["id"], another["id"]),
        ):
            size = int(dict(parse_qsl(urlsplit(url).query))["size"])
            problem(put(world, url, PARTS[0][:size]), 403, "link_invalid")
        for missing in ("signature", "size", "expires"):
            query = urlencode({name: value for name, value in said.items() if name != missing})
            problem(put(world, f"{urlsplit(link['url']).path}?{query}", PARTS[0]), 422, "invalid_request")
        assert world.state() == before

    def test_a_link_expires(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        upload = begin(world)
        monkeypatch.setattr(local_parts, "LINK_S", -1)
        (link,) = links(world, upload["id"], 1)
        before = world.state()
        problem(put(world, link["url"], PARTS[0]), 403, "link_expired")
        assert world.state() == before

    def test_a_body_of_another_length_is_refused(self, world: World) -> None:
        upload = begin(world)
        (link,) = links(world, upload["id"], 1)
        before = world.state()
        for data in (b"", PARTS[0][:-1], PARTS[0] + b"x"):
            problem(put(world, link["url"], data), 422, "part_size_differs")
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
        problem(put(world, link["url"], PARTS[0], environ_overrides=chunked), 411, "length_required")
        assert world.state() == before

    def test_a_client_that_goes_away_leaves_the_earlier_part(self, world: World) -> None:
        upload_id = whole(world)
        (link,) = links(world, upload_id, 1)
        before = world.state()
        length = {"CONTENT_LENGTH": str(PART_SIZE)}
        problem(put(world, link["url"], bytes(1000), environ_overrides=length), 400, "bad_request")
        assert world.state() == before
        complete(world, upload_id, sha256=sha256(DATA))
        work(world)
        assert seen(world, upload_id)["state"] == "complete"

    def test_the_key_is_the_services_own(self, world: World) -> None:
        links(world, begin(world)["id"], 1)
        assert (world.folder / "home" / "parts.key").stat().st_mode & 0o777 == 0o600

    def test_it_names_the_address_that_was_asked(self, world: World) -> None:
        (link,) = links(world, begin(world)["id"], 1)
        assert link["url"].startswith("http://localhost/api/v1/uploads/")


class TestAfterwards:
    """What was accepted stays as it was accepted."""

    @pytest.mark.parametrize("worked", [False, True])
    def test_a_part_that_comes_late_changes_nothing(self, world: World, worked: bool) -> None:
        upload_id = whole(world)
        (link,) = links(world, upload_id, 1)
        complete(world, upload_id)
        if worked:
            work(world)
        before = world.state()
        answer = put(world, link["url"], bytes(PART_SIZE))
        assert answer.status_code in (404, 409)
        assert world.state() == before
        work(world)
        assert seen(world, upload_id)["version"]["sha256"] == sha256(DATA)

    def test_a_part_that_was_on_its_way_when_it_was_closed(self, world: World) -> None:
        upload_id = whole(world)
        sink = received(world, upload_id)
        complete(world, upload_id)
        with sink:
            sink.write(bytes(PART_SIZE))
            with pytest.raises(Conflict):
                sink.finish()
        work(world)
        assert seen(world, upload_id)["version"]["sha256"] == sha256(DATA)

    def test_to_complete_twice_makes_one_version(self, world: World) -> None:
        upload_id = whole(world)
        for _ in range(2):
            assert complete(world, upload_id).status_code == 202
        work(world)
        assert complete(world, upload_id).status_code == 202
        assert complete(world, upload_id, sha256=sha256(DATA)).status_code == 202
        problem(complete(world, upload_id, sha256="0" * 64), 409, "upload_not_open")
        work(world)
        assert len(world.get("assets?q=")["data"]) == 1

    def test_two_completes_at_once_make_one_version(self, world: World) -> None:
        upload_id = whole(world)
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda: answers.append(complete(world, upload_id).status_code)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [202] * 4
        assert len([e for e in world.rows()["events"] if "upload.completing" in e]) == 1
        work(world)
        assert len(world.get("assets?q=")["data"]) == 1

    def test_a_worker_that_is_overtaken_makes_nothing(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """While the first one reads, a second one begins and ends."""
        upload_id = whole(world)
        complete(world, upload_id)
        seal = local_parts.Assembling.seal

        def overtaken(self: local_parts.Assembling) -> Any:
            monkeypatch.setattr(local_parts.Assembling, "seal", seal)
            assemble.assemble(world.services, upload_id)
            return seal(self)

        monkeypatch.setattr(local_parts.Assembling, "seal", overtaken)
        assemble.assemble(world.services, upload_id)
        work(world)
        assert (seen(world, upload_id)["state"], seen(world, upload_id)["tries"]) == ("complete", 2)
        assert len(world.get("assets?q=")["data"]) == 1

    def test_two_workers_at_once_make_one_version(self, world: World) -> None:
        upload_id = whole(world)
        complete(world, upload_id)
        threads = [threading.Thread(target=assemble_and_bear, args=(world, upload_id)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        work(world)
        assert seen(world, upload_id)["state"] == "complete"
        assert len(world.get("assets?q=")["data"]) == 1


def received(world: World, upload_id: str) -> Any:
    (link,) = links(world, upload_id, 1)
    said = dict(parse_qsl(urlsplit(link["url"]).query))
    return world.services.parts.receive(upload_id, 1, PART_SIZE, int(said["expires"]), said["signature"])


def assemble_and_bear(world: World, upload_id: str) -> None:
    """Who comes too late may be told so, and tries again."""
    with suppress(Conflict):
        assemble.assemble(world.services, upload_id)


class TestRefused:
    """4xx, and rows and bytes are as they were."""

    BODIES = (
        ({"size": 1}, 422, "invalid_request"),
        ({"filename": "a"}, 422, "invalid_request"),
        ({"filename": "a", "size": -1}, 422, "invalid_request"),
        ({"filename": "a", "size": 1.5}, 422, "invalid_request"),
        ({"filename": "a", "size": MAX_UPLOAD + 1}, 413, "too_large"),
        ({"filename": "../a", "size": 1}, 422, "invalid_filename"),
        ({"filename": "a\u202eb", "size": 1}, 422, "invalid_filename"),
        ({"filename": "a", "size": 1, "sha256": "A" * 64}, 422, "invalid_request"),
        ({"filename": "a", "size": 1, "rationale": "why"}, 422, "invalid_request"),
        ({"filename": "a", "size": 1, "colour": "red"}, 422, "invalid_request"),
        ({"filename": "a", "size": 1, "asset_id": "01234567-89ab-7cde-8f01-23456789abcd"}, 404, "asset_not_found"),
        (
            {"filename": "a", "size": 1, "asset_id": "01234567-89ab-7cde-8f01-23456789abcd", "title": "t"},
            422,
            "invalid_request",
        ),
    )

    def test_what_is_announced_wrongly(self, world: World) -> None:
        before = world.state()
        for body, status, code in self.BODIES:
            problem(world.post("uploads", body), status, code)
        assert world.state() == before

    def test_a_version_of_what_is_in_the_trash(self, world: World) -> None:
        asset = world.asset()
        upload_id = whole(world, asset_id=asset["id"], rationale="why")
        assert world.call("DELETE", f"assets/{asset['id']}").status_code == 204
        problem(world.post("uploads", {"filename": "a", "size": 1, "asset_id": asset["id"]}), 409, "trashed")
        complete(world, upload_id)
        work(world)
        failed = seen(world, upload_id)
        assert (failed["state"], failed["reason"]["code"], failed["version"]) == ("failed", "trashed", None)

    def test_only_so_many_at_a_time(self, world: World) -> None:
        first = begin(world)
        for _ in range(OPEN_UPLOADS - 1):
            begin(world)
        before = world.state()
        problem(world.post("uploads", {"filename": "a", "size": 1}, "contributor"), 429, "too_many_uploads")
        assert world.state() == before
        begin(world, "admin")
        assert world.call("DELETE", f"uploads/{first['id']}", "contributor").status_code == 204
        begin(world)

    def test_what_is_not_all_there(self, world: World) -> None:
        upload = begin(world)
        before = world.state()
        assert problem(complete(world, upload["id"]), 409, "parts_missing")["missing"] == [1, 2, 3]
        assert world.state() == before
        send(world, upload["id"], 2)
        before = world.state()
        assert problem(complete(world, upload["id"]), 409, "parts_missing")["missing"] == [1, 3]
        problem(complete(world, upload["id"], sha256="x"), 422, "invalid_request")
        assert world.state() == before
        send(world, upload["id"], 1, 3)  # it is open still

    def test_another_digest_than_was_announced(self, world: World) -> None:
        upload_id = whole(world, sha256=sha256(DATA))
        before = world.state()
        problem(complete(world, upload_id, sha256="0" * 64), 409, "digest_differs")
        assert world.state() == before

    @pytest.mark.parametrize("when", ["announced", "at the end"])
    def test_other_bytes_than_were_announced_become_nothing(self, world: World, when: str) -> None:
        wrong: dict[str, Any] = {"sha256": "0" * 64}
        before = world.bytes()
        upload_id = whole(world, **(wrong if when == "announced" else {}))
        assert complete(world, upload_id, **(wrong if when == "at the end" else {})).status_code == 202
        work(world)
        failed = seen(world, upload_id)
        assert (failed["state"], failed["reason"]["code"], failed["tries"]) == ("failed", "digest_differs", 1)
        assert sha256(DATA) in failed["reason"]["detail"]
        assert (failed["parts"], failed["version"], failed["asset_id"]) == ([], None, None)
        assert world.bytes() == before
        assert world.get("assets?q=")["data"] == []
        assert world.get("work?state=set_aside")["data"] == []
        problem(complete(world, upload_id), 409, "upload_not_open")
        problem(world.post(f"uploads/{upload_id}/parts", {"numbers": [1]}), 409, "upload_not_open")

    def test_parts_that_there_are_not(self, world: World) -> None:
        upload = begin(world)
        before = world.state()
        problem(world.post(f"uploads/{upload['id']}/parts", {"numbers": [1, 4]}), 422, "part_unknown")
        for numbers in ([], [0], ["1"], [True], list(range(1, 1002))):
            problem(world.post(f"uploads/{upload['id']}/parts", {"numbers": numbers}), 422, "invalid_request")
        assert world.state() == before

    def test_to_others_it_is_not_there(self, world: World) -> None:
        upload_id = whole(world)
        before = world.state()
        problem(world.call("GET", f"uploads/{upload_id}", "manager"), 404, "upload_not_found")
        problem(world.call("DELETE", f"uploads/{upload_id}", "manager"), 404, "upload_not_found")
        problem(complete(world, upload_id, "manager"), 404, "upload_not_found")
        problem(world.post(f"uploads/{upload_id}/parts", {"numbers": [1]}, "manager"), 404, "upload_not_found")
        assert world.state() == before
        assert complete(world, upload_id, "admin").status_code == 202
        work(world)
        assert seen(world, upload_id)["version"]["created_by"] == world.people["contributor"].principal_id


class TestEnds:
    """Given up, expired, or hindered too often."""

    def test_what_is_given_up_is_gone(self, world: World) -> None:
        before = world.bytes()
        upload_id = whole(world)
        (link,) = links(world, upload_id, 1)
        for _ in range(2):
            assert world.call("DELETE", f"uploads/{upload_id}", "contributor").status_code == 204
        problem(put(world, link["url"], PARTS[0]), 409, "upload_not_open")
        work(world)
        assert (seen(world, upload_id)["state"], world.bytes()) == ("aborted", before)
        assert put(world, link["url"], PARTS[0]).status_code == 404
        problem(complete(world, upload_id), 409, "upload_not_open")

    def test_what_is_being_completed_can_not_be_given_up(self, world: World) -> None:
        upload_id = whole(world)
        complete(world, upload_id)
        before = world.state()
        problem(world.call("DELETE", f"uploads/{upload_id}", "contributor"), 409, "upload_completing")
        assert world.state() == before
        work(world)
        before = world.state()
        problem(world.call("DELETE", f"uploads/{upload_id}", "contributor"), 409, "upload_complete")
        assert world.state() == before

    def test_what_nobody_goes_on_with_expires(self, world: World) -> None:
        stale, live = whole(world), whole(world)
        world.time.move(uploads.LIFETIME.total_seconds() - 1)
        links(world, live, 1)
        world.time.move(1)
        assemble.sweep(world.services)
        work(world)
        assert (seen(world, stale)["state"], seen(world, live)["state"]) == ("expired", "open")
        complete(world, live, sha256=sha256(DATA))
        work(world)
        assert seen(world, live)["state"] == "complete"
        assert not [name for name in world.bytes() if name.startswith("uploads")]

    def test_what_fails_each_time_ends_with_its_reason(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        upload_id = whole(world)
        complete(world, upload_id)

        def full(*_: object) -> None:
            raise StorageFull("storage_full", "There is no room for these bytes.")

        monkeypatch.setattr(local_parts.Assembling, "seal", full)
        for expected in ["completing"] * 4 + ["failed"]:
            work(world)
            found = seen(world, upload_id)
            assert (found["state"], found["reason"]["code"]) == (expected, "storage_full")
            world.time.move(200)
        work(world)
        assert (found["tries"], world.get("work?state=set_aside")["data"]) == (5, [])
        assert not [name for name in world.bytes() if name.startswith("uploads")]

    def test_a_job_that_was_lost_is_begun_again(self, world: World) -> None:
        upload_id = whole(world)
        complete(world, upload_id)
        with world.services.store.writing() as unit:
            unit.jobs.relay({}, 100)  # its event becomes no job
            unit.commit()
        assemble.sweep(world.services)
        work(world)
        assert seen(world, upload_id)["state"] == "completing"
        world.time.move(assemble.STUCK.total_seconds() + 1)
        assemble.sweep(world.services)
        work(world)
        assert seen(world, upload_id)["state"] == "complete"

    def test_old_ones_are_forgotten(self, world: World) -> None:
        upload_id = whole(world)
        complete(world, upload_id)
        work(world)
        world.time.move((assemble.KEPT + timedelta(seconds=1)).total_seconds())
        assemble.sweep(world.services)
        problem(world.call("GET", f"uploads/{upload_id}", "contributor"), 404, "upload_not_found")


class TestKeys:
    """Idempotency keys."""

    def test_the_same_announcement_is_one_upload(self, world: World) -> None:
        key = {"Idempotency-Key": "one"}
        body = {"filename": "a", "size": 1}
        first, second = (world.post("uploads", body, headers=key).json or {} for _ in range(2))
        assert first["id"] == second["id"]

    def test_links_are_made_anew_and_never_kept(self, world: World) -> None:
        upload = begin(world)
        for _ in range(2):
            answer = world.post(
                f"uploads/{upload['id']}/parts", {"numbers": [1]}, "contributor", headers={"Idempotency-Key": "one"}
            )
            assert answer.status_code == 200
            assert "signature" in (answer.json or [])[0]["url"]
        assert "signature" not in str(world.rows()["answers"])

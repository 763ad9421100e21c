"""Sample files over HTTP: what the browser's first start does with them."""

import io
import json

from tests.api.world import World, problem, sha256


def test_the_list_says_what_an_upload_needs_and_makes_nothing(world: World) -> None:
    found = world.get("samples", "contributor")
    assert found["next"] is None
    hero = next(each for each in found["data"] if each["name"] == "spring-hero.jpg")
    assert hero["size"] is None
    assert hero["url"] == "/api/v1/samples/spring-hero.jpg"
    assert (hero["replaces"], hero["rationale"]) == (None, None)
    evening = next(each for each in found["data"] if each["replaces"] == hero["name"])
    assert evening["rationale"]
    assert {each["media_type"] for each in found["data"]} == {"image/jpeg", "image/png", "image/webp"}


def test_one_is_taken_and_uploaded_in_the_ordinary_way(world: World) -> None:
    said = next(each for each in world.get("samples")["data"] if each["name"] == "emblem.png")
    answer = world.call("GET", said["url"], "contributor")
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert answer.headers["ETag"] == f'"{sha256(answer.data)}"'
    again = world.call("GET", said["url"], "contributor", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    form = {
        "file": (io.BytesIO(answer.data), said["name"]), "title": said["title"], "tag": said["tags"],
        "campaign": said["campaigns"], "description": said["description"], "fields": json.dumps(said["fields"]),
    }  # fmt: skip
    made = world.call("POST", "assets", "contributor", data=form, content_type="multipart/form-data")
    assert made.status_code == 201
    assert made.json is not None
    assert made.json["tags"] == said["tags"]
    assert made.json["fields"] == said["fields"]


def test_an_unknown_one_is_not_found(world: World) -> None:
    problem(world.call("GET", "samples/nothing.png", "contributor"), 404, "sample_not_found")
    assert world.call("GET", "samples/..%2Fsecret.key", "contributor").status_code == 404

"""The browser client as the service hands it out: compressed as asked for, kept by browsers, and nothing beside it."""

import re
from dataclasses import replace

from dam.api.context import EXTENSION
from dam.objects.address import Address
from dam.objects.bucket import Bucket
from dam.objects.s3 import S3Objects
from tests.api.world import World, problem


def test_the_page_is_the_same_at_every_address_and_names_files_that_are_there(world: World) -> None:
    page = world.call("GET", "/", role=None)
    assert page.text == world.call("GET", "/settings/people", role=None).text
    assert page.headers["Cache-Control"] == "no-cache"
    named = re.findall(r'"(/static/[^"]+)"', page.text)
    assert len(named) >= 3
    for name in named:
        answer = world.call("GET", name, role=None)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_page_runs_no_script_but_its_own(world: World) -> None:
    policy = dict(
        each.split(" ", 1) for each in world.call("GET", "/", role=None).headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|style=", world.call("GET", "/", role=None).text) == []


def test_the_page_sends_parts_to_the_store_and_nothing_elsewhere(world: World) -> None:
    def connects() -> str:
        policy = world.call("GET", "/", role=None).headers["Content-Security-Policy"]
        return next(each for each in policy.split("; ") if each.startswith("connect-src "))

    assert connects() == "connect-src 'self'"
    address = Address.parse("s3://key:secret@minio:9000/dam?secure=false&public=https://files.example.org")
    world.app.extensions[EXTENSION] = replace(world.services, parts=S3Objects(Bucket(address)).parts())
    assert connects() == "connect-src 'self' https://files.example.org"


def test_a_file_comes_in_the_best_coding_that_is_taken(world: World) -> None:
    script = next(iter(re.findall(r'src="(/static/[^"]+)"', world.call("GET", "/", role=None).text)))
    sizes = {
        coding: len(world.call("GET", script, role=None, headers={"Accept-Encoding": coding}).data)
        for coding in ("br, gzip", "gzip", "identity")
    }
    assert sizes["br, gzip"] < sizes["gzip"] < sizes["identity"]
    tag = world.call("GET", script, role=None).headers["ETag"]
    assert world.call("GET", script, role=None, headers={"If-None-Match": tag}).status_code == 304


def test_only_built_files_are_handed_out(world: World) -> None:
    for name in ("index.html", "../package.json", "%2e%2e/package.json", "assets", "assets/../index.html", "x.js"):
        problem(world.call("GET", f"/static/{name}", role=None), 404, "file_not_found")

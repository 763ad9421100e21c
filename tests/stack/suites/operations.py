"""A service that has outgrown one machine: copied onto servers while it goes on, saved there, and brought back."""

import secrets
import select
import signal
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.api.world import png
from tests.commands.test_backup import say
from tests.commands.test_up import Service, until_at_rest, until_rendered
from tests.flow.test_canary import processes, written
from tests.stack.suites.buckets import server_of
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import LONG
from tests.stack.suites.indices import named


@pytest.fixture
def target(stack: Stack) -> Iterator[dict[str, str]]:
    """The settings of an empty database, an empty bucket, and an index that is not there."""
    url, name = stack.url("postgresql"), f"test_{secrets.token_hex(8)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    bucket = server_of("minio", stack.url("minio"))
    with named(stack.url("elasticsearch")) as index:
        yield {
            "DAM_DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl(),
            "DAM_OBJECTS_URL": bucket.url,
            "DAM_SEARCH_URL": f"elasticsearch://{index.host}:{index.port}/{index.name}?secure=false",
        }


def until_found(service: Service, query: str, wanted: set[str]) -> None:
    """The index is filled beside the service, and after the answer to an upload."""
    end = time.monotonic() + LONG
    while True:
        try:
            found = {each["id"] for each in service.get(f"/api/v1/assets?q={query}")["data"]}
        except urllib.error.HTTPError as refused:
            refused.close()
            found = set()
        if found == wanted:
            return
        assert time.monotonic() < end, found
        select.select([], [], [], 0.1)


@pytest.mark.timeout(5 * LONG)
def test_a_service_moves_onto_servers_and_back(target: dict[str, str], tmp_path: Path) -> None:
    small = Service(tmp_path / "small")
    large: Service | None = None
    try:
        first = small.upload(png() + bytes(range(256)) * 30_000)["id"]
        picture = small.upload(png(40, 30))["id"]
        for each in (first, picture):
            until_rendered(small, each)
        file = tmp_path / "target"
        file.touch(0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in target.items()))
        ahead = say(small, "copy", "--to", str(file), "--objects-only", "--json")
        assert (ahead[0], ahead[1]["damaged"]) == (0, [])
        second = small.upload(png(50, 30))["id"]
        until_rendered(small, second)
        until_at_rest(small)
        assert small.end(signal.SIGTERM) == 0
        moved = say(small, "copy", "--to", str(file), "--json")
        assert (moved[0], moved[1]["damaged"]) == (0, [])
        assert 0 < moved[1]["copied"] < ahead[1]["copied"] <= moved[1]["objects"]

        large = Service(tmp_path / "large", DAM_LOG_LEVEL="debug", **target)
        until_found(large, "", {first, picture, second})
        third = large.upload(png(60, 30))["id"]
        until_rendered(large, third)
        until_found(large, "kind:image", {first, picture, second, third})
        backup = str(tmp_path / "backup")
        assert say(large, "backup", backup, "--json")[0] == 0
        assert say(large, "backup", backup, "--check", "--json")[0] == 0
        said = processes(large.process.pid)
        assert large.end(signal.SIGTERM) == 0
        assert large.process.stderr is not None
        said += large.process.stderr.read()
        for secret in (urlsplit(target["DAM_DATABASE_URL"]).password, urlsplit(target["DAM_OBJECTS_URL"]).password):
            assert secret
            assert secret not in said
            assert secret.encode() not in written(tmp_path, file.name)
        assert say(large, "fsck", "--full", "--json")[1]["findings"] == []

        home = str(tmp_path / "back")
        assert say(small, "restore", backup, "--json", DAM_HOME=home)[0] == 0
        back = say(small, "fsck", "--full", "--json", DAM_HOME=home)[1]
        assert (back["findings"], back["checked"]["assets"]) == ([], 4)
        assert not (tmp_path / "large" / "objects").exists()
    finally:
        small.close()
        if large is not None:
            large.close()

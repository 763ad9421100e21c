"""A whole service on SQLite and local folders, and clients of its API in each role.

Rule: what is here makes requests and looks at rows and bytes; what is right is asserted by the tests.
"""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, select
from werkzeug.test import TestResponse

from dam.domain.principals import ROLES, SYSTEM_ID, Actor, Grant, Principal, Role
from dam.objects.local import LocalObjects
from dam.operations import tokens
from dam.operations.ids import new_id
from dam.operations.tokens import Wanted
from dam.ports.services import Services
from dam.store.places import metadata
from tests.conftest import Time

Headers = dict[str, str]

API = "/api/v1"
ACCESS_RECORDS = {"sign_in_failures"}
"""Tables that a refused request may change; of the tokens only ``last_used_at`` may."""


def png(width: int = 2, height: int = 2, shade: int = 120) -> bytes:
    """A small, valid PNG; another shade is another content."""
    rows = b"".join(b"\x00" + bytes([shade % 256, shade // 256 % 256, 7]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class World:
    """``people``: an actor of each role."""

    services: Services
    app: Flask
    document: dict[str, Any]
    database_url: str
    folder: Path
    time: Time
    people: dict[Role, Actor]
    secrets: dict[Role, str]

    def call(self, method: str, path: str, role: Role | None = "admin", **kwargs: Any) -> TestResponse:
        """One request in a role (None: as nobody)."""
        headers: Headers = dict(kwargs.pop("headers", None) or {})
        if role is not None:
            headers["Authorization"] = f"Bearer {self.secrets[role]}"
        client = self.app.test_client(use_cookies=False)
        place = path if path.startswith("/") else f"{API}/{path}"
        return client.open(place, method=method, headers=headers, buffered=True, **kwargs)

    def get(self, path: str, role: Role | None = "admin", **kwargs: Any) -> Any:
        """The JSON of a GET that succeeds."""
        answer = self.call("GET", path, role, **kwargs)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: object = None, role: Role | None = "admin", **kwargs: Any) -> TestResponse:
        """A POST of JSON."""
        return self.call("POST", path, role, json=body, **kwargs) if body is not None else self.call(
            "POST", path, role, **kwargs
        )  # fmt: skip

    def upload(self, data: bytes = b"", name: str = "a.png", role: Role | None = "admin", **more: Any) -> TestResponse:
        """POST /assets."""
        headers = more.pop("headers", None)
        return self.call("POST", "assets", role, data=form(data or png(), name, **more), headers=headers)

    def asset(self, data: bytes = b"", name: str = "a.png", **more: Any) -> Any:
        """A new asset."""
        answer = self.upload(data, name, **more)
        assert answer.status_code == 201, answer.text
        return answer.json

    def version(self, asset_id: str, data: bytes, name: str = "b.png", role: Role | None = "admin") -> Any:
        """A new version of it."""
        answer = self.call("POST", f"assets/{asset_id}/versions", role, data=form(data, name, rationale="why"))
        assert answer.status_code == 201, answer.text
        return answer.json

    def approve(self, asset_id: str, number: int = 1, role: Role | None = "admin") -> Any:
        """Approve it as it stands; the rollout."""
        head = self.get(f"assets/{asset_id}")["approved"]
        digest = self.get(f"assets/{asset_id}/versions/{number}")["sha256"]
        body = {"sha256": digest, "expected_head": head["number"] if head else None}
        answer = self.post(f"assets/{asset_id}/versions/{number}/approve", body, role)
        assert answer.status_code == 202, answer.text
        return answer.json

    def channel(self, name: str = "shop") -> Any:
        """A folder channel."""
        place = self.folder / name
        place.mkdir()
        answer = self.post("channels", {"name": name, "kind": "folder", "config": {"path": str(place)}})
        assert answer.status_code == 201, answer.text
        return answer.json

    def placement(self, asset_id: str, channel_id: str, remote: str = "hero.png", **more: object) -> Any:
        """A placement."""
        body = {"asset_id": asset_id, "channel_id": channel_id, "remote": remote, **more}
        answer = self.post("placements", body)
        assert answer.status_code == 201, answer.text
        return answer.json

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, without the named access records."""
        engine = create_engine(self.database_url)
        found: dict[str, list[tuple[object, ...]]] = {}
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                if table.name not in ACCESS_RECORDS:
                    columns = [each for each in table.columns if each.name != "last_used_at"]
                    found[table.name] = sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
        engine.dispose()
        return found

    def bytes(self) -> dict[str, int]:
        """Every file of the object store, half received ones too."""
        root = self.folder / "objects"
        return {str(each.relative_to(root)): each.stat().st_size for each in root.rglob("*") if each.is_file()}

    def state(self) -> tuple[object, object]:
        """Rows and bytes."""
        return self.rows(), self.bytes()


def populate(services: Services) -> tuple[dict[Role, Actor], dict[Role, str]]:
    """An account and a token of each role."""
    people: dict[Role, Actor] = {}
    secrets: dict[Role, str] = {}
    for role in ROLES:
        with services.store.writing() as work:
            person = Principal(new_id(), "person", f"the {role}", work.now())
            work.add(person)
            work.people.set_role(Grant(person.id, role))
            work.commit()
        people[role] = Actor(person.id, person.name, role)
        _, secrets[role] = tokens.create(services, people[role], Wanted("test", role))
    return people, secrets


def form(data: bytes, name: str, **fields: Any) -> dict[str, Any]:
    """A multipart form with the file ``data``."""
    return {"file": (io.BytesIO(data), name), **fields}


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    found: dict[str, Any] = answer.json or {}
    assert found["code"] == code, found
    assert found["status"] == status
    assert set(found) >= {"type", "title", "status", "detail", "code", "errors"}
    return found


def objects_of(world: World) -> LocalObjects:
    """The object store itself."""
    assert isinstance(world.services.objects, LocalObjects)
    return world.services.objects


SYSTEM = Actor(SYSTEM_ID, "system", "admin")

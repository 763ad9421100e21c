"""A library as a team has it after some weeks, made over the service's API from its own sample files: versions, people,
channels, placements in every state, a rollout that is proven, and things that wait for somebody.

Rule: nothing is written behind the service's back but what others would do: a file in a channel's folder is edited, a
folder goes away.
"""

import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dam.samples.catalogue import SAMPLES, Sample
from dam.samples.make import save_all

Json = dict[str, Any]

WAIT = 0.1
PATIENCE = 1200  # looks; two minutes


@dataclass
class Campaign:
    """``assets`` by the name of their first file."""

    http: httpx.Client
    folder: Path
    assets: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)

    def post(self, path: str, **kwargs: Any) -> Any:
        answer = self.http.post(f"/api/v1/{path}", **kwargs)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.http.get(f"/api/v1/{path}")
        assert answer.is_success, answer.text
        return answer.json()

    def asset(self, name: str) -> Json:
        """As it is now."""
        found: Json = self.get(f"assets/{self.assets[name]['id']}")
        return found

    def upload(self, sample: Sample) -> None:
        with (self.folder / "files" / sample.name).open("rb") as file:
            if sample.replaces is not None:
                path = f"assets/{self.assets[sample.replaces]['id']}/versions"
                self.post(path, files={"file": (sample.name, file)}, data={"rationale": sample.rationale or ""})
                return
            data = {
                "title": sample.title,
                "description": sample.description,
                "tag": list(sample.tags),
                "campaign": list(sample.campaigns),
            }
            self.assets[sample.name] = self.post("assets", files={"file": (sample.name, file)}, data=data)

    def channel(self, name: str) -> Path:
        """A folder channel of that name; returns its folder."""
        root = self.folder / name.lower().replace(" ", "-")
        root.mkdir()
        body = {"name": name, "kind": "folder", "config": {"path": str(root)}}
        self.channels[name] = self.post("channels", json=body)
        return root

    def place(self, name: str, channel: str, remote: str, recipe: str = "original") -> Json:
        body = {
            "asset_id": self.assets[name]["id"],
            "channel_id": self.channels[channel]["id"],
            "remote": remote,
            "recipe": recipe,
        }
        placed: Json = self.post("placements", json=body)
        return placed

    def approve(self, name: str, number: int, note: str = "") -> Json:
        version = self.get(f"assets/{self.assets[name]['id']}/versions/{number}")
        head = self.asset(name)["approved"]
        body = {"sha256": version["sha256"], "expected_head": head and head["number"], "note": note}
        rollout: Json = self.post(f"assets/{self.assets[name]['id']}/versions/{number}/approve", json=body)
        return rollout

    def placements(self) -> Iterator[Json]:
        cursor = ""
        while cursor is not None:
            page = self.get(f"placements?limit=200{cursor and f'&cursor={cursor}'}")
            yield from page["data"]
            cursor = page["next"]

    def until(self, so: Callable[[], bool]) -> None:
        for _ in range(PATIENCE):
            if so():
                return
            select.select([], [], [], WAIT)
        raise AssertionError("It did not come to be.")


PLACES = (
    ("spring-hero.jpg", "Web site", "img/hero.jpg", "original"),
    ("spring-hero.jpg", "Web site", "img/hero.webp", "large-2048"),
    ("spring-hero.jpg", "Shop", "start/spring.webp", "preview-1024"),
    ("coffee-bag.jpg", "Shop", "products/bag-250.jpg", "original"),
    ("coffee-bag.jpg", "Partner kit", "packshots/bag.jpg", "original"),
    ("coffee-bag.jpg", "Web site", "img/bag.webp", "preview-1024"),
    ("banner-square.jpg", "Partner kit", "social/square.jpg", "original"),
    ("banner-square.jpg", "Shop", "start/offer.jpg", "original"),
    ("enamel-mug.jpg", "Shop", "products/mug.jpg", "original"),
    ("autumn-banner.png", "Microsite 2026", "header.png", "original"),
    ("lake-at-dusk.jpg", "Microsite 2026", "lake.jpg", "original"),
)
APPROVED = (
    "spring-hero.jpg",
    "coffee-bag.jpg",
    "banner-square.jpg",
    "enamel-mug.jpg",
    "autumn-banner.png",
    "lake-at-dusk.jpg",
)


MANAGER, APPROVER, CONTRIBUTOR = "Noor Haddad", "Jonas Berg", "Mila Costa"
COLLEAGUES = {MANAGER: "manager", APPROVER: "approver", CONTRIBUTOR: "contributor"}
PROGRAMS = (("Shop import", "viewer"), ("Print works upload", "contributor"))
LEFT_OUT = "flat-white.jpg"
TEASER = {
    "name": "shop-teaser", "title": "Shop teaser", "format": "webp", "fit": "cover", "width": 800, "height": 600,
}  # fmt: skip


def play(address: str, token: str, folder: Path) -> Campaign:
    """Make all of it; returns when what was begun is done. ``folder`` must be empty or missing."""
    save_all(folder / "files")
    team = Campaign(_client(address, Authorization=f"Bearer {token}"), folder)
    admin, people = team.http, _hire(team, address)
    team.http = people[CONTRIBUTOR]
    for sample in SAMPLES:
        if sample.replaces is None:
            team.upload(sample)
    team.http = people[MANAGER]
    roots = {name: team.channel(name) for name in ("Web site", "Shop", "Partner kit", "Microsite 2026")}
    team.http = people[APPROVER]
    for name in APPROVED:
        team.approve(name, 1, "Signed off in the Tuesday review")
    team.http = people[MANAGER]
    for place in PLACES:
        team.place(*place)
    team.until(lambda: all(each["state"] == "current" for each in team.placements()))
    _replace(team, people)
    _go_wrong(team, roots)
    team.http = admin
    return team


def _client(address: str, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers=headers, timeout=60)


def _hire(team: Campaign, address: str) -> dict[str, httpx.Client]:
    """Who works here, each signed in; and the programs."""
    people = {}
    for name, role in COLLEAGUES.items():
        whole = {"name": name, "password": f"the password of {name}"}
        team.post("users", json={**whole, "role": role})
        people[name] = _client(address)
        session = people[name].post("/api/v1/sessions", json=whole).raise_for_status().json()
        people[name].headers["X-CSRF-Token"] = session["csrf"]
    for name, role in PROGRAMS:
        team.post("tokens", json={"name": name, "role": role})
    team.post("recipes", json=TEASER)
    return people


def _replace(team: Campaign, people: dict[str, httpx.Client]) -> None:
    """New versions of some, one of them approved and in its places; one picture is taken out again."""
    team.http = people[CONTRIBUTOR]
    for sample in SAMPLES:
        if sample.replaces is not None:
            team.upload(sample)
    team.http.delete(f"/api/v1/assets/{team.assets[LEFT_OUT]['id']}").raise_for_status()
    team.http = people[APPROVER]
    team.approve("spring-hero.jpg", 2, "Evening light tested 11 % better")
    team.until(lambda: all(each["state"] == "current" for each in team.placements()))
    team.http = people[MANAGER]


def _go_wrong(team: Campaign, roots: dict[str, Path]) -> None:
    """Somebody edits a file by hand, and a folder is gone."""
    (roots["Shop"] / "products/mug.jpg").write_bytes(b"edited by hand")
    roots["Microsite 2026"].rename(team.folder / "moved away")
    for each in team.placements():
        if each["remote"] in ("products/mug.jpg", "header.png", "lake.jpg"):
            team.post(f"placements/{each['id']}/verify")
    wrong = {"drifted": 1, "unreachable": 2}

    def so() -> bool:
        states = [each["state"] for each in team.placements()]
        return all(states.count(state) == count for state, count in wrong.items())

    team.until(so)

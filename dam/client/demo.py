"""``dam demo``: the whole story on the running service, ending in a table of proof.

Rule: the digests in the column "digest read" are the demo's own: it opens the files in the folder on the disk, and
fetches the objects from the bucket if one is given, and hashes them. What the service says stands beside them, and a
difference ends with exit 1.
"""

import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from dam.client import bucket as buckets
from dam.client import command
from dam.client.channels import schema_of, typed
from dam.client.failure import Failure
from dam.client.http import Service, Thing
from dam.client.rollouts import POLL_S, follow
from dam.client.sending import send
from dam.client.text import clean, print_json, say, table, when
from dam.samples import make
from dam.samples.catalogue import NAMED, Sample

CAMPAIGN = "Demo: the long way"
HERO, EVENING = "spring-hero.jpg", "spring-hero-evening.jpg"
SHOWN = (
    HERO, EVENING, "coffee-bag.jpg", "enamel-mug.jpg", "flat-white.jpg", "banner-square.jpg", "autumn-banner.png",
    "winter-teaser.webp", "emblem.png",
)  # fmt: skip
"""The samples that the story is told with; the others take their time."""
PATIENCE_S = 20.0
PLACES = (("home/hero.jpg", "original"), ("home/hero.webp", "large-2048"), ("mail/spring.webp", "preview-1024"))

Look = Callable[[str], str | None]
"""The demo's own look at a remote name of a channel: the digest of what is there."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One placement: what should be there by the service, and what the demo found there itself."""

    remote: str
    version: int | None
    expected: str | None
    read: str | None
    verified_at: str | None
    state: str
    channel: str = ""

    @property
    def name(self) -> str:
        """As commands name a placement."""
        return f"{self.channel}:{self.remote}" if self.channel else self.remote

    @property
    def holds(self) -> bool:
        """Whether the service calls it current, and the demo's own look agrees."""
        return self.state == "current" and self.read is not None and self.read == self.expected


@click.command()
@click.option("--samples", metavar="DIR", type=click.Path(path_type=Path), help="Only make the sample files, there.")
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), help="An empty folder to place into.")
@click.option(
    "--s3", metavar="KEY=VALUE", multiple=True, callback=command.values,
    help="A bucket to place into as well: endpoint=…, bucket=…, key=…, secret=@FILE, as of a channel of the kind s3.",
)  # fmt: skip
@command.as_json
def demo(*, samples: Path | None, folder: Path | None, s3: dict[str, str], as_json: bool) -> None:
    """Show the whole story on the running service, with proof from the disk."""
    if samples is not None:
        _only_samples(samples, as_json=as_json)
        return
    with command.connect() as service, tempfile.TemporaryDirectory(prefix="dam-demo-") as workspace:
        target = folder if folder is not None else Path(tempfile.mkdtemp(prefix="dam-demo-channel-"))
        proofs = Story(service, Path(workspace), target.absolute(), s3, quiet=as_json).tell()
    _report(proofs, target, as_json=as_json)


class Story:
    """The demo's steps, in order, on one service, one folder, and one bucket if its configuration is given."""

    def __init__(self, service: Service, workspace: Path, target: Path, bucket: dict[str, str], *, quiet: bool) -> None:
        self._service = service
        self._workspace = workspace
        self._target = target
        self._bucket = bucket
        self._looks: dict[str, Look] = {}
        self._names: dict[str, str] = {}
        self._quiet = quiet

    def tell(self) -> list[Proof]:
        """Everything, from files to proof. Raises Failure, Exit 1 if a rollout needs a person."""
        files = {path.name: path for path in make.save_all(self._workspace, SHOWN)}
        self._say(f"Made {len(files)} sample files.")
        assets = self._upload(files)
        self._search()
        hero, channels = assets[HERO], self._channels()
        self._approve(hero, 1)
        placements = [self._place(hero, each, remote, recipe) for each in channels for remote, recipe in PLACES]
        self._say(f"Placed it in {len(placements)} places, each with its own recipe.")
        self._replace(hero, files[EVENING])
        self._follow(self._approve(hero, 2))
        original = _hash(files[EVENING])
        return [self._proof(self._service.get(f"/placements/{each['id']}"), original) for each in placements]

    def _upload(self, files: dict[str, Path]) -> dict[str, Thing]:
        """All but the second hero, which becomes a version of the first one."""
        made = {}
        for name, path in files.items():
            if name != EVENING:
                with path.open("rb") as file:
                    made[name] = send(self._service, "/assets", file, name, _described(NAMED[name]))
        self._say(f"Uploaded {len(made)} assets with the tag demo into the campaign {CAMPAIGN!r}.")
        return made

    def _search(self) -> None:
        """Search, once the index has caught up; it follows the uploads by a moment."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = self._service.get("/assets", q=f'campaign:"{CAMPAIGN}" tag:demo', limit=1)
            if found["index"]["behind"] == 0 or time.monotonic() > end:
                break
            time.sleep(POLL_S)
        self._say(f'Searched for campaign:"{CAMPAIGN}" tag:demo and found {found["total"]}.')

    def _channels(self) -> list[Thing]:
        self._target.mkdir(parents=True, exist_ok=True)
        name = f"demo-{secrets.token_hex(3)}"
        made = [self._channel(name, "folder", {"path": str(self._target)}, lambda remote: _hash(self._target / remote))]
        self._say(f"Made the channel {name}, which is the folder {self._target}.")
        if self._bucket:
            config = typed(self._bucket, schema_of(self._service, "s3"))
            config["prefix"] = "/".join(part for part in (config.get("prefix"), name) if part)
            made.append(self._channel(f"{name}-bucket", "s3", config, partial(buckets.digest, config)))
            self._say(f"Made the channel {name}-bucket, which is {config['prefix']} in the bucket {config['bucket']}.")
        return made

    def _channel(self, name: str, kind: str, config: Thing, look: Look) -> Thing:
        made = self._service.post("/channels", {"name": name, "kind": kind, "config": config})
        self._looks[made["id"]], self._names[made["id"]] = look, name
        return made

    def _approve(self, asset: Thing, number: int) -> Thing:
        path = f"/assets/{asset['id']}"
        head = self._service.get(path)["approved"]
        version = self._service.get(f"{path}/versions/{number}")
        body = {"sha256": version["sha256"], "expected_head": head["number"] if head else None, "note": "demo"}
        self._say(f"Approved version {number} of {asset['title']}, sha256 {version['sha256']}.")
        return self._service.post(f"{path}/versions/{number}/approve", body)

    def _place(self, asset: Thing, channel: Thing, remote: str, recipe: str) -> Thing:
        body = {"asset_id": asset["id"], "channel_id": channel["id"], "remote": remote, "recipe": recipe}
        return self._service.post("/placements", body)

    def _replace(self, asset: Thing, path: Path) -> None:
        with path.open("rb") as file:
            form = {"rationale": NAMED[EVENING].rationale}
            made = send(self._service, f"/assets/{asset['id']}/versions", file, path.name, form)
        self._say(f"Uploaded version {made['number']}: {NAMED[EVENING].rationale}")

    def _follow(self, rollout: Thing) -> None:
        follow(self._service, rollout["number"], as_json=False, quiet=self._quiet)

    def _proof(self, placement: Thing, original: str | None) -> Proof:
        """What should be there, beside what is there. For the original that is the digest of the demo's own file, for
        the others the service's recorded artefact.
        """
        desired, remote = placement["desired"], placement["remote"]
        expected = original if placement["recipe"] == "original" else desired["sha256"]
        read = self._looks[placement["channel_id"]](remote)
        channel = self._names[placement["channel_id"]]
        return Proof(remote, desired["version"], expected, read, placement["verified_at"], placement["state"], channel)

    def _say(self, line: str) -> None:
        if not self._quiet:
            say(clean(line))


def _described(sample: Sample) -> dict[str, Any]:
    """The form of its upload."""
    return {
        "title": sample.title,
        "description": sample.description,
        "tag": ["demo", *sample.tags],
        "campaign": [CAMPAIGN, *sample.campaigns],
        "fields": json.dumps({"alt_text": sample.alt}),
    }


def _only_samples(folder: Path, *, as_json: bool) -> None:
    made = make.save_all(folder)
    if as_json:
        print_json([str(each) for each in made])
    for path in made if not as_json else ():
        say(clean(path))


def _hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _report(proofs: list[Proof], target: Path, *, as_json: bool) -> None:
    if as_json:
        print_json([{**_plain(each), "holds": each.holds} for each in proofs])
    else:
        say()
        table(
            ("placement", "version", "digest expected", "digest read", "verified at"),
            [(each.name, each.version, each.expected, each.read, when(each.verified_at)) for each in proofs],
        )
        say()
    wrong = [each.name for each in proofs if not each.holds]
    if wrong:
        raise Failure("not_proven", f"What is there is not what it should be: {', '.join(wrong)}.")
    if not as_json:
        say(f"Every place shows the approved version. Look for yourself: {clean(target)}")


def _plain(proof: Proof) -> Thing:
    return {
        "channel": proof.channel, "placement": proof.remote, "version": proof.version,
        "digest_expected": proof.expected, "digest_read": proof.read, "verified_at": proof.verified_at,
        "state": proof.state,
    }  # fmt: skip

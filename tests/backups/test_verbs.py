"""A backup brings everything back, on either kind of database, or says why it can't; nothing is half restored."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self

import pytest
from sqlalchemy import create_engine, inspect

from dam.backups import verbs
from dam.backups.folder import TABLES, Folder, Rows, Writing
from dam.backups.transfer import Moved
from dam.domain import states
from dam.domain.errors import Conflict, DamError, Invalid, NotFound, Unavailable
from dam.domain.principals import Principal, Session, SignInLink
from dam.operations import fsck
from dam.operations.ids import new_id
from dam.operations.sign_in import digest_of
from dam.ports.objects import ObjectSink, ObjectStore, StoredObject
from dam.store import migrate
from tests.backups.conftest import Build, Site
from tests.workers.world import jobs, upload


def quiet(moved: Moved) -> None:
    """Nobody wants to know how far it is."""


def back_up(site: Site, folder: Folder) -> Moved:
    return verbs.back_up(site.url, site.services.objects, folder, quiet)[1]


def restore(folder: Folder, target: Site, *, accept_damage: bool = False) -> Moved:
    rows = folder.rows(folder.manifest())
    return verbs.restore(rows, folder.objects(), target.target, quiet, accept_damage=accept_damage)


def refused(code: str, folder: Folder, target: Site) -> None:
    with pytest.raises(DamError) as refusal:
        restore(folder, target)
    assert refusal.value.code == code


def believed(rows: dict[str, Any]) -> dict[str, Any]:
    """Without what is not believed of another time."""
    for asset in rows["assets"]:
        del asset["indexed_seq"]
    for placement in rows["placements"]:
        del placement["proof_digest"], placement["epoch"], placement["look_at"]
    return rows


def test_all_comes_back_on_either_kind_of_database(any_site: Site, any_empty: Site, folder: Folder) -> None:
    saved = back_up(any_site, folder)
    restored = restore(folder, any_empty)
    assert believed(any_empty.rows()) == believed(any_site.rows())
    assert saved.copied == saved.named == restored.copied == len(list(any_empty.services.objects.list()))
    report = fsck.check(any_empty.services, full=True)
    assert (report.findings, report.damaged) == ([], False)
    assert report.checked["objects"] == saved.named
    assert not migrate.upgrade(any_empty.url)


def test_what_was_restored_goes_on(site: Site, any_empty: Site, folder: Folder) -> None:
    """Nothing is proven before it was looked at, no number is given twice, and everything is found again."""
    for number in range(3):
        upload(site.services, f"More {number}")
    with site.services.store.writing() as work:
        work.jobs.relay({"version.created": ("render",)}, 100)
        leased = work.jobs.lease(("render",), work.now(), work.now().replace(year=2099), 1)
        last = max(job.id for job in [*leased, *work.jobs.page("due", None, 100)])
        work.commit()
    back_up(site, folder)
    restore(folder, any_empty)

    assert jobs(any_empty.services.store, "leased") == []
    with any_empty.services.store.reading() as work:
        standing = work.placements.standings(after=None, limit=1, ended=False)[0]
        assert states.state(standing).word == "verifying"
        assert work.assets.count_behind() == 5
    with any_empty.services.store.writing() as work:
        work.jobs.enqueue("look", {})
        work.commit()
    assert max(job.id for job in jobs(any_empty.services.store)) > last
    any_empty.drain()
    with any_empty.services.store.reading() as work:
        assert states.state(work.placements.standing(standing.placement.id)).word == "current"  # type: ignore[arg-type]
        assert work.assets.count_behind() == 0
    assert len(any_empty.services.index.sequences([each["id"] for each in any_empty.rows()["assets"]])) == 5  # type: ignore[misc]
    assert fsck.check(any_empty.services, full=True).findings == []


def test_a_place_that_changed_since_the_backup_is_not_green(site: Site, empty: Site, folder: Folder) -> None:
    back_up(site, folder)
    (site.folder / "shop" / "hero.png").write_bytes(b"shown since")
    restore(folder, empty)
    empty.drain()
    with empty.services.store.reading() as work:
        found = work.placements.standings(after=None, limit=1, ended=False)[0]
    assert states.state(found).word == "drifted"


def test_a_second_backup_copies_what_is_new(site: Site, empty: Site, folder: Folder) -> None:
    first = back_up(site, folder)
    upload(site.services, "New")
    second = back_up(site, folder)
    assert (second.named, second.copied) == (first.named + 1, 1)
    assert len(list(folder.path.glob("rows-*"))) == 1
    restore(folder, empty)
    assert len(empty.rows()["assets"]) == 3


def test_the_secrets_of_those_who_are_signed_in_are_not_saved(site: Site, folder: Folder) -> None:
    with site.services.store.writing() as work:
        now = work.now()
        end = now + timedelta(days=1)
        ann = Principal(new_id(), "person", "ann", now)
        work.add(ann)
        work.add(Session(digest_of("cookie"), ann.id, "csrf-value", now, end))
        work.add(SignInLink(digest_of("link"), ann.id, now, end))
        work.commit()
    back_up(site, folder)
    text = b"".join(path.read_bytes() for path in folder.path.rglob("*.jsonl"))
    assert b"csrf-value" not in text
    assert digest_of("link").encode() not in text


def test_it_is_private(site: Site, folder: Folder) -> None:
    back_up(site, folder)
    assert folder.path.stat().st_mode & 0o777 == 0o700
    written = [path for path in folder.path.rglob("*") if path.is_file() and "objects" not in path.parts]
    assert {path.stat().st_mode & 0o077 for path in written} == {0}


class Uploading(ObjectStore):
    """A store that calls ``between`` before each object is read: what happens while a backup runs."""

    def __init__(self, real: ObjectStore, between: Any) -> None:
        self._real, self._between = real, between

    def receive(self) -> ObjectSink:
        return self._real.receive()

    def find(self, sha256: str) -> StoredObject | None:
        return self._real.find(sha256)

    def open(self, sha256: str) -> BinaryIO:
        self._between()
        return self._real.open(sha256)

    def link(self, sha256: str, media_type: str, disposition: str) -> str | None:
        return self._real.link(sha256, media_type, disposition)

    def list(self) -> Iterator[StoredObject]:
        return self._real.list()

    def sweep(self) -> int:
        return self._real.sweep()


class Writers:
    """People who upload and approve, each in a thread, as long as this is open."""

    def __init__(self, site: Site, count: int) -> None:
        self._site = site
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(count)]
        self.acknowledged: list[str] = []
        self.failures: list[Exception] = []

    def until(self, count: int) -> None:
        """Until so many uploads were approved."""
        while len(self.acknowledged) < count and not self.failures:
            self._stop.wait(0.005)

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                asset = upload(self._site.services, f"Asset {threading.get_ident()} {len(self.acknowledged)}")
                self._site.approve(asset)
                self.acknowledged.append(asset)
        except Exception as error:
            self.failures.append(error)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_a_backup_beside_writers_is_of_one_moment(any_site: Site, any_empty: Site, folder: Folder) -> None:
    """People upload and approve from before the snapshot until after the last byte; what they had been told is done
    before it began is there, and what is there is whole.
    """
    with Writers(any_site, 3) as people:
        people.until(10)
        before = list(people.acknowledged)
        source = Uploading(any_site.services.objects, lambda: people.until(min(len(people.acknowledged) + 1, 60)))
        verbs.back_up(any_site.url, source, folder, quiet)
        assert len(people.acknowledged) > len(before)
    assert people.failures == []
    restore(folder, any_empty)
    there = {row["id"]: row["head"] for row in any_empty.rows()["assets"]}
    assert all(there[asset] == 1 for asset in before)
    any_empty.drain()
    assert fsck.check(any_empty.services, full=True).findings == []


# What is refused.


def test_a_backup_that_was_interrupted_is_none(site: Site, empty: Site, folder: Folder) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verbs.back_up(site.url, Uploading(site.services.objects, killed), folder, quiet)
    with pytest.raises(NotFound) as refusal:
        folder.manifest()
    assert refusal.value.code == "backup_incomplete"

    back_up(site, folder)
    manifest = folder.manifest()
    upload(site.services, "Later")
    with pytest.raises(KeyboardInterrupt):
        verbs.back_up(site.url, Uploading(site.services.objects, killed), folder, quiet)
    assert folder.manifest() == manifest
    restore(folder, empty)
    assert len(empty.rows()["assets"]) == 2


def test_a_restore_that_was_interrupted_goes_on(site: Site, empty: Site, folder: Folder) -> None:
    back_up(site, folder)
    broken = folder.rows(folder.manifest())
    seen = []

    def third() -> None:
        seen.append(1)
        if len(seen) == 3:
            raise Unavailable("objects_unavailable", "It is away.")

    source = Uploading(folder.objects(), third)
    with pytest.raises(Unavailable):
        verbs.restore(broken, source, empty.target, quiet, accept_damage=False)
    went_on = restore(folder, empty)
    assert went_on.copied < went_on.named
    assert fsck.check(empty.services, full=True).findings == []


def test_a_target_with_something_in_it_is_refused(site: Site, any_empty: Site, folder: Folder) -> None:
    back_up(site, folder)
    restore(folder, any_empty)
    before = any_empty.rows()
    refused("target_not_empty", folder, any_empty)
    assert any_empty.rows() == before


def test_rows_that_fail_leave_nothing(
    site: Site, any_empty: Site, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what was only found while they were loaded: the rows come all at once."""
    back_up(site, folder)
    manifest = folder.manifest()
    last = folder.path / manifest.rows / "counted.jsonl"
    monkeypatch.setattr("dam.backups.folder.Rows.verify", lambda self: None)
    last.write_bytes(last.read_bytes() + b"{}\n")
    with pytest.raises((Invalid, KeyError)):
        restore(folder, any_empty)
    migrate.upgrade(any_empty.url)
    assert not any(any_empty.rows().values())


@pytest.mark.parametrize("change", ["altered", "shortened", "lost"])
def test_damaged_rows_are_refused(site: Site, build: Build, folder: Folder, tmp_path: Path, change: str) -> None:
    back_up(site, folder)
    path = folder.path / folder.manifest().rows / "tables" / "assets.jsonl"
    text = path.read_bytes()
    if change == "lost":
        path.unlink()
    else:
        path.write_bytes(text.replace(b"Hero", b"Zero") if change == "altered" else text.splitlines(keepends=True)[0])
    target = build("target", f"sqlite:///{tmp_path / 'target.sqlite'}")
    refused("backup_damaged", folder, target)
    assert list(target.services.objects.list()) == []
    with pytest.raises(Invalid):
        verbs.check(folder, quiet)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"rows": "../elsewhere"},
        {"files": {"/etc/passwd": {"lines": 1, "sha256": ""}}},
        {"files": {"../../x": {"lines": 1, "sha256": ""}}},
        {"files": 7},
        {"surplus": 1},
    ],
)
def test_a_manifest_that_is_none_is_refused(folder: Folder, change: dict[str, Any]) -> None:
    said = {"format": 1, "schema": "0001", "made_at": "", "rows": "rows-1", "files": {}, "damaged": []}
    (folder.path / "manifest.json").write_text(json.dumps({**said, **change}))
    with pytest.raises(Invalid) as refusal:
        folder.manifest()
    assert refusal.value.code == "backup_invalid"


def damage(objects: Path, digest: str, data: bytes | None) -> None:
    path = objects / "objects" / digest[:2] / digest[2:4] / digest
    size = path.stat().st_size
    path.unlink()
    if data is not None:
        path.write_bytes(data.ljust(size, b"x"))


@pytest.mark.parametrize("data", [b"altered", None])
def test_bytes_that_a_backup_has_lost_are_not_restored(
    site: Site, build: Build, folder: Folder, tmp_path: Path, data: bytes | None
) -> None:
    back_up(site, folder)
    lost = str(site.rows()["versions"][0]["sha256"])
    damage(folder.path, lost, data)
    assert verbs.check(folder, quiet).damaged == [lost]
    target = build("target", f"sqlite:///{tmp_path / 'target.sqlite'}")
    refused("objects_damaged", folder, target)
    assert target.services.objects.find(lost) is None
    migrate.upgrade(target.url)
    assert not any(target.rows().values())
    assert restore(folder, target, accept_damage=True).damaged == [lost]
    codes = {each.code for each in fsck.check(target.services, full=True).findings}
    assert codes == {"bytes_missing"}


def test_what_a_service_has_lost_does_not_keep_the_rest_from_being_saved(site: Site, folder: Folder) -> None:
    lost = str(site.rows()["versions"][0]["sha256"])
    damage(site.folder / "objects", lost, b"altered")
    moved = back_up(site, folder)
    assert (moved.damaged, moved.copied) == ([lost], moved.named - 1)
    assert folder.manifest().damaged == (lost,)


def test_bytes_saved_before_they_were_damaged_stay_saved(site: Site, empty: Site, folder: Folder) -> None:
    back_up(site, folder)
    damage(site.folder / "objects", str(site.rows()["versions"][0]["sha256"]), b"altered")
    assert back_up(site, folder).damaged == []
    restore(folder, empty)
    assert fsck.check(empty.services, full=True).findings == []


def columns_at(revision: str) -> dict[str, set[str]]:
    """The columns of each table, as they were at this revision."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate.upgrade_to(connection, revision)
        inspector = inspect(connection)
        found = {
            name: {column["name"] for column in inspector.get_columns(name)} for name in inspector.get_table_names()
        }
    engine.dispose()
    return found


def as_older(rows: Rows, into: Writing, columns: dict[str, set[str]]) -> Rows:
    """The same rows as an older version would have written them: what it does not know had nothing in it."""
    for path in rows.files:
        name = Path(path).stem
        if not path.startswith(TABLES):
            into.write(path, rows.lines(path))
        elif name in columns:
            into.write(path, ({key: row[key] for key in row if key in columns[name]} for row in rows.lines(path)))
    return into.done()


def test_a_backup_of_an_older_schema_is_brought_up_to_date(any_site: Site, any_empty: Site, folder: Folder) -> None:
    back_up(any_site, folder)
    rows = as_older(folder.rows(folder.manifest()), folder.writing("0003"), columns_at("0003"))
    verbs.restore(rows, folder.objects(), any_empty.target, quiet, accept_damage=False)
    newer: dict[str, object] = {"timings": []}
    wanted = believed(any_site.rows()) | newer
    unread = [{**row, "embedded": None} for row in wanted["contents"]]
    assert believed(any_empty.rows()) | newer == wanted | {"contents": unread}
    assert not migrate.upgrade(any_empty.url)


def test_a_backup_of_a_newer_schema_is_refused(site: Site, build: Build, folder: Folder, tmp_path: Path) -> None:
    back_up(site, folder)
    said = json.loads((folder.path / "manifest.json").read_text())
    (folder.path / "manifest.json").write_text(json.dumps({**said, "schema": "9999"}))
    refused("database_newer", folder, build("target", f"sqlite:///{tmp_path / 'target.sqlite'}"))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("mine")
    with pytest.raises(Conflict) as refusal, Folder(tmp_path).held(make=True):
        pass
    assert refusal.value.code == "not_a_backup"
    with pytest.raises(NotFound), Folder(tmp_path).held(make=False):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["papers"]


def test_two_backups_into_one_folder_do_not_meet(folder: Folder) -> None:
    with pytest.raises(Conflict) as refusal, Folder(folder.path).held(make=True):
        pass
    assert refusal.value.code == "backup_in_use"

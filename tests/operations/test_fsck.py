"""``dam fsck``: a sound service is sound, and each kind of damage is found under its code."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.domain.assets import Seen
from dam.domain.principals import SYSTEM
from dam.operations import channels, decide, findings, fsck, place
from dam.operations.channels import Setup
from dam.operations.place import Where
from dam.ports.services import Services
from dam.store.work import open_store
from tests.workers.conftest import serving
from tests.workers.world import Painter, upload
from workers.drain import drain


@pytest.fixture(scope="module")
def story(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a whole story in it: two assets, one approved and shown in a folder."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "site").mkdir()
    store = open_store(f"sqlite:///{shutil.copy(migrated_file, folder / 'dam.sqlite')}")
    with serving(store, folder) as services:
        services.index.rebuild([])
        channel = channels.add(services, SYSTEM, Setup("site", "folder", {"path": str(folder / "site")}))
        upload(services, "Other")
        asset_id = upload(services, "Hero")
        place.place(services, SYSTEM, asset_id, Where(channel, "hero.png", "original"))
        with services.store.reading() as work:
            version = work.assets.version(asset_id, 1)
        assert version is not None
        decide.approve(services, SYSTEM, asset_id, 1, Seen(version.sha256))
        drain(services, Painter())
    store.dispose()
    return folder


@pytest.fixture
def used(story: Path, tmp_path: Path) -> Iterator[Services]:
    """A copy of the story, to be damaged."""
    shutil.copytree(story, tmp_path, dirs_exist_ok=True)
    store = open_store(f"sqlite:///{tmp_path / 'dam.sqlite'}")
    with serving(store, tmp_path) as services:
        yield services
    store.dispose()


def codes(services: Services, *, full: bool = False) -> set[tuple[str, str]]:
    return {(each.level, each.code) for each in fsck.check(services, full=full).findings}


def test_after_a_whole_story_all_is_sound(used: Services) -> None:
    report = fsck.check(used, full=True)
    assert (report.findings, report.damaged) == ([], False)
    looked_at = ("contents", "artefacts", "assets", "versions", "decisions", "placements", "attempts", "deliveries")
    assert all(report.checked[name] for name in (*looked_at, "rollouts", "events", "objects"))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE contents SET size = size + 1", "size_differs"),
        ("DELETE FROM contents", "content_missing"),
        ("DELETE FROM versions", "version_missing"),
        ("UPDATE assets SET latest = 0", "versions_miscounted"),
        ("UPDATE assets SET head = NULL", "head_unfounded"),
        ("UPDATE assets SET head = 1", "head_unfounded"),
        ("UPDATE decisions SET head_before = 1", "heads_broken"),
        ("UPDATE decisions SET kind = 'rollback'", "never_approved"),
        ("UPDATE decisions SET sha256 = replace(sha256, substr(sha256, 1, 4), 'ffff')", "decision_digest_differs"),
        ("UPDATE artefacts SET sha256 = NULL", "artefact_incomplete"),
        ("UPDATE artefacts SET state = 'failed', reason_code = NULL", "artefact_unexplained"),
        ("UPDATE placements SET fence = 0", "attempt_ahead"),
        ("UPDATE placements SET proof_fence = 99", "proof_ahead"),
        ("UPDATE attempts SET permit_until = NULL", "write_without_permit"),
        ("UPDATE attempts SET delivery_id = 'none'", "attempt_orphaned"),
        ("UPDATE deliveries SET fence = 99", "delivery_ahead"),
        ("UPDATE deliveries SET state = 'failed', reason_code = NULL", "failure_unexplained"),
        ("UPDATE deliveries SET state = 'leased', lease_until = NULL", "lease_unfounded"),
        ("UPDATE events SET number = number + 1000 WHERE number > 2", "events_missing"),
        ("DELETE FROM events WHERE number = (SELECT max(number) FROM events)", "events_missing"),
    ],
)
def test_contradictory_rows_are_damage(used: Services, tmp_path: Path, statement: str, code: str) -> None:
    with sqlite3.connect(tmp_path / "dam.sqlite") as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        assert connection.execute(statement).rowcount > 0
    connection.close()
    assert ("damage", code) in codes(used)


def objects(tmp_path: Path) -> list[Path]:
    return [Path(folder) / name for folder, _, names in os.walk(tmp_path / "objects" / "objects") for name in names]


def test_missing_bytes_are_damage(used: Services, tmp_path: Path) -> None:
    for file in objects(tmp_path):
        file.unlink()
    assert ("damage", "bytes_missing") in codes(used)


def test_altered_bytes_are_damage_that_only_a_full_check_finds(used: Services, tmp_path: Path) -> None:
    file = objects(tmp_path)[0]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert codes(used) == set()
    assert codes(used, full=True) == {("damage", "bytes_altered")}


def test_an_orphan_is_only_told(used: Services) -> None:
    with used.objects.receive() as sink:
        sink.write(b"of an upload that never committed")
        sink.finish()
    report = fsck.check(used, full=True)
    assert {each.code for each in report.findings} == {"orphan"}
    assert not report.damaged


def test_an_index_that_is_newer_than_the_database_is_told(used: Services, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "dam.sqlite") as connection:
        connection.execute("UPDATE assets SET index_seq = 0")
    connection.close()
    assert ("note", "index_ahead") in codes(used)


def test_of_very_many_findings_the_first_are_kept_and_all_are_counted() -> None:
    report = findings.Report()
    for number in range(findings.MOST_FINDINGS + 5):
        report.add("note", "orphan", f"object:{number}", "Left over.")
    assert (len(report.findings), report.found["note"]) == (findings.MOST_FINDINGS, findings.MOST_FINDINGS + 5)

"""``dam backup``, ``restore`` and ``copy`` as they are typed, beside a service that runs and onto one that does not."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.world import png
from tests.commands.test_up import LONG, Service, until_rendered


@pytest.fixture
def services() -> Iterator[list[Service]]:
    begun: list[Service] = []
    yield begun
    for each in begun:
        each.close()


def say(service: Service, *arguments: str, **settings: str) -> tuple[int, Any, str]:
    """Run a command; its exit code, what it answered, and the code of what it complained about."""
    process = subprocess.run(
        [*service.program, *arguments],
        env={**service.environment, **settings},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert "Traceback" not in process.stderr
    answer = json.loads(process.stdout) if process.stdout else None
    return process.returncode, answer, process.stderr.partition(":")[0]


def test_a_running_service_is_saved_and_comes_back_elsewhere(services: list[Service], tmp_path: Path) -> None:
    service = Service(tmp_path / "home")
    services.append(service)
    asset = service.upload()["id"]
    until_rendered(service, asset)
    folder, elsewhere = str(tmp_path / "backup"), str(tmp_path / "elsewhere")
    code, saved, _ = say(service, "backup", folder, "--json")
    assert (code, saved["damaged"]) == (0, [])
    assert saved["copied"] == saved["objects"] >= 2
    assert say(service, "restore", folder, "--json")[::2] == (1, "home_in_use")
    later = service.upload(png(9, 9))["id"]
    assert say(service, "backup", folder, "--json")[1]["copied"] >= 1
    assert say(service, "backup", folder, "--check", "--json")[0] == 0
    assert service.end(signal.SIGTERM) == 0

    assert say(service, "restore", folder, "--json")[::2] == (1, "target_not_empty")
    assert say(service, "restore", folder, "--json", DAM_HOME=elsewhere)[0] == 0
    assert say(service, "fsck", "--full", "--json", DAM_HOME=elsewhere)[1]["findings"] == []
    again = Service(Path(elsewhere))
    services.append(again)
    assert again.said["link"] is None  # its people came with it
    until_rendered(again, later)
    assert {each["id"] for each in again.get("/api/v1/assets")["data"]} >= {asset, later}
    assert again.end(signal.SIGTERM) == 0


def test_a_service_does_not_start_on_half_a_restore(services: list[Service], tmp_path: Path) -> None:
    service = Service(tmp_path / "home")
    services.append(service)
    service.upload()
    folder, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    assert say(service, "backup", str(folder), "--json")[0] == 0
    lost = next(path for path in (folder / "objects").rglob("*") if path.is_file())
    kept = lost.read_bytes()
    lost.unlink()
    assert say(service, "backup", str(folder), "--check", "--json")[0] == 1
    assert say(service, "restore", str(folder), DAM_HOME=str(elsewhere))[::2] == (1, "objects_damaged")
    assert say(service, "up", DAM_HOME=str(elsewhere))[::2] == (1, "restore_unfinished")
    lost.write_bytes(kept)
    assert say(service, "restore", str(folder), "--json", DAM_HOME=str(elsewhere))[0] == 0
    assert say(service, "worker", "--once", "--json", DAM_HOME=str(elsewhere))[0] == 0


def test_everything_is_copied_to_another_service(services: list[Service], tmp_path: Path) -> None:
    service = Service(tmp_path / "home")
    services.append(service)
    asset = service.upload()["id"]
    until_rendered(service, asset)
    file = tmp_path / "target"
    file.write_text(f"# the new place\n\nDAM_HOME={tmp_path / 'there'}\n")
    assert say(service, "copy", "--to", str(file))[::2] == (1, "home_in_use")
    ahead = say(service, "copy", "--to", str(file), "--objects-only", "--json")
    assert (ahead[0], ahead[1]["copied"]) == (0, ahead[1]["objects"])
    assert service.end(signal.SIGTERM) == 0
    moved = say(service, "copy", "--to", str(file), "--json")
    assert (moved[0], moved[1]["copied"]) == (0, 0)
    assert say(service, "copy", "--to", str(file))[::2] == (1, "target_not_empty")
    assert not (tmp_path / "home" / "copy").exists()
    again = Service(tmp_path / "there")
    services.append(again)
    assert again.get(f"/api/v1/assets/{asset}")["id"] == asset
    assert again.end(signal.SIGTERM) == 0
    assert say(again, "fsck", "--full", "--json")[1]["findings"] == []


@pytest.mark.parametrize(
    ("text", "detail"),
    [("DAM_HOME\n", "line 1"), ("DAM_HOM=/x\n", "DAM_HOM"), ("DAM_HOME={home}\n", "names the database")],
)
def test_a_target_that_can_not_be_meant_is_refused(tmp_path: Path, text: str, detail: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dam.sqlite").touch()
    (tmp_path / "target").write_text(text.format(home=home))
    process = subprocess.run(
        [*Service.program, "copy", "--to", str(tmp_path / "target")],
        env={"DAM_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert process.returncode == 1
    assert process.stderr.startswith("settings_invalid: ")
    assert detail in process.stderr


def test_nothing_is_saved_of_nothing(tmp_path: Path) -> None:
    process = subprocess.run(
        [*Service.program, "backup", str(tmp_path / "backup")],
        env={"DAM_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert (process.returncode, process.stderr.partition(":")[0]) == (1, "nothing_here")
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "backup").exists()

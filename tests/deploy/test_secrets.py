"""``make secrets``: random, complete, consistent, read by who has to, and never replaced."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.settings import VARIABLES, Settings
from dam import wiring
from dam.objects.address import Address
from deploy import bucket_key, make_secrets
from tests.deploy.files import ROOT, compose

OPERATE = ROOT / "docs" / "operate.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "secrets"
    make_secrets.write(made)
    return made


def test_compose_finds_each_of_them(folder: Path) -> None:
    assert {file.name for file in folder.iterdir()} == set(compose()["secrets"])


def test_nobody_else_gets_in_and_who_is_in_reads(folder: Path) -> None:
    """Compose mounts a file as it is, for a user whose number is not its owner's."""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o444}


def test_two_stacks_have_nothing_in_common(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other"
    make_secrets.write(other)
    assert all(file.read_text() != (other / file.name).read_text() for file in folder.iterdir())
    passwords = re.findall(r"[0-9a-f]{40,}", " ".join(file.read_text() for file in folder.iterdir()))
    assert len(set(passwords)) == 7  # PostgreSQL's two, MinIO's two, Elasticsearch's, RabbitMQ's, and our own key


def test_the_service_takes_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        for name in variable.names:
            monkeypatch.delenv(name, raising=False)
    for name in ("database_url", "objects_url", "search_url", "broker_url", "secret_key"):
        monkeypatch.setenv(f"DAM_{name.upper()}_FILE", str(folder / name))
    settings = Settings.read()
    services = compose()["services"]
    for url in (settings.database_url, settings.objects_url, settings.search_url, settings.broker_url):
        assert urlsplit(url).hostname in services
    assert Address.parse(settings.objects_url).secure is False
    wiring.choose(settings)
    assert wiring.has_broker(settings)


def test_servers_have_the_passwords_of_the_urls(folder: Path) -> None:
    said = {file.name: file.read_text().strip() for file in folder.iterdir()}
    assert urlsplit(said["database_url"]).password == said["database_password"]
    assert urlsplit(said["search_url"]).password == said["elastic_password"]
    broker = urlsplit(said["broker_url"])
    assert said["rabbitmq.conf"].split("\n") == [
        f"default_user = {broker.username}",
        f"default_pass = {broker.password}",
    ]
    assert urlsplit(said["objects_url"]).password != said["minio_root_password"]


def test_they_are_never_replaced(folder: Path) -> None:
    before = {file.name: file.read_text() for file in folder.iterdir()}
    again = subprocess.run(
        [sys.executable, ROOT / "deploy" / "make_secrets.py", folder], capture_output=True, text=True, check=False
    )
    assert (again.returncode, again.stdout) == (1, "")
    assert "stays as it is" in again.stderr
    assert {file.name: file.read_text() for file in folder.iterdir()} == before


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        make_secrets.write(tmp_path / "secrets")
    assert list(tmp_path.iterdir()) == []


def test_git_and_the_builder_never_see_them() -> None:
    assert {"/secrets/", "/settings.env"} <= set((ROOT / ".gitignore").read_text().split("\n"))
    ignored = (ROOT / ".dockerignore").read_text()
    assert "!secrets" not in ignored
    assert "!settings.env" not in ignored


def test_the_bucket_s_policy_is_the_documented_one() -> None:
    told = re.search(r"```json\n(.*?)```", OPERATE.read_text(encoding="utf-8"), re.DOTALL)
    assert told is not None
    assert bucket_key.POLICY.read_text(encoding="utf-8") == told[1]


def test_the_policy_is_for_the_bucket_that_is_asked_for() -> None:
    assert "arn:aws:s3:::other/objects/*" in str(bucket_key.policy("other"))
    assert ":::dam" not in str(bucket_key.policy("other"))

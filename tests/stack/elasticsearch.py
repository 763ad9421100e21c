"""Elasticsearch: the real server with fewer modules, as its makers publish it for integration tests."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import cache, versions, web
from tests.stack.place import Place, free_port

NAME = "elasticsearch"
_START_S = 300
_OPTIONS = "-Xms512m\n-Xmx512m\n-XX:-AlwaysPreTouch\n-XX:+UseSerialGC\n-Djava.io.tmpdir=${ES_TMPDIR}\n"
_JAVAS = Path("/usr/lib/jvm")


def find() -> Path:
    """The archive. Raises CannotInstall."""
    wanted = versions.of(NAME)
    return cache.kept(f"elasticsearch-{wanted['version']}.zip", _fetch, wanted["sha256"])


def version() -> str:
    """Raises CannotInstall, also if there is no Java for it."""
    java_home()
    find()
    return versions.of(NAME)["version"]


def java_home() -> Path:
    """A Java that is new enough. Raises CannotInstall."""
    named = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    beside = sorted(_JAVAS.iterdir()) if _JAVAS.is_dir() else []
    least = versions.of(NAME)["java"]
    for home in [*named, *beside]:
        if versions.at_least(_java_version(home), least):
            return home
    raise cache.CannotInstall(f"Elasticsearch needs Java {least} or newer; name its folder with ES_JAVA_HOME.")


@contextmanager
def running() -> Iterator[str]:
    """``http://HOST:PORT`` of an empty node without security; it listens on the loopback only."""
    with Place(NAME) as place:
        with zipfile.ZipFile(find()) as archive:
            archive.extractall(place.folder)
        home = next(each for each in place.folder.iterdir() if each.name.startswith("elasticsearch-"))
        for program in home.glob("bin/*"):
            program.chmod(0o755)
        port = free_port()
        _configure(place, home, port)
        place.start(
            [home / "bin" / "elasticsearch"],
            {
                "ES_JAVA_HOME": str(java_home()),
                "ES_PATH_CONF": str(place.folder / "config"),
                "ES_TMPDIR": str(place.make("tmp")),
            },
            lambda: web.says_ok(f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=1s"),
            _START_S,
        )
        yield f"http://127.0.0.1:{port}"


def _configure(place: Place, home: Path, port: int) -> None:
    settings = {
        "path.data": place.make("data"),
        "path.logs": place.make("logs"),
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": free_port(),
        "xpack.security.enabled": "false",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        **versions.settings(NAME),
    }
    place.make("config")  # it keeps its keystore there too
    for given in (home / "config").iterdir():
        if given.is_file():
            place.write(f"config/{given.name}", given.read_text())
    place.write("config/elasticsearch.yml", "".join(f"{name}: {value}\n" for name, value in settings.items()))
    place.write("config/jvm.options", _OPTIONS)


def _fetch(to: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise cache.CannotInstall(f"Maven is needed to fetch {to.name}; or put that file into {cache.folder()}.")
    print("Fetching Elasticsearch, once.", flush=True)
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    cache.run(
        [
            *(maven, "--batch-mode", "--quiet", plugin, f"-Dartifact={versions.of(NAME)['artefact']}"),
            *(f"-DoutputDirectory={to.parent}", "-Dmdep.useBaseVersion=true"),
        ],
        tries=2,
    )
    next(to.parent.glob("*.zip")).replace(to)


def _java_version(home: Path) -> str:
    """As the program says it, ``0`` if it says nothing."""
    program = home / "bin" / "java"
    if not program.exists():
        return "0"
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    return said.split('"')[1] if '"' in said else "0"

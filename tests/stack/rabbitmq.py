"""RabbitMQ: the distribution's package, run with everything of its own: name, cookie, ports, folders."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import cache, versions, web
from tests.stack.place import Place, free_port, secret

NAME = "rabbitmq"
_FOLDER = Path("/usr/lib/rabbitmq/bin")
_START_S = 90
_GREETING = b"AMQP\x00\x00\x09\x01"
_FRAME = b"\x01\x00\x00"  # a method on channel 0: the server's start


def find() -> Path:
    """The program that runs as its caller; the one on the PATH changes the user. Raises CannotInstall."""
    program = _FOLDER / "rabbitmq-server"
    if not program.exists():
        cache.package(versions.of(NAME)["package"], "rabbitmq-server")
    return program


def version() -> str:
    """As the package says it. Raises CannotInstall if it is too old."""
    find()
    query = ["dpkg-query", "--show", "--showformat=${Version}", versions.of(NAME)["package"]]
    found = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    if not versions.at_least(found, versions.of(NAME)["version"]):
        raise cache.CannotInstall(f"RabbitMQ {found} is too old: {versions.of(NAME)['version']} is needed.")
    return found.partition("-")[0]


@contextmanager
def running() -> Iterator[str]:
    """``amqp://USER:PASSWORD@HOST:PORT/`` of an empty broker."""
    with Place(NAME) as place:
        port, names, distribution = free_port(), free_port(), free_port()
        user, password = secret(), secret()
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{port}",
            f"default_user = {user}",
            f"default_pass = {password}",
            "loopback_users = none",
        ]
        place.write(".erlang.cookie", secret(), 0o400)
        environment = {
            "RABBITMQ_NODENAME": f"t{port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(place.make("mnesia")),
            "RABBITMQ_LOG_BASE": str(place.make("logs")),
            "RABBITMQ_PID_FILE": str(place.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(place.write("rabbitmq.conf", "\n".join(lines) + "\n")),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(place.write("plugins", "[].\n")),
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        # Its daemon of names would outlive it; started here, it ends with the rest.
        epmd = shutil.which("epmd") or "/usr/bin/epmd"
        listening = lambda: web.replies(names, b"\x00\x01n", names.to_bytes(4, "big"))  # noqa: E731
        place.start([epmd, "-port", str(names), "-address", "127.0.0.1"], environment, listening, _START_S)
        place.start([find()], environment, lambda: web.replies(port, _GREETING, _FRAME), _START_S)
        yield f"amqp://{user}:{password}@127.0.0.1:{port}/"

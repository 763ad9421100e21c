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
_START_S = 300
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
        broker = Broker(place)
        broker.start()
        yield broker.url


class Broker:
    """One broker, which can be stopped, emptied and started again at the same address."""

    def __init__(self, place: Place) -> None:
        """Starts its daemon of names, which would outlive it; here it ends with the rest."""
        self._place = place
        self._port, names, distribution = free_port(), free_port(), free_port()
        user, password = secret(), secret()
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self._port}",
            f"default_user = {user}",
            f"default_pass = {password}",
            "loopback_users = none",
        ]
        place.write(".erlang.cookie", secret(), 0o400)
        self._kept = place.make("mnesia")
        self._environment = {
            "RABBITMQ_NODENAME": f"t{self._port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self._kept),
            "RABBITMQ_LOG_BASE": str(place.make("logs")),
            "RABBITMQ_PID_FILE": str(place.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(place.write("rabbitmq.conf", "\n".join(lines) + "\n")),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(place.write("plugins", "[].\n")),
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        self.url = f"amqp://{user}:{password}@127.0.0.1:{self._port}/"
        epmd = shutil.which("epmd") or "/usr/bin/epmd"
        listening = lambda: web.replies(names, b"\x00\x01n", names.to_bytes(4, "big"))  # noqa: E731
        place.start([epmd, "-port", str(names), "-address", "127.0.0.1"], self._environment, listening, _START_S)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = self._place.start(
            [find()], self._environment, lambda: web.replies(self._port, _GREETING, _FRAME), _START_S
        )

    def stop(self, *, kill: bool = False) -> None:
        """Stop it in order, or kill it; its messages stay on the disk."""
        self._place.stop(self._process, kill=kill)

    def empty(self) -> None:
        """While it is stopped: nothing that it had is left, queues included."""
        for each in self._kept.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()

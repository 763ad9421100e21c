"""What the children of a service do, and the program of one that is started afresh because a forked one has crashed.

``python -m dam.commands.child web|worker SOCKET PARENT``. Rule: a fresh child does what the forked one did; only its
memory is its own. Must not: take the locks that its parent holds.
"""

import importlib
import socket
import sys

import click

from config import logging
from config.settings import Settings
from dam.commands.forking import Body, begin, run

WEB, WORKER = "web", "worker"


def body(name: str, settings: Settings, listening: socket.socket) -> Body:
    """What the child of that name does; its modules are loaded by this call, and nothing is opened."""
    module = importlib.import_module({WEB: "dam.commands.web", WORKER: "dam.commands.work"}[name])
    if name == WEB:
        return lambda: int(module.serve(settings, listening))
    return lambda: int(module.work(settings))


@click.command()
@click.argument("name", type=click.Choice([WEB, WORKER]))
@click.argument("descriptor", type=int)
@click.argument("parent", type=int)
def main(name: str, descriptor: int, parent: int) -> None:
    """Be that child of ``parent``; ``descriptor`` is the socket that listens."""
    begin(parent)
    settings = Settings.read()
    logging.configure(settings.log_format, settings.log_level)
    sys.exit(run(body(name, settings, socket.socket(fileno=descriptor))))


if __name__ == "__main__":
    main()

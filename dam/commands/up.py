"""``dam up``: the supervisor's tale.

Rule: everything that web server and worker need is imported here, once, and used after the fork; nothing is opened but
the locks and the socket. The order is: lock the home, listen, prepare (which prints the sign-in link), let web server
and worker begin, and become the small program that watches them (``watch``). Must not: open the database.
"""

import gc
import importlib
import signal
import socket

from config.settings import Settings
from dam.commands import apart, child, home, listening
from dam.commands.forking import Body, supervise
from workers import memory


def up(settings: Settings, *, as_json: bool) -> int:
    """Run the whole service in the foreground until SIGTERM or SIGINT; returns the exit code.

    Raises Conflict ``home_in_use``, ``address_in_use``.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with home.whole(settings.home) as lock, listening.bind(settings) as bound:
            # That of one that was killed: its port may be another program's by now.
            home.address_file(settings.home).unlink(missing_ok=True)
            return _run(settings, lock, bound, as_json=as_json)
    except KeyboardInterrupt:
        return 0  # asked to stop while it was still preparing


def _run(settings: Settings, lock: home.Lock, bound: socket.socket, *, as_json: bool) -> int:
    json_option = ["--json"] if as_json else []
    with apart.running("prepare", listening.address(bound), *json_option, lock=lock) as preparing:
        bodies = _bodies(settings, bound)
        if preparing.wait() != 0:
            return 1  # it has said why
    return supervise(settings, bodies, lock, bound)


def _bodies(settings: Settings, bound: socket.socket) -> dict[str, Body]:
    """What the children do. Their modules are loaded while the preparation runs on the other core."""
    gc.disable()  # collecting while everything is being loaded finds nothing, and takes a tenth of the start
    bodies = {name: child.body(name, settings, bound) for name in (child.WEB, child.WORKER)}
    importlib.import_module("dam.wiring").choose(settings)
    # What is loaded by now stays: a collection in a child would write to each object, and so copy its page.
    gc.collect()
    memory.give_back()
    gc.freeze()
    gc.enable()
    return bodies

"""The socket that requests come in by.

Rule: bound by the process that stays, before anything else is begun, so that a taken port is told at once and
connections wait while the web server starts, or is started again.
"""

import socket

from config.settings import Settings
from dam.domain.errors import Conflict

_BACKLOG = 2048


def bind(settings: Settings) -> socket.socket:
    """Listen. Raises Conflict ``address_in_use``."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        where = f"{settings.host}:{settings.port}"
        raise Conflict("address_in_use", f"{where} can't be listened on: {error.strerror}. Set PORT.") from error
    return listening


def address(listening: socket.socket) -> str:
    """The URL under which this machine reaches the socket."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

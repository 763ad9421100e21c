"""Does a server answer over HTTP, or take connections?"""

import socket
import urllib.error
import urllib.request
from contextlib import closing
from http import HTTPStatus

_ONE_TRY_S = 2


def says_ok(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with closing(urllib.request.urlopen(url, timeout=_ONE_TRY_S)) as answer:
            return int(answer.status) == HTTPStatus.OK
    except (OSError, urllib.error.URLError):
        return False


def replies(port: int, greeting: bytes, begin: bytes) -> bool:
    """Whether a server of the loopback answers a greeting with something that begins so."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_ONE_TRY_S) as connection:
            connection.sendall(greeting)
            return connection.recv(1024).startswith(begin)
    except OSError:
        return False

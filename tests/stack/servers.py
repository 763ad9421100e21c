"""Every server that the harness knows: one module each, and a plain dict of them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.stack import elasticsearch, minio, postgresql, rabbitmq, redis, versitygw


@dataclass(frozen=True)
class Server:
    """``version`` finds or installs it and says which it is (raises CannotInstall); ``running`` gives its URL."""

    version: Callable[[], str]
    running: Callable[[], AbstractContextManager[str]]


SERVERS: Mapping[str, Server] = {
    each.NAME: Server(each.version, each.running)
    for each in (postgresql, minio, versitygw, elasticsearch, rabbitmq, redis)
}


def variable(server: str) -> str:
    """The variable in which a suite finds a server's URL."""
    return f"STACK_{server.upper()}_URL"

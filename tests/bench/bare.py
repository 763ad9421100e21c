"""The service's web server, with its options, around an application that does next to nothing:

    POST …        parse a multipart body with werkzeug's own form parser, and discard it
    GET /<name>   send a file of the folder by the server's ``wsgi.file_wrapper``

Rule: what is measured against the service must do nothing that can be left out. ``python -m tests.bench.bare FOLDER``
says its port as JSON.
"""

import io
import json
import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, cast

from werkzeug.formparser import FormDataParser

from config.settings import Settings
from dam.commands.listening import address, bind
from dam.commands.web import Server

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Discarded(io.RawIOBase):
    """Where a file goes that nobody wants."""

    def write(self, data: Any, /) -> int:
        return len(data)


def _discarding(*about: object, **more: object) -> IO[bytes]:
    return cast("IO[bytes]", Discarded())


class Bare(Server):
    """The service's server around ``Application``."""

    def __init__(self, folder: Path, settings: Settings, listening: socket.socket) -> None:
        self._folder = folder
        super().__init__(settings, listening)

    def load(self) -> "Application":
        return Application(self._folder)


class Application:
    """WSGI, without a framework."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            FormDataParser(stream_factory=_discarding).parse_from_environ(environ)
            start("201 Created", [("Content-Length", "0")])
            return []
        file = (self._folder / environ["PATH_INFO"].lstrip("/")).open("rb", buffering=0)
        start("200 OK", [("Content-Length", str(os.fstat(file.fileno()).st_size))])
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
        return wrapped


def main(folder: Path) -> None:
    """Serve until SIGTERM."""
    settings = Settings(port=0)
    with bind(settings) as listening:
        print(json.dumps({"port": int(address(listening).rpartition(":")[2])}), flush=True)
        Bare(folder, settings, listening).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

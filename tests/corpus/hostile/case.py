"""What a hostile case is, and the canary: what nobody may read, and whom nobody may reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SHOWN, KEPT = "shown", "kept"
COLOUR = (255, 0, 255)
"""Of every picture that the canary has, and of no other in the corpus."""
TOKEN = "canary-7d1f0c52"
"""In every text that the canary has."""


@dataclass(frozen=True)
class Hostile:
    """``outcome``: the code of the reason, ``shown`` where a safe picture can be made of it, ``kept`` where the type
    has no decoder; several with ``|`` between where it is the library's choice. Those of the family ``endless`` would
    go on for longer than anybody waits."""

    family: str
    name: str
    data: bytes
    outcome: str


@dataclass(frozen=True)
class Canary:
    """``host``: address and port of the listeners; ``folder``: where the files are."""

    host: str
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def references(self, name: str) -> Mapping[str, str]:
        """Each way to name one of its files, or its listener."""
        path, host = self.path(name), self.host
        return {
            "http": f"http://{host}/{name}",
            "https": f"https://{host}/{name}",
            "ftp": f"ftp://{host}/{name}",
            "gopher": f"gopher://{host}/1{name}",
            "no scheme": f"//{host}/{name}",
            "UNC": f"\\\\{host.replace(':', '@')}\\share\\{name}",
            "smb": f"smb://{host}/share/{name}",
            "a file URL": f"file://{path}",
            "an absolute path": path,
            "a relative path": "../" * 16 + path.lstrip("/"),
            "a path through proc": f"/proc/self/root{path}",
        }

    def streams(self, name: str) -> Mapping[str, str]:
        """Those that FFmpeg's protocols know besides."""
        path, host = self.path(name), self.host
        return {
            "concat": f"concat:{path}|{path}",
            "subfile": f"subfile,,start,0,end,0,,:{path}",
            "crypto": f"crypto+file://{path}",
            "a UNIX socket": f"unix:{self.path('socket')}",
            "tcp": f"tcp://{host}",
            "udp": f"udp://{host}",
            "rtmp": f"rtmp://{host}/a",
            "rtsp": f"rtsp://{host}/a",
        }

"""Where an Elasticsearch is, and who asks: ``elasticsearch://USER:PASSWORD@HOST:PORT/NAME?secure=false&ca=…``.

Rule: everything is in the URL, each part percent-encoded; what is not known is refused. Whatever is wrong, nothing of
the URL is repeated: it holds a secret. Must not: connect.
"""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

FORM = "elasticsearch://USER:PASSWORD@HOST:PORT/NAME"

_PORT = 9200
# Without a dot: names of indices go on with one, so that no name is the beginning of another one's.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Address:
    """One index on one server. ``name``: how the names of its indices and aliases begin. ``user`` is empty where nobody
    is asked who they are. ``ca``: a file with the certificates to trust; empty for those of the system."""

    host: str
    port: int
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    secure: bool = True
    ca: str = ""

    @property
    def url(self) -> str:
        """The server, without the secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError, which says what to write."""
        parts, host, port = _split(url)
        name = parts.path.removeprefix("/")
        if bool(parts.username) != bool(parts.password):
            raise ValueError(f"the user or the password is missing; write {FORM}")
        if not _NAME.fullmatch(name):
            raise ValueError("the index's name has 1 to 63 of a-z, 0-9 and hyphen, and nothing follows it")
        options = _options(parts.query)
        return cls(
            host=host,
            port=port,
            name=name,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            secure=_WORDS[options.get("secure", "true")],
            ca=options.get("ca", ""),
        )


def _split(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"it is no URL; write {FORM}, with / : @ ? # in the password as %2F %3A %40 %3F %23") from None
    if parts.scheme != "elasticsearch" or not host or parts.fragment:
        raise ValueError(f"write {FORM}")
    return parts, host, port or _PORT


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    known = len(options) == len(pairs) and options.keys() <= {"secure", "ca"}
    if not known or options.get("secure", "true") not in _WORDS or not options.get("ca", "/").startswith("/"):
        raise ValueError("after the name there may be secure=true or secure=false, and ca=/PATH, each once")
    return options

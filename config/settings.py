"""Every setting there is: one frozen object, read once from the environment.

Rule: a variable that begins with ``DAM_`` and is not known is an error, so that a misspelt setting can't be ignored.
Each field carries its default and its description; ``docs/settings.md`` lists the same (tested). Secrets also come as
the name of a file in ``…_FILE``. Must not: choose adapters (``dam.wiring``) or open anything.

A dataclass and a few parsers, not pydantic-settings: measured here, that costs each start .3 s and 13 MiB, of 1.5 s
and 120 MiB that there are for everything.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

PREFIX = "DAM_"
CLIENT_NAMES = frozenset({"DAM_URL", "DAM_TOKEN"})
"""Variables of the command line's client; a service ignores them."""

Parse = Callable[[str], Any]

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class SettingsError(Exception):
    """The environment can't be used. ``detail`` says which variable, and what to write instead."""

    code = "settings_invalid"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def _boolean(text: str) -> bool:
    try:
        return _WORDS[text.lower()]
    except KeyError:
        raise ValueError("write true or false") from None


def _within(least: float, most: float, kind: type[int] | type[float]) -> Parse:
    def parse(text: str) -> int | float:
        try:
            number = kind(text)
        except ValueError:
            raise ValueError("write a whole number" if kind is int else "write a number") from None
        if not least <= number <= most:
            raise ValueError(f"it must be between {least} and {most}")
        return number

    return parse


def _one_of(*words: str) -> Parse:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"write one of {', '.join(words)}")
        return text

    return parse


def _secret_key(text: str) -> bytes | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("write 64 hexadecimal digits, such as `openssl rand -hex 32` makes")
    return bytes.fromhex(text)


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        raise ValueError("write networks such as 10.0.0.0/8, with commas between them") from None


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - it is looked at only now
    except ValueError:
        raise ValueError("it is no URL") from None
    return text


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _setting(default: Any, parse: Parse, description: str, *, secret: bool = False, also: str = "") -> Any:
    """A field. ``default`` is written as it would be in the environment; ``also``: a second variable for it."""
    about = {"parse": parse, "text": default, "description": description, "secret": secret, "also": also}
    return field(default_factory=lambda: parse(default), repr=not secret, metadata=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set. Sizes in bytes, times in seconds. ``read`` makes one; URLs may hold passwords and are not
    shown by ``repr``.
    """

    home: Path = _setting(  # noqa: RUF009 it makes a field
        "data", _folder, "The service's own folder: database, objects, index, sockets."
    )
    host: str = _setting("127.0.0.1", str, "The address to listen on.")
    port: int = _setting(
        "8080",
        _within(0, 65535, int),
        "The port to listen on; also `PORT`. 0 takes a free one.",
        also="PORT",
    )
    database_url: str = _setting(
        "", _url, "`sqlite:///PATH` or `postgresql://…`. Empty: SQLite in the home folder.", secret=True
    )
    objects_url: str = _setting(
        "",
        str,
        "`file:///PATH` or `s3://KEY:SECRET@HOST:PORT/BUCKET` ([operate.md](operate.md)). Empty: the home folder.",
        secret=True,
    )
    presigned_reads: bool = _setting(
        "false",
        _boolean,
        "Whether originals in a bucket are fetched from its server itself, by links that are good for a minute "
        "([operate.md](operate.md#where-originals-are-fetched)).",
    )
    search_url: str = _setting(
        "",
        _url,
        "`tantivy:///PATH` or `elasticsearch://USER:PASSWORD@HOST:PORT/NAME` ([operate.md](operate.md)). "
        "Empty: an index in the home folder.",
        secret=True,
    )
    broker_url: str = _setting(
        "embedded://",
        _url,
        "`embedded://`: the worker process runs the jobs itself. `amqp://USER:PASSWORD@HOST:PORT/VHOST` (RabbitMQ) or "
        "`redis://:PASSWORD@HOST:PORT/NUMBER`: Celery workers do ([operate.md](operate.md)).",
        secret=True,
    )
    self_approval: bool = _setting("true", _boolean, "Whether people may approve versions that they made.")
    max_upload_bytes: int = _setting(str(64 << 30), _within(1, 1 << 50, int), "The largest file that is taken.")
    lease_seconds: float = _setting(
        "30", _within(5, 3600, float), "How long a worker has a delivery before another may."
    )
    folder_permit_seconds: float = _setting(
        "10", _within(1, 600, float), "How long the visible step into a folder may take."
    )
    channel_networks: tuple[IPv4Network | IPv6Network, ...] = _setting(
        "",
        _networks,
        "Networks that channels may reach beside public addresses, such as `10.0.0.0/8, fd00::/8` "
        "([channels.md](channels.md)).",
    )
    secret_key: bytes | None = _setting(
        "",
        _secret_key,
        "Encrypts the secrets of channels: 64 hexadecimal digits. Empty: made in the home folder; needed where the "
        "database is not SQLite.",
        secret=True,
    )
    audit_seconds: int = _setting(
        "86400",
        _within(10, 1 << 31, int),
        "How often each placement is looked at, where a new channel does not say otherwise.",
    )
    secure_cookies: bool = _setting(
        "false", _boolean, "Whether cookies are for HTTPS only. Set it behind a proxy that speaks HTTPS outside."
    )
    web_threads: int = _setting("32", _within(1, 512, int), "Requests that are answered at the same time.")
    worker_threads: int = _setting(
        "2", _within(1, 64, int), "Renderings that run at the same time; deliveries take as many again."
    )
    stop_seconds: float = _setting(
        "20", _within(1, 600, float), "How long running requests and jobs may take at a stop."
    )
    log_format: Literal["lines", "json"] = _setting(
        "lines", _one_of("lines", "json"), "Logs for people (`lines`), or one JSON object a line (`json`)."
    )
    log_level: str = _setting(
        "info", _one_of("debug", "info", "warning", "error"), "The least that is logged: `debug` to `error`."
    )

    @classmethod
    def read(cls, given: Mapping[str, str] | None = None) -> Self:
        """The settings of this process's environment, or of another one that is ``given``; an empty variable is as good
        as none. Raises SettingsError.
        """
        environment = {name: value for name, value in (os.environ if given is None else given).items() if value}
        _refuse_unknown(environment)
        return cls(**{each.field: each.parse(*found) for each in VARIABLES if (found := each.given(environment))})


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its name, the field that it sets, and what the field says of itself. ``default``: as text."""

    name: str
    field: str
    default: str
    description: str
    secret: bool
    also: str
    parser: Parse

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it may come."""
        return (self.name, *((self.also,) if self.also else ()), *((f"{self.name}_FILE",) if self.secret else ()))

    def given(self, environment: Mapping[str, str]) -> tuple[str, str] | None:
        """The name that was used and its text; ``…_FILE`` is read. Raises SettingsError, also if two names for it are
        used, unless the second is the ``also``, which anything may set."""
        used = [name for name in self.names if name in environment]
        if self.also in used and len(used) > 1:
            used.remove(self.also)
        if len(used) > 1:
            raise SettingsError(f"Both {used[0]} and {used[1]} are set; keep one.")
        if not used:
            return None
        text = environment[used[0]]
        return used[0], _content(used[0], text) if used[0] == f"{self.name}_FILE" else text

    def parse(self, name: str, text: str) -> Any:
        """The value. Raises SettingsError, which does not repeat the text: it may be a secret."""
        try:
            return self.parser(text)
        except ValueError as error:
            raise SettingsError(f"{name}: {error}.") from None


def _variables() -> tuple[Variable, ...]:
    return tuple(
        Variable(
            PREFIX + each.name.upper(),
            each.name,
            each.metadata["text"],
            each.metadata["description"],
            each.metadata["secret"],
            each.metadata["also"],
            each.metadata["parse"],
        )
        for each in fields(Settings)
    )


VARIABLES = _variables()
"""In the order in which a person reads them."""


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {*CLIENT_NAMES, *(name for each in VARIABLES for name in each.names)}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"There is no setting {name}.{_suggestion(name, known)}")


def _suggestion(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f" Did you mean {close[0]}?" if close else " docs/settings.md lists those that there are."


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}: {path} can't be read: {error}.") from None

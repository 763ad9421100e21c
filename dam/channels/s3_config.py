"""The configuration of an S3 channel: its JSON Schema, and what it means.

Rule: what is not known is refused, and nothing of the secret is repeated. Everything here is text that goes into
requests, so that none of it may hold what ends a header's line. Must not: connect, or import what only a channel that
is open needs: a service without S3 channels loads this.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from dam.channels import names
from dam.channels.network import host_of
from dam.channels.signing import Credentials
from dam.ports.channel import InvalidConfig, InvalidRemote

LATENESS_S = 60.0
"""How long after a request was cut off a server may still carry it out. What had not been sent by then is thrown away,
so that this is the way there plus what a server does with a request that it has whole: proxies and servers give up on
one after a minute at most, unless they were told otherwise."""

SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "endpoint": {
            "type": "string",
            "minLength": 1,
            "maxLength": 300,
            "description": "The server: HOST or HOST:PORT, such as s3.eu-central-1.amazonaws.com.",
        },
        "bucket": {"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "description": "It must exist."},
        "prefix": {
            "type": "string",
            "maxLength": 500,
            "default": "",
            "description": "The folder within the bucket that is this channel's, such as site/img. Empty: all of it.",
        },
        "region": {"type": "string", "pattern": "^[a-z0-9-]{1,63}$", "default": "us-east-1"},
        "secure": {
            "type": "boolean",
            "default": True,
            "description": "false speaks plain HTTP: inside one machine or a closed network only.",
        },
        "key": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The access key's id."},
        "secret": {
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "writeOnly": True,
            "description": "The access key's secret. It is kept encrypted and never shown again.",
        },
        "cache_control": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "default": "no-cache",
            "description": "Cache-Control of every object: no-cache lets caches keep it, and ask whether it changed.",
        },
        "lateness_s": {
            "type": "number",
            "minimum": 1,
            "maximum": 3600,
            "default": LATENESS_S,
            "description": "Seconds after which a request that was cut off can't take effect any more.",
        },
    },
    "required": ["endpoint", "bucket", "key", "secret"],
    "additionalProperties": False,
}

FIXED = frozenset({"endpoint", "bucket", "prefix", "secure"})
"""What says where the channel leads."""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_LINE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
_PORTS = {True: 443, False: 80}
_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Where:
    """One channel's part of one bucket, and who asks. ``host``: a name or a numeric address, without brackets;
    ``prefix``: empty, or ending in ``/``."""

    host: str
    port: int
    secure: bool
    bucket: str
    prefix: str
    credentials: Credentials
    cache_control: str = "no-cache"
    lateness_s: float = LATENESS_S

    @property
    def authority(self) -> str:
        """Host and port as they are in ``Host`` and in addresses: without a port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.secure] else f"{host}:{self.port}"

    def key_of(self, remote: str) -> str:
        """Raises InvalidRemote (``invalid_remote``)."""
        key = self.prefix + "/".join(names.split(remote))
        if len(key.encode()) > _KEY_BYTES:
            raise InvalidRemote("invalid_remote", f"With its prefix it is longer than {_KEY_BYTES} bytes.")
        return key

    def canonical(self, key: str) -> str:
        """The key on its server, however the server is spoken to. What it can't see: two names of one server."""
        server = "s3.amazonaws.com" if self.host.endswith(".amazonaws.com") else self.authority
        return f"s3://{server}/{self.bucket}/{quote(key)}"


def parse(config: Mapping[str, object]) -> Where:
    """Raises InvalidConfig, which says what to write."""
    known = SCHEMA["properties"]
    assert isinstance(known, dict)
    if unknown := sorted(set(config) - set(known)):
        raise _unfit("config_unknown", f"An S3 channel has no {', '.join(unknown)}.")
    secure = config.get("secure", True)
    if not isinstance(secure, bool):
        raise _unfit("secure_invalid", "secure is true or false.")
    host, port = _endpoint(_text(config, "endpoint"), secure=secure)
    return Where(
        host=host,
        port=port,
        secure=secure,
        bucket=_matching(config, "bucket", _BUCKET, "A bucket's name has 3 to 63 of a-z, 0-9, dot and hyphen."),
        prefix=_prefix(config),
        credentials=_credentials(config),
        cache_control=_matching(config, "cache_control", _LINE, "Cache-Control is one line of ASCII.", "no-cache"),
        lateness_s=_lateness(config.get("lateness_s", LATENESS_S)),
    )


def _credentials(config: Mapping[str, object]) -> Credentials:
    return Credentials(
        key=_matching(config, "key", _VISIBLE, "The key's id is visible ASCII characters."),
        secret=_matching(config, "secret", _VISIBLE, "The key's secret is visible ASCII characters."),
        region=_matching(config, "region", _REGION, "A region's name has a-z, 0-9 and hyphen.", "us-east-1"),
    )


def _endpoint(text: str, *, secure: bool) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = host_of(parts.hostname or ""), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", 0
    if parts.netloc != text or "@" in text or port == 0:
        detail = "The endpoint is HOST or HOST:PORT, without a scheme or path; numeric addresses as usually written."
        raise _unfit("endpoint_invalid", detail)
    return host, port or _PORTS[secure]


def _prefix(config: Mapping[str, object]) -> str:
    prefix = _text(config, "prefix", "").removesuffix("/")
    if not prefix:
        return ""
    try:
        return "/".join(names.split(prefix)) + "/"
    except InvalidRemote as error:
        raise _unfit("prefix_invalid", f"The prefix can't be used. {error.detail}") from None


def _lateness(found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not 1 <= found <= 3600:
        raise _unfit("lateness_invalid", "The lateness must be between 1 and 3600 seconds.")
    return float(found)


def _matching(
    config: Mapping[str, object], name: str, pattern: re.Pattern[str], detail: str, default: str | None = None
) -> str:
    text = _text(config, name, default)
    if not pattern.fullmatch(text):
        raise _unfit(f"{name}_invalid", detail)
    return text


def _text(config: Mapping[str, object], name: str, default: str | None = None) -> str:
    found = config.get(name, default)
    if found is None:
        raise _unfit(f"{name}_missing", f"An S3 channel needs {name}.")
    if not isinstance(found, str) or len(found) > 500 or not unicodedata.is_normalized("NFC", found):
        raise _unfit(f"{name}_invalid", f"{name} can't be used.")
    return found


def _unfit(code: str, detail: str) -> InvalidConfig:
    return InvalidConfig(code, detail, permanent=True)

"""Where an S3 bucket is, and who asks: ``s3://KEY:SECRET@HOST:PORT/BUCKET?secure=false&region=…&public=…``.

Rule: everything is in the URL, each part percent-encoded; what is not known is refused. Whatever is wrong, nothing of
the URL is repeated: it holds a secret. Must not: connect.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

FORM = "s3://KEY:SECRET@HOST:PORT/BUCKET"

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Address:
    """One bucket. ``endpoint``: host and port; ``region`` spares the server the question where the bucket lies."""

    endpoint: str
    bucket: str
    key: str
    secret: str = field(repr=False)
    secure: bool = True
    region: str = "us-east-1"
    public: str = ""
    """Where clients reach the same server, as ``http://HOST:PORT``, where that is another address."""

    def seen_by_clients(self) -> Self:
        """The same bucket, as links to it are made."""
        if not self.public:
            return self
        parts = urlsplit(self.public)
        return replace(self, endpoint=parts.netloc, secure=parts.scheme == "https")

    @property
    def origin(self) -> str:
        """As a browser names it (RFC 6454)."""
        return f"{'https' if self.secure else 'http'}://{self.endpoint}"

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError, which says what to write."""
        parts, endpoint = _split(url)
        bucket = parts.path.removeprefix("/")
        if not parts.username or not parts.password:
            raise ValueError(f"the key or its secret is missing; write {FORM}")
        if not _BUCKET.fullmatch(bucket):
            raise ValueError("a bucket's name has 3 to 63 of a-z, 0-9, dot and hyphen, and nothing follows it")
        options = _options(parts.query)
        return cls(
            endpoint=endpoint,
            bucket=bucket,
            key=unquote(parts.username),
            secret=unquote(parts.password),
            secure=_WORDS[options.get("secure", "true")],
            region=options.get("region", "us-east-1"),
            public=_public(options.get("public", "")),
        )


def _split(url: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"it is no URL; write {FORM}, with / : @ ? # in the secret as %2F %3A %40 %3F %23") from None
    if parts.scheme != "s3" or not host or parts.fragment:
        raise ValueError(f"write {FORM}")
    host = f"[{host}]" if ":" in host else host
    return parts, f"{host}:{port}" if port else host


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    known = len(options) == len(pairs) and options.keys() <= {"secure", "region", "public"}
    if not known or options.get("secure", "true") not in _WORDS or not _REGION.fullmatch(options.get("region", "-")):
        raise ValueError(
            "after the bucket there may be secure=true or secure=false, region=… and public=http://HOST:PORT, each once"
        )
    return options


def _public(url: str) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("public= is the address at which clients reach the bucket's server: http(s)://HOST:PORT")
    return url

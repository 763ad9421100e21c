"""Bytes on their way in: verified against the digest that the service gave, and only then a file.

Rule: nothing that was not verified is ever seen under its name. The bytes go to a temporary file beside the target; a
digest that differs, or is missing, leaves nothing. A file name from outside is reduced to a harmless base name.
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from dam.client.failure import Failure

_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):\s*(?:,|$)")
_MAX_NAME = 200  # bytes; file systems take 255, and the temporary name is longer
_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Received:
    """What was verified. ``size`` in bytes."""

    sha256: str
    size: int


def safe_name(name: str) -> str:
    """A base name that hides nothing and leads nowhere: no folders, no control or direction characters, no dot in
    front; ``download`` if nothing is left.
    """
    base = re.split(r"[/\\]", name)[-1]
    visible = "".join(each for each in base if unicodedata.category(each) not in _HOSTILE)
    shown = visible.strip().lstrip(".-").strip()
    if len(shown.encode()) > _MAX_NAME:
        stem, dot, ending = shown.rpartition(".")
        kept = f"{dot}{ending}" if dot and len(ending.encode()) <= 10 else ""
        shown = (stem if kept else shown).encode()[: _MAX_NAME - len(kept.encode())].decode(errors="ignore") + kept
    return shown or "download"


def digest_of(answer: httpx.Response) -> str:
    """The SHA-256 in ``Content-Digest`` (RFC 9530), in hex. Raises Failure ``digest_missing``."""
    found = _DIGEST.search(answer.headers.get("Content-Digest", ""))
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise Failure("digest_missing", "The answer has no SHA-256 digest, so its bytes can't be verified.")
    return digest.hex()


def copy(answer: httpx.Response, into: BinaryIO, expected: str | None = None) -> Received:
    """Write the answer's bytes. Raises Failure ``digest_differs`` unless they have the digest that the answer names,
    and ``expected`` where that is given.
    """
    named, digest, size = digest_of(answer), hashlib.sha256(), 0
    for piece in answer.iter_raw():
        digest.update(piece)
        size += len(piece)
        into.write(piece)
    found = digest.hexdigest()
    for wanted in (named, expected or named):
        if found != wanted:
            raise Failure(
                "digest_differs", f"The bytes that came have SHA-256 {found}, not {wanted}; nothing was kept."
            )
    return Received(found, size)


@contextmanager
def becoming(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name only if the block ends well. Raises Failure ``file_unwritable``."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with _new(temporary) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise Failure("file_unwritable", f"{target} can't be written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb")

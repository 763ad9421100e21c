"""Links to parts of our own: which upload, part, size and time a link is for, signed with a key of this home.

Rule: HMAC-SHA256 (RFC 2104) over everything that the link says, compared in constant time. The key is made at its first
use, for the service alone to read; to remove the file makes every link invalid. Must not: know what is behind a link.
"""

import hashlib
import hmac
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from dam.domain.errors import Forbidden, Unavailable

_BYTES = 32


class Signing:
    """``file`` has the key. Nothing is opened before the first use. Several processes may use one file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._key: bytes | None = None

    def sign(self, upload_id: str, number: int, size: int, expires: int) -> str:
        """``expires``: seconds since 1970. Raises Unavailable."""
        said = f"PUT\n{upload_id}\n{number}\n{size}\n{expires}"
        return hmac.new(self._kept(), said.encode(), hashlib.sha256).hexdigest()

    def check(self, upload_id: str, number: int, size: int, expires: int, signature: str, now: float) -> None:
        """Raises Forbidden ``link_invalid``, ``link_expired``, Unavailable."""
        good = self.sign(upload_id, number, size, expires)
        if not hmac.compare_digest(good.encode(), signature.encode()):
            raise Forbidden("link_invalid", "The link was not made here, or was altered; ask for a new one.")
        if now > expires:
            raise Forbidden("link_expired", "The link has expired; ask for a new one.")

    def _kept(self) -> bytes:
        if self._key is None:
            try:
                self._key = _read(self._file) or _make(self._file)
            except OSError as error:
                raise Unavailable(
                    "objects_unavailable", f"The key for links can't be kept: {error.strerror}."
                ) from error
        return self._key


def _read(file: Path) -> bytes | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        key = stream.read()
    if not stat.S_ISREG(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077 or len(key) != _BYTES:
        detail = f"{file.name} is no key that only the service can read; remove it, and it is made anew."
        raise Unavailable("objects_unavailable", detail)
    return key


def _make(file: Path) -> bytes:
    """Of several processes that make it, the first one's stays: a link can't overwrite."""
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_BYTES))
            stream.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            file.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    key = _read(file)
    assert key is not None
    return key

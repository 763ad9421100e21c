"""Secrets encrypted with AES-256-GCM (NIST SP 800-38D), by PyCryptodome.

Rule: the owner's id is authenticated with each, so that a text moved to another row opens nothing. The key comes from
the settings, or is made once in a file of the home folder, for the service's user only. Nothing here is logged.

Belongs here: the one adapter of ``dam.ports.vault.Vault``, and its key. Must not: know whose secrets they are.
"""

import base64
import binascii
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from Crypto.Cipher import AES

from dam.domain.errors import Unavailable

_FORM = "v1:"
_NONCE, _TAG, _KEY = 12, 16, 32


class AesVault:
    """``Vault``. ``key``: 32 bytes of the settings; else ``file`` holds it, and is made for the first secret."""

    def __init__(self, key: bytes | None, file: Path | None) -> None:
        self._given = key
        self._file = file

    def seal(self, secret: str, owner: str) -> str:
        nonce = secrets.token_bytes(_NONCE)
        text, tag = _cipher(self._key(make=True), nonce, owner).encrypt_and_digest(secret.encode())
        return _FORM + base64.b64encode(nonce + text + tag).decode()

    def open(self, sealed: str, owner: str) -> str:
        key = self._key(make=False)
        try:
            data = base64.b64decode(sealed.removeprefix(_FORM), validate=True)
            nonce, text, tag = data[:_NONCE], data[_NONCE:-_TAG], data[-_TAG:]
            opened: bytes = _cipher(key, nonce, owner).decrypt_and_verify(text, tag)
            return opened.decode()
        except (ValueError, binascii.Error) as error:
            raise _unreadable() from error

    def _key(self, *, make: bool) -> bytes:
        if self._given is not None:
            return self._given
        if self._file is None:
            detail = "Secrets need DAM_SECRET_KEY, since other machines use the same database."
            raise Unavailable("secret_key_missing", detail)
        if make and not self._file.exists():
            _make(self._file)
        try:
            key = bytes.fromhex(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise _unreadable() from error
        if len(key) != _KEY:
            raise _unreadable()
        return key


def _cipher(key: bytes, nonce: bytes, owner: str) -> Any:
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
    cipher.update(owner.encode())
    return cipher


def _make(file: Path) -> None:
    """Whole and durable, or not at all; of several processes one makes it."""
    temporary = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as made:
            made.write(secrets.token_bytes(_KEY).hex() + "\n")
            made.flush()
            os.fsync(made.fileno())
        with suppress(FileExistsError):
            os.link(temporary, file)
        _sync(file.parent)
    except OSError as error:
        raise Unavailable("secret_key_missing", "The key for secrets can't be written into the home folder.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable() -> Unavailable:
    detail = "The secret can't be read with the key that the service has; give the secret again."
    return Unavailable("secret_unreadable", detail)

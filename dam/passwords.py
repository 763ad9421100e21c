"""Passwords by argon2id (RFC 9106), its second recommended option: 64 MiB, 3 passes, 4 lanes.

Belongs here: the one adapter of ``dam.ports.passwords.PasswordHasher``. Must not: know accounts.
"""

import base64
import threading

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2  # each takes 64 MiB: a flood of sign-ins must not take the machine's memory


class Argon2Passwords:
    """``PasswordHasher`` with argon2id. ``hasher`` sets the cost; tests use a cheap one."""

    def __init__(self, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._nobody = _nobody(self._hasher)
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The encoded form, with a new salt each time."""
        with self._room:
            return self._hasher.hash(password)

    def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password is right; for None a comparison that can't succeed is done all the same."""
        with self._room:
            return self._matches(encoded or self._nobody, password) and encoded is not None

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False


def _nobody(hasher: argon2.PasswordHasher) -> str:
    """An encoded form that costs as much to check as any other and that no password is known to have."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${_text(hasher.salt_len)}${_text(hasher.hash_len)}"


def _text(length: int) -> str:
    return base64.b64encode(bytes(length)).decode().rstrip("=")

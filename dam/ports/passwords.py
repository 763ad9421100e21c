"""How passwords are kept: only as what a slow function made of them.

Rule: what is stored can't be turned back, and checking takes the same time whether the account exists or not.
"""

from typing import Protocol


class PasswordHasher(Protocol):
    """One way to hash passwords."""

    def hash(self, password: str) -> str:
        """What to store: the function's name, its parameters, a salt and the digest in one text."""
        ...

    def verify(self, encoded: str | None, password: str) -> bool:
        """Is it the password of ``encoded``? None (no such account, or none with a password) is never right, and
        takes as long as a wrong one.
        """
        ...

"""How secrets are kept that the service has to know again, such as those of channels.

Rule: what is stored tells nothing without a key that is not in the database, and is of use for one thing only.
"""

from typing import Protocol


class Vault(Protocol):
    """One way to keep secrets. Raises Unavailable (``secret_key_missing``, ``secret_unreadable``)."""

    def seal(self, secret: str, owner: str) -> str:
        """What to store; only under the same ``owner`` can it be opened."""
        ...

    def open(self, sealed: str, owner: str) -> str:
        """The secret that was sealed."""
        ...

"""New names for new things. Rule: ids are UUIDv7 (RFC 9562), so that they sort by when they were made; keys are
random.
"""

import secrets

from uuid_utils import uuid7

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_id() -> str:
    """A UUIDv7 in its canonical spelling."""
    return str(uuid7())


def new_key() -> str:
    """A public address: 16 characters without look-alikes, 79 bits from the system's generator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))

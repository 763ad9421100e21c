"""The form of names and passwords of accounts.

Rule: form only; who may set them is decided where they are set.
"""

import unicodedata

from dam.domain.errors import FieldError, Invalid

MIN_PASSWORD = 10
MAX_PASSWORD = 1000
MAX_NAME = 100


def check_password(password: str) -> None:
    """Raise Invalid ``password_invalid`` unless it has a length that is safe and bounded. No rule asks for signs."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        detail = f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters."
        raise Invalid("password_invalid", detail, errors=(FieldError("password", "password_invalid", detail),))


def clean_name(name: str, field: str = "name") -> str:
    """The name as it is stored: NFC, without outer spaces. Raises Invalid ``name_invalid`` for nothing, for more than
    100 characters, and for characters that are not to be seen.
    """
    cleaned = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(cleaned) <= MAX_NAME or not all(map(_visible, cleaned)):
        detail = f"A name has 1 to {MAX_NAME} visible characters."
        raise Invalid("name_invalid", detail, errors=(FieldError(field, "name_invalid", detail),))
    return cleaned


def _visible(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"

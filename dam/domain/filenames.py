"""What a file from outside may be called.

Rule: a name is kept as a person gave it, or refused; it is never made into something else, and never becomes a path.
"""

import unicodedata

from dam.domain.errors import FieldError, Invalid

MAX_BYTES = 255

# UAX #9: these change the direction of what follows, so that gpj.exe can look like exe.jpg.
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean(name: str) -> str:
    """The name in NFC. Raises Invalid ``invalid_filename``: empty, a path, more than 255 bytes of UTF-8, or with
    characters that are not to be seen or that turn the direction of text.
    """
    cleaned = unicodedata.normalize("NFC", name)
    problem = _problem(cleaned)
    if problem is not None:
        raise Invalid("invalid_filename", problem, errors=(FieldError("file", "invalid_filename", problem),))
    return cleaned


def _problem(name: str) -> str | None:
    if any(each in _TURNS or unicodedata.category(each) in _UNSEEN for each in name):
        return "The file's name has characters that can't be seen or that turn the direction of text."
    if not name.strip():
        return "The file has no name."
    if name in (".", "..") or "/" in name or "\\" in name:
        return "The file's name is a path; send its last part."
    if len(name.encode()) > MAX_BYTES:
        return f"The file's name is longer than {MAX_BYTES} bytes."
    return None

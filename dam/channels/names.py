"""Which remote names a folder takes.

Rule: a name is refused rather than repaired, so that what a person typed, what is stored and what is written are one
spelling. That includes Unicode: only the composed form (NFC) is taken, since some file systems hold both forms for one.
Must not: touch a file system.
"""

import unicodedata

from dam.ports.channel import InvalidRemote

RESERVED = ".dam-"
MAX_COMPONENT = 255  # bytes of UTF-8, as file systems have it
MAX_NAME = 1024
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})


def split(remote: str) -> tuple[str, ...]:
    """The components of a relative POSIX path. Raises InvalidRemote (``invalid_remote``)."""
    if any(c in _BIDI or unicodedata.category(c) in _CONTROL for c in remote):
        raise _invalid("It contains control or direction characters.")
    if len(remote.encode()) > MAX_NAME:
        raise _invalid(f"It is longer than {MAX_NAME} bytes.")
    if not unicodedata.is_normalized("NFC", remote):
        raise _invalid("Its accents are separate characters; write it in composed form (NFC).")
    if "\\" in remote:
        raise _invalid("Use / between folders; a backslash is a separator on some servers.")
    parts = tuple(remote.split("/"))
    for part in parts:
        _check_component(part)
    return parts


def _check_component(part: str) -> None:
    if part in {"", ".", ".."}:
        raise _invalid("It must be relative, with neither empty parts nor . or .. in it.")
    if part.endswith((".", " ")):
        raise _invalid("A part ends in a dot or a space, which some servers drop.")
    if part.casefold().startswith(RESERVED):
        raise _invalid(f"Names that begin with {RESERVED} are reserved.")
    if len(part.encode()) > MAX_COMPONENT:
        raise _invalid(f"A part is longer than {MAX_COMPONENT} bytes.")


def _invalid(detail: str) -> InvalidRemote:
    return InvalidRemote("invalid_remote", detail, permanent=True)

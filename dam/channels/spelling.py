"""The one spelling of a file's real place, so that two channels can't hold one file without its being noticed.

Rule: links are resolved, and wherever the file system takes upper and lower case for the same, the name is folded. The
spelling doesn't change when missing folders are made: they inherit from the folder above. What it can't see: one folder
mounted at two places (bind mounts, one share mounted twice).

Must not: decide whether a name may be used.
"""

import os
import unicodedata
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from urllib.parse import quote

_LOOKED_AT = 256  # entries of a folder that may be looked at for one that tells


def spell(root: Path, parts: Sequence[str]) -> str:
    """``file://`` and the real path, percent-encoded. The host is left empty: a service moves, its shares stay.

    Raises OSError if ``root`` is not there.
    """
    here, folded, names = Path("/"), False, []
    for name in (*root.resolve(strict=True).parts[1:], *parts):
        folded = _folds(here, inherited=folded)
        names.append(_fold(name) if folded else name)
        here /= name
    return "file:///" + quote(os.fsencode("/".join(names)))


def _folds(folder: Path, *, inherited: bool) -> bool:
    """Whether upper and lower case are the same here: an entry is found under its name with the cases swapped."""
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _LOOKED_AT):
                if entry.name.isascii() and entry.name.swapcase() != entry.name and _has_one_name(entry):
                    return _is_found_swapped(folder, entry)
    except OSError:
        return inherited  # not made yet, or not ours to list
    return inherited


def _has_one_name(entry: os.DirEntry[str]) -> bool:
    """A hard link may be there under both names on its own account."""
    return entry.is_dir(follow_symlinks=False) or entry.stat(follow_symlinks=False).st_nlink == 1


def _is_found_swapped(folder: Path, entry: os.DirEntry[str]) -> bool:
    try:
        return os.path.samestat((folder / entry.name.swapcase()).lstat(), entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _fold(name: str) -> str:
    """Case and accents' forms aside, as such file systems compare (ext4's also leaves out invisible characters)."""
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", visible).casefold())

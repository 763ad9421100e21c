"""What the system's errors mean for a folder channel.

Rule: before the visible step an error is Unreachable (the destination may answer later) or NotApplied (it answered no).
Errors within the step are the hand's. Must not: act on anything.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dam.channels.tree import NotAFile
from dam.ports.channel import ChannelError, InvalidConfig, InvalidRemote, NotApplied, Unreachable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.ELOOP}


@contextmanager
def looking() -> Iterator[None]:
    """For what only looks: every error is Unreachable, a permanent one where a person must do something."""
    try:
        yield
    except OSError as error:
        raise _common(error) or _as_seen(error) from error


@contextmanager
def writing() -> Iterator[None]:
    """For what prepares a step: NotApplied where the destination refuses, else Unreachable."""
    try:
        yield
    except OSError as error:
        raise _common(error) or _as_refused(error) from error


@contextmanager
def fitting(path: Path) -> Iterator[None]:
    """For establishing: InvalidConfig where the folder can't serve, else Unreachable."""
    try:
        yield
    except OSError as error:
        raise _as_unfit(error, path) from error


def unfit(code: str, detail: str) -> InvalidConfig:
    return InvalidConfig(code, detail, permanent=True)


def _common(error: OSError) -> ChannelError | None:
    if error.errno == errno.ENAMETOOLONG:
        return InvalidRemote("invalid_remote", "The destination takes only shorter names.", permanent=True)
    return None


def _as_seen(error: OSError) -> Unreachable:
    if isinstance(error, NotAFile):
        return Unreachable("target_not_a_file", "What is there is a folder, a link or a device.", permanent=True)
    if error.errno in _NO_FOLDER:
        return Unreachable("not_a_folder", "A folder on the way is a file or a link.", permanent=True)
    if error.errno in _DENIED:
        return Unreachable("destination_refused", _sentence("refused", error), permanent=True)
    return Unreachable("destination_failed", _sentence("failed", error))


def _as_refused(error: OSError) -> ChannelError:
    if error.errno in _FULL:
        return NotApplied("destination_full", _sentence("has no room", error))
    if error.errno == errno.ENOENT:
        return NotApplied("folder_moved", "The folder was moved or removed meanwhile.")
    if error.errno in _NO_FOLDER:
        return NotApplied("not_a_folder", "A folder on the way is a file or a link.", permanent=True)
    if error.errno in _DENIED:
        return NotApplied("destination_refused", _sentence("refused", error), permanent=True)
    return Unreachable("destination_failed", _sentence("failed", error))


def _as_unfit(error: OSError, path: Path) -> ChannelError:
    if error.errno == errno.ENOENT:
        return unfit("path_missing", f"There is no folder {path}.")
    if error.errno in _NO_FOLDER:
        return unfit("path_not_a_folder", f"{path} is not a folder.")
    if error.errno in _DENIED:
        return unfit("path_not_writable", f"The service may not write in {path}.")
    return Unreachable("destination_failed", _sentence("failed", error))


def _sentence(what: str, error: OSError) -> str:
    return f"The destination {what}: {error.strerror or 'input or output error'}."

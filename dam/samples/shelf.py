"""How the web server gets sample files: made by a child process when first asked for, and kept in a folder.

Rule: this process never loads Pillow. What is in the folder is whole, and may be thrown away at any time. Must not:
know HTTP.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore

import dam
from dam import temporary
from dam.domain.errors import NotFound, StorageFull, Unavailable
from dam.samples.catalogue import NAMED

_PROGRAM = "dam.samples.make"
_PARALLEL = 2
_PATIENCE_S = 60.0
_PREFIX = "sample-"
_STALE_S = 600.0
_ENVIRONMENT = ("LD_LIBRARY_PATH",)


class Shelf:
    """The samples of one home; thread-safe. The folder is made with the first sample; None: they are not kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._making = BoundedSemaphore(_PARALLEL)

    def size(self, name: str) -> int | None:
        """In bytes; None for one that has not been made yet."""
        if self._folder is not None:
            with suppress(OSError):
                return (self._folder / name).stat().st_size
        return None

    def take(self, name: str) -> bytes:
        """The file. Raises NotFound ``sample_not_found``, Unavailable ``sample_failed``, StorageFull."""
        if name not in NAMED:
            raise NotFound("sample_not_found", f"There is no sample named {name!r}.")
        if self._folder is not None:
            with suppress(OSError):
                return (self._folder / name).read_bytes()
        if not self._making.acquire(timeout=_PATIENCE_S):
            raise _failed(name, "too many are being made")
        try:
            return _made(name) if self._folder is None else _put(self._folder, name)
        except OSError as error:
            raise StorageFull("storage_full", f"The sample can't be kept: {error.strerror}.") from error
        finally:
            self._making.release()


def _made(name: str) -> bytes:
    with tempfile.TemporaryFile() as file:
        _run(name, file.fileno())
        file.seek(0)
        return file.read()


def _put(where: Path, name: str) -> bytes:
    """Made beside its place, and put there whole. Another thread's is as good."""
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(where, os.O_RDONLY | os.O_DIRECTORY)
    try:
        temporary.sweep(folder, _PREFIX, older_than=_STALE_S)
        file, unfinished = temporary.create(folder, _PREFIX, 0o600)
        try:
            _run(name, file)
            os.rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            os.unlink(unfinished, dir_fd=folder)
            raise
        finally:
            os.close(file)
    finally:
        os.close(folder)
    return (where / name).read_bytes()


def _run(name: str, output: int) -> None:
    """Let a child write the sample. Raises Unavailable."""
    environment = {each: os.environ[each] for each in _ENVIRONMENT if each in os.environ}
    command = [sys.executable, "-m", _PROGRAM, name]
    try:
        done = subprocess.run(
            command,
            cwd=Path(dam.__file__).parents[1],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(name, f"it took more than {_PATIENCE_S:.0f} s") from None
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(name, told[-1] if told else f"exit code {done.returncode}")


def _failed(name: str, why: str) -> Unavailable:
    return Unavailable("sample_failed", f"The sample {name} could not be made: {why}. Try again.")

"""The visible step in a folder, as a program: ``dam.channels.hand`` runs this file in a process of its own.

Rule: nothing here acts after its deadline, whoever is dead by then. The deadline is looked at right before the step,
and an alarm of the kernel's kills this process at the deadline, also when it was stopped or its parent was killed. The
process ends when its parent does (end of file), or when nothing was asked for a while.

Orders come one at a time: one byte string with the descriptor of the folder beside it, answered by one line.

Belongs here: the step and its answers. Must not: import more than it needs (each import is start-up time and memory),
nor anything of ``dam``, which the isolated interpreter doesn't see.
"""

import errno
import os
import select
import signal
import socket
import stat
import sys
import time

IDLE_S = 60.0  # how long a process without an order stays
ORDER_BYTES = 4096

_SCALE = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # as dam.clock

# After these a rename, link or unlink is known not to have happened. Not in it: ENOENT, which a network file system can
# answer to the repetition of a request that it has carried out.
_REFUSED = {
    errno.EACCES,
    errno.EBUSY,
    errno.EDQUOT,
    errno.EILSEQ,
    errno.EINVAL,
    errno.EISDIR,
    errno.EMLINK,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.ENOTSUP,
    errno.EPERM,
    errno.EROFS,
    errno.EXDEV,
}


def perform(folder: int, verb: str, temporary: str, target: str) -> str:
    """Do one step and make it durable. Verbs: ``replace``, ``create`` (only if nothing is there), ``remove``.

    Answers ``applied HOW``, ``occupied``, ``not_a_file``, ``refused ERRNO`` (nothing happened) or ``unknown ERRNO``.
    """
    try:
        answer = _VERBS[verb](folder, temporary, target)
    except OSError as error:
        return f"{'refused' if error.errno in _REFUSED else 'unknown'} {error.errno}"
    if not answer.startswith("applied"):
        return answer
    try:
        os.fsync(folder)
    except OSError as error:
        return f"unknown {error.errno}"  # visible, perhaps not for long
    return answer


def _replace(folder: int, temporary: str, target: str) -> str:
    if _is_something_else(folder, target):
        return "not_a_file"
    os.rename(temporary, target, src_dir_fd=folder, dst_dir_fd=folder)
    return "applied renamed"


def _create(folder: int, temporary: str, target: str) -> str:
    # A link can't overwrite, a rename can; whoever came first keeps the target.
    try:
        os.link(temporary, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        if not _is_same(folder, temporary, target):
            return "occupied"
    try:
        os.unlink(temporary, dir_fd=folder)
    except OSError as error:
        return f"unknown {error.errno}"  # visible by now, whatever the error says
    return "applied linked"


def _remove(folder: int, temporary: str, target: str) -> str:
    if _is_something_else(folder, target):
        return "not_a_file"
    try:
        os.unlink(target, dir_fd=folder)
    except FileNotFoundError:
        return "applied absent"
    return "applied removed"


_VERBS = {"replace": _replace, "create": _create, "remove": _remove}


def _is_something_else(folder: int, name: str) -> bool:
    """Whether there is a folder, a link, a pipe …: nothing that we could have put there."""
    try:
        return not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _is_same(folder: int, one: str, other: str) -> bool:
    """Whether an earlier try of this very link got through, and only its answer was lost."""
    names = (one, other)
    return os.path.samestat(*(os.stat(name, dir_fd=folder, follow_symlinks=False) for name in names))


def order(verb: str, temporary: str, target: str, deadline: float) -> bytes:
    """One order as bytes: its parts never contain NUL."""
    return b"\0".join(map(os.fsencode, (verb, temporary, target, repr(deadline))))


def obey(folder: int, message: bytes) -> str:
    """Carry out one order before its deadline, or answer ``late``. At the deadline the process is killed."""
    verb, temporary, target, deadline = map(os.fsdecode, message.split(b"\0"))
    left = float(deadline) - time.clock_gettime(_SCALE)
    if left <= 0:
        return "late"
    signal.setitimer(signal.ITIMER_REAL, left)
    try:
        return perform(folder, verb, temporary, target)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def serve(connection: socket.socket) -> None:
    """Obey orders until the other end closes or nothing is asked any more."""
    while select.select([connection], [], [], IDLE_S)[0]:
        message, folders, _, _ = socket.recv_fds(connection, ORDER_BYTES, 1)
        if not message:
            return
        try:
            connection.sendall(obey(folders[0], message).encode() + b"\n")
        finally:
            os.close(folders[0])


def main() -> None:
    # What the parent ignored or blocked would be so here too, and the alarm must kill.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        try:
            serve(connection)
        except (BrokenPipeError, ConnectionResetError):
            return  # the parent is gone: there is nobody to tell


if __name__ == "__main__":
    main()

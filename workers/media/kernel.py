"""Linux's prctl, Landlock and seccomp, called through ctypes: pyseccomp is dead and ships no libseccomp.

Belongs here: numbers and calls of the kernel. Must not: decide when they are used (``confine`` does).
Sources: ``linux/prctl.h``, ``linux/landlock.h``, ``linux/seccomp.h``, ``linux/filter.h``; syscall numbers from
``asm/unistd_64.h`` (x86_64) and ``asm-generic/unistd.h`` (aarch64).
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_GET_SECCOMP, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 21, 22, 38
SECCOMP_MODE_FILTER = 2
# The same on every architecture.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446

# Every right that a version of Landlock's ABI can take away: file system, TCP, and reach to outside (sockets, signals).
_FS_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
_NET_RIGHTS, _SCOPES = 0b11, 0b11
_FS_EXECUTE, _FS_WRITE, _FS_READ, _FS_LIST, _PATH_BENEATH = 0b1, 0b10, 0b100, 0b1000, 1
# In a folder of its own a program may do all but execute what is there, and make devices and symbolic links.
_AT_HOME = 0xFFFF & ~(_FS_EXECUTE | 1 << 6 | 1 << 11 | 1 << 12 | 1 << 15)

_ALLOWED = (
    "read", "write", "close", "fstat", "newfstatat", "lseek", "munmap", "brk", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "pread64", "pwrite64", "readv", "writev", "sched_yield", "mremap", "madvise", "dup", "nanosleep",
    "getpid", "exit", "ftruncate", "getrusage", "sysinfo", "sigaltstack", "gettid", "futex", "sched_getaffinity",
    "clock_gettime", "clock_getres", "clock_nanosleep", "exit_group", "set_robust_list", "getrandom", "rseq", "uname",
    "getcwd",
)  # fmt: skip
_KILLED = ("execve", "execveat", "ptrace", "socket")
# What a program needs beyond that to come alive: its loader, its libraries, its threads. Landlock says which files.
_FOR_PROGRAMS = (
    "execveat",
    "access",
    "faccessat",
    "prctl",
    "arch_prctl",
    "set_tid_address",
    "prlimit64",
    "poll",
    "ppoll",
)
_KILLED_IN_PROGRAMS = ("execve", "ptrace", "socket")
# What one that works on files in a folder of its own needs beyond that: Landlock says which folder.
_FOR_WRITERS = (
    "stat", "lstat", "statx", "readlink", "readlinkat", "statfs", "fstatfs", "getdents64", "umask", "mkdir",
    "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2", "chmod", "fchmod", "fchmodat",
    "utimensat", "fsync", "fdatasync", "fallocate", "fadvise64", "flock", "chdir", "dup2", "dup3", "pipe", "pipe2",
    "eventfd2", "socketpair", "select", "pselect6", "getuid", "geteuid", "getgid", "getegid", "getppid", "getpgrp",
    "getpgid", "gettimeofday", "time", "times", "tgkill", "restart_syscall", "bind", "listen", "accept", "accept4",
    "shutdown",
)  # fmt: skip
_KILLED_IN_WRITERS = ("execve", "ptrace")

_X86_64 = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "pwrite64": 18, "readv": 19,
    "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35, "getpid": 39,
    "socket": 41, "clone": 56, "execve": 59, "exit": 60, "uname": 63, "fcntl": 72, "ftruncate": 77, "getcwd": 79,
    "getrusage": 98, "sysinfo": 99, "ptrace": 101, "sigaltstack": 131, "gettid": 186, "futex": 202,
    "sched_getaffinity": 204, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
    "newfstatat": 262, "set_robust_list": 273, "getrandom": 318, "execveat": 322, "rseq": 334, "clone3": 435,
    "poll": 7, "access": 21, "prctl": 157, "arch_prctl": 158, "set_tid_address": 218, "openat": 257, "faccessat": 269,
    "ppoll": 271, "prlimit64": 302, "open": 2,
    "stat": 4, "lstat": 6, "pipe": 22, "select": 23, "dup2": 33, "socketpair": 53, "flock": 73, "fsync": 74,
    "fdatasync": 75, "chdir": 80, "rename": 82, "mkdir": 83, "rmdir": 84, "unlink": 87, "readlink": 89, "chmod": 90,
    "fchmod": 91, "umask": 95, "gettimeofday": 96, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107,
    "getegid": 108, "getppid": 110, "getpgrp": 111, "getpgid": 121, "statfs": 137, "fstatfs": 138, "time": 201,
    "getdents64": 217, "restart_syscall": 219, "fadvise64": 221, "tgkill": 234, "mkdirat": 258, "unlinkat": 263,
    "renameat": 264, "readlinkat": 267, "fchmodat": 268, "pselect6": 270, "utimensat": 280, "fallocate": 285,
    "eventfd2": 290, "dup3": 292, "pipe2": 293, "renameat2": 316, "statx": 332, "faccessat2": 439, "accept": 43,
    "shutdown": 48, "bind": 49, "listen": 50, "accept4": 288,
}  # fmt: skip
_AARCH64 = {
    "getcwd": 17, "dup": 23, "fcntl": 25, "ftruncate": 46, "close": 57, "lseek": 62, "read": 63, "write": 64,
    "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "newfstatat": 79, "fstat": 80, "exit": 93,
    "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114,
    "clock_nanosleep": 115, "ptrace": 117, "sched_getaffinity": 123, "sched_yield": 124, "sigaltstack": 132,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "uname": 160, "getrusage": 165, "getpid": 172,
    "gettid": 178, "sysinfo": 179, "socket": 198, "brk": 214, "munmap": 215, "mremap": 216, "clone": 220,
    "execve": 221, "mmap": 222, "mprotect": 226, "madvise": 233, "getrandom": 278, "execveat": 281, "rseq": 293,
    "clone3": 435, "faccessat": 48, "openat": 56, "ppoll": 73, "set_tid_address": 96, "prctl": 167, "prlimit64": 261,
    "eventfd2": 19, "dup3": 24, "flock": 32, "mkdirat": 34, "unlinkat": 35, "renameat": 38, "statfs": 43,
    "fstatfs": 44, "fallocate": 47, "chdir": 49, "fchmod": 52, "fchmodat": 53, "pipe2": 59, "getdents64": 61,
    "pselect6": 72, "readlinkat": 78, "fsync": 82, "fdatasync": 83, "utimensat": 88, "restart_syscall": 128,
    "tgkill": 131, "times": 153, "umask": 166, "gettimeofday": 169, "getppid": 173, "getpgid": 155, "getuid": 174,
    "geteuid": 175, "getgid": 176, "getegid": 177, "socketpair": 199, "fadvise64": 223, "renameat2": 276,
    "statx": 291, "faccessat2": 439, "bind": 200, "listen": 201, "accept": 202, "shutdown": 210, "accept4": 242,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Architecture:
    """``audit`` is the kernel's AUDIT_ARCH number; ``calls`` maps the name of a system call to its number."""

    audit: int
    calls: Mapping[str, int]


ARCHITECTURES: Mapping[str, Architecture] = {
    "x86_64": Architecture(0xC000003E, _X86_64),
    "aarch64": Architecture(0xC00000B7, _AARCH64),
}

# BPF: load a word of seccomp_data, jump, return. A jump is (code, skip if true, skip if false, operand).
_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NR, _ARCH, _ARGUMENTS = 0, 4, 16
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_X32_RANGE, _CLONE_THREAD, _PROT_EXEC = 0x40000000, 0x00010000, 0x4
_OPEN_TO_WRITE = 0o20001103  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE
_AF_UNIX, _TO_WRITE = 1, 2
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: with the others a descriptor can be made to signal a process.
_FCNTL_COMMANDS = (0, 1, 2, 3, 1030)
_FCNTL_OF_WRITERS = (*_FCNTL_COMMANDS, 4, 5, 6, 7)  # and F_SETFL, and locks

Instruction = tuple[int, int, int, int]


def architecture() -> Architecture | None:
    """This machine's, or None where we have no table."""
    return ARCHITECTURES.get(platform.machine())


def filter_program(arch: Architecture, *, for_program: bool = False, writes: bool = False) -> list[Instruction]:
    """The seccomp filter: refuse (EPERM) all but a list, kill for what no decoder does by accident. ``for_program``:
    the one for a program that is executed behind it; alone it lets read every file, so that Landlock has to be there.
    ``writes``: of those, one that works on files in a folder of its own, and looks for services that it can do without.
    """
    calls = arch.calls
    program = [(_LOAD, 0, 0, _ARCH), (_JUMP_EQUAL, 1, 0, arch.audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NR)]
    program += [(_JUMP_ABOVE, 0, 1, _X32_RANGE), (_RETURN, 0, 0, _KILL)]
    for name in _KILLED_IN_WRITERS if writes else _KILLED_IN_PROGRAMS if for_program else _KILLED:
        program += _verdict(calls[name], _KILL)
    # ENOSYS makes the C library fall back to clone, whose flags a filter can see.
    program += _verdict(calls["clone3"], _ERRNO | errno.ENOSYS)
    program += _on_bits(calls["clone"], 0, _CLONE_THREAD, if_set=_ALLOW, if_clear=_ERRNO | errno.EPERM)
    executable = _ALLOW if for_program else _ERRNO | errno.EPERM
    for name in ("mmap", "mprotect"):
        program += _on_bits(calls[name], 2, _PROT_EXEC, if_set=executable, if_clear=_ALLOW)
    program += _on_values(calls["fcntl"], 1, _FCNTL_OF_WRITERS if writes else _FCNTL_COMMANDS)
    if writes:
        # LibreOffice waits for others on a local socket, and dies without; it can bind one in its folder, and connect
        # to none. It asks first whether it may write to /tmp, which Landlock does not answer.
        program += _on_values(calls["socket"], 0, (_AF_UNIX,))
        for name, index in (("access", 1), ("faccessat", 2), ("faccessat2", 2)):
            if name in calls:
                program += _on_bits(calls[name], index, _TO_WRITE, if_set=_ERRNO | errno.EACCES, if_clear=_ALLOW)
        program += _verdict(calls["openat"], _ALLOW)
        program += _verdict(calls["open"], _ALLOW) if "open" in calls else []
    elif for_program:
        program += _on_bits(calls["openat"], 2, _OPEN_TO_WRITE, if_set=_ERRNO | errno.EPERM, if_clear=_ALLOW)
    wanted = (*(_FOR_PROGRAMS if for_program else ()), *(_FOR_WRITERS if writes else ()))
    for name in (*_ALLOWED, *(each for each in wanted if each in calls)):
        program += _verdict(calls[name], _ALLOW)
    return [*program, (_RETURN, 0, 0, _ERRNO | errno.EPERM)]


def _verdict(number: int, action: int) -> list[Instruction]:
    return [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, action)]


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)  # the low word: both architectures are little-endian


def _on_bits(number: int, index: int, bits: int, *, if_set: int, if_clear: int) -> list[Instruction]:
    rule = [_argument(index), (_JUMP_BITS, 0, 1, bits), (_RETURN, 0, 0, if_set), (_RETURN, 0, 0, if_clear)]
    return [(_JUMP_EQUAL, 0, len(rule), number), *rule]


def _on_values(number: int, index: int, values: tuple[int, ...]) -> list[Instruction]:
    rule = [_argument(index)]
    for value in values:
        rule += _verdict(value, _ALLOW)
    rule.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    return [(_JUMP_EQUAL, 0, len(rule), number), *rule]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, *arguments: int) -> int:
    """Raises OSError."""
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return _call(_libc().prctl(option, *padded), f"prctl {option}")


def install_filter(arch: Architecture, *, for_program: bool = False, writes: bool = False) -> None:
    """Put the seccomp filter on this process for good; needs no_new_privs. Raises OSError."""
    instructions = filter_program(arch, for_program=for_program, writes=writes)
    code = b"".join(struct.pack("HBBI", *each) for each in instructions)
    memory = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(memory))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))


def landlock_abi() -> int:
    """Landlock's ABI version, 0 where the kernel has none or has it switched off."""
    version = _libc().syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(int(version), 0)


@dataclass(frozen=True, slots=True)
class Reach:
    """What of the file system a program is left: files to execute and read, ``trees`` (files and folders with all that
    is in them) to read, a folder to work in."""

    program: Sequence[str] = ()
    trees: Sequence[str] = ()
    home: str | None = None


NOWHERE = Reach()


def landlock_ruleset(abi: int, reach: Reach = NOWHERE) -> int:
    """A descriptor of rules that take every right that ``abi`` knows, but those of ``reach``. Raises OSError."""
    words = [_FS_RIGHTS[min(abi, max(_FS_RIGHTS))]]
    if abi >= 4:
        words.append(_NET_RIGHTS)
    if abi >= 6:
        words.append(_SCOPES)
    attributes = (ctypes.c_uint64 * len(words))(*words)
    libc = _libc()
    ruleset = libc.syscall(
        ctypes.c_long(LANDLOCK_CREATE_RULESET),
        attributes,
        ctypes.c_size_t(ctypes.sizeof(attributes)),
        ctypes.c_uint32(0),
    )
    descriptor = _call(ruleset, "landlock_create_ruleset")
    for path in reach.program:
        _landlock_allow(descriptor, path, _FS_READ | _FS_EXECUTE)
    for path in reach.trees:
        _landlock_allow(descriptor, path, _FS_READ | (_FS_LIST if Path(path).is_dir() else 0))
    if reach.home is not None:
        _landlock_allow(descriptor, reach.home, _AT_HOME & words[0])
        _landlock_allow(descriptor, os.devnull, _FS_READ | _FS_WRITE)
    return descriptor


def _landlock_allow(ruleset: int, path: str, rights: int) -> None:
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        beneath = ctypes.create_string_buffer(struct.pack("<Qi", rights, file), 12)
        kind, flags = ctypes.c_int(_PATH_BENEATH), ctypes.c_uint32(0)
        answer = _libc().syscall(ctypes.c_long(LANDLOCK_ADD_RULE), ctypes.c_int(ruleset), kind, beneath, flags)
        _call(answer, f"landlock_add_rule {path}")
    finally:
        os.close(file)


def landlock_restrict(ruleset: int) -> None:
    """Put these rules on this process for good, and close their descriptor; needs no_new_privs. Raises OSError."""
    try:
        answer = _libc().syscall(ctypes.c_long(LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0))
        _call(answer, "landlock_restrict_self")
    finally:
        os.close(ruleset)


def landlock_deny_all(abi: int) -> None:
    """Take every right that ``abi`` knows from this process for good; needs no_new_privs. Raises OSError."""
    landlock_restrict(landlock_ruleset(abi))

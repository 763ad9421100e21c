"""What a child gives up before it looks at a byte of the file, and what this kernel lets it give up.

Rule: ``confine`` applies everything that ``probe`` found, or raises; a child that is not confined decodes nothing.
Must not: know what is decoded.
"""

import math
import os
import resource
import signal
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workers.media import kernel
from workers.media.kernel import Reach
from workers.media.plan import Limits

NOBODY = 65534


class SandboxLevel(StrEnum):
    """How far a child is confined on this machine."""

    FULL = "full"
    SECCOMP = "seccomp"
    RLIMITS = "rlimits"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What holds here. ``landlock`` is the ABI version, 0 for none; ``missing`` has a sentence for each lack."""

    landlock: int
    seccomp: bool
    missing: tuple[str, ...] = ()

    @property
    def level(self) -> SandboxLevel:
        if not self.seccomp:
            return SandboxLevel.RLIMITS
        return SandboxLevel.FULL if self.landlock else SandboxLevel.SECCOMP


def probe() -> Sandbox:
    """Ask this kernel what it offers, without changing this process; for ``dam doctor`` and the log."""
    if sys.platform != "linux":
        return Sandbox(0, seccomp=False, missing=(_NOT_LINUX,))
    seccomp = _has_seccomp()
    landlock = kernel.landlock_abi()
    missing = []
    if not seccomp:
        missing.append(
            "No seccomp filter on this kernel or processor: decoders of uploaded files could make any system call."
        )
    if not landlock:
        missing.append(
            "No Landlock (Linux 5.13, among the active security modules): one fence fewer before the file system."
        )
    return Sandbox(landlock, seccomp, tuple(missing))


_NOT_LINUX = (
    "Not Linux: decoders of uploaded files run in a process of their own with limits on time and output only. "
    "Do not take files from strangers here."
)


def _has_seccomp() -> bool:
    if kernel.architecture() is None:
        return False
    try:
        return kernel.prctl(kernel.PR_GET_SECCOMP) in (0, kernel.SECCOMP_MODE_FILTER)
    except OSError:
        return False


def confine(limits: Limits, sandbox: Sandbox, parent: int, reach: Reach = kernel.NOWHERE) -> None:
    """Give up all that decoding does not need, for good. ``parent`` is the pid whose death ends this process.
    ``reach``: of a program that is executed next, the files that it is made of and what it may use, and nothing else.

    Open descriptors are the caller's: close what must not be reached first. Raises OSError or ValueError when a step
    that this machine offers did not work, or when it offers too little for a program; the process must then end.
    """
    if reach.program and sandbox.level is not SandboxLevel.FULL:
        raise ValueError("a program is executed behind every fence, or not at all")
    os.chdir("/")
    if sys.platform == "linux":
        ruleset = kernel.landlock_ruleset(sandbox.landlock, reach) if sandbox.landlock else None
        be_first_to_go()
        limit_resources(limits)
        drop_root()
        die_with(parent)  # after the change of user, which clears it
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        if ruleset is not None:
            kernel.landlock_restrict(ruleset)
        if sandbox.seccomp:
            deny_calls(for_program=bool(reach.program), writes=reach.home is not None)
    else:
        limit_resources(limits)
        drop_root()


def be_first_to_go() -> None:
    """When memory runs out, the kernel takes this process rather than the worker or the database."""
    Path("/proc/self/oom_score_adj").write_text("900")


def limit_resources(limits: Limits) -> None:
    """Hard limits, so that they can't be raised again."""
    seconds = math.ceil((limits.seconds if limits.cpu is None else limits.cpu) * limits.cores)
    # The soft limit's SIGXCPU names the cause; the hard one, a second later, can't be ignored.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.descriptors, limits.descriptors))
    if sys.platform == "linux":  # elsewhere these are refused or mean something else
        resource.setrlimit(resource.RLIMIT_DATA, (limits.data, limits.data))
        resource.setrlimit(resource.RLIMIT_AS, (limits.address_space, limits.address_space))


def drop_root() -> None:
    """From root to nobody, without a way back; nothing to do for anybody else."""
    if os.geteuid() != 0:
        return
    os.setgroups([])
    if sys.platform == "linux":
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    else:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def die_with(parent: int) -> None:
    """Be killed when ``parent`` dies. Raises OSError when it is dead already."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError("the template died before its child was confined")


def deny_calls(*, for_program: bool = False, writes: bool = False) -> None:
    """The seccomp filter of ``kernel``. Raises OSError."""
    arch = kernel.architecture()
    if arch is None:
        raise OSError("no seccomp table for this processor")
    kernel.install_filter(arch, for_program=for_program, writes=writes)

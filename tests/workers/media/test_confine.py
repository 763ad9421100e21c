"""Every fence of the child, one by one: a small program gives something up, tries it, and says how that ended.

A fence that this kernel does not have can't be tested; the reason is then in pytest's summary, and in ``dam doctor``.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.media import confine, encoder, kernel
from workers.media.confine import Sandbox, SandboxLevel
from workers.media.plan import NOT_CONFINED

HERE = confine.probe()
linux = pytest.mark.skipif(sys.platform != "linux", reason="LOUD: not Linux, the sandbox is not tested here")
needs_seccomp = pytest.mark.skipif(not HERE.seccomp, reason=f"LOUD: no seccomp here: {HERE.missing}")
needs_landlock = pytest.mark.skipif(not HERE.landlock, reason=f"LOUD: no Landlock here: {HERE.missing}")
pytestmark = linux

PRELUDE = """
import ctypes, errno, mmap, os, resource, signal, socket, sys, threading
from workers.media import confine, kernel
from workers.media.confine import Sandbox, probe
from workers.media.plan import Limits
libc = ctypes.CDLL(None, use_errno=True)
calls = kernel.architecture().calls
def say(word): os.write(1, (str(word) + "\\n").encode())
def outcome(call, *arguments):
    try:
        call(*arguments)
    except (OSError, MemoryError) as error:
        return errno.errorcode.get(getattr(error, "errno", None), type(error).__name__)
    return "done"
def system_call(number, *arguments):
    if libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments]) < 0:
        raise OSError(ctypes.get_errno(), "")
def no_new_privs(): kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
"""
ROOT = Path(confine.__file__).parents[2]


def program(body: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + body]


def run(body: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(program(body), capture_output=True, text=True, env=environment, timeout=60, check=False)


def said(body: str) -> list[str]:
    ended = run(body)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


FILTERED = "no_new_privs(); confine.deny_calls()\n"
FENCED = "no_new_privs(); kernel.landlock_deny_all(kernel.landlock_abi())\n"


@needs_seccomp
@pytest.mark.parametrize(
    ("attempt", "ending"),
    [
        ("os.open, '/etc/passwd', os.O_RDONLY", "EPERM"),
        ("os.kill, os.getpid(), 0", "EPERM"),
        ("os.fork,", "EPERM"),
        ("system_call, calls['clone3'], 0, 0", "ENOSYS"),
        ("mmap.mmap, -1, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC", "EPERM"),
        ("mmap.mmap, -1, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE", "done"),
        ("system_call, calls['mprotect'], 4096, 4096, 5", "EPERM"),
        ("system_call, calls['mprotect'], 4096, 4096, 1", "ENOMEM"),
        ("system_call, calls['fcntl'], 1, 8, 1", "EPERM"),
        ("system_call, calls['fcntl'], 1, 3, 0", "done"),
        ("threading.Thread(target=int).start,", "done"),
        ("os.memfd_create, 'x'", "EPERM"),
        ("os.unlink, '/nothing'", "EPERM"),
        ("kernel.prctl, kernel.PR_SET_DUMPABLE, 1", "EPERM"),
    ],
)
def test_the_filter_refuses(attempt: str, ending: str) -> None:
    assert said(FILTERED + f"say(outcome({attempt}))") == [ending]


@needs_seccomp
@pytest.mark.parametrize(
    "attempt",
    [
        "os.execve('/bin/true', ['true'], {})",
        "system_call(calls['execveat'], -1, 0, 0, 0, 0)",
        "system_call(calls['ptrace'], 0, 0, 0, 0)",
        "socket.socket(socket.AF_INET)",
        "socket.socket(socket.AF_UNIX)",
        "system_call(0x40000000 + 39)",
    ],
)
def test_the_filter_kills(attempt: str) -> None:
    ended = run(FILTERED + attempt)
    assert ended.returncode == -signal.SIGSYS, ended.stderr


def verdict_of(
    arch: kernel.Architecture,
    audit: int,
    number: int,
    *arguments: int,
    for_program: bool = False,
    writes: bool = False,
) -> int:
    """Run the BPF program by hand, as ``linux/filter.h`` defines it."""
    words = {0: number, 4: audit} | {16 + 8 * index: value for index, value in enumerate(arguments)}
    program, at, accumulator = kernel.filter_program(arch, for_program=for_program, writes=writes), 0, 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            accumulator = words.get(operand, 0)
            continue
        true = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[code]
        at += if_true if true else if_false


KILL, ALLOW, EPERM, EACCES, ENOSYS = 0x80000000, 0x7FFF0000, 0x00050001, 0x0005000D, 0x00050026


@pytest.mark.parametrize("name", sorted(kernel.ARCHITECTURES))
def test_the_filter_on_every_processor(name: str) -> None:
    arch = kernel.ARCHITECTURES[name]
    calls = arch.calls

    def verdict(call: str, *arguments: int) -> int:
        return verdict_of(arch, arch.audit, calls[call], *arguments)

    for killed in ("execve", "execveat", "ptrace", "socket"):
        assert verdict(killed) == KILL
    assert (verdict("clone3"), verdict("clone", 17), verdict("clone", 0x3D0F00)) == (ENOSYS, EPERM, ALLOW)
    for mapping in ("mmap", "mprotect"):
        assert (verdict(mapping, 0, 0, 3), verdict(mapping, 0, 0, 7)) == (ALLOW, EPERM)
    assert (verdict("fcntl", 1, 4), verdict("fcntl", 1, 10), verdict("fcntl", 1, 1030)) == (EPERM, EPERM, ALLOW)
    assert verdict("read") == verdict("exit_group") == ALLOW
    assert verdict_of(arch, 0x40000003, calls["read"]) == KILL  # the 32-bit calls have other numbers
    assert verdict_of(arch, arch.audit, 0x40000000) == KILL
    allowed = [number for number in range(500) if verdict_of(arch, arch.audit, number) == ALLOW]
    assert len(allowed) <= 42


@pytest.mark.parametrize("name", sorted(kernel.ARCHITECTURES))
def test_the_filter_of_a_program_on_every_processor(name: str) -> None:
    arch = kernel.ARCHITECTURES[name]

    def verdict(call: str, *arguments: int) -> int:
        return verdict_of(arch, arch.audit, arch.calls[call], *arguments, for_program=True)

    for killed in ("execve", "ptrace", "socket"):
        assert verdict(killed) == KILL
    assert (verdict("clone3"), verdict("clone", 17), verdict("clone", 0x3D0F00)) == (ENOSYS, EPERM, ALLOW)
    reading, writing = (0, 0o2000000), (1, 2, 0o100, 0o1000, 0o20200002)
    assert {verdict("openat", 0, 0, flags) for flags in reading} == {ALLOW}
    assert {verdict("openat", 0, 0, flags) for flags in writing} == {EPERM}
    assert verdict("execveat") == verdict("mmap", 0, 0, 5) == verdict("read") == ALLOW


@pytest.mark.parametrize("name", sorted(kernel.ARCHITECTURES))
def test_the_filter_of_a_program_with_a_folder_on_every_processor(name: str) -> None:
    arch = kernel.ARCHITECTURES[name]

    def verdict(call: str, *arguments: int) -> int:
        return verdict_of(arch, arch.audit, arch.calls[call], *arguments, for_program=True, writes=True)

    assert verdict("execve") == verdict("ptrace") == KILL
    assert (verdict("clone3"), verdict("clone", 17), verdict("clone", 0x3D0F00)) == (ENOSYS, EPERM, ALLOW)
    assert [verdict("socket", family) for family in (1, 2, 10, 16)] == [ALLOW, EPERM, EPERM, EPERM]
    assert [verdict("fcntl", 1, command) for command in (4, 6, 8, 10)] == [ALLOW, ALLOW, EPERM, EPERM]
    assert verdict("openat", 0, 0, 0o1102) == verdict("unlinkat") == verdict("bind") == ALLOW
    assert (verdict("faccessat", 0, 0, 2), verdict("faccessat", 0, 0, 4)) == (EACCES, ALLOW)
    numbers = {
        "x86_64": {
            "connect": 42,
            "sendto": 44,
            "sendmsg": 46,
            "kill": 62,
            "symlink": 88,
            "symlinkat": 266,
            "mount": 165,
        },
        "aarch64": {"connect": 203, "sendto": 206, "sendmsg": 211, "kill": 129, "symlinkat": 36, "mount": 40},
    }[name]
    refused = {
        call: verdict_of(arch, arch.audit, number, for_program=True, writes=True) for call, number in numbers.items()
    }
    assert set(refused.values()) == {EPERM}


FFMPEG = encoder.find().encoder
PROGRAM = f"""
files = {FFMPEG.files if FFMPEG else ()}
here = probe()
program = os.open(files[0], os.O_RDONLY | os.O_CLOEXEC)
def become(*arguments):
    confine.confine(Limits(cores=4), here, os.getppid(), kernel.Reach(files))
    os.execve(program, ['ffmpeg', '-nostdin', '-hide_banner', *arguments], {{}})
"""
needs_program = pytest.mark.skipif(
    FFMPEG is None or HERE.level != "full", reason="LOUD: no FFmpeg can be confined here"
)
SOUND = "'-f', 'lavfi', '-i', 'anullsrc', '-t', '0.1', "


@needs_program
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("'-f', 's16le', '-i', '/etc/passwd', '-f', 'null', '-'", "Permission denied"),
        (SOUND + "'-y', '/tmp/x.wav'", "Operation not permitted"),
        (SOUND + "'-f', 'null', '-'", "Output #0, null"),
    ],
)
def test_a_program_reads_and_writes_nothing_by_name(arguments: str, said: str) -> None:
    assert said in run(PROGRAM + f"become({arguments})").stderr


@needs_program
def test_a_program_that_makes_a_connection_is_killed() -> None:
    ended = run(PROGRAM + "become('-i', 'tcp://127.0.0.1:9', '-f', 'null', '-')")
    assert ended.returncode == -signal.SIGSYS, ended.stderr


@pytest.mark.parametrize("sandbox", ["Sandbox(0, seccomp=True)", "Sandbox(0, seccomp=False)"])
def test_a_program_is_executed_behind_every_fence_or_not_at_all(sandbox: str) -> None:
    body = f"try: confine.confine(Limits(), {sandbox}, os.getppid(), kernel.Reach(['/bin/true']))\n"
    assert said(body + "except ValueError as refusal: say(type(refusal).__name__)") == ["ValueError"]


@needs_landlock
@pytest.mark.parametrize(
    "attempt",
    [
        "os.open, '/etc/passwd', os.O_RDONLY",
        "os.open, '/tmp/x', os.O_CREAT | os.O_WRONLY",
        "os.listdir, '/'",
        "os.execve, '/bin/true', ['true'], {}",
        "os.mkdir, '/tmp/x'",
    ],
)
def test_landlock_alone_refuses(attempt: str) -> None:
    assert said(FENCED + f"say(outcome({attempt}))") == ["EACCES"]


@pytest.mark.skipif(HERE.landlock < 4, reason=f"LOUD: Landlock {HERE.landlock} does not know TCP")
def test_landlock_alone_refuses_connections() -> None:
    assert said(FENCED + "say(outcome(socket.socket().connect, ('127.0.0.1', 9)))") == ["EACCES"]


@pytest.mark.skipif(HERE.landlock < 6, reason=f"LOUD: Landlock {HERE.landlock} does not know signals")
def test_landlock_alone_refuses_signals_to_others() -> None:
    assert said(FENCED + "say(outcome(os.kill, os.getppid(), 0))") == ["EPERM"]


@needs_landlock
def test_confine_applies_landlock() -> None:
    body = "confine.confine(Limits(), Sandbox(probe().landlock, seccomp=False), os.getppid())\n"
    assert said(body + "say(outcome(os.open, '/etc/passwd', os.O_RDONLY))") == ["EACCES"]


@needs_seccomp
def test_confine_applies_seccomp() -> None:
    body = "confine.confine(Limits(), Sandbox(0, seccomp=True), os.getppid())\n"
    assert said(body + "say(outcome(os.open, '/etc/passwd', os.O_RDONLY))") == ["EPERM"]


BARE = "confine.confine(Limits(data=256 << 20, output=1 << 20), Sandbox(0, seccomp=False), os.getppid())\n"


@pytest.mark.parametrize(
    ("attempt", "ending"),
    [
        ("bytearray, 300 << 20", "MemoryError"),
        ("bytearray, 50 << 20", "done"),
        ("mmap.mmap, -1, 3 << 30, mmap.MAP_SHARED", "ENOMEM"),
        ("mmap.mmap, -1, 1 << 30, mmap.MAP_SHARED", "done"),
        ("os.ftruncate, os.memfd_create('x'), (1 << 20) + 1", "EFBIG"),
        ("os.ftruncate, os.memfd_create('x'), 1 << 20", "done"),
        ("lambda: [os.dup(0) for _ in range(40)],", "EMFILE"),
        ("lambda: [os.dup(0) for _ in range(20)],", "done"),
        ("os.setuid, 0", "EPERM"),
    ],
)
def test_limits_hold(attempt: str, ending: str) -> None:
    assert said(BARE + f"say(outcome({attempt}))") == [ending]


def test_time_on_the_processor_ends() -> None:
    ended = run("confine.limit_resources(Limits(seconds=0.5))\nwhile True: pass")
    assert ended.returncode == -signal.SIGXCPU


def test_time_on_the_processor_has_a_bound_of_its_own() -> None:
    body = (
        "confine.limit_resources(Limits(seconds=60, cpu=8.5, cores=2)); say(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    )
    assert said(body) == ["17"]


def test_limits_are_hard_and_there_is_no_core_file() -> None:
    body = BARE + "for name in ('CPU', 'FSIZE', 'CORE', 'NOFILE', 'DATA', 'AS'):\n"
    body += "    say(','.join(map(str, resource.getrlimit(getattr(resource, 'RLIMIT_' + name)))))"
    data, space = 256 << 20, 2048 << 20
    assert said(body) == ["60,61", "1048576,1048576", "0,0", "32,32", f"{data},{data}", f"{space},{space}"]


def test_privileges_are_gone() -> None:
    body = "if os.geteuid() == 0: os.setgroups([0, 4, 6])\n" + BARE + "say(kernel.prctl(39)); say(os.getcwd())\n"
    body += "say(open('/proc/self/status').read().split('Uid:')[1].split()[0])\n"
    body += "say(len(os.getgroups())); say(os.getgid())"
    privs, folder, user, groups, group = said(body)
    assert (privs, folder) == ("1", "/")
    if os.geteuid() == 0:
        assert (user, groups, group) == ("65534", "0", "65534")
    else:
        assert user == str(os.geteuid())


def test_the_kernel_takes_the_child_first() -> None:
    body = "confine.be_first_to_go(); say(open('/proc/self/oom_score_adj').read())"
    assert said(body) == ["900"]
    body = (
        "confine.drop_root = lambda: None\n" + BARE + "say(libc.prctl(3)); say(open('/proc/self/oom_score_adj').read())"
    )
    assert said(body) == ["0", "900"]


def test_another_process_of_the_same_user_can_not_look_inside() -> None:
    assert said("confine.drop_root = lambda: None\n" + BARE + "say(libc.prctl(3))") == ["0"]


def test_the_death_signal_survives_the_change_of_user() -> None:
    body = BARE + "got = ctypes.c_int(); libc.prctl(2, ctypes.byref(got)); say(got.value)"
    assert said(body) == ["9"]


def test_a_child_whose_parent_is_gone_already_is_not_confined_but_ended() -> None:
    assert said("say(outcome(confine.die_with, 1 + os.getppid()))") == ["ProcessLookupError"]


def test_a_child_that_can_not_be_confined_decodes_nothing() -> None:
    body = "from workers.media import child\nrequest = {'limits': {'seconds': 9}, 'format': 'PNG', 'specs': []}\n"
    ended = run(
        body + "child.run(request, [0, os.memfd_create('report')], Sandbox(0, seccomp=False), 1 + os.getppid())"
    )
    assert ended.returncode == NOT_CONFINED


def test_only_the_given_descriptors_stay_open() -> None:
    body = """
from workers.media import child
spare = [os.memfd_create(str(n)) for n in range(9)]
os.dup2(os.open('/dev/null', os.O_RDWR), 0)
wanted = [spare[4], 3, spare[0], spare[8]]
names = [os.readlink(f'/proc/self/fd/{n}') for n in wanted]
keep = os.dup(1)
child.take_descriptors([*wanted, keep])
here = sorted(int(n) for n in os.listdir('/proc/self/fd'))
os.dup2(7, 1)
say(','.join(map(str, here)))  # with the one that the listing itself needs
say([os.readlink(f'/proc/self/fd/{n}') for n in (3, 4, 5, 6)] == names)
say(os.readlink('/proc/self/fd/2'))
"""
    assert said(body) == ["0,1,2,3,4,5,6,7,8", "True", "/dev/null"]


def test_a_filter_that_can_not_be_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "architecture", lambda: None)
    with pytest.raises(OSError, match="no seccomp table"):
        confine.deny_calls()


@contextlib.contextmanager
def pretending(monkeypatch: pytest.MonkeyPatch, landlock: int, *, seccomp: bool) -> Iterator[Sandbox]:
    with monkeypatch.context() as patch:
        patch.setattr(kernel, "landlock_abi", lambda: landlock)
        if not seccomp:
            patch.setattr(kernel, "architecture", lambda: None)
        yield confine.probe()


@needs_seccomp
def test_the_probe_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pretending(monkeypatch, 7, seccomp=True) as sandbox:
        assert (sandbox.level, sandbox.missing) == (SandboxLevel.FULL, ())
    with pretending(monkeypatch, 0, seccomp=True) as sandbox:
        assert sandbox.level == SandboxLevel.SECCOMP
        assert "Landlock" in sandbox.missing[0]
    with pretending(monkeypatch, 7, seccomp=False) as sandbox:
        assert sandbox.level == SandboxLevel.RLIMITS
        assert "seccomp" in sandbox.missing[0]


def test_limits_of_this_process_are_untouched() -> None:
    """Probing must not confine the prober."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    confine.probe()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    assert Path("/etc/passwd").read_text()

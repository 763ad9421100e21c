"""The local object store: the contract, and what only a file system can get wrong."""

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dam.domain.errors import NotFound, StorageFull, Unavailable
from dam.objects.local import LocalObjects
from dam.ports.objects import ObjectSink, ObjectStore
from tests.contracts.object_store import ObjectStoreContract, contents, put


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def local(root: Path) -> LocalObjects:
    return LocalObjects(root)


class TestContract(ObjectStoreContract):
    @pytest.fixture
    def store(self, local: LocalObjects) -> ObjectStore:
        return local


def path_of(root: Path, sha256: str) -> Path:
    return root / "objects" / sha256[:2] / sha256[2:4] / sha256


def test_an_object_lies_under_its_digest_and_is_read_only(local: LocalObjects, root: Path) -> None:
    stored = put(local, b"bytes")
    assert stat.S_IMODE(path_of(root, stored.sha256).stat().st_mode) == 0o440
    assert path_of(root, stored.sha256).stat().st_nlink == 1
    assert list((root / "incoming").iterdir()) == []


def test_the_stream_is_fit_for_sendfile(local: LocalObjects) -> None:
    with local.open(put(local, b"bytes").sha256) as stream:
        assert stream.fileno() >= 0
        stream.seek(2)
        assert os.lseek(stream.fileno(), 0, os.SEEK_CUR) == 2


def test_what_is_kept_was_durable_first(local: LocalObjects, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsync of the file, then its name, then fsync of every folder on the way."""
    done: list[str] = []
    fsync, link = os.fsync, os.link

    def recording_fsync(file: int) -> None:
        done.append("fsync " + str(Path(f"/proc/self/fd/{file}").readlink().relative_to(root)).split("/in-")[0])
        fsync(file)

    def recording_link(*args: Any, **kwargs: Any) -> None:
        done.append("link")
        link(*args, **kwargs)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "link", recording_link)
    sha = put(local, b"bytes").sha256
    leaf = f"objects/{sha[:2]}/{sha[2:4]}"
    assert done == ["fsync incoming", "link", f"fsync {leaf}", f"fsync objects/{sha[:2]}", "fsync objects"]


def test_equal_bytes_are_acknowledged_only_when_their_name_is_durable(
    local: LocalObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stored them first may not have come as far as its own fsync of the folder."""
    put(local, b"bytes")
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(stat.S_ISDIR(os.fstat(file).st_mode)))
    put(local, b"bytes")
    assert synced == [False, True, True, True]


def test_what_is_there_is_never_overwritten(local: LocalObjects, root: Path) -> None:
    stored = put(local, b"bytes")
    before = path_of(root, stored.sha256).stat()
    put(local, b"bytes")
    after = path_of(root, stored.sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_object_is_reported_and_not_replaced(local: LocalObjects, root: Path) -> None:
    stored = put(local, b"bytes")
    path = path_of(root, stored.sha256)
    path.chmod(0o640)
    path.write_bytes(b"byt")
    with pytest.raises(Unavailable) as refused:
        put(local, b"bytes")
    assert refused.value.code == "object_damaged"
    assert path.read_bytes() == b"byt"
    assert list((root / "incoming").iterdir()) == []


@pytest.mark.parametrize("plant", [lambda p: p.mkdir(), lambda p: p.symlink_to("/etc/passwd"), os.mkfifo])
def test_what_is_no_file_is_neither_found_nor_opened(
    local: LocalObjects, root: Path, plant: Callable[[Path], None]
) -> None:
    path = path_of(root, "ab" * 32)
    path.parent.mkdir(parents=True)
    plant(path)
    with pytest.raises(Unavailable) as refused:
        local.find("ab" * 32)
    assert refused.value.code == "object_damaged"


def test_a_link_is_not_followed_when_opened(local: LocalObjects, root: Path) -> None:
    path = path_of(root, "ab" * 32)
    path.parent.mkdir(parents=True)
    path.symlink_to("/etc/passwd")
    with pytest.raises(Unavailable):
        local.open("ab" * 32)


def test_foreign_names_are_not_listed(local: LocalObjects, root: Path) -> None:
    stored = put(local, b"bytes")
    folder = path_of(root, stored.sha256).parent
    (folder / "notes.txt").write_text("x")
    (folder / ("f" * 64 if not stored.sha256.startswith("ffff") else "0" * 64)).write_text("misplaced")
    (root / "objects" / "readme").write_text("x")
    assert list(local.list()) == [stored]


class TestFull:
    """No room, at each place where it can show: StorageFull, and nothing is left."""

    @pytest.fixture(params=[b"small", b"x" * (9 << 20)], ids=["small", "long"])
    def data(self, request: pytest.FixtureRequest) -> bytes:
        assert isinstance(request.param, bytes)
        return request.param

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    @pytest.mark.parametrize("call", ["writev", "fsync", "link", "mkdir"])
    def test_full(
        self, local: LocalObjects, root: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, data: bytes
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, call, full)
        with pytest.raises(StorageFull) as refused:
            send(local, data)
        monkeypatch.undo()
        assert refused.value.code == "storage_full"
        assert list(local.list()) == []
        assert list((root / "incoming").iterdir()) == []
        assert contents(local, send(local, data)) == data  # and it recovers by itself

    def test_no_room_for_a_new_file(self, local: LocalObjects, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.open

        def full(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            if flags & os.O_CREAT:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(path, flags, *args, **kwargs)

        monkeypatch.setattr(os, "open", full)
        with pytest.raises(StorageFull):
            local.receive()

    def test_a_failing_disk_is_not_a_full_one(
        self, local: LocalObjects, monkeypatch: pytest.MonkeyPatch, data: bytes
    ) -> None:
        def broken(*_: object) -> int:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "writev", broken)
        with pytest.raises(Unavailable) as refused:
            send(local, data)
        assert refused.value.code == "objects_unavailable"
        assert list(local.list()) == []

    def test_a_limit_of_the_system(self, root: Path) -> None:
        """The real thing without a small disk: the kernel cuts a write short, then refuses the next one."""
        program = (
            "import resource, sys; from pathlib import Path\n"
            "from dam.objects.local import LocalObjects; from dam.domain.errors import StorageFull\n"
            "store = LocalObjects(Path(sys.argv[1]))\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, ((2 << 20) + 1234,) * 2)\n"
            "try:\n"
            "    with store.receive() as sink:\n"
            "        for _ in range(100): sink.write(b'x' * 65536)\n"
            "        sink.finish()\n"
            "except StorageFull: print(len(list(store.list())))\n"
        )
        ended = subprocess.run([sys.executable, "-c", program, root], capture_output=True, text=True, check=True)
        assert ended.stdout == "0\n"
        assert list((root / "incoming").iterdir()) == []


def send(store: LocalObjects, data: bytes) -> str:
    return put(store, *(data[at : at + 65_536] for at in range(0, len(data), 65_536))).sha256


def test_a_write_that_is_cut_short_is_completed(local: LocalObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    writev, write = os.writev, os.write
    monkeypatch.setattr(os, "writev", lambda file, parts: writev(file, [b"".join(parts)[:1000]]))
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:100_000]))
    data = os.urandom(3 << 20)
    assert contents(local, send(local, data)) == data


def test_a_failure_in_the_thread_shows_at_the_next_write(local: LocalObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def broken(*_: object) -> int:
        failed.set()
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "writev", broken)
    with local.receive() as sink:
        sink.write(b"x" * (1 << 20))
        assert failed.wait(10)
        with pytest.raises(Unavailable):
            write_all(sink, 20)  # far more than what may wait: nobody may wait for room for ever


def write_all(sink: ObjectSink, mib: int) -> None:
    for _ in range(mib):
        sink.write(b"x" * (1 << 20))


def test_short_streams_need_no_thread(local: LocalObjects) -> None:
    with local.receive() as sink:
        for _ in range(15):
            sink.write(b"x" * 65_536)
        assert not any(thread.name == "object-writer" for thread in threading.enumerate())
        sink.write(b"x" * 65_536)
        assert any(thread.name == "object-writer" for thread in threading.enumerate())
    assert not any(thread.name == "object-writer" for thread in threading.enumerate())


@pytest.mark.parametrize("piece", [700, 65_536, 5 << 20])
def test_memory_stays_flat(local: LocalObjects, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Also when the disk is slower than the sender: here it takes nothing until the sender has had to wait."""
    template = bytearray(piece)
    tracemalloc.start()
    try:
        with local.receive() as sink:
            for _ in range((40 << 20) // piece):
                sink.write(bytes(template))
            sink.finish()
        assert tracemalloc.get_traced_memory()[1] < max(9 << 20, 3 * piece)
    finally:
        tracemalloc.stop()


def test_a_slow_disk_holds_the_sender_back(local: LocalObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    go, sent = threading.Event(), []
    writev = os.writev
    monkeypatch.setattr(os, "writev", lambda file, parts: (go.wait(10), writev(file, parts))[1])

    def sender() -> None:
        with local.receive() as sink:
            for number in range(32):
                sink.write(bytes(1 << 20))
                sent.append(number)
            sink.finish()

    thread = threading.Thread(target=sender)
    thread.start()
    while len(sent) < 5:  # what may wait: four in the queue, one at the disk
        thread.join(0.01)
    thread.join(0.2)
    assert len(sent) <= 6
    go.set()
    thread.join(30)
    assert len(sent) == 32


class TestLeftovers:
    @pytest.fixture
    def dead(self, root: Path) -> Path:
        """What a process that was killed in the middle of a stream left."""
        program = (
            "import sys; from pathlib import Path; from dam.objects.local import LocalObjects\n"
            "sink = LocalObjects(Path(sys.argv[1])).receive(); sink.write(b'x' * (3 << 20))\n"
            "print('written', flush=True); sys.stdin.read()\n"
        )
        command = [sys.executable, "-c", program, str(root)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            (found,) = (root / "incoming").iterdir()
            process.send_signal(signal.SIGKILL)
        return found

    def test_a_dead_process_s_file_is_swept_at_the_next_start(self, root: Path, dead: Path) -> None:
        assert dead.exists()
        LocalObjects(root)
        assert not dead.exists()

    def test_a_live_stream_is_not_swept_however_old(self, local: LocalObjects, root: Path) -> None:
        with local.receive() as sink:
            sink.write(b"slow")
            (path,) = (root / "incoming").iterdir()
            os.utime(path, (0, 0))
            LocalObjects(root)
            assert path.exists()
            assert contents(local, sink.finish().sha256) == b"slow"

    def test_young_leftovers_wait_when_asked(self, local: LocalObjects, root: Path) -> None:
        leftover = root / "incoming" / "in-0.tmp"
        leftover.write_bytes(b"x")
        assert local.sweep_incoming(older_than=60) == 0
        os.utime(leftover, (0, 0))
        assert local.sweep_incoming(older_than=60) == 1

    def test_a_store_at_work_sweeps_what_is_an_hour_old(self, local: LocalObjects, root: Path) -> None:
        old, young = root / "incoming" / "in-0.tmp", root / "incoming" / "in-1.tmp"
        old.write_bytes(b"x")
        young.write_bytes(b"x")
        os.utime(old, (time.time() - 3700,) * 2)
        assert local.sweep() == 1
        assert young.exists()

    def test_other_files_are_left_alone(self, local: LocalObjects, root: Path) -> None:
        (root / "incoming" / "notes.tmp").write_bytes(b"x")
        (root / "incoming" / "in-link.tmp").symlink_to("notes.tmp")
        assert local.sweep_incoming(older_than=0) == 0

    def test_a_kept_object_survives_the_sweep_of_its_temporary_name(self, local: LocalObjects, root: Path) -> None:
        """A crash between the link and the end leaves both names on the same bytes."""
        stored = put(local, b"bytes")
        os.link(path_of(root, stored.sha256), root / "incoming" / "in-1.tmp")
        LocalObjects(root)
        assert contents(local, stored.sha256) == b"bytes"
        assert list((root / "incoming").iterdir()) == []


def test_a_store_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable):
        LocalObjects(tmp_path / "file")


def test_an_empty_stream_has_the_digest_of_nothing(local: LocalObjects) -> None:
    assert put(local).sha256 == hashlib.sha256().hexdigest()


def test_only_a_whole_digest_is_a_name(local: LocalObjects, root: Path) -> None:
    """A name is never made into a path, not even where something lies there."""
    for name in ("ab" * 32 + ".old", "a/../" + "ab" * 30, "AB" * 32):
        path = path_of(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"planted")
        assert local.find(name) is None
        with pytest.raises(NotFound):
            local.open(name)

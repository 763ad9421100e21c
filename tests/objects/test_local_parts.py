"""The local part store: the contract, and what only a file system can get wrong."""

import errno
import os
import threading
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from dam.domain.errors import Conflict, DamError, Forbidden, Invalid, NotFound, StorageFull, Unavailable
from dam.domain.uploads import Upload
from dam.objects.local import LocalObjects
from dam.objects.local_parts import LocalParts
from dam.objects.signing import Signing
from dam.ports.objects import ObjectStore
from dam.ports.parts import PartLink, PartSink, PartStore
from tests.contracts.part_store import PartStoreContract, Send, Sizes, upload_of

PART = 1000


@pytest.fixture
def local(tmp_path: Path) -> LocalObjects:
    return LocalObjects(tmp_path / "store", tmp_path / "parts.key")


@pytest.fixture
def parts(local: LocalObjects) -> LocalParts:
    return local.parts()


def opened(parts: PartStore, link: PartLink, size: int | None = None) -> PartSink:
    """What the route does with a link."""
    address = urlsplit(link.url)
    said = dict(parse_qsl(address.query))
    upload_id = address.path.split("/")[4]
    wanted = int(said["size"]) if size is None else size
    return parts.receive(upload_id, link.number, wanted, int(said["expires"]), said["signature"])


class TestContract(PartStoreContract):
    @pytest.fixture
    def store(self, parts: LocalParts) -> PartStore:
        return parts

    @pytest.fixture
    def objects(self, local: LocalObjects) -> ObjectStore:
        return local

    @pytest.fixture
    def sizes(self) -> Sizes:
        return Sizes(PART)

    @pytest.fixture
    def send(self, parts: LocalParts) -> Send:
        def put(link: PartLink, data: bytes) -> int:
            try:
                with opened(parts, link) as sink:
                    sink.write(data)
                    sink.finish()
            except DamError:
                return 409
            return 200

        return put


@pytest.fixture
def upload(parts: LocalParts) -> Upload:
    made = upload_of(2 * PART, PART)
    return replace(made, handle=parts.begin(made.id))


def folder_of(tmp_path: Path, upload: Upload) -> Path:
    return tmp_path / "store" / "uploads" / upload.id


def put(parts: LocalParts, upload: Upload, number: int, data: bytes) -> None:
    with opened(parts, parts.link(upload, number)) as sink:
        sink.write(data)
        sink.finish()


def test_a_part_is_durable_before_it_has_its_name(
    parts: LocalParts, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def recording_fsync(file: int) -> None:
        done.append("fsync folder" if Path(f"/proc/self/fd/{file}").readlink().name == upload.id else "fsync file")
        fsync(file)

    def recording_rename(*args: Any, **kwargs: Any) -> None:
        done.append("rename")
        rename(*args, **kwargs)

    with opened(parts, parts.link(upload, 1)) as sink:
        sink.write(bytes(PART))
        monkeypatch.setattr(os, "fsync", recording_fsync)
        monkeypatch.setattr(os, "rename", recording_rename)
        sink.finish()
    assert done == ["fsync file", "rename", "fsync folder"]


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StorageFull), (errno.EIO, Unavailable)])
@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_a_failing_disk_leaves_the_earlier_part(
    parts: LocalParts,
    upload: Upload,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    error: type[Exception],
) -> None:
    put(parts, upload, 1, b"a" * PART)

    def broken(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with opened(parts, parts.link(upload, 1)) as sink:
        monkeypatch.setattr(os, call, broken)
        with pytest.raises(error):
            fill(sink)
        monkeypatch.undo()
    assert [each.name for each in folder_of(tmp_path, upload).iterdir()] == ["1"]
    assert (folder_of(tmp_path, upload) / "1").read_bytes() == b"a" * PART


def fill(sink: PartSink) -> None:
    sink.write(b"b" * PART)
    sink.finish()


def test_more_or_less_than_the_part_has_is_refused(parts: LocalParts, upload: Upload) -> None:
    """What is too much is not even written."""
    with opened(parts, parts.link(upload, 1)) as sink, pytest.raises(Invalid) as refused:
        sink.write(bytes(PART + 1))
    assert refused.value.code == "part_size_differs"
    with opened(parts, parts.link(upload, 1)) as sink:
        sink.write(bytes(PART - 1))
        with pytest.raises(Invalid) as refused:
            sink.finish()
    assert refused.value.code == "part_size_differs"
    assert parts.received(upload) == []


@pytest.mark.parametrize("ending", ["close", "discard"])
def test_who_is_late_has_no_effect_whenever_he_comes(
    parts: LocalParts, upload: Upload, tmp_path: Path, ending: str
) -> None:
    """Between any two steps of a writer, the folder is closed or removed."""
    for number in (1, 2):
        put(parts, upload, number, b"a" * PART)
    sink = opened(parts, parts.link(upload, 1))
    sink.write(b"b" * PART)
    if ending == "close":
        parts.close(upload)
    else:
        parts.discard(upload.id)
    with sink, pytest.raises((Conflict, NotFound)):
        sink.finish()
    with pytest.raises((Conflict, NotFound)):
        opened(parts, parts.link(upload, 1))
    if ending == "close":
        assert (folder_of(tmp_path, upload) / "1").read_bytes() == b"a" * PART
        assert {each.name for each in folder_of(tmp_path, upload).iterdir()} == {"1", "2", "closed"}
    else:
        assert not folder_of(tmp_path, upload).exists()


def test_many_writers_and_one_who_closes(parts: LocalParts, upload: Upload, tmp_path: Path) -> None:
    """What was there when it was closed is there at the end."""
    for number in (1, 2):
        put(parts, upload, number, b"a" * PART)
    stop = threading.Event()

    def write(letter: bytes) -> None:
        while not stop.is_set():
            with suppress(Conflict):
                put(parts, upload, 1, letter * PART)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    parts.close(upload)
    closed = (folder_of(tmp_path, upload) / "1").read_bytes()
    for _ in range(200):
        assert (folder_of(tmp_path, upload) / "1").read_bytes() == closed
    stop.set()
    for thread in threads:
        thread.join()
    assert (folder_of(tmp_path, upload) / "1").read_bytes() == closed
    assert len(set(closed)) == 1


def test_memory_stays_flat(parts: LocalParts) -> None:
    size = 32 << 20
    upload = upload_of(size, size)
    upload = replace(upload, handle=parts.begin(upload.id))
    piece = bytes(256 << 10)
    tracemalloc.start()
    try:
        with opened(parts, parts.link(upload, 1)) as sink:
            for _ in range(size // len(piece)):
                sink.write(piece)
            sink.finish()
        with parts.assemble(upload, parts.close(upload)) as assembled:
            assembled.seal()
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


def test_foreign_names_are_no_parts(parts: LocalParts, upload: Upload, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, upload)
    (folder / "notes.txt").write_text("x")
    (folder / "3").mkdir()
    (folder / "1").symlink_to("/etc/passwd")
    assert parts.received(upload) == []


class TestSigning:
    """The key is made once, kept for the service alone, and signs everything that a link says."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "parts.key"

    def test_every_process_signs_alike(self, file: Path) -> None:
        one, other = Signing(file), Signing(file)
        signature = one.sign("u", 1, 2, 3)
        other.check("u", 1, 2, 3, signature, now=3)
        assert (len(signature), file.stat().st_mode & 0o777) == (64, 0o600)

    def test_two_who_make_it_at_once_have_one_key(self, file: Path) -> None:
        found: list[str] = []
        threads = [threading.Thread(target=lambda: found.append(Signing(file).sign("u", 1, 2, 3))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 1
        assert [each.name for each in file.parent.iterdir()] == [file.name]

    def test_what_is_not_as_it_was_signed(self, file: Path) -> None:
        signing = Signing(file)
        signature = signing.sign("u", 1, 2, 3)
        for altered in (("v", 1, 2, 3), ("u", 2, 2, 3), ("u", 1, 3, 3), ("u", 1, 2, 4)):
            with pytest.raises(Forbidden) as refused:
                signing.check(*altered, signature, now=0)
            assert refused.value.code == "link_invalid"
        with pytest.raises(Forbidden) as refused:
            signing.check("u", 1, 2, 3, signature, now=3.1)
        assert refused.value.code == "link_expired"
        with pytest.raises(Forbidden):
            signing.check("u", 1, 2, 3, "\u00e9" * 64, now=0)

    def test_a_key_that_others_can_read_is_not_used(self, file: Path) -> None:
        Signing(file).sign("u", 1, 2, 3)
        file.chmod(0o644)
        with pytest.raises(Unavailable) as refused:
            Signing(file).sign("u", 1, 2, 3)
        assert "only the service can read" in refused.value.detail

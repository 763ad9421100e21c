"""The folder channel: the contract, its configuration, its marker, and the order in which things become durable."""

import errno
import io
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dam.channels import KINDS, step
from dam.ports.channel import Channel, InvalidConfig, NotApplied, Timing, Unreachable
from tests.channels.conftest import MARKER, Build
from tests.contracts.channel import CLOCK, NEW, OLD, ChannelContract, Outside, put, remove, seen

OTHER = UUID("0190a8f0-0000-7000-8000-000000000002")


class FolderOutside:
    """The folder as any other program sees it."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def look(self, remote: str) -> bytes | None:
        path = self._site / remote
        return path.read_bytes() if path.exists() else None

    def change(self, remote: str, data: bytes) -> None:
        (self._site / remote).write_bytes(data)

    def names(self) -> set[str]:
        files = (path for path in self._site.rglob("*") if not path.is_dir())
        return {str(path.relative_to(self._site)) for path in files} - {MARKER}

    def vanish(self) -> None:
        self._site.rename(self._site.with_name("elsewhere"))
        self._site.mkdir()


class TestContract(ChannelContract):
    @pytest.fixture
    def outside(self, site: Path) -> Outside:
        return FolderOutside(site)


class TestConfig:
    @pytest.mark.parametrize(
        ("config", "code"),
        [
            ({}, "path_not_absolute"),
            ({"path": ""}, "path_not_absolute"),
            ({"path": "relative"}, "path_not_absolute"),
            ({"path": 5}, "path_not_absolute"),
            ({"path": "/a\0b"}, "path_not_absolute"),
            ({"path": "/a", "colour": "red"}, "config_unknown"),
            ({"path": "/a", "lateness_s": -1}, "lateness_invalid"),
            ({"path": "/a", "lateness_s": True}, "lateness_invalid"),
            ({"path": "/a", "lateness_s": float("nan")}, "lateness_invalid"),
            ({"path": "/a", "lateness_s": "5"}, "lateness_invalid"),
        ],
    )
    def test_form(self, build: Build, config: dict[str, object], code: str) -> None:
        assert refusal(lambda: build(**config)) == code

    def test_the_schema_names_what_is_taken(self) -> None:
        kind = KINDS["folder"]
        assert kind.evidence == "sha256"
        assert kind.schema["required"] == ["path"]

    def test_timing(self, build: Build, site: Path) -> None:
        assert build(site).timing == Timing(permit=10, lateness=0)
        assert build(site, lateness_s=60).timing == Timing(permit=10, lateness=60)

    def test_a_folder_that_is_missing(self, build: Build, tmp_path: Path) -> None:
        assert refusal(build(tmp_path / "absent").establish) == "path_missing"

    def test_a_file(self, build: Build, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        assert refusal(build(tmp_path / "file").establish) == "path_not_a_folder"

    def test_a_folder_that_may_not_be_written(self, build: Build, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        refuse_writing(monkeypatch, errno.EROFS)
        assert refusal(build(site).establish) == "path_not_writable"

    @pytest.mark.parametrize("below", ["", "objects", "a/b"])
    def test_the_service_s_own_folder(self, build: Build, home: Path, below: str) -> None:
        (home / below).mkdir(parents=True, exist_ok=True)
        assert refusal(build(home / below).establish) == "inside_home"
        assert list(home.rglob(".dam-*")) == []

    def test_the_service_s_own_folder_by_a_link(self, build: Build, home: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(home)
        assert refusal(build(tmp_path / "link").establish) == "inside_home"


def refusal(ask: Callable[[], object]) -> str:
    with pytest.raises(InvalidConfig) as refused:
        ask()
    return refused.value.code


def refuse_writing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """From here on nothing new can be made."""
    real = os.open

    def refusing(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", refusing)


class TestMarker:
    def test_it_says_whose_folder_it_is(self, channel: Channel, site: Path) -> None:
        assert (site / MARKER).read_text().strip() == MARKER.removeprefix(".dam-channel-")
        assert [path.name for path in site.iterdir()] == [MARKER]

    def test_without_establish_nothing_is_done(self, build: Build, site: Path) -> None:
        fresh = build(site)
        for ask in (fresh.check, lambda: fresh.read("a"), lambda: put(fresh, "a", OLD), lambda: remove(fresh, "a")):
            assert unreachable(ask) == "root_vanished"
        assert list(site.iterdir()) == []

    @pytest.mark.parametrize("content", ["", "somebody else's", f"{MARKER.removeprefix('.dam-channel-')}\nand more"])
    def test_another_content_is_another_folder(self, channel: Channel, site: Path, content: str) -> None:
        (site / MARKER).write_text(content)
        assert unreachable(channel.check) == "root_vanished"
        channel.establish()
        channel.check()

    def test_a_link_is_no_marker(self, channel: Channel, site: Path) -> None:
        (site / MARKER).rename(site / "copy")
        (site / MARKER).symlink_to("copy")
        assert unreachable(channel.check) == "root_vanished"

    def test_a_pipe_is_no_marker_and_does_not_block(self, channel: Channel, site: Path) -> None:
        (site / MARKER).unlink()
        os.mkfifo(site / MARKER)
        assert unreachable(channel.check) == "root_vanished"

    def test_another_channel_s_marker_is_not_ours(self, build: Build, channel: Channel, site: Path) -> None:
        assert unreachable(build(site, OTHER).check) == "root_vanished"

    def test_a_root_that_is_gone(self, channel: Channel, site: Path) -> None:
        shutil.rmtree(site)
        assert unreachable(channel.check) == "root_vanished"
        site.write_text("a file now")
        assert unreachable(channel.check) == "root_vanished"

    def test_the_marker_is_looked_at_in_the_folder_that_is_used(
        self, channel: Channel, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The disk goes away right after the marker was read: what follows stays on that disk."""
        (tmp_path / "empty").mkdir()
        real = os.dup

        def unmount_then_dup(descriptor: int) -> int:
            monkeypatch.undo()
            site.rename(tmp_path / "disk")
            (tmp_path / "empty").rename(site)
            return real(descriptor)

        monkeypatch.setattr(os, "dup", unmount_then_dup)
        with channel.stage_put("a", io.BytesIO(NEW), len(NEW)) as change:
            assert list(site.iterdir()) == []
            with pytest.raises(Unreachable):
                change.apply(CLOCK.monotonic() + 10)
        assert list(site.iterdir()) == []
        assert [path.name for path in (tmp_path / "disk").iterdir()] == [MARKER]


def unreachable(ask: Callable[[], object]) -> str:
    with pytest.raises(Unreachable) as refused:
        ask()
    return refused.value.code


def test_the_bytes_are_durable_before_they_are_visible(
    channel: Channel, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New folders are made durable from above, then the file; only then the step may come."""
    done: list[str] = []
    fsync, mkdir = os.fsync, os.mkdir

    def recording_fsync(file: int) -> None:
        path = Path(f"/proc/self/fd/{file}").readlink().relative_to(site)
        done.append("fsync " + ("temporary" if path.name.endswith(".tmp") else str(path)))
        fsync(file)

    def recording_mkdir(name: str, *args: Any, **kwargs: Any) -> None:
        done.append(f"mkdir {name}")
        mkdir(name, *args, **kwargs)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "mkdir", recording_mkdir)
    with channel.stage_put("a/b/c", io.BytesIO(NEW), len(NEW)):
        assert done == ["mkdir a", "fsync .", "mkdir b", "fsync a", "fsync temporary"]
        (temporary,) = (path for path in (site / "a/b").iterdir())
        assert temporary.read_bytes() == NEW


@pytest.mark.parametrize(
    ("verb", "call", "how"),
    [("replace", "rename", "renamed"), ("create", "link", "linked"), ("remove", "unlink", "removed")],
)
def test_the_step_is_durable_before_it_is_acknowledged(
    site: Path, monkeypatch: pytest.MonkeyPatch, verb: str, call: str, how: str
) -> None:
    (site / "temporary").write_bytes(NEW)
    if verb != "create":
        (site / "target").write_bytes(OLD)
    folder = os.open(site, os.O_RDONLY)
    done: list[str] = []
    for name in (call, "fsync"):
        monkeypatch.setattr(os, name, recorder(done, name, getattr(os, name)))
    assert step.perform(folder, verb, "temporary", "target") == f"applied {how}"
    assert (done[0], done[-1]) == (call, "fsync")
    os.close(folder)


def recorder(done: list[str], name: str, real: Callable[..., object]) -> Callable[..., object]:
    def recording(*args: object, **kwargs: object) -> object:
        done.append(name)
        return real(*args, **kwargs)

    return recording


class TestFaults:
    @pytest.mark.parametrize(
        ("number", "error", "code", "permanent"),
        [
            (errno.ENOSPC, NotApplied, "destination_full", False),
            (errno.EDQUOT, NotApplied, "destination_full", False),
            (errno.EACCES, NotApplied, "destination_refused", True),
            (errno.EROFS, NotApplied, "destination_refused", True),
            (errno.EIO, Unreachable, "destination_failed", False),
            (errno.ESTALE, Unreachable, "destination_failed", False),
            (errno.ENOTCONN, Unreachable, "destination_failed", False),
        ],
    )
    @pytest.mark.parametrize("call", ["write", "fsync", "mkdir"])
    def test_while_staging(
        self,
        channel: Channel,
        site: Path,
        monkeypatch: pytest.MonkeyPatch,
        call: str,
        number: int,
        error: type[NotApplied | Unreachable],
        code: str,
        permanent: bool,
    ) -> None:
        def failing(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        put(channel, "folder/a", OLD)
        monkeypatch.setattr(os, call, failing)
        with pytest.raises(error) as refused:
            put(channel, "folder/a", NEW)
        monkeypatch.undo()
        assert (refused.value.code, refused.value.permanent) == (code, permanent)
        assert seen(channel, "folder/a") == OLD
        assert [path.name for path in (site / "folder").iterdir()] == ["a"]

    def test_a_limit_of_the_kernel_s_copy_falls_back(self, channel: Channel, tmp_path: Path) -> None:
        """Some file systems can't copy by themselves; procfs even says that there is nothing."""
        with Path("/proc/version").open("rb", buffering=0) as source:
            size = len(Path("/proc/version").read_bytes())
            with channel.stage_put("a", source, size) as change:
                change.apply(CLOCK.monotonic() + 10)
        assert seen(channel, "a") == Path("/proc/version").read_bytes()

    def test_reading_what_fails(self, channel: Channel, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(channel, "a", OLD)
        real = os.open

        def failing(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            if path == "a":
                raise OSError(errno.ESTALE, "Stale file handle")
            return real(path, flags, *args, **kwargs)

        monkeypatch.setattr(os, "open", failing)
        assert unreachable(lambda: channel.read("a")) == "destination_failed"

    def test_a_folder_that_moves_between_staging_and_the_step(self, channel: Channel, site: Path) -> None:
        with channel.stage_put("folder/a", io.BytesIO(NEW), len(NEW)) as change:
            (site / "folder").rename(site / "moved")
            (site / "folder").mkdir()
            with pytest.raises(NotApplied) as refused:
                change.apply(CLOCK.monotonic() + 10)
        assert refused.value.code == "folder_moved"
        assert list((site / "folder").iterdir()) == list((site / "moved").iterdir()) == []

    def test_a_folder_that_goes_between_staging_and_the_step(self, channel: Channel, site: Path) -> None:
        with channel.stage_put("folder/a", io.BytesIO(NEW), len(NEW)) as change:
            shutil.rmtree(site / "folder")
            with pytest.raises(NotApplied) as refused:
                change.apply(CLOCK.monotonic() + 10)
        assert refused.value.code == "folder_moved"


class TestModes:
    def test_a_new_file_follows_the_umask(self, channel: Channel, site: Path) -> None:
        before = os.umask(0o027)
        try:
            put(channel, "a", OLD)
        finally:
            os.umask(before)
        assert stat.S_IMODE((site / "a").stat().st_mode) == 0o640

    def test_a_replaced_file_keeps_its_permissions_but_no_special_ones(self, channel: Channel, site: Path) -> None:
        put(channel, "a", OLD)
        (site / "a").chmod(0o4604)
        put(channel, "a", NEW)
        assert stat.S_IMODE((site / "a").stat().st_mode) == 0o604


class TestLeftovers:
    """A dead attempt's temporary goes when it is an hour old; a live one's never."""

    def leftover(self, folder: Path, age: float) -> Path:
        path = folder / ".dam-0123456789abcdef.tmp"
        path.write_bytes(b"half")
        os.utime(path, (path.stat().st_mtime - age,) * 2)
        return path

    @pytest.mark.parametrize("ask", [lambda c: put(c, "folder/a", NEW), lambda c: remove(c, "folder/a")])
    @pytest.mark.parametrize(("age", "stays"), [(4000, False), (3000, True)])
    def test_age(
        self, build: Build, channel: Channel, site: Path, ask: Callable[[Channel], object], age: int, stays: bool
    ) -> None:
        put(channel, "folder/a", OLD)
        path = self.leftover(site / "folder", age)
        ask(build(site))
        assert path.exists() == stays

    def test_a_live_one_stays_however_old(self, build: Build, channel: Channel, site: Path) -> None:
        with channel.stage_put("a", io.BytesIO(NEW), len(NEW)) as change:
            (temporary,) = site.glob(".dam-*.tmp")
            os.utime(temporary, (0, 0))
            put(build(site), "b", OLD)
            change.apply(CLOCK.monotonic() + 10)
        assert seen(channel, "a") == NEW

    def test_a_folder_is_looked_through_once_an_hour(
        self, channel: Channel, site: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(channel, "a", OLD)
        path = self.leftover(site, 4000)
        put(channel, "b", OLD)
        assert path.exists()

    def test_the_marker_and_other_files_are_no_leftovers(self, build: Build, channel: Channel, site: Path) -> None:
        (site / "a.tmp").write_bytes(b"x")
        for path in site.iterdir():
            os.utime(path, (0, 0))
        put(build(site), "b", OLD)
        assert {path.name for path in site.iterdir()} == {MARKER, "a.tmp", "b"}

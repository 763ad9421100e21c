"""Nothing outside the root is ever read, written or removed, whatever lies on the way."""

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dam.ports.channel import Channel, ChannelError, InvalidRemote, NotApplied, TargetOccupied, Unreachable
from tests.channels.conftest import MARKER, Build
from tests.contracts.channel import NEW, OLD, put, remove, seen

AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder beside the root, which must be as it was at the end."""
    path = tmp_path / "outside"
    (path / "deep").mkdir(parents=True)
    for name in ("target", "deep/target"):
        (path / name).write_bytes(b"secret")
    yield path
    left = {str(found.relative_to(path)) for found in path.rglob("*")}
    assert left == {"target", "deep", "deep/target"}
    assert {(path / name).read_bytes() for name in ("target", "deep/target")} == {b"secret"}


@pytest.mark.parametrize(
    ("link", "leads_to", "remote"),
    [
        ("a", "{outside}", "a/target"),
        ("a", "{outside}", "a/deep/target"),
        ("a", "{outside}", "a/new/target"),
        ("a/b", "{outside}", "a/b/target"),
        ("a/b/c", "{outside}/deep", "a/b/c/target"),
        ("a", "..", "a/outside/target"),
        ("a", ".", "a/target"),
    ],
)
def test_a_link_on_the_way_is_not_followed(
    channel: Channel, site: Path, outside: Path, link: str, leads_to: str, remote: str
) -> None:
    (site / link).parent.mkdir(parents=True, exist_ok=True)
    (site / link).symlink_to(leads_to.format(outside=outside))
    for ask in refusing(channel, remote):
        with pytest.raises(NotApplied) as refused:
            ask()
        assert (refused.value.code, refused.value.permanent) == ("not_a_folder", True)
    for look in (lambda: channel.read(remote), lambda: channel.canonical(remote)):
        with pytest.raises(Unreachable) as unreachable:
            look()
        assert (unreachable.value.code, unreachable.value.permanent) == ("not_a_folder", True)


def refusing(channel: Channel, remote: str) -> tuple[Callable[[], object], ...]:
    return lambda: put(channel, remote, NEW), lambda: remove(channel, remote)


def to_link(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "target")


def to_nowhere(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "new")


def to_folder(path: Path, outside: Path) -> None:
    path.mkdir()


def to_pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("plant", [to_link, to_nowhere, to_folder, to_pipe])
def test_what_is_no_file_at_the_target_is_left_alone(
    channel: Channel, site: Path, outside: Path, plant: Callable[[Path, Path], None]
) -> None:
    plant(site / "target", outside)
    before = (site / "target").lstat()
    for ask in refusing(channel, "target"):
        with pytest.raises(NotApplied) as refused:
            ask()
        assert (refused.value.code, refused.value.permanent) == ("target_not_a_file", True)
    with pytest.raises(TargetOccupied):
        put(channel, "target", NEW, exclusive=True)
    with pytest.raises(Unreachable) as unreachable:
        channel.read("target")
    assert (unreachable.value.code, unreachable.value.permanent) == ("target_not_a_file", True)
    assert (site / "target").lstat().st_ino == before.st_ino
    assert {path.name for path in site.iterdir()} == {MARKER, "target"}


def test_a_target_that_becomes_a_link_while_it_is_opened(
    channel: Channel, site: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the target and its opening."""
    put(channel, "target", OLD)
    real = os.open

    def swapping(path: str | Path, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == "target":
            (site / "target").unlink()
            (site / "target").symlink_to(outside / "target")
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", swapping)
    with pytest.raises(Unreachable):
        channel.read("target")


def test_a_folder_that_is_swapped_for_a_link_again_and_again(channel: Channel, site: Path, outside: Path) -> None:
    """A race at full speed: the work goes into the folder or is refused, and never to where the link leads."""
    (site / "a").mkdir()
    (site / "aside").symlink_to(outside)
    stop = threading.Event()
    renameat2 = ctypes.CDLL(None).renameat2
    names = [AT_FDCWD, os.fsencode(site / "a"), AT_FDCWD, os.fsencode(site / "aside"), RENAME_EXCHANGE]

    def swap() -> None:
        while not stop.is_set():
            assert renameat2(*names) == 0

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen_codes: set[object] = set()
    try:
        for _ in range(60):
            seen_codes.add(outcome(lambda: str(put(channel, "a/target", NEW))))
            assert outcome(lambda: seen(channel, "a/target")) != b"secret"
            seen_codes.add(outcome(lambda: str(put(channel, "a/deep/target", NEW))))
            seen_codes.add(outcome(lambda: str(remove(channel, "a/target"))))
    finally:
        stop.set()
        swapper.join()
    assert "not_a_folder" in seen_codes  # it did meet the link
    assert len(seen_codes) > 1  # and the folder


def outcome(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except ChannelError as error:
        return error.code


@pytest.mark.parametrize("remote", ["home/dam.sqlite", "home/objects/ab/x"])
def test_the_service_s_own_folder_is_never_entered(build: Build, tmp_path: Path, home: Path, remote: str) -> None:
    """A root above it is allowed; a way into it is not."""
    (home / "dam.sqlite").write_bytes(b"database")
    around = build(tmp_path)
    around.establish()
    for ask in (
        lambda: put(around, remote, NEW),
        lambda: remove(around, remote),
        lambda: around.read(remote),
        lambda: around.canonical(remote),
    ):
        with pytest.raises(InvalidRemote) as refused:
            ask()
        assert refused.value.code == "inside_home"
    assert [path.name for path in home.iterdir()] == ["dam.sqlite"]
    put(around, "beside", NEW)


def test_a_root_may_be_reached_through_links(build: Build, site: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(site)
    linked = build(tmp_path / "link")
    linked.establish()
    put(linked, "a/b", NEW)
    assert (site / "a/b").read_bytes() == NEW

"""What every channel must do; an adapter's test inherits the class and gives ``channel`` and ``outside``."""

import io
import threading
from pathlib import Path
from typing import BinaryIO, Protocol

import pytest

from dam.clock import SystemClock
from dam.ports.channel import (
    Channel,
    ChannelError,
    InvalidRemote,
    NotApplied,
    Receipt,
    TargetOccupied,
    Unreachable,
)

CLOCK = SystemClock()
OLD, NEW = b"old " * 5000, b"new and longer " * 50_000


class Outside(Protocol):
    """The destination as others see and change it."""

    def look(self, remote: str) -> bytes | None: ...

    def change(self, remote: str, data: bytes) -> None: ...

    def names(self) -> set[str]:
        """Every file there is, the channel's own mark aside: temporaries too."""
        ...

    def vanish(self) -> None:
        """The destination is gone, and an empty one is in its place."""
        ...


def put(channel: Channel, remote: str, data: bytes, *, exclusive: bool = False) -> Receipt:
    with channel.stage_put(remote, io.BytesIO(data), len(data)) as change:
        return change.apply(CLOCK.monotonic() + channel.timing.permit, exclusive=exclusive)


def remove(channel: Channel, remote: str) -> Receipt:
    with channel.stage_removal(remote) as change:
        return change.apply(CLOCK.monotonic() + channel.timing.permit)


def seen(channel: Channel, remote: str) -> bytes | None:
    stream = channel.read(remote)
    if stream is None:
        return None
    with stream:
        return stream.read()


class ChannelContract:
    """Inherit, and give ``channel`` (established) and ``outside`` (the same destination, empty)."""

    def test_what_is_put_is_read_back(self, channel: Channel, outside: Outside) -> None:
        assert seen(channel, "a.bin") is None
        assert isinstance(put(channel, "a.bin", OLD), Receipt)
        assert seen(channel, "a.bin") == OLD == outside.look("a.bin")
        put(channel, "a.bin", NEW)
        assert seen(channel, "a.bin") == NEW == outside.look("a.bin")

    @pytest.mark.parametrize(
        "remote", ["spring/sale/hero.jpg", "ä ö/日本語 – 1.png", "a" * 255, "x" * 200 + "/" + "y" * 255]
    )
    def test_names(self, channel: Channel, outside: Outside, remote: str) -> None:
        put(channel, remote, OLD, exclusive=True)
        assert outside.look(remote) == OLD
        remove(channel, remote)
        assert outside.look(remote) is None

    @pytest.mark.parametrize("size", [0, 1, 65_537, 5 << 20])
    def test_sizes(self, channel: Channel, size: int) -> None:
        put(channel, "sized", bytes(size))
        assert seen(channel, "sized") == bytes(size)

    def test_a_file_from_where_it_stands(self, channel: Channel, tmp_path: Path) -> None:
        (tmp_path / "source").write_bytes(b"skipped" + NEW)
        with (tmp_path / "source").open("rb", buffering=0) as source:
            source.seek(7)
            with channel.stage_put("a", source, len(NEW)) as change:
                change.apply(CLOCK.monotonic() + 10)
        assert seen(channel, "a") == NEW

    def test_what_is_staged_is_not_visible(self, channel: Channel, outside: Outside) -> None:
        put(channel, "a", OLD)
        with channel.stage_put("a", io.BytesIO(NEW), len(NEW)), channel.stage_removal("a"):
            assert seen(channel, "a") == OLD
        assert seen(channel, "a") == OLD
        assert outside.names() == {"a"}

    def test_nothing_stays_beside_what_was_put(self, channel: Channel, outside: Outside) -> None:
        put(channel, "a", OLD, exclusive=True)
        put(channel, "a", NEW)
        assert outside.names() == {"a"}

    def test_exclusive_never_overwrites(self, channel: Channel, outside: Outside) -> None:
        outside.change("a", b"somebody's")
        with pytest.raises(TargetOccupied) as refused:
            put(channel, "a", NEW, exclusive=True)
        assert refused.value.code == "target_occupied"
        assert outside.look("a") == b"somebody's"
        assert outside.names() == {"a"}

    def test_what_came_after_staging_is_not_overwritten_either(self, channel: Channel, outside: Outside) -> None:
        with channel.stage_put("a", io.BytesIO(NEW), len(NEW)) as change:
            outside.change("a", b"somebody's")
            with pytest.raises(TargetOccupied):
                change.apply(CLOCK.monotonic() + 10, exclusive=True)
        assert outside.look("a") == b"somebody's"

    def test_removal(self, channel: Channel, outside: Outside) -> None:
        put(channel, "folder/a", OLD)
        remove(channel, "folder/a")
        assert seen(channel, "folder/a") is None
        assert outside.names() == set()

    @pytest.mark.parametrize("remote", ["absent", "no/such/folder/absent"])
    def test_removing_what_is_not_there_succeeds(self, channel: Channel, remote: str) -> None:
        assert isinstance(remove(channel, remote), Receipt)

    def test_past_the_deadline_nothing_happens(self, channel: Channel, outside: Outside) -> None:
        put(channel, "a", OLD)
        staged: BinaryIO = io.BytesIO(NEW)
        for change in (channel.stage_put("a", staged, len(NEW)), channel.stage_removal("a")):
            with change, pytest.raises(NotApplied) as refused:
                change.apply(CLOCK.monotonic() - 0.001)
            assert refused.value.code == "too_late"
        assert outside.look("a") == OLD
        assert outside.names() == {"a"}

    def test_a_change_is_applied_once(self, channel: Channel) -> None:
        for change in (channel.stage_put("a", io.BytesIO(OLD), len(OLD)), channel.stage_removal("a")):
            with change:
                change.apply(CLOCK.monotonic() + 10)
                with pytest.raises(ValueError, match="once"):
                    change.apply(CLOCK.monotonic() + 10)

    @pytest.mark.parametrize("announced", [len(OLD) - 1, len(OLD) + 1, 0])
    @pytest.mark.parametrize("plain_file", [True, False])
    def test_only_the_announced_bytes_are_delivered(
        self, channel: Channel, outside: Outside, tmp_path: Path, announced: int, plain_file: bool
    ) -> None:
        (tmp_path / "source").write_bytes(OLD)
        with (tmp_path / "source").open("rb", buffering=0) as file:
            source: BinaryIO = file if plain_file else io.BytesIO(OLD)
            with pytest.raises(NotApplied) as refused:
                channel.stage_put("a", source, announced)
        assert refused.value.code == "source_differs"
        assert outside.names() == set()

    def test_a_reader_keeps_the_old_bytes_whole(self, channel: Channel) -> None:
        put(channel, "a", OLD)
        stream = channel.read("a")
        assert stream is not None
        with stream:
            first = stream.read(10)
            put(channel, "a", NEW)
            assert first + stream.read() == OLD

    def test_a_foreign_edit_is_seen(self, channel: Channel, outside: Outside) -> None:
        put(channel, "a", OLD)
        outside.change("a", b"edited")
        assert seen(channel, "a") == b"edited"

    def test_establish_is_idempotent(self, channel: Channel) -> None:
        channel.establish()
        channel.establish()
        channel.check()

    def test_a_vanished_destination_is_not_an_empty_one(self, channel: Channel, outside: Outside) -> None:
        put(channel, "a", OLD)
        with channel.stage_put("a", io.BytesIO(NEW), len(NEW)) as late, channel.stage_removal("a") as removal:
            outside.vanish()
            for ask in (
                channel.check,
                lambda: channel.read("a"),
                lambda: channel.canonical("a"),
                lambda: put(channel, "b", NEW),
                lambda: remove(channel, "a"),
                lambda: late.apply(CLOCK.monotonic() + 10),
                lambda: removal.apply(CLOCK.monotonic() + 10),
            ):
                with pytest.raises(Unreachable) as refused:
                    ask()
                assert refused.value.code == "root_vanished"
                assert not refused.value.permanent
        assert outside.names() == set()

    @pytest.mark.parametrize(
        "remote", ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", "./a", "a\0b", "a\nb", "a" * 256]
    )
    def test_hostile_names_are_refused_everywhere(self, channel: Channel, outside: Outside, remote: str) -> None:
        for ask in (
            lambda: put(channel, remote, b"x"),
            lambda: remove(channel, remote),
            lambda: channel.read(remote),
            lambda: channel.canonical(remote),
        ):
            with pytest.raises(InvalidRemote):
                ask()
        assert outside.names() == set()

    def test_canonical_tells_places_apart_and_stays(self, channel: Channel) -> None:
        names = ["a", "b", "c/a", "c/b", "a b", "a%20b"]
        before = [channel.canonical(name) for name in names]
        assert len(set(before)) == len(names)
        for name in names[1:]:
            put(channel, name, b"x")
        assert [channel.canonical(name) for name in names] == before

    def test_many_at_once(self, channel: Channel, outside: Outside) -> None:
        failures: list[ChannelError] = []

        def work(number: int) -> None:
            try:
                for round_ in range(5):
                    put(channel, f"own/{number}", bytes([round_]) * 1000)
                    put(channel, "shared", bytes([number]) * 1000)
            except ChannelError as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert {outside.look(f"own/{number}") for number in range(6)} == {b"\x04" * 1000}
        assert outside.look("shared") in {bytes([number]) * 1000 for number in range(6)}
        assert outside.names() == {"shared", *(f"own/{number}" for number in range(6))}

    def test_timing_is_finite(self, channel: Channel) -> None:
        assert 0 < channel.timing.permit < 3600
        assert 0 <= channel.timing.lateness < float("inf")

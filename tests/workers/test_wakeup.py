"""The wake-up: a hint that never waits, never fails, and is not needed."""

from pathlib import Path

import pytest

from workers.wakeup import Receiver, Sender, address

AT_ONCE, LONG = 0.0, 30.0


def test_a_wake_up_ends_the_sleep(tmp_path: Path) -> None:
    receiver, wake = Receiver(tmp_path), Sender(tmp_path)
    wake()
    assert receiver.wait(LONG)
    receiver.close()
    wake.close()


def test_all_wake_ups_so_far_count_as_one(tmp_path: Path) -> None:
    receiver, wake = Receiver(tmp_path), Sender(tmp_path)
    for _ in range(5):
        wake()
    assert receiver.wait(LONG)
    assert not receiver.wait(AT_ONCE)
    receiver.close()
    wake.close()


def test_who_looks_anyway_forgets_what_was_told_so_far(tmp_path: Path) -> None:
    receiver, wake = Receiver(tmp_path), Sender(tmp_path)
    wake()
    receiver.forget()
    assert not receiver.wait(AT_ONCE)
    wake()
    assert receiver.wait(LONG)
    receiver.close()
    wake.close()


def test_with_nobody_there_sending_does_nothing(tmp_path: Path) -> None:
    wake = Sender(tmp_path)
    wake()
    wake.close()


def test_a_full_queue_holds_nobody_up(tmp_path: Path) -> None:
    receiver, wake = Receiver(tmp_path), Sender(tmp_path)
    for _ in range(10_000):
        wake()
    assert receiver.wait(LONG)
    receiver.close()
    wake.close()


def test_a_receiver_takes_over_from_one_that_was_killed(tmp_path: Path) -> None:
    dead, wake = Receiver(tmp_path), Sender(tmp_path)
    alive = Receiver(tmp_path)
    wake()
    assert alive.wait(LONG)
    assert not dead.wait(AT_ONCE)
    alive.close()
    dead.close()
    wake.close()


@pytest.mark.parametrize("length", [10, 200])
def test_any_home_has_an_address_that_a_socket_takes(tmp_path: Path, length: int) -> None:
    home = tmp_path / ("x" * length)
    home.mkdir()
    assert len(address(home).encode()) <= 100
    receiver, wake = Receiver(home), Sender(home)
    wake()
    assert receiver.wait(LONG)
    receiver.close()
    wake.close()


def test_only_the_owner_may_wake(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path)
    assert Path(address(tmp_path)).stat().st_mode & 0o077 == 0
    receiver.close()

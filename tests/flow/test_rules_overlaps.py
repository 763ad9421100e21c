"""The rules of the core on real folders: what happens while something else does falls neither between nor counts."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dam.operations import deliver, observe, push, reconcile
from tests.flow.house import House, files, sha256
from tests.flow.shown import ONE, TWO, shown


def test_placing_while_an_approval_runs_never_falls_between(house: House, shop: Path) -> None:
    """Both orders of the two, and all between: afterwards every placement shows the head."""
    asset, channel = house.upload(ONE), house.channel()
    house.add(asset, TWO)
    house.approve(asset, 1)
    placements: list[str] = []
    for number in range(12):
        start, failures = threading.Barrier(2), list[BaseException]()
        version = 2 - number % 2
        verb = house.approve if number == 0 else house.roll_back

        def together(run: Callable[[], Any], start: threading.Barrier = start, failures: Any = failures) -> None:
            try:
                start.wait(10)
                run()
            except BaseException as error:
                failures.append(error)

        first = threading.Thread(target=together, args=(lambda verb=verb, v=version: verb(asset, v),))
        second = threading.Thread(
            target=together, args=(lambda n=number: placements.append(house.place(asset, channel, f"{n}.bin")),)
        )
        for thread in (first, second):
            thread.start()
        for thread in (first, second):
            thread.join(30)
        assert failures == []
        house.drain()
        assert {house.word(each) for each in placements} == {"current"}
        assert set(files(shop).values()) == {(ONE, TWO)[version - 1]}
    assert len(files(shop)) == 12


def test_an_audit_in_the_middle_of_a_push_counts_for_nothing(house: House, shop: Path) -> None:
    asset, _, placement = shown(house, shop)
    rollout = house.approve(asset, 2)
    reconcile.fan_out(house.services, rollout)
    _, claims, _ = deliver.claim_due(house.services, 16)
    observe.look(house.services, placement)
    assert house.word(placement) == "replacing"
    assert not any(each.counted for each in [house.standing(placement).observation] if each and each.how == "audit")
    push.push(house.services, claims)
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})


def test_an_audit_that_a_push_overtakes_counts_for_nothing(
    house: House, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, _, placement = shown(house, shop)
    reconcile.fan_out(house.services, house.approve(asset, 2))
    see = observe.see

    def slowly(channel: Any, remote: str) -> Any:
        seen = see(channel, remote)  # the old bytes
        monkeypatch.setattr(observe, "see", see)
        while deliver.run_due(house.services):
            pass
        return seen

    monkeypatch.setattr(observe, "see", slowly)
    observe.look(house.services, placement)
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})
    assert house.told("placement.drifted") == []
    last = house.standing(placement).observation
    assert last is not None
    assert (last.how, last.digest, last.counted) == ("audit", sha256(ONE), False)

    house.time.move(observe.AGAIN.total_seconds())
    house.drain()
    last = house.standing(placement).observation
    assert last is not None
    assert (last.how, last.digest, last.counted) == ("audit", sha256(TWO), True)

"""10,000 reads of an 8 MiB file, all of its bytes, while it is replaced all the time: each is one version whole."""

from collections import Counter

import pytest

from dam.operations import deliver, reconcile
from tests.flow import readers
from tests.flow.house import House

READERS, READS = 2, 5_000
VERSIONS = (1, 2, 3)
REPLACED = 60
"""So often at least."""


@pytest.mark.timeout(900)
def test_a_reader_sees_the_old_file_whole_or_the_new_file_whole(house: House) -> None:
    asset, shop = house.upload(readers.content(1)), house.outside / "shop"
    placement = house.place(asset, house.channel())
    for number in VERSIONS[1:]:
        house.add(asset, readers.content(number))
    for number in VERSIONS:
        house.approve(asset, number)
    house.drain()

    replaced = 0
    with readers.reading(shop / "hero.bin", READERS, READS) as processes:
        while any(process.poll() is None for process in processes):
            rollout = house.roll_back(asset, VERSIONS[replaced % len(VERSIONS)])
            reconcile.fan_out(house.services, rollout)
            assert deliver.run_due(house.services) == 1
            assert house.word(placement) == "current"
            replaced += 1
            if replaced == REPLACED:
                for process in processes:
                    readers.hang_up(process)
        assert {process.returncode for process in processes} == {0}, "the file was not there for a moment"
        all_ = [readers.seen(process) for process in processes]
    whole = sum((saw.whole for saw in all_), Counter[int]())
    assert sum(saw.torn for saw in all_) == 0
    assert whole.total() >= READERS * READS
    assert set(whole) == set(VERSIONS)
    # It was replaced under their hands.
    assert min(saw.changes for saw in all_) >= REPLACED // 2
    assert min(saw.overtaken for saw in all_) >= REPLACED // 2

"""Somebody reads an 8 MiB file all the time while it is replaced all the time: each read is the old file whole or the
new file whole. 1,000 reads; 10,000 with TORTURE set.
"""

import json
import os
from collections import Counter

import pytest

from dam.operations import deliver, reconcile
from tests.flow import readers
from tests.flow.house import House

READS = 10_000 if "TORTURE" in os.environ else 1_000
VERSIONS = (1, 2, 3)


@pytest.mark.timeout(900 if "TORTURE" in os.environ else 120)
def test_a_reader_sees_the_old_file_whole_or_the_new_file_whole(house: House) -> None:
    asset, shop = house.upload(readers.content(1)), house.outside / "shop"
    placement = house.place(asset, house.channel())
    for number in VERSIONS[1:]:
        house.add(asset, readers.content(number))
    for number in VERSIONS:
        house.approve(asset, number)
    house.drain()

    replaced = 0
    with readers.reading(shop / "hero.bin", READS) as reader:
        while reader.poll() is None:
            rollout = house.roll_back(asset, VERSIONS[replaced % len(VERSIONS)])
            reconcile.fan_out(house.services, rollout)
            assert deliver.run_due(house.services) == 1
            assert house.word(placement) == "current"
            replaced += 1
        told = reader.communicate()[0]
    assert reader.returncode == 0, "the file was not there for a moment"
    saw = json.loads(told)
    whole = Counter({int(number): times for number, times in saw["whole"].items()})
    assert (saw["torn"], whole.total()) == (0, READS)
    assert set(whole) == set(VERSIONS)
    assert replaced >= 10

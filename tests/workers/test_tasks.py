"""The tasks themselves: one run of a task ends well before its limit, however much there is to do."""

from types import SimpleNamespace

import pytest

from dam.operations import indexing
from dam.ports.services import Services
from tests.workers.world import Painter
from workers import tasks


def test_an_index_that_is_far_behind_is_left_to_the_sweep_in_time(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    parts = []

    def behind(of: Services) -> int:
        parts.append(of)
        return 500

    monkeypatch.setattr(indexing, "index_behind", behind)
    table = tasks.table(services, Painter(), lambda ids: None, lambda ids: None)
    table["index"]({})
    assert len(parts) == 6
    assert next(clock) < tasks.INDEX.lease.total_seconds()

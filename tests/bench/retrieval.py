"""The approved version, fetched over a connection that stays, against the bare answer of the same server.

Rule: the real service, with its approval looked up at each request; the other side only sends the file.
"""

import functools
import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.bench.row import Row, folder, in_turns, seconds
from tests.bench.service import API, Service, bare_server, service
from tests.bench.wire import Line

_MIB = 1 << 20
_SIZES = ((64, 24, 90.0), (1, 240, 30.0))
"""MiB, requests a turn, and the least share of the bare answer's speed, in percent."""


def measure(rounds: int = 15) -> list[Row]:
    """Each size, by the API with a token and by the public address."""
    with folder() as place, service(place / "home") as ours, bare_server(place) as bare:
        return [row for size in _SIZES for row in _of_size(*size, rounds, place, ours, bare)]


def _of_size(mib: int, times: int, least: float, rounds: int, place: Path, ours: Service, bare: int) -> list[Row]:
    asset, key = _approved(ours, place, mib)
    with Line(ours.port) as line, Line(bare) as bare_line:
        turns = in_turns(
            rounds,
            _fetching(lambda: bare_line.get(f"/{mib}"), mib, times),
            _fetching(lambda: line.get(f"{API}/assets/{asset}/approved/content", ours.authorization), mib, times),
            _fetching(lambda: line.get(f"/d/{key}"), mib, times),
        )
    bare_ms = f"the same server's bare answer {1000 * turns.median(0) / times:.2f} ms"
    return [
        Row(
            f"retrieval: {mib} MiB, {name}",
            100 * turns.ratio(0, way),
            "%",
            f"{1000 * turns.median(way) / times:.2f} ms; {bare_ms}",
            least=least,
        )
        for way, name in ((1, "API"), (2, "public"))
    ]


def _approved(ours: Service, place: Path, mib: int) -> tuple[str, str]:
    """An asset's id and key: approved, published, and its file beside for the bare server."""
    content = os.urandom(mib * _MIB)
    (place / str(mib)).write_bytes(content)
    with Line(ours.port) as line:
        said = line.post_file(f"{API}/assets", f"{mib}.bin", [content], len(content), ours.authorization)
    asset = json.loads(said)
    seen = {"sha256": asset["latest"]["sha256"], "expected_head": None}
    ours.ask("POST", f"/assets/{asset['id']}/versions/1/approve", seen)
    ours.ask("POST", f"/assets/{asset['id']}/publish")
    return asset["id"], asset["key"]


def _fetching(get: Callable[[], int], mib: int, times: int) -> Callable[[], float]:
    def fetch() -> None:
        for _ in range(times):
            assert get() == mib * _MIB

    return functools.partial(seconds, fetch)

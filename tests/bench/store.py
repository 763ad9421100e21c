"""How many small transactions a second the store commits, against a bare loop on the same disk."""

import json
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from dam.domain.assets import Asset
from dam.domain.events import event
from dam.store import migrate
from dam.store.work import open_store
from tests.bench.row import Row, Turns, folder


def measure(transactions: int = 1000, rounds: int = 3) -> list[Row]:
    """Write transactions, each a row and an event, in one thread, and what a bare one costs."""
    with folder() as place:
        bare, store = [], []
        for number in range(rounds):
            bare.append(_bare(place / f"bare{number}.sqlite", transactions))
            store.append(_store(place / f"store{number}.sqlite", transactions))
    turns = Turns([bare, store])
    how = f"{transactions / turns.median(1):.0f} a second; bare sqlite3 {transactions / turns.median(0):.0f}"
    return [Row("store: a write transaction", turns.ratio(1, 0), "×", how)]


def _bare(file: Path, transactions: int) -> float:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE assets (id TEXT PRIMARY KEY, title TEXT, fields TEXT, at TEXT)")
    connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT, data TEXT)")
    began = time.perf_counter()
    for number in range(transactions):
        connection.execute("BEGIN IMMEDIATE")
        row = (f"a{number}", "Title", "{}", datetime.now(UTC).isoformat())
        connection.execute("INSERT INTO assets VALUES (?, ?, ?, ?)", row)
        said = json.dumps({"number": number})
        connection.execute("INSERT INTO events (type, data) VALUES (?, ?)", ("asset.created", said))
        connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return took


def _store(file: Path, transactions: int) -> float:
    url = f"sqlite:///{file}"
    migrate.upgrade(url)
    store = open_store(url)
    began = time.perf_counter()
    for number in range(transactions):
        at = datetime.now(UTC)
        with store.writing() as work:
            work.add(Asset(f"a{number}", f"k{number}", "Title", "", {}, (), (), at, "ann", at))
            work.record(event("asset.created", "ann", at, f"a{number}", {"number": number}))
            work.commit()
    took = time.perf_counter() - began
    store.dispose()
    return took

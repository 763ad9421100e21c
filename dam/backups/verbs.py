"""Back up, check, restore, copy.

Rule: whatever is begun and not finished can be begun again, and goes on: bytes that have arrived stay, rows arrive all
at once and last. Must not: decide where things are (``dam.commands.backup``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from dam.backups.folder import COUNTED, OBJECTS, TABLES, Folder, Manifest, Rows, Writing
from dam.backups.transfer import Moved, Tell, bring, verify
from dam.domain.errors import Unavailable
from dam.ports.objects import ObjectStore
from dam.ports.search import SearchIndex
from dam.store.dump import TIME, Named, Snapshot, snapshot
from dam.store.load import loading, refuse_filled


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows and bytes go: the database's URL, and the adapters."""

    database: str
    objects: ObjectStore
    index: SearchIndex


def back_up(database: str, objects: ObjectStore, folder: Folder, tell: Tell) -> tuple[Manifest, Moved]:
    """Make the folder a backup of this moment. Bytes that are damaged where they come from are named in the manifest,
    and don't keep the others from being saved. Raises Unavailable, StorageFull.
    """
    with snapshot(database) as state:
        made_at = datetime.now(UTC).strftime(TIME)
        rows = write_rows(state, folder.writing(state.schema()))
    moved = bring(objects, folder.objects(), named(rows), tell)
    return folder.keep(rows, made_at, tuple(moved.damaged)), moved


def check(folder: Folder, tell: Tell) -> Moved:
    """Hash everything that the backup holds. Raises NotFound, Invalid ``backup_damaged`` for its rows."""
    rows = folder.rows(folder.manifest())
    rows.verify()
    return verify(folder.objects(), named(rows), tell)


def restore(rows: Rows, source: ObjectStore, target: Target, tell: Tell, *, accept_damage: bool) -> Moved:
    """Fill an empty service with these rows and the bytes that they name. Raises Conflict ``target_not_empty``, Invalid
    ``backup_damaged``, Unavailable (``objects_damaged``: bytes are missing, unless that is accepted), StorageFull.
    """
    rows.verify()
    refuse_filled(target.database)
    moved = bring(source, target.objects, named(rows), tell)
    if moved.damaged and not accept_damage:
        raise Unavailable(
            "objects_damaged",
            f"The bytes of {len(moved.damaged)} objects are lost or altered, the first is {moved.damaged[0]}. Nothing"
            " was restored but the bytes that are sound; --accept-damage restores the rest.",
        )
    # What an index of before would show is not here; it is filled again from the rows.
    target.index.rebuild([])
    _load(rows, target.database)
    return moved


def write_rows(state: Snapshot, into: Writing) -> Rows:
    """Every row of the snapshot, durable. Raises Unavailable, StorageFull."""
    for table in state.tables():
        into.write(_file(table), state.rows(table))
    into.write(OBJECTS, ({"sha256": each.sha256, "size": each.size} for each in state.objects()))
    into.write(COUNTED, ({"table": name, "number": number} for name, number in state.counted().items()))
    return into.done()


def named(rows: Rows) -> Iterator[Named]:
    """The bytes that the rows name, ordered by digest."""
    return (Named(line["sha256"], line["size"]) for line in rows.lines(OBJECTS))


def _load(rows: Rows, database: str) -> None:
    with loading(database, rows.schema) as target:
        for name in target.order(rows.tables()):
            target.load(name, rows.lines(_file(name)))
        target.count_on({line["table"]: line["number"] for line in rows.lines(COUNTED)})


def _file(table: str) -> str:
    return f"{TABLES}/{table}.jsonl"

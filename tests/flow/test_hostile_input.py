"""Files that nobody should send, and disks without room: an asset exists or nothing does, what can't be shown says why,
and the next file is served as if nothing had been.
"""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest
from PIL import Image
from sqlalchemy import Connection, Engine, event

from dam.domain.errors import StorageFull
from dam.objects.local import LocalObjects
from dam.operations import fetch, fsck, read
from dam.operations.uploads import Details
from tests.flow.house import BOSS, House, Street, files
from tests.workers.media import generate
from workers.media.studio import Studio
from workers.render import StudioRenderer

MIB = 1 << 20
PICTURE = generate.encoded(Image.effect_noise((400, 300), 40), "PNG")
MADE = {"thumb-256", "preview-1024", "large-2048"}


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as one:
        yield one


@pytest.fixture
def lab(street: Street, studio: Studio) -> Iterator[House]:
    """A house with the real decoder."""
    with street.house(StudioRenderer(studio)) as one:
        yield one


def renditions(house: House, asset: str) -> dict[str, tuple[str, str | None]]:
    """State and code by recipe."""
    view = read.version(house.services, BOSS, asset, 1)
    for each in view.renditions:
        assert (each.reason_code is None) == (each.reason_detail is None) == (each.state in ("ready", "pending"))
        assert each.reason_detail is None or each.reason_detail.endswith(".")
    return {each.recipe: (each.state, each.reason_code) for each in view.renditions}


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def picture(format_: str) -> bytes:
    return generate.encoded(Image.effect_noise((400, 300), 40), format_)


CORPUS: list[tuple[str, str, Callable[[], bytes], str, str | None]] = [
    ("nothing", "empty.png", lambda: b"", "not_applicable", "no_preview"),
    ("text", "note.png", lambda: b"Just words, whatever the name says.\n", "ready", None),
    ("script", "page.jpg", lambda: b"<!doctype html><script>alert(1)</script>", "not_applicable", "no_preview"),
    ("playlist", "clip.png", lambda: b"#EXTM3U\nfile:///etc/passwd\n", "ready", None),
    ("zeros", "zeros.webp", lambda: bytes(4096), "not_applicable", "no_preview"),
    ("PNG bomb", "bomb.png", lambda: generate.png_bomb(20_000, 20_000), "failed", "too_large"),
    ("JPEG bomb", "bomb.jpg", lambda: generate.flat_jpeg(65_500, 65_500 // 8), "failed", "too_large"),
    ("WebP bomb", "bomb.webp", generate.webp_bomb, "failed", "too_large"),
    ("half a PNG", "half.png", lambda: half(picture("PNG")), "failed", "truncated"),
    ("half a JPEG", "half.jpg", lambda: half(picture("JPEG")), "failed", "truncated"),
    ("half a WebP", "half.webp", lambda: half(picture("WEBP")), "failed", "truncated"),
    ("a signature alone", "sign.png", lambda: b"\x89PNG\r\n\x1a\n", "failed", "broken_file"),
    ("garbage behind one", "noise.jpg", lambda: b"\xff\xd8\xff" + b"\x11" * 500, "failed", "broken_file"),
    ("another's signature", "mask.png", lambda: b"\xff\xd8\xff" + PICTURE, "failed", "broken_file"),
]


@pytest.mark.parametrize(("name", "make", "state", "code"), [row[1:] for row in CORPUS], ids=[row[0] for row in CORPUS])
def test_a_hostile_file_is_an_asset_with_a_reason(
    lab: House, name: str, make: Callable[[], bytes], state: str, code: str | None
) -> None:
    data = make()
    asset, good = lab.upload(data, name), lab.upload(PICTURE, "good.png")
    lab.drain()
    assert renditions(lab, asset) == dict.fromkeys(MADE, (state, code))
    assert renditions(lab, good) == dict.fromkeys(MADE, ("ready", None))

    view = read.asset(lab.services, BOSS, asset)
    assert view.latest is not None
    assert (view.latest.content.size, view.latest.version.filename) == (len(data), name)
    with lab.services.objects.open(fetch.content(lab.services, BOSS, asset, 1).sha256) as stream:
        assert stream.read() == data
    assert fsck.check(lab.services, full=True).findings == []


def test_a_hostile_file_can_be_approved_and_delivered_as_it_is(lab: House) -> None:
    data = half(PICTURE)
    asset, channel = lab.upload(data, "half.png"), lab.channel()
    lab.approve(asset, 1)
    placement = lab.place(asset, channel, "half.png")
    lab.drain()
    assert (lab.word(placement), files(lab.outside / "shop")) == ("current", {"half.png": data})


def test_a_hostile_file_where_a_recipe_is_wanted_needs_a_person(lab: House) -> None:
    asset, channel = lab.upload(half(PICTURE), "half.png"), lab.channel(recipe="preview-1024")
    placement = lab.place(asset, channel, "half.webp")
    lab.approve(asset, 1)
    lab.drain()
    assert (lab.word(placement), lab.need(placement)) == ("failed", "artefact_failed")
    assert files(lab.outside / "shop") == {}


# A full disk. A real one where we may mount one, else the system's answer.


@contextmanager
def small_disk(at: Path, size: int) -> Iterator[bool]:
    """A file system of ``size`` bytes at ``at``; False where it can't be mounted."""
    at.mkdir(exist_ok=True)
    mounted = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(at)], check=True)


def _mount(*line: str) -> bool:
    try:
        return subprocess.run(["mount", *line], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class Room:
    """Room on the disk of ``folder``: taken by a ballast, or, where that could not be mounted, by a system that
    says so.
    """

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, real: bool, others: tuple[str, ...] = ()
    ) -> None:
        self._ballast, self._monkeypatch, self._real = folder / ".dam-ballast", monkeypatch, real
        self._calls = ("write", "writev", *others)

    def take(self) -> None:
        if self._real:
            self._fill()
        else:
            for name in self._calls:
                self._monkeypatch.setattr(os, name, _no_room)

    def give(self) -> None:
        if self._real:
            self._ballast.unlink()
        else:
            self._monkeypatch.undo()

    def _fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            for piece in (64 << 10, 4096):
                with pytest.raises(OSError, match="No space left"):
                    _write_for_ever(file, bytes(piece))


def _write_for_ever(file: IO[bytes], piece: bytes) -> None:
    while file.write(piece):
        pass


def _no_room(*_: Any) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def everything(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != ".dam-ballast"
    }


def test_an_upload_to_a_full_disk_leaves_nothing_and_the_next_one_works(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = house.folder / "small"
    with small_disk(objects, 2 * MIB) as real:
        house.services = replace(house.services, objects=LocalObjects(objects / "store"))
        first = house.upload(b"there before")
        room, before = Room(objects, monkeypatch, real=real), everything(objects)
        room.take()
        for size in (1000, 3 * MIB):
            with pytest.raises(StorageFull):
                house.upload(os.urandom(size))
            with pytest.raises(StorageFull):
                house.add(first, os.urandom(size))
        assert everything(objects) == before
        room.give()

        house.add(first, b"there after")
        house.upload(os.urandom(100_000), details=Details(title="After"))
        assert [each.event.type for each in numbered(house)].count("version.created") == 3
        assert fsck.check(house.services, full=True).findings == []


def numbered(house: House) -> list[Any]:
    house.drain()
    with house.services.store.reading() as work:
        return work.jobs.events(0, 1000)


def test_a_database_without_room_changes_nothing(house: House) -> None:
    asset = house.upload(b"there before")
    engine, before = house.services.store.engine, everything(house.folder / "objects")  # type: ignore[attr-defined]
    with no_more_pages(engine), pytest.raises(StorageFull):
        upload_many(house)
    with house.services.store.reading() as work:
        found = work.assets.page(None, 1000)
        assert all(work.assets.version(each.id, each.latest) for each in found)
    assert len(everything(house.folder / "objects")) - len(before) == len(found) - 1
    house.add(asset, b"there after")
    assert fsck.check(house.services, full=True).findings == []


def upload_many(house: House) -> None:
    for number in range(200):
        house.upload(b"%d" % number, details=Details(description="x" * 20_000))


@contextmanager
def no_more_pages(engine: Engine) -> Iterator[None]:
    """SQLite's own way to be full."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")

    event.listen(engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(engine, "begin", limit)
        engine.dispose()


def test_a_full_destination_keeps_the_old_file_and_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = os.urandom(100_000), os.urandom(600_000)
    asset, shop = house.upload(old), house.outside / "shop"
    house.add(asset, new)
    with small_disk(shop, MIB) as real:
        placement = house.place(asset, house.channel())
        house.approve(asset, 1)
        house.drain()
        assert (house.word(placement), files(shop)) == ("current", {"hero.bin": old})

        room = Room(house.outside / "shop", monkeypatch, real=real, others=("copy_file_range",))
        house.approve(asset, 2)
        room.take()
        house.drain()
        room.give()
        state = house.state(placement)
        assert (state.word, state.reason and state.reason.code) == ("retrying", "destination_full")
        assert state.next_attempt_at is not None
        assert files(shop) == {"hero.bin": old}

        house.time.move((state.next_attempt_at - house.time.at).total_seconds())
        house.drain()
        assert (house.word(placement), files(shop)) == ("current", {"hero.bin": new})

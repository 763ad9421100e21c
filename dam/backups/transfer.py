"""Bytes from one object store into another: those that are missing there, each hashed on its way.

Rule: what arrives has the digest that it is asked for by, or does not arrive. Both lists are ordered by digest, so that
they are compared in one walk and a second run costs a listing. Several objects are on their way at a time; what waits
is bounded.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from dam.domain.errors import NotFound, Unavailable
from dam.ports.objects import ObjectStore, StoredObject
from dam.store.dump import Named

AT_A_TIME = 4
_CHUNK = 1 << 20


@dataclass(slots=True)
class Moved:
    """What a transfer has done. ``damaged``: digests of what the source does not have, or not with these bytes."""

    named: int = 0
    copied: int = 0
    size: int = 0
    damaged: list[str] = field(default_factory=list)


Tell = Callable[[Moved], None]
"""Hears how far it is, from time to time."""


def bring(source: ObjectStore, target: ObjectStore, named: Iterable[Named], tell: Tell) -> Moved:
    """Copy what the target lacks. Raises Unavailable, StorageFull; then a further run goes on from there."""
    moved = Moved()
    waiting: deque[tuple[Named, Future[int | None]]] = deque()
    pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="transfer")
    try:
        for each in _missing(_counted(named, moved), target.list()):
            waiting.append((each, pool.submit(_copy, source, target, each)))
            if len(waiting) >= 2 * AT_A_TIME:
                _settle(moved, *waiting.popleft())
                tell(moved)
        while waiting:
            _settle(moved, *waiting.popleft())
            tell(moved)
    finally:
        pool.shutdown(cancel_futures=True)
    return moved


def verify(store: ObjectStore, named: Iterable[Named], tell: Tell) -> Moved:
    """Hash all of these where they are; ``damaged`` says which are not there, or not with these bytes."""
    moved = Moved()
    for each in _counted(named, moved):
        if not _is_whole(store, each):
            moved.damaged.append(each.sha256)
        tell(moved)
    return moved


def _counted(named: Iterable[Named], moved: Moved) -> Iterator[Named]:
    for each in named:
        moved.named += 1
        yield each


def _missing(named: Iterable[Named], there: Iterator[StoredObject]) -> Iterator[Named]:
    """Both are ordered by digest."""
    present = next(there, None)
    for each in named:
        while present is not None and present.sha256 < each.sha256:
            present = next(there, None)
        if present is None or present.sha256 != each.sha256:
            yield each
        elif each.size is not None and present.size != each.size:
            detail = f"Under {each.sha256} there are {present.size} bytes instead of {each.size}; take that away first."
            raise Unavailable("object_damaged", detail)


def _settle(moved: Moved, each: Named, copying: "Future[int | None]") -> None:
    size = copying.result()
    if size is None:
        moved.damaged.append(each.sha256)
    else:
        moved.copied += 1
        moved.size += size


def _copy(source: ObjectStore, target: ObjectStore, each: Named) -> int | None:
    """The size; None where the source has other bytes or none."""
    try:
        stream = source.open(each.sha256)
    except NotFound:
        return None
    with stream, target.receive() as sink:
        try:
            while chunk := stream.read(_CHUNK):
                sink.write(chunk)
        except OSError:  # of a file that the disk can't read any more; the sink has errors of its own
            return None
        stored = sink.seal()
        if stored.sha256 != each.sha256:
            return None
        sink.finish()
    return stored.size


def _is_whole(store: ObjectStore, each: Named) -> bool:
    try:
        digest = hashlib.sha256()
        with store.open(each.sha256) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except (NotFound, OSError):
        return False
    return digest.hexdigest() == each.sha256

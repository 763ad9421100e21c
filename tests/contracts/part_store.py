"""What every part store must do; an adapter's test inherits the class and gives the fixtures ``store``, an empty
PartStore, ``objects``, the object store that its parts become objects of, ``send``, which sends a part to where its
link leads, and ``parts``, the sizes that it takes.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from dam.domain.errors import Conflict, DamError, NotFound
from dam.domain.media_types import HEAD_SIZE
from dam.domain.uploads import LIFETIME, Upload
from dam.operations.ids import new_id
from dam.ports.objects import ObjectStore, StoredObject
from dam.ports.parts import PartLink, PartStore, ReceivedPart
from tests.contracts.object_store import contents

Send = Callable[[PartLink, bytes], int]
"""Returns the status of the answer."""

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def upload_of(size: int, part_size: int) -> Upload:
    """One that was announced, without a handle."""
    return Upload(new_id(), "ann", "open", "a.bin", size, part_size, AT, AT, AT + LIFETIME)


@dataclass(frozen=True)
class Sizes:
    """``part``: the least that the store takes for a part that is not the last."""

    part: int

    def data(self, size: int) -> bytes:
        return (hashlib.sha256(b"seed").digest() * (size // 32 + 1))[:size]


class PartStoreContract:
    """Inherit, and give the fixtures."""

    @pytest.fixture
    def data(self, sizes: Sizes) -> bytes:
        """Three parts, the last one shorter."""
        return sizes.data(2 * sizes.part + 77)

    @pytest.fixture
    def upload(self, store: PartStore, sizes: Sizes, data: bytes) -> Upload:
        """One that is open."""
        upload = upload_of(len(data), sizes.part)
        return replace(upload, handle=store.begin(upload.id))

    @staticmethod
    def piece(upload: Upload, data: bytes, number: int) -> bytes:
        begin = (number - 1) * upload.part_size
        return data[begin : begin + upload.size_of(number)]

    def put(self, store: PartStore, send: Send, upload: Upload, data: bytes, *numbers: int) -> None:
        for number in numbers:
            assert send(store.link(upload, number), self.piece(upload, data, number)) == 200

    def made(self, store: PartStore, upload: Upload, accepted: str) -> StoredObject:
        with store.assemble(upload, accepted) as assembled:
            assembled.seal()
            return assembled.finish()

    def test_parts_become_one_object(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        self.put(store, send, upload, data, 3, 1, 2)
        assert store.received(upload) == [ReceivedPart(number, upload.size_of(number)) for number in (1, 2, 3)]
        accepted = store.close(upload)
        with store.assemble(upload, accepted) as assembled:
            sealed = assembled.seal()
            assert assembled.head == data[:HEAD_SIZE]
            assert list(objects.list()) == []
            assert assembled.seal() == sealed
            assert assembled.finish() == sealed
        assert sealed == StoredObject(hashlib.sha256(data).hexdigest(), len(data))
        assert contents(objects, sealed.sha256) == data

    @pytest.mark.parametrize("size", [0, 1])
    def test_the_smallest(self, store: PartStore, objects: ObjectStore, send: Send, sizes: Sizes, size: int) -> None:
        upload = upload_of(size, sizes.part)
        upload = replace(upload, handle=store.begin(upload.id))
        self.put(store, send, upload, b"x" * size, 1)
        stored = self.made(store, upload, store.close(upload))
        assert contents(objects, stored.sha256) == b"x" * size

    def test_a_part_may_be_sent_again(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        self.put(store, send, upload, data, 1, 2, 3)
        other = bytes(upload.part_size)
        assert send(store.link(upload, 2), other) == 200
        stored = self.made(store, upload, store.close(upload))
        expected = self.piece(upload, data, 1) + other + self.piece(upload, data, 3)
        assert contents(objects, stored.sha256) == expected

    def test_parts_come_at_once(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        threads = [threading.Thread(target=self.put, args=(store, send, upload, data, n)) for n in (1, 2, 3, 1, 2, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = self.made(store, upload, store.close(upload))
        assert stored.sha256 == hashlib.sha256(data).hexdigest()

    def test_what_is_missing_is_told_and_nothing_is_closed(
        self, store: PartStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        with pytest.raises(Conflict) as refused:
            store.close(upload)
        assert (refused.value.code, refused.value.extra["missing"]) == ("parts_missing", [1, 2, 3])
        self.put(store, send, upload, data, 2)
        with pytest.raises(Conflict) as refused:
            store.close(upload)
        assert refused.value.extra["missing"] == [1, 3]
        self.put(store, send, upload, data, 1, 3)
        store.close(upload)

    def test_what_comes_after_the_closing_is_never_part_of_it(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        """It is refused, or noticed; in no case does it become part of the object."""
        self.put(store, send, upload, data, 1, 2, 3)
        accepted = store.close(upload)
        late = send(store.link(upload, 1), bytes(upload.part_size))
        if late == 200:
            with pytest.raises(Conflict) as changed:
                self.made(store, upload, accepted)
            assert changed.value.code == "parts_changed"
            assert list(objects.list()) == []
        else:
            assert self.made(store, upload, accepted).sha256 == hashlib.sha256(data).hexdigest()

    def test_the_same_part_after_the_closing_does_no_harm(
        self, store: PartStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        """As when an answer is lost, and the client sends again."""
        self.put(store, send, upload, data, 1, 2, 3)
        accepted = store.close(upload)
        send(store.link(upload, 1), self.piece(upload, data, 1))
        assert self.made(store, upload, accepted).sha256 == hashlib.sha256(data).hexdigest()

    def test_what_comes_after_the_sealing_changes_nothing(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        self.put(store, send, upload, data, 1, 2, 3)
        with store.assemble(upload, store.close(upload)) as assembled:
            sealed = assembled.seal()
            assert send(store.link(upload, 1), bytes(upload.part_size)) != 200
            assembled.finish()
        assert contents(objects, sealed.sha256) == data

    def test_to_close_and_to_assemble_again_is_as_once(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        """As after a kill, wherever it came."""
        self.put(store, send, upload, data, 1, 2, 3)
        accepted = store.close(upload)
        assert store.close(upload) == accepted
        with store.assemble(upload, accepted) as assembled:
            assembled.seal()
        assert list(objects.list()) == []
        first = self.made(store, upload, accepted)
        assert self.made(store, upload, accepted) == first
        assert list(objects.list()) == [first]

    def test_what_is_discarded_is_gone(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        self.put(store, send, upload, data, 1, 2, 3)
        link = store.link(upload, 1)
        store.discard(upload.id)
        assert send(link, self.piece(upload, data, 1)) != 200
        for ask in (store.received, store.close):
            with pytest.raises(NotFound) as lost:
                ask(upload)
            assert lost.value.code == "parts_lost"
        with pytest.raises(DamError), store.assemble(upload, "") as assembled:
            assembled.seal()
        store.discard(upload.id)
        store.discard(new_id())
        assert list(objects.list()) == []

    def test_the_object_stays_when_its_parts_are_discarded(
        self, store: PartStore, objects: ObjectStore, send: Send, upload: Upload, data: bytes
    ) -> None:
        self.put(store, send, upload, data, 1, 2, 3)
        stored = self.made(store, upload, store.close(upload))
        store.discard(upload.id)
        assert contents(objects, stored.sha256) == data

    def test_one_upload_knows_nothing_of_another(
        self, store: PartStore, send: Send, upload: Upload, data: bytes, sizes: Sizes
    ) -> None:
        other = upload_of(len(data), sizes.part)
        other = replace(other, handle=store.begin(other.id))
        self.put(store, send, upload, data, 1)
        self.put(store, send, other, data, 2)
        assert [part.number for part in store.received(upload)] == [1]
        store.discard(other.id)
        assert [part.number for part in store.received(upload)] == [1]

    def test_room_that_was_made_twice_is_discarded_whole(self, store: PartStore, upload: Upload) -> None:
        """Whoever made it first may not have come as far as to write its handle down."""
        again = replace(upload, handle=store.begin(upload.id))
        store.discard(upload.id)
        for each in (upload, again):
            with pytest.raises(NotFound):
                store.received(each)

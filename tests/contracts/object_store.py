"""What every object store must do; an adapter's test inherits the class and gives the fixture ``store``."""

import hashlib
import itertools
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dam.domain.errors import NotFound
from dam.ports.objects import ObjectStore, StoredObject


def put(store: ObjectStore, *pieces: bytes) -> StoredObject:
    """Send these pieces as one stream."""
    with store.receive() as sink:
        for piece in pieces:
            assert sink.write(piece) == len(piece)
        return sink.finish()


def contents(store: ObjectStore, sha256: str) -> bytes:
    with store.open(sha256) as stream:
        return stream.read()


class ObjectStoreContract:
    """Inherit, and give the fixture ``store``: an empty ObjectStore."""

    @pytest.mark.parametrize("size", [0, 1, 16_384, 65_536, (1 << 20) - 1, 1 << 20, (3 << 20) + 5])
    def test_what_is_received_is_found_under_its_digest(self, store: ObjectStore, size: int) -> None:
        data = (hashlib.sha256(b"seed").digest() * (size // 32 + 1))[:size]
        pieces = [data[at : at + 65_536] for at in range(0, size, 65_536)]
        stored = put(store, *pieces)
        assert stored == StoredObject(hashlib.sha256(data).hexdigest(), size)
        assert store.find(stored.sha256) == stored
        assert contents(store, stored.sha256) == data

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
    @given(
        pieces=st.lists(
            st.one_of(
                st.binary(max_size=40), st.integers(15_000, 70_000).map(lambda n: n.to_bytes(3, "big") * (n // 3))
            ),
            max_size=60,
        )
    )
    def test_any_division_into_pieces_gives_the_same_bytes(self, store: ObjectStore, pieces: list[bytes]) -> None:
        stored = put(store, *pieces)
        assert contents(store, stored.sha256) == b"".join(pieces)

    def test_a_buffer_that_is_used_again_does_not_change_what_was_written(self, store: ObjectStore) -> None:
        buffer = bytearray(b"a" * 65_536)
        with store.receive() as sink:
            for letter in b"abc" * 20:
                buffer[:] = bytes([letter]) * len(buffer)
                sink.write(buffer)  # type: ignore[arg-type]  # a caller that doesn't keep to the type
            stored = sink.finish()
        assert stored.sha256 == hashlib.sha256(b"".join(bytes([c]) * 65_536 for c in b"abc" * 20)).hexdigest()

    def test_the_stream_of_an_object_can_be_read_from_anywhere(self, store: ObjectStore) -> None:
        stored = put(store, b"0123456789")
        with store.open(stored.sha256) as stream:
            stream.seek(7)
            assert stream.read(2) == b"78"

    def test_nothing_is_visible_before_finish(self, store: ObjectStore) -> None:
        with store.receive() as sink:
            sink.write(b"x" * (3 << 20))
            assert list(store.list()) == []
            sealed = sink.seal()
            assert store.find(sealed.sha256) is None
            assert sink.seal() == sealed
            assert sink.finish() == sealed
        assert list(store.list()) == [sealed]

    def test_nothing_is_written_after_the_seal(self, store: ObjectStore) -> None:
        with store.receive() as sink:
            sink.write(b"all")
            sink.seal()
            with pytest.raises(ValueError, match="sealed"):
                sink.write(b"more")

    def test_leaving_without_finish_leaves_nothing(self, store: ObjectStore) -> None:
        with store.receive() as sink:
            sink.write(b"y" * (5 << 20))
        with store.receive() as sink:
            sink.write(b"z")
            sink.seal()
        assert list(store.list()) == []

    def test_the_same_bytes_are_kept_once(self, store: ObjectStore) -> None:
        first, second = put(store, b"same"), put(store, b"sa", b"me")
        assert first == second
        assert list(store.list()) == [first]

    def test_a_reader_keeps_its_bytes_while_they_are_sent_again(self, store: ObjectStore) -> None:
        stored = put(store, b"steady")
        with store.open(stored.sha256) as stream:
            put(store, b"steady")
            assert stream.read() == b"steady"

    def test_many_at_once(self, store: ObjectStore) -> None:
        datas = [bytes([n % 5]) * (1 << 20) + b"tail" for n in range(10)]
        found: list[StoredObject] = []
        threads = [threading.Thread(target=lambda d=data: found.append(put(store, d))) for data in datas]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {o.sha256 for o in found} == {hashlib.sha256(data).hexdigest() for data in datas}
        assert len(list(store.list())) == 5

    def test_what_is_not_there(self, store: ObjectStore) -> None:
        digest = "0" * 64
        assert store.find(digest) is None
        with pytest.raises(NotFound) as refused:
            store.open(digest)
        assert refused.value.code == "object_missing"

    @pytest.mark.parametrize(
        "name",
        ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", "\u0660" * 64, "0" * 63 + "/"],
    )
    def test_what_is_no_digest_names_nothing(self, store: ObjectStore, name: str) -> None:
        assert store.find(name) is None
        with pytest.raises(NotFound):
            store.open(name)

    def test_bytes_go_through_the_service_unless_it_is_said_otherwise(self, store: ObjectStore) -> None:
        assert store.link(put(store, b"bytes").sha256, "image/png", "attachment") is None

    def test_the_list_is_ordered_and_comes_piece_by_piece(self, store: ObjectStore) -> None:
        stored = [put(store, str(n).encode()) for n in range(50)]
        listed = store.list()
        assert list(itertools.islice(listed, 2)) == sorted(stored, key=lambda o: o.sha256)[:2]
        assert list(listed) == sorted(stored, key=lambda o: o.sha256)[2:]

"""What every store must do with how pictures look; as in ``store_rollouts``."""

from dam.ports.store import Store
from tests.contracts.facts import asset, content, digest, fill, later, version

LOOK = "0123456789abcdef" * 4


def turned(*bits: int) -> str:
    """The look with these bits the other way round."""
    return f"{int(LOOK, 16) ^ sum(1 << bit for bit in bits):064x}"


def shown(store: Store, **looks: str) -> None:
    """A content of each name, that looks so."""
    with store.writing() as work:
        for name, look in looks.items():
            work.add(content(name))
            work.looks.keep(digest(name), look)
        work.commit()


class LooksContract:
    """Pictures that look like others."""

    def test_what_differs_in_at_most_31_bits_is_found_the_nearest_first(self, store: Store) -> None:
        spread = tuple(8 * place for place in range(31))  # two bits in every band but one
        shown(store, same=LOOK, near=turned(3), far=turned(*spread), beyond=turned(*spread, 255), other="f" * 64)
        with store.reading() as work:
            assert work.looks.near(LOOK, 9) == [(digest("same"), 0), (digest("near"), 1), (digest("far"), 31)]
            assert work.looks.near(LOOK, 2) == [(digest("same"), 0), (digest("near"), 1)]
            assert work.looks.near(turned(3), 1) == [(digest("near"), 0)]
            assert work.looks.near("5a" * 32, 9) == []
            assert (work.looks.of(digest("near")), work.looks.of(digest("none"))) == (turned(3), None)

    def test_a_look_that_is_known_better_replaces_the_one_before(self, store: Store) -> None:
        shown(store, one="f" * 64)
        with store.writing() as work:
            work.looks.keep(digest("one"), LOOK)
            work.commit()
        with store.reading() as work:
            assert work.looks.near("f" * 64, 9) == []
            assert work.looks.near(LOOK, 9) == [(digest("one"), 0)]

    def test_assets_that_show_them_are_named_but_not_in_the_trash(self, store: Store) -> None:
        fill(
            store, content("one"), content("two"), asset("a1", latest=2), asset("a2", trashed_at=later(1)), asset("a3")
        )
        fill(store, version("a1"), version("a1", 2, "two"), version("a2"), version("a3"))
        with store.reading() as work:
            both = [digest("one"), digest("two")]
            assert work.looks.shown_by(both, 9) == [("a1", both[0]), ("a1", both[1]), ("a3", both[0])]
            assert work.looks.shown_by(both, 1) == [("a1", both[0])]
            assert work.looks.shown_by([digest("two")], 9) == [("a1", both[1])]
            assert work.looks.shown_by([], 9) == []

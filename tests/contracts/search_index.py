"""What every ``SearchIndex`` does: one suite, run on each adapter.

Rule: only the port's words; an adapter's test module gives a fixture ``index`` (made, and empty) and subclasses.
"""

import itertools
from datetime import timedelta

import pytest

from dam.ports.search import SearchIndex
from search.document import Document, Tombstone
from search.errors import PageError
from search.parse import parse
from search.query import Everything
from search.results import FacetCount, Page, Sort
from tests.search.documents import NOON, a_document

SPRING = a_document(
    "spring",
    title="Spring hero",
    filenames=("Spring_Hero_Banner-v2.jpg",),
    tags=("hero", "web"),
    campaigns=("Spring sale",),
    statuses=("draft", "approved"),
    fields={"alt_text": "Tulips in a field"},
    minute=1,
)
WINTER = a_document(
    "winter",
    title="Café in Winter",
    description="The hero of the season, a tulip",
    filenames=("DSC01234.jpg",),
    tags=("hero",),
    campaigns=("Winter sale",),
    minute=2,
)
CLIP = a_document("clip", title="東京タワー", filenames=("tokyoTower.mp4",), kind="video", minute=3)


def find(index: SearchIndex, query: str, sort: Sort = Sort.RELEVANCE) -> list[str]:
    return list(index.search(parse(query), Page(sort=sort)).ids)


class SearchIndexContract:
    """Subclass with a fixture ``index``."""

    def test_an_empty_index_answers(self, index: SearchIndex) -> None:
        hits = index.search(Everything(), Page(), facets=("tag", "kind"))
        assert (hits.ids, hits.total, hits.facets, hits.next) == ((), 0, {"tag": (), "kind": ()}, None)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", {"spring", "winter", "clip"}),
            ("spring", {"spring"}),
            ("SPRING hero", {"spring"}),
            ("tulips", {"spring"}),
            ("cafe", {"winter"}),
            ("CAFÉ", {"winter"}),
            ("hero_ban", {"spring"}),
            ("banner-v2.jpg", {"spring"}),
            ("erobanne", set()),
            ("c0123", {"winter"}),
            ("c0", set()),
            ("tower", {"clip"}),
            ("okyoto", {"clip"}),
            ('"spring hero"', {"spring"}),
            ('"hero spring"', set()),
            ('"sale hero"', set()),
            ("tul*", {"spring", "winter"}),
            ("-tul*", {"clip"}),
            ("京", {"clip"}),
            ("京タ", {"clip"}),
            ("東京タワー", {"clip"}),
            ("東タ", set()),
            ("tag:HERO", {"spring", "winter"}),
            ("tag:her", set()),
            ('campaign:"spring SALE"', {"spring"}),
            ("campaign:spring", set()),
            ("kind:video", {"clip"}),
            ("status:approved", {"spring"}),
            ("status:draft -status:approved", {"winter", "clip"}),
            ("tag:hero -campaign:'x'", {"spring", "winter"}),
            ("(cafe OR tower) -tag:hero", {"clip"}),
            ("cafe OR tower", {"winter", "clip"}),
            ("-(tag:hero OR kind:video)", set()),
        ],
    )
    def test_what_a_query_finds(self, index: SearchIndex, query: str, expected: set[str]) -> None:
        index.write([SPRING, WINTER, CLIP])
        assert set(find(index, query)) == expected
        assert index.search(parse(query), Page()).total == len(expected)

    def test_a_narrower_place_comes_first_then_the_newer(self, index: SearchIndex) -> None:
        index.write(
            [
                a_document("everywhere", description="hero", minute=9),
                a_document("fragment", filenames=("superheroes.jpg",), minute=10),
                a_document("tag", tags=("hero",), minute=8),
                a_document("old-title", title="Hero", minute=1),
                a_document("new-title", title="A hero", minute=2),
            ]
        )
        assert find(index, "hero") == ["new-title", "old-title", "tag", "everywhere", "fragment"]

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            (Sort.RELEVANCE, ["b2", "b1", "c", "a"]),
            (Sort.NEWEST, ["b2", "b1", "c", "a"]),
            (Sort.OLDEST, ["a", "c", "b1", "b2"]),
            (Sort.UPDATED, ["c", "b2", "b1", "a"]),
            (Sort.TITLE, ["c", "b1", "b2", "a"]),
            (Sort.SIZE, ["a", "b2", "b1", "c"]),
            (Sort.SMALLEST, ["c", "b1", "b2", "a"]),
        ],
    )
    def test_orders_and_ties(self, index: SearchIndex, sort: Sort, expected: list[str]) -> None:
        index.write(
            [
                a_document("a", title="zebra", minute=1, size=300),
                a_document("b1", title="Öl", minute=3, size=20),
                a_document("b2", title="ol", minute=3, size=20),
                a_document("c", title="ähre", minute=2, size=7, updated_at=a_document(minute=99).updated_at),
            ]
        )
        assert find(index, "", sort) == expected

    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("query", ["", "hero"])
    def test_pages_join_to_the_whole_whatever_the_limit(self, index: SearchIndex, sort: Sort, query: str) -> None:
        places = ({"title": "hero"}, {"tags": ("hero",)}, {"description": "hero"}, {"filenames": ("heroes.png",)})
        index.write([a_document(f"d{i:02}", minute=i // 3, **places[i % 4]) for i in range(23)])
        whole = index.search(parse(query), Page(limit=200, sort=sort))
        assert len(whole.ids) == 23
        for limit in (1, 5, 22, 23):
            assert self._walk(index, query, sort, limit) == list(whole.ids)

    def test_a_page_stays_in_place_when_others_come_and_go(self, index: SearchIndex) -> None:
        index.write([a_document(f"d{i}", minute=i) for i in range(9)])
        first = index.search(Everything(), Page(limit=3, sort=Sort.NEWEST))
        assert first.ids == ("d8", "d7", "d6")
        index.write([a_document("newest", minute=99), Tombstone("d7", 2), Tombstone("d5", 2)])
        second = index.search(Everything(), Page(limit=3, sort=Sort.NEWEST, cursor=first.next))
        assert second.ids == ("d4", "d3", "d2")
        assert second.total == 8

    def test_a_foreign_cursor_or_facet_is_refused(self, index: SearchIndex) -> None:
        index.write([a_document(f"d{i}") for i in range(3)])
        cursor = index.search(parse("untitled"), Page(limit=1, sort=Sort.NEWEST)).next
        for query, sort in ((parse("other"), Sort.NEWEST), (parse("untitled"), Sort.TITLE)):
            with pytest.raises(PageError) as refused:
                index.search(query, Page(cursor=cursor, sort=sort))
            assert refused.value.code == "cursor_invalid"
        with pytest.raises(PageError) as unknown:
            index.search(Everything(), Page(), facets=("id",))
        assert unknown.value.code == "facet_unknown"

    def test_facets_count_what_matches_not_the_page(self, index: SearchIndex) -> None:
        index.write([SPRING, WINTER, CLIP, a_document("twice", tags=("hero", "hero"), kind="")])
        hits = index.search(parse("-kind:video"), Page(limit=1), facets=("tag", "campaign", "kind", "status"))
        assert hits.facets == {
            "tag": (FacetCount("hero", 3), FacetCount("web", 1)),
            "campaign": (FacetCount("Spring sale", 1), FacetCount("Winter sale", 1)),
            "kind": (FacetCount("image", 2),),
            "status": (FacetCount("draft", 3), FacetCount("approved", 1)),
        }

    @pytest.mark.parametrize(
        ("query", "total", "tags", "kinds"),
        [
            ("tag:hero", 2, {"hero": 2, "web": 1}, {"image": 2}),
            ("tag:hero tag:web", 1, {"hero": 2, "web": 1}, {"image": 1}),
            ("(tag:hero OR tag:we*) kind:image", 2, {"hero": 2, "web": 1}, {"image": 2}),
            ("-tag:web", 2, {"hero": 1}, {"image": 1, "video": 1}),
            ("tag:web OR kind:video", 2, {"hero": 1, "web": 1}, {"image": 1, "video": 1}),
            ("winter tag:web", 0, {"hero": 1}, {}),
        ],
    )
    def test_a_facet_leaves_its_own_choice_out(
        self, index: SearchIndex, query: str, total: int, tags: dict[str, int], kinds: dict[str, int]
    ) -> None:
        index.write([SPRING, WINTER, CLIP])
        hits = index.search(parse(query), Page(limit=1), facets=("kind", "tag"))
        counts = {name: {each.value: each.count for each in values} for name, values in hits.facets.items()}
        assert (hits.total, counts) == (total, {"kind": kinds, "tag": tags})
        assert list(hits.facets) == ["kind", "tag"]

    def test_a_cursor_of_a_relative_date_stays_one_when_time_goes_on(self, index: SearchIndex) -> None:
        index.write([a_document(f"d{minute}", minute=minute) for minute in range(6)])
        now = NOON + timedelta(hours=1)
        first = index.search(parse("created>-1h", now), Page(limit=2, sort=Sort.NEWEST))
        assert first.ids == ("d5", "d4")
        later = parse("created>-1h", now + timedelta(minutes=2))
        assert index.search(later, Page(cursor=first.next, sort=Sort.NEWEST)).ids == ("d3",)
        with pytest.raises(PageError):
            index.search(parse("created>-2h", now), Page(cursor=first.next, sort=Sort.NEWEST))

    def test_facets_of_many_equally_frequent_values_are_the_first_by_value(self, index: SearchIndex) -> None:
        tags = [f"t{i:03}" for i in range(300)]
        # Shares of the tags in two commits, the later ones first, and one that is in both.
        index.write([a_document("late", tags=tuple(reversed(tags[100:])))])
        index.write([a_document("early", tags=(*tags[:100], "t250"))])
        (facet,) = index.search(Everything(), Page(), facets=("tag",)).facets.values()
        assert facet == (FacetCount("t250", 2), *(FacetCount(tag, 1) for tag in tags[:49]))

    def test_facets_are_exact_for_values_that_are_rare_in_a_part_of_the_index(self, index: SearchIndex) -> None:
        frequent = tuple(f"t{i:03}" for i in range(250))
        holders = [frequent, frequent, (*frequent[:60], "zz")]
        index.write([a_document(f"f{i}", tags=tags) for i, tags in enumerate(holders)])
        index.write([a_document(f"z{i}", tags=("zz",)) for i in range(3)])
        (facet,) = index.search(Everything(), Page(), facets=("tag",)).facets.values()
        assert facet[:2] == (FacetCount("zz", 4), FacetCount("t000", 3))

    def test_a_prefix_finds_every_word_that_begins_so(self, index: SearchIndex) -> None:
        endings = ["".join(pair) for pair in itertools.product("abcdefghijk", repeat=2)]
        index.write([a_document(ending, title=f"ban{ending}") for ending in endings])
        assert index.search(parse("ban*"), Page()).total == len(endings)

    @pytest.mark.parametrize("query", ["\U00020000", "\U00020001", "\U00020002", "\U00020001\U00020002"])
    def test_characters_that_take_two_units_are_found_one_by_one(self, index: SearchIndex, query: str) -> None:
        index.write([a_document("a", title="\U00020000\U00020001\U00020002"), a_document("b", title="\U00020003")])
        assert find(index, query) == ["a"]

    def test_what_is_excluded_is_excluded_wherever_it_stands(self, index: SearchIndex) -> None:
        index.write([a_document("a", title="hero", description="draft"), a_document("b", title="hero")])
        assert find(index, "hero -draft") == ["b"]

    def test_a_late_write_changes_nothing(self, index: SearchIndex) -> None:
        index.write([a_document("a", 5, title="new")])
        index.write([a_document("a", 4, title="old")])
        assert (find(index, "new"), find(index, "old"), index.sequences(["a"])) == (["a"], [], {"a": 5})

    def test_a_late_write_does_not_bring_back_what_was_removed(self, index: SearchIndex) -> None:
        index.write([a_document("a", 5), Tombstone("a", 6)])
        index.write([a_document("a", 5)])
        assert (find(index, ""), index.sequences(["a"])) == ([], {"a": 6})
        index.write([a_document("a", 7)])
        assert (find(index, ""), index.sequences(["a"])) == (["a"], {"a": 7})

    def test_within_one_batch_the_newest_counts(self, index: SearchIndex) -> None:
        index.write([a_document("a", 3, title="three"), a_document("a", 2, title="two")])
        assert (find(index, "three"), find(index, "two")) == (["a"], [])

    def test_an_equal_sequence_is_stored_again(self, index: SearchIndex) -> None:
        index.write([a_document("a", 3, title="first")])
        index.write([a_document("a", 3, title="second")])
        assert (find(index, "second"), find(index, "first")) == (["a"], [])

    def test_every_order_of_late_and_repeated_writes_ends_alike(self, index: SearchIndex) -> None:
        orders = list(itertools.permutations((1, 2, 3, 4)))
        for step in range(5):
            # One batch holds a step of every order; the last step repeats the first.
            batch: list[Document | Tombstone] = []
            for number, order in enumerate(orders):
                seq = order[step % 4]
                id_ = f"x{number}"
                batch.append(Tombstone(id_, seq) if seq == 3 else a_document(id_, seq, title=f"t{seq}"))
            index.write(batch)
        assert len(find(index, "t4")) == len(orders)
        assert find(index, "-t4") == []

    def test_sequences_know_only_what_is_there(self, index: SearchIndex) -> None:
        index.write([a_document("a", 5), Tombstone("b", 2**40)])
        assert index.sequences(["a", "b", "c", "a"]) == {"a": 5, "b": 2**40}
        assert index.sequences([]) == {}

    def test_a_rebuild_replaces_everything(self, index: SearchIndex) -> None:
        index.write([a_document("gone", 9), a_document("kept", 9, title="was")])
        documents: list[Document | Tombstone] = [a_document("kept", 4, title="is"), Tombstone("dead", 2)]
        assert index.rebuild(iter([*documents, a_document("more")])) == 2
        assert (set(find(index, "")), find(index, "is"), find(index, "was")) == ({"kept", "more"}, ["kept"], [])
        assert index.sequences(["gone", "kept", "dead"]) == {"kept": 4, "dead": 2}

    def test_a_rebuild_given_one_id_twice_keeps_the_newest(self, index: SearchIndex) -> None:
        assert index.rebuild([a_document("a", 2, title="two"), a_document("a", 1, title="one")]) == 1
        assert find(index, "two") == ["a"]

    def test_hostile_text_is_stored_and_found_beside(self, index: SearchIndex) -> None:
        nasty = "\0\x07\u202e\ud800 \ufdfa \U000e0041 {[(\"'*:~^\\ \r\n" + "\u0301" * 50
        index.write(
            [
                a_document(
                    "a", title=nasty + "needle", description=nasty, filenames=(nasty,), tags=(nasty,), kind=nasty
                ),
                a_document("b", title="x" * 1_000_000, description="word " * 200_000, fields={nasty: nasty}),
            ]
        )
        assert find(index, "needle") == ["a"]
        assert find(index, "word") == ["b"]
        assert find(index, "x" * 900) == ["b"]
        assert index.search(Everything(), Page(), facets=("tag", "kind")).total == 2

    @staticmethod
    def _walk(index: SearchIndex, query: str, sort: Sort, limit: int) -> list[str]:
        ids: list[str] = []
        cursor = None
        while True:
            hits = index.search(parse(query), Page(limit, cursor, sort))
            assert len(hits.ids) <= limit
            ids += hits.ids
            cursor = hits.next
            if cursor is None:
                return ids

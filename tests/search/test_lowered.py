"""What a query asks of an index: in which field it looks for which tokens, at which rank."""

import pytest

from search.document import MAX_NUMBER
from search.lowered import LAST, AllOf, Among, AnyOf, Complement, Live, Lowered, Nothing, Range, Run, Start, Term, lower
from search.projection import RANKS
from search.query import And, Between, Like, Not, Own, Phrase, Prefix, Query, Word


def test_a_word_is_looked_for_in_the_rank_s_text_and_at_last_in_fragments_too() -> None:
    assert [lower(Word("Hero"), rank) for rank in range(LAST)] == [Term(field, "hero") for field in RANKS]
    assert lower(Word("Hero")) == AnyOf((Term(RANKS[-1], "hero"), Run("fragments", ("her", "ero"))))
    assert lower(Word("he")) == Term(RANKS[-1], "he")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Phrase("big Hero"), Run("text_all", ("big", "hero"))),
        (Prefix("big her"), AllOf((Term("text_all", "big"), Start("text_all", "her")))),
        (Phrase("東"), Start("text_all", "東")),
        (Prefix("東京"), Term("text_all", "東京")),
        (Own("by_line", "Ann Lee"), Run("own", ("by_line=ann", "by_line=lee"))),
        (Own("by_line", "an", beginning=True), Start("own", "by_line=an")),
        (Own("by_line", "東"), Start("own", "by_line=東")),
        (Between("width", -1, 2**70), Range("width", 0, MAX_NUMBER)),
        (Between("width", 5), Range("width", 5, MAX_NUMBER)),
        (Between("width", 5, 4), Nothing()),
        (Between("width", 2**63), Nothing()),
        (Like("a", ids=("b", "c")), AllOf((Live(), Among(("b", "c"))))),
        (Like("a", ids=()), Nothing()),
    ],
)
def test_what_is_looked_for(query: Query, expected: Lowered) -> None:
    assert lower(query) == expected


def test_nothing_is_looked_for_until_somebody_has_said_what_looks_alike() -> None:
    with pytest.raises(ValueError, match="nobody has said"):
        lower(Like("a"))


def test_what_is_excluded_is_excluded_wherever_it_stands() -> None:
    asked = And((Word("hero"), Not(Word("old"))))
    assert lower(asked, 0) == AllOf((Term(RANKS[0], "hero"), Complement(lower(Word("old"), LAST))))

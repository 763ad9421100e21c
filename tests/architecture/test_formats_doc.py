"""The page on formats equals the table of types, and its limits those of the decoders."""

from pathlib import Path

from dam.domain import media_types
from dam.domain.recipes import RECIPES
from workers.media.plan import SENTENCES

PAGE = Path(__file__).parents[2] / "docs/formats.md"


def listed(name: str) -> list[str]:
    """The rows of a table."""
    return PAGE.read_text().partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0].split("\n")[3:-1]


def test_the_page_lists_every_type_as_the_table_has_it() -> None:
    rows = []
    for each in media_types.ALL.values():
        endings = ", ".join(f".{ending}" for ending in each.extensions) or "–"
        rows.append(f"| {each.title} | `{each.name}` | {endings} | {'yes' if each.route else each.advice} |")
    assert listed("types") == rows


def test_the_page_lists_every_recipe() -> None:
    assert listed("recipes") == [f"| `{each.name}` | {each.title} | `{each.media_type}` |" for each in RECIPES]


def test_the_page_explains_every_code() -> None:
    text = PAGE.read_text()
    assert [code for code in SENTENCES if f"`{code}`" not in text and code != "unsupported_type"] == []

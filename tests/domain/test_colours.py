"""Names of colours: what people would call them."""

import itertools

import pytest

from dam.domain.colours import NAMES, name_of
from search.fields import VALUES


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("black", "#000000 #141414 #0a0a12"),
        ("white", "#ffffff #f5f5f0 #fafafa"),
        ("grey", "#808080 #c0c0c0 #4a4a4a #dcd7cd"),
        ("red", "#ff0000 #c83c32 #b22222 #8b0000 #dc143c"),
        ("orange", "#ff8000 #ffa500 #ee7f2d"),
        ("brown", "#8b4513 #5c4033 #7b5a3a"),
        ("yellow", "#ffff00 #ffd700 #f2d04b"),
        ("green", "#00ff00 #008000 #3c9650 #556b2f"),
        ("cyan", "#00ffff #40e0d0 #008b8b"),
        ("blue", "#0000ff #465ab4 #87ceeb #1e3a8a"),
        ("purple", "#800080 #8a2be2 #6a0dad"),
        ("pink", "#ffc0cb #ff69b4 #ff1493 #ffb6c1"),
    ],
)
def test_a_colour_is_called_what_people_call_it(name: str, shown: str) -> None:
    assert {each: name_of(each) for each in shown.split()} == dict.fromkeys(shown.split(), name)


def test_every_colour_has_a_name_that_can_be_searched() -> None:
    steps = range(0, 256, 15)
    found = {name_of("#{:02x}{:02x}{:02x}".format(*each)) for each in itertools.product(steps, repeat=3)}
    assert found == set(NAMES) == set(VALUES["colour"])

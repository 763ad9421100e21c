"""How pictures look, as numbers: which are near to each other, and how those are found without comparing all.

Rule: a look is 256 bits (64 hexadecimal digits); two pictures look alike if theirs differ in at most ``NEAR`` bits. A
look is 16 bands of 16 bits. Of 16 bands that differ in 31 bits altogether, one differs in one bit at most: so whoever
has a band in common with one of the 17 values that are as near finds every picture that looks alike (the pigeonhole
principle), and few others: one of 4,000 by chance. Must not: decode, or store.
"""

from collections.abc import Mapping

from dam.domain import media_types

NEAR = 31
"""What PDQ's authors recommend as a bound for "the same picture" (Facebook, 2019)."""
_BITS = 16
_LEARNT = {"look", "colours"}


def is_missing(properties: Mapping[str, object], media_type: str) -> bool:
    """Whether nobody has looked at such a picture yet, or not for all that is told now; one without a look has
    None."""
    found = media_types.named(media_type)
    return found.route not in (None, "TEXT", "FONT") and found.kind != "audio" and not properties.keys() >= _LEARNT


def bands(look: str) -> tuple[int, ...]:
    """The 16 bands, each from 0 to 65535."""
    return tuple(int(look[place : place + 4], 16) for place in range(0, 64, 4))


def beside(band: int) -> tuple[int, ...]:
    """The band, and those that differ from it in one bit."""
    return (band, *(band ^ 1 << bit for bit in range(_BITS)))


def distance(one: str, other: str) -> int:
    """In how many bits they differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()

"""What is said of a generated asset, as a team would have written it: title, tags, campaigns, decisions.

Rule: words only, by the asset's number; a few campaigns and tags are everywhere, most are rare.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dam.operations.uploads import Details
from tests.web.variants import Variant

_SEASONS = ("Spring", "Summer", "Autumn", "Winter")
_MARKETS = ("", "", "", " Nordics", " DACH", " Iberia")
CAMPAIGNS: Sequence[str] = [
    f"{season} {year}{market}" for year in (2025, 2026, 2027) for season in _SEASONS for market in _MARKETS[2:]
]

_PLACES: Sequence[str] = (
    "Jotunheimen", "Lofoten", "Allgäu", "Tarifa", "Dolomites", "Sarek", "Madeira", "Cairngorms", "Engadin", "Tatra",
    "Picos", "Rondane", "Etna", "Sintra", "Harz", "Vosges",
)  # fmt: skip
_MOODS: Sequence[str] = (
    "first light", "late light", "overcast", "after rain", "golden", "cold", "quiet", "wide", "close", "backlit",
)  # fmt: skip
_USES: Sequence[str] = ("web", "print", "social", "email", "retail", "press", "packaging", "story", "header", "archive")
_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "mountains": ("Ridges, {place}", ("landscape", "mountains", "key-visual")),
    "lake": ("Lake near {place}", ("landscape", "lake", "mood")),
    "night": ("Northern lights, {place}", ("landscape", "night", "winter")),
    "dunes": ("Dunes, {place}", ("landscape", "desert", "travel")),
    "bottle": ("Serum bottle {code}", ("product", "packshot", "skin-care")),
    "bag": ("Coffee bag {code}", ("product", "packshot", "coffee")),
    "mug": ("Enamel mug {code}", ("product", "packshot", "mug")),
    "jar": ("Night balm {code}", ("product", "packshot", "skin-care")),
    "leaf": ("Leaf macro {code}", ("nature", "texture", "macro")),
    "foliage": ("Foliage, {place}", ("nature", "background", "green")),
    "arcade": ("Arcade, {place}", ("architecture", "shadow", "travel")),
    "tower": ("House with balconies, {place}", ("architecture", "city")),
    "stair": ("Stair in the sun, {place}", ("architecture", "shadow")),
    "paper": ("Paper waves {code}", ("illustration", "paper", "background")),
    "cup": ("Flat white {code}", ("coffee", "table", "lifestyle")),
    "beans": ("Beans {code}", ("coffee", "texture", "background")),
    "banner": ("Offer banner {code}", ("banner", "offer", "display")),
}
_WHY: Sequence[str] = (
    "Colour corrected: the white was yellow.",
    "New crop for the wide header.",
    "The label has the new volume.",
    "Legal asked for the smaller price.",
    "Dust on the sensor removed.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """``decision``: approve, reject or nothing yet, of the first version; ``rationale``: of a second one, if any."""

    filename: str
    details: Details
    decision: str
    rationale: str


def said(number: int, variant: Variant) -> Said:
    """What is said of the asset of that number, which shows this picture."""
    chance = random.Random(number * 2 + 1)
    place, mood, code = chance.choice(_PLACES), chance.choice(_MOODS), f"{chance.choice('ABCDEFGH')}{number:05}"
    pattern, tags = _KINDS[variant.kind]
    title = f"{pattern.format(place=place, code=code)}, {mood}"
    ending = {"JPEG": "jpg", "WEBP": "webp", "PNG": "png"}[variant.format]
    more = chance.sample(_USES, chance.choice((0, 1, 1, 2, 3)))
    rare = (f"shoot-{number // 40:04}",) if chance.random() < 0.5 else ()
    picked = chance.sample(CAMPAIGNS, chance.choices((0, 1, 2), (1, 7, 2))[0])
    details = Details(
        title=title,
        description=f"{mood.capitalize()}, {place}. For {', '.join(more) or 'everything'}."
        if chance.random() < 0.7
        else "",
        tags=(*tags, *more, *rare),
        campaigns=tuple(picked),
        fields={"alt_text": title} if chance.random() < 0.6 else {},
    )
    return Said(
        filename=f"{variant.kind}-{place.lower()}-{number:05}.{ending}",
        details=details,
        decision=chance.choices(("approve", "reject", ""), (60, 4, 36))[0],
        rationale=chance.choice(_WHY) if variant.format != "WEBP" and chance.random() < 0.08 else "",
    )

"""Which assets look like another: for who asks by that asset, and for the queries that do (``like:``).

Rule: found in the database, because no index knows how pictures look; an engine is only told which assets they are, so
that all engines answer alike. What it costs grows with what is found and has an end: sixteen looks into indexes, of
which at most 5,000 pictures are compared, and a page of assets.
"""

from dam.ports.store import UnitOfWork
from dam.ports.views import AssetView
from search.conditions import AN_ID
from search.errors import QueryError
from search.query import Like, Query, with_likes

MOST = 100
"""So many of the nearest a query finds."""
_MOST_NEAR = 200
_WITH_A_LOOK = "an asset whose latest version is a picture that was looked at"


def nearest(work: UnitOfWork, view: AssetView, most: int) -> list[tuple[str, int]] | None:
    """Other assets, none of the trash, with a version that looks like this one's latest, and in how many of 256 bits
    they differ; the nearest first. None where nobody knows how that looks."""
    look = work.looks.of(view.latest.version.sha256) if view.latest else None
    if look is None:
        return None
    bits = dict(work.looks.near(look, _MOST_NEAR))
    found: dict[str, int] = {}
    for other, sha256 in work.looks.shown_by(list(bits), _MOST_NEAR):
        if other != view.asset.id:
            found[other] = min(bits[sha256], found.get(other, bits[sha256]))
    return sorted(found.items(), key=lambda each: (each[1], each[0]))[:most]


def found_in(work: UnitOfWork, query: Query) -> Query:
    """The query, with what looks like the assets that it names. Raises QueryError for one that there is not, or whose
    look nobody knows."""
    return with_likes(query, lambda like: _alike(work, like))


def _alike(work: UnitOfWork, like: Like) -> tuple[str, ...]:
    views = work.assets.views([like.asset])
    if not views:
        raise _refused(like, f"there is no asset {like.asset}", AN_ID)
    found = nearest(work, views[0], MOST)
    if found is None:
        why = "its file has no picture, or one with hardly anything in it, or has not been looked at yet"
        raise _refused(like, f"nothing can look like the asset {like.asset}: {why}", _WITH_A_LOOK)
    return tuple(other for other, _ in found)


def _refused(like: Like, detail: str, expected: str) -> QueryError:
    return QueryError(like.position, like.asset, (expected,), f"{detail}; expected: {expected}")

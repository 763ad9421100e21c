"""Keep the search index in step with the database, and build it anew.

Rule: the database says what is behind (``index_seq`` against what was indexed); tasks are only hints. Writes are
conditional on ``index_seq``, so order and repetition do not matter. What a document shows raises ``index_seq`` in the
transaction that changes it: the asset's own row, names of its campaigns and of the channels where it has a place, what
a decoder found of its bytes. The states of its placements are shown too; whoever moves one raises the asset in the same
transaction (``draft``), but for a channel that is lost or found again: that raises many, and is a task of its own.
With the documents the words for those states are kept, to be counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dam.domain import states
from dam.domain.assets import Asset, Content
from dam.domain.colours import name_of
from dam.domain.embedded import effective
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import AssetView, PlacementWord
from search.document import Document, Tombstone
from search.errors import SearchUnavailable

BATCH = 500
_ASSETS, _PLACES = 50, 1000  # read together: an asset may have thousands of places


def index_behind(services: Services, limit: int = BATCH) -> int:
    """Index up to ``limit`` assets that are behind, in one batch; returns how many. Raises SearchUnavailable."""
    with services.store.reading() as work:
        ids = work.assets.behind(limit)
        words = _words(work, ids)
        changes = _changes(work, ids, words)
    if not changes:
        return 0
    services.index.write(changes)
    with services.store.writing() as work:
        news = work.assets.mark_indexed({change.id: change.index_seq for change in changes})
        work.words.keep(news, [each for each in words if each.asset_id in news])
        work.commit()
    return len(changes)


def ensure(services: Services) -> None:
    """Build the index if there is none, or only one of another make. Raises SearchUnavailable."""
    try:
        services.index.sequences([])
    except SearchUnavailable as unavailable:
        if not unavailable.needs_rebuild:
            raise
        reindex(services, resume=True)


def reindex(services: Services, *, resume: bool = False) -> int:
    """Build the whole index anew from the database, while writes go on; returns how many assets can be found.
    ``resume``: take up what an interrupted one has built, if the database was not put back to an earlier state since.
    Raises SearchUnavailable; then the index is as it was."""
    found = services.index.rebuild(_all(services), resume=resume)
    with services.store.writing() as work:
        work.assets.forget_indexed()
        work.commit()
    while index_behind(services):
        pass
    return found


def show_channel(services: Services, channel_id: str) -> None:
    """The places in this channel are in another state than search shows. Raises Conflict ``moved``."""
    with services.store.writing() as work:
        if work.placements.show_channel_anew(channel_id):
            work.jobs.enqueue("index", {})
            work.commit()


def _all(services: Services) -> Iterator[Document | Tombstone]:
    after: str | None = None
    while True:
        with services.store.reading() as work:
            ids = [asset.id for asset in work.assets.page(after, BATCH)]
            changes = _changes(work, ids, _words(work, ids))
        yield from changes
        if len(ids) < BATCH:
            return
        after = ids[-1]


def _changes(work: UnitOfWork, ids: list[str], words: Iterable[PlacementWord]) -> list[Document | Tombstone]:
    views = work.assets.views(ids)
    placed = work.placements.channel_names(ids)
    filenames = work.assets.filenames(ids)
    texts = work.assets.texts(view.latest.version.sha256 for view in views if view.latest)
    makers = work.people.names(view.asset.created_by for view in views)
    found: dict[str, set[str]] = {}
    for each in words:
        found.setdefault(each.asset_id, set()).add(each.word)
    return [
        _change(
            view,
            tuple(filenames.get(view.asset.id, ())),
            placed.get(view.asset.id, ()),
            tuple(sorted(found.get(view.asset.id, ()))),
            makers.get(view.asset.created_by, ""),
            texts.get(view.latest.version.sha256, "") if view.latest else "",
        )
        for view in views
    ]


def _words(work: UnitOfWork, ids: Sequence[str]) -> list[PlacementWord]:
    """The words for the states of the assets' places."""
    found: list[PlacementWord] = []
    for begin in range(0, len(ids), _ASSETS):
        after: str | None = None
        while page := work.placements.standings(asset_ids=ids[begin : begin + _ASSETS], after=after, limit=_PLACES):
            for each in page:
                place = each.placement
                word = states.state(each).word
                found.append(PlacementWord(place.id, place.asset_id, place.channel_id, word))
            if len(page) < _PLACES:
                break
            after = page[-1].placement.id
    return found


def _change(
    view: AssetView,
    filenames: tuple[str, ...],
    channels: tuple[str, ...],
    placements: tuple[str, ...],
    maker: str,
    text: str,
) -> Document | Tombstone:
    asset, content = view.asset, view.latest.content if view.latest else None
    if asset.trashed_at is not None:
        return Tombstone(asset.id, asset.index_seq)
    return Document(
        id=asset.id,
        index_seq=asset.index_seq,
        title=asset.title,
        description=asset.description,
        filenames=filenames,
        tags=asset.tags,
        campaigns=asset.campaigns,
        kind=content.kind if content else "other",
        statuses=_statuses(asset, view),
        created_at=asset.created_at,
        updated_at=asset.updated_at,
        fields={
            name: said.value for name, said in effective(asset.fields, content.embedded if content else None).items()
        },
        text=text,
        channels=channels,
        placements=placements,
        created_by=maker,
        media_type=content.media_type if content else "",
        version=asset.latest or None,
        size=content.size if content else None,
        **(_measures(content) if content else {}),
    )


def _measures(content: Content) -> dict[str, Any]:
    """What a decoder found, as a document has it."""
    found = content.properties
    return {
        **{name: _whole(found.get(name)) for name in ("width", "height", "pages", "bit_depth")},
        **{name: _thousandths(found.get(name)) for name in ("duration", "frame_rate")},
        "colours": _colours(found),
        "colourspaces": _words_of(found, "colour_space", "profile_name"),
        "codecs": _words_of(found, "video_codec", "audio_codec"),
    }


def _colours(found: Mapping[str, object]) -> tuple[str, ...]:
    told = found.get("colours")
    return tuple(dict.fromkeys(map(name_of, told))) if isinstance(told, list) else ()


def _whole(found: object) -> int | None:
    return found if isinstance(found, int) else None


def _thousandths(found: object) -> int | None:
    return round(found * 1000) if isinstance(found, int | float) else None


def _words_of(found: Mapping[str, object], *names: str) -> tuple[str, ...]:
    return tuple(value for name in names if isinstance(value := found.get(name), str))


def _statuses(asset: Asset, view: AssetView) -> tuple[str, ...]:
    """The latest version's status; ``approved`` where there is an approved version, else ``withdrawn`` after a
    withdrawal.
    """
    words = {view.latest.status} if view.latest else set()
    words.discard("approved")
    found = sorted(str(word) for word in words)
    if asset.head is not None:
        found.append("approved")
    elif asset.withdrawn_at is not None:
        found.append("withdrawn")
    elif not found:
        found.append("unapproved")
    return tuple(found)

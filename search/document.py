"""What the index knows of an asset.

Rule: plain values, as the database has them; nothing here is folded or cut (``analysis`` does that). The JSON form is
what an engine keeps beside its tokens, to carry a document from one generation of the index to the next.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

# Ids are made by us; an id that is hostile is a mistake of the caller and no input.
_ID = re.compile(r"[0-9A-Za-z_.:-]{1,128}")
MAX_NUMBER = 2**63 - 1
_MANY = {"filenames", "tags", "campaigns", "statuses", "channels", "placements", "colours", "colourspaces", "codecs"}


def is_id(text: str) -> bool:
    """Whether a document may be called so."""
    return _ID.fullmatch(text) is not None


def _check_identity(id_: str, index_seq: int) -> None:
    if not is_id(id_):
        raise ValueError(f"not an id for the index: {id_!r}")
    if not 0 <= index_seq <= MAX_NUMBER:
        raise ValueError(f"index_seq out of range: {index_seq}")


@dataclass(frozen=True, slots=True)
class Document:
    """One asset as search shows it. ``statuses`` may hold several words, such as the latest version's status and
    ``approved`` where there is an approved head. ``fields`` is custom metadata, text by name. ``channels``: names of
    those where it is placed; ``placements``: the states of its places. ``version`` is the latest one's number, whose
    are ``media_type``, ``size`` (bytes), ``width`` and ``height``, ``duration`` (ms), ``frame_rate`` (thousandths of a
    frame a second), ``pages``, ``bit_depth``, ``colours`` (their names), ``colourspaces`` (and names of profiles) and
    ``codecs``; None is not known. ``text``: the words of its first pages. Times are aware. Raises ValueError for a
    malformed id, a number outside 0…2⁶³-1 or a naive time."""

    id: str
    index_seq: int
    title: str
    description: str
    filenames: tuple[str, ...]
    tags: tuple[str, ...]
    campaigns: tuple[str, ...]
    kind: str
    statuses: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    placements: tuple[str, ...] = ()
    created_by: str = ""
    media_type: str = ""
    version: int | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    frame_rate: int | None = None
    pages: int | None = None
    bit_depth: int | None = None
    colours: tuple[str, ...] = ()
    colourspaces: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        _check_identity(self.id, self.index_seq)
        if any(number is not None and not 0 <= number <= MAX_NUMBER for number in self.numbers.values()):
            raise ValueError("a number of a document is out of range")
        if self.created_at.tzinfo is None or self.updated_at.tzinfo is None:
            raise ValueError("times of a document are aware")

    @property
    def numbers(self) -> dict[str, int | None]:
        """Those that can be compared, by name."""
        return {
            "width": self.width,
            "height": self.height,
            "size": self.size,
            "version": self.version,
            "duration": self.duration,
            "frame_rate": self.frame_rate,
            "pages": self.pages,
            "bit_depth": self.bit_depth,
        }


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The asset is gone since ``index_seq``. It stays in the index, so that an older write can't bring it back."""

    id: str
    index_seq: int

    def __post_init__(self) -> None:
        _check_identity(self.id, self.index_seq)


Change = Document | Tombstone


def to_json(change: Change) -> bytes:
    """A lossless form of a change, ASCII (lone surrogates are escaped, so that hostile text survives too)."""
    return json.dumps(asdict(change), default=datetime.isoformat, separators=(",", ":")).encode("ascii")


def from_json(data: bytes) -> Change:
    """The change that ``to_json`` wrote."""
    values = json.loads(data)
    if "title" not in values:
        return Tombstone(**values)
    for name in _MANY & set(values):
        values[name] = tuple(values[name])
    for name in ("created_at", "updated_at"):
        values[name] = datetime.fromisoformat(values[name])
    return Document(**values)

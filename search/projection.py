"""What an engine stores of a document: the same names and tokens in every engine.

Rule: no matching and no engine here, only the mapping from a document to fields. A hit's rank is the narrowest text in
which *all* of the query's words are found, so that the order is explained in a sentence, does not move when other
documents come and go (unlike a frequency score), and is the same in each engine.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from search.analysis import encodable, fold, fragments, keyword, parts, words
from search.document import Document
from search.fields import FACETS, OWN, SPOKEN

VERSION = 6

#: The texts, narrowest first; each holds what the one before holds. Fragments of file names rank after the last.
RANKS = ("text_title", "text_names", "text_all")
FRAGMENTS = "fragments"
#: The words of the asset's own fields, each behind its field's name and ``=``, which no analysis gives.
OWN_WORDS = "own"
#: Stands there for the name of what is spoken: in capitals, which no own field's name has once it is folded.
SPOKEN_WORDS = "SPOKEN"
#: Keyword fields: the facets, who made it, what a decoder found, and what there is (``query.Has``).
KEYWORDS = (*FACETS, "by", "colour", "colourspace", "codec", "has")
#: Unsigned numbers; times in microseconds since the year 1.
NUMBERS = (
    "width", "height", "size", "version", "duration", "frame_rate", "pages", "bit_depth", "created", "updated",
)  # fmt: skip

#: Stands between two values: no analysis gives this token, so that no phrase runs across.
GAP = "__"
_BETWEEN = f" {GAP} "

MAX_FILENAMES = 50
MAX_VALUES = 1000
_TITLE_KEY = 100
_SHORTER = {
    "jpeg": "jpg",
    "tiff": "tif",
    "svg+xml": "svg",
    "quicktime": "mov",
    "mpeg": "mp3",
    "video/mpeg": "mpg",
    "plain": "txt",
    "vnd.adobe.photoshop": "psd",
    "vnd.microsoft.icon": "ico",
    "x-adobe-dng": "dng",
    "x-dcraw": "raw",
    "matroska": "mkv",
    "x-msvideo": "avi",
    "mp2t": "ts",
    "x-ms-wmv": "wmv",
    "vnd.wave": "wav",
    "postscript": "eps",
    "x-indesign": "indd",
    "vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
"""What people call a type, as the endings of file names, by its name or the end of it."""
_SPEAKS = frozenset({"video", "audio"})
_SUBTITLES = frozenset({"text/vtt", "application/x-subrip"})
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Projection:
    """Token texts (separated by spaces), keywords folded, facet values as written, numbers that are known, and sortable
    keys."""

    texts: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]
    facets: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    keys: Mapping[str, str]


def project(document: Document) -> Projection:
    """Everything that an engine needs to answer for this document."""
    values = _values(document)
    words_of = {
        **values,
        "format": _formats(document.media_type),
        "by": (document.created_by,),
        "colour": document.colours[:MAX_VALUES],
        "colourspace": document.colourspaces[:MAX_VALUES],
        "codec": document.codecs[:MAX_VALUES],
    }
    keywords = {name: _distinct(keyword, given) for name, given in words_of.items()}
    keywords["has"] = _there(document, keywords)
    created, updated = instant(document.created_at), instant(document.updated_at)
    return Projection(
        texts=_texts(document),
        keywords=keywords,
        facets={name: _distinct(encodable, given) for name, given in values.items()},
        numbers={**_known(document), "created": created, "updated": updated},
        keys={
            "key_created": sort_key(created.to_bytes(8, "big"), document.id),
            "key_updated": sort_key(updated.to_bytes(8, "big"), document.id),
            "key_size": sort_key((document.size or 0).to_bytes(8, "big"), document.id),
            "key_title": sort_key(_title(document.title), document.id),
        },
    )


def sort_key(value: bytes, id_: str) -> str:
    """A string that sorts as ``value``, then by id, and from which ``id_of`` reads the id. Hexadecimal, so that any
    engine compares it byte by byte and no query syntax can be hidden in it. ``value`` of one field has a fixed length
    or holds no zero byte."""
    return (value + b"\0" + id_.encode("ascii")).hex()


def id_of(key: str) -> str:
    """The id in a sort key. Raises ValueError if it is none."""
    _value, separator, id_ = bytes.fromhex(key).rpartition(b"\0")
    if not separator:
        raise ValueError("not a sort key")
    return id_.decode("ascii")


def instant(when: datetime) -> int:
    """A time as a number."""
    return (when - _YEAR_ONE) // timedelta(microseconds=1)


def own_name(name: str) -> str:
    """The form in which names of own fields are compared: folded, without blanks."""
    return keyword(name).replace(" ", "_")


def own_word(name: str, token: str) -> str:
    """A token of the field of this name (``own_name``)."""
    return f"{name}={token}"


def _values(document: Document) -> dict[str, tuple[str, ...]]:
    return {
        "tag": document.tags[:MAX_VALUES],
        "campaign": document.campaigns[:MAX_VALUES],
        "kind": (document.kind,),
        "status": document.statuses[:MAX_VALUES],
        "channel": document.channels[:MAX_VALUES],
        "placement": document.placements[:MAX_VALUES],
        "format": (document.media_type,),
    }


def _formats(media_type: str) -> tuple[str, ...]:
    """``image/jpeg`` is also called jpeg, and jpg as in file names."""
    whole = keyword(media_type)
    short = whole.rpartition("/")[2]
    return (media_type, short, _SHORTER.get(whole) or _SHORTER.get(short, ""))


def _there(document: Document, keywords: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = [name for name, values in keywords.items() if values]
    found += _known(document)
    found += [name for name in ("title", "description") if getattr(document, name).strip()]
    found += [SPOKEN] if _spoken(document).strip() else []
    found += ["approved"] if "approved" in keywords["status"] else []
    own = [name for name, value in _own(document) if value.strip()]
    return tuple(dict.fromkeys((*found, *(OWN + name for name in own))))


def _spoken(document: Document) -> str:
    """What is said in it: of what is no document, the words are those of its subtitles."""
    return document.text if document.kind in _SPEAKS or document.media_type in _SUBTITLES else ""


def _own(document: Document) -> list[tuple[str, str]]:
    named = ((own_name(name), value) for name, value in list(document.fields.items())[:MAX_VALUES])
    return [(name, value) for name, value in named if name]


def _known(document: Document) -> dict[str, int]:
    return {name: number for name, number in document.numbers.items() if number is not None}


def _distinct(form: Callable[[str], str], values: Sequence[str]) -> tuple[str, ...]:
    # Whatever an engine makes of a value given twice, it is one value; an empty one is none.
    return tuple(dict.fromkeys(filter(None, map(form, values)))) if values else ()


def _texts(document: Document) -> dict[str, str]:
    filenames = document.filenames[:MAX_FILENAMES]
    title = _spellings(document.title)
    names = [*title, *(line for name in filenames for line in _spellings(name))]
    names += map(_line, document.tags[:MAX_VALUES])
    names += map(_line, document.campaigns[:MAX_VALUES])
    fields = list(document.fields.values())[:MAX_VALUES]
    everything = [*names, _line(document.description), *map(_line, fields), _line(document.text)]
    grams = [" ".join(line) for name in filenames for line in fragments(name)]
    named = [*_own(document), (SPOKEN_WORDS, _spoken(document))]
    own = [" ".join(own_word(name, token) for token in words(value)) for name, value in named]
    joined = map(_join, (title, names, everything, grams, own))
    return dict(zip((*RANKS, FRAGMENTS, OWN_WORDS), joined, strict=True))


def _line(text: str) -> str:
    return " ".join(words(text))


def _spellings(name: str) -> list[str]:
    """As written, and (where it differs) as split into its parts."""
    whole, split = words(name), parts(name)
    return [" ".join(whole)] if whole == split else [" ".join(whole), " ".join(split)]


def _join(lines: Iterable[str]) -> str:
    return _BETWEEN.join(filter(None, lines))


def _title(title: str) -> bytes:
    shown = fold(" ".join(encodable(title, _TITLE_KEY).split()))[:_TITLE_KEY]
    return shown.replace("\0", "").encode("utf-8")

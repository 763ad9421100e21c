"""From text to tokens, for documents and queries alike.

Rule: the only place that folds, splits or cuts text for search. Engines index the tokens given here as they are.
Change anything that a token depends on, and raise ``VERSION``: indexes of another version ask for a rebuild.

Words are runs of letters, marks and digits; symbols stand alone; scripts written without spaces (and Hangul) become
overlapping pairs of characters plus the last character, so that any part of a run is a phrase of its pairs. Splitting
never looks at case in a query: file names and titles carry their camelCase and digit parts as a second line instead.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import groupby, islice

VERSION = 1

MAX_TEXT = 100_000  # characters of one text that are looked at
MAX_WORDS = 10_000  # tokens of one text
MAX_NEEDLE = 1000  # tokens of one text that is looked for: more than a query may have
MAX_WORD = 64  # characters of one token; the rest of a longer word is not told apart
MAX_NAME = 255  # characters of one file name, and so about 250 fragments for each of its two spellings
MAX_KEYWORD = 200  # characters of a tag, campaign, kind or status
FRAGMENT = 3  # characters; the shortest part of a file name that is found

# Letters with a stroke or ligature do not decompose, but people type them without.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŧ": "t"}
)

# Blocks of scripts that are written without spaces between words, and Hangul, whose particles hang on the word.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3100, 0x31FF),
    (0x3400, 0x9FFF),  # Han
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFF),  # Han, further planes
)


class _Kind(Enum):
    WORD = 1
    UNSPACED = 2
    SYMBOL = 3
    GAP = 4
    NOTHING = 5  # as if it were not there: bidi controls, joiners, soft hyphens, lone surrogates


@lru_cache(maxsize=8192)
def _kind(char: str) -> _Kind:
    category = unicodedata.category(char)
    if category in {"Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f":
        return _Kind.NOTHING
    if category in {"So", "Sc"}:
        return _Kind.SYMBOL
    if category[0] not in "LMN":
        return _Kind.GAP
    code = ord(char)
    return _Kind.UNSPACED if any(low <= code <= high for low, high in _UNSPACED) else _Kind.WORD


def _is_diacritic(char: str) -> bool:
    """Marks above, below and through letters, Hebrew and Arabic points; not what makes another letter, such as the
    Japanese voicing mark (class 8), a virama (9) or a vowel sign (0)."""
    combining = unicodedata.combining(char)
    return combining >= 200 or 10 <= combining <= 35


def fold(text: str) -> str:
    """Compatibility form, without case and diacritics. Folding twice changes nothing."""
    if text.isascii():
        return text.casefold()
    # Case folding can give characters that decompose, and decomposition characters that fold: hence twice.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    bare = "".join(c for c in spread if not _is_diacritic(c)).translate(_PLAIN)
    return unicodedata.normalize("NFC", bare)


def keyword(text: str) -> str:
    """The form in which tags, campaigns, kinds and statuses are compared: folded, one space between words."""
    return _keyword(text[: 4 * MAX_KEYWORD])


@lru_cache(maxsize=1024)  # the same few are on many assets
def _keyword(text: str) -> str:
    shown = text.casefold() if text.isascii() and text.isprintable() else _any_shown(text)
    return " ".join(shown.split())[:MAX_KEYWORD].rstrip()


def _any_shown(text: str) -> str:
    shown = "".join(c for c in text if _kind(c) is not _Kind.NOTHING)
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in fold(shown))


def encodable(text: str, limit: int = MAX_KEYWORD) -> str:
    """The text as it was written, cut to ``limit`` characters, lone surrogates replaced so that it can be stored."""
    cut = text[:limit]
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring characters of one kind, in compatibility form, case kept."""

    kind: _Kind
    text: str


# Most text is ASCII, and of that the same comes in a tenth of the time: words by one table for all of its characters
# (small letters and digits as they are, capitals made small, a space for the rest), parts by one expression.
_ASCII_RUN = re.compile(r"[0-9A-Za-z]+|\$")
_ASCII_PART = re.compile(r"[0-9]+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\$")
_ASCII_WORDS = "".join(chr(c).lower() if chr(c).isalnum() or chr(c) == "$" else " " for c in range(128)).encode()
_ASCII_WORDS += b" " * 128


def _ascii_words(text: str) -> list[str]:
    """Uncut."""
    apart = text.replace("$", " $ ") if "$" in text else text
    return apart.encode("ascii").translate(_ASCII_WORDS).decode("ascii").split()


def _ascii_parts(text: str) -> list[str]:
    """Uncut."""
    return " ".join(_ASCII_PART.findall(text)).lower().split()


def _cut(tokens: list[str], text: str) -> list[str]:
    """Those of a text, as long and as many as there may be."""
    return tokens if len(text) <= MAX_WORD else [token[:MAX_WORD] for token in tokens[:MAX_WORDS]]


def _runs(text: str) -> Iterable[_Run]:
    cut = text[:MAX_TEXT]
    return _ascii_runs(cut) if cut.isascii() else _any_runs(cut)


def _ascii_runs(text: str) -> Iterable[_Run]:
    """What ``_any_runs`` gives for such text."""
    for run in _ASCII_RUN.findall(text):
        yield _Run(_Kind.SYMBOL if run == "$" else _Kind.WORD, run)


def _any_runs(text: str) -> Iterable[_Run]:
    # Cut again: one character can become eighteen.
    composed = unicodedata.normalize("NFKC", text)[:MAX_TEXT]
    seen = (char for char in composed if _kind(char) is not _Kind.NOTHING)
    for kind, chars in groupby(seen, key=_kind):
        if kind is not _Kind.GAP:
            yield _Run(kind, "".join(chars))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run))]


def _tokens(run: _Run) -> list[str]:
    folded = fold(run.text)
    if run.kind is _Kind.UNSPACED:
        return _pairs(folded)
    if run.kind is _Kind.SYMBOL:
        return [char for char in folded if _kind(char) is not _Kind.GAP]
    return [folded[:MAX_WORD]] if folded else []


def words(text: str) -> list[str]:
    """The tokens of a text of a document."""
    cut = text[:MAX_TEXT]
    return _cut(_ascii_words(cut), cut) if cut.isascii() else _any_words(cut)


def _any_words(text: str) -> list[str]:
    return list(islice((token for run in _any_runs(text) for token in _tokens(run)), MAX_WORDS))


_PART = re.compile(r"\d+|[^\W\d]+")


def _split_case(letters: str) -> Iterable[str]:
    """``heroBanner`` → hero, Banner; ``HTMLPage`` → HTML, Page."""
    start = 0
    for i in range(1, len(letters)):
        after_lower = letters[i - 1].islower() and letters[i].isupper()
        last_capital = letters[i - 1 : i + 1].isupper() and letters[i + 1 : i + 2].islower()
        if after_lower or last_capital:
            yield letters[start:i]
            start = i
    yield letters[start:]


def _split_run(run: _Run) -> Iterable[_Run]:
    if run.kind is not _Kind.WORD:
        yield run
        return
    # Marks belong to no letter class of the expression: without any, split; with some, the run stays whole.
    pieces = _PART.findall(run.text)
    if "".join(pieces) != run.text:
        pieces = [run.text]
    for piece in pieces:
        for part in _split_case(piece):
            yield _Run(run.kind, part)


def parts(text: str) -> list[str]:
    """The tokens of a name, split at camelCase and digit boundaries too."""
    cut = text[:MAX_TEXT]
    return _cut(_ascii_parts(cut), cut) if cut.isascii() else _any_parts(cut)


def _any_parts(text: str) -> list[str]:
    pieces = (part for run in _any_runs(text) for part in _split_run(run))
    return list(islice((token for part in pieces for token in _tokens(part)), MAX_WORDS))


def _shape(runs: Iterable[_Run]) -> str:
    folded = "_".join(filter(None, (fold(run.text) for run in runs)))
    return folded[:MAX_NAME].rstrip("_")


def shape(text: str) -> str:
    """A name with every run of separators as one underscore: what fragments are cut from and compared by."""
    return _shape(_runs(text[:MAX_NAME]))


def _ascii_shapes(name: str) -> tuple[str, str]:
    written, split = "_".join(_ascii_words(name)), "_".join(_ascii_parts(name))
    return written[:MAX_NAME].rstrip("_"), split[:MAX_NAME].rstrip("_")


def _any_shapes(name: str) -> tuple[str, str]:
    """As written, and as split into its parts."""
    return shape(name), _shape(part for run in _runs(name) for part in _split_run(run))


def _grams(text: str) -> list[str]:
    return [text[i : i + FRAGMENT] for i in range(len(text) - FRAGMENT + 1)]


def fragments(name: str) -> list[list[str]]:
    """Overlapping triples of a file name as written, and (where it differs) as split into its parts: a part of
    either spelling is a phrase of its triples. At most ``2 * MAX_NAME`` tokens."""
    cut = name[:MAX_NAME]
    written, split = _ascii_shapes(cut) if cut.isascii() else _any_shapes(cut)
    return [_grams(spelling) for spelling in dict.fromkeys((written, split)) if len(spelling) >= FRAGMENT]


@dataclass(frozen=True, slots=True)
class Needle:
    """What a word or phrase of a query looks for. ``tokens``: adjacent, in this order. ``grams``: adjacent triples
    of a file name (empty if too short). ``unspaced``: the last token is from a script without spaces; a single
    such character matches every token that begins with it."""

    tokens: tuple[str, ...]
    grams: tuple[str, ...]
    unspaced: bool


@lru_cache(maxsize=64)
def needle(text: str) -> Needle:
    """The same analysis for what is looked for. The last run may go on in the document, so that the last character
    that ends a run of pairs is left out there. Kept for a moment: a query asks for its texts several times."""
    runs = list(_runs(text))
    tokens = list(islice((token for run in runs for token in _tokens(run)), MAX_NEEDLE))
    unspaced = bool(runs) and runs[-1].kind is _Kind.UNSPACED
    if unspaced and len(fold(runs[-1].text)) > 1:
        tokens.pop()
    return Needle(tuple(tokens), tuple(_grams(shape(text))), unspaced)

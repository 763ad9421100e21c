"""A small collection in which every condition of the query language separates something, and queries about it."""

from datetime import UTC, datetime, timedelta
from itertools import product

from search.document import Document
from search.errors import QueryError
from search.parse import parse
from search.query import Like, Query, with_likes

#: What relative dates are counted from.
NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)

_TITLES = (
    "Spring hero", "Café in Winter", "東京タワー", "heroBanner v2", "Untitled", "Größe 42", "hero, again", "Shop front",
)  # fmt: skip
_NAMES = ("Spring_Hero_Banner-v2.jpg", "DSC01234.NEF", "tokyoTower.mp4", "shop-front.png", "a.b", "京都.webp")
_TAGS = ((), ("hero",), ("Hero", "web"), ("web", "draft look"), ("Été", "summer sale"), ("herb", "hero"))
_CAMPAIGNS = ((), ("Spring sale",), ("Winter sale", "Spring sale"), ("京",))
_STATUSES = (("draft",), ("approved",), ("draft", "approved"), ("rejected",), ("withdrawn",), ("unapproved",))
_CHANNELS = ((), ("shop",), ("site", "shop"), ("Partner 東京",))
_PLACEMENTS = ((), ("current",), ("replacing", "current"), ("drifted",), ("failed", "unreachable"))
_FILES = (
    ("image/jpeg", 240_000, 1600, 900), ("image/png", 1_500_000, 800, 800), ("video/mp4", 52_428_800, None, None),
    ("image/tiff", 10_000_000, 6000, 4000), ("", None, None, None), ("image/webp", 10_000_001, 1, 1600),
)  # fmt: skip
#: Duration (ms), frame rate (thousandths), pages, bit depth; colour spaces, codecs.
_MEASURES = (
    (None, None, None, 8, ("rgb", "Adobe RGB (1998)"), ()), (None, None, 12, None, (), ()),
    (90_040, 29_970, None, 10, (), ("h264", "aac")), (None, None, None, 16, ("cmyk",), ()),
    (12_500, 25_000, None, None, (), ("prores",)), (3_723_000, 50_000, None, 8, ("grey",), ("hevc",)),
    (None, None, 1, None, (), ()),
)  # fmt: skip
_FIELDS: tuple[dict[str, str], ...] = (
    {}, {"alt_text": "Red tulips in a field"}, {"Alt Text": "tulip, red"}, {"alt_text": "  ", "rights": "until 2030"},
    {"rights": "東京タワー only", "tag": "no tag"},
)  # fmt: skip
#: Of a document, a film, subtitles: what they are, by kind and type, says whether it is spoken.
_TEXTS_INSIDE = ("", "Red tulips, said the hero", "", "東京タワー", " ", "Tulips in spring", "never SPOKEN: tul")
_AGES = (
    timedelta(0), timedelta(hours=11), timedelta(hours=16), timedelta(days=6, hours=23), timedelta(days=8),
    timedelta(days=31), timedelta(days=52), timedelta(days=190), timedelta(days=326), timedelta(days=400),
)  # fmt: skip


#: What looks like what.
ALIKE = {"d00": ("d01", "d02", "d09", "d24"), "d01": ("d00",), "d05": (), "d07": ("gone", "d08", "d47")}


def asked(text: str) -> Query:
    """A query about them. Raises QueryError."""
    return with_likes(parse(text, NOW), _alike)


def _alike(like: Like) -> tuple[str, ...]:
    if like.asset not in ALIKE:
        raise QueryError(like.position, like.asset, ("d00",), "nothing looks like it")
    return ALIKE[like.asset]


def documents(number: int = 48) -> list[Document]:
    """Each combines the lists by steps that have no common factor, so that all meet all."""
    return [_document(i) for i in range(number)]


def _document(i: int) -> Document:
    media_type, size, width, height = _FILES[i // 2 % len(_FILES)]
    duration, rate, pages, depth, colourspaces, codecs = _MEASURES[i % len(_MEASURES)]
    created = NOW - _AGES[i % len(_AGES)]
    return Document(
        id=f"d{i:02}",
        index_seq=1,
        title=_TITLES[i % len(_TITLES)] if i % 9 else " ",
        description="The hero of the season" if i % 5 == 3 else "",
        filenames=(_NAMES[i % len(_NAMES)], *_NAMES[: i % 2]),
        tags=_TAGS[i // 3 % len(_TAGS)],
        campaigns=_CAMPAIGNS[i // 5 % len(_CAMPAIGNS)],
        kind=("image", "video", "other", "image", "document")[i // 4 % 5],
        statuses=_STATUSES[i // 7 % len(_STATUSES)],
        created_at=created,
        updated_at=created + timedelta(hours=i % 4),
        fields=_FIELDS[i % len(_FIELDS)],
        channels=_CHANNELS[i // 6 % len(_CHANNELS)],
        placements=_PLACEMENTS[i // 6 % len(_PLACEMENTS)],
        created_by=("Ada", "Grace Hopper", "", "the service")[i // 8 % 4],
        media_type=media_type or ("", "text/vtt", "application/x-subrip")[i % 3],
        version=i % 4 + 1 if i % 11 else None,
        size=size,
        width=width,
        height=height,
        duration=duration,
        frame_rate=rate,
        pages=pages,
        bit_depth=depth,
        colours=(("red", "grey"), (), ("blue",))[i // 2 % 3],
        colourspaces=colourspaces,
        codecs=codecs,
        text=_TEXTS_INSIDE[i // 4 % len(_TEXTS_INSIDE)],
    )


_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=", ":")
_TEXTS = (
    "", "hero", "HERO", "spring hero", '"spring hero"', '"hero spring"', "hero OR tower", "-hero", "her*", "-her*",
    "cafe", "grosse", "42", "v2", "herobanner", "hero_ban", "ero_ban", "c0123", "01234", "b-v2.j", "a.b", "京", "京*",
    "東京", "京タ", "タワー", '"東京"', "okyo", "shop-front.png", "season", "tulips", "until 2030", "web", "draft",
    "(hero OR cafe) winter", "hero -spring", "-(hero OR cafe)", "hero (spring OR again) -draft", "xyzzy", "un* OR sh*",
    "hero OR -hero", '-"spring hero"', "hero hero", "ero", "2", "the", "summ* sal*", "((hero))", "- hero",
    '"the season"',
)  # fmt: skip
_KEYWORDS = (
    "tag:hero", "tag:HERO", "tag:her*", "tag:web", "tag:ete", "tag:été", 'tag:"summer sale"', 'tag:"draft  look"',
    "tag:none", "tag:*", "-tag:*", "tag!=hero", "-tag:hero", "tag:hero tag:web", "tag:hero OR tag:web", "tag:su*",
    'campaign:"spring sale"', "campaign:spr*", "campaign:京", "campaign:京*", "campaign:*", "campaign:sale",
    'campaign:"Winter sale" campaign:"spring sale"', "kind:image", "kind:VIDEO", "kind:audio", "kind:document",
    "kind:other", "kind!=image", "kind:im*", "status:draft", "status:approved", "status:draft status:approved",
    "status:draft -status:approved", "status:rejected", "status:withdrawn", "status:unapproved", "status:revoked",
    "placed:shop", "placed:SITE", "placed:*", "-placed:*", "placed:si*", 'placed:"partner 東京"', "channel:shop",
    "placement:current", "placement:DRIFTED", "-placement:current placed:*", "placement:failed", "placement:*",
    "placement:current placement:replacing", "placement:dr*", "placement!=current", "placement:waiting",
    "placement:drifted OR placement:failed",
    "placed:shop placed:site", "placed:shop -placed:site", "format:jpeg", "format:jpg", "format:image/jpeg",
    "format:tif",
    "format:im*", "format:image/*", "format:*", "-format:*", "type:png", "format:mp4 OR format:webp", "by:ada",
    "colour:red", "colour:RED -colour:grey", "color:blue", "colour:*", "-colour:*", "colour:red OR colour:blue",
    "colourspace:rgb", "colourspace:RGB", "colorspace:cmyk", "colourspace:*", "-colourspace:*", "colourspace:gr*",
    'colourspace:"adobe rgb (1998)"', "colourspace:adobe*", "colourspace:lab", "codec:h264", "codec:aac codec:H264",
    "codec:he*", "codec!=hevc", "codec:prores OR codec:hevc",
    'by:"grace hopper"', "by:gra*", "by:*", "-by:*", "created_by:ADA", "by:hopper", 'tag:"hero"', "format:jpe",
)  # fmt: skip
_PRESENCE = tuple(
    f"{word}:{name}"
    for word in ("has", "missing")
    for name in (
        "title", "description", "tag", "campaign", "approved", "placed", "width", "height", "alt_text", '"Alt text"',
        "rights", "field.tag", "nothing", "channel", "duration", "frame_rate", "pages", "bit_depth", "colourspace",
        "colour", "codec", "spoken", "field.spoken",
    )
)  # fmt: skip
_OWN = (
    "field.alt_text:red", "field.alt_text:tulips", "field.alt_text:tul*", 'field.alt_text:"red tulips"',
    'field.alt_text:"tulips red"', 'field.ALT_TEXT:"tulip red"', "field.alt_text:*", "-field.alt_text:*",
    "field.rights:2030", "field.rights:京", "field.rights:東京", "field.rights:京タ", "field.rights:タワー",
    "field.tag:no",
    "field.tag:tag", "field.rights:red", "field.alt_text!=red", "field.rights:unt*", "field.rights:京*",
    "field.tag:hero",
    'field.alt_text:"red tul*"', "field.nothing:red", "field.alt_text=field",
    "spoken:tulips", "spoken:tul*", 'spoken:"red tulips"', 'spoken:"tulips red"', "spoken:京", "spoken:タワー",
    "spoken:*", "-spoken:*", "spoken=hero", "spoken!=hero", "SPOKEN:HERO", "tulips -spoken:tulips", "field.spoken:hero",
    "spoken:spoken", "spoken:in OR spoken:said", "field.SPOKEN:*", "kind:video spoken:tulips",
)  # fmt: skip
_NUMBERS = (
    *(f"width{sign}{value}" for sign, value in product(_COMPARISONS, (0, 1, 800, 1600))),
    *(f"height{sign}{value}" for sign, value in product(_COMPARISONS, (900, 1600))),
    *(f"size{sign}{value}" for sign, value in product(_COMPARISONS, ("10mb", "50MiB", "240kb", "1.5mb", 0))),
    *(f"version{sign}{value}" for sign, value in product(_COMPARISONS, (1, 3))),
    "width:800..1600", "width:801..", "width:..800", "width=1..1", "size:1mb..11mb", "size:..1mb", "size:9tb..",
    "version:2..3", "height:1600..9000", "width:*", "-width:*", "-width>=0", "width>=1600 height<1000",
    "width>999999999999999", "size>999999999999999tb",
    *(f"duration{sign}{value}" for sign, value in product(_COMPARISONS, ("90", "1:30", "12.5s", "1h"))),
    *(f"frame_rate{sign}{value}" for sign, value in product(_COMPARISONS, ("25", "29.97"))),
    "duration:10..2m", "duration:1:02:03", "duration:12..12", "duration:..1m", "duration:*", "fps>=50", "fps:20..30",
    "pages:12", "pages>1", "pages:*", "bit_depth>=16", "bit_depth:10", "bit_depth!=8",
)  # fmt: skip
_WHEN = ("2026", "2026-11", "2026-11-22", "2026-10-22T15:30", "2025", "today", "yesterday", "2026-01")
_TIMES = (
    *(f"created{sign}{value}" for sign, value in product(_COMPARISONS, _WHEN)),
    *(f"updated{sign}{value}" for sign, value in product((">=", "<", ":"), _WHEN)),
    *(f"created{sign}-{value}" for sign, value in product(("<", ">="), ("1h", "12h", "7d", "1w", "1m", "6m", "1y"))),
    "created:2026-03..2026-10", "created:2026-10..", "created:..2025", "created:-7d..", "created:-31d..-8d",
    "created:..-1y", "updated>-2h", "created:yesterday..today", "created>-9999y", "created<-9999m", "created>9999",
    "created:0001", "created<=9999-12-31", "updated<=0001-01-01",
)  # fmt: skip
_ALIKE = (
    "like:d00", "like:d01", 'like:"d07"', "like:d05", "-like:d00", "like:d00 like:d01", "like:d00 OR like:d07",
    "like:d00 tag:hero", "like:d00 hero", "like:d00 -like:d07 kind:image", "LIKE=d07 width>=800", "like!=d07 京",
)  # fmt: skip
_TOGETHER = (
    "hero tag:hero width>=800", "(tag:web OR tag:hero) status:approved", "kind:image format:png placed:shop",
    "hero created>-7d", "-(width>1000 OR kind:video)", "missing:alt_text placed:*",
    "tag:hero (kind:image OR kind:video)",
    "(tag:hero OR kind:image) tag:web", "tag:her* campaign:spr* format:im* placed:sh*", "field.alt_text:red tulips",
    "by:ada status:draft -tag:web created:2026", "hero OR width:800..1600 OR tag:web", "tag:hero OR width>1600",
    '(tag:hero OR tag:"summer sale" OR tag:we*) kind:image', "-(tag:hero OR tag:web)",
    "(placed:shop OR placed:site) hero",
    "size>1mb has:title -placed:*", "her* width>0", "京 campaign:京", "version>1 updated<today",
    "(hero OR kind:video) -web",
)  # fmt: skip

QUERIES = tuple(dict.fromkeys((*_TEXTS, *_KEYWORDS, *_PRESENCE, *_OWN, *_NUMBERS, *_TIMES, *_ALIKE, *_TOGETHER)))

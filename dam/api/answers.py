"""The shapes of what the API answers, as the document publishes them.

Rule: a member that is declared is always there; what may be missing is null. Names are the interface's. How a member is
computed is ``render``.
"""

from typing import get_args

from marshmallow import INCLUDE, fields

from dam.api.members import (
    Answer,
    maybe_one_of,
    maybe_text,
    maybe_when,
    maybe_whole,
    one_of,
    open_object,
    text,
    texts,
    when,
    whole,
)
from dam.domain.media_types import Kind

VERSION_STATES = ("draft", "approved", "rejected", "revoked")
RENDITION_STATES = ("pending", "ready", "failed", "not_applicable")
ROLLOUT_STATES = ("open", "held", "done", "cancelled")
DELIVERY_STATES = ("due", "leased", "verifying", "held", "done", "failed", "superseded", "cancelled")
PLACEMENT_STATES = (
    "waiting", "replacing", "verifying", "current", "matched", "acknowledged",
    "retrying", "failed", "drifted", "unreachable", "withdrawn",
)  # fmt: skip


class FieldProblem(Answer):
    """One thing that is wrong with one field."""

    field = text()
    code = text()
    detail = text()


class Problem(Answer):
    """RFC 9457, with a stable code and what is wrong with which field. Further members help the caller go on."""

    class Meta:
        """A refusal may say more, such as the head that is there now."""

        unknown = INCLUDE

    type = text()
    title = text()
    status = whole()
    detail = text()
    code = text()
    errors = fields.List(fields.Nested(FieldProblem))


class Need(Answer):
    """A code, and a sentence with the next step."""

    code = text()
    detail = text()


class Shown(Answer):
    """A version as a grid needs it. ``preview``: the state of its thumbnail; ``reason``: why there is none."""

    number = whole()
    sha256 = text()
    filename = text()
    media_type = text()
    status = one_of(VERSION_STATES)
    preview = one_of(RENDITION_STATES)
    reason = fields.Nested(Need, allow_none=True)
    width = maybe_whole()
    height = maybe_whole()
    colour = maybe_text()
    thumbnail = maybe_text()


EMBEDDED_SOURCES = ("exif", "iptc", "xmp", "container")


class EmbeddedSaid(Answer):
    """What a file says of itself, and the block in which it stands."""

    value = text()
    source = one_of(EMBEDDED_SOURCES)


class Said(Answer):
    """A value, and who says it: a person, or the newest version's file where nobody wrote anything."""

    value = text()
    source = one_of(("person", *EMBEDDED_SOURCES))


class Keywords(Answer):
    """Words in a file, offered as tags; none is one by itself."""

    values = texts()
    source = one_of(EMBEDDED_SOURCES)


class Location(Answer):
    """Where it was taken, in degrees; for those who may see it, null for everybody else."""

    latitude = fields.Float()
    longitude = fields.Float()
    source = one_of(EMBEDDED_SOURCES)


class ContentCredentials(Answer):
    """A C2PA manifest is in the file. It was not checked; the original keeps it, renditions do not have it."""

    format = one_of(("c2pa",))
    checked = fields.Boolean()
    original = one_of(("kept",))
    renditions = one_of(("dropped",))


class FocalPoint(Answer):
    """What of the picture has to be seen, however it is cut: from its left and top, as parts of its sides."""

    x = fields.Float()
    y = fields.Float()


class Asset(Answer):
    """The lasting identity of a piece of creative work."""

    id = text()
    key = text()
    published = fields.Boolean()
    title = text()
    description = text()
    tags = texts()
    campaigns = texts()
    kind = text()
    fields_ = fields.Dict(keys=fields.String(), values=fields.String(), data_key="fields")
    metadata = fields.Dict(keys=fields.String(), values=fields.Nested(Said))
    revision = whole()
    created_at = when()
    created_by = text()
    updated_at = when()
    latest = fields.Nested(Shown, allow_none=True)
    approved = fields.Nested(Shown, allow_none=True)
    trashed_at = maybe_when()
    focal_point = fields.Nested(FocalPoint, allow_none=True)
    duplicates = texts()


class Made(Answer):
    """How far a file is that a recipe makes, and what it is once it is there."""

    recipe = text()
    state = one_of(RENDITION_STATES)
    reason = fields.Nested(Need, allow_none=True)
    media_type = maybe_text()
    width = maybe_whole()
    height = maybe_whole()
    size = maybe_whole()
    sha256 = maybe_text()
    url = maybe_text()


class Rendition(Made):
    """What a recipe made of a version."""

    progress = fields.Float(allow_none=True, metadata={"description": "0–1 while a film or a sound to play is made"})
    by_hand = fields.Boolean(metadata={"description": "made of a preview that somebody supplied"})
    display = fields.Boolean(metadata={"description": "made to be looked at or played here; others are for a place"})


class Version(Answer):
    """One immutable, numbered content of an asset."""

    asset_id = text()
    number = whole()
    filename = text()
    sha256 = text()
    size = whole()
    media_type = text()
    kind = text()
    rationale = text()
    status = one_of(VERSION_STATES)
    created_at = when()
    created_by = text()
    properties = open_object()
    metadata = fields.Dict(keys=fields.String(), values=fields.Nested(EmbeddedSaid))
    keywords = fields.Nested(Keywords, allow_none=True)
    location = fields.Nested(Location, allow_none=True)
    content_credentials = fields.Nested(ContentCredentials, allow_none=True)
    renditions = fields.List(fields.Nested(Rendition))
    pages = fields.Integer(
        allow_none=True, metadata={"description": "so many can be leafed through; null: only one picture is shown"}
    )


class PageMade(Made):
    """A page of a version as a picture: made when somebody asks for it, and in no list of renditions."""

    page = whole()


class Counted(Answer):
    """A value and how many have it."""

    value = text()
    count = whole()


class Index(Answer):
    """How far the search index is behind the truth, in assets."""

    behind = whole()


class Found(Answer):
    """A page of assets that match, with counts."""

    data = fields.List(fields.Nested(Asset))
    total = whole()
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(Counted)))
    next = maybe_text()
    index = fields.Nested(Index)


class Named(Answer):
    """Assets that a name stands for."""

    data = fields.List(fields.Nested(Asset))


class Similar(Answer):
    """An asset that looks like another one, and in how many of 256 bits their looks differ (0 to 31)."""

    asset = fields.Nested(Asset)
    distance = fields.Integer()


class AllSimilar(Answer):
    """Assets that look like one, the nearest first."""

    data = fields.List(fields.Nested(Similar))


class Tag(Answer):
    """A tag and how many assets have it."""

    name = text()
    count = whole()


class Campaign(Tag):
    """A campaign and how many assets are in it."""

    id = text()


class RecipeInfo(Answer):
    """A recipe that can be placed or looked at."""

    name = text()
    version = whole()
    title = text()
    media_type = maybe_text()
    box = maybe_whole()
    fit = maybe_one_of(("inside", "cover", "contain"))
    width = maybe_whole()
    height = maybe_whole()
    background = maybe_text()
    quality = maybe_whole()
    max_bytes = maybe_whole()
    metadata = maybe_one_of(("strip", "rights"))
    profile = maybe_one_of(("srgb", "keep"))
    page = maybe_whole()
    time = fields.Float(allow_none=True, metadata={"description": "of a film, in seconds from its begin"})
    kinds = fields.List(one_of(get_args(Kind)))
    display = fields.Boolean()
    built_in = fields.Boolean(metadata={"description": "comes with the service; the others are of the house"})
    choosable = fields.Boolean(metadata={"description": "for places: the newest version, and not retired"})
    retired_at = maybe_when()


class Recipes(Answer):
    """Every recipe."""

    data = fields.List(fields.Nested(RecipeInfo))
    next = maybe_text()

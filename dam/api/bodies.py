"""The shapes of what the API takes: bodies, forms and queries, each with its limits.

Rule: form only: types, lengths, allowed words. Names are the interface's; text is NFC without outer spaces where it is
a name (a title, a tag), and as given where it is prose.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from dam.api.paging import Paged
from dam.domain.cookbook import FORMATS
from dam.domain.media_types import ALL
from dam.domain.recipes import RECIPES

MAX_TITLE = 500
MAX_PROSE = 20_000
MAX_NAMES = 100
MAX_NAME = 100
MAX_VALUE = 5_000
_DIGEST = validate.Regexp("^[0-9a-f]{64}$")
_UUID = validate.Regexp("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_MAX_WHOLE = 999_999_999
ORIGINAL_TYPES = tuple(ALL)
RENDITION_TYPES = tuple(
    dict.fromkeys([*(each.media_type for each in RECIPES), *(made for made, _ in FORMATS.values())])
)
ANY_TYPES = tuple(dict.fromkeys((*ORIGINAL_TYPES, *RENDITION_TYPES)))


class Name(fields.String):
    """A short text on one line: NFC, without outer spaces, nothing that can't be seen."""

    def __init__(self, longest: int = MAX_NAME, shortest: int = 1, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(shortest, longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs)).strip()
        if any(unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in text):
            raise ValidationError("It has characters that can't be seen.")
        return text


def prose(**kwargs: Any) -> fields.String:
    """A longer text, as given."""
    return fields.String(validate=validate.Length(max=MAX_PROSE), **kwargs)


def names(**kwargs: Any) -> fields.List[Any]:
    """Several names."""
    return fields.List(Name(), validate=validate.Length(max=MAX_NAMES), **kwargs)


def id_(**kwargs: Any) -> fields.String:
    """One of our ids."""
    return fields.String(validate=_UUID, **kwargs)


def digest(**kwargs: Any) -> fields.String:
    """A SHA-256 in lower-case hex."""
    return fields.String(validate=_DIGEST, **kwargs)


def version(**kwargs: Any) -> fields.Integer:
    """A version's number."""
    return fields.Integer(strict=True, validate=validate.Range(1, _MAX_WHOLE), **kwargs)


def recipe(**kwargs: Any) -> fields.String:
    """A recipe's name; whether there is such a recipe, the operation knows."""
    return fields.String(validate=validate.Regexp("^[a-z0-9][a-z0-9-]{0,63}$"), **kwargs)


def distinct(values: list[str]) -> tuple[str, ...]:
    """Each once, in the order given."""
    return tuple(dict.fromkeys(values))


class Flag(fields.Boolean):
    """True or false, and nothing that only looks so: to Python, 1 is True."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Follow(fields.Field[Any]):
    """``approved``, or a version's number."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int | None:
        if value == "approved":
            return None
        if type(value) is int and 1 <= value <= _MAX_WHOLE:
            return value
        raise ValidationError("It is neither approved nor the number of a version.")


FOLLOW = {"oneOf": [{"type": "string", "enum": ["approved"]}, {"type": "integer", "minimum": 1, "maximum": _MAX_WHOLE}]}


class FieldsText(fields.Field[Any]):
    """The asset's own fields as a JSON object in a part of a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError("It is not a JSON object.") from error
        return own_fields().deserialize(found)


def own_fields(**kwargs: Any) -> fields.Dict:
    """An asset's own fields: names and texts. A null takes the name away."""
    return fields.Dict(
        keys=Name(),
        values=fields.String(allow_none=True, validate=validate.Length(max=MAX_VALUE)),
        validate=validate.Length(max=MAX_NAMES),
        **kwargs,
    )


def _binary() -> fields.Raw:
    return fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class AssetForm(Schema):
    """A new asset. ``tag`` and ``campaign`` may be given several times; ``fields`` is a JSON object."""

    title = Name(MAX_TITLE, 0)
    description = prose()
    tag = names()
    campaign = names()
    fields_ = FieldsText(data_key="fields", metadata={"type": "string", "description": "a JSON object of texts"})


class AssetUpload(AssetForm):
    """The form with its file."""

    file = _binary()


class VersionForm(Schema):
    """A new version; ``rationale`` says why it changed."""

    rationale = prose()


class VersionUpload(VersionForm):
    """The form with its file."""

    file = _binary()


class PreviewForm(Schema):
    """A preview: a file and nothing else."""


class PreviewUpload(PreviewForm):
    """The form with its file."""

    file = _binary()


class FocalPointEdit(Schema):
    """What of the picture has to be seen, however it is cut: from its left and top, as parts of its sides."""

    x = fields.Float(required=True, validate=validate.Range(0, 1))
    y = fields.Float(required=True, validate=validate.Range(0, 1))


class AssetEdit(Schema):
    """A merge patch; null empties."""

    title = Name(MAX_TITLE)
    description = prose(allow_none=True)
    tags = names(allow_none=True)
    campaigns = names(allow_none=True)
    fields_ = own_fields(allow_none=True, data_key="fields")
    focal_point = fields.Nested(FocalPointEdit, allow_none=True)


class SearchQuery(Paged):
    """What to find, in which order, with counts of which values."""

    q = fields.String(load_default="", validate=validate.Length(max=2000))
    sort = fields.String(load_default="relevance", validate=validate.Length(1, 50))
    facets = fields.String(load_default="", validate=validate.Length(max=500))


class NamedQuery(Schema):
    """An id, its beginning, or an exact title."""

    name = fields.String(required=True, validate=validate.Length(1, MAX_TITLE))


class HoldingQuery(Schema):
    """Which bytes."""

    sha256 = digest(required=True)


class TagsQuery(Paged):
    """Tags that begin so."""

    prefix = fields.String(load_default="", validate=validate.Length(max=MAX_NAME))


class Approval(Schema):
    """What the person had before them; ``expected_head`` null: nothing was approved."""

    sha256 = digest(required=True)
    expected_head = version(required=True, allow_none=True)
    note = prose(load_default="")


class Judgement(Schema):
    """Which bytes are judged, and why."""

    sha256 = digest(required=True)
    note = prose(load_default="")


class Rollback(Approval):
    """Which version is to return."""

    to = version(required=True)


class Note(Schema):
    """A note, and nothing else."""

    note = prose(load_default="")


class CampaignName(Schema):
    """A campaign's name."""

    name = Name(required=True)


class EventsQuery(Schema):
    """Events behind a number, or back from one; of all, or of an asset."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, (1 << 53) - 1))
    before = fields.Integer(validate=validate.Range(1, (1 << 53) - 1))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    asset = id_()


class WorkQuery(Paged):
    """Work in which state."""

    state = fields.String(load_default="set_aside", validate=validate.OneOf(("due", "leased", "set_aside")))

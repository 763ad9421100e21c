"""The shapes of what the API takes about uploads in parts.

Rule: as in ``bodies``.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from dam.api.bodies import MAX_TITLE, Name, digest, id_, names, own_fields, prose
from dam.domain.uploads import MOST_PARTS
from dam.operations.multipart import MOST_LINKS

_MAX_SIZE = (1 << 53) - 1
"""What every reader of JSON can tell exactly."""


class NewUpload(Schema):
    """A file that will be sent in parts: a new version of ``asset_id``, with ``rationale``; else a new asset, described
    as in its form."""

    filename = fields.String(required=True, validate=validate.Length(1, 255))
    size = fields.Integer(required=True, strict=True, validate=validate.Range(0, _MAX_SIZE))
    sha256 = digest(allow_none=True)
    asset_id = id_(allow_none=True)
    rationale = prose()
    title = Name(MAX_TITLE, 0)
    description = prose()
    tags = names()
    campaigns = names()
    fields_ = own_fields(data_key="fields")

    @validates_schema
    def _one_or_the_other(self, data: Mapping[str, Any], **_: Any) -> None:
        described = {"title", "description", "tags", "campaigns", "fields_"} & set(data)
        if data.get("asset_id") is not None and described:
            detail = "A new version changes nothing that belongs to its asset."
            raise ValidationError(detail, min(described).rstrip("_"))
        if data.get("asset_id") is None and "rationale" in data:
            raise ValidationError("It belongs to a new version, with asset_id.", "rationale")


class PartNumbers(Schema):
    """Which parts are going to be sent."""

    numbers = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, MOST_PARTS)),
        required=True,
        validate=validate.Length(1, MOST_LINKS),
    )


class Completion(Schema):
    """What the bytes have to be, where that was not said before."""

    sha256 = digest(allow_none=True)


class PartQuery(Schema):
    """What a link says, as it was given."""

    size = fields.Integer(required=True, validate=validate.Range(0, _MAX_SIZE))
    expires = fields.Integer(required=True, validate=validate.Range(0, _MAX_SIZE))
    signature = digest(required=True)

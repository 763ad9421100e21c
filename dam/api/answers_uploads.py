"""The shapes of what the API answers about uploads in parts.

Rule: as in ``answers``.
"""

from typing import get_args

from marshmallow import fields

from dam.api.answers import Need, Version
from dam.api.members import Answer, maybe_text, maybe_when, one_of, text, when, whole
from dam.domain.uploads import UploadState

UPLOAD_STATES = get_args(UploadState)


class ReceivedPart(Answer):
    """A part that is there."""

    number = whole()
    size = whole()


class PartLink(Answer):
    """Where one part is sent to, by whoever has this, until then."""

    number = whole()
    method = one_of(("PUT",))
    url = text()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    expires_at = when()


class Upload(Answer):
    """A file on its way in. All parts have ``part_size`` bytes, but for the last; ``version``: what came of it."""

    id = text()
    state = one_of(UPLOAD_STATES)
    filename = text()
    size = whole()
    sha256 = maybe_text()
    asset_id = maybe_text()
    part_size = whole()
    part_count = whole()
    parts = fields.List(fields.Nested(ReceivedPart))
    tries = whole()
    reason = fields.Nested(Need, allow_none=True)
    created_at = when()
    created_by = text()
    expires_at = when()
    finished_at = maybe_when()
    version = fields.Nested(Version, allow_none=True)

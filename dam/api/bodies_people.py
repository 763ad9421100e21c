"""The shapes of what the API takes about accounts, sessions and tokens. Rule: as in ``bodies``."""

import re

from marshmallow import Schema, fields, validate

from dam.api.bodies import MAX_NAME, Flag, Name
from dam.domain.principals import ROLES

MAX_IDS = 100
_IDS = re.compile(rf"[0-9a-f-]{{36}}(?:,[0-9a-f-]{{36}}){{0,{MAX_IDS - 1}}}\Z", re.ASCII)


class SignIn(Schema):
    """Name and password, or the secret of a one-time link (then ``name`` and ``password`` become the account's)."""

    name = fields.String(validate=validate.Length(1, MAX_NAME))
    password = fields.String(validate=validate.Length(1, 1000))
    link = fields.String(validate=validate.Length(1, 200))


class NamesQuery(Schema):
    """Ids of accounts, separated by commas."""

    ids = fields.String(required=True, validate=validate.Regexp(_IDS))


class NewPassword(Schema):
    """One's own password; ``present`` is empty where there is none yet."""

    present = fields.String(load_default="", validate=validate.Length(max=1000))
    new = fields.String(required=True, validate=validate.Length(1, 1000))


class NewUser(Schema):
    """An account. Without a password its owner signs in by the link first."""

    name = Name(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    password = fields.String(validate=validate.Length(1, 1000))


class UserChange(Schema):
    """A merge patch of an account."""

    role = fields.String(validate=validate.OneOf(ROLES))
    disabled = Flag()


class NewToken(Schema):
    """A token of one's own, never above one's own role."""

    name = Name(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    expires_at = fields.AwareDateTime(format="iso", allow_none=True)

"""The shapes of what the API answers about accounts, sessions and tokens. Rule: as in ``answers``."""

from marshmallow import fields, validate

from dam.api.members import Answer, maybe_text, maybe_when, one_of, text, when
from dam.domain.principals import ROLES


class User(Answer):
    """An account."""

    id = text()
    kind = text()
    name = text()
    role = fields.String(allow_none=True, validate=validate.OneOf((*ROLES, None)))
    created_at = when()
    disabled = fields.Boolean()


class PersonName(Answer):
    """What an account is called."""

    id = text()
    name = text()


class PersonNames(Answer):
    """Those of the asked accounts that there are."""

    data = fields.List(fields.Nested(PersonName))


class Me(User):
    """Who asks, and in which role for this request; ``csrf`` where it is a session."""

    csrf = maybe_text()
    token_id = maybe_text()


class Session(Answer):
    """A session just begun; its secret is in the cookie."""

    user_id = text()
    name = text()
    role = maybe_text()
    csrf = text()
    expires_at = when()


class CreatedUser(User):
    """An account just made; ``link`` is null when the request is repeated, as it is shown once."""

    link = maybe_text()


class NewLink(Answer):
    """A one-time sign-in link's secret, shown once."""

    user_id = text()
    link = maybe_text()


class Token(Answer):
    """An API token without its secret."""

    id = text()
    user_id = text()
    name = text()
    role = one_of(ROLES)
    created_at = when()
    expires_at = maybe_when()
    last_used_at = maybe_when()
    revoked_at = maybe_when()


class CreatedToken(Token):
    """An API token just made; ``token`` is its secret, null when the request is repeated, as it is shown once."""

    token = maybe_text()

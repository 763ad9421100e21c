"""The shapes of what the API takes about recipes of the house.

Rule: as in ``bodies``; what belongs together is checked by the domain.
"""

from typing import Any

from marshmallow import Schema, fields, validate

from dam.api.bodies import Name
from dam.domain.cookbook import FORMATS, MOST_FILM_BYTES, MOST_PAGE, MOST_SECONDS, MOST_SIDE

_LONGEST_TITLE = 200


def _side() -> fields.Integer:
    return fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, MOST_SIDE))


def _one_of(words: tuple[str, ...], **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(words), **kwargs)


class Change(Schema):
    """A merge patch; a null takes a part back to what is meant where nothing is said."""

    title = Name(_LONGEST_TITLE)
    format = _one_of(tuple(FORMATS))
    fit = _one_of(("inside", "cover", "contain"))
    box = _side()
    width = _side()
    height = _side()
    background = fields.String(allow_none=True, validate=validate.Regexp("^#[0-9a-f]{6}$"))
    metadata = _one_of(("strip", "rights"))
    profile = _one_of(("srgb", "keep"))
    max_bytes = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, MOST_FILM_BYTES))
    quality = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, 100))
    page = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, MOST_PAGE))
    time = fields.Float(allow_none=True, validate=validate.Range(0, MOST_SECONDS))


class New(Change):
    """A new recipe: ``inside`` needs ``box``, the longest side; ``cover`` and ``contain`` need ``width`` and
    ``height``."""

    name = fields.String(required=True, validate=validate.Regexp("^[a-z0-9]+(-[a-z0-9]+)*$"))
    format = _one_of(tuple(FORMATS), required=True)

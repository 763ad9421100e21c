"""The words that the API's answers are declared with.

Rule: no answer of its own is here; those are in ``answers`` and its neighbours.
"""

from typing import Any

from marshmallow import Schema, fields, validate


class Answer(Schema):
    """Base: every member is always there."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True


def text(**kwargs: Any) -> fields.String:
    """A text."""
    return fields.String(**kwargs)


def maybe_text() -> fields.String:
    """A text, or null."""
    return fields.String(allow_none=True)


def whole() -> fields.Integer:
    """A whole number."""
    return fields.Integer()


def maybe_whole() -> fields.Integer:
    """A whole number, or null."""
    return fields.Integer(allow_none=True)


def when() -> fields.DateTime:
    """A time, RFC 3339 in UTC."""
    return fields.DateTime()


def maybe_when() -> fields.DateTime:
    """A time, or null."""
    return fields.DateTime(allow_none=True)


def one_of(words: tuple[str, ...]) -> fields.String:
    """One of these words."""
    return fields.String(validate=validate.OneOf(words))


def maybe_one_of(words: tuple[str, ...]) -> fields.String:
    """One of these words, or null."""
    return fields.String(validate=validate.OneOf(words), allow_none=True)


def open_object() -> fields.Dict:
    """An object whose names are not ours to declare."""
    return fields.Dict(keys=fields.String())


def texts() -> fields.List[Any]:
    """A list of texts."""
    return fields.List(fields.String())


def counts() -> fields.Dict:
    """How many, by name."""
    return fields.Dict(keys=fields.String(), values=fields.Integer())


def page_of(item: type[Schema], name: str) -> type[Schema]:
    """``{"data": […], "next": cursor or null}`` of these."""
    return Answer.from_dict({"data": fields.List(fields.Nested(item)), "next": maybe_text()}, name=name)

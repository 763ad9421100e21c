"""The shapes of what the API answers about what happened, the service's own work and health, and its sample files.

Rule: as in ``answers``.
"""

from marshmallow import fields

from dam.api.answers import Need
from dam.api.members import Answer, maybe_text, maybe_whole, open_object, page_of, text, when, whole


class Sample(Answer):
    """A sample file, and what to say of it at its upload. ``size`` is null until it has been made; ``replaces``: the
    name of the sample whose next version it is, with its ``rationale``.
    """

    name = text()
    title = text()
    tags = fields.List(text())
    campaigns = fields.List(text())
    description = text()
    fields_ = fields.Dict(keys=fields.String(), values=fields.String(), data_key="fields")
    size = maybe_whole()
    media_type = text()
    replaces = maybe_text()
    rationale = maybe_text()
    url = text()


Samples = page_of(Sample, "Samples")


class Event(Answer):
    """What happened."""

    number = whole()
    at = when()
    principal = text()
    type = text()
    asset_id = maybe_text()
    data = open_object()


class Job(Answer):
    """One task of the service's own work."""

    id = whole()
    task = text()
    ids = open_object()
    state = text()
    due_at = when()
    tries = whole()
    created_at = when()
    reason = fields.Nested(Need, allow_none=True)


class Events(Answer):
    """A page of events; ``next`` is the next ``after`` or ``before`` where more are there already, ``last`` the newest
    number."""

    data = fields.List(fields.Nested(Event))
    next = maybe_text()
    last = whole()


class Retried(Answer):
    """Which task starts anew."""

    id = whole()


class Checked(Answer):
    """One thing that the service needs."""

    name = text()
    required = fields.Boolean()
    ok = fields.Boolean()
    reason = fields.Nested(Need, allow_none=True)


class Ready(Answer):
    """The service can answer requests."""

    status = text()
    checks = fields.List(fields.Nested(Checked))


class Alive(Answer):
    """The process answers."""

    status = text()

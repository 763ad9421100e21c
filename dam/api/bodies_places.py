"""The shapes of what the API takes about channels, placements and rollouts. Rule: as in ``bodies``."""

from marshmallow import Schema, fields, validate

from dam.api.bodies import FOLLOW, Flag, Follow, Name, id_, recipe, version
from dam.api.paging import Paged
from dam.domain.recipes import ORIGINAL


class ChannelSetup(Schema):
    """A new channel; ``config`` is as its kind's schema says."""

    name = Name(required=True)
    kind = fields.String(required=True, validate=validate.Length(1, 50))
    config = fields.Dict(required=True, keys=fields.String())
    recipe = recipe(load_default=ORIGINAL)
    on_drift = fields.String(load_default="report", validate=validate.OneOf(("report", "repair")))
    audit_every_s = fields.Integer(strict=True, validate=validate.Range(60, 31_536_000))


class ChannelChange(Schema):
    """A merge patch of a channel; of ``config`` what is not named stays, secrets too."""

    name = Name()
    config = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True))
    recipe = recipe()
    on_drift = fields.String(validate=validate.OneOf(("report", "repair")))
    audit_every_s = fields.Integer(strict=True, validate=validate.Range(60, 31_536_000))


class PlacementsQuery(Paged):
    """Which placements."""

    asset = id_()
    channel = id_()
    state = fields.String(validate=validate.Length(1, 50))


class NewPlacement(Schema):
    """Where an asset is to be shown, and as what."""

    asset_id = id_(required=True)
    channel_id = id_(required=True)
    remote = fields.String(required=True, validate=validate.Length(1, 1000))
    recipe = recipe()
    follow = Follow(metadata=FOLLOW)
    adopt = Flag(load_default=False)


class PlacementChange(Schema):
    """A merge patch of a placement."""

    follow = Follow(metadata=FOLLOW)
    recipe = recipe()
    recipe_version = version()


class Repair(Schema):
    """``adopt``: what is there now is kept as a copy and replaced or removed, whatever it is."""

    adopt = Flag(load_default=False)


class HistoryQuery(Schema):
    """How much of it, and what is older than these."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    attempts_before = version()
    observations_before = id_()


class RolloutsQuery(Paged):
    """Which rollouts."""

    asset = id_()

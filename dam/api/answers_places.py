"""The shapes of what the API answers about channels, placements and rollouts. Rule: as in ``answers``."""

from marshmallow import fields

from dam.api.answers import DELIVERY_STATES, PLACEMENT_STATES, ROLLOUT_STATES, Need
from dam.api.members import (
    Answer,
    counts,
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


def follow() -> fields.Raw:
    """``approved``, or the number of a version."""
    return fields.Raw(metadata={"oneOf": [{"type": "string", "enum": ["approved"]}, {"type": "integer"}]})


class Channel(Answer):
    """A destination; ``unreachable`` says why it can't be spoken to at the moment."""

    id = text()
    name = text()
    kind = text()
    config = open_object()
    recipe = text()
    on_drift = text()
    audit_every_s = whole()
    revision = whole()
    created_at = when()
    created_by = text()
    checked_at = maybe_when()
    unreachable = fields.Nested(Need, allow_none=True)
    next_check_at = maybe_when()


class ChannelKind(Answer):
    """A kind of channel; ``schema`` is its configuration as JSON Schema, ``fixed`` what of it can't change later."""

    name = text()
    schema = open_object()
    fixed = texts()
    evidence = text()


class ChannelKinds(Answer):
    """Every kind."""

    data = fields.List(fields.Nested(ChannelKind))
    next = maybe_text()


class Audit(Answer):
    """How many placements are to be looked at."""

    channel_id = text()
    placements = whole()


class Desired(Answer):
    """What should be there; nothing where the digest is null."""

    version = maybe_whole()
    sha256 = maybe_text()


class Observed(Answer):
    """What was seen there last. Without a digest it is ``absent``, or could not be seen."""

    version = maybe_whole()
    sha256 = maybe_text()
    absent = fields.Boolean()
    at = when()


class Placement(Answer):
    """One asset's place in one channel, with its state and why."""

    id = text()
    asset_id = text()
    title = text(metadata={"description": "the asset's"})
    channel_id = text()
    channel = text(metadata={"description": "the channel's name"})
    remote = text()
    recipe = text()
    recipe_version = whole()
    follow = follow()
    state = one_of(PLACEMENT_STATES)
    reason = fields.Nested(Need, allow_none=True)
    needs_person = fields.Nested(Need, allow_none=True)
    desired = fields.Nested(Desired)
    observed = fields.Nested(Observed, allow_none=True)
    evidence = maybe_text()
    verified_at = maybe_when()
    next_attempt_at = maybe_when()
    attempts = whole()
    url = maybe_text()


class ChannelCounts(Answer):
    """How many placements a channel has, by state; those states that none is in are left out."""

    channel_id = text()
    counts = fields.Dict(keys=one_of(PLACEMENT_STATES), values=whole())


class PlacementCounts(Answer):
    """Of every channel that has a placement. ``behind``: how many assets have placements that moved since."""

    data = fields.List(fields.Nested(ChannelCounts))
    next = maybe_text()
    behind = whole()


class Attempt(Answer):
    """One try to bring something there."""

    number = whole()
    delivery_id = text()
    sha256 = maybe_text()
    began_at = when()
    ended_at = maybe_when()
    outcome = maybe_text()


class Observation(Answer):
    """One look, or several equal ones in a row."""

    id = text()
    began_at = when()
    until = when()
    looks = whole()
    how = text()
    sha256 = maybe_text()
    absent = fields.Boolean()
    foreign = fields.Boolean()
    counted = fields.Boolean()
    reason = fields.Nested(Need, allow_none=True)


class History(Answer):
    """What was tried and seen at a placement, the newest first."""

    attempts = fields.List(fields.Nested(Attempt))
    observations = fields.List(fields.Nested(Observation))


class Rollout(Answer):
    """Everything that one cause set in motion. ``head_before``: what was approved before an approval or rollback."""

    number = whole()
    asset_id = maybe_text()
    title = fields.String(allow_none=True, metadata={"description": "the asset's"})
    cause = text()
    state = one_of(ROLLOUT_STATES)
    version = maybe_whole()
    head_before = maybe_whole()
    sha256 = maybe_text()
    note = text()
    started_by = text()
    started_at = when()
    finished_at = maybe_when()
    counts = counts()


class Delivery(Answer):
    """One placement's part in one rollout; ``placement`` is as it stands now, whatever moved it last."""

    id = text()
    placement_id = text()
    placement = fields.Nested(Placement)
    action = text()
    version = maybe_whole()
    sha256 = maybe_text()
    state = one_of(DELIVERY_STATES)
    tries = whole()
    due_at = when()
    reason = fields.Nested(Need, allow_none=True)


class Place(Answer):
    """Which placement it is."""

    id = text()
    asset_id = text()
    channel_id = text()
    channel = text()
    remote = text()
    recipe = text()
    recipe_version = whole()
    follow = follow()


class Affected(Answer):
    """What an approval would do at one placement."""

    placement = fields.Nested(Place)
    action = text()
    before = fields.Nested(Desired)
    after = fields.Nested(Desired)
    problems = fields.List(fields.Nested(Need))


class Impact(Answer):
    """What an approval would touch."""

    placements = fields.List(fields.Nested(Affected))
    counts = counts()
    estimate_s = fields.Float()


class RecipeImpact(Answer):
    """How many placements use an older version of the recipe."""

    recipe = text()
    newest = whole()
    placements = whole()

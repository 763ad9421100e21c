"""Channels: set up, changed, removed, checked, audited. Rule: as everywhere in ``dam.api``."""

from typing import Any

from flask import Response

from dam.api import answers_places as answers
from dam.api import bodies_places as bodies
from dam.api import matching, render_places
from dam.api.context import actor, services
from dam.api.members import page_of
from dam.api.once import once
from dam.api.paging import Paged, id_after, page
from dam.api.render import API
from dam.api.routes import Route, Routes, created, no_content
from dam.domain.principals import Actor
from dam.operations import channels, read_places
from dam.operations.channels import ChannelEdit, Setup

routes = Routes("channels", "Destinations downstream.")

CHANNELS = "/api/v1/channels"
CHANNEL = f"{CHANNELS}/<id:channel_id>"


@routes.on(Route("GET", CHANNELS, "channel.read", page_of(answers.Channel, "Channels"), query=Paged))
def list_channels(query: dict[str, Any]) -> dict[str, Any]:
    """Channels in the order in which they were made."""
    limit = query["limit"]
    found = read_places.channels(services(), actor(), id_after("channels", query), limit + 1)
    return page(found, limit, "channels", lambda each: each.id, render_places.channel)


@routes.on(Route("GET", f"{CHANNELS}/kinds", "channel.read", answers.ChannelKinds))
def list_kinds() -> dict[str, Any]:
    """The kinds of channels, each with the JSON Schema of its configuration."""
    kinds = services().channels.kinds()
    return {"data": [render_places.kind(kinds[name]) for name in sorted(kinds)], "next": None}


@routes.on(
    Route("POST", CHANNELS, "channel.edit", answers.Channel, 201, body=bodies.ChannelSetup, fails=(404,), tagged=True)
)
def add_channel(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Set up a channel; its destination is marked as its own."""
    setup = Setup(**body)

    def run(who: Actor) -> dict[str, str]:
        return {"channel_id": channels.add(services(), who, setup)}

    channel_id = once(run)["channel_id"]
    shown, headers = _shown(channel_id)
    return created(shown, f"{API}/channels/{channel_id}", **headers)


@routes.on(Route("GET", CHANNEL, "channel.read", answers.Channel, tagged=True))
def get_channel(channel_id: str) -> tuple[object, dict[str, str]]:
    """One channel."""
    return _shown(channel_id)


@routes.on(
    Route(
        "PATCH", CHANNEL, "channel.edit", answers.Channel,
        body=bodies.ChannelChange, fails=(409,), tagged=True, guarded="required",
    )
)  # fmt: skip
def edit_channel(channel_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Change it; where it leads can't change."""
    matching.require_named()
    revision = read_places.channel(services(), actor(), channel_id).revision
    matching.require_match(revision)
    channels.edit(services(), actor(), channel_id, revision, ChannelEdit(**body))
    return _shown(channel_id)


@routes.on(Route("DELETE", CHANNEL, "channel.edit", status=204, fails=(409,), guarded="optional"))
def remove_channel(channel_id: str) -> Response:
    """Forget a channel that shows nothing."""
    matching.refuse_other(read_places.channel(services(), actor(), channel_id).revision)
    channels.remove(services(), actor(), channel_id)
    return no_content()


@routes.on(Route("POST", f"{CHANNEL}/check", "channel.check", answers.Channel, tagged=True))
def check_channel(channel_id: str) -> tuple[object, dict[str, str]]:
    """Ask the destination now; ``unreachable`` says what it answered."""

    def run(who: Actor) -> dict[str, str]:
        return {"channel_id": channels.check(services(), who, channel_id).id}

    return _shown(once(run)["channel_id"])


@routes.on(Route("POST", f"{CHANNEL}/audit", "channel.check", answers.Audit, 202))
def audit_channel(channel_id: str) -> dict[str, Any]:
    """Have every placement of the channel looked at."""

    def run(who: Actor) -> dict[str, str]:
        count = channels.audit(services(), who, channel_id)
        return {"channel_id": channel_id, "placements": str(count)}

    result = once(run)
    return {"channel_id": channel_id, "placements": int(result["placements"])}


def _shown(channel_id: str) -> tuple[object, dict[str, str]]:
    found = read_places.channel(services(), actor(), channel_id)
    return render_places.channel(found), {"ETag": matching.tag(found.revision)}

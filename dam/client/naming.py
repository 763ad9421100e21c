"""From what a person types to the thing that is meant.

Rule: an id, the unique beginning of an id, or the exact title or name; two candidates are an error that names them,
never a guess. A placement is also ``CHANNEL:REMOTE``.
"""

import re
from collections.abc import Callable, Iterable

from dam.client.failure import Failure
from dam.client.http import Service, Thing

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def asset(service: Service, text: str) -> Thing:
    """Raises Failure ``asset_not_found``, ``ambiguous``."""
    if _ID.fullmatch(text):
        return service.get(f"/assets/{text}")
    found = service.get("/assets/named", name=text)["data"]
    return _only(found, text, "asset", "title")


def channel(service: Service, text: str) -> Thing:
    """Raises Failure ``channel_not_found``, ``ambiguous``."""
    return _only(_matching(service.every("/channels"), text), text, "channel", "name")


def user(service: Service, text: str) -> Thing:
    """Raises Failure ``user_not_found``, ``ambiguous``."""
    return _only(_matching(service.every("/users"), text), text, "user", "name")


def token(service: Service, text: str) -> Thing:
    """Raises Failure ``token_not_found``, ``ambiguous``."""
    return _only(_matching(service.every("/tokens"), text), text, "token", "name")


def placement(service: Service, text: str) -> Thing:
    """Raises Failure ``placement_not_found``, ``ambiguous``."""
    if _ID.fullmatch(text):
        return service.get(f"/placements/{text}")
    at, sign, remote = text.partition(":")
    if sign:
        there = service.every("/placements", channel=channel(service, at)["id"])
        return _only([each for each in there if each["remote"] == remote], text, "placement", "remote")
    found = [each for each in service.every("/placements") if each["id"].startswith(text)]
    return _only(found, text, "placement", "remote")


def asset_or_placement(service: Service, text: str) -> tuple[Thing | None, Thing | None]:
    """The one of both that is meant. Raises Failure ``asset_not_found``, ``ambiguous``."""
    found = [_none_if_missing(each, service, text) for each in (asset, placement)]
    if all(found):
        raise Failure("ambiguous", f"{text} names an asset and a placement; give the id of the one that you mean.")
    if not any(found):
        raise Failure("asset_not_found", f"There is neither an asset nor a placement named {text}.")
    return found[0], found[1]


def _none_if_missing(find: Callable[[Service, str], Thing], service: Service, text: str) -> Thing | None:
    try:
        return find(service, text)
    except Failure as failure:
        if failure.code in ("asset_not_found", "channel_not_found", "placement_not_found"):
            return None
        raise


def _matching(things: Iterable[Thing], text: str) -> list[Thing]:
    """Those of this id or exact name; if there are none, those whose id begins so."""
    known = list(things)
    exact = [each for each in known if text in (each["id"], each["name"])]
    return exact or [each for each in known if len(text) >= 4 and each["id"].startswith(text)]


def _only(found: list[Thing], text: str, kind: str, called: str) -> Thing:
    if not found:
        raise Failure(f"{kind}_not_found", f"There is no {kind} named {text}.")
    if len(found) > 1:
        ids = ", ".join(f"{each['id']} ({each[called]})" for each in found[:5])
        raise Failure("ambiguous", f"{text} can mean several: {ids}.")
    return found[0]

"""``dam user`` and ``dam token``: accounts, and what programs sign in with.

Rule: a secret is printed once, by the command that made it; passwords are asked for and never shown.
"""

import re
from datetime import UTC, datetime, timedelta

import click

from dam.client import command, naming
from dam.client.http import Service, Thing
from dam.client.signing import LINK_PATH
from dam.client.text import clean, print_json, say, table, when

ROLES = ("viewer", "contributor", "approver", "manager", "admin")
role = click.Choice(ROLES)
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 168}


@click.group()
def user() -> None:
    """Accounts: add, list, disable, enable, role, link, password."""


@user.command(name="add")
@click.argument("name")
@click.option("--role", "as_role", type=role, default="contributor", show_default=True)
@command.as_json
def add_user(*, name: str, as_role: str, as_json: bool) -> None:
    """Make an account; its owner signs in once with the link that is printed."""
    with command.connect() as service:
        made = service.post("/users", {"name": name, "role": as_role})
        _say_link(service, made, as_json=as_json)


@user.command(name="list")
@command.as_json
def list_users(*, as_json: bool) -> None:
    """The accounts that there are."""
    with command.connect() as service:
        found = list(service.every("/users"))
    if as_json:
        print_json({"data": found, "next": None})
        return
    table(
        ("name", "kind", "role", "since", "disabled"),
        [
            (each["name"], each["kind"], each["role"], when(each["created_at"]), "yes" if each["disabled"] else "")
            for each in found
        ],
    )


@user.command()
@click.argument("name")
@command.as_json
def disable(*, name: str, as_json: bool) -> None:
    """End all that an account can do, its sessions and tokens included."""
    _change(name, {"disabled": True}, as_json=as_json)


@user.command()
@click.argument("name")
@command.as_json
def enable(*, name: str, as_json: bool) -> None:
    """Let an account act again."""
    _change(name, {"disabled": False}, as_json=as_json)


@user.command(name="role")
@click.argument("name")
@click.argument("new", metavar="ROLE", type=role)
@command.as_json
def set_role(*, name: str, new: str, as_json: bool) -> None:
    """Give an account another role."""
    _change(name, {"role": new}, as_json=as_json)


@user.command()
@click.argument("name")
@command.as_json
def link(*, name: str, as_json: bool) -> None:
    """A further one-time link for somebody who can't sign in."""
    with command.connect() as service:
        made = service.post(f"/users/{naming.user(service, name)['id']}/link")
        _say_link(service, made, as_json=as_json)


@user.command()
@command.as_json
def password(*, as_json: bool) -> None:
    """Give your own account a password, or another one."""
    present = click.prompt("Present password (empty if there is none)", default="", hide_input=True, show_default=False)
    new = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    with command.connect() as service:
        me = service.post("/me/password", {"present": present, "new": new})
    if as_json:
        print_json(me)
    else:
        say(f"{clean(me['name'])} has a new password; every session of it has ended.")


@click.group()
def token() -> None:
    """Tokens that programs sign in with: create, list, revoke."""


@token.command()
@click.argument("name")
@click.option("--role", "as_role", type=role, required=True, help="Never more than your own.")
@click.option("--expires", metavar="WHEN", help="12h, 30d, 4w, or a date such as 2027-01-31.")
@command.as_json
def create(*, name: str, as_role: str, expires: str | None, as_json: bool) -> None:
    """Make a token; its secret is shown this once."""
    body = {"name": name, "role": as_role, "expires_at": expiry(expires, datetime.now(UTC)) if expires else None}
    with command.connect() as service:
        made = service.post("/tokens", body)
    if as_json:
        print_json(made)
    else:
        say(clean(made["token"]))


@token.command(name="list")
@command.as_json
def list_tokens(*, as_json: bool) -> None:
    """Your tokens; for an administrator everybody's."""
    with command.connect() as service:
        found = list(service.every("/tokens"))
    if as_json:
        print_json({"data": found, "next": None})
        return
    table(
        ("id", "name", "role", "made", "expires", "last used", "revoked"),
        [
            (each["id"], each["name"], each["role"], when(each["created_at"]), when(each["expires_at"]),
             when(each["last_used_at"]), when(each["revoked_at"]))
            for each in found
        ],
    )  # fmt: skip


@token.command()
@click.argument("which", metavar="ID|NAME")
@command.as_json
def revoke(*, which: str, as_json: bool) -> None:
    """Make a token worthless at once."""
    with command.connect() as service:
        found = naming.token(service, which)
        service.delete(f"/tokens/{found['id']}")
        after = service.get(f"/tokens/{found['id']}")
    if as_json:
        print_json(after)
    else:
        say(f"{clean(found['name'])} is revoked.")


def expiry(text: str, now: datetime) -> str:
    """RFC 3339 for a span from now, or for the end of a day in UTC. Raises BadParameter."""
    if span := _SPAN.fullmatch(text):
        return (now + timedelta(hours=int(span[1]) * _HOURS[span[2]])).isoformat()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a span such as 30d nor a date.") from None
    if len(text) == len("2027-01-31"):
        at += timedelta(days=1)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _change(name: str, change: Thing, *, as_json: bool) -> None:
    with command.connect() as service:
        path = f"/users/{naming.user(service, name)['id']}"
        _, tag = service.tagged(path)
        after = service.patch(path, change, tag)
    if as_json:
        print_json(after)
    else:
        say(f"{clean(after['name'])}: {clean(after['role'])}" + (", disabled" if after["disabled"] else ""))


def _say_link(service: Service, made: Thing, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
    else:
        say(f"dam login {clean(service.url)}{LINK_PATH}#{clean(made['link'])}")

"""What every command shares: its way to the service, ``--json``, and the kinds of arguments.

Rule: options have one spelling everywhere. Must not: know a particular command.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from dam.client import credentials
from dam.client.http import Service

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print the API's JSON.")
watch = click.option("--watch", "watching", is_flag=True, help="Wait until it has arrived everywhere.")
note = click.option("--note", default="", metavar="TEXT", help="Why; kept with the decision.")
needed_note = click.option("--note", required=True, metavar="TEXT", help="Why; kept with the decision.")
asset = click.argument("asset")
version = click.argument("version", type=click.IntRange(1))


def connect() -> Service:
    """The service that this command speaks to. Raises Failure."""
    return Service(credentials.find())


def pairs(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """``name=value`` arguments as a dictionary; a click callback."""
    found = {}
    for each in values:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise click.BadParameter(f"{each!r} is not name=value.", ctx, parameter)
        found[name] = value
    return found

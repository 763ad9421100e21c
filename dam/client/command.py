"""What every command shares: its way to the service, ``--json``, and the kinds of arguments.

Rule: options have one spelling everywhere. Must not: know a particular command.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
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


def values(ctx: click.Context, parameter: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    """``name=value`` arguments of which a value may be elsewhere, so that a secret is on no command line: ``@FILE`` is
    what the file holds, ``-`` what standard input brings, or is asked for; ``@@`` is an ``@``. A click callback."""
    found = pairs(ctx, parameter, given)
    if list(found.values()).count("-") > 1:
        raise click.BadParameter("only one value can come from standard input.", ctx, parameter)
    return {name: _value(ctx, parameter, name, text) for name, text in found.items()}


def _value(ctx: click.Context, parameter: click.Parameter, name: str, text: str) -> str:
    if text.startswith("@@"):
        return text[1:]
    if text == "-":
        answer: str = click.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
        return answer.removesuffix("\n")
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{name}: {text[1:]} can't be read.", ctx, parameter) from error


def pairs(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """``name=value`` arguments as a dictionary; a click callback."""
    found = {}
    for each in values:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise click.BadParameter(f"{each!r} is not name=value.", ctx, parameter)
        found[name] = value
    return found

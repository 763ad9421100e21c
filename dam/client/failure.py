"""What went wrong, as the person at the terminal reads it.

Rule: one sentence, the stable code to quote, and the fields that are wrong, on standard error; exit 1. Wrong usage is
click's, exit 2. Must not: show a secret, or let a server's text control the terminal.
"""

from collections.abc import Mapping, Sequence
from typing import IO, Any

import click

from dam.client.text import clean


class Failure(click.ClickException):
    """Ends a command. ``extra``: the problem's further members, as the API sent them."""

    exit_code = 1

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int = 0,
        errors: Sequence[Mapping[str, Any]] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.errors = list(errors)
        self.extra = dict(extra or {})

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it to standard error."""
        for line in self.lines():
            click.echo(line, err=True, file=file)

    def lines(self) -> list[str]:
        """``dam: sentence (code)``, then a line for each field that is wrong."""
        fields = [f"  {clean(each.get('field', ''))}: {clean(each.get('detail', ''))}" for each in self.errors]
        # A single field's error is the sentence itself.
        shown = fields if len(fields) > 1 else []
        return [f"dam: {clean(self.detail)} ({clean(self.code)})", *shown]

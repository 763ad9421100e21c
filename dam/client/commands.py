"""The client's commands by name, each imported when it is run.

Rule: ``dam --help`` imports none of them. Nothing here or below imports the service's own modules (Flask, SQLAlchemy,
tantivy), so that a command starts fast and runs on a machine that has only the client's libraries; Pillow is imported
by the demo's samples alone.

Belongs here: names, modules and one line of help. Must not: do anything by itself.
"""

import importlib
from typing import Any

import click

_TABLE = {
    "approve": ("decisions", "Approve a version and replace the old one everywhere."),
    "change": ("placements", "Change what a placement follows, or as what it is delivered."),
    "channel": ("channels", "Destinations: add, edit, list, check, audit, remove."),
    "demo": ("demo", "Show the whole story on the running service, with proof from the disk."),
    "edit": ("assets", "Change what is written about an asset."),
    "events": ("feed", "What happened, in order."),
    "get": ("retrieval", "Fetch an asset's bytes, verified against their digest."),
    "impact": ("decisions", "What an approval would touch, before anybody presses anything."),
    "login": ("signing", "Sign in to a service at a URL, or by a one-time link."),
    "logout": ("signing", "Give the token of this login back and forget it."),
    "place": ("placements", "Put an asset into a channel, and keep it right there."),
    "preview": ("uploads", "Show a version by a picture of your own, which is delivered nowhere."),
    "publish": ("assets", "Give an asset its public address."),
    "recipe": ("recipes", "Recipes, as which files are delivered: add, change, list, move, remove."),
    "reject": ("decisions", "Say no to a version, and why."),
    "repair": ("placements", "Bring what should be there again, whatever is there now."),
    "retry": ("placements", "Try a failed delivery again now."),
    "revoke": ("decisions", "Take an approval back, so that nothing can return to the version."),
    "rollback": ("decisions", "Make an earlier approved version the approved one again."),
    "rollout": ("rollouts", "What one decision set in motion, and how far it is."),
    "search": ("assets", "Find assets."),
    "show": ("assets", "One asset with its versions and places."),
    "token": ("people", "Tokens that programs sign in with: create, list, revoke."),
    "trash": ("assets", "Put an asset into the trash."),
    "unpublish": ("assets", "Take an asset's public address away."),
    "untrash": ("assets", "Take an asset out of the trash."),
    "upload": ("uploads", "Upload files or folders, or a new version of an asset."),
    "user": ("people", "Accounts: add, list, disable, enable, role, link, password."),
    "verify": ("placements", "Look now at what a placement really shows."),
    "where": ("placements", "Where assets are shown, and whether it is right."),
    "withdraw": ("decisions", "Take an asset down everywhere, or away from one place."),
    "work": ("feed", "The service's own tasks that were set aside: list, retry."),
}


class Deferred(click.Command):
    """Stands for a command of ``dam.client.<module>`` until it is run."""

    def __init__(self, name: str, module: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self._module = module

    def load(self) -> click.Command:
        """The command itself."""
        command: click.Command = getattr(importlib.import_module(f"dam.client.{self._module}"), str(self.name))
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of the command itself, which click then runs."""
        return self.load().make_context(info_name, args, parent, **extra)


COMMANDS: dict[str, click.Command] = {name: Deferred(name, module, line) for name, (module, line) in _TABLE.items()}

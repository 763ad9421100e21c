"""The program ``dam``: one root command, which finds the module of the command that was asked for and imports only it.

Rule: names and nothing else. Starting to upload must not load a web server; starting a service must not load a client.
Belongs here: the table of commands. Must not: do anything by itself.
"""

import importlib

import click

_SERVICE = "dam.commands.service"
_CLIENT = "dam.client.commands"

_SERVICE_COMMANDS = (
    "up", "serve", "worker", "relay", "migrate", "reindex", "fsck", "backup", "restore", "copy", "doctor",
)  # fmt: skip


class Root(click.Group):
    """Commands by name; those of the service are imported from ``dam.commands``, the others from ``dam.client``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_SERVICE_COMMANDS, *sorted(_client_commands())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _SERVICE_COMMANDS:
            command = getattr(importlib.import_module(_SERVICE), cmd_name)
            return command if isinstance(command, click.Command) else None
        return _client_commands().get(cmd_name)


def _client_commands() -> dict[str, click.Command]:
    commands: dict[str, click.Command] = importlib.import_module(_CLIENT).COMMANDS
    return commands


@click.command(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dam")
def main() -> None:
    """Digital asset management that replaces what changed everywhere it is shown, and proves it."""

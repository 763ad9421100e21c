"""The root command: each name finds its command, and finding one loads nothing of the others."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from dam.cli import Root, main

HEAVY = ("flask", "sqlalchemy", "gunicorn", "tantivy", "alembic")


def test_every_listed_command_is_there() -> None:
    assert isinstance(main, Root)
    names = main.list_commands(main.make_context("dam", ["doctor"]))
    service = {"up", "serve", "worker", "relay", "migrate", "reindex", "fsck", "doctor", "backup", "restore", "copy"}
    assert {*service, "upload"} <= set(names)
    assert len(names) == len(set(names))


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["frobnicate"]).exit_code == 2


@pytest.mark.parametrize("command", ["upload", "up"])
def test_help_loads_nothing_heavy(command: str) -> None:
    script = (
        "import sys; from dam.cli import main\n"
        f"try: main(['{command}', '--help'])\n"
        f"except SystemExit: print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"

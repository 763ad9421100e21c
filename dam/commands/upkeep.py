"""``dam migrate | reindex | fsck``: looking after the data.

Rule: one function each, which prints what was done or found. Must not: decide what is damage
(``dam.operations.fsck``).
"""

import json
from dataclasses import asdict

import click

from config.settings import Settings
from dam import wiring
from dam.commands import apart, home
from dam.operations import fsck as checking
from dam.operations import indexing, renditions
from dam.operations.findings import Report
from workers.wakeup import Sender


def migrate(settings: Settings, *, as_json: bool) -> int:
    """Bring the schema up to date. Raises Conflict ``home_in_use`` while a service runs here."""
    with home.whole(settings.home) as lock, apart.running("migrate", lock=lock) as migrating:
        if migrating.wait() != 0:
            return 1  # it has said why
    click.echo(json.dumps({"schema": "current"}) if as_json else "The schema is up to date.")
    return 0


def reindex(settings: Settings, *, previews: bool, anew: bool, as_json: bool) -> int:
    """Build the index anew, going on where an interrupted one stopped, unless ``anew``; ``previews``: also forget the
    previews, which the worker then makes again.
    """
    apart.require_current()
    services = wiring.build(settings, Sender(settings.home))
    indexed = indexing.reindex(services, resume=not anew)
    remade = renditions.throw_away(services) if previews else 0
    if as_json:
        click.echo(json.dumps({"indexed": indexed, "previews": remade}))
    else:
        click.echo(f"{indexed} assets can be found.")
        if previews:
            click.echo(f"The previews of {remade} files are made anew by the worker.")
    return 0


def fsck(settings: Settings, *, full: bool, as_json: bool) -> int:
    """Check everything; 1 if something is damaged."""
    apart.require_current()
    services = wiring.build(settings, Sender(settings.home))
    report = checking.check(services, full=full)
    if as_json:
        click.echo(json.dumps(_plain(report)))
    else:
        for finding in report.findings:
            click.echo(f"{finding.level}: {finding.code}: {finding.subject}: {finding.detail}")
        click.echo(_summary(report))
    return 1 if report.damaged else 0


def _plain(report: Report) -> dict[str, object]:
    findings = [asdict(finding) for finding in report.findings]
    return {"damaged": report.damaged, "checked": report.checked, "found": report.found, "findings": findings}


def _summary(report: Report) -> str:
    checked = ", ".join(f"{count} {name}" for name, count in report.checked.items())
    return f"{'DAMAGED' if report.damaged else 'Sound'}. Looked at {checked}."

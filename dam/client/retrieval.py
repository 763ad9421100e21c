"""``dam get``: an asset's bytes, verified.

Rule: without ``--version`` it is the approved version, or where nothing is approved the newest one, and that is said.
A name that the service gives never overwrites a file; one that the person gives may.
"""

import mimetypes
import shutil
import sys
import tempfile
from pathlib import Path

import click

from dam.client import command, naming
from dam.client.failure import Failure
from dam.client.http import Service, Thing
from dam.client.received import Received, becoming, copy, safe_name
from dam.client.text import clean, note, print_json, say, size

STDOUT = "-"
ORIGINAL = "original"


@click.command()
@command.asset
@click.option("--version", "number", type=click.IntRange(1), help="This version, whatever was decided about it.")
@click.option("--approved", is_flag=True, help="The approved version, or nothing.")
@click.option("--as", "recipe", default=ORIGINAL, metavar="RECIPE", help="As made by this recipe.")
@click.option("-o", "--output", metavar="PATH", help="A file or folder; - is standard output.")
@command.as_json
def get(*, asset: str, number: int | None, approved: bool, recipe: str, output: str | None, as_json: bool) -> None:
    """Fetch an asset's bytes, verified against their digest."""
    if number is not None and approved:
        raise click.UsageError("--version and --approved exclude each other.")
    if output == STDOUT and as_json:
        raise click.UsageError("--json and -o - both want standard output.")
    with command.connect() as service:
        version = _version(service, naming.asset(service, asset), number, approved=approved)
        if output == STDOUT:
            _to_standard_output(service, version, recipe)
            return
        target, received = _to_file(service, version, recipe, output)
    if as_json:
        described = {"asset_id": version["asset_id"], "version": version["number"], "recipe": recipe}
        print_json({"path": str(target), "sha256": received.sha256, "size": received.size, **described})
    else:
        say(f"{clean(target)}  {size(received.size)}  sha256 {received.sha256}")


def _version(service: Service, asset: Thing, number: int | None, *, approved: bool) -> Thing:
    path = f"/assets/{asset['id']}"
    if number is not None:
        return service.get(f"{path}/versions/{number}")
    if approved or asset["approved"] is not None:
        return service.get(f"{path}/approved")
    version = service.get(f"{path}/versions/{asset['latest']['number']}")
    note(f"nothing of {asset['title']} is approved; this is version {version['number']}, {version['status']}")
    return version


def _path(version: Thing, recipe: str) -> str:
    path = f"/assets/{version['asset_id']}/versions/{version['number']}"
    return f"{path}/content" if recipe == ORIGINAL else f"{path}/renditions/{recipe}"


def _expected(version: Thing, recipe: str) -> str | None:
    """The digest that the service told in another answer: two answers that differ are noticed."""
    if recipe == ORIGINAL:
        return str(version["sha256"])
    made = [each["sha256"] for each in version["renditions"] if each["recipe"] == recipe]
    return made[0] if made else None


def _to_standard_output(service: Service, version: Thing, recipe: str) -> None:
    """All of it is verified before the first byte leaves."""
    with tempfile.TemporaryFile() as file:
        with service.stream(_path(version, recipe)) as answer:
            copy(answer, file, _expected(version, recipe))
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _to_file(service: Service, version: Thing, recipe: str, output: str | None) -> tuple[Path, Received]:
    with service.stream(_path(version, recipe)) as answer:
        name = _name(version, recipe, answer.headers.get("Content-Type", ""))
        target = Path(output) if output else Path(name)
        if target.is_dir():
            target = target / name
        if (output is None or Path(output).is_dir()) and target.exists():
            raise Failure("file_exists", f"{target} is there already; name a file with -o to replace it.")
        with becoming(target) as file:
            received = copy(answer, file, _expected(version, recipe))
    return target, received


def _name(version: Thing, recipe: str, media_type: str) -> str:
    name = safe_name(version["filename"])
    if recipe == ORIGINAL:
        return name
    ending = mimetypes.guess_extension(media_type.partition(";")[0].strip()) or ""
    return f"{name.rpartition('.')[0] or name}.{safe_name(recipe)}{ending}"

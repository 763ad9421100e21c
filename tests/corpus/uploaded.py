"""The corpus in a running service: ``dam upload FOLDER --json``, then a table of what was made of each file:
``python -m tests.corpus.uploaded FOLDER`` (``make corpus-upload``).

Rule: asks the service alone. Waits until no rendition is pending any more, and ends with 1 if one still is.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dam.client import command
from dam.client.http import Service
from dam.client.text import table

_PATIENCE_S, _POLL_S = 900.0, 1.0

Row = tuple[str, str, str, str]


def upload(folder: Path) -> list[str]:
    """The assets' ids, also of what was there before."""
    dam = Path(sys.executable).with_name("dam")
    done = subprocess.run([dam, "upload", folder, "--json"], stdout=subprocess.PIPE, check=False)
    told = json.loads(done.stdout or b"{}")
    if not told or told["failed"]:
        raise SystemExit(f"not everything was uploaded: {told.get('failed')}")
    return [each["id"] for each in told["data"]] + [each["asset_id"] for each in told["unchanged"]]


def settled(service: Service, assets: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The first version of each, once it waits for nothing, or nobody waits any longer."""
    end = time.monotonic() + _PATIENCE_S
    for asset in assets:
        while True:
            version = service.get(f"/assets/{asset}/versions/1")
            if not _count(version)["pending"] or time.monotonic() > end:
                yield version
                break
            time.sleep(_POLL_S)


def row(version: Mapping[str, Any]) -> Row:
    """File, type found, renditions, reason: one for each cause, however many renditions it costs."""
    states = ", ".join(f"{count} {state}" for state, count in sorted(_count(version).items()))
    shown = [each for each in version["renditions"] if each["display"]]
    reasons = dict.fromkeys(f"{each['reason']['code']}: {each['reason']['detail']}" for each in shown if each["reason"])
    return version["filename"], version["media_type"], states, " ".join(reasons)


def _count(version: Mapping[str, Any]) -> Counter[str]:
    return Counter(each["state"] for each in version["renditions"] if each["display"])


def main(folder: Path) -> int:
    """1 if something is left pending, or has no rendition at all."""
    assets = upload(folder)
    with command.connect() as service:
        versions = sorted(settled(service, assets), key=lambda version: str(version["filename"]))
    table(("FILE", "TYPE FOUND", "RENDITIONS", "REASON"), map(row, versions))
    left = [version for version in versions if _count(version)["pending"] or not _count(version)]
    print(f"{len(versions)} files, {len(left)} of them pending or without any rendition")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

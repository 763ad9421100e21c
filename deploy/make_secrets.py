"""``make secrets``: the passwords of a stack, each random, in files that ``docker-compose.yml`` hands to its services.

Rule: standard library only, so that any Python 3 runs it where nothing is installed. Everything is written, or nothing.
What is there already is never replaced: a server that has begun with a password keeps that.

The folder is its owner's alone (0700). The files within can be read by anybody who is let in (0444), because compose
mounts them as they are, and the users inside the containers, who are not root, have to read them.
"""

import argparse
import os
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "dam"


def contents() -> "dict[str, str]":
    """Each file's text, by its name. Passwords are hexadecimal, so that they need no escaping anywhere."""
    database, objects, search, broker = (secrets.token_hex(24) for _ in range(4))
    key = f"dam-{secrets.token_hex(6)}"
    return {
        "postgres_password": secrets.token_hex(24),
        "database_password": database,
        "database_url": f"postgresql://dam:{database}@postgres:5432/dam",
        "minio_root_user": f"root-{secrets.token_hex(6)}",
        "minio_root_password": secrets.token_hex(20),
        "objects_url": f"s3://{key}:{objects[:40]}@minio:9000/{BUCKET}?secure=false",
        "elastic_password": search,
        "search_url": f"elasticsearch://elastic:{search}@elasticsearch:9200/dam?secure=false",
        "rabbitmq.conf": f"default_user = dam\ndefault_pass = {broker}\n",
        "secret_key": secrets.token_hex(32),
        "broker_url": f"amqp://dam:{broker}@rabbitmq:5672/",
    }


def write(folder: Path) -> None:
    """Make the folder with everything in it. Raises FileExistsError if it is there."""
    if folder.exists():
        raise FileExistsError(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        made = Path(place) / folder.name
        made.mkdir(mode=0o700)
        for name, text in contents().items():
            file = os.open(made / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(file, "w", encoding="ascii") as stream:
                stream.write(text if text.endswith("\n") else f"{text}\n")
            (made / name).chmod(0o444)
        made.rename(folder)


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description="Make the secrets of a stack, once.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "secrets")
    folder: Path = parser.parse_args().folder
    try:
        write(folder)
    except FileExistsError:
        print(f"{folder} is there already, and stays as it is.", file=sys.stderr)
        return 1
    print(f"The secrets are in {folder}. Keep a copy of it with your backups: the servers know only these.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

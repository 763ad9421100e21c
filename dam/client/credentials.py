"""Which service a command speaks to, and the token that it shows there.

Rule: a token is sent to its own address only. The one that a running service leaves in its home folder is an
administrator's: it goes to the address that the same service wrote beside it, also when ``DAM_URL`` names that address,
and only while that service runs (it holds its home's lock), since another program may listen there afterwards.

In this order: ``DAM_URL`` with ``DAM_TOKEN``; the service of ``DAM_HOME`` (``./data``) on this machine; what
``dam login`` kept. Must not: make requests.
"""

import fcntl
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dam.client import address
from dam.client.failure import Failure


@dataclass(frozen=True, slots=True)
class Access:
    """An address and the token for it; the token is not shown by ``repr``."""

    url: str
    token: str = field(repr=False)


def find() -> Access:
    """Where to go, and with what. Raises Failure ``no_service``, ``not_signed_in``, ``url_invalid``,
    ``credentials_exposed``.
    """
    url, token = os.environ.get("DAM_URL"), os.environ.get("DAM_TOKEN")
    wanted = address.normal(url) if url else None
    local = of_this_machine()
    if token:
        return Access(_known(wanted, local), token)
    if local is not None and (wanted is None or address.is_alias(wanted, local.url)):
        return local
    return _kept(wanted)


def of_this_machine() -> Access | None:
    """The service that runs with ``DAM_HOME``, or None."""
    home = Path(os.environ.get("DAM_HOME") or "data")
    url, token = _line(home / "address"), _line(home / "token")
    if url is None or token is None or not _runs(home):
        return None
    return Access(address.normal(url), token)


def keep(access: Access, token_id: str) -> None:
    """Remember what ``dam login`` got, for this person alone; it becomes what commands use by default."""
    known = _read()
    services = {**known.get("services", {}), access.url: {"token": access.token, "token_id": token_id}}
    _write({"default": access.url, "services": services})


def forget(url: str) -> None:
    """Remember nothing of the service at ``url`` any more."""
    known = _read()
    services = {each: kept for each, kept in known.get("services", {}).items() if each != url}
    default = known.get("default")
    _write({"default": next(iter(services), None) if default == url else default, "services": services})


def kept_for(url: str | None) -> tuple[Access, str] | None:
    """What ``dam login`` kept for this address (None: for the last one), with the token's id."""
    known = _read()
    where = url or known.get("default")
    found = known.get("services", {}).get(where)
    if not where or not isinstance(found, dict):
        return None
    return Access(where, str(found["token"])), str(found.get("token_id", ""))


def path() -> Path:
    """The credentials file, by the XDG base directory specification."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    folder = Path(base) if base.startswith("/") else Path.home() / ".config"
    return folder / "dam" / "credentials.json"


def _known(wanted: str | None, local: Access | None) -> str:
    if wanted is not None:
        return local.url if local is not None and address.is_alias(wanted, local.url) else wanted
    if local is not None:
        return local.url
    raise Failure("no_service", "DAM_TOKEN is set, but not the service that it is for; set DAM_URL too.")


def _kept(wanted: str | None) -> Access:
    found = kept_for(wanted)
    if found is not None:
        return found[0]
    if wanted is not None:
        raise Failure("not_signed_in", f"There is no token for {wanted}; run dam login {wanted}, or set DAM_TOKEN.")
    raise Failure(
        "no_service",
        "No service runs with this DAM_HOME (./data by default). Start one with make run, or run dam login URL.",
    )


def _runs(home: Path) -> bool:
    """Whether a living process holds the home's lock."""
    try:
        lock = os.open(home / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _line(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None  # no service of ours to use


def _read() -> dict[str, Any]:
    file = path()
    try:
        with file.open(encoding="utf-8") as stream:
            _refuse_exposed(file, os.fstat(stream.fileno()))
            known = json.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Failure("credentials_unreadable", f"{file} can't be read: {error}") from None
    return known if isinstance(known, dict) else {}


def _refuse_exposed(file: Path, found: os.stat_result) -> None:
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise Failure("credentials_exposed", f"{file} can be read by others; run chmod 600 on it, and log in anew.")


def _write(known: Mapping[str, Any]) -> None:
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(known, stream, indent=2)
    temporary.replace(file)

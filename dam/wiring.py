"""The one place where adapters are chosen: from settings to frozen ``Services``.

Rule: the scheme of a URL picks the adapter, which is imported there and then, so that the embedded default loads
nothing else; these are the only imports inside functions. Nothing is opened here that must not cross a fork:
connections, indexes and threads begin at their first use. Must not: know Flask or Celery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from config.settings import Settings, SettingsError
from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.channels.network import Network
from dam.clock import SystemClock
from dam.passwords import Argon2Passwords
from dam.ports.objects import ObjectStore
from dam.ports.parts import PartStore
from dam.ports.search import SearchIndex
from dam.ports.services import Rules, Services
from dam.ports.store import Store
from dam.ports.vault import Vault

if TYPE_CHECKING:
    from dam.store.notify import Listener

DATABASE_FILE = "dam.sqlite"
INDEX_FOLDER = "index"
KEY_FILE = "secret.key"
_BROKER_PORTS = {"amqp": 5672, "redis": 6379}
PARTS_KEY = "parts.key"
"""Signs the links to parts that are sent to us."""


class Bytes(ObjectStore, Protocol):
    """An object store, with the store of parts that become its objects."""

    def parts(self) -> PartStore: ...


@dataclass(frozen=True, slots=True)
class Adapters:
    """The adapters that the settings name, imported and not made: a supervisor has this before it forks."""

    store: Callable[[Callable[[], None]], Store]
    objects: Callable[[], Bytes]
    index: Callable[[], SearchIndex]


def choose(settings: Settings) -> Adapters:
    """Import what these settings name. Raises SettingsError for a URL that nothing here understands."""
    _check_broker(settings)
    return Adapters(_store(database_url(settings)), _objects(settings), _index(settings))


def build(settings: Settings, wake: Callable[[], None]) -> Services:
    """The services that these settings name; ``wake`` is called after commits that leave work behind.

    Makes the folders of the embedded adapters. Raises SettingsError as ``choose``; Unavailable, StorageFull.
    """
    adapters = choose(settings)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = SystemClock()
    objects = adapters.objects()
    network = Network(settings.channel_networks)
    surroundings = Surroundings(settings.home, Hands(clock), settings.folder_permit_seconds, network=network)
    return Services(
        store=adapters.store(wake),
        objects=objects,
        index=adapters.index(),
        channels=ConfiguredChannels(KINDS, surroundings, _vault(settings)),
        clock=clock,
        passwords=Argon2Passwords(),
        rules=rules(settings),
        parts=objects.parts(),
    )


def rules(settings: Settings) -> Rules:
    """The settings that decide what is right."""
    return Rules(
        self_approval=settings.self_approval,
        max_upload=settings.max_upload_bytes,
        lease=timedelta(seconds=settings.lease_seconds),
        audit_every=timedelta(seconds=settings.audit_seconds),
    )


def database_url(settings: Settings) -> str:
    """The database's URL; SQLite in the home folder where none is set."""
    return settings.database_url or f"sqlite:///{settings.home / DATABASE_FILE}"


def is_embedded(settings: Settings) -> bool:
    """Is the database a file of this machine, so that no worker of another one can be at work?"""
    return urlsplit(database_url(settings)).scheme == "sqlite"


def has_broker(settings: Settings) -> bool:
    """Do the workers of a broker run the jobs? Whoever starts processes makes what speaks to it."""
    return urlsplit(settings.broker_url).scheme != "embedded"


def has_own_index(settings: Settings) -> bool:
    """Is the index a folder of this machine, which one process writes?"""
    return urlsplit(settings.search_url).scheme in ("", "tantivy")


def _check_broker(settings: Settings) -> None:
    if urlsplit(settings.broker_url).scheme not in ("embedded", "amqp", "redis"):
        raise _unsupported("DAM_BROKER_URL", settings.broker_url, "embedded://, amqp://…, redis://…")
    if has_broker(settings) and is_embedded(settings):
        raise SettingsError("DAM_BROKER_URL: workers of a broker need DAM_DATABASE_URL=postgresql://….")


def broker_address(settings: Settings) -> tuple[str, int] | None:
    """Where the broker listens; None where there is none."""
    parts = urlsplit(settings.broker_url)
    if parts.scheme not in _BROKER_PORTS:
        return None
    return parts.hostname or "localhost", parts.port or _BROKER_PORTS[parts.scheme]


def _store(url: str) -> Callable[[Callable[[], None]], Store]:
    if urlsplit(url).scheme not in ("sqlite", "postgresql"):
        raise _unsupported("DAM_DATABASE_URL", url, "sqlite:///PATH, postgresql://…")
    from dam.store.work import open_store

    return lambda wake: open_store(url, wake=wake)


def listener(settings: Settings) -> "Listener | None":
    """What hears of commits that were made on other machines; None where there are none."""
    if is_embedded(settings):
        return None
    from dam.store.notify import Listener

    return Listener(database_url(settings))


def _vault(settings: Settings) -> Callable[[], Vault]:
    """What keeps secrets; loaded when there is one."""
    file = settings.home / KEY_FILE if is_embedded(settings) else None

    def open_vault() -> Vault:
        from dam.vault import AesVault

        return AesVault(settings.secret_key, file)

    return open_vault


def _objects(settings: Settings) -> Callable[[], Bytes]:
    url = settings.objects_url
    if url[:3].lower() == "s3:":
        return _bucket(url, linked=settings.presigned_reads)
    if settings.presigned_reads:
        raise SettingsError("DAM_PRESIGNED_READS: only an S3 server has such links; set DAM_OBJECTS_URL=s3://….")
    if urlsplit(url).scheme not in ("", "file"):
        raise _unsupported("DAM_OBJECTS_URL", url, "file:///PATH, s3://…")
    root = _path("DAM_OBJECTS_URL", url, "file", settings.home)
    from dam.objects.local import LocalObjects

    return lambda: LocalObjects(root, settings.home / PARTS_KEY)


def _bucket(url: str, *, linked: bool) -> Callable[[], Bytes]:
    from dam.objects.address import Address
    from dam.objects.bucket import Bucket
    from dam.objects.s3 import S3Objects

    try:
        address = Address.parse(url)
    except ValueError as error:
        raise SettingsError(f"DAM_OBJECTS_URL: {error}.") from None
    return lambda: S3Objects(Bucket(address), linked=linked)


def _index(settings: Settings) -> Callable[[], SearchIndex]:
    url = settings.search_url
    if url[:14].lower() == "elasticsearch:":
        return _elastic(url)
    if urlsplit(url).scheme not in ("", "tantivy"):
        raise _unsupported("DAM_SEARCH_URL", url, "tantivy:///PATH, elasticsearch://…")
    root = _path("DAM_SEARCH_URL", url, "tantivy", settings.home / INDEX_FOLDER)
    from search.engines.tantivy import TantivyIndex

    return lambda: TantivyIndex(root)


def _elastic(url: str) -> Callable[[], SearchIndex]:
    from search.engines.elastic_address import Address

    try:
        address = Address.parse(url)
    except ValueError as error:
        raise SettingsError(f"DAM_SEARCH_URL: {error}.") from None
    from search.engines.elastic import ElasticIndex

    return lambda: ElasticIndex(address)


def _path(name: str, url: str, scheme: str, default: Path) -> Path:
    """The folder that a URL names. Raises SettingsError."""
    if not url:
        return default
    parts = urlsplit(url)
    if parts.scheme != scheme or parts.netloc or not parts.path.startswith("/"):
        raise _unsupported(name, url, f"{scheme}:///PATH")
    return Path(unquote(parts.path))


def _unsupported(name: str, url: str, supported: str) -> SettingsError:
    """Names the scheme only: the rest of a URL may be a secret."""
    scheme = urlsplit(url).scheme or "no scheme"
    return SettingsError(f"{name}: {scheme} can't be used; supported now: {supported}.")

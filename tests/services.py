"""Services as the embedded default has them, in a folder of their own; for benches and tests of several processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.settings import Settings
from dam.channels.configured import ConfiguredChannels
from dam.ports.services import Rules, Services
from dam.store.migrate import upgrade
from dam.store.work import SqlStore
from dam.wiring import build, database_url


@contextmanager
def services_in(home: Path, rules: Rules | None = None, migrated: str = "") -> Iterator[Services]:
    """The embedded default with its data in ``home/data``; nobody is woken. The database is there too, unless another
    one, which is migrated, is named.
    """
    settings = Settings(home=home / "data", database_url=migrated)
    settings.home.mkdir()
    if not migrated:
        upgrade(database_url(settings))
    services = build(settings, wake=lambda: None)
    try:
        yield services if rules is None else replace(services, rules=rules)
    finally:
        services.index.close()
        assert isinstance(services.channels, ConfiguredChannels)
        services.channels._surroundings.hands.close()
        assert isinstance(services.store, SqlStore)
        services.store.dispose()

"""Channels as they were set up: from a row of the database to an open adapter.

Rule: a secret is in the adapter that uses it and nowhere else; what goes around in the service is sealed. A channel
whose secrets can't be opened is one that can't be reached, so that it hinders no other.

Belongs here: ``dam.ports.services.Channels`` over the kinds. Must not: know a particular kind, or read the database.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import BinaryIO, Never
from uuid import UUID

from dam.channels.kind import Kind, Surroundings
from dam.domain.errors import Unavailable
from dam.domain.placements import ConfiguredChannel
from dam.ports import services
from dam.ports.channel import Change, Channel, InvalidConfig, Timing, Unreachable
from dam.ports.vault import Vault

# One permit is for so many visible steps, which follow one another: they must all fit into its seconds, while a batch
# saves two commits for each of its members.
_BATCH = 16


class ConfiguredChannels:
    """``dam.ports.services.Channels``. Thread-safe. An adapter is kept as long as its configuration stays the same,
    because it remembers what it has swept. ``vault`` is made when the first secret is kept or needed; without one no
    kind that has secrets can be set up.
    """

    def __init__(
        self, kinds: Mapping[str, Kind], surroundings: Surroundings, vault: Callable[[], Vault] | None = None
    ) -> None:
        self._kinds = kinds
        self._surroundings = surroundings
        self._vault = vault
        self._lock = threading.Lock()
        self._open: dict[str, tuple[ConfiguredChannel, Channel]] = {}

    def kinds(self) -> dict[str, services.Kind]:
        return {
            name: services.Kind(name, dict(kind.schema), kind.evidence, _BATCH, kind.fixed)
            for name, kind in self._kinds.items()
        }

    def configured(self, channel: ConfiguredChannel, changes: Mapping[str, object]) -> ConfiguredChannel:
        hidden = self._kind(channel.kind).secrets
        shown = _merged(channel.config, {name: value for name, value in changes.items() if name not in hidden})
        told = {name: value for name, value in changes.items() if name in hidden}
        if not told:
            return replace(channel, config=shown)
        kept = self._secrets(channel) if hidden - set(told) else {}
        sealed = self._opened_vault().seal(json.dumps(_merged(kept, told)), channel.id)
        return replace(channel, config=shown, sealed=sealed)

    def open(self, channel: ConfiguredChannel) -> Channel:
        """The adapter. Raises InvalidConfig, also (``kind_unknown``) where this service has no such kind."""
        with self._lock:
            kept = self._open.get(channel.id)
            if kept is not None and _same(kept[0], channel):
                return kept[1]
            made = self._build(channel)
            if not isinstance(made, _Locked):  # a key that is put back opens it the next time
                self._open[channel.id] = (channel, made)
            return made

    def _build(self, channel: ConfiguredChannel) -> Channel:
        kind = self._kind(channel.kind)
        try:
            secrets = self._secrets(channel)
        except Unavailable as problem:
            return _Locked(Unreachable(problem.code, problem.detail), self._surroundings)
        return kind.build(UUID(channel.id), {**channel.config, **secrets}, self._surroundings)

    def _kind(self, name: str) -> Kind:
        kind = self._kinds.get(name)
        if kind is None:
            raise InvalidConfig("kind_unknown", f"There is no kind of channel named {name!r}.", permanent=True)
        return kind

    def _secrets(self, channel: ConfiguredChannel) -> dict[str, object]:
        if channel.sealed is None:
            return {}
        opened: dict[str, object] = json.loads(self._opened_vault().open(channel.sealed, channel.id))
        return opened

    def _opened_vault(self) -> Vault:
        if self._vault is None:
            raise Unavailable("secret_key_missing", "This service is not set up to keep secrets.")
        return self._vault()


class _Locked:
    """``Channel`` that can't be spoken to, since its secrets can't be opened."""

    def __init__(self, problem: Unreachable, surroundings: Surroundings) -> None:
        self._problem = problem
        self.timing = Timing(permit=surroundings.permit_s, lateness=surroundings.lateness_s)

    def establish(self) -> None:
        self._refuse()

    def check(self) -> None:
        self._refuse()

    def canonical(self, remote: str) -> str:
        self._refuse()

    def stage_put(self, remote: str, source: BinaryIO, size: int) -> Change:
        self._refuse()

    def stage_removal(self, remote: str) -> Change:
        self._refuse()

    def read(self, remote: str) -> BinaryIO | None:
        self._refuse()

    def _refuse(self) -> Never:
        raise Unreachable(self._problem.code, self._problem.detail)


def _merged(config: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """A JSON merge patch of one level (RFC 7396)."""
    return {name: value for name, value in {**config, **changes}.items() if value is not None}


def _same(one: ConfiguredChannel, other: ConfiguredChannel) -> bool:
    return (one.kind, dict(one.config), one.sealed) == (other.kind, dict(other.config), other.sealed)

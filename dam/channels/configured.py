"""Channels as they were set up: from a row of the database to an open adapter.

Belongs here: ``dam.ports.services.Channels`` over the kinds. Must not: know a particular kind, or read the database.
"""

import threading
from collections.abc import Mapping
from uuid import UUID

from dam.channels.kind import Kind, Surroundings
from dam.domain.placements import ConfiguredChannel
from dam.ports import services
from dam.ports.channel import Channel, InvalidConfig

# One permit is for so many visible steps, which follow one another: they must all fit into its seconds, while a batch
# saves two commits for each of its members.
_BATCH = 16


class ConfiguredChannels:
    """``dam.ports.services.Channels``. Thread-safe. An adapter is kept as long as its configuration stays the same,
    because it remembers what it has swept.
    """

    def __init__(self, kinds: Mapping[str, Kind], surroundings: Surroundings) -> None:
        self._kinds = kinds
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._open: dict[str, tuple[ConfiguredChannel, Channel]] = {}

    def kinds(self) -> dict[str, services.Kind]:
        return {
            name: services.Kind(name, dict(kind.schema), kind.evidence, _BATCH) for name, kind in self._kinds.items()
        }

    def open(self, channel: ConfiguredChannel) -> Channel:
        """The adapter. Raises InvalidConfig, also (``kind_unknown``) where this service has no such kind."""
        with self._lock:
            kept = self._open.get(channel.id)
            if kept is not None and _same(kept[0], channel):
                return kept[1]
            made = self._build(channel)
            self._open[channel.id] = (channel, made)
            return made

    def _build(self, channel: ConfiguredChannel) -> Channel:
        kind = self._kinds.get(channel.kind)
        if kind is None:
            raise InvalidConfig("kind_unknown", f"There is no kind of channel named {channel.kind!r}.", permanent=True)
        return kind.build(UUID(channel.id), channel.config, self._surroundings)


def _same(one: ConfiguredChannel, other: ConfiguredChannel) -> bool:
    return (one.kind, dict(one.config)) == (other.kind, dict(other.config))

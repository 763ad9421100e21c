"""What a kind of channel is to the rest of the service.

Belongs here: the values that ``dam.channels.KINDS`` is made of. Must not: know a particular kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from uuid import UUID

from dam.channels.hand import Hands
from dam.channels.network import PUBLIC, Network
from dam.ports.channel import Channel


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a channel is built with beside its own configuration. ``home``: the service's own folder, never a
    destination; it must exist. ``permit_s``, ``lateness_s``: seconds, the defaults of a folder's ``Timing``.
    ``network``: which addresses may be dialled."""

    home: Path
    hands: Hands
    permit_s: float = 10.0
    lateness_s: float = 0.0
    network: Network = PUBLIC


Build = Callable[[UUID, Mapping[str, object], Surroundings], Channel]


@dataclass(frozen=True, slots=True)
class Kind:
    """``schema``: JSON Schema (2020-12) of the configuration. ``evidence``: what proves a placement there (``sha256``:
    the bytes are read back and hashed). ``build``: a channel from its id and configuration; it looks at the form only
    and raises InvalidConfig; ``Channel.establish`` looks at the destination. ``fixed``: what of the configuration says
    where the channel leads, and so never changes. What is ``writeOnly`` in the schema is a secret."""

    schema: Mapping[str, object]
    evidence: str
    build: Build
    fixed: frozenset[str]

    @property
    def secrets(self) -> frozenset[str]:
        """The names of what is never shown again."""
        known = self.schema.get("properties", {})
        assert isinstance(known, dict)
        return frozenset(name for name, about in known.items() if about.get("writeOnly"))


def later(module: str) -> Build:
    """The ``build`` of a module that is imported when the first channel of its kind is opened, so that a service
    without one does not load what only that kind needs."""

    def build(channel_id: UUID, config: Mapping[str, object], surroundings: Surroundings) -> Channel:
        made: Channel = import_module(module).build(channel_id, config, surroundings)
        return made

    return build

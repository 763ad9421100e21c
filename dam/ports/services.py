"""What an operation is handed: the adapters, and the few settings that are rules of the house.

Rule: built once by ``dam.wiring``; frozen; operations name no other source of anything from outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dam.domain.placements import ConfiguredChannel
from dam.ports.channel import Channel
from dam.ports.clock import Clock
from dam.ports.objects import ObjectStore
from dam.ports.parts import PartStore
from dam.ports.passwords import PasswordHasher
from dam.ports.search import SearchIndex
from dam.ports.store import Store


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel. ``schema``: its configuration as JSON Schema; ``evidence``: what its read-back proves with;
    ``batch``: how many deliveries may share one permit; ``fixed``: what of the configuration can't change.
    """

    name: str
    schema: dict[str, object]
    evidence: str
    batch: int
    fixed: frozenset[str]


class Channels(Protocol):
    """The kinds of channels that there are, and how a configured one is opened."""

    def kinds(self) -> dict[str, Kind]: ...

    def configured(self, channel: ConfiguredChannel, changes: Mapping[str, object]) -> ConfiguredChannel:
        """The channel with these changes to its configuration; None takes a part away. Secrets are sealed, and stay as
        they are where none is named. Raises ``InvalidConfig``, Unavailable (``secret_key_missing``)."""
        ...

    def open(self, channel: ConfiguredChannel) -> Channel:
        """The adapter for a channel. Raises ``InvalidConfig`` where the configuration can't work."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings that decide, not how, but what is right. Sizes in bytes. ``part_size``: the least that the parts of an
    upload have, and ``open_uploads``: how many uploads in parts one person may have begun and not ended."""

    self_approval: bool = True
    max_upload: int = 64 << 30
    part_size: int = 8 << 20
    open_uploads: int = 200
    lease: timedelta = timedelta(seconds=30)
    max_tries: int = 12
    audit_every: timedelta = timedelta(days=1)
    session: timedelta = timedelta(days=14)
    link: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that an operation may use."""

    store: Store
    objects: ObjectStore
    index: SearchIndex
    channels: Channels
    clock: Clock
    passwords: PasswordHasher
    rules: Rules
    parts: PartStore

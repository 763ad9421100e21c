"""What a kind of channel is to the rest of the service.

Belongs here: the values that ``dam.channels.KINDS`` is made of. Must not: know a particular kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from dam.channels.hand import Hands
from dam.ports.channel import Channel


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a channel is built with beside its own configuration. ``home``: the service's own folder, never a
    destination; it must exist. ``permit_s``, ``lateness_s``: seconds, the defaults of ``Timing``."""

    home: Path
    hands: Hands
    permit_s: float = 10.0
    lateness_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """``schema``: JSON Schema (2020-12) of the configuration. ``evidence``: what proves a placement there (``sha256``:
    the bytes are read back and hashed). ``build``: a channel from its id and configuration; it looks at the form only
    and raises InvalidConfig; ``Channel.establish`` looks at the destination."""

    schema: Mapping[str, object]
    evidence: str
    build: Callable[[UUID, Mapping[str, object], Surroundings], Channel]

"""Kinds of channels: a module each, and this plain dict of them.

Belongs here: adapters of ``dam.ports.channel.Channel``. Must not: know placements, versions or the database.
"""

from collections.abc import Mapping

from dam.channels import folder
from dam.channels.kind import Kind

KINDS: Mapping[str, Kind] = {"folder": folder.KIND}

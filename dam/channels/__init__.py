"""Kinds of channels: a module each, and this plain dict of them.

Belongs here: adapters of ``dam.ports.channel.Channel``. Must not: know placements, versions or the database.
"""

from collections.abc import Mapping

from dam.channels import folder, s3_config
from dam.channels.kind import Kind, later

KINDS: Mapping[str, Kind] = {
    "folder": folder.KIND,
    "s3": Kind(s3_config.SCHEMA, evidence="sha256", build=later("dam.channels.s3"), fixed=s3_config.FIXED),
}

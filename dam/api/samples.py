"""Sample files, for whoever may upload: the client takes them from here and uploads them as it does any file.

Rule: as everywhere in ``dam.api``. They are made by ``dam.samples``; nothing of them is in the library until it is
uploaded.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from flask import Response

from dam.api import answers_feed as answers
from dam.api import render
from dam.api.bytes import PRIVATE, send
from dam.api.context import samples
from dam.api.routes import Route, Routes
from dam.operations.fetch import Bytes
from dam.ports.services import Services
from dam.samples.catalogue import MEDIA_TYPES, NAMED, SAMPLES, Sample

routes = Routes("samples", "Files to try the service with.")


@dataclass(frozen=True, slots=True)
class _InMemory(Bytes):
    """Bytes that are here."""

    data: bytes = b""

    def open(self, services: Services) -> BinaryIO:
        """A stream of them."""
        return io.BytesIO(self.data)


@routes.on(Route("GET", "/api/v1/samples", "asset.create", answers.Samples))
def list_samples() -> dict[str, Any]:
    """Every sample, with what to say of it at its upload. One that replaces another is its next version."""
    return {"data": [_shown(each) for each in SAMPLES], "next": None}


@routes.on(Route("GET", "/api/v1/samples/<file:name>", "asset.create", files=tuple(MEDIA_TYPES.values())))
def get_sample(name: str) -> Response:
    """One sample's file. It is made when it is first asked for, which takes about a second."""
    data = samples().take(name)
    digest = hashlib.sha256(data).hexdigest()
    made = datetime.now(UTC)
    return send(_InMemory(digest, len(data), NAMED[name].media_type, name, made, original=False, data=data), PRIVATE)


def _shown(sample: Sample) -> dict[str, Any]:
    return {
        "name": sample.name,
        "title": sample.title,
        "tags": list(sample.tags),
        "campaigns": list(sample.campaigns),
        "description": sample.description,
        "fields_": {"alt_text": sample.alt},
        "size": samples().size(sample.name),
        "media_type": sample.media_type,
        "replaces": sample.replaces,
        "rationale": sample.rationale,
        "url": f"{render.API}/samples/{sample.name}",
    }

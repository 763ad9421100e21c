"""What lies in an S3 bucket, as whoever has its key sees it: the demo's own look, not through the service.

Rule: as everywhere in ``dam.client``, nothing is followed elsewhere. Must not: write.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from dam.channels import s3_config
from dam.channels.signing import path_of, sign
from dam.client.failure import Failure
from dam.client.http import TIMEOUTS, speaking


def digest(config: Mapping[str, Any], remote: str) -> str | None:
    """SHA-256 of the object that an S3 channel of this configuration has as ``remote``; None if there is none. Raises
    Failure."""
    where = s3_config.parse(config)
    path = path_of(where.bucket, where.key_of(remote))
    headers = sign(where.credentials, "GET", path, "", {"Host": where.authority}, b"", datetime.now(UTC))
    url = f"http{'s' if where.secure else ''}://{where.authority}"
    with speaking(url), httpx.stream("GET", url + path, headers=headers, timeout=TIMEOUTS, trust_env=False) as answer:
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise Failure("bucket_refused", f"{url} answered {answer.status_code}.", status=answer.status_code)
        found = hashlib.sha256()
        for piece in answer.iter_raw():
            found.update(piece)
    return found.hexdigest()

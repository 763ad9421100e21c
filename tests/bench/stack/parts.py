"""A large upload in parts straight into a bucket, by the links that the service gives, against the bare SDK.

Rule: the real service and a real MinIO; the SDK sends as many parts of the same length at once. What the service's
processes move meanwhile is counted by the kernel.
"""

import os
import secrets
from collections.abc import Mapping
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from minio import Minio

from tests.bench import parts
from tests.bench.row import Row, folder, in_turns, seconds
from tests.bench.service import moved_mib, service

_MIB = 1 << 20
_PART = 8 << 20  # as the service has it


class _Bytes:
    """So many MiB, made as they are read, as the SDK takes them."""

    def __init__(self, mib: int) -> None:
        self._left = mib * _MIB
        self._block = os.urandom(_MIB)

    def read(self, size: int) -> bytes:
        size = min(self._left, len(self._block), size)
        self._left -= size
        return self._block[:size]


def measure(urls: Mapping[str, str], mib: int = 1024, rounds: int = 3) -> list[Row]:
    """How long ``mib`` MiB take to the last acknowledgement, what of them the service moved, and the completion."""
    root = urlsplit(urls["minio"])
    bucket = f"bench-{secrets.token_hex(4)}"
    sdk = Minio(f"{root.hostname}:{root.port}", root.username, root.password, secure=False, region="us-east-1")
    objects = f"s3://{root.username}:{root.password}@{root.hostname}:{root.port}/{bucket}?secure=false"
    moved: list[float] = []
    completions: list[float] = []
    with folder() as place, service(place / "home", DAM_OBJECTS_URL=objects) as ours:
        parts.completed(ours, parts.sent(ours, 16)[1])  # what is made once is made

        def by_links() -> float:
            before = moved_mib(ours.pid)
            taken, upload_id = parts.sent(ours, mib)
            moved.append(moved_mib(ours.pid) - before)
            completions.append(parts.completed(ours, upload_id))
            return taken

        turns = in_turns(rounds, lambda: _by_sdk(sdk, bucket, mib), by_links)
    how = f"{mib} MiB to the last acknowledgement {turns.median(1):.2f} s; the bare SDK {turns.median(0):.2f} s"
    through = f"read and written by all processes of the service while {mib} MiB were sent, requests and rows included"
    return [
        Row("parts into a bucket: speed of the bare SDK", 100 * turns.ratio(0, 1), "%", how, least=80),
        Row("parts into a bucket: through the service", max(moved), "MiB", through, most=mib / 100),
        parts.completion(completions, mib),
    ]


def _by_sdk(sdk: Minio, bucket: str, mib: int) -> float:
    name, data = secrets.token_hex(8), cast("BinaryIO", _Bytes(mib))
    taken = seconds(
        lambda: sdk.put_object(bucket, name, data, mib * _MIB, part_size=_PART, num_parallel_uploads=parts.AT_ONCE)
    )
    sdk.remove_object(bucket, name)
    return taken

"""Buckets for the suites: each test has one of its own, on each server.

On MinIO the service has a key with the policy of ``docs/operate.md``, and no other right.
"""

import json
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from minio import Minio
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

from dam.objects.address import Address

OPERATE = Path(__file__).parents[3] / "docs" / "operate.md"


@dataclass(frozen=True)
class Server:
    """One bucket, which is not there yet: as the store knows it, and as the server's administrator does."""

    address: Address
    root: Minio
    admin: MinioAdmin

    @property
    def url(self) -> str:
        """As it is written in the settings."""
        where = self.address
        return f"s3://{where.key}:{where.secret}@{where.endpoint}/{where.bucket}?secure=false"

    def held(self) -> list[str]:
        """Every key that there is."""
        return [str(each.object_name) for each in self.root.list_objects(self.address.bucket, recursive=True)]

    def bytes_of(self, key: str) -> bytes:
        with self.root.get_object(self.address.bucket, key) as answer:
            return answer.read()

    def unfinished(self, key: str) -> int:
        return len(self.root._list_multipart_uploads(self.address.bucket, prefix=key).uploads)


def server_of(name: str, url: str) -> Server:
    """A new bucket on this server."""
    root = _root(url)
    client = Minio(root.endpoint, root.key, root.secret, secure=False, region=root.region)
    admin = MinioAdmin(endpoint=root.endpoint, credentials=StaticProvider(root.key, root.secret), secure=False)
    return Server(_restricted(root, admin) if name == "minio" else root, client, admin)


def policy(bucket: str) -> dict[str, Any]:
    """The one that is written for those who operate the service, for this bucket."""
    found = re.search(r"```json\n(.*?)```", OPERATE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    written: dict[str, Any] = json.loads(found[1].replace("arn:aws:s3:::dam", f"arn:aws:s3:::{bucket}"))
    return written


def _root(url: str) -> Address:
    parts = urlsplit(url)
    return Address(
        endpoint=f"{parts.hostname}:{parts.port}",
        bucket=f"test-{secrets.token_hex(8)}",
        key=parts.username or "",
        secret=parts.password or "",
        secure=False,
    )


def _restricted(root: Address, admin: MinioAdmin) -> Address:
    """The same bucket, with a key that may do what the policy says."""
    made = replace(root, key=secrets.token_hex(8), secret=secrets.token_hex(16))
    admin.user_add(made.key, made.secret)
    admin.policy_add(made.bucket, policy=policy(made.bucket))
    admin.attach_policy([made.bucket], user=made.key)
    return made

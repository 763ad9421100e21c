"""Give the service its own key to MinIO, which may do what ``bucket-policy.json`` says, and nothing else.

Rule: runs before the service, as MinIO's administrator, and may run again: it ends with the same. The service itself
never sees the administrator's password. The key, its secret and the bucket are those of ``DAM_OBJECTS_URL_FILE``.
"""

import json
import os
from pathlib import Path

from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException
from minio.minioadmin import MinioAdmin

from dam.objects.address import Address

POLICY = Path(__file__).with_name("bucket-policy.json")
_DONE_ALREADY = "XMinioAdminPolicyChangeAlreadyApplied"


def give(address: Address, root_user: str, root_password: str) -> None:
    """Make the key and its rights. Raises MinioAdminException, urllib3's HTTPError."""
    root = StaticProvider(root_user, root_password)
    admin = MinioAdmin(endpoint=address.endpoint, credentials=root, secure=address.secure)
    admin.user_add(address.key, address.secret)
    admin.policy_add(address.bucket, policy=policy(address.bucket))
    try:
        admin.attach_policy([address.bucket], user=address.key)
    except MinioAdminException as error:
        if _DONE_ALREADY not in str(error):
            raise


def policy(bucket: str) -> "dict[str, object]":
    """The policy that is written for the bucket ``dam``, for this one."""
    written: dict[str, object] = json.loads(POLICY.read_text().replace("arn:aws:s3:::dam", f"arn:aws:s3:::{bucket}"))
    return written


def _secret(name: str) -> str:
    return Path(os.environ[name]).read_text(encoding="utf-8").strip()


if __name__ == "__main__":
    wanted = Address.parse(_secret("DAM_OBJECTS_URL_FILE"))
    give(wanted, _secret("MINIO_ROOT_USER_FILE"), _secret("MINIO_ROOT_PASSWORD_FILE"))
    print(f"The key for the bucket {wanted.bucket} is there.")

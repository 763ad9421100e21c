"""What goes wrong with a bucket's server, as our errors: whoever catches them knows no SDK.

Rule: no sentence names an address or a key. Beside ``bucket`` the only module that knows the SDK.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as Late

from dam.domain.errors import StorageFull, Unavailable

_INSUFFICIENT_STORAGE = 507
_FULL = {
    "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "ServiceQuotaExceeded",
    "InsufficientStorage", "EntityTooLarge",
}  # fmt: skip
_GONE = {"NoSuchKey", "NoSuchUpload"}


class Missing(Unavailable):
    """There is no such key or upload. Where that is an answer it is caught; anywhere else something was taken away."""


@contextmanager
def reported() -> Iterator[None]:
    """Turn what the SDK raises into StorageFull or Unavailable (``objects_unavailable``). Says no address."""
    try:
        yield
    except S3Error as error:
        if error.code in _GONE:
            raise Missing("objects_unavailable", "The object store has lost what was being stored.") from error
        if error.code in _FULL or error.response.status == _INSUFFICIENT_STORAGE:
            raise StorageFull("storage_full", "There is no room for these bytes in the object store.") from error
        raise unavailable(f"refused: {error.code}") from error
    except ServerError as error:
        raise unavailable(f"failed with status {error.status_code}") from error
    except InvalidResponseError as error:
        raise unavailable("gave an answer that is not S3's") from error
    except (HTTPError, OSError) as error:
        raise unavailable(_broken(error.reason if isinstance(error, MaxRetryError) else error)) from error
    except (MinioException, ParseError, ValueError) as error:
        raise unavailable("gave an answer that can't be read") from error


def _broken(reason: Exception | None) -> str:
    if isinstance(reason, SSLError):
        return "speaks no TLS, or its certificate is not trusted"
    if isinstance(reason, Late | TimeoutError) and not isinstance(reason, NewConnectionError):
        return "did not answer in time"
    return "can't be reached, or broke off"


def unavailable(what: str) -> Unavailable:
    return Unavailable("objects_unavailable", f"The object store {what}.")

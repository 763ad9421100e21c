"""Signatures: those that are published with the specification, and those of the SDK."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minio.credentials.credentials import Credentials as SdkCredentials
from minio.signer import sign_v4_s3

from dam.channels.signing import Credentials, path_of, query_of, sign

# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
WHO = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
HOST = {"Host": "examplebucket.s3.amazonaws.com"}
AT = datetime(2013, 5, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "body", "signature"),
    [
        ("GET", "/test.txt", {}, {"Range": "bytes=0-9"}, b"",
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test%24file.text", {},
         {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
         b"Welcome to Amazon S3.", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/", {"lifecycle": ""}, {}, b"",
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/", {"prefix": "J", "max-keys": "2"}, {}, b"",
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)  # fmt: skip
def test_the_published_examples(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, signature: str
) -> None:
    signed = sign(WHO, method, path, query_of(query), {**HOST, **headers}, body, AT)
    assert signed["Authorization"].endswith(f"Signature={signature}")


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(NAMES, st.dictionaries(NAMES.filter(lambda name: "=" not in name and "&" not in name), NAMES, max_size=3))
def test_it_is_the_signature_of_the_sdk(key: str, query: dict[str, str]) -> None:
    path, asked = path_of("bucket", key), query_of(query)
    ours = sign(WHO, "PUT", path, asked, {"Host": "h:9000", "If-None-Match": "*"}, b"body", AT)
    theirs = sign_v4_s3(
        method="PUT",
        url=urlsplit(f"http://h:9000{path}?{asked}"),
        region="us-east-1",
        headers={name: value for name, value in ours.items() if name != "Authorization"},
        credentials=SdkCredentials(WHO.key, WHO.secret),
        content_sha256=ours["x-amz-content-sha256"],
        date=AT,
    )
    assert ours["Authorization"] == theirs["Authorization"]


def test_the_secret_is_not_shown() -> None:
    assert WHO.secret not in repr(WHO)

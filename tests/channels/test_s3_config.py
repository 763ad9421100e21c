"""The configuration of an S3 channel: what is taken, and the one spelling of where it leads."""

import pytest

from dam.channels import KINDS
from dam.channels.s3_config import FIXED, SCHEMA, Where, parse
from dam.ports.channel import InvalidConfig, InvalidRemote

GOOD: dict[str, object] = {"endpoint": "S3.Example.org", "bucket": "shop", "key": "KEY", "secret": "hunter2"}


def where(**more: object) -> Where:
    return parse({**GOOD, **more})


def test_the_least() -> None:
    found = where()
    assert (found.host, found.port, found.secure, found.authority) == ("s3.example.org", 443, True, "s3.example.org")
    assert (found.prefix, found.credentials.region, found.cache_control, found.lateness_s) == (
        "", "us-east-1", "no-cache", 60.0,
    )  # fmt: skip


def test_the_schema_says_what_is_secret() -> None:
    assert KINDS["s3"].secrets == {"secret"}
    properties = SCHEMA["properties"]
    assert isinstance(properties, dict)
    assert set(properties) >= FIXED


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"endpoint": "https://s3.example.org"}, "endpoint_invalid"),
        ({"endpoint": "s3.example.org/path"}, "endpoint_invalid"),
        ({"endpoint": "user@s3.example.org"}, "endpoint_invalid"),
        ({"endpoint": "s3.example.org?x"}, "endpoint_invalid"),
        ({"endpoint": "s3.example.org:0"}, "endpoint_invalid"),
        ({"endpoint": "s3.example.org:99999"}, "endpoint_invalid"),
        ({"endpoint": "s3.example.org\r\nX: y"}, "endpoint_invalid"),
        ({"endpoint": "2130706433"}, "endpoint_invalid"),
        ({"endpoint": ""}, "endpoint_invalid"),
        ({"endpoint": None}, "endpoint_missing"),
        ({"bucket": "Shop"}, "bucket_invalid"),
        ({"bucket": "a/b"}, "bucket_invalid"),
        ({"bucket": "shop\n"}, "bucket_invalid"),
        ({"prefix": "../other"}, "prefix_invalid"),
        ({"prefix": "/absolute"}, "prefix_invalid"),
        ({"prefix": "a//b"}, "prefix_invalid"),
        ({"prefix": ".dam-staging"}, "prefix_invalid"),
        ({"key": "KEY\r\nX: y"}, "key_invalid"),
        ({"key": ""}, "key_invalid"),
        ({"secret": "hunter2\n"}, "secret_invalid"),
        ({"secret": 7}, "secret_invalid"),
        ({"secret": None}, "secret_missing"),
        ({"region": "eu central"}, "region_invalid"),
        ({"secure": "false"}, "secure_invalid"),
        ({"cache_control": "a\r\nSet-Cookie: b"}, "cache_control_invalid"),
        ({"lateness_s": 0}, "lateness_invalid"),
        ({"lateness_s": True}, "lateness_invalid"),
        ({"acl": "public-read"}, "config_unknown"),
    ],
)
def test_what_is_wrong_is_told_without_the_secret(more: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        where(**more)
    assert refused.value.code == code
    assert refused.value.permanent
    assert "hunter2" not in str(refused.value)


def test_places_are_told_apart_and_the_same_place_is_the_same() -> None:
    def canonical(remote: str, **more: object) -> str:
        found = where(**more)
        return found.canonical(found.key_of(remote))

    assert canonical("a.jpg") == "s3://s3.example.org/shop/a.jpg"
    assert canonical("b/a.jpg") == canonical("a.jpg", prefix="b") == canonical("a.jpg", prefix="b/")
    assert canonical("a.jpg") == canonical("a.jpg", endpoint="s3.example.org:443") == canonical("a.jpg", secure=False)
    assert canonical("a.jpg", endpoint="s3.example.org.") == canonical("a.jpg")
    assert canonical("a b") != canonical("a%20b")
    others = [canonical("a.jpg", endpoint="s3.example.org:9000"), canonical("a.jpg", bucket="shop2")]
    assert len({canonical("a.jpg"), canonical("A.jpg"), *others}) == 4
    amazon = [canonical("a", endpoint=f"s3{part}.amazonaws.com") for part in ("", ".eu-west-1", ".dualstack.eu-west-1")]
    assert len(set(amazon)) == 1  # a bucket's name is there once


def test_a_numeric_endpoint() -> None:
    found = where(endpoint="[2001:DB8::1]:9000")
    assert (found.host, found.authority) == ("2001:db8::1", "[2001:db8::1]:9000")


def test_a_key_is_not_longer_than_s3_takes() -> None:
    prefix = "p" * 200
    assert where(prefix=prefix).key_of("/".join(["x" * 200] * 4))
    with pytest.raises(InvalidRemote):
        where(prefix=prefix).key_of("/".join(["x" * 200] * 5))


def test_the_secret_is_in_no_text() -> None:
    assert "hunter2" not in repr(where())

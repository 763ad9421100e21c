"""Where a bucket is: what can be written, and that no refusal repeats a secret."""

import subprocess
import sys

import pytest

from config.settings import Settings, SettingsError
from dam.objects.address import Address
from dam.wiring import choose


def test_everything_is_in_the_url() -> None:
    assert Address.parse("s3://key:s%2Fe%40c@127.0.0.1:9000/dam?secure=false&region=eu-central-1") == Address(
        endpoint="127.0.0.1:9000", bucket="dam", key="key", secret="s/e@c", secure=False, region="eu-central-1"
    )


def test_tls_and_a_region_are_the_default() -> None:
    found = Address.parse("s3://key:secret@s3.example.org/my.dam-1")
    assert (found.endpoint, found.secure, found.region) == ("s3.example.org", True, "us-east-1")


def test_clients_may_reach_it_elsewhere() -> None:
    found = Address.parse("s3://key:secret@minio:9000/dam?secure=false&public=https://files.example.org")
    seen = found.seen_by_clients()
    assert (found.endpoint, found.secure) == ("minio:9000", False)
    assert (seen.endpoint, seen.secure, seen.bucket) == ("files.example.org", True, "dam")
    plain = Address.parse("s3://key:secret@minio:9000/dam?secure=false")
    assert plain.seen_by_clients() == plain


def test_a_numeric_address_keeps_its_brackets() -> None:
    assert Address.parse("s3://key:secret@[::1]:9000/dam").endpoint == "[::1]:9000"


@pytest.mark.parametrize(
    "url",
    [
        "s3://dam",
        "s3://127.0.0.1:9000/dam",
        "s3://hunter2@127.0.0.1:9000/dam",
        "s3://key:hunter2@127.0.0.1:9000",
        "s3://key:hunter2@127.0.0.1:9000/",
        "s3://key:hunter2@127.0.0.1:9000/dam/more",
        "s3://key:hunter2@127.0.0.1:9000/DAM",
        "s3://key:hunter2@127.0.0.1:9000/a",
        "s3://key:hunter2@127.0.0.1:port/dam",
        "s3://key:hunter2/more@127.0.0.1:9000/dam",
        "s3://key:hunter2?more@127.0.0.1:9000/dam",
        "s3://key:hunter2#more@127.0.0.1:9000/dam",
        "s3://key:hunter2\u2100@127.0.0.1:9000/dam",
        "s3://key:hunter2@[::1:9000/dam",
        "s3://key:hunter2@127.0.0.1:9000/dam?secure=perhaps",
        "s3://key:hunter2@127.0.0.1:9000/dam?secure=true&secure=true",
        "s3://key:hunter2@127.0.0.1:9000/dam?region=",
        "s3://key:hunter2@127.0.0.1:9000/dam?hunter2=1",
        "s3://key:hunter2@127.0.0.1:9000/dam?public=hunter2",
        "s3://key:hunter2@127.0.0.1:9000/dam?public=ftp://hunter2",
        "s3://key:hunter2@127.0.0.1:9000/dam?public=http://u:hunter2@files",
        "s3://key:hunter2@127.0.0.1:9000/dam?public=http://files/hunter2",
        "s3://key:hunter2@127.0.0.1:9000/dam?public=http://[hunter2",
        "s3:key:hunter2",
        "S3://hunter2@127.0.0.1/dam",
    ],
)
def test_what_is_wrong_is_told_without_the_secret(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        choose(Settings(objects_url=url))
    assert refused.value.detail.startswith("DAM_OBJECTS_URL: ")
    assert "hunter2" not in refused.value.detail
    assert refused.value.__cause__ is None


def test_the_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(Address.parse("s3://key:hunter2@127.0.0.1/dam"))


def test_another_scheme_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingsError) as refused:
        choose(Settings(objects_url="ftp://hunter2@127.0.0.1/dam"))
    assert refused.value.detail == "DAM_OBJECTS_URL: ftp can't be used; supported now: file:///PATH, s3://…."


def test_only_a_bucket_has_links() -> None:
    with pytest.raises(SettingsError) as refused:
        choose(Settings(presigned_reads=True))
    assert refused.value.detail.startswith("DAM_PRESIGNED_READS: ")
    choose(Settings(presigned_reads=True, objects_url="s3://key:hunter2@127.0.0.1/dam"))


def test_the_embedded_default_loads_no_sdk() -> None:
    program = (
        "import sys; from config.settings import Settings; from dam.wiring import choose\n"
        "choose(Settings()); print({'minio', 'urllib3'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

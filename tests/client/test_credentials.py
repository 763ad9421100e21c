"""To whom a token is sent, and to whom it is not."""

import stat
from pathlib import Path

import pytest

from dam.client import address, credentials
from dam.client.credentials import Access
from dam.client.failure import Failure


def test_the_running_service_is_found_by_itself(running: Path) -> None:
    assert credentials.find() == Access("http://127.0.0.1:8080", "dam_local_admin")


@pytest.mark.parametrize("named", ["http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://localhost:8080"])
def test_naming_its_own_address_is_the_same_and_dials_the_address_it_wrote(
    running: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("DAM_URL", named)
    assert credentials.find() == Access("http://127.0.0.1:8080", "dam_local_admin")


@pytest.mark.parametrize(
    "named",
    [
        "http://127.0.0.1:8081", "https://127.0.0.1:8080", "http://127.0.0.2:8080", "http://dam.example",
        "http://127.0.0.1:8080/other", "http://localhost.evil.example:8080", "http://127.0.0.1:8080.evil.example",
    ],
)  # fmt: skip
def test_the_local_token_is_never_sent_to_another_address(
    running: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("DAM_URL", named)
    with pytest.raises(Failure) as failure:
        credentials.find()
    assert failure.value.code in ("not_signed_in", "url_invalid")


def test_the_local_token_is_not_sent_to_whoever_listens_after_the_service_has_ended(home: Path) -> None:
    with pytest.raises(Failure) as failure:
        credentials.find()
    assert failure.value.code == "no_service"


def test_a_token_of_the_environment_goes_where_the_environment_says(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAM_URL", "https://dam.example")
    monkeypatch.setenv("DAM_TOKEN", "dam_mine")
    assert credentials.find() == Access("https://dam.example", "dam_mine")


def test_a_token_of_the_environment_without_an_address_goes_nowhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.keep(Access("https://dam.example", "dam_kept"), "1")
    monkeypatch.setenv("DAM_TOKEN", "dam_mine")
    with pytest.raises(Failure) as failure:
        credentials.find()
    assert failure.value.code == "no_service"


def test_a_login_is_kept_for_its_address_alone_and_for_its_owner_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.keep(Access("https://dam.example", "dam_kept"), "1")
    assert stat.S_IMODE(credentials.path().stat().st_mode) == 0o600
    assert credentials.find() == Access("https://dam.example", "dam_kept")
    monkeypatch.setenv("DAM_URL", "https://other.example")
    with pytest.raises(Failure) as failure:
        credentials.find()
    assert failure.value.code == "not_signed_in"


def test_credentials_that_others_can_read_are_refused(home: Path) -> None:
    credentials.keep(Access("https://dam.example", "dam_kept"), "1")
    credentials.path().chmod(0o640)
    with pytest.raises(Failure) as failure:
        credentials.find()
    assert failure.value.code == "credentials_exposed"


def test_forgetting_one_login_leaves_the_other(home: Path) -> None:
    credentials.keep(Access("https://one.example", "dam_1"), "1")
    credentials.keep(Access("https://two.example", "dam_2"), "2")
    credentials.forget("https://two.example")
    assert credentials.find() == Access("https://one.example", "dam_1")


def test_a_token_is_not_shown_by_repr() -> None:
    assert "dam_secret" not in repr(Access("https://dam.example", "dam_secret"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Dam.Example:443/", "https://dam.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://dam.example/team/", "http://dam.example/team"),
    ],
)
def test_addresses_have_one_spelling(url: str, expected: str) -> None:
    assert address.normal(url) == expected


@pytest.mark.parametrize("url", ["dam.example", "ftp://dam.example", "https://a:b@dam.example", "http://x:99999", ""])
def test_what_is_no_address_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(Failure) as failure:
        address.normal(url)
    assert "a:b" not in failure.value.detail

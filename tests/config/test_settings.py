"""Settings: what is misspelt is refused, secrets stay secret, and nothing can be changed afterwards."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from config.settings import VARIABLES, Settings, SettingsError


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for variable in VARIABLES for name in variable.names]:
        monkeypatch.delenv(name, raising=False)


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    return caught.value.detail


def test_without_any_variable_the_defaults_hold() -> None:
    settings = Settings.read()
    assert (settings.host, settings.port, settings.home) == ("127.0.0.1", 8080, Path("data").absolute())


def test_each_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DAM_HOME", str(tmp_path))
    monkeypatch.setenv("DAM_SELF_APPROVAL", "no")
    monkeypatch.setenv("DAM_LEASE_SECONDS", "7.5")
    monkeypatch.setenv("DAM_LOG_FORMAT", "json")
    settings = Settings.read()
    assert (settings.home, settings.self_approval, settings.lease_seconds) == (tmp_path, False, 7.5)
    assert settings.log_format == "json"


def test_an_unknown_variable_is_refused_with_a_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_DATABSE_URL", "sqlite:////tmp/x")
    assert refusal() == "There is no setting DAM_DATABSE_URL. Did you mean DAM_DATABASE_URL?"


def test_only_secrets_come_as_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_HOST_FILE", "/tmp/x")
    assert "no setting DAM_HOST_FILE" in refusal()


def test_the_clients_variables_are_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("DAM_TOKEN", "dam_x")
    Settings.read()


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://u:p@h/d\n")
    monkeypatch.setenv("DAM_DATABASE_URL_FILE", str(file))
    assert Settings.read().database_url == "postgresql://u:p@h/d"


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_DATABASE_URL_FILE", "/dev/null")
    monkeypatch.setenv("DAM_DATABASE_URL", "sqlite:////tmp/x")
    assert refusal() == "Both DAM_DATABASE_URL and DAM_DATABASE_URL_FILE are set; keep one."


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_SEARCH_URL_FILE", "/nowhere/at/all")
    assert refusal().startswith("DAM_SEARCH_URL_FILE: /nowhere/at/all can't be read")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_PORT", "")
    assert Settings.read().port == 8080


def test_the_port_also_comes_as_port_and_dam_port_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert Settings.read().port == 9000
    monkeypatch.setenv("DAM_PORT", "9001")
    assert Settings.read().port == 9001


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DAM_PORT", "http", "DAM_PORT: write a whole number."),
        ("DAM_PORT", "65536", "DAM_PORT: it must be between 0 and 65535."),
        ("DAM_LEASE_SECONDS", "nan", "DAM_LEASE_SECONDS: it must be between 5 and 3600."),
        ("DAM_SELF_APPROVAL", "maybe", "DAM_SELF_APPROVAL: write true or false."),
        ("DAM_LOG_LEVEL", "loud", "DAM_LOG_LEVEL: write one of debug, info, warning, error."),
        (
            "DAM_CHANNEL_NETWORKS",
            "10.0.0.0/8, 10.0.0.1/8",
            "DAM_CHANNEL_NETWORKS: write networks such as 10.0.0.0/8, with commas between them.",
        ),
        (
            "DAM_SECRET_KEY",
            "hunter2",
            "DAM_SECRET_KEY: write 64 hexadecimal digits, such as `openssl rand -hex 32` makes.",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal() == said


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_DATABASE_URL", "postgresql://u:hunter2@h/d")
    assert "hunter2" not in repr(Settings.read())


def test_networks_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Settings.read().channel_networks, Settings.read().secret_key) == ((), None)
    monkeypatch.setenv("DAM_CHANNEL_NETWORKS", "10.0.0.0/8, fd00::/8")
    monkeypatch.setenv("DAM_SECRET_KEY", "0f" * 32)
    settings = Settings.read()
    assert [str(each) for each in settings.channel_networks] == ["10.0.0.0/8", "fd00::/8"]
    assert settings.secret_key == b"\x0f" * 32
    assert "0f0f" not in repr(settings)
    assert repr(settings.secret_key) not in repr(settings)


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.read().port = 1  # type: ignore[misc]

"""Every setting there is: one frozen object, read once from the environment.

Rule: a variable that begins with ``DAM_`` and is not known is an error, so that a misspelt setting can't be ignored.
Each field carries its default and its description; ``docs/settings.md`` lists the same (tested). Secrets also come as
the name of a file in ``…_FILE``. Must not: choose adapters (``dam.wiring``) or open anything.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, JsonValue, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DAM_"
CLIENT_NAMES = frozenset({"DAM_URL", "DAM_TOKEN"})
"""Variables of the command line's client; a service ignores them."""

_SECRET: dict[str, JsonValue] = {"secret": True}


class SettingsError(Exception):
    """The environment can't be used. ``detail`` says which variable, and what to write instead."""

    code = "settings_invalid"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Settings(BaseSettings):
    """What can be set. Sizes in bytes, times in seconds. ``read`` makes one; URLs may hold passwords and are not
    shown by ``repr``.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    home: Path = Field(Path("data"), description="The service's own folder: database, objects, index, sockets.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8080,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("DAM_PORT", "PORT", "port"),
        description="The port to listen on; also taken from `PORT`. 0 takes a free one.",
    )
    database_url: str = Field(
        "",
        repr=False,
        json_schema_extra=_SECRET,
        description="`sqlite:///PATH` or `postgresql://…`. Empty: SQLite in the home folder.",
    )
    objects_url: str = Field(
        "", repr=False, json_schema_extra=_SECRET, description="`file:///PATH`. Empty: the home folder."
    )
    search_url: str = Field(
        "",
        repr=False,
        json_schema_extra=_SECRET,
        description="`tantivy:///PATH`. Empty: an index in the home folder.",
    )
    broker_url: str = Field(
        "embedded://",
        repr=False,
        json_schema_extra=_SECRET,
        description="`embedded://`: the worker process runs the jobs itself.",
    )
    self_approval: bool = Field(True, description="Whether people may approve versions that they made.")
    max_upload_bytes: int = Field(64 << 30, ge=1, description="The largest file that is taken.")
    lease_seconds: float = Field(30, ge=5, le=3600, description="How long a worker has a delivery before another may.")
    folder_permit_seconds: float = Field(
        10, ge=1, le=600, description="How long the visible step into a folder may take."
    )
    web_threads: int = Field(32, ge=1, le=512, description="Requests that are answered at the same time.")
    worker_threads: int = Field(
        2, ge=1, le=64, description="Renderings that run at the same time; deliveries take as many again."
    )
    stop_seconds: float = Field(20, ge=1, le=600, description="How long running requests and jobs may take at a stop.")
    log_format: Literal["lines", "json"] = Field("lines", description="Logs for people, or one JSON object a line.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @classmethod
    def read(cls) -> Self:
        """The settings of this process's environment. Raises SettingsError."""
        _refuse_unknown(os.environ)
        try:
            return cls(**_from_files(os.environ))
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None


def names() -> dict[str, bool]:
    """Every variable's name, and whether it is a secret."""
    return {
        PREFIX + field.upper(): bool(isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("secret"))
        for field, info in Settings.model_fields.items()
    }


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {*names(), *CLIENT_NAMES, *(f"{name}_FILE" for name, secret in names().items() if secret)}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"There is no setting {name}.{_suggestion(name, known)}")


def _suggestion(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f" Did you mean {close[0]}?" if close else " docs/settings.md lists those that there are."


def _from_files(environment: Mapping[str, str]) -> dict[str, Any]:
    """The values of secrets that are given as files, by field. Raises SettingsError."""
    found = {}
    for name, secret in names().items():
        path = environment.get(f"{name}_FILE") if secret else None
        if not path:
            continue
        if environment.get(name):
            raise SettingsError(f"Both {name} and {name}_FILE are set; keep one.")
        found[name.removeprefix(PREFIX).lower()] = _content(f"{name}_FILE", path)
    return found


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}: {path} can't be read: {error}.") from None


def _explain(error: ValidationError) -> str:
    """Which variables are wrong and why; never their values, which may be secrets."""
    return " ".join(f"{_variable(str(one['loc'][0]))}: {one['msg']}." for one in error.errors(include_input=False))


def _variable(location: str) -> str:
    return location if location.isupper() else PREFIX + location.upper()

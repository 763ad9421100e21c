"""What can be refused, and why: the errors that every layer raises and only ``dam.api`` and ``dam.cli`` translate.

Belongs here: one class for each *kind* of refusal; the instance carries a stable code and a sentence.
Must not: know HTTP; the table from class to status is ``dam.api.problems``.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one field of the input."""

    field: str
    code: str
    detail: str


class DamError(Exception):
    """A refusal with a stable ``code`` (snake_case, part of the interface) and a sentence for a person.

    ``extra`` holds JSON-ready members that help the caller go on, such as the head that is there now.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors = errors
        self.extra = dict(extra or {})


class Invalid(DamError):
    """The input can't be understood or breaks a rule of form."""


class Unauthenticated(DamError):
    """Nobody is signed in, or the credential is not valid any more."""


class Forbidden(DamError):
    """The policy denies it to this principal."""


class NotFound(DamError):
    """No such thing, or none that this principal may know of."""


class Gone(DamError):
    """It was there and was withdrawn."""


class Conflict(DamError):
    """The state of things does not allow it; somebody else may have moved first."""


class PreconditionFailed(DamError):
    """The revision that the request names is not the present one."""


class PreconditionRequired(DamError):
    """The request must name the revision that it saw."""


class TooLarge(DamError):
    """More bytes than this service takes."""


class TooManyRequests(DamError):
    """Too often; try later."""


class StorageFull(DamError):
    """No room for the bytes; nothing of them is visible."""


class Unavailable(DamError):
    """Something that this service needs does not answer at the moment."""

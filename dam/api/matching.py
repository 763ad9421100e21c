"""If-Match on changes: a change names what it saw, or is refused.

Rule: the tag of an asset or channel is its revision, which only people's edits raise.
"""

from flask import request

from dam.domain.errors import PreconditionFailed, PreconditionRequired


def tag(revision: int | str) -> str:
    """The header's value for a revision."""
    return f'"{revision}"'


def require_named() -> None:
    """Raise PreconditionRequired ``precondition_required`` unless the request names what it saw."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired("precondition_required", "Name the revision that you saw in If-Match.")


def require_match(revision: int | str) -> None:
    """Raise PreconditionRequired, or PreconditionFailed ``revision_differs``. The operation compares again, inside its
    transaction.
    """
    require_named()
    refuse_other(revision)


def refuse_other(revision: int | str) -> None:
    """Raise PreconditionFailed ``revision_differs`` if the request names another revision; naming none is fine."""
    if "If-Match" in request.headers and not request.if_match.contains(str(revision)):
        detail = "Somebody changed it since you loaded it; load it again."
        raise PreconditionFailed("revision_differs", detail, extra={"revision": revision})

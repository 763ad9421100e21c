"""Whether what this service needs answers: the database, the object store, the search index.

Rule: looks, changes nothing, and says what is wrong in a sentence. Nobody's role is asked: the answer has no content.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dam.domain.errors import DamError
from dam.ports.services import Services
from search.errors import SearchError

_NOBODY = "00000000-0000-7000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is needed. ``required``: without it requests can't be answered; without the index only search
    can't. ``reason`` is None where it answers.
    """

    name: str
    required: bool
    code: str | None = None
    reason: str | None = None


def checks(services: Services) -> tuple[Check, ...]:
    """Each of them, asked now."""
    return (
        _check("database", lambda: _ask_database(services), required=True),
        _check("objects", lambda: _ask_objects(services), required=True),
        _check("index", lambda: _ask_index(services), required=False),
    )


def is_ready(found: tuple[Check, ...]) -> bool:
    """Whether requests can be answered."""
    return all(each.reason is None for each in found if each.required)


def _check(name: str, ask: Callable[[], None], *, required: bool) -> Check:
    try:
        ask()
    except (DamError, SearchError) as problem:
        return Check(name, required, problem.code, problem.detail)
    return Check(name, required)


def _ask_database(services: Services) -> None:
    with services.store.reading() as work:
        work.now()
        work.people.any_person()


def _ask_objects(services: Services) -> None:
    services.objects.find("0" * 64)


def _ask_index(services: Services) -> None:
    services.index.sequences([_NOBODY])

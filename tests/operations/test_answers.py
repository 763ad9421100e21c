"""Idempotency keys on both databases: begun, remembered with the effect, taken over, freed."""

from dataclasses import replace
from typing import cast

import pytest

from dam.domain.errors import Conflict, DamError, Invalid
from dam.domain.principals import SYSTEM, Actor, RequestKey
from dam.operations import answers
from dam.ports.services import Services
from dam.store.work import SqlStore
from tests.conftest import Time

KEY = RequestKey(SYSTEM.principal_id, "POST /x", "k")
KEYED = replace(SYSTEM, request=KEY)
BODY, OTHER_BODY = "a" * 64, "b" * 64


class OnlyStore:
    def __init__(self, store: SqlStore) -> None:
        self.store = store


@pytest.fixture
def services(store: SqlStore) -> Services:
    return cast(Services, OnlyStore(store))


def remember(services: Services, actor: Actor, **result: str) -> None:
    with services.store.writing() as work:
        answers.remember(work, actor, **result)
        work.commit()


def refused(kind: type[DamError], code: str) -> "pytest.RaisesExc[DamError]":
    return pytest.raises(kind, check=lambda error: error.code == code)


def test_what_was_answered_is_answered_again(services: Services) -> None:
    assert answers.begin(services, KEY, BODY) is None
    remember(services, KEYED, asset_id="7")
    assert answers.begin(services, KEY, BODY) == {"asset_id": "7"}


def test_another_body_is_refused_whether_it_runs_or_was_answered(services: Services, time: Time) -> None:
    answers.begin(services, KEY, BODY)
    with refused(Invalid, "idempotency_key_reused"):
        answers.begin(services, KEY, OTHER_BODY)
    time.move(answers.LEASE.total_seconds())
    with refused(Invalid, "idempotency_key_reused"):
        answers.begin(services, KEY, OTHER_BODY)
    remember(services, KEYED, asset_id="7")
    with refused(Invalid, "idempotency_key_reused"):
        answers.begin(services, KEY, OTHER_BODY)


def test_while_it_runs_it_is_in_progress_until_its_lease_ends(services: Services, time: Time) -> None:
    answers.begin(services, KEY, BODY)
    time.move(answers.LEASE.total_seconds() - 1)
    with refused(Conflict, "request_in_progress"):
        answers.begin(services, KEY, BODY)
    time.move(1)
    assert answers.begin(services, KEY, BODY) is None


def test_a_run_that_was_overtaken_can_t_commit(services: Services, time: Time) -> None:
    """The first stalls, a second takes the key over and answers; the first must not take effect as well."""
    answers.begin(services, KEY, BODY)
    time.move(answers.LEASE.total_seconds())
    answers.begin(services, KEY, BODY)
    remember(services, KEYED, asset_id="second")
    with refused(Conflict, "request_in_progress"):
        remember(services, KEYED, asset_id="first")
    assert answers.begin(services, KEY, BODY) == {"asset_id": "second"}


def test_a_refused_request_frees_its_key_and_an_answered_one_does_not(services: Services) -> None:
    answers.begin(services, KEY, BODY)
    answers.drop(services, KEY)
    assert answers.begin(services, KEY, OTHER_BODY) is None
    remember(services, KEYED, asset_id="7")
    answers.drop(services, KEY)
    assert answers.begin(services, KEY, OTHER_BODY) == {"asset_id": "7"}


def test_a_request_without_effect_is_settled_but_never_rewritten(services: Services) -> None:
    answers.begin(services, KEY, BODY)
    answers.settle(services, KEY, {"asset_id": "7"})
    answers.settle(services, KEY, {"asset_id": "8"})
    assert answers.begin(services, KEY, BODY) == {"asset_id": "7"}


def test_the_answer_is_gone_with_a_rolled_back_effect(services: Services) -> None:
    answers.begin(services, KEY, BODY)
    with services.store.writing() as work:
        answers.remember(work, KEYED, asset_id="7")
    with refused(Conflict, "request_in_progress"):
        answers.begin(services, KEY, BODY)


@pytest.mark.parametrize(
    "other", [replace(KEY, principal_id="p"), replace(KEY, route="POST /y"), replace(KEY, key="l")]
)
def test_keys_belong_to_a_principal_and_a_route(services: Services, other: RequestKey) -> None:
    answers.begin(services, KEY, BODY)
    assert answers.begin(services, other, OTHER_BODY) is None


def test_without_a_key_nothing_is_remembered(services: Services) -> None:
    remember(services, SYSTEM, asset_id="7")

"""Signing in, accounts, tokens: on a real store, with time that moves only when told."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import argon2
import pytest

from dam.domain.errors import Conflict, DamError, Forbidden, Invalid, NotFound, PreconditionFailed, Unauthenticated
from dam.domain.principals import Actor, Role
from dam.operations import people, sign_in, tokens
from dam.operations.people import UserChange
from dam.operations.sign_in import FAILURE_WINDOW, MAX_FAILURES
from dam.operations.tokens import Wanted
from dam.passwords import Argon2Passwords
from dam.ports.services import Rules, Services
from dam.store.work import SqlStore, open_store
from tests.conftest import Time

PASSWORD = "correct horse battery"
OTHER = "another long password"


class CountingPasswords(Argon2Passwords):
    """Cheap, and counts what was verified."""

    def __init__(self) -> None:
        super().__init__(argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        self.verified: list[str | None] = []

    def verify(self, encoded: str | None, password: str) -> bool:
        self.verified.append(encoded)
        return super().verify(encoded, password)


@pytest.fixture
def services(request: pytest.FixtureRequest, time: Time) -> Iterator[Services]:
    """On SQLite; a test that races asks for the other database as well, by ``both``."""
    url = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    store = open_store(url, now=time.now)
    yield with_store(store)
    store.dispose()


both = pytest.mark.parametrize(
    "services",
    ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgresql)],
    indirect=True,
)


def with_store(store: SqlStore) -> Services:
    """Only what accounts need; the rest must not be touched."""
    nothing = cast("object", None)
    return Services(
        store=store,
        objects=nothing,  # type: ignore[arg-type]
        index=nothing,  # type: ignore[arg-type]
        channels=nothing,  # type: ignore[arg-type]
        clock=nothing,  # type: ignore[arg-type]
        passwords=CountingPasswords(),
        rules=Rules(),
        parts=nothing,  # type: ignore[arg-type]
    )


@pytest.fixture
def admin(services: Services) -> Actor:
    """The first administrator, signed in by the link."""
    link = people.ensure_admin(services)
    assert link is not None
    return sign_in.redeem(services, link, PASSWORD).actor


def refused(kind: type[DamError], code: str) -> "pytest.RaisesExc[DamError]":
    return pytest.raises(kind, check=lambda error: error.code == code)


def make(services: Services, admin: Actor, name: str, role: Role) -> Actor:
    user_id, _ = people.create_user(services, admin, name, role, PASSWORD)
    return Actor(user_id, name, role)


def test_the_first_start_makes_one_admin_and_one_link(services: Services) -> None:
    assert people.ensure_admin(services) is not None
    assert people.ensure_admin(services) is None


def test_a_link_works_once(services: Services) -> None:
    link = people.ensure_admin(services) or ""
    begun = sign_in.redeem(services, link)
    assert (begun.actor.name, begun.actor.role) == ("admin", "admin")
    with refused(Unauthenticated, "link_invalid"):
        sign_in.redeem(services, link)


@both
def test_a_link_that_is_redeemed_twice_at_once_works_once(services: Services) -> None:
    link = people.ensure_admin(services) or ""
    together = threading.Barrier(4)
    outcomes: list[str] = []

    def redeem() -> None:
        together.wait()
        try:
            sign_in.redeem(services, link)
            outcomes.append("in")
        except DamError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=redeem) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "link_invalid", "link_invalid", "link_invalid"]


def test_a_link_gives_the_account_its_name(services: Services) -> None:
    """One that somebody has already is refused, and the link is good for another."""
    link = people.ensure_admin(services) or ""
    first = sign_in.redeem(services, link, PASSWORD, name=" Ada ").actor
    assert first.name == "Ada"
    _, second = people.create_user(services, first, "ben", "viewer", None)
    with refused(Conflict, "name_taken"):
        sign_in.redeem(services, second, PASSWORD, name="Ada")
    with refused(Invalid, "name_invalid"):
        sign_in.redeem(services, second, PASSWORD, name=" ")
    assert sign_in.redeem(services, second, PASSWORD, name="Ben").actor.name == "Ben"
    assert sign_in.sign_in(services, "Ben", PASSWORD).actor.role == "viewer"


def test_a_link_expires(services: Services, time: Time) -> None:
    link = people.ensure_admin(services) or ""
    time.move(services.rules.link.total_seconds())
    with refused(Unauthenticated, "link_invalid"):
        sign_in.redeem(services, link)


def test_a_wrong_password_for_a_link_does_not_use_it_up(services: Services) -> None:
    link = people.ensure_admin(services) or ""
    with refused(Invalid, "password_invalid"):
        sign_in.redeem(services, link, "short")
    assert sign_in.redeem(services, link, PASSWORD).actor.role == "admin"


def test_name_and_password_begin_a_session_that_ends(services: Services, admin: Actor, time: Time) -> None:
    begun = sign_in.sign_in(services, "admin", PASSWORD)
    actor, session = sign_in.authenticate_session(services, begun.secret)
    assert (actor, session.csrf) == (admin, begun.session.csrf)
    assert begun.secret not in (session.digest, session.csrf)
    time.move(services.rules.session.total_seconds())
    with refused(Unauthenticated, "session_invalid"):
        sign_in.authenticate_session(services, begun.secret)


def test_signing_in_again_ends_the_session_that_one_had(services: Services, admin: Actor) -> None:
    first = sign_in.sign_in(services, "admin", PASSWORD)
    second = sign_in.sign_in(services, "admin", PASSWORD, first.secret)
    assert first.secret != second.secret
    with refused(Unauthenticated, "session_invalid"):
        sign_in.authenticate_session(services, first.secret)
    sign_in.sign_out(services, second.secret)
    with refused(Unauthenticated, "session_invalid"):
        sign_in.authenticate_session(services, second.secret)


@pytest.mark.parametrize("name", ["admin", "nobody at all"])
def test_wrong_and_unknown_look_alike_and_both_take_the_slow_way(services: Services, admin: Actor, name: str) -> None:
    passwords = cast(CountingPasswords, services.passwords)
    passwords.verified.clear()
    with refused(Unauthenticated, "wrong_credentials"):
        sign_in.sign_in(services, name, OTHER)
    assert len(passwords.verified) == 1


def test_a_hash_for_nobody_costs_as_much_as_a_real_one() -> None:
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=128, parallelism=2)
    kept, nobody = hasher.hash(PASSWORD), Argon2Passwords(hasher)._nobody
    assert argon2.extract_parameters(kept) == argon2.extract_parameters(nobody)
    assert not Argon2Passwords(hasher).verify(None, PASSWORD)
    assert Argon2Passwords(hasher).verify(kept, PASSWORD)
    assert kept.startswith("$argon2id$")


@pytest.mark.parametrize("name", ["admin", "nobody at all"])
def test_too_many_failures_lock_the_name_also_for_the_right_password(
    services: Services, admin: Actor, time: Time, name: str
) -> None:
    for _ in range(MAX_FAILURES):
        with refused(Unauthenticated, "wrong_credentials"):
            sign_in.sign_in(services, name, OTHER)
    with refused(DamError, "locked_out"):
        sign_in.sign_in(services, name, PASSWORD)
    time.move(FAILURE_WINDOW.total_seconds() + 1)
    if name == "admin":
        assert sign_in.sign_in(services, name, PASSWORD).actor == admin


def test_many_guesses_at_once_don_t_get_around_the_lock_out(services: Services, admin: Actor) -> None:
    """All of them look before the first has failed; the right one comes last, and is too late."""
    passwords = cast(CountingPasswords, services.passwords)
    slow = Argon2Passwords.verify

    def fail_meanwhile(encoded: str | None, password: str) -> bool:
        with services.store.writing() as work:
            for _ in range(MAX_FAILURES):
                work.people.note_failure("admin", work.now())
            work.commit()
        return slow(passwords, encoded, password)

    passwords.verify = fail_meanwhile  # type: ignore[method-assign]
    with refused(DamError, "locked_out"):
        sign_in.sign_in(services, "admin", PASSWORD)


def test_a_disabled_account_is_out_at_once(services: Services, admin: Actor) -> None:
    user = make(services, admin, "ann", "viewer")
    begun = sign_in.sign_in(services, "ann", PASSWORD)
    _, secret = tokens.create(services, user, Wanted("t", "viewer"))
    _change(services, admin, user.principal_id, UserChange(disabled=True))
    for attempt in (
        lambda: sign_in.authenticate_session(services, begun.secret),
        lambda: sign_in.authenticate_token(services, secret),
        lambda: sign_in.sign_in(services, "ann", PASSWORD),
    ):
        with pytest.raises(Unauthenticated):
            attempt()
    with refused(Conflict, "user_disabled"):
        people.new_link(services, admin, user.principal_id)
    _change(services, admin, user.principal_id, UserChange(disabled=False))
    assert sign_in.authenticate_token(services, secret).role == "viewer"
    with refused(Unauthenticated, "session_invalid"):
        sign_in.authenticate_session(services, begun.secret)


def test_a_new_password_ends_the_sessions_of_the_old(services: Services, admin: Actor) -> None:
    begun = sign_in.sign_in(services, "admin", PASSWORD)
    with refused(Unauthenticated, "wrong_credentials"):
        people.change_password(services, admin, OTHER, OTHER)
    assert sign_in.authenticate_session(services, begun.secret)
    people.change_password(services, admin, PASSWORD, OTHER)
    with refused(Unauthenticated, "session_invalid"):
        sign_in.authenticate_session(services, begun.secret)
    assert sign_in.sign_in(services, "admin", OTHER).actor == admin


def test_a_new_role_counts_for_sessions_and_tokens_that_are_there(services: Services, admin: Actor) -> None:
    user = make(services, admin, "ann", "manager")
    begun = sign_in.sign_in(services, "ann", PASSWORD)
    _, secret = tokens.create(services, user, Wanted("t", "manager"))
    _change(services, admin, user.principal_id, UserChange(role="viewer"))
    assert sign_in.authenticate_session(services, begun.secret)[0].role == "viewer"
    assert sign_in.authenticate_token(services, secret).role == "viewer"


@pytest.mark.parametrize("change", [UserChange(role="manager"), UserChange(disabled=True)])
def test_the_last_admin_stays(services: Services, admin: Actor, change: UserChange) -> None:
    with refused(Conflict, "last_admin"):
        _change(services, admin, admin.principal_id, change)
    other = make(services, admin, "ann", "admin")
    _change(services, other, admin.principal_id, change)
    with refused(Conflict, "last_admin"):
        _change(services, other, other.principal_id, change)


@both
def test_two_admins_who_demote_one_another_leave_one(services: Services, admin: Actor) -> None:
    other = make(services, admin, "ann", "admin")
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def demote(by: Actor, whom: Actor) -> None:
        tag = people.user(services, by, whom.principal_id).tag
        together.wait()
        try:
            people.change_user(services, by, whom.principal_id, tag, UserChange(role="viewer"))
            outcomes.append("done")
        except DamError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=demote, args=pair) for pair in ((admin, other), (other, admin))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "last_admin"]


def test_a_change_names_what_it_saw(services: Services, admin: Actor) -> None:
    user = make(services, admin, "ann", "viewer")
    tag = people.user(services, admin, user.principal_id).tag
    people.change_user(services, admin, user.principal_id, tag, UserChange(role="manager"))
    with refused(PreconditionFailed, "revision_differs"):
        people.change_user(services, admin, user.principal_id, tag, UserChange(role="admin"))
    assert people.user(services, admin, user.principal_id).role == "manager"


def test_names_are_one_person_s(services: Services, admin: Actor) -> None:
    make(services, admin, "Zoë", "viewer")
    with refused(Conflict, "name_taken"):
        people.create_user(services, admin, " Zoe\u0308 ", "viewer", None)
    for name in ("", " ", "a\x00b", "a\nb", "a\u202eb", "x" * 101):
        with refused(Invalid, "name_invalid"):
            people.create_user(services, admin, name, "viewer", None)


def test_a_token_is_never_more_than_its_maker(services: Services, admin: Actor) -> None:
    user = make(services, admin, "ann", "approver")
    with refused(Forbidden, "role_too_high"):
        tokens.create(services, user, Wanted("t", "manager"))
    _, secret = tokens.create(services, user, Wanted("t", "contributor"))
    actor = sign_in.authenticate_token(services, secret)
    assert (actor.role, actor.principal_id) == ("contributor", user.principal_id)
    with refused(Forbidden, "role_too_high"):
        tokens.create(services, actor, Wanted("t", "approver"))


def test_a_token_made_by_a_token_does_not_outlive_it(services: Services, admin: Actor, time: Time) -> None:
    soon = time.at + timedelta(hours=1)
    _, secret = tokens.create(services, admin, Wanted("t", "admin", soon))
    actor = sign_in.authenticate_token(services, secret)
    with refused(Forbidden, "outlives_token"):
        tokens.create(services, actor, Wanted("u", "admin", soon + timedelta(seconds=1)))
    token_id, _ = tokens.create(services, actor, Wanted("u", "admin"))
    assert tokens.get(services, admin, token_id).expires_at == soon


def test_tokens_expire_and_are_revoked(services: Services, admin: Actor, time: Time) -> None:
    with refused(Invalid, "expires_at_invalid"):
        tokens.create(services, admin, Wanted("t", "admin", time.at))
    _, expiring = tokens.create(services, admin, Wanted("t", "admin", time.after(10)))
    token_id, revoked = tokens.create(services, admin, Wanted("u", "admin"))
    for secret in (expiring, revoked):
        assert sign_in.authenticate_token(services, secret).role == "admin"
    tokens.revoke(services, admin, token_id)
    time.move(10)
    for secret in (expiring, revoked, "dam_unknown", ""):
        with refused(Unauthenticated, "token_invalid"):
            sign_in.authenticate_token(services, secret)


def test_a_token_is_stored_as_its_digest_only(services: Services, admin: Actor) -> None:
    token_id, secret = tokens.create(services, admin, Wanted("t", "viewer"))
    token = tokens.get(services, admin, token_id)
    assert secret.startswith("dam_")
    assert len(secret) >= 4 + 43
    assert token.digest == sign_in.digest_of(secret)
    assert secret not in repr(token)


def test_last_use_is_noted_once_a_minute(services: Services, admin: Actor, time: Time) -> None:
    token_id, secret = tokens.create(services, admin, Wanted("t", "viewer"))
    begin = time.at
    for seconds, noted in ((0, 0), (30, 0), (29.9, 0), (0.1, 60), (1, 60)):
        time.move(seconds)
        sign_in.authenticate_token(services, secret)
        assert tokens.get(services, admin, token_id).last_used_at == begin + timedelta(seconds=noted)


def test_others_tokens_are_not_there(services: Services, admin: Actor) -> None:
    ann, bob = make(services, admin, "ann", "manager"), make(services, admin, "bob", "manager")
    token_id, _ = tokens.create(services, ann, Wanted("t", "viewer"))
    for act in (tokens.get, tokens.revoke):
        with refused(NotFound, "token_not_found"):
            act(services, bob, token_id)
    assert tokens.page(services, bob, None, 10) == []
    assert [each.id for each in tokens.page(services, admin, None, 10)] == [token_id]


def test_the_local_token_is_kept_while_it_works(services: Services, admin: Actor) -> None:
    first = tokens.local_token(services, None)
    assert tokens.local_token(services, first) == first
    actor = sign_in.authenticate_token(services, first)
    assert actor.role == "admin"
    tokens.revoke(services, admin, actor.token_id or "")
    assert tokens.local_token(services, first) != first
    with refused(Conflict, "not_a_person"):
        _change(services, admin, actor.principal_id, UserChange(disabled=True))


def test_everything_asks_the_policy(services: Services, admin: Actor) -> None:
    nobody = Actor(admin.principal_id, "x", None)
    user = make(services, admin, "ann", "manager")
    for act in (
        lambda: people.me(services, nobody),
        lambda: people.change_password(services, nobody, "", OTHER),
        lambda: people.users(services, nobody, None, 10),
        lambda: people.user(services, nobody, admin.principal_id),
        lambda: people.create_user(services, user, "x", "viewer", None),
        lambda: people.new_link(services, user, admin.principal_id),
        lambda: people.change_user(services, user, admin.principal_id, "", UserChange()),
        lambda: tokens.create(services, nobody, Wanted("x", "viewer")),
        lambda: tokens.get(services, nobody, "x"),
        lambda: tokens.page(services, nobody, None, 10),
        lambda: tokens.revoke(services, nobody, "x"),
    ):
        with refused(Forbidden, "forbidden"):
            act()


def _change(services: Services, actor: Actor, user_id: str, change: UserChange) -> None:
    people.change_user(services, actor, user_id, people.user(services, actor, user_id).tag, change)

"""Sessions over HTTP: cookies, forged requests, sign-out, lock-out; and the headers of every answer."""

from typing import Any

from werkzeug.test import Client, TestResponse

from dam.api.credentials import COOKIE, CSRF_HEADER
from dam.operations import people
from dam.operations.sign_in import MAX_FAILURES
from tests.api.test_roles import filled
from tests.api.world import API, World, problem

PASSWORD = "correct horse battery"


def signed_in(world: World, name: str = "ann", role: str = "manager") -> tuple[Client, dict[str, Any], TestResponse]:
    """A browser with a session; its answer."""
    people.create_user(world.services, world.people["admin"], name, role, PASSWORD)  # type: ignore[arg-type]
    client = world.app.test_client()
    answer = client.post(f"{API}/sessions", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return client, answer.json or {}, answer


def test_the_cookie_is_out_of_reach_and_the_csrf_value_is_not_in_it(world: World) -> None:
    client, session, answer = signed_in(world)
    header = answer.headers["Set-Cookie"]
    assert all(each in header for each in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"))
    assert "Secure" not in header
    assert session["csrf"] not in header
    assert client.get(f"{API}/me").json == {
        **world.get(f"users/{session['user_id']}"), "csrf": session["csrf"], "token_id": None
    }  # fmt: skip


def test_over_https_the_cookie_is_secure(world: World) -> None:
    people.create_user(world.services, world.people["admin"], "ann", "viewer", PASSWORD)
    answer = world.app.test_client().post(
        f"{API}/sessions", json={"name": "ann", "password": PASSWORD}, base_url="https://localhost"
    )
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_change_in_a_session_repeats_its_csrf_value(world: World) -> None:
    client, session, _ = signed_in(world)
    before = world.state()
    for headers in (
        {},
        {CSRF_HEADER: "wrong"},
        {CSRF_HEADER: ""},
        {CSRF_HEADER: session["csrf"] + "x"},
        {CSRF_HEADER: "é"},
    ):
        for method, path in (("POST", "campaigns"), ("PATCH", "campaigns/x"), ("DELETE", "sessions")):
            answer = client.open(f"{API}/{path}", method=method, json={"name": "c"}, headers=headers)
            if answer.status_code != 404:
                problem(answer, 403, "csrf_failed")
    assert world.state() == before
    answer = client.post(f"{API}/campaigns", json={"name": "c"}, headers={CSRF_HEADER: session["csrf"]})
    assert answer.status_code == 201


NO_SESSION = {("post", f"{API}/sessions"), ("put", f"{API}/uploads/{{upload_id}}/parts/{{number}}")}
"""What a session has no part in: making one, and a link that says by itself who may."""


def test_every_unsafe_route_asks_for_the_csrf_value(world: World) -> None:
    client, _, _ = signed_in(world, role="admin")
    before = world.state()
    for path, item in world.document["paths"].items():
        for method in set(item) & {"post", "patch", "delete", "put"}:
            if (method, path) in NO_SESSION:
                continue
            plain = filled(path)
            problem(client.open(plain, method=method.upper()), 403, "csrf_failed")
    assert world.state() == before


def test_signing_in_anew_replaces_the_session(world: World) -> None:
    client, _, _ = signed_in(world)
    first = client.get_cookie(COOKIE)
    client.post(f"{API}/sessions", json={"name": "ann", "password": PASSWORD})
    second = client.get_cookie(COOKIE)
    assert first is not None
    assert second is not None
    assert first.value != second.value
    client.set_cookie(COOKIE, first.value)
    problem(client.get(f"{API}/me"), 401, "session_invalid")


def test_signing_out_ends_it(world: World) -> None:
    client, session, _ = signed_in(world)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert client.delete(f"{API}/sessions", headers={CSRF_HEADER: session["csrf"]}).status_code == 204
    assert client.get_cookie(COOKIE) is None
    client.set_cookie(COOKIE, cookie.value)
    problem(client.get(f"{API}/me"), 401, "session_invalid")


def test_a_link_signs_in_once_and_sets_the_password(world: World) -> None:
    made = world.post("users", {"name": "ann", "role": "viewer"}).json or {}
    answer = world.call("POST", "sessions", None, json={"link": made["link"], "password": PASSWORD})
    assert (answer.status_code, (answer.json or {})["role"]) == (201, "viewer")
    before = world.state()
    problem(world.call("POST", "sessions", None, json={"link": made["link"]}), 401, "link_invalid")
    assert world.state() == before
    assert world.call("POST", "sessions", None, json={"name": "ann", "password": PASSWORD}).status_code == 201


def test_what_signs_nobody_in_changes_nothing_but_the_count_of_failures(world: World) -> None:
    people.create_user(world.services, world.people["admin"], "ann", "viewer", PASSWORD)
    before = world.state()
    problem(world.call("POST", "sessions", None, json={"link": "x", "name": "ann"}), 401, "link_invalid")
    for body in ({}, {"name": "ann"}, {"password": "x"}, {"name": 1, "password": "x"}):
        problem(world.call("POST", "sessions", None, json=body), 422, "invalid_request")
    for name in ("ann", "nobody"):
        problem(world.call("POST", "sessions", None, json={"name": name, "password": "x"}), 401, "wrong_credentials")
    for _ in range(MAX_FAILURES - 1):
        world.call("POST", "sessions", None, json={"name": "ann", "password": "x"})
    answer = world.call("POST", "sessions", None, json={"name": "ann", "password": PASSWORD})
    problem(answer, 429, "locked_out")
    assert answer.headers["Retry-After"] == "60"
    assert world.state() == before


def test_a_stale_cookie_does_not_keep_one_from_signing_in(world: World) -> None:
    people.create_user(world.services, world.people["admin"], "ann", "viewer", PASSWORD)
    client = world.app.test_client()
    client.set_cookie(COOKIE, "stale")
    problem(client.get(f"{API}/me"), 401, "session_invalid")
    assert client.post(f"{API}/sessions", json={"name": "ann", "password": PASSWORD}).status_code == 201
    assert client.get(f"{API}/me").status_code == 200


def test_one_s_own_password(world: World) -> None:
    client, session, _ = signed_in(world)
    headers = {CSRF_HEADER: session["csrf"]}
    before = world.state()
    answer = client.post(f"{API}/me/password", json={"present": "x", "new": PASSWORD * 2}, headers=headers)
    problem(answer, 401, "wrong_credentials")
    answer = client.post(f"{API}/me/password", json={"present": PASSWORD, "new": "short"}, headers=headers)
    problem(answer, 422, "password_invalid")
    assert world.state() == before
    answer = client.post(f"{API}/me/password", json={"present": PASSWORD, "new": PASSWORD * 2}, headers=headers)
    assert answer.status_code == 200
    problem(client.get(f"{API}/me"), 401, "session_invalid")


def test_every_answer_has_its_headers(world: World) -> None:
    asset = world.asset()
    for path, role in ((f"assets/{asset['id']}", "viewer"), ("/nowhere", None), ("me", None), ("/healthz", None)):
        headers = world.call("GET", path, role).headers  # type: ignore[arg-type]
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_accounts_over_http(world: World) -> None:
    made = world.post("users", {"name": "ann", "role": "viewer", "password": PASSWORD})
    assert made.status_code == 201
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert world.get(path)["role"] == "viewer"
    changed = world.call("PATCH", path, json={"role": "manager"}, headers={"If-Match": tag})
    assert (changed.status_code, (changed.json or {})["role"]) == (200, "manager")
    before = world.state()
    problem(world.call("PATCH", path, json={"role": "admin"}, headers={"If-Match": tag}), 412, "revision_differs")
    problem(world.call("PATCH", path, json={"role": "admin"}), 428, "precondition_required")
    problem(world.post("users", {"name": "ann", "role": "viewer"}), 409, "name_taken")
    assert world.state() == before
    shown = world.get("users?limit=2")
    assert len(shown["data"]) == 2
    assert len(world.get(f"users?cursor={shown['next']}")["data"]) >= 3


def test_a_token_over_http(world: World) -> None:
    made = world.post("tokens", {"name": "ci", "role": "viewer", "expires_at": "2027-01-01T00:00:00Z"}, "approver")
    assert made.status_code == 201
    token = made.json or {}
    shown = world.get(made.headers["Location"], "approver")
    assert "token" not in shown
    assert (shown["role"], shown["expires_at"]) == ("viewer", "2027-01-01T00:00:00+00:00")
    bearer = {"Authorization": f"Bearer {token['token']}"}
    assert (world.call("GET", "me", None, headers=bearer).json or {})["role"] == "viewer"
    before = world.state()
    problem(world.post("tokens", {"name": "up", "role": "manager"}, "approver"), 403, "role_too_high")
    problem(
        world.call("POST", "tokens", None, json={"name": "x", "role": "approver"}, headers=bearer), 403, "role_too_high"
    )
    problem(world.post("tokens", {"name": "x", "role": "viewer", "expires_at": "2026-01-01"}), 422, "invalid_request")
    assert world.state() == before
    assert world.call("DELETE", made.headers["Location"], "approver").status_code == 204
    problem(world.call("GET", "me", None, headers=bearer), 401, "token_invalid")

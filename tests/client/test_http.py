"""What the service answers, and what a person reads of it."""

from collections.abc import Callable

import httpx
import pytest
from click.testing import Result

from dam.client.credentials import Access
from dam.client.failure import Failure
from dam.client.http import Service
from tests.client.conftest import URL, Fake

Dam = Callable[..., Result]


def test_a_refusal_is_the_services_sentence_and_code_and_ends_with_1(fake: Fake, dam: Dam) -> None:
    fake.on("GET", "/assets", {"code": "forbidden", "detail": "This needs the role viewer.", "errors": []}, 403)
    result = dam("search", "x")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "dam: This needs the role viewer. (forbidden)\n"


def test_each_field_that_is_wrong_is_named(fake: Fake, dam: Dam) -> None:
    errors = [{"field": "q", "code": "x", "detail": "Too long."}, {"field": "sort", "code": "y", "detail": "Unknown."}]
    fake.on("GET", "/assets", {"code": "invalid_request", "detail": "Two.", "errors": errors}, 422)
    assert dam("search").stderr == "dam: Two. (invalid_request)\n  q: Too long.\n  sort: Unknown.\n"


def test_wrong_usage_ends_with_2(dam: Dam) -> None:
    assert dam("approve", "hero", "zero").exit_code == 2
    assert dam("where").exit_code == 2


def test_a_refusal_can_not_control_the_terminal(fake: Fake, dam: Dam) -> None:
    fake.on("GET", "/assets", {"code": "x\x1b[2J", "detail": "a\x1b]0;pwned\x07\r\nb\u202e", "errors": []}, 409)
    said = dam("search").stderr
    assert not set("\x1b\x07\r\u202e") & set(said)
    assert said.count("\n") == 1


@pytest.mark.parametrize("status", [200, 404, 500, 502])
def test_an_answer_that_is_not_the_services_is_said_so(status: int) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, text="<html>proxy</html>"))
    with Service(Access(URL, "t"), transport) as service, pytest.raises(Failure) as failure:
        service.get("/assets")
    assert failure.value.code == "unexpected_answer"


def test_bytes_are_followed_elsewhere_without_the_token_and_no_further() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers.get("Authorization")))
        if request.url.host == "files.example" and request.url.path == "/good":
            return httpx.Response(200, content=b"bytes", headers={"Content-Digest": "its own"})
        where = "https://files.example/" + ("good" if request.url.path.endswith("good/content") else "again")
        return httpx.Response(307, headers={"Location": where, "Repr-Digest": "the service's"})

    with Service(Access(URL, "t"), httpx.MockTransport(answer)) as service:
        with service.stream("/assets/good/content") as found:
            assert found.read() == b"bytes"
            assert found.headers["Content-Digest"] == "the service's"
        with pytest.raises(Failure) as failure, service.stream("/assets/bad/content"):
            pass
    assert asked == [("dam.example", "Bearer t"), ("files.example", None)] * 2
    assert failure.value.code == "unexpected_answer"


@pytest.mark.parametrize("link", ["http://[", "ftp://files.example/x", "", "https://files.example/x?X-Amz-Signature=s"])
def test_an_address_that_leads_nowhere_is_told_without_what_it_allows(link: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "files.example":
            raise httpx.ConnectError("refused")
        return httpx.Response(307, headers={"Location": link})

    with (
        Service(Access(URL, "t"), httpx.MockTransport(answer)) as service,
        pytest.raises(Failure) as failure,
        service.stream("/assets/x/content"),
    ):
        pass
    assert failure.value.code in ("unexpected_answer", "no_answer")
    assert "Signature" not in failure.value.detail


def test_a_redirect_is_not_followed_so_that_the_token_stays_here() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://evil.example/"})

    with Service(Access(URL, "t"), httpx.MockTransport(answer)) as service, pytest.raises(Failure):
        service.get("/assets")
    assert asked == ["dam.example"]


def test_a_service_on_this_machine_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    with Service(Access("http://127.0.0.1:8080", "t")) as local, Service(Access("http://dam.example", "t")) as remote:
        assert not _proxies(local)
        assert _proxies(remote)


def _proxies(service: Service) -> bool:
    return any(each is not None for each in service._http._mounts.values())


@pytest.mark.parametrize(("error", "code"), [(httpx.ReadTimeout, "too_slow"), (httpx.ConnectError, "no_answer")])
def test_no_answer_is_a_failure_and_no_traceback(error: type[httpx.TransportError], code: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    with Service(Access(URL, "t"), httpx.MockTransport(answer)) as service, pytest.raises(Failure) as failure:
        service.get("/assets")
    assert failure.value.code == code


def test_lists_are_read_to_their_end(fake: Fake) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        last = request.url.params.get("cursor") == "c"
        return httpx.Response(200, json={"data": [{"n": 2 if last else 1}], "next": None if last else "c"})

    fake.answers["GET", "/things"] = answer
    with fake.service() as service:
        assert [each["n"] for each in service.every("/things")] == [1, 2]
    assert all(each.headers["Authorization"] == "Bearer dam_secret" for each in fake.asked)

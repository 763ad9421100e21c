"""Speaking to the service: one request, one answer; lists page by page; bytes as a stream.

Rule: whatever is not an answer to the request is a ``Failure`` with the service's own code and sentence. Nothing is
followed elsewhere (a redirect would carry the token along), and a service on this machine is never reached through a
proxy.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from dam.client import address
from dam.client.credentials import Access
from dam.client.failure import Failure

API = "/api/v1"
PAGE = 200
TIMEOUTS = httpx.Timeout(connect=10, read=60, write=60, pool=10)
"""Seconds. ``read`` is the silence before an answer: a large upload is made durable before it is acknowledged."""

Thing = dict[str, Any]
"""A JSON object of the API."""


class Service:
    """The service at one address, for one token; a context manager. Every method raises Failure."""

    def __init__(self, access: Access, transport: httpx.BaseTransport | None = None) -> None:
        self.url = access.url
        headers = {"User-Agent": "dam"}
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        self._http = httpx.Client(
            base_url=access.url,
            headers=headers,
            timeout=TIMEOUTS,
            follow_redirects=False,
            trust_env=not address.is_loopback(access.url),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Thing:
        """The JSON at ``path``."""
        return _json(self.request("GET", path, params=_given(query)))

    def tagged(self, path: str) -> tuple[Thing, str]:
        """The JSON at ``path``, and the tag by which a change can name what it saw."""
        answer = self.request("GET", path)
        return _json(answer), answer.headers.get("ETag", "")

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Thing:
        """The answer to a POST with a JSON body."""
        return _json(self.request("POST", path, json=body if body is not None else {}))

    def patch(self, path: str, body: Mapping[str, Any], tag: str) -> Thing:
        """The answer to a change of what ``tag`` names."""
        return _json(self.request("PATCH", path, json=body, headers={"If-Match": tag} if tag else {}))

    def delete(self, path: str) -> Thing:
        """The answer to a DELETE, ``{}`` where there is none."""
        return _json(self.request("DELETE", path))

    def every(self, path: str, **query: Any) -> Iterator[Thing]:
        """The things of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, limit=PAGE, cursor=cursor)
            yield from page["data"]
            cursor = page["next"]
            if cursor is None:
                return

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request under ``/api/v1``; a refusal is raised."""
        with speaking(self.url):
            answer = self._http.request(method, API + path, **more)
        if not (answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED):
            raise refusal(answer)
        return answer

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """An answer whose bytes are read by the caller, just as they are on the wire."""
        with (
            speaking(self.url),
            self._http.stream("GET", API + path, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                answer.read()
                raise refusal(answer)
            yield answer


@contextmanager
def speaking(url: str) -> Iterator[None]:
    """Turn what can go wrong on the way into a Failure (``no_answer``, ``too_slow``)."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise Failure("too_slow", f"{url} did not answer in time; what was asked for may still happen.") from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Failure("no_answer", f"{url} can't be reached: {str(error) or type(error).__name__}") from error


def refusal(answer: httpx.Response) -> Failure:
    """The problem that the answer describes (RFC 9457), or what can be said of one that is none of the service's."""
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem:
        detail = f"{answer.url.host} answered {answer.status_code}, which is not an answer of this service."
        return Failure("unexpected_answer", detail, status=answer.status_code)
    known = {"type", "title", "status", "detail", "code", "errors"}
    return Failure(
        str(problem["code"]),
        str(problem.get("detail", "")),
        status=answer.status_code,
        errors=[each for each in problem.get("errors") or [] if isinstance(each, dict)],
        extra={name: value for name, value in problem.items() if name not in known},
    )


def _json(answer: httpx.Response) -> Thing:
    if not answer.content:
        return {}
    try:
        value = answer.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Failure("unexpected_answer", f"{answer.url.host} answered something that is not of this service.")
    return value


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}

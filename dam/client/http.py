"""Speaking to the service: one request, one answer; lists page by page; bytes as a stream.

Rule: whatever is not an answer to the request is a ``Failure`` with the service's own code and sentence. Nothing is
followed elsewhere but to bytes, and there without the token, which a redirect would carry along; and a service on this
machine is never reached through a proxy.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

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
        self._transport = transport
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
        """An answer whose bytes are read by the caller, just as they are on the wire: the service's, or those of the
        server that it sends us on to."""
        with ExitStack() as held:
            answer = _opened(held, self.url, self._http, API + path)
            if answer.status_code == httpx.codes.TEMPORARY_REDIRECT:
                link = _elsewhere(answer)
                stranger = held.enter_context(self._without_token(link))
                digest = answer.headers.get("Repr-Digest", "")
                answer = _opened(held, _origin(link), stranger, link)
                # Which bytes they are, says who sent us there, not who has them.
                answer.headers["Content-Digest"] = digest
            if answer.status_code != httpx.codes.OK:
                answer.read()
                raise refusal(answer)
            yield answer

    def _without_token(self, link: str) -> httpx.Client:
        return httpx.Client(
            timeout=TIMEOUTS,
            follow_redirects=False,
            trust_env=not address.is_loopback(link),
            transport=self._transport,
        )


def _opened(held: ExitStack, url: str, client: httpx.Client, path: str) -> httpx.Response:
    """The answer of the server at ``url``, whose bytes are still to be read."""
    held.enter_context(speaking(url))
    return held.enter_context(client.stream("GET", path, headers={"Accept-Encoding": "identity"}))


def _elsewhere(answer: httpx.Response) -> str:
    """Where the bytes are, if it is an address. Raises Failure ``unexpected_answer``."""
    try:
        link: str = urljoin(str(answer.url), answer.headers.get("Location", ""))
        urlsplit(link)
    except ValueError:
        answer.read()
        raise refusal(answer) from None
    return link


def _origin(link: str) -> str:
    """A link without what it allows: a message must not repeat that."""
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}"


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

"""The connection to Elasticsearch: time-outs, few retries, and every failure as SearchUnavailable.

Rule: the only place that knows the library's exceptions. Each exchange has a time-out; what failed to connect is tried
once more, because all that is sent here bears being repeated. While the server is away, one request at a time finds out
whether it is back, and the others are refused at once: a server that hangs must not hang those who ask for it.
"""

import logging
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import SerializationError
from elasticsearch import ApiError, Elasticsearch, TransportError

from search.engines.elastic_address import Address
from search.errors import QueryError, SearchUnavailable

SEARCH_S = 5.0
WRITE_S = 30.0
ADMIN_S = 30.0

_CONNECTIONS = 64
_REFUSED = frozenset({401, 403})
_OVERLOADED = frozenset({429, 502, 503, 504})
_OK, _NOT_FOUND = 200, 404

# Its lines name each request and each retry; what matters of them is in our own errors.
logging.getLogger("elastic_transport").setLevel(logging.ERROR)


class IndexGone(SearchUnavailable):
    """What was asked is not there (any more); who asked finds out what that means."""


class Connection:
    """Safe for threads. Connects at its first use, which must be after a fork."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._client: Elasticsearch | None = None
        self._busy = 0
        self._away = self._probing = False

    @contextmanager
    def asking(self, code: str, seconds: float) -> Iterator[Elasticsearch]:
        """A client for one exchange; answers are read in here too, because one of another form is a failure too.

        Raises SearchUnavailable: ``engine_unavailable``, ``engine_refused``, or ``code`` for anything else that the
        server says; IndexGone; QueryError for a query of more clauses than the server takes.
        """
        with self._let_in(), _reported_as(code, self._address.url):
            yield self._opened().options(request_timeout=seconds)

    def whole(self, answer: Mapping[str, Any], code: str) -> Mapping[str, Any]:
        """The answer to one of several searches in an exchange. Raises as ``asking``, and if it is of a part only."""
        status = int(answer["status"])
        if status != _OK:
            raise _told(status, answer, code, self._address.url)
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise _unavailable(self._address.url, "it did not look everywhere in time")
        return answer

    def close(self) -> None:
        """Let idle connections go; another use connects again. Nothing happens while somebody asks."""
        with self._lock:
            if self._busy or self._client is None:
                return
            client, self._client = self._client, None
        client.close()

    @contextmanager
    def _let_in(self) -> Iterator[None]:
        probing = self._enter()
        away = False
        try:
            yield
        except SearchUnavailable as unavailable:
            away = unavailable.code == "engine_unavailable"
            raise
        finally:
            with self._lock:
                self._busy -= 1
                self._away = away
                if probing:
                    self._probing = False

    def _enter(self) -> bool:
        """Whether this is the one that finds out if the server is back. Raises SearchUnavailable."""
        with self._lock:
            if self._away and self._probing:
                raise _unavailable(self._address.url, "it did not answer a moment ago")
            probing = self._probing = self._away
            self._busy += 1
            return probing

    def _opened(self) -> Elasticsearch:
        with self._lock:
            if self._client is None:
                self._client = _client(self._address)
            return self._client


def _client(address: Address) -> Elasticsearch:
    options: dict[str, Any] = {
        "connections_per_node": _CONNECTIONS,
        "max_retries": 1,
        "retry_on_timeout": False,
        "retry_on_status": (),
        "retry_backoff_base": 0.05,
        "retry_backoff_cap": 0.2,
        "meta_header": False,
    }
    if address.user:
        options["basic_auth"] = (address.user, address.password)
    if address.secure:
        options["ssl_context"] = ssl.create_default_context(cafile=address.ca or None)
    return Elasticsearch(address.url, **options)


@contextmanager
def _reported_as(code: str, url: str) -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        raise _told(error.meta.status, error.body, code, url) from None
    except SerializationError:
        raise SearchUnavailable(code, f"the answer of the search engine at {url} can't be read") from None
    except (TransportError, OSError) as error:
        raise _unavailable(url, type(error).__name__) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        detail = f"the search engine at {url} gave an answer of another form ({type(error).__name__}: {error})"
        raise SearchUnavailable(code, detail) from error


def _told(status: int, answer: object, code: str, url: str) -> Exception:
    """What the server said no with."""
    said = _reason(status, answer)
    if status in _REFUSED and "block" not in said:
        return SearchUnavailable("engine_refused", f"the search engine at {url} refuses the user: {said}")
    if status == _NOT_FOUND:
        return IndexGone("index_missing", f"the search engine has no such index: {said}")
    if status in _OVERLOADED:
        return _unavailable(url, said)
    if "too_many_clauses" in said or "maxClauseCount" in said:
        detail = "the query holds more words than the search engine takes at once"
        return QueryError(0, "", ("fewer words",), detail)
    return SearchUnavailable(code, f"the search engine: {said}")


def _reason(status: int, answer: object) -> str:
    """Type and reason of the innermost cause, shortened."""
    found = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        return f"status {status}"
    causes = found.get("root_cause")
    cause = causes[0] if isinstance(causes, list) and causes and isinstance(causes[0], dict) else found
    return f"{cause.get('type')}: {cause.get('reason')}"[:300]


def _unavailable(url: str, why: str) -> SearchUnavailable:
    return SearchUnavailable("engine_unavailable", f"the search engine at {url} does not answer: {why}")

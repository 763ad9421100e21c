"""Elasticsearch's engine as far as it goes without a server: what is sent, and what is made of the answers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from elastic_transport import ApiResponseMeta, ConnectionTimeout, HttpHeaders, NodeConfig
from elasticsearch import ApiError, Elasticsearch

from config.settings import Settings, SettingsError
from dam.wiring import choose
from search.document import Change, Document, Tombstone
from search.engines import elastic_writer as writer
from search.engines.elastic_address import Address
from search.engines.elastic_client import Connection, IndexGone
from search.engines.elastic_compile import LIVE, everything_that, ranked
from search.engines.elastic_schema import MAPPINGS, body
from search.engines.elastic_search import found, requests
from search.errors import QueryError, SearchError, SearchUnavailable
from search.parse import MAX_DEPTH, parse
from search.query import Between
from search.results import FacetCount, Page, Place, Sort
from tests.search.documents import a_document

# Where it is


def test_everything_is_in_the_url() -> None:
    url = "elasticsearch://dam:s%2Fe%40c@127.0.0.1:9201/library-1?secure=false"
    address = Address.parse(url)
    assert address == Address("127.0.0.1", 9201, "library-1", user="dam", password="s/e@c", secure=False)
    assert address.url == "http://127.0.0.1:9201"


def test_tls_and_the_usual_port_are_the_default_and_a_user_may_be_left_out() -> None:
    address = Address.parse("elasticsearch://[::1]/dam?ca=/etc/ca.crt")
    assert (address.url, address.user, address.ca) == ("https://[::1]:9200", "", "/etc/ca.crt")


@pytest.mark.parametrize(
    "url",
    [
        "elasticsearch://dam",
        "elasticsearch://hunter2@127.0.0.1:9200/dam",
        "elasticsearch://:hunter2@127.0.0.1:9200/dam",
        "elasticsearch://user:hunter2@127.0.0.1:9200",
        "elasticsearch://user:hunter2@127.0.0.1:9200/",
        "elasticsearch://user:hunter2@127.0.0.1:9200/dam/more",
        "elasticsearch://user:hunter2@127.0.0.1:9200/DAM",
        "elasticsearch://user:hunter2@127.0.0.1:9200/-dam",
        "elasticsearch://user:hunter2@127.0.0.1:9200/dam.1",
        "elasticsearch://user:hunter2@127.0.0.1:9200/dam*",
        "elasticsearch://user:hunter2@127.0.0.1:port/dam",
        "elasticsearch://user:hunter2/more@127.0.0.1:9200/dam",
        "elasticsearch://user:hunter2@[::1:9200/dam",
        "elasticsearch://user:hunter2@127.0.0.1:9200/dam?secure=perhaps",
        "elasticsearch://user:hunter2@127.0.0.1:9200/dam?ca=relative",
        "elasticsearch://user:hunter2@127.0.0.1:9200/dam?hunter2=1",
        "elasticsearch:user:hunter2",
        "ELASTICSEARCH://hunter2@127.0.0.1/dam",
    ],
)
def test_what_is_wrong_is_told_without_the_secret(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        choose(Settings(search_url=url))
    assert refused.value.detail.startswith("DAM_SEARCH_URL: ")
    assert "hunter2" not in refused.value.detail
    assert refused.value.__cause__ is None


def test_the_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(Address.parse("elasticsearch://dam:hunter2@127.0.0.1/dam"))


def test_another_scheme_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingsError) as refused:
        choose(Settings(search_url="solr://hunter2@127.0.0.1/dam"))
    detail = "DAM_SEARCH_URL: solr can't be used; supported now: tantivy:///PATH, elasticsearch://…."
    assert refused.value.detail == detail


def test_the_embedded_default_loads_no_client() -> None:
    program = (
        "import sys; from config.settings import Settings; from dam.wiring import choose\n"
        "choose(Settings()); print({'elasticsearch', 'elastic_transport', 'urllib3'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# What is stored


def test_a_document_is_all_in_the_mapping_and_a_tombstone_is_nothing_that_can_be_found() -> None:
    assert MAPPINGS["dynamic"] == "strict"
    every: dict[str, Any] = dict.fromkeys(a_document().numbers, 1)
    assert set(body(a_document(**every))) == set(MAPPINGS["properties"])
    assert body(Tombstone("a", 1)) == {"live": False}


class Server:
    """The few calls that are made of a client, and what each is answered with."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[bytes] = []
        self.options: dict[str, Any] = {}

    @contextmanager
    def asking(self, code: str, seconds: float) -> Iterator[Any]:
        yield Client(self)


class Client:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._real = Elasticsearch("http://127.0.0.1:1")
        self._otel, self.transport = self._real._otel, self._real.transport
        self._client_meta: Any = ()

    def options(self, **_: Any) -> "Client":
        return self

    def bulk(self, operations: list[bytes], **options: Any) -> Any:
        self._server.sent += operations
        self._server.options = options
        return Answer(self._server.answers.pop(0))


class Answer:
    def __init__(self, content: Any) -> None:
        self.body = content


def item(status: int, index: str = "i1", **more: Any) -> dict[str, Any]:
    return {"index": {"_index": index, "_id": "a", "status": status, **more}}


def stored(*answers: Any) -> tuple[writer.Stored, Server]:
    server = Server({"items": list(answers)})
    changes = [a_document(f"a{number}", number) for number in range(len(answers))]
    return writer.store(server, "dam.current", changes), server  # type: ignore[arg-type]


def test_each_change_is_sent_with_its_own_version_to_an_alias_that_there_is() -> None:
    _, server = stored(item(201), item(200))
    assert b'"version":1,"version_type":"external_gte"' in server.sent[2].replace(b" ", b"")
    assert server.options["require_alias"] is True


def test_what_is_newer_there_is_no_failure() -> None:
    assert stored(item(201), item(409), item(200))[0] == writer.Stored("i1", 1)


def test_what_is_refused_is_one() -> None:
    with pytest.raises(SearchUnavailable) as refused:
        stored(item(201), item(400, error={"type": "strict_dynamic_mapping_exception", "reason": "no"}))
    assert (refused.value.code, "strict_dynamic" in refused.value.detail) == ("write_failed", True)


def test_an_index_that_got_a_part_only_is_not_one_that_has_it() -> None:
    assert stored(item(201, "i1"), item(201, "i2"))[0].index is None
    assert stored(item(404), item(404))[0] == writer.Stored(None, 0)


@pytest.mark.parametrize(("indices", "whole"), [("i1", "i1"), ("i2", None)])
def test_what_takes_several_exchanges_is_whole_only_if_one_index_has_all_of_them(
    monkeypatch: pytest.MonkeyPatch, indices: str, whole: str | None
) -> None:
    monkeypatch.setattr(writer, "CHUNK", 2)
    server = Server({"items": [item(201), item(200)]}, {"items": [item(201, indices), item(201, indices)]})
    changes = [a_document(f"a{number}", number) for number in range(4)]
    assert writer.store(server, "dam.current", changes) == writer.Stored(whole, 3)  # type: ignore[arg-type]
    assert len(server.sent) == 8


def test_no_more_is_read_than_what_is_under_way_and_one() -> None:
    server = Server(*({"items": [item(201)]} for _ in range(6)))
    read: list[int] = []

    def batches() -> Iterator[list[Change]]:
        for number in range(6):
            read.append(number)
            yield [a_document(f"a{number}", number)]

    answers = writer.stored(server, "dam.current", batches())  # type: ignore[arg-type]
    for seen in range(4):
        assert next(answers) == writer.Stored("i1", 1)
        assert len(read) == seen + writer.UNDER_WAY + 1
    answers.close()
    assert len(read) == 4 + writer.UNDER_WAY


def test_what_cant_be_read_is_told_as_it_is_after_what_is_under_way() -> None:
    server = Server({"items": [item(201)]}, {"items": [item(201)]})

    def batches() -> Iterator[list[Change]]:
        yield [a_document("a")]
        yield [a_document("b")]
        raise LookupError("the database is away")

    with pytest.raises(LookupError):
        list(writer.stored(server, "dam.current", batches()))  # type: ignore[arg-type]
    assert server.answers == []


def test_of_one_asset_the_newest_change_is_sent() -> None:
    changes: list[Change] = [
        a_document("a", 3, title="three"),
        Tombstone("b", 1),
        a_document("a", 2),
        a_document("b", 1),
    ]
    kept = writer.newest_of(changes)
    assert [(each.id, each.index_seq, isinstance(each, Document)) for each in kept] == [("a", 3, True), ("b", 1, True)]


# What is asked


def depth(query: Any) -> int:
    """Bools within bools."""
    if isinstance(query, list):
        return max(map(depth, query), default=0)
    if not isinstance(query, dict):
        return 0
    return max((depth(value) + (key == "bool") for key, value in query.items()), default=0)


@pytest.mark.parametrize("level", ["(a{0} OR b{0} -", "-(a{0} OR b{0} -", "(a{0} OR (b{0} -", "-(a{0} b{0} OR -"])
def test_the_deepest_query_stays_above_the_servers_limit(level: str) -> None:
    levels = MAX_DEPTH // level.count("(")
    text = "".join(level.format(number) for number in range(levels)) + "e.f" + ")" * MAX_DEPTH
    assert depth(everything_that(parse(text))) <= 30
    assert depth(ranked(parse(text))) <= 30


def test_what_is_excluded_alone_is_excluded_from_what_lives() -> None:
    assert everything_that(parse("-tag:a"))["bool"]["filter"][0]["bool"]["filter"] == [LIVE]


def test_bounds_beyond_every_number_are_not_sent() -> None:
    beyond, within = everything_that(Between("width", 2**63, None)), everything_that(Between("width", 0, 2**70))
    assert beyond == {"bool": {"filter": [{"match_none": {}}]}}
    assert within == {"bool": {"filter": [{"range": {"width": {"gte": 0, "lte": 2**63 - 1}}}]}}


def test_what_holds_at_every_rank_is_asked_once() -> None:
    asked = str(ranked(parse("hero tag:web -draft")))
    assert asked.count("'web'") == 1
    assert asked.count("'hero'") == 4


def test_a_page_goes_on_behind_its_place_in_one_exchange() -> None:
    query = parse("hero tag:web")
    first, tags = requests(query, Page(limit=5), Place(1, "aa"), ("kind", "tag"))
    assert (first["size"], first["search_after"], first["track_total_hits"]) == (6, [3.0, "aa"], True)
    assert first["sort"] == [{"_score": "desc"}, {"key_created": "desc"}]
    assert (list(first["aggs"]), list(tags["aggs"]), tags["size"]) == (["kind"], ["tag"], 0)


def test_answers_are_read_and_counts_that_are_not_exact_are_refused() -> None:
    facet = {"doc_count_error_upper_bound": 0, "buckets": [{"key": "image", "doc_count": 2}]}
    hits = {"total": {"value": 2}, "hits": [{"sort": [4.0, "aa"]}, {"sort": [1.0, "bb"]}]}
    answer: dict[str, Any] = {"hits": hits, "aggregations": {"kind": facet}}
    got = found(parse("hero"), Page(), ("kind",), [answer])
    assert (got.places, got.total) == ([Place(0, "aa"), Place(3, "bb")], 2)
    assert got.facets == {"kind": (FacetCount("image", 2),)}
    facet["doc_count_error_upper_bound"] = 1
    with pytest.raises(ValueError, match="exact"):
        found(parse("hero"), Page(sort=Sort.TITLE), ("kind",), [answer])


# What goes wrong


@pytest.fixture
def connection() -> Connection:
    return Connection(Address("127.0.0.1", 1, "dam", secure=False))


def refusal(status: int, answer: Any) -> ApiError:
    meta = ApiResponseMeta(status, "1.1", HttpHeaders(), 0.0, NodeConfig("http", "127.0.0.1", 1))
    return ApiError("no", meta, answer)


@pytest.mark.parametrize(
    ("status", "cause", "kind", "code"),
    [
        (401, "security_exception", SearchUnavailable, "engine_refused"),
        (403, "security_exception", SearchUnavailable, "engine_refused"),
        (403, "cluster_block_exception", SearchUnavailable, "search_failed"),
        (404, "index_not_found_exception", IndexGone, "index_missing"),
        (429, "es_rejected_execution_exception", SearchUnavailable, "engine_unavailable"),
        (503, "no_shard_available_action_exception", SearchUnavailable, "engine_unavailable"),
        (400, "too_many_clauses", QueryError, "query_invalid"),
        (500, "null_pointer_exception", SearchUnavailable, "search_failed"),
    ],
)
def test_what_the_server_refuses_has_a_code(
    connection: Connection, status: int, cause: str, kind: type[SearchError], code: str
) -> None:
    answer = {"error": {"root_cause": [{"type": cause, "reason": "why"}], "type": cause}, "status": status}
    for told in (answer, {**answer, "timed_out": False}):
        with pytest.raises(kind) as refused, connection.asking("search_failed", 1):
            raise refusal(status, told)
        assert refused.value.code == code
        with pytest.raises(kind) as part:
            connection.whole(told, "search_failed")
        assert part.value.code == code


@pytest.mark.parametrize("answer", ["<html>", None, [], {"error": "text"}, {"error": {"root_cause": []}}])
def test_an_answer_of_any_form_is_no_crash(connection: Connection, answer: Any) -> None:
    with pytest.raises(SearchUnavailable), connection.asking("search_failed", 1):
        raise refusal(500, answer)
    with pytest.raises(SearchUnavailable) as odd, connection.asking("search_failed", 1):
        found(parse("a"), Page(), (), [answer])
    assert odd.value.code == "search_failed"


def test_what_was_looked_at_in_part_is_no_answer(connection: Connection) -> None:
    whole = {"status": 200, "timed_out": False, "_shards": {"failed": 0}}
    assert connection.whole(whole, "x") == whole
    for part in ({"timed_out": True}, {"_shards": {"failed": 1}}):
        with pytest.raises(SearchUnavailable) as refused:
            connection.whole({**whole, **part}, "x")
        assert refused.value.code == "engine_unavailable"


def test_while_it_is_away_one_request_finds_out_and_the_others_are_refused_at_once(connection: Connection) -> None:
    with pytest.raises(SearchUnavailable), connection.asking("x", 1):
        raise ConnectionTimeout("slow")
    with connection.asking("x", 1):
        with pytest.raises(SearchUnavailable) as refused, connection.asking("x", 1):
            raise AssertionError("it was asked")
        assert refused.value.code == "engine_unavailable"
    with connection.asking("x", 1), connection.asking("x", 1):
        pass  # it is back
    connection.close()

"""Each server of the harness is there and answers, where it has credentials to those only."""

import socket
import urllib.request
from urllib.parse import urlsplit

import psycopg
from minio import Minio

from tests.stack import versions, web
from tests.stack.suites.conftest import Stack


def test_postgresql(stack: Stack) -> None:
    with psycopg.connect(stack.url("postgresql")) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    assert row[0] == versions.of("postgresql")["version"]


def test_minio(stack: Stack) -> None:
    assert _client(stack.url("minio")).bucket_exists("nowhere") is False


def test_versitygw(stack: Stack) -> None:
    assert _client(stack.url("versitygw")).bucket_exists("nowhere") is False


def test_elasticsearch(stack: Stack) -> None:
    with urllib.request.urlopen(f"{stack.url('elasticsearch')}/_cluster/health", timeout=10) as answer:
        assert answer.status == 200


def test_rabbitmq(stack: Stack) -> None:
    port = urlsplit(stack.url("rabbitmq")).port
    assert port is not None
    assert web.replies(port, b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00")


def test_redis(stack: Stack) -> None:
    parts = urlsplit(stack.url("redis"))
    assert (parts.hostname, bool(parts.port)) == ("127.0.0.1", True)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.sendall(f"AUTH {parts.password}\r\n".encode())
        assert connection.recv(100) == b"+OK\r\n"


def _client(url: str) -> Minio:
    parts = urlsplit(url)
    return Minio(
        f"{parts.hostname}:{parts.port}",
        access_key=parts.username,
        secret_key=parts.password,
        secure=False,
        region="us-east-1",
    )

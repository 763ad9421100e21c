"""Which addresses a channel dials: a server's name is hostile, and so is what a resolver says of it."""

import socket
from ipaddress import ip_network

import pytest

from dam.channels.network import Network, host_of
from dam.ports.channel import Unreachable

PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"]
PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "", "localhost", "1.1.1.1 ",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_dialled(address: str) -> None:
    assert Network().allows(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_others_are_not(address: str) -> None:
    assert not Network().allows(address)


def test_a_listed_network_is_dialled_and_its_neighbour_is_not() -> None:
    network = Network((ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
    assert network.allows("10.1.2.3")
    assert network.allows("::ffff:10.1.2.3")
    assert network.allows("fd00::1")
    assert not network.allows("127.0.0.1")
    assert not network.allows("fc00::1")


def test_everything_does_not_mean_where_clouds_keep_their_secrets() -> None:
    everything = Network((ip_network("0.0.0.0/0"), ip_network("::/0")))
    assert everything.allows("192.168.0.1")
    assert not everything.allows("169.254.169.254")
    assert not everything.allows("::ffff:169.254.169.254")
    assert not everything.allows("fe80::1")
    assert Network((ip_network("169.254.0.0/16"),)).allows("169.254.1.1")


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def answer(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_a_name_is_asked_for_once_and_only_what_is_allowed_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "127.0.0.1", "1.1.1.1", "10.0.0.1", "1.1.1.1")
    assert Network().resolve("s3.example.org", 443) == ["1.1.1.1"]
    assert asked == ["s3.example.org"]


def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "10.0.0.1")
    with pytest.raises(Unreachable) as refused:
        Network().resolve("s3.example.org", 443)
    assert refused.value.code == "address_not_allowed"
    assert "10.0.0.1" not in refused.value.detail


@pytest.mark.parametrize("problem", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_name_that_is_not_found_fails(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Unreachable) as refused:
        Network().resolve("s3.example.org", 443)
    assert refused.value.code == "name_not_found"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("S3.Example.ORG", "s3.example.org"),
        ("s3.example.org.", "s3.example.org"),
        ("minio", "minio"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1.", "10.0.0.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_one_spelling(text: str, host: str) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize(
    "text",
    ["", ".", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "1.2.3.4.5", "a..b", "-a.b",
     "a b", "a\r\nb", "a/b", "a@b", "a?b", "[::1]", "::1%lo", "x" * 64, ".".join(["x" * 60] * 5), "a\0b"],
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        host_of(text)

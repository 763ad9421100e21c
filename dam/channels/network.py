"""Which addresses a channel may dial, and the one spelling of a server's name.

Rule: whoever sets up a channel says where the service connects to, so the answer is hostile until it is known to be
allowed: public addresses, and the networks that whoever runs the service listed. A name is resolved once, by whoever
then dials what was checked. Link-local addresses, where clouds keep their secrets, are dialled only if a listed network
lies among them. Must not: connect.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from dam.ports.channel import Unreachable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_LINK_LOCAL = (ipaddress.ip_network("169.254.0.0/16"), ipaddress.ip_network("fe80::/10"))
# Addresses that carry another one, which the way there may unpack: NAT64, Teredo, 6to4.
_CARRIERS = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Network:
    """``allowed``: networks that may be dialled beside public addresses."""

    allowed: Sequence[IPNetwork] = ()

    def resolve(self, host: str, port: int) -> list[str]:
        """The numeric addresses to dial, in the resolver's order. Raises Unreachable (``name_not_found``,
        ``address_not_allowed``)."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable("name_not_found", f"The address of {host} can't be found.") from error
        addresses = dict.fromkeys(str(each[4][0]) for each in found)
        dialled = [address for address in addresses if self.allows(address)]
        if not dialled:
            detail = f"{host} is at an address that is not public; DAM_CHANNEL_NETWORKS lists those that are allowed."
            raise Unreachable("address_not_allowed", detail)
        return dialled

    def allows(self, address: str) -> bool:
        """May this numeric address be dialled?"""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        if any(found in network for network in self._listed_for(found)):
            return True
        carried = any(found in network for network in _CARRIERS)
        return found.is_global and not (found.is_multicast or found.is_reserved or carried)

    def _listed_for(self, address: IPAddress) -> Sequence[IPNetwork]:
        """The listed networks that count for it: for a link-local one only those that mean just such addresses."""
        if not any(address in network for network in _LINK_LOCAL):
            return self.allowed
        return [each for each in self.allowed if any(_is_within(each, network) for network in _LINK_LOCAL)]


PUBLIC = Network()


def host_of(text: str) -> str:
    """The one spelling of a host's name or numeric address (IPv6 without brackets). Raises ValueError.

    Numbers that a resolver would take for an address, such as ``2130706433`` or ``0x7f.1``, are refused.
    """
    if ":" in text and "%" not in text:
        return ipaddress.IPv6Address(text).compressed
    host = text.lower().removesuffix(".")
    if not host.isascii():
        host = host.encode("idna").decode()
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(ipaddress.IPv4Address(host))
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("this is no host's name")
    return host


def _is_within(inner: IPNetwork, outer: IPNetwork) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False

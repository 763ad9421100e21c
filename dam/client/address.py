"""Addresses of services, in one spelling, so that two of them can be compared.

Rule: a token belongs to one address. What can't be compared with certainty is another address.
"""

from urllib.parse import urlsplit

from dam.client.failure import Failure

_PORTS = {"http": 80, "https": 443}


def normal(url: str) -> str:
    """``scheme://host[:port][/path]``: small letters, no default port, no slash at the end.

    Raises Failure ``url_invalid`` for anything but HTTP, and for an address that holds a password or a query.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise _invalid(url) from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise _invalid(url)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = f":{port}" if port not in (None, _PORTS[parts.scheme]) else ""
    return f"{parts.scheme}://{host}{shown}{parts.path.rstrip('/')}"


def is_alias(url: str, local: str) -> bool:
    """Whether ``url`` names the service on this machine at ``local``: the same address, or ``localhost`` for its
    loopback address. What is dialled is ``local`` in either case, never what ``localhost`` may resolve to.
    """
    return url == local or url.replace("//localhost", "//127.0.0.1", 1) == local


def is_loopback(url: str) -> bool:
    """Whether requests to it stay on this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _invalid(url: str) -> Failure:
    shown = url.rpartition("@")[2]
    return Failure("url_invalid", f"{shown} is not the address of a service; write https://HOST or http://HOST:PORT.")

"""``dam login`` and ``dam logout``.

Rule: a password or a link's secret is used once, for a session that ends at once; what stays is a token of its own,
which ``dam token list`` shows and anybody's ``dam token revoke`` ends. Secrets are read without being shown and are
never printed.
"""

import socket
from urllib.parse import urlsplit

import click
import httpx

from dam.client import address, command, credentials
from dam.client.credentials import Access
from dam.client.failure import Failure
from dam.client.http import Service, Thing
from dam.client.text import clean, print_json, say

LINK_PATH = "/sign-in"


@click.command()
@click.argument("target", metavar="URL|LINK")
@click.option("--name", help="The account's name; asked for if it is needed and not given.")
@command.as_json
def login(*, target: str, name: str | None, as_json: bool) -> None:
    """Sign in to a service at a URL, or by a one-time link."""
    url, secret = split(target)
    if secret is None:
        name = name or click.prompt("Name")
        proof = {"name": name, "password": click.prompt("Password", hide_input=True)}
    else:
        proof = {"link": secret}
    token = token_by(Service(Access(url, "")), proof)
    credentials.keep(Access(url, token["token"]), token["id"])
    if as_json:
        print_json({"url": url, "token_id": token["id"], "role": token["role"]})
    else:
        say(f"Signed in to {clean(url)} as {clean(token['role'])}. The token is kept in {credentials.path()}.")


@click.command()
@click.argument("url", required=False)
@command.as_json
def logout(*, url: str | None, as_json: bool) -> None:
    """Give the token of this login back and forget it."""
    kept = credentials.kept_for(address.normal(url) if url else None)
    if kept is None:
        raise Failure("not_signed_in", "There is no login to end.")
    access, token_id = kept
    _give_back(access, token_id)
    credentials.forget(access.url)
    if as_json:
        print_json({"url": access.url, "token_id": token_id})
    else:
        say(f"Signed out of {clean(access.url)}.")


def split(target: str) -> tuple[str, str | None]:
    """The service's address, and the secret if ``target`` is a sign-in link (``ADDRESS/sign-in#SECRET``).

    Raises Failure ``url_invalid``.
    """
    parts = urlsplit(target.strip())
    if parts.fragment and parts.path.endswith(LINK_PATH):
        bare = parts._replace(path=parts.path.removesuffix(LINK_PATH), fragment="")
        return address.normal(bare.geturl()), parts.fragment
    return address.normal(target), None


def token_by(service: Service, proof: dict[str, str]) -> Thing:
    """A token for this machine, made in a session that ``proof`` begins and that ends here. Raises Failure."""
    with service:
        session = service.post("/sessions", proof)
        forgery = {"X-CSRF-Token": session["csrf"]}
        try:
            wanted = {"name": f"dam on {socket.gethostname()}"[:100], "role": session["role"]}
            made: Thing = service.request("POST", "/tokens", json=wanted, headers=forgery).json()
        finally:
            service.request("DELETE", "/sessions", headers=forgery)
    return made


def _give_back(access: Access, token_id: str) -> None:
    with Service(access) as service:
        try:
            service.delete(f"/tokens/{token_id}")
        except Failure as failure:
            # It is worthless already; forgetting it is what is left to do.
            if failure.status not in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
                raise

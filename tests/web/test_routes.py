"""The client's addresses are those that the service answers with the client."""

import re
from pathlib import Path

from dam.api.pages import ADDRESSES

ROUTES = Path(__file__).parents[2] / "dam/web/src/routes.ts"


def test_each_address_of_the_client_is_the_service_s() -> None:
    patterns = set(re.findall(r'^  \["([^"]+)",', ROUTES.read_text(), re.MULTILINE))
    served = {re.sub(r"<[^>]+>", ":", address) for address in ADDRESSES}
    assert {re.sub(r":\w+", ":", pattern) for pattern in patterns} == served - {"/sign-in"}

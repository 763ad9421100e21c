"""``python -m tests.web.document`` prints the service's OpenAPI document, from which the client's types are made."""

from typing import cast

from flask import Response

from dam.api.app import DOCUMENT, DOCUMENT_ENDPOINT, create_app
from dam.ports.services import Services


def text() -> str:
    """The document; nothing is opened for it, since it is made from the routes' declarations alone."""
    app = create_app(cast(Services, None))
    with app.test_request_context(DOCUMENT):
        return cast(Response, app.view_functions[DOCUMENT_ENDPOINT]()).get_data(as_text=True)


if __name__ == "__main__":
    print(text())

"""The browser client beside a real bucket: a page sends big files to its server itself, as its policy and the bucket's
rule allow, and through the service where that server can't be reached. Needs a Chromium."""

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.commands.test_up import Service
from tests.stack.place import free_port
from tests.stack.suites.buckets import Server
from tests.web.conftest import Visit as Person
from tests.web.files import choose

SIZE = (17 << 20) + 5
PATIENCE_MS = 60_000

Visit = Callable[[str], tuple[Service, Page]]

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """Starts the service with this bucket, and signs in."""
    services: list[Service] = []
    contexts: list[BrowserContext] = []
    expect.set_options(timeout=PATIENCE_MS)

    def begin(bucket: str) -> tuple[Service, Page]:
        service = Service(tmp_path / "home", DAM_OBJECTS_URL=bucket)
        services.append(service)
        service.until_ready()
        contexts.append(browser.new_context(locale="en-GB"))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        person = Person(service, contexts[-1].new_page(), contexts[-1])
        person.sign_in()
        return service, person.page

    yield begin
    for context in contexts:
        context.close()
    for each in services:
        each.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mov"
    path.write_bytes(random.Random(os.urandom(8)).randbytes(SIZE))
    return path


def sent(page: Page, film: Path, service: Service) -> list[str]:
    """Uploads the file; returns where its bytes went, once it is there as it was."""
    hosts: list[str] = []
    page.on("request", lambda each: hosts.append(each.url) if each.method == "PUT" else None)
    choose(page, film)
    page.get_by_role("dialog").get_by_role("button", name="Upload, ").click()
    uploads = page.get_by_role("complementary", name="Uploads")
    expect(uploads).to_contain_text("1 file uploaded")
    asset = service.get(f"/api/v1{uploads.get_by_role('link').get_attribute('href')}")
    assert asset["latest"]["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()
    return [urlsplit(each).netloc for each in hosts]


def test_a_page_sends_parts_past_the_service(server: Server, visit: Visit, film: Path) -> None:
    service, page = visit(server.url)
    assert set(sent(page, film, service)) == {server.address.endpoint}


def test_a_bucket_that_the_page_can_not_reach_is_passed_by(server: Server, visit: Visit, film: Path) -> None:
    nowhere = f"localhost:{free_port()}"
    service, page = visit(f"{server.url}&public=http://{nowhere}")
    assert set(sent(page, film, service)) == {nowhere}, "it was tried, and then sent as a form"

"""The story once more, in a browser, with every server a real one: nothing that a person sees differs."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.stack.suites.buckets import server_of
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import crew, empty_database
from tests.stack.suites.indices import named
from tests.web.conftest import Told, Visit
from tests.web.story import tell

PATIENCE_MS = 60_000


@pytest.mark.timeout(1200)
def test_the_whole_story_on_real_servers(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    database = empty_database(stack.url("postgresql"))
    bucket = server_of("minio", stack.url("minio"))
    told = Told()
    expect.set_options(timeout=PATIENCE_MS)
    with named(stack.url("elasticsearch")) as index:
        settings = {
            "DAM_OBJECTS_URL": bucket.url,
            "DAM_SEARCH_URL": f"elasticsearch://{index.host}:{index.port}/{index.name}?secure=false",
        }
        with crew(tmp_path / "crew", database, stack.url("rabbitmq"), **settings) as team:
            team.start()
            context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            told.listen(page)
            visit = Visit(team.service, page, context)
            visit.sign_in()
            tell(visit, tmp_path)
            context.close()
    assert told.errors == []

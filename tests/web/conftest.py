"""A service of its own for each test that changes something, a Chromium for all of them, a page that hears of every
error that the browser tells, and a team of who else works there.

Rule: tests name what a person sees (roles and labels), wait for what is to be seen, and never for time to pass.
"""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.api.world import png
from tests.commands.test_up import Service
from tests.warm import Warm, migrated
from tests.web.axe import violations
from tests.web.chromium import arguments, chromium

PASSWORD = "a long enough password"
PICTURE = png(640, 400, 60)
PATIENCE_MS = 60_000
EXPECTED = ("Failed to load resource",)
"""A refused request is no error of the page's; what it shows then is asserted."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    where = chromium()
    if where is None:
        pytest.skip("no Chromium is installed; the package is named chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=where, args=arguments()) as launched,
    ):
        yield launched


class WarmService(Service):
    """Forked from a warm process: these tests are of what it does, not of how it starts."""

    def __init__(self, warm: Warm, home: Path, **settings: str) -> None:
        self._warm = warm
        super().__init__(home, **settings)

    def run(self, *arguments: str) -> "subprocess.Popen[str]":
        return cast("subprocess.Popen[str]", self._warm.start(self.environment, *arguments))


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    one = Warm()
    yield one
    one.close()


@dataclass
class Visit:
    """A person before a browser: ``page`` is theirs, ``service`` what it shows."""

    service: Service
    page: Page
    context: BrowserContext

    @property
    def address(self) -> str:
        return str(self.service.said["address"])

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def sign_in(self, name: str = "Ada", password: str = PASSWORD) -> None:
        """Redeems the first start's link; later, signs in by the password."""
        link = self.service.said.pop("link", None)
        self.page.goto(link or f"{self.address}/sign-in")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Begin" if link else "Sign in").click()
        expect(self.page.get_by_role("navigation", name="Places")).to_be_visible()

    def accessible(self) -> None:
        """Nothing on the page that axe objects to."""
        assert violations(self.page) == []


class Told:
    """What the browser told of errors, script and policy alike."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.errors.append(message.text)


@pytest.fixture
def visiting(browser: Browser, warm: Warm, migrated_file: Path, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Begins visits: the first starts the service, later ones come to it with a browser of their own."""
    told = Told()
    services: list[Service] = []
    contexts: list[BrowserContext] = []

    def visit(settings: Mapping[str, str] | None = None, **options: object) -> Visit:
        if not services:
            migrated(tmp_path / "home", migrated_file)
            services.append(WarmService(warm, tmp_path / "home", **(settings or {})))
            services[0].until_ready()
        context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        told.listen(page)
        return Visit(services[0], page, context)

    expect.set_options(timeout=PATIENCE_MS)
    yield visit
    for context in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # what a page asks for at its end is answered by nobody
        context.close()
    for service in services:
        service.close()
    assert told.errors == []


@pytest.fixture
def visit(visiting: Callable[..., Visit]) -> Visit:
    """A person who has signed in for the first time."""
    one = visiting()
    one.sign_in()
    return one


@dataclass
class Team:
    """Somebody before the browser, and colleagues who come by the API."""

    visit: Visit
    http: httpx.Client

    @property
    def page(self) -> Page:
        return self.visit.page

    def asset(self, title: str = "Hero", data: bytes = PICTURE, name: str = "hero.png", **said: str) -> dict[str, Any]:
        return self._post("assets", data={"title": title, **said}, files={"file": (name, data)})

    def version(self, asset: dict[str, Any], data: bytes, why: str, name: str = "hero.png") -> dict[str, Any]:
        return self._post(f"assets/{asset['id']}/versions", data={"rationale": why}, files={"file": (name, data)})

    def approve(self, asset: dict[str, Any], number: int) -> None:
        sha256 = self.http.get(f"assets/{asset['id']}/versions/{number}").json()["sha256"]
        self._post(f"assets/{asset['id']}/versions/{number}/approve", json={"sha256": sha256, "expected_head": None})

    def recipe(self, **said: object) -> None:
        self._post("recipes", json=said)

    def edit(self, asset: dict[str, Any], **change: object) -> None:
        """What a colleague writes."""
        tag = self.http.get(f"assets/{asset['id']}").headers["ETag"]
        self.http.patch(f"assets/{asset['id']}", json=change, headers={"If-Match": tag}).raise_for_status()

    def now(self, asset: dict[str, Any]) -> Any:
        return self.http.get(f"assets/{asset['id']}").json()

    def open(self, asset: dict[str, Any], rest: str = "") -> None:
        self.visit.go(f"/assets/{asset['id']}{rest}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def _post(self, path: str, **kwargs: Any) -> dict[str, Any]:
        answer = self.http.post(path, **kwargs)
        assert answer.is_success, answer.text
        return dict(answer.json())


@pytest.fixture
def team(visit: Visit) -> Iterator[Team]:
    token = (visit.service.home / "token").read_text().strip()
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{visit.address}/api/v1/", headers=headers, timeout=60) as http:
        yield Team(visit, http)

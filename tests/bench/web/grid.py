"""The library's page: its first pictures, another selection, and scrolling through thousands.

Rule: times are the page's own clock, taken within the page, so that driving the browser costs nothing of them.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.bench.row import Row
from tests.commands.test_up import Service

ROUNDS = 5
TILES = 5000
FLYING, LOOKING = 240, 60
"""Pixels a frame: four screens a second and more, past pictures that nobody sees; and so slow that each is drawn."""
PASSWORD = "a long enough password"

SHOWN = """() => {
  const seen = each => each.getBoundingClientRect().top < innerHeight;
  const pictures = [...document.querySelectorAll('.tile img')].filter(seen);
  return pictures.length >= 12 && pictures.every(each => each.complete && each.naturalWidth > 0) && performance.now();
}"""

SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
  }).observe({type: 'layout-shift', buffered: true});
}"""

PRESS = """async index => {
  const boxes = [...document.querySelectorAll('label.facet input')];
  const name = each => each.dataset.id ?? each.querySelector('a')?.href;
  const grid = () => [...document.querySelectorAll('.tile')].map(name).join();
  const before = grid();
  const began = performance.now();
  boxes[index].click();
  while (grid() === before || grid() === '') {
    if (performance.now() - began > 10000) return -1;
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""

SCROLL = """async ([tiles, step]) => {
  const seen = new Set(), frames = [];
  let last = performance.now();
  while (seen.size < tiles) {
    scrollBy(0, step);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    const before = seen.size;
    document.querySelectorAll('.tile').forEach(each => seen.add(each.dataset.id ?? each.querySelector('a')?.href));
    if (seen.size === before && frames.length > 20000) break;
  }
  return {frames, seen: seen.size, nodes: document.querySelectorAll('*').length};
}"""


class Visitor:
    """Somebody who has signed in once; each ``page`` is of a browser that has kept nothing else."""

    def __init__(self, browser: Browser, service: Service, state: Path) -> None:
        self.browser = browser
        self.address = str(service.said["address"])
        self._state = state
        with self.context(signed_in=False) as page:
            page.goto(service.said["link"])
            page.get_by_label("Name").fill("Ada")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Begin").click()
            page.get_by_role("navigation", name="Places").wait_for()
            page.context.storage_state(path=str(state))

    @contextmanager
    def page(self) -> Iterator[Page]:
        """The library, when its first pictures are there."""
        with self.context() as page:
            page.goto(f"{self.address}/")
            page.wait_for_function(SHOWN, timeout=30_000)
            yield page

    @contextmanager
    def context(self, signed_in: bool = True) -> Iterator[Page]:
        """A browser that has kept nothing but the session."""
        options: Any = {"storage_state": str(self._state)} if signed_in else {}
        context = self.browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, **options)
        yield context.new_page()
        context.close()


def cold(visitor: Visitor) -> list[Row]:
    """From the address to the pictures that fill the screen, with nothing in the browser's cache."""
    took, shifted = [], []
    for _ in range(ROUNDS):
        with visitor.context() as page:
            page.add_init_script(f"({SHIFTS})()")
            page.goto(f"{visitor.address}/")
            took.append(page.wait_for_function(SHOWN, polling="raf", timeout=30_000).json_value() / 1000)
            shifted.append(page.evaluate("window.shifted"))
    return [
        Row(
            "first pictures, cold",
            statistics.median(took),
            "s",
            f"median of {ROUNDS}, every picture on the screen",
            most=1,
        ),
        Row("layout shift", max(shifted), "×", "CLS while they come", most=0.02),
    ]


def facet(visitor: Visitor) -> list[Row]:
    """From a press on a facet to the next grid."""
    with visitor.page() as page:
        page.wait_for_selector("label.facet input")
        took = [page.evaluate(PRESS, index // 2 % 8) for index in range(96)]
    assert min(took) > 0, "a press on a facet showed nothing else"
    p95 = sorted(took)[int(len(took) * 0.95)]
    how = f"{len(took)} presses, on and off, until the grid is another"
    return [
        Row("facet → new grid, p95", p95, "ms", how, most=200),
        Row("facet → new grid, median", statistics.median(took), "ms", how),
    ]


def scroll(visitor: Visitor) -> list[Row]:
    """Through a thousand tiles with their pictures, and through thousands as fast as frames come."""
    with visitor.page() as page:
        looking = page.evaluate(SCROLL, [TILES // 5, LOOKING])
    with visitor.page() as page:
        before = _heap(page)
        found = page.evaluate(SCROLL, [TILES, FLYING])
        grown = _heap(page) - before
    return [
        _frames("frame while scrolling, p95", looking, LOOKING),
        _frames("frame while flying past, p95", found, FLYING),
        Row("heap after that", grown, "MiB", "grown, after a collection"),
        Row("elements after that", found["nodes"], "×", "in the document"),
    ]


def _frames(what: str, found: dict[str, Any], step: int) -> Row:
    frames = sorted(found["frames"])
    how = f"{found['seen']} tiles, {step} px a frame, {len(frames)} frames"
    return Row(what, frames[int(len(frames) * 0.95)], "ms", how, most=50)


def _heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used) / (1 << 20)

"""axe-core on a page. Rule: every rule of WCAG 2.2 A and AA, with no exception."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "dam/web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_THERE = "() => 'axe' in window"
_RUN = """rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})
    .then(found => found.violations)"""
"""What is in order it need not describe, which takes longer than to look."""


def violations(page: Page) -> list[str]:
    """What axe objects to: rule, and where. The debugger evaluates the script; the page's policy allows none."""
    if not page.evaluate(_THERE):
        page.evaluate(SCRIPT.read_text())
    found = page.evaluate(_RUN, RULES)
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]

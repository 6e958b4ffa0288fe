"""What axe, the judge of accessible pages, finds wrong with a page as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_FILE_PATH

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What is in order is not listed: to list it takes axe twice as long as to judge. Style sheets are loaded for a rule
# that is not among these, sounds for pages that have some; ours have none, and it takes a fifth of the time.
_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
_AXE = AXE_FILE_PATH.read_text("utf-8")
_RUN = "options => axe.run(document, options).then(found => found.violations)"
SHOWN = 3  # elements of each rule


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that are broken, each with the first elements that break it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(_RUN, _OPTIONS)
    return [(one["id"], [node["html"][:100] for node in one["nodes"]][:SHOWN]) for one in found]

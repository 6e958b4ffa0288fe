"""What every kind of test may use: Chromium, Debian's bitmap fonts, a PostgreSQL, and a shop's empty folder.

On a developer's machine a missing browser or font skips what needs it and says what to install. Where ``CI`` is set
nothing of the kind is skipped: a green run there has really looked at the pages.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests import together
from tests.memory import memory_disk
from tests.postgres import PostgresMissing, PostgresServer, running_server

if TYPE_CHECKING:  # a run without pages does not load the browser's library
    from playwright.sync_api import Browser, Page, Playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GARBAGE = 20_000  # objects made since the last look for circles; Python's own 700 is for small programs
BITMAP_FONT = Path("/usr/share/fonts/X11/misc/jiskan24.pcf.gz")
PAGE_TIMEOUT_MS = 30_000  # four workers on two cores, with a disk that others sync: one page once took 10 s
POSTGRES_B = 8 << 30  # four workers, each with a server whose log alone may come to 1 GB

# The same examples at every run: a failure seen once is seen by everybody. More and other examples: HYPOTHESIS_PROFILE.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wide", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

pytest_xdist_make_scheduler = together.make_scheduler


def pytest_collection_finish() -> None:
    """Ten thousand tests and all that they load stay to the end. To look through them for circles again and again took
    nearly a third of a test's time. A run inside a test leaves that to the run around it."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE)
        atexit.register(gc.unfreeze)  # some libraries count at the very end what they leave behind


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped, a skipped test has failed, whichever way it was skipped."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was left out, and CI is set: {reason}"
    return report


def missing(what: str, package: str) -> NoReturn:
    """Skip the test with a remedy."""
    pytest.skip(f"{what} is not installed (Debian: apt install {package})")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's program."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    missing("Chromium", "chromium")


@pytest.fixture(scope="session")
def bitmap_fonts() -> Path:
    """The folder of the fonts that the bench draws card faces with."""
    if not BITMAP_FONT.exists():
        missing("The 24-dot Japanese bitmap font", "xfonts-base")
    return BITMAP_FONT.parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this process's own, started by the first test that asks.

    Every test makes a database and drops it: some 700 files, each brought to the disk, which takes four to ten times as
    long on a real one.
    """
    try:
        with running_server(memory_disk(POSTGRES_B)) as server:
            yield server
    except PostgresMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PAGE_TIMEOUT_MS)  # as long as for everything else; its own are 5 s
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(chromium_path: str, _playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the whole run."""
    arguments = ["--disable-gpu"] + (["--no-sandbox"] if os.geteuid() == 0 else [])  # root has no sandbox
    browser = _playwright.chromium.launch(executable_path=chromium_path, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page in Japanese, 1280 x 800. Its errors fail the test: a page of ours writes none."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PAGE_TIMEOUT_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty folder for the databases of one test."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder

"""One planted bug: a line of the product changed as it is imported, and the tests that must notice run against it.

Nothing on the disk and nothing already imported is touched: the changed module and all that stands on it are imported
anew for the time of the run, by a pytest inside this one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).parents[2]
ABOVE = {  # what may stand on a module of each floor, and is imported anew with it
    "shared": ("shared", "terminal", "server", "simulators", "tests"),
    "terminal": ("terminal", "simulators", "tests"),
    "server": ("server", "simulators", "tests"),
}
PROFILE = "planted"  # finding a failure is enough, nobody reads it: no shrinking, nothing remembered
OPTIONS = (
    "-x", "-p", "no:cacheprovider",
    # At its end it looks through all that lives, which is a lot in a worker that has run thousands of tests.
    "-p", "no:unraisableexception",
    "-W", "ignore::pytest.PytestAssertRewriteWarning", "--no-header", "--no-summary",
)  # fmt: skip

settings.register_profile(
    PROFILE, settings.get_profile("house"), phases=[Phase.explicit, Phase.generate], database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bug:
    """``before``, which stands exactly once in ``file``, becomes ``after``. ``test``: who must notice."""

    name: str
    file: str
    before: str
    after: str
    test: str


class _Loader(SourceFileLoader):
    """The module with the bug in it; its compiled form is neither looked for nor kept."""

    def __init__(self, fullname: str, path: str, bug: Bug) -> None:
        super().__init__(fullname, path)
        self._bug = bug

    def get_code(self, fullname: str):  # type: ignore[no-untyped-def]  # as the base class says
        source = Path(self.path).read_text("utf-8")
        return self.source_to_code(changed(source, self._bug), self.path)


class _Finder(MetaPathFinder):
    def __init__(self, bug: Bug) -> None:
        self._bug = bug
        self._name = bug.file.removesuffix(".py").replace("/", ".")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None
        spec.loader = _Loader(fullname, str(ROOT / self._bug.file), self._bug)
        return spec


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Heard:
    """What the tests inside said."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    why: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
            self.why = str(report.longrepr)
        elif report.passed and report.when == "call":
            self.passed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.why = str(report.longrepr)


def changed(source: str, bug: Bug) -> str:
    """Fails when the line is not there any more: then the bug must be planted elsewhere."""
    assert source.count(bug.before) == 1, f"{bug.name}: {bug.before!r} stands {source.count(bug.before)} times"
    return source.replace(bug.before, bug.after)


@contextmanager
def _planted(bug: Bug) -> Iterator[None]:
    """For a while nothing that could stand on the file is imported, and what is imported now has the bug."""
    anew = ABOVE[bug.file.split("/", 1)[0]]
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] in anew}
    finder, profile = _Finder(bug), os.environ.get("HYPOTHESIS_PROFILE", "house")
    for name in before:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.split(".")[0] in anew]:
            del sys.modules[name]
        sys.modules.update(before)
        settings.load_profile(profile)


def run(bug: Bug, folder: Path) -> Heard:
    """What ``bug.test`` says of a product with the bug."""
    heard = Heard()
    with _planted(bug):
        own = [f"--rootdir={ROOT}", f"--basetemp={folder}", f"--hypothesis-profile={PROFILE}"]
        pytest.main([*OPTIONS, *own, f"{ROOT}/tests/{bug.test}"], plugins=[heard])
    return heard

"""The tests bite: each bug that is planted into one place of the product is caught by the test that is named for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted import Bug, run
from tests.simulation.planted_bugs import BUGS

TABLE = Path(__file__).parents[1] / "INVARIANTS.md"


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_caught_by_its_test(bug: Bug, tmp_path: Path) -> None:
    heard = run(bug, tmp_path / "inside")
    assert heard.failed, f"{bug.name}: went unnoticed by {heard.passed} {heard.why}"


def test_a_sound_product_is_not_called_buggy(tmp_path: Path) -> None:
    """A change of nothing: what fails above fails because of the bug, and not of the way it is planted."""
    for bug in (BUGS[0], BUGS[-1]):
        heard = run(Bug("none", bug.file, bug.before, bug.before, bug.test), tmp_path / bug.file.replace("/", "-"))
        assert heard.passed
        assert not heard.failed


def test_the_table_names_every_planted_bug_and_its_test() -> None:
    told = TABLE.read_text("utf-8").partition("| planted bug | caught by |\n| --- | --- |\n")[2]
    assert told.splitlines() == [f"| {bug.name} | {bug.test.partition('[')[0]} |" for bug in BUGS]

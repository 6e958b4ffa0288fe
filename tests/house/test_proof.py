"""The two tables of proof are true: every invariant names its tests, every fault its case or the reason why not."""

from __future__ import annotations

import re

from tests.house.test_bad_input import rows, written
from tests.house.tree import ROOT

INVARIANTS = ROOT / "tests" / "INVARIANTS.md"
FAULTS = ROOT / "tests" / "FAULTS.md"
FAULT_NAMES = (
    *(f"D{number}" for number in range(1, 22)),
    *(f"P{number}" for number in range(1, 19)),
    *(f"K{number}" for number in range(1, 9)),
    *(f"N{number}" for number in range(1, 15)),
    *(f"S{number}" for number in range(1, 12)),
    *(f"L{number}" for number in range(1, 13)),
    *(f"O{number}" for number in range(1, 9)),
    *(f"A{number}" for number in range(1, 15)),
)
UNCOVERED_MAX = 12  # the list of faults without a case is to stay short
HEADS = ("invariant", "fault")
NAME = re.compile(r"[\w/]+\.py::test_\w+")


def table_of(text: str, columns: int) -> list[list[str]]:
    """The rows of the tables with so many columns, without their heads."""
    return [row for row in rows(text, columns) if row[0] not in HEADS]


def named(cell: str) -> list[str]:
    """The tests that a cell names."""
    return NAME.findall(cell)


def test_every_invariant_names_tests_that_exist() -> None:
    text = INVARIANTS.read_text("utf-8")
    table = table_of(text, 3)
    assert [row[0] for row in table] == [f"I{number}" for number in range(1, 22)]
    known = written()
    assert not [row[0] for row in table if not named(row[2])]
    assert not [test for test in named(text) if test not in known]  # those that catch planted bugs too


def test_every_fault_of_the_catalogue_has_a_case_or_a_reason() -> None:
    text = FAULTS.read_text("utf-8")
    cases, reasons = table_of(text, 3), table_of(text, 2)
    known = written()
    assert not [test for row in cases for test in named(row[2]) if test not in known]
    assert not [row[0] for row in cases if not named(row[2])]
    assert sorted([row[0] for row in cases] + [row[0] for row in reasons]) == sorted(FAULT_NAMES)
    assert len(reasons) <= UNCOVERED_MAX
    assert not [row[0] for row in reasons if len(row[1]) < 30]

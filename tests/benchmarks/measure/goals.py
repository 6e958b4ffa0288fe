"""What a benchmark promises: ratios measured in one run, judged against what is promised, printed as a table."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

ROUNDS = 3  # of which the median counts; the cases of one round follow each other, so a busy moment hits them alike

Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the least, or the most, that it may be."""

    name: str
    value: float
    bound: float
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        return self.value <= self.bound if self.at_most else self.value >= self.bound


def interleaved(cases: Mapping[str, Callable[[], Measured]], rounds: int = ROUNDS) -> Mapping[str, Sequence[Measured]]:
    """Every case once a round, in turn."""
    results: dict[str, list[Measured]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, measure in cases.items():
            gc.collect()  # nobody pays for what the one before left behind
            results[name].append(measure())
    return results


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The first column to the left, the others to the right."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        first = line[0].ljust(widths[0])
        say("  ".join((first, *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)))))


def judge(goals: Sequence[Goal]) -> int:
    """Print each with its goal; the exit code: 1 if one is missed."""
    say("")
    rows = [
        (goal.name, _figure(goal.value), f"{'<=' if goal.at_most else '>='} {goal.bound:g}", _word(goal))
        for goal in goals
    ]
    table(("goal", "seen", "wanted", ""), rows)
    return 0 if all(goal.is_met for goal in goals) else 1


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _figure(value: float) -> str:
    """Counts as they are, ratios with two places."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def _word(goal: Goal) -> str:
    return "met" if goal.is_met else "NOT MET"

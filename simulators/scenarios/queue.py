"""A queue of customers made from a seed: the same seed brings the same people with the same wishes."""

from __future__ import annotations

from random import Random

from shared.locale import N_
from simulators.scenarios.scenario import Scenario, scenario

CUSTOMERS = 5  # cards in the queue
VISITS = 8
LOAVES = (180, 220, 260, 340, 420, 580)
SEED_MAX = 999_999
WISHES = ("buys",) * 6 + ("leaves", "calls")  # how often of eight


def queue(seed: int, counters: int = 1) -> Scenario:
    """Whole visits, visits that are given up, a call now and then; cards roam when there are two counters."""
    dice = Random(seed)
    lines: list[str] = []
    for _ in range(VISITS):
        if counters > 1:
            lines.append(f"at {dice.randint(1, counters)}")
        lines += _visit(dice, f"new{dice.randint(1, CUSTOMERS)}")
    return scenario(
        f"queue-{seed}",
        N_("お客さまの列（種から作る）"),
        N_("同じ種からは、同じお客さまが同じ順に来ます。"),
        *lines,
        counters=counters,
    )


def _visit(dice: Random, card: str) -> list[str]:
    yen = sum(dice.choice(LOAVES) for _ in range(dice.randint(1, 5)))
    match dice.choice(WISHES):
        case "leaves":
            return [f"insert {card}", "await Keying", f"keys {' '.join(str(yen))} cancel", "pull", "await Waiting"]
        case "calls":
            return ["call 0312345678", f"serve {card} {yen}", "hang-up"]
    return [f"serve {card} {yen}"]

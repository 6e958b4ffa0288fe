"""A scenario: what happens, what must come of it, and what it needs of the bench."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.rig.models import CARD_UNITS
from simulators.scenarios.steps import Step, read_steps


@dataclass(frozen=True, slots=True)
class Scenario:
    """``name`` is for links and tests; ``title`` and ``outcome`` are source texts in Japanese."""

    name: str
    title: str
    outcome: str
    steps: tuple[Step, ...]
    counters: int = 1  # that it needs
    office: bool = False  # whether it needs a head office

    @property
    def roles(self) -> frozenset[str]:
        """Roles of devices that its steps touch or look at."""
        broken = {step.words[0].partition(".")[0] for step in self.steps if step.verb in ("break", "mend", "unplugged")}
        used = {_ROLES[step.verb] for step in self.steps if step.verb in _ROLES}
        return frozenset(broken | used) - {"counter", "terminal"}

    @property
    def units(self) -> tuple[str, ...]:
        """Models of card units that its steps put on the counter."""
        return tuple(step.words[0] for step in self.steps if step.verb == "unit" and step.words[0] in CARD_UNITS)


_ROLES = {
    "receipt": "receipt_printer",
    "scan": "scanner",
    "scan-torn": "scanner",
    "call": "caller_id",
    "call-withheld": "caller_id",
    "lamp": "panel",
}


def scenario(
    name: str, title: str, outcome: str, *lines: str, counters: int = 1, office: bool = False
) -> Scenario:  # fmt: skip
    """A scenario from lines of steps. Raises BadStep."""
    return Scenario(name, title, outcome, read_steps(";".join(lines)), counters, office)

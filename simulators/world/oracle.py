"""The books kept by hand: what each stripe physically held, and what each screen said. Shares no code with derive."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from shared.card.codec import Verdict, decode
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.visit import screens
from simulators.world.witness import Witness


@dataclass(frozen=True, slots=True)
class Violation:
    """``rule``: the invariant's number or a word; ``detail``: what was seen."""

    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.detail}"


@dataclass
class Oracle:
    ring: KeyRing
    opening: dict[int, int] = field(default_factory=dict)  # card -> balance at the start
    stripes: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))  # card -> tracks, in order
    violations: list[Violation] = field(default_factory=list)
    noted: set[tuple[int, int]] = field(default_factory=set)  # (terminal, slip) of sales without a card
    shown: list[tuple[int, int]] = field(default_factory=list)  # (terminal, slip) of every success shown

    def begin(self, card: int, track: str) -> None:
        self.stripes[card] = [track]
        self.opening[card] = self.image(track).balance

    def write_ordered(self, track: str, journal: Witness) -> None:
        """I9: no order to write without its durable INTENT."""
        promised = (("INTENT", f'%"post":"{track}"%'), ("REISSUE", f'%"track":"{track}"%'))
        if not any(_holds(journal, kind, pattern) for kind, pattern in promised):
            self.report("I9", "a stripe was ordered to be written without a durable INTENT or REISSUE")

    def stripe_seen(self, card: int, track: str) -> None:
        """A finished magnetic pass."""
        if self.stripes[card][-1] != track:
            self.stripes[card].append(track)

    def success_shown(self, terminal: int, screen: screens.Done | screens.OffCardDone, journal: Witness) -> None:
        """I10: nothing says success before its COMMIT is durable."""
        if (terminal, screen.slip) in self.shown:
            return
        self.shown.append((terminal, screen.slip))
        if not journal.has_success(screen.slip):
            self.report("I10", f"terminal {terminal} showed slip {screen.slip} before its COMMIT")

    def sale_noted(self, terminal: int, slip: int, journal: Witness) -> None:
        """I10 again, for a sale without a card."""
        if (terminal, slip) not in self.noted and not journal.has_sale(slip):
            self.report("I10", f"terminal {terminal} said that sale {slip} is noted before it is durable")
        self.noted.add((terminal, slip))

    def report(self, rule: str, detail: str) -> None:
        self.violations.append(Violation(rule, detail))

    # --- at the end --------------------------------------------------------------------------------------------------

    def image_on(self, card: int) -> CardImage:
        """What the stripe held last."""
        return self.image(self.stripes[card][-1])

    def lineage(self, card: int) -> list[str]:
        """Every track the card held, first to last."""
        return self.stripes[card]

    def image(self, track: str) -> CardImage:
        """What a genuine track says."""
        decoded = decode(track, self.ring)
        assert decoded.verdict is Verdict.OK, decoded
        assert decoded.image is not None
        return decoded.image


def _holds(journal: Witness, kind: str, pattern: str) -> bool:
    return journal.has("SELECT 1 FROM event WHERE type = ? AND CAST(body AS TEXT) LIKE ? LIMIT 1", kind, pattern)

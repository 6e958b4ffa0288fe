"""Random trade with cuts, doubts, repairs and corrections: the books say what really moved, whatever they hear first.

The history is physical: stripes are written or not, whatever the journals say. Head office hears of it piece by piece.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.cards.models import Card
from server.ledger.models import Adjustment, Entry
from server.reconcile import nightly
from shared.card.codec import decode
from shared.card.image import CardImage
from shared.ids import CardNo
from shared.points.derive import Lots
from shared.sync.messages import RepairReply
from shared.visit.journal import Honour, OffCard, Reissue, Seen
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    RING,
    START_MS,
    Bench,
    Terminal,
    abort,
    all_is_well,
    commit,
    intent,
    track,
    visit_id,
)

MONTH = 36


@dataclass
class Plastic:
    """One real card. ``truth``: the points that its holder must have in the end."""

    number: CardNo
    stripe: str
    truth: int = 0

    @property
    def image(self) -> CardImage:
        image = decode(self.stripe, RING).image
        assert image is not None
        return image


@dataclass
class Trade:
    """Three terminals, two cards, one head office that hears late."""

    bench: Bench
    dice: Random
    count: int = 0
    sent: dict[int, int] = field(default_factory=dict)
    plastics: list[Plastic] = field(default_factory=list)
    terminals: list[Terminal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plastics = [Plastic(card, track(card, 1, 0)) for card in (CARD, OTHER_CARD)]
        self.terminals = [self.bench.terminal(number, "1") for number in (12, 13, 14)]
        for terminal in self.terminals:
            terminal.write(BOOT)
            self.sent[terminal.number] = 0

    def next(self) -> int:
        self.count += 1
        return self.count

    def due(self, plastic: Plastic) -> tuple[tuple[int, Lots], ...]:
        """What head office sent to the card so far, if this terminal has heard of it."""
        if self.dice.random() < 0.4:
            return ()
        with self.bench.database.reading() as session:
            wanted = select(Adjustment.number, Adjustment.lots).where(
                Adjustment.card == plastic.number, Adjustment.number > plastic.image.adj
            )
            told = [(number, msgspec.json.decode(lots)) for number, lots in session.execute(wanted.order_by("number"))]
        room, applied = plastic.image.balance, []
        for number, lots in told:
            points = max(sum(change for _, change in lots), -room)
            room += points
            applied.append((number, ((MONTH, points),) if points else ()))
        return tuple(applied)

    def serve(self) -> None:
        plastic, terminal, number = self.dice.choice(self.plastics), self.dice.choice(self.terminals), self.next()
        adjusted = self.due(plastic)
        held = plastic.image.balance + sum(points for _, lots in adjusted for _, points in lots)
        use = self.dice.randrange(0, held + 1) if held and self.dice.random() < 0.4 else 0
        earn = self.dice.randrange(0, 30)
        lots = ((MONTH, earn - use),) if earn != use else ()
        visit = intent(
            number, plastic.image.seq + 1, plastic.number, str(number), pre=plastic.stripe, gen=plastic.image.gen,
            earn=earn, redeem=use, lots=lots, adjusted=adjusted,
        )  # fmt: skip
        terminal.write(visit)
        outcome = self.dice.choice(("fine",) * 6 + ("cut after", "not", "honoured", "cut before"))
        if outcome in ("fine", "cut after"):
            plastic.stripe = visit.post
            plastic.truth += earn - use
        match outcome:
            case "fine":
                terminal.write(commit(number))
            case "not":
                terminal.write(abort(number))
            case "honoured":
                terminal.write(Honour(visit.visit, "AGED"))
                plastic.truth += earn if not use else 0

    def beside(self) -> None:
        plastic, number = self.dice.choice(self.plastics), self.next()
        told = OffCard(visit_id(number), plastic.number, "card.stale", 500, 5, ((MONTH, 5),), number, 1, DAY)
        self.dice.choice(self.terminals).write(told)
        plastic.truth += 5

    def show(self) -> None:
        self.dice.choice(self.terminals).write(Seen(self.dice.choice(self.plastics).stripe, ""))

    def ask(self) -> None:
        self.dice.choice(self.terminals).check(self.dice.choice(self.plastics).stripe)

    def repair(self) -> None:
        """The stripe is lost; some of what it held may still be untold."""
        plastic, terminal, number = self.dice.choice(self.plastics), self.dice.choice(self.terminals), self.next()
        terminal.write(Seen(plastic.stripe, ""))
        answer = terminal.repair(number, plastic.number)
        if answer.status_code != 200:
            return
        reply = msgspec.json.decode(answer.data, type=RepairReply)
        terminal.write(Reissue(visit_id(number), plastic.number, reply.gen, reply.track))
        plastic.stripe = reply.track

    def tell(self, everything: bool = False) -> None:
        for terminal in self.terminals if everything else [self.dice.choice(self.terminals)]:
            upto = len(terminal.events)
            if self.sent[terminal.number] < upto:
                first = self.dice.randint(1, self.sent[terminal.number] + 1)  # some of it again
                last = upto if everything else self.dice.randint(self.sent[terminal.number] + 1, upto)
                assert terminal.push(first, last).quarantined == ()
                self.sent[terminal.number] = last

    def run(self, steps: int, repairs: bool) -> None:
        acts = [self.serve] * 8 + [self.beside, self.show, self.ask] + [self.tell] * 4 + [self.repair] * repairs
        for _ in range(steps):
            self.dice.choice(acts)()
        for plastic in self.plastics:
            self.terminals[0].write(Seen(plastic.stripe, ""))
        self.tell(everything=True)


def balances(bench: Bench) -> dict[int, int]:
    with bench.database.reading() as session:
        sums = select(Card.number, func.coalesce(func.sum(Entry.points), 0)).outerjoin(Entry).group_by(Card.number)
        return {card: int(points) for card, points in session.execute(sums)}


def by_cause(bench: Bench) -> dict[str, int]:
    with bench.database.reading() as session:
        sums = select(Entry.cause, func.sum(Entry.points)).group_by(Entry.cause)
        return {cause: points for cause, points in session.execute(sums) if points}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 32), st.booleans())
def test_the_books_say_what_really_moved(sqlite_offices: Offices, seed: int, repairs: bool) -> None:
    with sqlite_offices() as bench:
        trade = Trade(bench, Random(seed))
        trade.run(40, repairs)
        held = balances(bench)
        for plastic in trade.plastics:
            assert held.get(plastic.number, 0) == plastic.truth
        assert all_is_well(bench)
        entries = bench.count(Entry)
        nightly.reconcile(bench.database, START_MS, everything=True)
        assert bench.count(Entry) == entries


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 32))
def test_the_same_journals_in_another_order_give_the_same_postings(offices: Offices, seed: int) -> None:
    with offices() as bench, offices() as another:
        trade = Trade(bench, Random(seed))
        trade.run(40, repairs=False)
        dice = Random(seed + 1)
        moved = [terminal.moved_to(another) for terminal in trade.terminals]
        for terminal in moved:
            another.terminal(terminal.number)
        sent = dict.fromkeys(range(3), 0)
        while left := [place for place in sent if sent[place] < len(moved[place].events)]:
            place = dice.choice(left)
            last = dice.randint(sent[place] + 1, len(moved[place].events))
            moved[place].push(dice.randint(1, sent[place] + 1), last)
            sent[place] = last
        assert by_cause(another) == by_cause(bench)
        assert all_is_well(another)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 32))
def test_after_two_visits_without_a_purchase_every_card_holds_its_balance(sqlite_offices: Offices, seed: int) -> None:
    """I7: what head office owes reaches the card, and then nothing is owed."""
    with sqlite_offices() as bench:
        trade = Trade(bench, Random(seed))
        trade.run(40, repairs=True)
        trade.dice = Random(1)  # head office is heard at every visit from now on
        for _ in range(2):
            for plastic in trade.plastics:
                with bench.database.reading() as session:
                    card = session.get(Card, plastic.number)
                    if card is None or card.status:
                        continue
                visit_at(trade, plastic)
        for plastic in trade.plastics:
            if balances(bench).get(plastic.number) is not None:
                assert plastic.image.balance == max(plastic.truth, 0)
        assert all_is_well(bench)


def visit_at(trade: Trade, plastic: Plastic) -> None:
    """An online visit: what is due is brought onto the card."""
    terminal, number = trade.terminals[0], trade.next()
    room, adjusted = plastic.image.balance, []
    for one in terminal.check(plastic.stripe).adjustments:
        points = max(sum(change for _, change in one.lots), -room)
        room += points
        adjusted.append((one.number, ((MONTH, points),) if points else ()))
    visit = intent(
        number, plastic.image.seq + 1, plastic.number, str(number), pre=plastic.stripe, gen=plastic.image.gen, earn=0,
        lots=(), adjusted=tuple(adjusted),
    )  # fmt: skip
    terminal.write(visit, commit(number))
    terminal.push()
    plastic.stripe = visit.post

"""What counts depends on the set of facts, never on the order in which they came; and it equals what really happened.

The history below is physical: one card that is written, torn, copied and brought from counter to counter. What head
office hears of it is a part, and the sums are compared with the points that really moved.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.points.derive import (
    CardFacts,
    Fork,
    Grant,
    Image,
    VisitFact,
    WitnessLimits,
    add_up,
    derive,
    value,
)

MONTH = 40


def hash_of(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def image(name: str, seq: int, points: int, gen: int = 1, prev: str = "", adj: int = 0, day: int = 0) -> Image:
    lots = ((MONTH, points),) if points else ()
    return Image(hash_of(name), gen, seq, adj, hash_of(prev)[:4] if prev else bytes(4), day, lots)


def visit(name: str, pre: Image, points: int, adjusted=(), post: str = "") -> VisitFact:
    after = add_up(pre.lots, ((MONTH, points),), *(lots for _, lots in adjusted))
    number = max([pre.adj, *(n for n, _ in adjusted)])
    written = Image(hash_of(post or name), pre.gen, pre.seq + 1, number, pre.hash[:4], 0, after)
    return VisitFact(name, pre, written, ((MONTH, points),), tuple(adjusted), points >= 0)


BLANK = image("blank", 0, 0)
A = visit("a", BLANK, 10)
B = visit("b", A.post, 20)
C = visit("c", B.post, -5)
RIVAL = visit("r", BLANK, 7)


def known(*visits: VisitFact, **rest) -> CardFacts:
    return CardFacts({one.visit: one for one in visits}, **rest)


@pytest.mark.parametrize(
    ("facts", "counted", "aborted", "honoured", "undecided"),
    [
        (known(), "", "", "", ""),
        (known(A), "", "", "", "a"),
        (known(A, committed="a"), "a", "", "", ""),
        (known(A, aborted="a"), "", "a", "", ""),
        (known(A, committed="a", aborted="a"), "a", "", "", ""),  # commit dominates abort
        (known(A, seen=[A.post]), "a", "", "", ""),
        (known(A, seen=[BLANK]), "", "", "", "a"),  # the base alone proves nothing
        (known(A, aborted="a", seen=[A.post]), "a", "", "", ""),  # the card proved the abort wrong
        (known(A, B, committed="b"), "ab", "", "", ""),  # b stands on what a wrote
        (known(A, B, C, committed="c"), "abc", "", "", ""),
        (known(A, B, C, committed="a"), "a", "", "", "bc"),
        (known(A, RIVAL, committed="r"), "r", "a", "", ""),  # the card went the other way
        (known(A, B, RIVAL, committed="b"), "ab", "r", "", ""),
        (known(A, RIVAL, committed="ar"), "ar", "", "", ""),  # a copy: both goods left the shop
        (known(A, honoured="a"), "", "", "a", ""),
        (known(A, honoured="a", committed="a"), "a", "", "", ""),  # the card took it after all
        (known(A, RIVAL, honoured="a", committed="r"), "r", "", "a", ""),  # what was promised stands
    ],
)
def test_evidence_decides_each_visit(facts, counted, aborted, honoured, undecided):
    found = derive(facts)
    assert found.counted == frozenset(counted)
    assert found.aborted == frozenset(aborted)
    assert found.honoured == frozenset(honoured)
    assert found.undecided == frozenset(undecided)


def test_a_gap_is_filled_from_the_images_on_either_side():
    found = derive(known(A, C, committed="ac"))
    (witness,) = found.witnesses
    assert (witness.image, witness.steps, value(witness.lots), witness.plausible) == (B.post, 1, 20, True)
    assert value(found.lots) == 25
    assert found.owed == ()


def test_a_late_arrival_takes_the_place_of_the_witness():
    found = derive(known(A, B, C, committed="abc"))
    assert found.witnesses == ()
    assert value(found.lots) == 25


def test_an_implausible_witness_gives_nothing_and_sends_nothing():
    found = derive(known(A, C, committed="ac"), WitnessLimits(per_visit=19))
    assert [witness.plausible for witness in found.witnesses] == [False]
    assert value(found.lots) == 5
    assert found.is_doubtful


def test_a_grant_to_a_doubtful_visit_inside_a_gap_is_not_added_to_the_witness():
    found = derive(known(A, B, replace(C, visit="c2"), committed="a", honoured="b", seen=[image("x", 3, 25, prev="y")]))
    assert found.honoured == frozenset()
    assert value(found.lots) == 25


def test_two_images_on_one_place_are_a_fork():
    found = derive(known(A, RIVAL, committed="ar"))
    assert found.forks == (Fork(1, 1, tuple(sorted((A.post.hash, RIVAL.post.hash)))),)
    assert value(found.lots) == 17
    assert found.owed == ()


def test_points_beside_the_card_are_owed_to_it():
    facts = known(A, committed="a", grants=[Grant("offcard/x", 5, ((MONTH, 30),))])
    assert derive(facts).owed == ((MONTH, 30),)
    sent = replace(facts, issued={1: ((MONTH, 30),)})
    assert derive(sent).owed == ()
    arrived = visit("b2", A.post, 1, adjusted=[(1, ((MONTH, 30),))])
    after = replace(sent, visits={**sent.visits, "b2": arrived}, committed=["a", "b2"])
    assert derive(after).owed == ()
    assert derive(after).lots == ((MONTH, 41),) == arrived.post.lots
    assert derive(after).last_number == 1


def test_an_adjustment_that_was_issued_twice_after_a_restore_is_taken_back():
    """The restored head office did not know number 1 and sent 65; the card got both."""
    twice = visit("b2", A.post, 0, adjusted=[(1, ((MONTH, 30),)), (65, ((MONTH, 30),))])
    facts = known(A, twice, committed=["a", "b2"], grants=[Grant("x", 5, ((MONTH, 30),))], issued={65: ((MONTH, 30),)})
    assert derive(facts).owed == ((MONTH, -30),)


def test_a_new_generation_carries_what_was_known_and_late_visits_follow_as_a_debt():
    start = image("new", 0, 10, gen=2, prev="a")
    facts = known(A, committed="a", starts=[start])
    assert derive(facts).owed == ()
    late = replace(facts, visits={"a": A, "b": B}, committed="ab")
    assert derive(late).owed == ((MONTH, 20),)
    assert value(derive(late).lots) == 30


def test_a_card_that_was_remade_before_its_first_visit_opens_with_nothing():
    """Its points were earned beside it; the new stripe carries them, and they count once."""
    start = image("new", 0, 30, gen=9, prev="seeded")
    grant = Grant("offcard/x", 5, ((MONTH, 30),))
    facts = CardFacts({}, starts=[start], grants=[grant], made={start.hash}, roots={hash_of("seeded"), start.hash})
    assert (value(derive(facts).lots), derive(facts).owed, derive(facts).opening) == (30, (), ())


def test_a_generation_nobody_told_is_adopted_until_its_start_is_told():
    start = image("new", 0, 400, gen=9, prev="lost")
    later = visit("l", start, 5)
    facts = known(A, later, committed="al")
    found = derive(facts)
    assert [witness.adopted for witness in found.witnesses] == [True]
    assert value(found.lots) == 405
    assert found.owed == ()


def test_lots_that_a_repair_joined_move_in_the_books_as_well():
    start = replace(image("new", 0, 10, gen=2, prev="a"), lots=((MONTH + 1, 10),))
    moved = {start.hash: ((MONTH, -10), (MONTH + 1, 10))}
    found = derive(known(A, committed="a", starts=[start], moved=moved))
    assert found.lots == ((MONTH + 1, 10),)
    assert found.owed == ()


# --- histories -------------------------------------------------------------------------------------------------------


@dataclass
class History:
    """One real card and what each of three terminals would tell of it."""

    dice: random.Random
    truth: int = 0  # points that really moved, on the card or beside it
    card: Image = BLANK
    torn: bool = False
    told: list[list[tuple]] = field(default_factory=lambda: [[], [], []])
    issued: dict[int, tuple] = field(default_factory=dict)
    doubted: list[tuple[int, VisitFact]] = field(default_factory=list)
    count: int = 0

    def name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def due(self) -> list[tuple[int, tuple]]:
        return [(number, lots) for number, lots in sorted(self.issued.items()) if number > self.card.adj]

    def serve(self, terminal: int) -> None:
        """A visit. Most go well, some are cut before or after the stripe was written."""
        points = self.dice.choice((5, 10, 40, -3, -8))
        if value(self.card.lots) + points < 0:
            points = 5
        planned = visit(self.name(), self.card, points, adjusted=self.due() if self.dice.random() < 0.5 else ())
        self.told[terminal].append(("visit", planned))
        match self.dice.choice(("commit",) * 6 + ("took", "not", "not told abort")):
            case "commit":
                self.told[terminal].append(("commit", planned.visit))
            case "took":
                pass
            case "not":
                self.told[terminal].append(("abort", planned.visit))
                return
            case _:
                return
        self.card, self.truth = planned.post, self.truth + points

    def show(self, terminal: int) -> None:
        self.told[terminal].append(("seen", self.card))

    def beside(self, terminal: int) -> None:
        self.told[terminal].append(("grant", Grant(self.name(), 1, ((MONTH, 7),))))
        self.truth += 7

    def facts(self, terminals: list[int]) -> CardFacts:
        lines = [line for terminal in terminals for line in self.told[terminal]]
        self.dice.shuffle(lines)
        of = {kind: [what for k, what in lines if k == kind] for kind in ("commit", "abort", "seen", "grant", "start")}
        visits = {what.visit: what for kind, what in lines if kind == "visit"}
        return CardFacts(
            visits, of["commit"], of["abort"], (), of["seen"], [BLANK, *of["start"]], {}, of["grant"], dict(self.issued)
        )

    def correct(self, terminals: list[int]) -> None:
        """Head office sends what it owes."""
        found = derive(self.facts(terminals))
        if found.owed and not found.is_doubtful:
            self.issued[found.last_number + 1] = found.owed

    def repair(self, terminals: list[int]) -> None:
        """The stripe is lost; head office makes a new generation from what it knows."""
        found = derive(self.facts(terminals))
        newest = found.newest or BLANK
        gen = self.card.gen + 1
        name = f"g{gen}"
        number = max([found.last_number, *self.issued])
        self.card = Image(hash_of(name), gen, 0, number, newest.hash[:4], 0, found.lots)
        self.told[0].append(("start", self.card))


def play(seed: int, lost: bool) -> tuple[History, list[int]]:
    dice = random.Random(seed)
    history = History(dice)
    heard = [0, 1] if lost else [0, 1, 2]
    for _ in range(dice.randrange(1, 25)):
        terminal = dice.randrange(3)
        match dice.choice(("serve",) * 7 + ("show", "beside", "correct", "repair")):
            case "serve":
                history.serve(terminal)
            case "show":
                history.show(terminal)
            case "beside":
                history.beside(dice.choice(heard))
            case "correct":
                history.correct(heard)
            case _ if not lost:
                history.show(0)  # the last readable moment
                history.repair(heard)
            case _:
                pass
    history.show(0)
    return history, heard


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 1 << 32), st.booleans())
def test_the_sum_is_what_really_moved_even_when_one_terminal_never_tells(seed, lost):
    history, heard = play(seed, lost)
    found = derive(history.facts(heard))
    assert not found.forks
    assert value(found.lots) == history.truth
    coming = sum(value(lots) for _, lots in history.due())
    assert value(history.card.lots) + coming + value(found.owed) == history.truth


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32))
def test_another_order_changes_nothing(seed):
    history, heard = play(seed, lost=True)
    assert derive(history.facts(heard)) == derive(history.facts(heard[::-1]))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32))
def test_sending_what_is_owed_comes_to_rest(seed):
    history, heard = play(seed, lost=False)
    for _ in range(2):
        history.correct(heard)
        due = history.due()
        planned = visit(history.name(), history.card, 0, adjusted=due)
        history.told[0] += [("visit", planned), ("commit", planned.visit)]
        history.card = planned.post
    found = derive(history.facts(heard))
    assert found.owed == ()
    assert found.lots == history.card.lots

"""A card takes the place of another: holder and points go over, also those that are told of long afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.backup import back_up
from server.cards import settling
from server.cards.models import Card, CardStop
from server.ledger import cases
from server.ledger.models import Case, Entry, Replacement
from server.ledger.postings import BETWEEN
from server.members import service as members
from server.members.values import Person
from server.reconcile import nightly
from server.reconcile import service as reconcile
from server.reconcile.checks import BY_NAME
from shared.card.codec import decode
from shared.ids import CardNo, make_card_no
from shared.sync.chain import decode_body
from shared.sync.messages import AdjustmentItem, CardDenyItem, MemberItem, Quarantined
from shared.visit.journal import Honour, Intent, Newcomer, OffCard, Replace, Seen, StopCard
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
    all_is_well,
    commit,
    intent,
    track,
    visit_id,
)
from tests.contract.test_restore import begin_anew, put_back

MONTH = 36
THIRD_CARD = make_card_no(125)


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


@pytest.fixture
def other(bench: Bench) -> Terminal:
    return bench.terminal(13, "2")


def balances(bench: Bench) -> dict[int, int]:
    with bench.database.reading() as session:
        rows = select(Entry.card, func.sum(Entry.points)).group_by(Entry.card)
        return {card: int(points) for card, points in session.execute(rows) if points}


def told(terminal: Terminal, kind: type) -> list[Any]:
    return [entry.item for entry in terminal.pull().items if isinstance(entry.item, kind)]


def holder(bench: Bench, card: int) -> int:
    with bench.database.reading() as session:
        found = session.get(Card, card)
        return 0 if found is None else found.member or 0


def open_cases(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [case.kind for case in cases.listed(session)]


def night_posts_nothing(bench: Bench) -> bool:
    before = bench.count(Entry)
    nightly.reconcile(bench.database, bench.now_ms, everything=True)
    return bench.count(Entry) == before


def on_paper(bench: Bench) -> dict[str, int]:
    """What every cause comes to."""
    with bench.database.reading() as session:
        sums = select(Entry.cause, func.sum(Entry.points)).group_by(Entry.cause)
        return {cause: int(points) for cause, points in session.execute(sums) if points}


def test_the_points_of_a_lost_card_reach_the_new_one_as_an_adjustment(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1), StopCard(CARD, "lost", 3), Replace(CARD, OTHER_CARD, 3))
    first = intent(2, 1, OTHER_CARD, earn=0, lots=())
    terminal.write(first, commit(2))
    assert terminal.push().quarantined == ()
    assert balances(bench) == {OTHER_CARD: 10}
    (item,) = told(terminal, AdjustmentItem)
    assert (item.card, item.lots) == (OTHER_CARD, ((MONTH, 10),))
    assert CardDenyItem(CARD, "stopped") in told(terminal, CardDenyItem)
    visit = intent(3, 2, OTHER_CARD, pre=first.post, earn=5, lots=((MONTH, 5),), adjusted=((item.number, item.lots),))
    terminal.write(visit, commit(3))
    terminal.push()
    image = decode(visit.post, RING).image
    assert image is not None
    assert image.balance == 15 == balances(bench)[OTHER_CARD]
    assert len(told(terminal, AdjustmentItem)) == 1
    assert all_is_well(bench)
    assert night_posts_nothing(bench)
    with bench.database.reading() as session:
        stops = session.scalars(select(CardStop).order_by(CardStop.seq)).all()
        assert [(one.card, one.why, one.terminal, one.store, one.staff) for one in stops] == [
            (CARD, "lost", 12, "1", 3), (CARD, "replaced", 12, "1", 3),
        ]  # fmt: skip


def test_a_late_visit_of_the_old_card_goes_over_too_once(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    other.write(replace(BOOT, terminal=13), intent(1, 1), commit(1), intent(2, 2), commit(2))
    other.push(1, 3)
    terminal.write(BOOT, Replace(CARD, OTHER_CARD, 0), intent(3, 1, OTHER_CARD, earn=0, lots=()), commit(3))
    terminal.push()
    assert balances(bench) == {OTHER_CARD: 10}
    other.push()
    assert balances(bench) == {OTHER_CARD: 20}
    other.push()
    assert [item.lots for item in told(terminal, AdjustmentItem)] == [((MONTH, 10),), ((MONTH, 10),)]
    assert all_is_well(bench)
    assert night_posts_nothing(bench)


def test_a_chain_of_replacements_ends_on_the_last_card(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    terminal.write(BOOT, Replace(OTHER_CARD, THIRD_CARD, 0), Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    other.write(intent(1, 1), commit(1), intent(2, 1, OTHER_CARD), commit(2))
    other.push()
    assert balances(bench) == {THIRD_CARD: 20}
    assert all_is_well(bench)


def test_points_never_go_round_in_a_circle(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1), Replace(CARD, OTHER_CARD, 0), Replace(OTHER_CARD, CARD, 0))
    terminal.write(Replace(CARD, CARD, 0))
    assert terminal.push().quarantined == (Quarantined(6, "sync.field"),)
    assert balances(bench) == {OTHER_CARD: 10}
    assert open_cases(bench) == [cases.REPLACED]
    assert all_is_well(bench)


def test_of_two_replacements_the_first_counts_until_a_person_says_otherwise(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    """By the terminals' clocks, whichever is heard first."""
    other.wall_ms += 3_600_000
    other.write(intent(1, 1), commit(1), Replace(CARD, THIRD_CARD, 0))
    other.push()
    assert balances(bench) == {THIRD_CARD: 10}
    terminal.write(BOOT, Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    assert balances(bench) == {OTHER_CARD: 10}
    assert open_cases(bench) == [cases.REPLACED]
    assert all_is_well(bench)
    with bench.database.transaction() as session:
        (case,) = cases.listed(session)
        reconcile.answer(session, case, reconcile.YES, 1, "お客さまは新しいほうをお持ち", START_MS)
    assert balances(bench) == {THIRD_CARD: 10}
    assert all_is_well(bench)
    assert night_posts_nothing(bench)


def test_the_holder_gets_the_new_card_in_whatever_order_it_is_told(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    with bench.database.transaction() as session:
        person = Person("山田", "花子", phone="0312345678")
        member = members.register(session, person, CARD, "1", DAY, START_MS)
    terminal.write(BOOT, Replace(CARD, OTHER_CARD, 0), Replace(OTHER_CARD, THIRD_CARD, 0))
    terminal.push()
    assert {holder(bench, card) for card in (CARD, OTHER_CARD, THIRD_CARD)} == {member}
    assert [item.cards for item in told(other, MemberItem)] == [(CARD, OTHER_CARD, THIRD_CARD)]
    assert open_cases(bench) == []


def test_the_holder_of_an_old_card_who_is_enrolled_later_holds_the_new_one(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, Replace(CARD, OTHER_CARD, 0), Newcomer(CARD, "09012345678", "ヤマダ", 0, DAY))
    terminal.push()
    assert holder(bench, CARD) == holder(bench, OTHER_CARD) != 0


def test_a_replaced_card_that_is_allowed_again_gives_back_what_it_carries(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1), Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    with bench.database.transaction() as session:
        settling.allow(session, CARD, START_MS)
    assert [item.lots for item in told(terminal, AdjustmentItem) if item.card == CARD] == [((MONTH, -10),)]
    assert all_is_well(bench)


def test_the_check_of_the_books_finds_points_that_were_lost_between_two_cards(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1), Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    with bench.database.transaction() as session:
        cause = f"moved/{CARD}/{OTHER_CARD}/FROM_CARD/{BETWEEN}/{MONTH}"
        row = {"card": OTHER_CARD, "kind": "FROM_CARD", "contra": BETWEEN, "month": MONTH, "points": -4, "version": 2}
        session.add(Entry(cause=cause, visit=None, at_ms=START_MS, **row))
    with bench.database.reading() as session:
        assert [str(one) for one in BY_NAME["accounts"].look(session, START_MS).wrong] == [
            f"card {CARD} to card {OTHER_CARD}: -4 points of month {MONTH} on neither"
        ]
    nightly.reconcile(bench.database, START_MS, everything=True)
    assert all_is_well(bench)


def test_a_restored_head_office_moves_the_points_again_once(sqlite_offices: Offices, tmp_path: Path) -> None:
    """The backup is older than the replacement; the new card holds an adjustment that nobody remembers."""
    with sqlite_offices() as bench:
        terminal, late = bench.terminal(), bench.terminal(13, "2")
        late.write(replace(BOOT, terminal=13), *(pair for n in (1, 2) for pair in (intent(n, n), commit(n))))
        late.push(1, 3)
        copy = back_up(bench.database, tmp_path / "copies", START_MS)
        terminal.write(BOOT, Replace(CARD, OTHER_CARD, 0), intent(3, 1, OTHER_CARD, earn=0, lots=()), commit(3))
        terminal.push()
        (item,) = told(terminal, AdjustmentItem)
        pre = track_after(terminal)
        visit = intent(4, 2, OTHER_CARD, pre=pre, earn=0, lots=(), adjusted=((item.number, item.lots),))
        terminal.write(visit, commit(4))
        terminal.push()
        late.push()
        before = balances(bench)
        old = put_back(bench, copy, tmp_path / "restored")
        begin_anew(old)
        for one in (late, terminal):
            one.moved_to(old, epoch=2).push()
        assert balances(old) == before == {OTHER_CARD: 20}
        assert [(one.card, one.lots) for one in told(terminal.moved_to(old, epoch=2), AdjustmentItem)] == [
            (OTHER_CARD, ((MONTH, 10),))  # the late visit; the first ten are on the card
        ]
        assert all_is_well(old)
        assert night_posts_nothing(old)
        old.close()


def track_after(terminal: Terminal) -> str:
    """What the last visit of a terminal wrote."""
    bodies = [decode_body(event.type, event.body) for event in terminal.events]
    return [body.post for body in bodies if isinstance(body, Intent)][-1]


# --- any order -------------------------------------------------------------------------------------------------------


class Story:
    """What happened at four counters: visits of the old cards, on and beside them, replacements, the new cards.

    ``truth``: points of everybody together; each terminal's journal is told in any pieces and any order.
    """

    def __init__(self, bench: Bench, dice: Random) -> None:
        self.dice, self.truth = dice, 0
        self.first, self.second, self.last = dice.sample((CARD, OTHER_CARD, THIRD_CARD), 3)
        self.terminals = [bench.terminal(number, "1") for number in (12, 13, 14, 15)]
        self.stripes = {card: track(card, 1, 0) for card in (CARD, OTHER_CARD, THIRD_CARD)}
        self.count = 0
        for terminal in self.terminals:
            terminal.write(replace(BOOT, terminal=terminal.number))
        acts = [self.first] * 8 + [self.second] * 4 + [self.last] * 3
        acts = dice.sample(acts, len(acts))
        places = sorted(dice.sample(range(len(acts)), 2))
        for place, card in enumerate(acts):
            self.serve(CardNo(card))
            if place in places:
                self.replace(first=place == places[0])

    def serve(self, card: CardNo) -> None:
        """Most by the card; some in doubt, cut, beside it, or only seen afterwards."""
        self.count += 1
        number, terminal = self.count, self.dice.choice(self.terminals)
        how = self.dice.choice(("card",) * 5 + ("beside", "honoured", "cut"))
        earn, use = self.dice.randint(1, 30), 0
        if how == "beside":
            told = OffCard(visit_id(number), card, "card.stale", 500, earn, ((MONTH, earn),), number, 1, DAY)
            terminal.write(told)
            self.truth += earn
            return
        image = decode(self.stripes[card], RING).image
        assert image is not None
        if how == "card" and image.balance and self.dice.random() < 0.3:
            earn, use = 0, image.balance  # everything that the card holds
        visit = intent(
            number, image.seq + 1, card, str(number), pre=self.stripes[card], earn=earn, redeem=use,
            lots=((MONTH, earn - use),),
        )  # fmt: skip
        terminal.write(visit)
        if how == "honoured":
            terminal.write(Honour(visit.visit, "AGED"))
        elif how == "cut":  # written, and nobody said so; somebody reads the card later
            self.dice.choice(self.terminals).write(Seen(visit.post, ""))
            self.stripes[card] = visit.post
        else:
            terminal.write(commit(number))
            self.stripes[card] = visit.post
        self.truth += earn - use

    def replace(self, first: bool) -> None:
        old, new = (self.first, self.second) if first else (self.second, self.last)
        self.dice.choice(self.terminals).write(Replace(old, new, 0))

    def bring(self, terminal: Terminal) -> str:
        """A visit without purchase of the last card, online: whatever is due is brought onto it; its stripe then."""
        pre = self.stripes[self.last]
        due = tuple((one.number, one.lots) for one in terminal.check(pre).adjustments)
        image = decode(pre, RING).image
        assert image is not None
        number = self.count + 1
        visit = intent(number, image.seq + 1, self.last, pre=pre, earn=0, lots=(), adjusted=due)
        terminal.write(visit, commit(number))
        terminal.push()
        return visit.post

    def tell(self, bench: Bench, dice: Random) -> None:
        """Everything, in pieces, some of them again."""
        moved = [terminal.moved_to(bench) for terminal in self.terminals]
        sent = [0] * len(moved)
        while left := [place for place, terminal in enumerate(moved) if sent[place] < len(terminal.events)]:
            place = dice.choice(left)
            last = dice.randint(sent[place] + 1, len(moved[place].events))
            assert moved[place].push(dice.randint(1, sent[place] + 1), last).quarantined == ()
            sent[place] = last


def check_story(offices: Offices, seed: int, orders: int) -> None:
    """Two heads offices hear the same in different orders: the same entries, all points on the last card, once."""
    with offices() as first, offices() as second:
        story = Story(first, Random(seed))
        for number in (12, 13, 14, 15):
            second.terminal(number, "1")
        found = []
        for bench, order in ((first, orders), (second, orders + 1)):
            story.tell(bench, Random(order))
            assert balances(bench) == ({story.last: story.truth} if story.truth else {})
            assert all_is_well(bench)
            assert night_posts_nothing(bench)
            found.append(on_paper(bench))
        assert found[0] == found[1]
        for bench in (first, second):
            terminal = bench.terminal(16, "1")
            image = decode(story.bring(terminal), RING).image
            assert image is not None
            assert image.balance == story.truth
            assert all_is_well(bench)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 32), st.integers(0, 1 << 32))
def test_late_visits_of_replaced_cards_move_exactly_once_in_any_order(
    sqlite_offices: Offices, seed: int, orders: int
) -> None:
    check_story(sqlite_offices, seed, orders)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 32), st.integers(0, 1 << 32))
def test_late_visits_of_replaced_cards_move_exactly_once_in_any_order_on_postgresql(
    postgres_offices: Offices, seed: int, orders: int
) -> None:
    check_story(postgres_offices, seed, orders)


def test_replacements_and_late_visits_at_the_same_time_lose_nothing(postgres_bench: Bench, pool: Any) -> None:
    """Pushes about one family wait for each other, whoever comes first."""
    bench = postgres_bench
    terminals = [bench.terminal(number, "1") for number in (12, 13, 14)]
    old, new, desk = terminals
    pre = track(CARD, 1, 0)
    for number in range(1, 9):
        visit = intent(number, number, pre=pre)
        old.write(visit, commit(number))
        pre = visit.post
    pre = track(OTHER_CARD, 1, 0)
    for number in range(11, 19):
        visit = intent(number, number - 10, OTHER_CARD, pre=pre)
        new.write(visit, commit(number))
        pre = visit.post
    desk.write(Replace(CARD, OTHER_CARD, 0))

    def trickle(terminal: Terminal) -> None:
        for last in range(1, len(terminal.events) + 1, 2):
            terminal.push(last, min(last + 1, len(terminal.events)))

    for done in [pool.submit(trickle, terminal) for terminal in terminals]:
        done.result(60)
    assert balances(bench) == {OTHER_CARD: 160}
    assert bench.count(Replacement) == 1
    assert bench.count(Case) == 0
    assert all_is_well(bench)
    assert night_posts_nothing(bench)

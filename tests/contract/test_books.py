"""What head office makes of what it is told: gaps, late journals, points beside the card, copies, corrections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import func, select

from server.cards import settling
from server.ledger import cases, grants
from server.ledger.models import Adjustment, Case, Entry, Visit
from server.ledger.postings import PENDING
from shared.card.codec import decode, encode, prev_tag
from shared.errors import EnishiError
from shared.ids import CardNo
from shared.sync.messages import AdjustmentItem, CardDenyItem, Quarantined
from shared.visit.journal import Doubt, Honour, Intent, OffCard, Reissue, Seen, VisitKind
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
    written,
)

STAFF = 1


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


@pytest.fixture
def other(bench: Bench) -> Terminal:
    return bench.terminal(13, "2")


def balance(bench: Bench, card: int = CARD) -> int:
    with bench.database.reading() as session:
        return session.scalar(select(func.coalesce(func.sum(Entry.points), 0)).where(Entry.card == card)) or 0


def accounts(bench: Bench) -> dict[str, int]:
    """What stands against the cards' accounts, without what came to nothing."""
    with bench.database.reading() as session:
        sums = select(Entry.contra, func.sum(Entry.points)).group_by(Entry.contra)
        return {contra: points for contra, points in session.execute(sums) if points}


def sent(bench: Bench, card: int = CARD) -> dict[int, bytes]:
    with bench.database.reading() as session:
        rows = select(Adjustment.number, Adjustment.lots).where(Adjustment.card == card)
        return dict(session.execute(rows).all())


def open_cases(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [case.kind for case in cases.listed(session)]


def told(terminal: Terminal, kind: type) -> list[Any]:
    return [entry.item for entry in terminal.pull().items if isinstance(entry.item, kind)]


def off_card(number: int, earn: int = 30, card: CardNo = CARD, month: int = 40) -> OffCard:
    return OffCard(visit_id(number), card, "card.stale", 3000, earn, ((month, earn),), number, 1, DAY)


def chain(*changes: int, first: int = 1, base: str = "", **figures: Any) -> list[Intent]:
    """Visits that stand on each other, each changing the lot of month 36."""
    made: list[Intent] = []
    pre = base or track(CARD, 1, 0)
    place = decode(pre, RING).image
    assert place is not None
    for step, points in enumerate(changes):
        values = {"earn": max(points, 0), "redeem": max(-points, 0), "lots": ((36, points),)} | figures
        made.append(intent(first + step, place.seq + 1 + step, pre=pre, gen=place.gen, **values))
        pre = made[-1].post
    return made


# --- gaps ------------------------------------------------------------------------------------------------------------


def test_a_visit_that_nobody_told_is_booked_by_the_card_until_its_journal_comes(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    first, untold, third = chain(10, 20, 5)
    terminal.write(BOOT, first, commit(1), third, commit(3))
    terminal.push()
    assert (balance(bench), accounts(bench)) == (35, {"ISSUE": 15, PENDING: 20})
    assert all_is_well(bench)
    other.write(untold, commit(2))
    other.push()
    assert (balance(bench), accounts(bench)) == (35, {"ISSUE": 35})
    assert sent(bench) == {}
    assert all_is_well(bench)


def test_an_image_that_proves_too_much_counts_for_nothing_and_waits_for_a_person(
    bench: Bench, terminal: Terminal
) -> None:
    first = chain(10)[0]
    rich = chain(150_000, first=2, base=first.post)[0]
    after = chain(5, first=3, base=rich.post)[0]
    terminal.write(BOOT, first, commit(1), after, commit(3))
    terminal.push()
    assert balance(bench) == 15
    assert open_cases(bench) == [cases.WITNESS]
    assert told(terminal, CardDenyItem) == [CardDenyItem(CARD, "online_only")]
    assert sent(bench) == {}
    terminal.write(rich, commit(2))
    terminal.push()
    assert balance(bench) == 150_015
    assert open_cases(bench) == []
    assert told(terminal, CardDenyItem) == [CardDenyItem(CARD, "")]
    assert all_is_well(bench)


def test_a_track_that_no_key_of_ours_made_is_a_case_and_proves_nothing(bench: Bench, terminal: Terminal) -> None:
    visits = chain(10, 10)
    forged = visits[1].post[:-1] + ("A" if visits[1].post[-1] != "A" else "B")
    terminal.write(BOOT, visits[0], commit(1), Seen(forged, "card.forged"), Seen("garbage", "card.foreign"))
    assert terminal.push().quarantined == ()
    assert balance(bench) == 10
    assert open_cases(bench) == [cases.FORGED]


@pytest.mark.parametrize("field", ["pre", "post"])
def test_a_visit_with_an_image_that_cannot_be_proven_is_set_aside(bench: Bench, terminal: Terminal, field: str) -> None:
    visit = replace(chain(10)[0], **{field: "L" + "A" * 68})
    other_card = intent(2, 1, pre=track(CARD, 1, 0), card=OTHER_CARD)
    terminal.write(BOOT, visit, commit(1), other_card)
    assert terminal.push().quarantined == (Quarantined(2, "sync.image"), Quarantined(4, "sync.image"))
    assert bench.count(Visit) == 0


def test_a_card_that_was_written_with_something_else_is_booked_as_told_and_looked_at(
    bench: Bench, terminal: Terminal
) -> None:
    visit = replace(chain(10)[0], post=written(track(CARD, 1, 0), ((36, 999),)))
    terminal.write(BOOT, visit, commit(1))
    assert terminal.push().quarantined == ()
    assert balance(bench) == 10
    assert open_cases(bench) == [cases.IMAGE]
    assert not all_is_well(bench)


# --- copies ----------------------------------------------------------------------------------------------------------


def test_two_visits_on_one_base_are_both_booked_and_the_card_is_held(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    other.write(intent(2, 1, branch="b"), commit(2), off_card(3))
    other.push()
    assert balance(bench) == 50
    assert open_cases(bench) == [cases.FORK]
    assert told(terminal, CardDenyItem) == [CardDenyItem(CARD, "online_only")]
    assert sent(bench) == {}  # not to a card of which a copy exists
    assert all_is_well(bench)


# --- beside the card -------------------------------------------------------------------------------------------------


def test_points_earned_beside_the_card_reach_it_by_one_adjustment(bench: Bench, terminal: Terminal) -> None:
    first = chain(10)[0]
    terminal.write(BOOT, first, commit(1), off_card(2))
    terminal.push()
    terminal.push()
    assert balance(bench) == 40
    (item,) = told(terminal, AdjustmentItem)
    assert (item.card, item.number, item.lots) == (CARD, 65, ((40, 30),))
    visit = intent(3, 2, pre=first.post, adjusted=((65, item.lots),))
    terminal.write(visit, commit(3))
    terminal.push()
    assert balance(bench) == 50
    assert list(sent(bench)) == [65]
    image = decode(visit.post, RING).image
    assert image is not None
    assert image.balance == 50
    assert all_is_well(bench)


def test_points_beside_the_card_told_twice_count_once(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    terminal.write(BOOT, off_card(2), off_card(2))
    assert terminal.push().quarantined == (Quarantined(3, "sync.visit_known"),)
    other.write(off_card(2))
    assert other.push().quarantined == (Quarantined(1, "sync.visit_known"),)
    assert balance(bench) == 30


def test_a_visit_is_never_counted_on_the_card_and_beside_it(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    """Whatever names a journal gives, and in whatever order."""
    first, second = chain(10, 10)
    terminal.write(BOOT, first, off_card(1, 10, month=36), Honour(visit_id(1), "AGED"))
    terminal.push()
    assert balance(bench) == 10
    other.write(second, commit(2))
    other.push()
    assert balance(bench) == 20
    assert accounts(bench) == {"ISSUE": 20}
    assert all_is_well(bench)


def test_a_visit_that_was_booked_beside_the_card_before_is_not_booked_again(bench: Bench, terminal: Terminal) -> None:
    """Also where the visit alone would need no second look."""
    first = chain(10)[0]
    adjusted = ((65, ((36, 10),)),)
    terminal.write(BOOT, first, commit(1), off_card(3, 10, CARD, 36))
    terminal.push()
    second = intent(2, 2, pre=first.post, adjusted=adjusted)
    terminal.write(second, commit(2))
    terminal.push()
    assert balance(bench) == 30
    third = chain(10, first=3, base=second.post)[0]
    terminal.write(third, commit(3))
    terminal.push()
    assert balance(bench) == 30
    assert all_is_well(bench)


def test_what_was_honoured_is_given_back_when_the_card_took_it_after_all(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    """The holder keeps the points once."""
    start, first = chain(10, 20)
    terminal.write(BOOT, start, commit(1), first, Doubt(visit_id(2), "CUT"), Honour(visit_id(2), "AGED"))
    terminal.push()
    assert balance(bench) == 30
    assert [item.lots for item in told(terminal, AdjustmentItem)] == [((36, 20),)]
    other.write(*(chain(5, first=3, base=first.post)), commit(3))
    other.push()
    assert balance(bench) == 35
    assert [item.lots for item in told(terminal, AdjustmentItem)] == [((36, 20),), ((36, -20),)]
    assert all_is_well(bench)


def test_only_what_was_earned_is_honoured(bench: Bench, terminal: Terminal) -> None:
    first = chain(50)[0]
    mixed = intent(2, 2, pre=first.post, earn=5, redeem=20, lots=((36, -15),))
    lapsing = intent(3, 2, pre=first.post, branch="x", earn=5, expired=50, lots=((36, -50), (40, 5)))
    terminal.write(BOOT, first, commit(1), mixed, lapsing)
    terminal.write(Honour(visit_id(2), "AGED"), Honour(visit_id(3), "AGED"))
    terminal.push()
    assert balance(bench) == 55
    assert bench.books()["states"][visit_id(2)] == "undecided"
    assert bench.books()["states"][visit_id(3)] == "honoured"


def test_a_gift_and_a_debt_that_is_written_off_stand_on_their_own_accounts(bench: Bench, terminal: Terminal) -> None:
    first = chain(10)[0]
    terminal.write(BOOT, first, commit(1))
    terminal.push()
    with bench.database.transaction() as session:
        grants.give(session, CARD, ((36, -30),), STAFF, "計算ちがい", START_MS)
        settling.settle(session, [CARD], START_MS)
    assert balance(bench) == -20
    assert [item.lots for item in told(terminal, AdjustmentItem)] == [((36, -30),)]
    with bench.database.transaction() as session:
        assert grants.write_off(session, CARD, STAFF, "お客さまに非はない", START_MS) == 20
        settling.settle(session, [CARD], START_MS)
        assert grants.write_off(session, CARD, STAFF, "もう一度", START_MS) == 0
    assert balance(bench) == 0
    assert accounts(bench) == {"ISSUE": 10, "ADJUST": -30, "LOSS": 20}
    assert all_is_well(bench)
    with pytest.raises(EnishiError, match=r"input\.case_note"), bench.database.transaction() as session:
        grants.give(session, CARD, ((36, 1),), STAFF, "", START_MS)


def test_what_a_card_cannot_give_stays_owed(bench: Bench, terminal: Terminal) -> None:
    """The card held 10 of the 30: the terminal took 10, and the rest is asked for again."""
    first = chain(10)[0]
    terminal.write(BOOT, first, commit(1))
    terminal.push()
    with bench.database.transaction() as session:
        grants.give(session, CARD, ((36, -30),), STAFF, "計算ちがい", START_MS)
        settling.settle(session, [CARD], START_MS)
    cut = intent(2, 2, pre=first.post, earn=0, lots=(), adjusted=((65, ((36, -10),)),))
    terminal.write(cut, commit(2))
    terminal.push()
    assert balance(bench) == -20
    assert [(item.number, item.lots) for item in told(terminal, AdjustmentItem)] == [
        (65, ((36, -30),)), (66, ((36, -20),)),
    ]  # fmt: skip
    assert all_is_well(bench)


def test_lots_that_lapsed_on_their_way_and_lots_that_differ_only_by_month_are_not_sent(
    bench: Bench, terminal: Terminal
) -> None:
    first = chain(10)[0]
    terminal.write(BOOT, first, commit(1), off_card(2, month=33))  # over since October
    terminal.push()
    with bench.database.transaction() as session:
        grants.give(session, CARD, ((36, -5), (40, 5)), STAFF, "月の訂正", START_MS)
        settling.settle(session, [CARD], START_MS)
    assert sent(bench) == {}
    assert all_is_well(bench)


# --- refunds ---------------------------------------------------------------------------------------------------------


def refund(number: int, of: Intent, pre: str, place: int, back: int = 0, taken: int = 0, yen: int = 1000) -> Intent:
    lots = ((36, back - taken),) if back != taken else ()
    return intent(
        number, place, pre=pre, kind=VisitKind.REFUND, refund_of=of.visit, earn=back, redeem=taken, lots=lots,
        amount_yen=yen,
    )  # fmt: skip


def test_a_refund_gives_back_and_takes_back_on_the_accounts_of_its_sale(bench: Bench, terminal: Terminal) -> None:
    first = chain(50)[0]
    sale = intent(2, 2, pre=first.post, earn=8, redeem=20, lots=((36, -12),))
    back = refund(3, sale, sale.post, 3, back=20, taken=8)
    terminal.write(BOOT, first, commit(1), sale, commit(2), back, commit(3))
    terminal.push()
    assert balance(bench) == 50
    assert accounts(bench) == {"ISSUE": 50}
    kinds = {key[1]: points for key, points in bench.books()["entries"].items() if key[0] == visit_id(3)}
    assert kinds == {"GIVE_BACK": 20, "TAKE_BACK": -8}
    assert all_is_well(bench)


def test_earned_points_that_were_spent_before_the_refund_are_a_debt(bench: Bench, terminal: Terminal) -> None:
    sale = chain(10)[0]
    spent = intent(2, 2, pre=sale.post, earn=0, redeem=10, lots=((36, -10),))
    back = refund(3, sale, spent.post, 3, taken=0)
    terminal.write(BOOT, sale, commit(1), spent, commit(2), back, commit(3))
    terminal.push()
    assert balance(bench) == -10
    assert [item.lots for item in told(terminal, AdjustmentItem)] == [((36, -10),)]
    assert all_is_well(bench)


def test_two_halves_of_a_refund_take_back_no_more_than_the_whole(bench: Bench, terminal: Terminal) -> None:
    sale = chain(9)[0]
    half = refund(2, sale, sale.post, 2, taken=4, yen=500)
    rest = refund(3, sale, half.post, 3, taken=5, yen=500)
    terminal.write(BOOT, sale, commit(1), half, commit(2), rest, commit(3))
    terminal.push()
    assert balance(bench) == 0
    assert all_is_well(bench)


# --- generations -----------------------------------------------------------------------------------------------------


def test_a_generation_that_head_office_does_not_know_is_adopted_until_its_start_is_told(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    first, second = chain(10, 20)
    image = decode(second.post, RING).image
    assert image is not None
    start = encode(structs.replace(image, gen=9, seq=0, prev=prev_tag(second.post)), RING)
    visit = chain(5, first=4, base=start)[0]
    terminal.write(BOOT, first, commit(1), visit, commit(4))
    terminal.push()
    assert balance(bench) == 35
    assert accounts(bench)[PENDING] == 20
    other.write(second, commit(2), Reissue(visit_id(77), CARD, 9, start))
    other.push()
    assert balance(bench) == 35
    assert accounts(bench) == {"ISSUE": 35}
    assert sent(bench) == {}
    assert all_is_well(bench)


def test_a_case_is_gone_when_later_facts_explain_it(bench: Bench, terminal: Terminal) -> None:
    first = chain(10)[0]
    rich = chain(150_000, first=2, base=first.post)[0]
    terminal.write(BOOT, first, commit(1), Seen(rich.post, ""))
    terminal.push()
    assert open_cases(bench) == [cases.WITNESS]
    terminal.write(rich)
    terminal.push()
    assert open_cases(bench) == []
    with bench.database.reading() as session:
        assert session.scalars(select(Case.state)).all() == ["gone"]

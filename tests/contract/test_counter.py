"""What counters tell beside the card: enrolments, stops, goods, sales without a card, voices, benefits, days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.access.scope import ALL
from server.benefits import service as benefits
from server.benefits.models import Benefit, Handover
from server.cards.models import Card
from server.ledger import cases
from server.ledger.models import Visit
from server.members import service as members
from server.members.models import CardEnrolment, Member
from server.members.values import Person
from server.reconcile.checks import BY_NAME
from server.sales import service as sales
from server.sales.models import DIFFERS, SAME, WAITING, Duty, PlainSale, SaleHead, SaleLine
from server.shop import service as shop
from server.sync.days import COMPARED, compare_open
from shared.errors import EnishiError
from shared.sale.basket import EMPTY, Basket, Line
from shared.sale.day_report import DayFigures
from shared.sale.product import TaxRate
from shared.sync.messages import BenefitItem, CardDenyItem, MemberItem, PhoneMark, Quarantined
from shared.text.phone_mark import check_of
from shared.visit import journal as j
from shared.visit.journal import Day, Honour, Newcomer, OffCard, OnDuty, StopCard, VisitKind
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    START_MS,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    visit_id,
)

PHONE = "09012345678"
BREAD = Line("4901234567894", "食パン", "パン", 300, 2, TaxRate.REDUCED, 50)
BAG = Line("", "袋", "", 5, 1, TaxRate.STANDARD, 0, False)
BASKET = Basket((BREAD, BAG), 5, "R-1")
TODAY = date.fromisoformat(DAY)
NO_SALE = DayFigures("", 12, TODAY, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


@pytest.fixture
def other(bench: Bench) -> Terminal:
    return bench.terminal(13, "2")


def rows(bench: Bench, model: Any) -> list[Any]:
    with bench.database.reading() as session:
        found = session.scalars(select(model)).all()
        session.expunge_all()
        return list(found)


def told(terminal: Terminal, kind: type) -> list[Any]:
    return [entry.item for entry in terminal.pull().items if isinstance(entry.item, kind)]


def open_cases(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [case.kind for case in cases.listed(session)]


def member_with(bench: Bench, phone: str, card: Any = None) -> int:
    with bench.database.transaction() as session:
        return members.register(session, Person("山田", phone=phone), card, "1", DAY, START_MS)


# --- enrolments ------------------------------------------------------------------------------------------------------


def test_an_enrolment_makes_a_provisional_member_whom_every_terminal_learns(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1), Newcomer(CARD, PHONE, "ﾔﾏﾀﾞ はなこ", 4, DAY))
    assert terminal.push().quarantined == ()
    (member,) = rows(bench, Member)
    assert (member.provisional, member.phone, member.family_kana, member.name) == (
        True,
        PHONE,
        "ヤマダ ハナコ",
        "ヤマダ ハナコ",
    )
    (item,) = told(terminal, MemberItem)
    assert (item.cards, item.visits, item.kana) == ((CARD,), 1, "ヤマダ ハナコ")
    assert item.phones == (PhoneMark("5678", check_of(PHONE)),)
    (kept,) = rows(bench, CardEnrolment)
    assert (kept.member, kept.staff, kept.terminal, kept.store) == (member.number, 4, 12, "1")
    with bench.database.transaction() as session:
        found = session.get(Member, member.number)
        assert found is not None
        members.change(session, found, Person("山田", "花子", phone=PHONE), START_MS)
    assert not rows(bench, Member)[0].provisional


def test_an_enrolment_by_a_known_number_gives_the_card_to_that_member(bench: Bench, terminal: Terminal) -> None:
    member = member_with(bench, PHONE, CARD)
    terminal.write(BOOT, Newcomer(OTHER_CARD, PHONE, "", 0, DAY), Newcomer(OTHER_CARD, PHONE, "", 0, DAY))
    terminal.push()
    assert {card.number: card.member for card in rows(bench, Card)} == {CARD: member, OTHER_CARD: member}
    assert open_cases(bench) == []
    assert bench.count(Member) == 1


@pytest.mark.parametrize("phones", [(PHONE, PHONE), ("0312345678",)])
def test_an_enrolment_that_no_rule_decides_is_for_a_person(
    bench: Bench, terminal: Terminal, phones: tuple[str, ...]
) -> None:
    """Several members with the number; a card that somebody else holds."""
    holder = CARD if len(phones) == 1 else None
    for phone in phones:
        member_with(bench, phone, holder)
    terminal.write(BOOT, Newcomer(CARD, PHONE, "ヤマダ", 0, DAY))
    terminal.push()
    assert open_cases(bench) == [cases.HOLDER]
    assert bench.count(Member) == len(phones)
    assert [one.member for one in rows(bench, CardEnrolment)] == [0]


def test_a_member_without_a_number_is_somebody_of_their_own(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, Newcomer(CARD, "", "", 0, DAY), Newcomer(OTHER_CARD, "", "サトウ", 0, DAY))
    terminal.push()
    assert sorted(member.name for member in rows(bench, Member)) == ["", "サトウ"]
    assert open_cases(bench) == []


def test_two_shops_that_enrol_one_number_make_one_member(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    terminal.write(BOOT, Newcomer(CARD, PHONE, "", 0, DAY))
    other.write(Newcomer(OTHER_CARD, PHONE, "ヤマダ", 0, DAY))
    terminal.push()
    other.push()
    terminal.push()
    (member,) = rows(bench, Member)
    assert member.name == "ヤマダ"
    assert {card.member for card in rows(bench, Card)} == {member.number}


def test_two_holders_of_one_family_are_for_a_person(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, Newcomer(CARD, "09012345678", "", 0, DAY), Newcomer(OTHER_CARD, "09087654321", "", 0, DAY))
    terminal.write(j.Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    assert open_cases(bench) == [cases.REPLACED]
    assert len({card.member for card in rows(bench, Card)}) == 2


# --- goods and sales -------------------------------------------------------------------------------------------------


def test_the_goods_of_a_visit_are_kept_line_by_line(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1, basket=BASKET, staff=7), commit(1))
    terminal.write(replace(offcard(2), basket=Basket((BAG,))), j.PlainSale(9, 550, BASKET, 0, DAY))
    assert terminal.push().quarantined == ()
    terminal.push()
    with bench.database.reading() as session:
        (first, second) = sales.lines_of(session, [visit_id(1)])[visit_id(1)]
        assert (first.place, first.code, first.name, first.category) == (0, BREAD.code, "食パン", "パン")
        assert (first.unit_yen, first.quantity, first.tax, first.discount_yen, first.earns) == (300, 2, 8, 50, True)
        assert (second.place, second.earns) == (1, False)
    assert len(rows(bench, SaleLine)) == 5
    (head,) = rows(bench, SaleHead)
    assert (head.visit, head.staff, head.discount_yen, head.reference) == (visit_id(1), 7, 5, "R-1")
    (plain,) = rows(bench, PlainSale)
    assert (plain.slip, plain.amount_yen, plain.reference, plain.store) == (9, 550, "R-1", "1")


def test_goods_that_no_shop_sells_are_set_aside_and_the_points_count(bench: Bench, terminal: Terminal) -> None:
    bad = Basket((replace_line(BREAD, quantity=0),))
    terminal.write(BOOT, intent(1, 1, basket=bad), commit(1), j.PlainSale(1, 1, bad, 0, DAY))
    assert terminal.push().quarantined == (Quarantined(2, "sale.quantity"), Quarantined(4, "sale.quantity"))
    assert [visit.state for visit in rows(bench, Visit)] == ["counted"]
    assert rows(bench, SaleLine) == rows(bench, PlainSale) == []


def test_the_goods_of_a_visit_that_is_told_again_are_not_kept_again(
    bench: Bench, terminal: Terminal, other: Terminal
) -> None:
    terminal.write(BOOT, intent(1, 1, basket=BASKET), commit(1))
    terminal.push()
    other.write(intent(1, 1, basket=BASKET), commit(1))
    assert other.push().quarantined == (Quarantined(1, "sync.visit_known"),)
    assert len(rows(bench, SaleLine)) == 2


def replace_line(line: Line, **changes: Any) -> Line:
    return line._replace(**changes)


def offcard(number: int, earn: int = 5) -> OffCard:
    return OffCard(visit_id(number), CARD, "card.stale", 500, earn, ((36, earn),), number, 1, DAY)


# --- stops, voices, duties, benefits ---------------------------------------------------------------------------------


def test_a_lost_card_is_stopped_everywhere(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    terminal.write(BOOT, StopCard(CARD, "lost", 2))
    terminal.push()
    assert told(other, CardDenyItem) == [CardDenyItem(CARD, "stopped")]
    other.write(intent(1, 1), commit(1))  # had not heard
    other.push()
    assert [card.status for card in rows(bench, Card)] == ["stopped"]
    assert all_is_well(bench)


def test_a_voice_is_kept_under_its_heading_of_then(bench: Bench, terminal: Terminal) -> None:
    with bench.database.transaction() as session:
        shop.change(session, shop.Settings(voices=("おいしい", "せまい")), START_MS)
    terminal.write(BOOT, intent(1, 1), commit(1), j.Voice(2, visit_id(1), 0), j.Voice(9, "", 0), OnDuty(3, "on"))
    assert terminal.push().quarantined == ()
    with bench.database.transaction() as session:
        shop.change(session, shop.Settings(voices=("ほか",)), START_MS)
        assert [(voice.text, card) for voice, card in sales.voices(session, ALL)] == [("", 0), ("せまい", CARD)]
    assert [(one.staff, one.what) for one in rows(bench, Duty)] == [(3, "on")]


def test_a_benefit_that_was_handed_over_is_closed_everywhere(bench: Bench, terminal: Terminal, other: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    with bench.database.transaction() as session:
        benefit = benefits.grant(session, CARD, "お花 1本", "", 1, TODAY, START_MS, ALL).id
    assert told(other, BenefitItem) == [BenefitItem(benefit, CARD, "お花 1本", "")]
    terminal.write(j.Handover(benefit, CARD, visit_id(1), False, 0))
    terminal.push()
    assert told(other, BenefitItem)[0].open
    terminal.write(j.Handover(benefit, CARD, visit_id(1), True, 0), j.Handover(999, CARD, visit_id(1), True, 0))
    assert terminal.push().quarantined == ()
    assert told(other, BenefitItem) == [BenefitItem(benefit, CARD, "お花 1本", "", False)]
    assert len(rows(bench, Handover)) == 3
    with bench.database.transaction() as session:
        found = session.get(Benefit, benefit)
        assert found is not None
        with pytest.raises(EnishiError, match=r"benefits\.closed"):
            benefits.withdraw(session, found, START_MS)
        assert [word.given for word in benefits.lines(session, CARD)[0].handovers] == [False, True]


def test_an_open_benefit_goes_over_to_the_new_card(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    with bench.database.transaction() as session:
        benefit = benefits.grant(session, CARD, "カップ", "2027-01-31", 0, TODAY, START_MS, ALL).id
    terminal.write(j.Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    assert told(terminal, BenefitItem) == [BenefitItem(benefit, OTHER_CARD, "カップ", "2027-01-31")]


BAD = (
    Newcomer(CARD, "12345", "", 0, DAY), Newcomer(CARD, PHONE, "", 0, "2026-13-01"), Newcomer(CARD, PHONE, "", -1, DAY),
    StopCard(CARD, "angry", 0), j.Voice(10, "", 0), j.Voice(1, "x", 0), OnDuty(1, "maybe"),
    j.Handover(0, CARD, visit_id(1), True, 0), j.PlainSale(1, -1, EMPTY, 0, DAY), Day(DAY, "close", 0),
    Day(DAY, "open", 0, NO_SALE), Day(DAY, "close", 0, replace(NO_SALE, terminal=13)), j.Replace(CARD, 12, 0),
)  # fmt: skip


@pytest.mark.parametrize("body", BAD)
def test_a_body_that_cannot_be_is_set_aside_with_a_code(bench: Bench, terminal: Terminal, body: Any) -> None:
    terminal.write(BOOT, body, intent(1, 1), commit(1))
    assert terminal.push().quarantined == (Quarantined(2, "sync.field"),)
    assert [visit.state for visit in rows(bench, Visit)] == ["counted"]


# --- days ------------------------------------------------------------------------------------------------------------


def figures(**changes: int) -> DayFigures:
    return replace(NO_SALE, **changes)


def day_of(terminal: Terminal) -> DayFigures:
    """One day with everything in it, and its figures."""
    sale = intent(1, 1, amount_yen=1000)
    used = intent(2, 2, pre=sale.post, earn=4, redeem=3, discount_yen=3, lots=((36, 1),), amount_yen=500)
    back = intent(
        3, 3, pre=used.post, kind=VisitKind.REFUND, refund_of=visit_id(2), earn=3, redeem=4, discount_yen=3,
        lots=((36, -1),), amount_yen=500,
    )  # fmt: skip
    aged = intent(4, 4, pre=back.post, earn=7, lots=((36, 7),), amount_yen=700)
    terminal.write(sale, commit(1), used, commit(2), back, commit(3), aged, Honour(visit_id(4), "AGED"))
    terminal.write(offcard(5), j.PlainSale(6, 250, EMPTY, 0, DAY), Newcomer(CARD, PHONE, "", 0, DAY))
    return figures(
        visits=5, sales_yen=2950, discount_yen=3, refunds=1, refunds_yen=497, members_new=1, visits_with_card=3,
        visits_off_card=1, points_earned=29, points_used=7,
    )  # fmt: skip


def days_line(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [str(wrong) for wrong in BY_NAME["days"].look(session, START_MS).wrong]


def states(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [day.report.state for day in sales.days(session, ALL)]


def test_a_day_that_was_closed_with_the_right_figures_is_green(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, Day(DAY, "open", 0))
    closed = day_of(terminal)
    terminal.write(Day(DAY, "close", 1, closed))
    assert terminal.push().quarantined == ()
    assert states(bench) == [SAME]
    terminal.write(intent(9, 4, pre=terminal_post(terminal), earn=1, lots=((36, 1),)), commit(9))  # after the close
    terminal.write(Day(DAY, "close", 1, closed))  # which the second report forgot
    terminal.push()
    assert states(bench) == [DIFFERS, SAME]
    assert days_line(bench)[:2] == [f"{DAY} visits: 5, head office 6", f"{DAY} sales_yen: 2950, head office 3950"]


def terminal_post(terminal: Terminal) -> str:
    """The card after the refund of ``day_of``."""
    from shared.sync.chain import decode_body

    bodies = [decode_body(event.type, event.body) for event in terminal.events]
    return next(body.post for body in bodies if isinstance(body, j.Intent) and body.kind is VisitKind.REFUND)


@pytest.mark.parametrize("name", COMPARED)
def test_a_day_that_differs_in_one_figure_is_red_by_its_name(bench: Bench, terminal: Terminal, name: str) -> None:
    terminal.write(BOOT)
    closed = day_of(terminal)
    ours = getattr(closed, name)
    terminal.write(Day(DAY, "close", 0, replace(closed, **{name: ours + 1})))
    terminal.push()
    assert days_line(bench) == [f"{DAY} {name}: {ours + 1}, head office {ours}"]


def test_a_day_waits_for_the_boots_before_it(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT)
    closed = day_of(terminal)
    terminal.push(1, 5)
    later = terminal.boot(2)
    last = terminal.events[-1]
    later.write(replace(BOOT, parent_stream=terminal.stream.hex(), parent_seq=last.seq, parent_hash=last.hash.hex()))
    later.write(Day(DAY, "close", 0, closed))
    later.push()
    assert states(bench) == [WAITING]
    assert days_line(bench) == []
    terminal.push()
    with bench.database.transaction() as session:
        assert compare_open(session) == 1
    assert states(bench) == [SAME]


# --- any content -----------------------------------------------------------------------------------------------------

numbers = st.integers(-(1 << 63), (1 << 63) - 1)
texts = st.text(max_size=30)
NOTES = st.one_of(
    st.builds(Newcomer, st.sampled_from((CARD, 12)) | numbers, st.sampled_from((PHONE, "")) | texts, texts, numbers,
              st.sampled_from((DAY,)) | texts),
    st.builds(j.Enrol, st.just(CARD), st.binary(max_size=60), st.just(0), st.just(DAY)),
    st.builds(StopCard, st.sampled_from((CARD,)) | numbers, st.sampled_from(("lost",)) | texts, numbers),
    st.builds(j.Replace, st.sampled_from((CARD, OTHER_CARD)) | numbers, st.sampled_from((CARD, OTHER_CARD)) | numbers,
              st.just(0) | numbers),
    st.builds(j.Voice, numbers | st.integers(0, 10), texts, numbers),
    st.builds(j.Handover, numbers, st.sampled_from((CARD,)) | numbers, texts, st.booleans(), numbers),
    st.builds(j.PlainSale, numbers, numbers, st.just(BASKET), numbers, texts),
    st.builds(Day, st.sampled_from((DAY,)) | texts, st.sampled_from(("open", "close")) | texts, st.just(0),
              st.none() | st.builds(replace, st.just(NO_SALE), visits=numbers, shop=texts)),
    st.builds(OnDuty, numbers, texts),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NOTES, min_size=1, max_size=8))
def test_whatever_is_noted_is_stored_and_holds_up_nothing(sqlite_offices: Offices, notes: list[Any]) -> None:
    with sqlite_offices() as bench:
        terminal = bench.terminal()
        terminal.write(BOOT, *notes, intent(1, 1), commit(1))
        first = terminal.push()
        assert first.acked_seq == len(terminal.events)
        assert terminal.push() == first
        assert all_is_well(bench)

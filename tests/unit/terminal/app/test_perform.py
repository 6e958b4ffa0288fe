"""Every effect has exactly one performer, and every question one way to be answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from shared.errors import EnishiError
from shared.ids import CardNo, MemberNo, VisitId, make_card_no
from shared.sale.basket import EMPTY
from shared.sale.day_report import DayFigures
from shared.sale.product import Product
from shared.visit import effects as e
from shared.visit.events import (
    DayAdded,
    DutyBegan,
    DutyRefused,
    Event,
    ForgedOften,
    Honoured,
    MembersFound,
    Noted,
    OffCardRecorded,
    ProductFound,
    ReceiptFailed,
    ReissueRecorded,
    RepairRefused,
    StoreFailed,
    VisitsFound,
)
from shared.visit.facts import Duty, FoundMember, PastVisit, Role
from shared.visit.journal import OffCard, OnDuty, PlainSale, Reissue, Said
from shared.visit.receipt import Receipt, ReceiptLine
from terminal.app.perform import PERFORMERS, Journal, Performer
from terminal.drivers.port import Role as PortRole

DAY = date(2026, 11, 21)
FIGURES = DayFigures("駅前店", 3, DAY, 0, 1, 900, 0, 0, 0, 0, 1, 0, 9, 0, 0, 0, 0)
MILK = Product("4901234567894", "牛乳", "ギュウニュウ", 198)
SAKURA = Duty(7, "さくら", Role.LEADER)
FOUND = FoundMember(MemberNo(18), "見本 花子", "ミホン ハナコ", "5678", (make_card_no(1),))
VISIT, CARD = VisitId("a" * 32), make_card_no(1)
ENTRY = OffCard(VISIT, CARD, "card.torn", 1_500, 15, ((36, 15),), 1, 1, "2026-09-21")
SOLD = PlainSale(0, 900, EMPTY, 7, "2026-11-21")
REISSUE = Reissue(VISIT, CARD, 2, "L" * 69)


class Diary(Journal):
    def __init__(self, is_full: bool = False, too_many: bool = False) -> None:
        self.is_full, self.too_many = is_full, too_many
        self.told: list[object] = []

    def _write(self, *what: object) -> None:
        if self.is_full:
            raise EnishiError("store.full", free_mb=0)
        self.told.append(what)

    def honour(self, visit: VisitId, why: str) -> None:
        self._write("honour", visit, why)

    def resolve(self, visit: VisitId, answer: str) -> None:
        self._write("resolve", visit, answer)

    def record_off_card(self, entry: OffCard) -> None:
        self._write("off card", entry)

    def record_reissue(self, reissue: Reissue) -> None:
        self._write("reissue", reissue)

    def record_seen(self, track: str, verdict: str, uid: str) -> bool:
        self._write("seen", track, verdict, uid)
        return self.too_many

    def note(self, body: Said) -> Said:
        self._write("note", body)
        return replace(body, slip=12) if isinstance(body, PlainSale) else body

    def find_members(self, phone: str, kana: str) -> tuple[tuple[FoundMember, ...], bool]:
        self._write("find members", phone, kana)
        return (FOUND,), True

    def find_visits(self, card: CardNo) -> tuple[PastVisit, ...]:
        self._write("find visits", card)
        return ()

    def find_product(self, code: str) -> Product | None:
        self._write("find product", code)
        return MILK

    def begin_duty(self, pin: str) -> Duty | str:
        self._write("begin duty", pin)
        return SAKURA if pin == "4711" else "duty.pin_missing"

    def add_up_day(self, day: date) -> DayFigures:
        self._write("add up", day)
        return FIGURES


class Office:
    def __init__(self) -> None:
        self.asked: list[e.OfficeEffect] = []

    def ask(self, effect: e.OfficeEffect) -> None:
        self.asked.append(effect)


def perform(journal: Diary, effect: e.Effect, office: Office | None = None) -> Event | None:
    return Performer(journal, {}, lambda _: None, office).perform(effect, 0.0)


class Paper:
    """A receipt printer that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[e.Effect] = []

    def command(self, effect: e.Effect, now: float) -> None:
        self.told.append(effect)


def test_the_table_holds_every_effect_and_nothing_else() -> None:
    assert set(PERFORMERS) == set(get_args(e.Effect))


@pytest.mark.parametrize(
    ("effect", "told", "answer"),
    [
        (e.Honour(VISIT, "why"), ("honour", VISIT, "why"), Honoured(VISIT)),
        (e.RecordOffCard(ENTRY), ("off card", ENTRY), OffCardRecorded(VISIT)),
        (e.RecordReissue(REISSUE), ("reissue", REISSUE), ReissueRecorded(VISIT)),
        (e.Resolve(VISIT, "later"), ("resolve", VISIT, "later"), None),
        (e.RecordSeen("x", "card.torn"), ("seen", "x", "card.torn", ""), None),
        (e.RecordSeen("x", "card.forged", "de000001"), ("seen", "x", "card.forged", "de000001"), None),
        (e.Note(OnDuty(7, "on")), ("note", OnDuty(7, "on")), Noted(OnDuty(7, "on"))),
        (e.Note(SOLD), ("note", SOLD), Noted(replace(SOLD, slip=12))),
        (e.FindMembers(phone="5678"), ("find members", "5678", ""), MembersFound((FOUND,), True)),
        (e.FindVisits(CARD), ("find visits", CARD), VisitsFound(())),
        (e.FindProduct(MILK.code), ("find product", MILK.code), ProductFound(MILK.code, MILK)),
        (e.BeginDuty("4711"), ("begin duty", "4711"), DutyBegan(SAKURA)),
        (e.BeginDuty("1"), ("begin duty", "1"), DutyRefused("duty.pin_missing")),
        (e.AddUpDay("2026-11-21"), ("add up", DAY), DayAdded(FIGURES)),
    ],
)
def test_what_became_durable_is_answered(effect: e.Effect, told: tuple[object, ...], answer: Event | None) -> None:
    journal = Diary()
    assert perform(journal, effect) == answer
    assert journal.told == [told]
    assert perform(Diary(is_full=True), effect) == StoreFailed("store.full")


def test_one_forged_card_too_many_is_told() -> None:
    assert perform(Diary(too_many=True), e.RecordSeen("x", "card.forged")) == ForgedOften()


CHECK, REPAIR = e.CheckCard(CARD, "L" * 69), e.AskRepair(VISIT, CARD, "card.torn")


def test_head_office_is_asked_and_answers_later() -> None:
    office = Office()
    assert [perform(Diary(), effect, office) for effect in (CHECK, REPAIR)] == [None, None]
    assert office.asked == [CHECK, REPAIR]


def test_without_head_office_a_check_is_never_answered_and_a_repair_refused_at_once() -> None:
    assert perform(Diary(), CHECK) is None
    assert perform(Diary(), REPAIR) == RepairRefused(VISIT, "sync.unreachable")


SLIP = Receipt(12, (ReceiptLine("見本店", centred=True), ReceiptLine("お買上げ", "900円")))


def test_the_last_receipt_comes_again_with_a_mark_once() -> None:
    paper = Paper()
    performer = Performer(Diary(), {PortRole.RECEIPT_PRINTER: paper}, lambda _: None)
    performer.perform(e.PrintReceipt(SLIP), 0.0)
    for _ in range(2):
        assert performer.perform(e.PrintAgain("再印字"), 0.0) is None
    copy = e.PrintReceipt(Receipt(12, (ReceiptLine("再印字", centred=True), *SLIP.lines)))
    assert paper.told == [e.PrintReceipt(SLIP), copy, copy]


def test_before_the_first_receipt_there_is_none_to_print_again() -> None:
    assert perform(Diary(), e.PrintAgain("再印字")) == ReceiptFailed(0, "visit.no_receipt")


def test_reports_and_the_drawer_go_to_the_receipt_printer() -> None:
    paper = Paper()
    performer = Performer(Diary(), {PortRole.RECEIPT_PRINTER: paper}, lambda _: None)
    orders: list[e.Effect] = [e.PrintReport(SLIP), e.OpenDrawer()]
    assert [performer.perform(order, 0.0) for order in orders] == [None, None]
    assert paper.told == orders
    assert performer.perform(e.PrintAgain("再印字"), 0.0) == ReceiptFailed(0, "visit.no_receipt")


def test_duty_and_answers_to_the_pos_go_to_whoever_listens() -> None:
    told: list[object] = []
    performer = Performer(Diary(), {}, lambda _: None, None, told.append, told.append)
    answer = e.AnswerPos("R1", "done")
    duty = e.SetDuty(SAKURA)
    performer.perform(duty, 0.0)
    performer.perform(answer, 0.0)
    assert told == [duty, answer]

"""Practice: what is pretended, and what is done all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from shared.card.face import Face
from shared.ids import VisitId, make_card_no
from shared.sale.basket import EMPTY
from shared.sale.day_report import DayFigures
from shared.visit import effects as e
from shared.visit import screens
from shared.visit.events import (
    CardWritten,
    Committed,
    DayAdded,
    Event,
    FacePrinted,
    Honoured,
    Intended,
    Noted,
    OffCardRecorded,
    ReissueRecorded,
    RepairRefused,
)
from shared.visit.facts import Duty
from shared.visit.journal import How, Intent, OffCard, OnDuty, PlainSale, Reissue
from shared.visit.receipt import Receipt
from terminal.app.training import Training

VISIT, CARD = VisitId("a" * 32), make_card_no(1)
ENTRY = OffCard(VISIT, CARD, "card.torn", 1_500, 15, ((36, 15),), 1, 1, "2026-09-21")
NO_SALE = DayFigures("", 3, date(2026, 11, 21), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
SOLD = PlainSale(0, 900, EMPTY, 7, "2026-11-21")


class Earnest:
    """Whatever reaches it was done in earnest."""

    def __init__(self) -> None:
        self.done: list[e.Effect] = []

    def perform(self, effect: e.Effect, now: float) -> None:
        self.done.append(effect)


INTENT = Intent(VISIT, CARD, 1, 1, "L" * 69, "M" * 69, 900, 9, 0, 0, 0, ((36, 9),), 1, 1, "2026-11-21")
PRETENDED: list[tuple[e.Effect, Event | None]] = [
    (e.WriteCard("L" * 69), CardWritten()),
    (e.PrintFace(Face(False, ())), FacePrinted()),
    (e.Intend(INTENT), Intended(VISIT)),
    (e.Commit(VISIT, How.VERIFIED), Committed(VISIT)),
    (e.Honour(VISIT, "card.torn"), Honoured(VISIT)),
    (e.RecordOffCard(ENTRY), OffCardRecorded(VISIT)),
    (e.RecordReissue(Reissue(VISIT, CARD, 2, "L" * 69)), ReissueRecorded(VISIT)),
    (e.Note(SOLD), Noted(SOLD)),
    (e.Note(OnDuty(7, "on")), Noted(OnDuty(7, "on"))),
    (e.AskRepair(VISIT, CARD, "card.torn"), RepairRefused(VISIT, "visit.training_no_repair")),
    (e.CheckCard(CARD, "L" * 69), None),
    (e.Abort(VISIT, "at_base"), None),
    (e.Doubt(VISIT, "card_left"), None),
    (e.Resolve(VISIT, "later"), None),
    (e.RecordSeen("x", "card.forged"), None),
    (e.RecordPrint(VISIT, 1, "", (), ()), None),
    (e.RecordEject(VISIT), None),
    (e.OpenDrawer(), None),
]


@pytest.mark.parametrize(("effect", "answer"), PRETENDED)
def test_what_leaves_a_trace_is_pretended(effect: e.Effect, answer: Event | None) -> None:
    earnest = Earnest()
    assert Training(earnest).perform(effect, 0.0) == answer
    assert earnest.done == []


@pytest.mark.parametrize(
    "effect",
    [
        e.AwaitCard(),
        e.ReadCard(),
        e.EjectCard(),
        e.LookUpCard(CARD),
        e.FindProduct("4901234567894"),
        e.BeginDuty("4711"),
        e.AddUpDay("2026-11-21"),
        e.Show(screens.Waiting()),
        e.PrintReceipt(Receipt(0, ())),
        e.SetDuty(Duty(7)),
        e.AnswerPos("R1", "busy"),
    ],
)
def test_what_leaves_none_is_done(effect: e.Effect) -> None:
    earnest = Earnest()
    assert Training(earnest).perform(effect, 0.0) is None
    assert earnest.done == [effect]


def test_of_the_store_only_questions_are_asked_in_earnest() -> None:
    asked = {e.LookUpCard, e.LoadOpenVisits, e.FindMembers, e.FindVisits, e.FindProduct, e.BeginDuty, e.AddUpDay}
    assert set(get_args(e.StoreEffect)) - {type(effect) for effect, _ in PRETENDED} == asked


def test_the_figures_of_a_day_say_how_much_practice_is_not_in_them() -> None:
    training = Training(Earnest())
    for effect in (
        e.Intend(INTENT), e.Commit(VISIT, How.VERIFIED), e.Note(SOLD), e.RecordOffCard(ENTRY), e.Note(OnDuty(7, "on")),
        e.Intend(replace(INTENT, business_day="2026-11-22")), e.Abort(VISIT, "at_base"),
    ):  # fmt: skip
        training.perform(effect, 0.0)
    counted = {
        day: training.told(DayAdded(replace(NO_SALE, day=date.fromisoformat(day))))
        for day in ("2026-11-21", "2026-09-21", "2026-11-22")
    }
    assert [answer.figures.training for answer in counted.values()] == [2, 1, 0]
    assert training.told(Committed(VISIT)) == Committed(VISIT)
    assert training.told(None) is None

"""Every effect has exactly one performer, and every question one way to be answered."""

from __future__ import annotations

from typing import get_args

import pytest

from shared.errors import EnishiError
from shared.ids import VisitId, make_card_no
from shared.visit import effects as e
from shared.visit.events import (
    Event,
    ForgedOften,
    Honoured,
    OffCardRecorded,
    ReissueRecorded,
    RepairRefused,
    StoreFailed,
)
from shared.visit.journal import OffCard, Reissue
from terminal.app.perform import PERFORMERS, Journal, Performer

VISIT, CARD = VisitId("a" * 32), make_card_no(1)
ENTRY = OffCard(VISIT, CARD, "card.torn", 1_500, 15, ((36, 15),), 1, 1, "2026-09-21")
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

    def record_seen(self, track: str, verdict: str) -> bool:
        self._write("seen", track, verdict)
        return self.too_many


class Office:
    def __init__(self) -> None:
        self.asked: list[e.OfficeEffect] = []

    def ask(self, effect: e.OfficeEffect) -> None:
        self.asked.append(effect)


def perform(journal: Diary, effect: e.Effect, office: Office | None = None) -> Event | None:
    return Performer(journal, {}, lambda _: None, office).perform(effect, 0.0)


def test_the_table_holds_every_effect_and_nothing_else() -> None:
    assert set(PERFORMERS) == set(get_args(e.Effect))


@pytest.mark.parametrize(
    ("effect", "told", "answer"),
    [
        (e.Honour(VISIT, "why"), ("honour", VISIT, "why"), Honoured(VISIT)),
        (e.RecordOffCard(ENTRY), ("off card", ENTRY), OffCardRecorded(VISIT)),
        (e.RecordReissue(REISSUE), ("reissue", REISSUE), ReissueRecorded(VISIT)),
        (e.Resolve(VISIT, "later"), ("resolve", VISIT, "later"), None),
        (e.RecordSeen("x", "card.torn"), ("seen", "x", "card.torn"), None),
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

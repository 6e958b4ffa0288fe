"""The telephone at the counter: looked up, shown, remembered; and never in the way."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.clock import Now
from shared.errors import EnishiError
from shared.visit.calls import LEFT_SHOWN_S, Caller, Line, Withheld
from shared.visit.events import CallEnded, CallReceived
from shared.visit.facts import Member
from terminal.app.log import Value
from terminal.app.telephone import Telephone

PHONE = "09012345678"
HANAKO = Caller(Member(7, "見本 花子", "ミホン ハナコ", memo="声を大きく"), 30)


class Desk:
    """A clock, a book of numbers, a screen and a log."""

    def __init__(self) -> None:
        self.mono_s = 100.0
        self.book: dict[str, tuple[Caller, ...]] = {PHONE: (HANAKO,)}
        self.is_broken = False
        self.asked: list[str] = []
        self.lines: list[Line] = []
        self.logged: list[object] = []
        self.telephone = Telephone(self.find, self.lines.append, self, self.log)

    def now(self) -> Now:
        return Now(self.mono_s, 1_795_000_000_000)

    def find(self, number: str) -> tuple[Caller, ...]:
        self.asked.append(number)
        if self.is_broken:
            raise EnishiError("store.failed", detail="disk")
        return self.book.get(number, ())

    def log(self, what: str, facts: Mapping[str, Value]) -> None:
        self.logged.append((what, dict(facts)))

    @property
    def shown(self) -> object:
        return self.lines[-1].shown


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_ring_brings_the_member(desk: Desk) -> None:
    desk.telephone.heard(CallReceived(PHONE))
    assert desk.lines[-1].rings
    assert desk.lines[-1].calls[0].callers == (HANAKO,)


def test_who_withholds_the_number_is_not_looked_up(desk: Desk) -> None:
    desk.telephone.heard(CallReceived("", Withheld.PRIVATE))
    assert desk.asked == []
    assert desk.lines[-1].calls[0].withheld is Withheld.PRIVATE


def test_a_store_that_fails_leaves_the_number(desk: Desk) -> None:
    desk.is_broken = True
    desk.telephone.heard(CallReceived(PHONE))
    assert desk.lines[-1].calls[0].number == PHONE
    assert desk.logged == [("store.failed", {"detail": "disk"})]


def test_nothing_of_a_call_is_logged(desk: Desk) -> None:
    for event in (CallReceived(PHONE), CallEnded(), CallReceived("", Withheld.COIN_PHONE), CallEnded()):
        desk.telephone.heard(event)
    assert desk.logged == []


def test_it_leaves_the_screen_a_while_after_the_last_ring(desk: Desk) -> None:
    desk.telephone.heard(CallReceived(PHONE))
    desk.telephone.heard(CallEnded())
    desk.mono_s += LEFT_SHOWN_S - 1
    desk.telephone.beat()
    assert desk.shown is not None
    desk.mono_s += 1
    desk.telephone.beat()
    assert desk.shown is None


def test_a_quiet_telephone_draws_nothing_anew(desk: Desk) -> None:
    desk.telephone.beat()
    desk.telephone.heard(CallEnded())
    assert desk.lines == []


def test_only_the_call_on_the_screen_is_taken_and_once(desk: Desk) -> None:
    desk.telephone.heard(CallReceived(PHONE))
    assert desk.telephone.take(2) is None
    call = desk.telephone.take(1)
    assert call is not None
    assert call.callers == (HANAKO,)
    assert desk.shown is None
    assert desk.telephone.take(1) is None


def test_the_list_knows_who_was_enrolled_since(desk: Desk) -> None:
    desk.telephone.heard(CallReceived("0312345678"))
    desk.telephone.heard(CallEnded())
    desk.book["0312345678"] = (HANAKO,)
    assert [call.callers for call in desk.telephone.listed()] == [(HANAKO,)]

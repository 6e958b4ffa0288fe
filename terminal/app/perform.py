"""Effect -> function: the one table that does what the machine orders. Nothing here decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Protocol, assert_never

from shared.errors import EnishiError
from shared.ids import CardNo, MessageId, VisitId
from shared.sale.day_report import DayFigures
from shared.sale.product import Product
from shared.visit import effects as e
from shared.visit.calls import Call
from shared.visit.events import (
    CallsListed,
    CardLookedUp,
    Committed,
    DayAdded,
    DutyBegan,
    DutyRefused,
    Event,
    ForgedOften,
    Honoured,
    Intended,
    MembersFound,
    Noted,
    OffCardRecorded,
    OpenVisitsLoaded,
    ProductFound,
    ReceiptFailed,
    ReissueRecorded,
    RepairRefused,
    StoreFailed,
    VisitsFound,
)
from shared.visit.facts import CardFacts, Duty, FoundMember, OpenVisit, PastVisit
from shared.visit.journal import How, Intent, OffCard, Reissue, Said
from shared.visit.receipt import Receipt, copy_of
from shared.visit.screens import Screen
from terminal.drivers.port import Port, Role


class Journal(Protocol):
    """What the loop needs of the store. Every method raises ``store.*`` when it did not become durable."""

    def open_visits(self) -> tuple[OpenVisit, ...]: ...
    def look_up(self, card: CardNo) -> CardFacts: ...
    def intend(self, intent: Intent) -> object: ...
    def commit(self, visit: VisitId, how: How) -> object: ...
    def abort(self, visit: VisitId, why: str) -> object: ...
    def doubt(self, visit: VisitId, why: str) -> object: ...
    def honour(self, visit: VisitId, why: str) -> object: ...
    def resolve(self, visit: VisitId, answer: str) -> object: ...
    def record_off_card(self, entry: OffCard) -> object: ...
    def record_reissue(self, reissue: Reissue) -> object: ...
    def record_seen(self, track: str, verdict: str, uid: str) -> bool: ...
    def record_print(
        self, visit: VisitId, copy: int, error: str, messages: tuple[MessageId, ...], no_room: tuple[MessageId, ...]
    ) -> object: ...
    def record_eject(self, visit: VisitId) -> object: ...
    def note(self, body: Said) -> Said:
        """The body as it was written: a ``PlainSale`` with its slip."""
        ...

    def find_members(self, phone: str, kana: str) -> tuple[tuple[FoundMember, ...], bool]:
        """One of the two is empty. The flag: there are others."""
        ...

    def find_visits(self, card: CardNo) -> tuple[PastVisit, ...]: ...
    def find_product(self, code: str) -> Product | None: ...
    def begin_duty(self, pin: str) -> Duty | str:
        """The person, or the code of a refusal."""
        ...

    def add_up_day(self, day: date) -> DayFigures: ...


class OfficePort(Protocol):
    """Head office, beside the visit. Answers later through the inbox, or never."""

    def ask(self, effect: e.OfficeEffect) -> None: ...


TO_BE_HEARD = (Role.PANEL, Role.SIGNALS)
TO_BE_SEEN = (Role.PANEL, Role.DISPLAY, Role.SIGNALS)  # lamps go out when the next customer is awaited
ALONE = "sync.unreachable"  # what a terminal without head office is told when it asks

Answer = Event | None  # what the store says at once; devices answer later through the inbox
ShowScreen = Callable[[Screen], None]
AnswerSale = Callable[[e.AnswerPos], None]
Calls = Callable[[], tuple[Call, ...]]  # the newest first


def nobody_listens(told: object) -> None:
    """A terminal without a POS, or a test."""


def nobody_calls() -> tuple[Call, ...]:
    """A terminal without a telephone."""
    return ()


class Performer:
    """Carries out one effect at a time. A role without a device is passed over: a shop need not own a printer."""

    def __init__(
        self,
        journal: Journal,
        ports: Mapping[Role, Port],
        show: ShowScreen,
        office: OfficePort | None = None,
        set_place: Callable[[e.SetDuty | e.SetWeather], None] = nobody_listens,
        answer_pos: AnswerSale = nobody_listens,
        calls: Calls = nobody_calls,
    ) -> None:
        self._journal = journal
        self._ports = dict(ports)
        self._show = show
        self._office = office
        self._set_place = set_place
        self._answer_pos = answer_pos
        self._calls = calls
        self._last_receipt: Receipt | None = None

    def perform(self, effect: e.Effect, now: float) -> Answer:
        """``now``: monotonic seconds. A failing store is an answer; any other exception is a bug and goes up."""
        return PERFORMERS[type(effect)](self, effect, now)

    def rewriter(self, effect: e.RewriterEffect, now: float) -> Answer:
        return self._order(Role.CARD_REWRITER, effect, now)

    def print_receipt(self, effect: e.PrintReceipt, now: float) -> Answer:
        self._last_receipt = effect.receipt
        return self._order(Role.RECEIPT_PRINTER, effect, now)

    def print_again(self, effect: e.PrintAgain, now: float) -> Answer:
        """The printer sees one more receipt."""
        if self._last_receipt is None:
            return ReceiptFailed(0, "visit.no_receipt")
        copy = e.PrintReceipt(copy_of(self._last_receipt, effect.mark))
        return self._order(Role.RECEIPT_PRINTER, copy, now)

    def printer(self, effect: e.PrintReport | e.OpenDrawer, now: float) -> Answer:
        """The drawer hangs on the receipt printer."""
        return self._order(Role.RECEIPT_PRINTER, effect, now)

    def set_place(self, effect: e.SetDuty | e.SetWeather, now: float) -> Answer:
        self._set_place(effect)
        return None

    def answer_pos(self, effect: e.AnswerPos, now: float) -> Answer:
        self._answer_pos(effect)
        return None

    def list_calls(self, effect: e.ListCalls, now: float) -> Answer:
        return CallsListed(self._calls())

    def play(self, effect: e.Play, now: float) -> Answer:
        return self._order_each(TO_BE_HEARD, effect, now)

    def show(self, effect: e.Show, now: float) -> Answer:
        self._show(effect.screen)
        return self._order_each(TO_BE_SEEN, effect, now)

    def store(self, effect: e.StoreEffect, now: float) -> Answer:
        try:
            return self._stored(effect)
        except EnishiError as error:
            if not error.code.startswith("store."):
                raise
            return StoreFailed(error.code)

    def ask_office(self, effect: e.OfficeEffect, now: float) -> Answer:
        if self._office is not None:
            self._office.ask(effect)
        elif isinstance(effect, e.AskRepair):
            return RepairRefused(effect.request, ALONE)
        return None

    def _order(self, role: Role, effect: e.Effect, now: float) -> Answer:
        port = self._ports.get(role)
        if port is not None:
            port.command(effect, now)
        return None

    def _order_each(self, roles: Iterable[Role], effect: e.Effect, now: float) -> Answer:
        for role in roles:
            self._order(role, effect, now)
        return None

    def _stored(self, effect: e.StoreEffect) -> Answer:
        journal = self._journal
        match effect:
            case e.LookUpCard(card=card):
                return CardLookedUp(journal.look_up(card))
            case e.LoadOpenVisits():
                return OpenVisitsLoaded(journal.open_visits())
            case e.Intend(intent=intent):
                journal.intend(intent)
                return Intended(intent.visit)
            case e.Commit(visit=visit, how=how):
                journal.commit(visit, how)
                return Committed(visit)
            case e.Honour(visit=visit, why=why):
                journal.honour(visit, why)
                return Honoured(visit)
            case e.RecordOffCard(entry=entry):
                journal.record_off_card(entry)
                return OffCardRecorded(entry.visit)
            case e.RecordReissue(reissue=reissue):
                journal.record_reissue(reissue)
                return ReissueRecorded(reissue.request)
            case e.RecordSeen(track=track, verdict=verdict, uid=uid):
                return ForgedOften() if journal.record_seen(track, verdict, uid) else None
            case e.Note(body=body):
                return Noted(journal.note(body))
            case e.Abort() | e.Doubt() | e.Resolve() | e.RecordPrint() | e.RecordEject():
                self._noted(effect)
                return None
            case _:
                return self._found(effect)

    def _found(
        self, effect: e.FindMembers | e.FindVisits | e.FindProduct | e.BeginDuty | e.AddUpDay
    ) -> Answer:  # fmt: skip
        """Questions; nothing is written."""
        journal = self._journal
        match effect:
            case e.FindMembers(phone=phone, kana=kana):
                return MembersFound(*journal.find_members(phone, kana))
            case e.FindVisits(card=card):
                return VisitsFound(journal.find_visits(card))
            case e.FindProduct(code=code):
                return ProductFound(code, journal.find_product(code))
            case e.BeginDuty(pin=pin):
                known = journal.begin_duty(pin)
                return DutyRefused(known) if isinstance(known, str) else DutyBegan(known)
            case e.AddUpDay(business_day=day):
                return DayAdded(journal.add_up_day(date.fromisoformat(day)))
            case _ as never:
                assert_never(never)

    def _noted(self, effect: e.Abort | e.Doubt | e.Resolve | e.RecordPrint | e.RecordEject) -> None:
        """What nobody waits for an answer to."""
        journal = self._journal
        match effect:
            case e.Abort(visit=visit, why=why):
                journal.abort(visit, why)
            case e.Doubt(visit=visit, why=why):
                journal.doubt(visit, why)
            case e.Resolve(visit=visit, answer=answer):
                journal.resolve(visit, answer)
            case e.RecordPrint():
                journal.record_print(effect.visit, effect.copy, effect.error, effect.messages, effect.no_room)
            case e.RecordEject(visit=visit):
                journal.record_eject(visit)
            case _ as never:
                assert_never(never)


PERFORMERS: Mapping[type[e.Effect], Callable[[Performer, Any, float], Answer]] = {
    e.AwaitCard: Performer.rewriter,
    e.CancelAwait: Performer.rewriter,
    e.ReadCard: Performer.rewriter,
    e.WriteCard: Performer.rewriter,
    e.PrintFace: Performer.rewriter,
    e.EjectCard: Performer.rewriter,
    e.ResetRewriter: Performer.rewriter,
    e.LookUpCard: Performer.store,
    e.LoadOpenVisits: Performer.store,
    e.Intend: Performer.store,
    e.Commit: Performer.store,
    e.Abort: Performer.store,
    e.Doubt: Performer.store,
    e.RecordSeen: Performer.store,
    e.RecordPrint: Performer.store,
    e.RecordEject: Performer.store,
    e.Honour: Performer.store,
    e.RecordOffCard: Performer.store,
    e.RecordReissue: Performer.store,
    e.Resolve: Performer.store,
    e.Note: Performer.store,
    e.FindMembers: Performer.store,
    e.FindVisits: Performer.store,
    e.FindProduct: Performer.store,
    e.BeginDuty: Performer.store,
    e.AddUpDay: Performer.store,
    e.ListCalls: Performer.list_calls,
    e.CheckCard: Performer.ask_office,
    e.AskRepair: Performer.ask_office,
    e.Show: Performer.show,
    e.Play: Performer.play,
    e.PrintReceipt: Performer.print_receipt,
    e.PrintReport: Performer.printer,
    e.PrintAgain: Performer.print_again,
    e.OpenDrawer: Performer.printer,
    e.SetDuty: Performer.set_place,
    e.SetWeather: Performer.set_place,
    e.AnswerPos: Performer.answer_pos,
}

"""A loop at a desk: a journal, devices and a clock in the hand of the test."""

from __future__ import annotations

from datetime import date

from shared.card.codec import encode
from shared.card.face import FaceStock
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import CardNo, MessageId, TerminalId, VisitId, make_card_no
from shared.points.program import Programme
from shared.sale.day_report import DayFigures
from shared.sale.product import Product
from shared.visit.effects import (
    AnswerPos,
    Effect,
    Show,
)
from shared.visit.events import (
    CardPresented,
    CardRewriterReady,
    Event,
    Key,
    KeyPressed,
)
from shared.visit.facts import CardFacts, Duty, FoundMember, OpenVisit, PastVisit
from shared.visit.facts import Role as StaffRole
from shared.visit.journal import How, Intent, OffCard, Reissue, Said
from shared.visit.shop import Shop
from terminal.app.loop import Loop
from terminal.drivers.port import Role

RING = KeyRing(7, 1, {1: bytes(32)})
SHOP = Shop(TerminalId(12), "駅前店", RING, Programme(), FaceStock())
CARD = make_card_no(1)
TRACK = encode(CardImage(tenant=7, card=CARD, gen=1, seq=0), RING)
START_MS = 1_795_000_000_000  # a day in 2026


MANAGER = Duty(7, "店長", StaffRole.MANAGER)


class Diary:
    """The store's seam: writes down what it was told; refuses what it is told to refuse."""

    def __init__(self, told: list[object]) -> None:
        self.told = told
        self.refuse: set[str] = set()
        self.open: tuple[OpenVisit, ...] = ()

    def _write(self, what: str) -> None:
        if what in self.refuse:
            raise EnishiError("store.full", free_mb=0)
        self.told.append(what)

    def open_visits(self) -> tuple[OpenVisit, ...]:
        return self.open

    def look_up(self, card: CardNo) -> CardFacts:
        self._write("look_up")
        return CardFacts(card, None, None, (), (), VisitId("ab" * 16), 1)

    def intend(self, intent: Intent) -> None:
        self._write("intend")

    def commit(self, visit: VisitId, how: How) -> None:
        self._write("commit")

    def abort(self, visit: VisitId, why: str) -> None:
        self._write("abort")

    def doubt(self, visit: VisitId, why: str) -> None:
        self._write("doubt")

    def honour(self, visit: VisitId, why: str) -> None:
        self._write("honour")

    def resolve(self, visit: VisitId, answer: str) -> None:
        self._write("resolve")

    def record_off_card(self, entry: OffCard) -> None:
        self._write("off card")

    def record_reissue(self, reissue: Reissue) -> None:
        self._write("reissue")

    def record_seen(self, track: str, verdict: str, uid: str) -> bool:
        self._write("seen")
        return False

    def record_print(
        self, visit: VisitId, copy: int, error: str, messages: tuple[MessageId, ...], no_room: tuple[MessageId, ...]
    ) -> None:
        self._write("print")

    def record_eject(self, visit: VisitId) -> None:
        self._write("eject")

    def note(self, body: Said) -> Said:
        self._write("note")
        return body

    def find_members(self, phone: str, kana: str) -> tuple[tuple[FoundMember, ...], bool]:
        return (), False

    def find_visits(self, card: CardNo) -> tuple[PastVisit, ...]:
        return ()

    def find_product(self, code: str) -> Product | None:
        return Product(code, "牛乳", "ギュウニュウ", 198)

    def begin_duty(self, pin: str) -> Duty | str:
        return MANAGER if pin == "4711" else "duty.pin_missing"

    def add_up_day(self, day: date) -> DayFigures:
        return DayFigures("駅前店", 12, day, 0, 1, 900, 0, 0, 0, 0, 1, 0, 9, 0, 0, 0, 0)


class Shelf:
    """A port that keeps its orders."""

    def __init__(self, told: list[object]) -> None:
        self.told = told

    def command(self, effect: Effect, now: float) -> None:
        if not isinstance(effect, Show):  # the screen is told once, by the kiosk's side
            self.told.append(type(effect))


class HandClock:
    def __init__(self) -> None:
        self.mono_s = 100.0

    def now(self) -> Now:
        return Now(self.mono_s, START_MS + int(self.mono_s * 1000))


class Desk:
    """A loop, and everything it did in one list."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.clock = HandClock()
        self.diary = Diary(self.told)
        self.lines: list[dict[str, object]] = []
        self.answered: list[AnswerPos] = []
        shelf = Shelf(self.told)
        self.loop = Loop(
            SHOP,
            self.diary,
            dict.fromkeys((Role.CARD_REWRITER, Role.RECEIPT_PRINTER, Role.PANEL), shelf),
            lambda screen: self.told.append(type(screen)),
            self.clock,
            lambda what, facts: self.lines.append(dict(facts)),
            answer_pos=self.answered.append,
        )

    def did(self, *events: Event) -> list[object]:
        """What these events brought about."""
        self.told.clear()
        for event in events:
            self.loop.handle(event)
        return list(self.told)

    def wait(self, seconds: float) -> list[object]:
        self.told.clear()
        self.clock.mono_s += seconds
        self.loop.tick(self.clock.now())
        return list(self.told)

    def reach_keying(self) -> Desk:
        self.loop.start()
        self.did(CardRewriterReady(False), CardPresented(TRACK))
        return self


AMOUNT = tuple(KeyPressed(Key(key)) for key in ("3", "8", "00"))
ENTER = KeyPressed(Key.ENTER)

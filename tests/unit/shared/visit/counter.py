"""A machine at a counter of its own: a store of dictionaries, a card unit that does what it is told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date

from shared.card.codec import encode, track_hash
from shared.card.face import FaceStock
from shared.card.image import CardImage, Lot
from shared.card.mac import KeyRing
from shared.clock import Now
from shared.ids import CardNo, TerminalId, VisitId, make_card_no, make_member_no
from shared.points.program import Programme
from shared.sale.basket import Basket, Line
from shared.sale.day_report import DayFigures, StaffFigures
from shared.sale.product import Product, TaxRate
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import machine
from shared.visit.calls import Call, Caller
from shared.visit.errand import Errand
from shared.visit.facts import (
    Adjustment,
    Benefit,
    CardFacts,
    CardMessage,
    Duty,
    FoundMember,
    Member,
    OfflineState,
    OpenVisit,
    PastVisit,
    Role,
    Shadow,
    VisitState,
)  # fmt: skip
from shared.visit.journal import Intent, OffCard, PlainSale, Reissue, Said
from shared.visit.shop import Shop

RING = KeyRing(7, 1, {1: bytes(range(32))})
CARD = make_card_no(42)
NOW = Now(100.0, 1_795_000_000_000)
SHOP = Shop(TerminalId(3), "ベーカリー", RING, Programme(), FaceStock())


def pos_sale(reference: str = "R-1", yen: int = 900) -> e.SaleCame:
    """A sale of the POS, as an amount."""
    return e.SaleCame(Basket((Line("", "レジ", "", yen, 1, TaxRate.NONE),), reference=reference))


def fresh_track(points: int = 100, seq: int = 5, card: CardNo = CARD, flags: int = 0, gen: int = 1) -> str:
    """A genuine card with one lot that lapses in 2027-12."""
    image = CardImage(7, card, gen, seq, lots=(Lot(points, 47), Lot(0, 0), Lot(0, 0)), day=1040, flags=flags)
    return encode(image, RING)


MILK = Product("4901234567894", "牛乳", "ギュウニュウ", 198, TaxRate.REDUCED)
SOAP = Product("4512345678906", "せっけん", "セッケン", 330)
FOUND = FoundMember(make_member_no(7), "見本 花子", "ミホン ハナコ", "5678", (CARD,))
STAFF = Duty(3, "さくら", Role.STAFF)
LEADER = Duty(2, "主任", Role.LEADER)
MANAGER = Duty(1, "店長", Role.MANAGER)
CALLS = (
    Call(2, "0312345678", None, NOW.wall_ms - 60_000),
    Call(1, "09055555678", None, NOW.wall_ms - 90_000_000, (Caller(Member(FOUND.member, FOUND.name, FOUND.kana)),)),
)
PINS = {"3333": STAFF, "2222": LEADER, "1111": MANAGER}
FIGURES = DayFigures(
    "ベーカリー", 3, date(2026, 11, 19), NOW.wall_ms, 12, 34_560, 500, 1, 980, 2, 11, 1, 340, 500, 0, 0, 5,
    staff=(StaffFigures("さくら", 2),),
)  # fmt: skip


@dataclass
class Counter:
    """``handle`` steps the machine and answers store effects as the loop does; unit effects are kept in ``orders``."""

    shop: Shop = SHOP
    visits: dict[VisitId, OpenVisit] = field(default_factory=dict)
    member: Member | None = None
    messages: tuple[CardMessage, ...] = ()
    shadow: Shadow | None = None
    adjustments: tuple[Adjustment, ...] = ()
    denied: str = ""
    denied_writers: tuple[tuple[int, int], ...] = ()
    synced_ago_s: float = 3_600.0  # head office answered an hour ago: not lately, and no limit is lowered
    redeemed_today: int = 0
    kept: dict[VisitId, OffCard] = field(default_factory=dict)
    honoured: list[VisitId] = field(default_factory=list)
    reissued: list[Reissue] = field(default_factory=list)
    found: tuple[FoundMember, ...] = (FOUND,)
    more_found: bool = False
    past: tuple[PastVisit, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    calls: tuple[Call, ...] = CALLS
    figures: DayFigures = FIGURES
    noted: list[Said] = field(default_factory=list)
    forged_often: bool = False
    failing: set[type] = field(default_factory=set)
    log: list[object] = field(default_factory=list)  # every effect, in order
    orders: list[object] = field(default_factory=list)  # those for the card unit
    screens: list[object] = field(default_factory=list)
    state: object = None
    now: Now = NOW
    ids: int = 0

    def boot(self, card_inside: bool = False) -> Counter:
        self.state, effects = machine.start()
        self.perform(effects)
        self.handle(e.Started(self.open()))
        self.handle(e.CardRewriterReady(card_inside))
        return self

    def open(self) -> tuple[OpenVisit, ...]:
        return tuple(visit for visit in self.visits.values() if visit.state is not None)

    def handle(self, *events: object) -> Counter:
        for event in events:
            pending = deque([event])
            while pending:
                turn = machine.step(self.state, pending.popleft(), self.now, self.shop)
                self.state = turn.state
                pending.extend(self.perform(turn.effects))
        return self

    def keys(self, text: str) -> Counter:
        """Digits, then words for the other keys: ``keys("900 enter")``."""
        for word in text.split():
            names = list(word) if word.isdigit() else [word]
            self.handle(*(e.KeyPressed(e.Key(name)) for name in names))
        return self

    def perform(self, effects: tuple[object, ...]) -> list[object]:
        answers = []
        for effect in effects:
            self.log.append(effect)
            if isinstance(effect, f.Show):
                self.screens.append(effect.screen)
            if isinstance(effect, f.SetDuty):
                self.shop = replace(self.shop, duty=effect.duty)
            if isinstance(effect, f.SetWeather):
                self.shop = replace(self.shop, weather=effect.weather)
            if isinstance(effect, f.RewriterEffect):
                self.orders.append(effect)
            answer = e.StoreFailed("store.full") if type(effect) in self.failing else self.store(effect)
            if answer is not None:
                answers.append(answer)
        return answers

    def store(self, effect: object) -> object | None:
        match effect:
            case f.LookUpCard(card=card):
                self.ids += 1
                open_here = tuple(visit for visit in self.open() if visit.intent.card == card)
                visit = VisitId(f"{self.ids:032x}")
                return e.CardLookedUp(self.facts(card, open_here, visit))
            case f.ListCalls():
                return e.CallsListed(self.calls)
            case f.LoadOpenVisits():
                return e.OpenVisitsLoaded(self.open())
            case f.Intend(intent=intent):
                self.visits[intent.visit] = OpenVisit(intent, VisitState.PREPARED)
                return e.Intended(intent.visit)
            case f.Commit(visit=visit):
                intent = self.visits.pop(visit).intent
                self.shadow = Shadow(intent.gen, intent.seq, track_hash(intent.post))
                return e.Committed(visit)
            case f.Abort(visit=visit):
                self.visits.pop(visit)
            case f.Doubt(visit=visit):
                self.visits[visit] = OpenVisit(self.visits[visit].intent, VisitState.DOUBT)
            case f.Honour(visit=visit):
                self.honoured.append(visit)
                return e.Honoured(visit)
            case f.RecordOffCard(entry=entry):
                self.kept[entry.visit] = entry
                return e.OffCardRecorded(entry.visit)
            case f.RecordReissue(reissue=reissue):
                self.reissued.append(reissue)
                return e.ReissueRecorded(reissue.request)
            case f.RecordSeen() if self.forged_often:
                return e.ForgedOften()
            case f.Note(body=body):
                self.noted.append(body)
                return e.Noted(replace(body, slip=77) if isinstance(body, PlainSale) else body)
            case f.FindMembers():
                return e.MembersFound(self.found, self.more_found)
            case f.FindVisits():
                return e.VisitsFound(self.past)
            case f.FindProduct(code=code):
                return e.ProductFound(code, {MILK.code: MILK, SOAP.code: SOAP}.get(code))
            case f.BeginDuty(pin=pin):
                person = PINS.get(pin)
                return e.DutyBegan(person) if person else e.DutyRefused("duty.not_allowed")
            case f.AddUpDay():
                return e.DayAdded(self.figures)
        return None

    def facts(self, card: CardNo, open_here: tuple[OpenVisit, ...], visit: VisitId) -> CardFacts:
        synced_ms = self.now.wall_ms - int(1000 * self.synced_ago_s) if self.synced_ago_s >= 0 else 0
        return CardFacts(
            card=card,
            member=self.member,
            shadow=self.shadow,
            open=open_here,
            messages=self.messages,
            next_visit=visit,
            slip=self.ids,
            adjustments=self.adjustments,
            denied=self.denied,
            denied_writers=self.denied_writers,
            offline=OfflineState(synced_ms, self.redeemed_today),
            benefits=self.benefits,
        )

    def scan(self, *codes: str) -> Counter:
        return self.handle(*(e.Scanned(code) for code in codes))

    @property
    def errand(self) -> Errand:
        return self.state.errand

    @property
    def goods(self) -> list[tuple[str, int]]:
        """Names and quantities of what waits in the basket."""
        return [(line.name, line.quantity) for line in self.state.errand.basket.lines]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What the POS was told."""
        return [(one.reference, one.state) for one in self.log if isinstance(one, f.AnswerPos)]

    def shows(self, of: type, /, **fields: object) -> bool:
        """Whether the screen is of a kind and says so."""
        return isinstance(self.screen, of) and all(getattr(self.screen, name) == fields[name] for name in fields)

    @property
    def notices(self) -> list[str]:
        """The codes that the screen shows."""
        return [notice.code for notice in self.screen.notices]

    def last(self, kind: type) -> object:
        """The last effect of a kind; fails when there is none."""
        return [effect for effect in self.log if isinstance(effect, kind)][-1]

    def count(self, kind: type) -> int:
        return sum(isinstance(effect, kind) for effect in self.log)

    @property
    def screen(self) -> object:
        return self.screens[-1]

    @property
    def intent(self) -> Intent:
        return self.last(f.Intend).intent

"""A machine at a counter of its own: a store of dictionaries, a card unit that does what it is told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from shared.card.codec import encode, track_hash
from shared.card.face import FaceStock
from shared.card.image import CardImage, Lot
from shared.card.mac import KeyRing
from shared.clock import Now
from shared.ids import CardNo, TerminalId, VisitId, make_card_no
from shared.points.program import Programme
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import machine
from shared.visit.facts import Adjustment, CardFacts, CardMessage, Member, OfflineState, OpenVisit, Shadow, VisitState
from shared.visit.journal import Intent, OffCard, Reissue
from shared.visit.shop import Shop

RING = KeyRing(7, 1, {1: bytes(range(32))})
CARD = make_card_no(42)
NOW = Now(100.0, 1_795_000_000_000)
SHOP = Shop(TerminalId(3), "ベーカリー", RING, Programme(), FaceStock())


def fresh_track(points: int = 100, seq: int = 5, card: CardNo = CARD, flags: int = 0, gen: int = 1) -> str:
    """A genuine card with one lot that lapses in 2027-12."""
    image = CardImage(7, card, gen, seq, lots=(Lot(points, 47), Lot(0, 0), Lot(0, 0)), day=1040, flags=flags)
    return encode(image, RING)


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
        )

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

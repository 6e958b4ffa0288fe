"""Realistic visits: real card images, priced by the kernel that terminals use, on cards that go from till to till."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from msgspec import structs

from shared.card.codec import encode, prev_tag
from shared.card.image import CardImage
from shared.card.mac import KEY_BYTES, KeyRing, epoch_key
from shared.clock import business_day, card_day
from shared.ids import VisitId, VisitNames, make_card_no, visit_tag
from shared.points.price import Priced, price, usable_points
from shared.points.program import Programme
from shared.sync.chain import ZERO_HASH, encode_body, event_hash
from shared.sync.messages import JournalEvent, Push
from shared.visit.journal import Body, Commit, Eject, How, Intent, Print, Stream

ROOT = bytes(range(KEY_BYTES))  # of all card keys of the bench's chain
TENANT, KID = 7, 1
RING = KeyRing(TENANT, KID, {KID: epoch_key(ROOT, TENANT, KID)})
START_MS = 1_795_000_000_000  # 2026-11-18 in Japan
VISIT_MS = 90_000  # between two visits at one till
LOAVES = (180, 220, 260, 320, 380, 450, 520, 680)  # yen
SAVER = 0.3  # share of the visits at which points are used, if there are any
SAVED_MIN = 50  # points before a saver uses them


@dataclass(slots=True)
class Wallet:
    """A card in a customer's hand."""

    image: CardImage
    track: str


def wallets(first_serial: int, count: int) -> list[Wallet]:
    """New cards."""
    images = (CardImage(RING.tenant, make_card_no(first_serial + place), 1, 0) for place in range(count))
    return [Wallet(image, encode(image, RING)) for image in images]


def sell(
    dice: Random, wallet: Wallet, terminal: int, visit: VisitId, slip: int, wall_ms: int, programme: Programme
) -> Intent:
    """One sale, decided as a terminal decides it, and the card as it is afterwards."""
    before, day = wallet.image, business_day(wall_ms, programme.day_start_minute)
    amount_yen = sum(dice.choice(LOAVES) for _ in range(dice.randint(1, 6)))
    most = usable_points(programme, before.lots, before.off_red, before.off_cnt, amount_yen, day)
    use = most if most >= SAVED_MIN and dice.random() < SAVER else 0
    priced = price(programme, before.lots, before.off_red, before.off_cnt, amount_yen, use, day)
    assert isinstance(priced, Priced), "no customer asks for more than the card allows"
    after = structs.replace(
        before,
        seq=before.seq + 1,
        lots=priced.lots,
        day=card_day(day),
        writer=terminal,
        vtag=visit_tag(visit),
        earn=priced.earn,
        redeem=priced.redeem,
        off_red=before.off_red + priced.redeem,
        off_cnt=min(before.off_cnt + 1, 127),
        prev=prev_tag(wallet.track),
    )
    pre, post = wallet.track, encode(after, RING)
    wallet.image, wallet.track = after, post
    return Intent(
        visit=visit, card=after.card, gen=after.gen, seq=after.seq, pre=pre, post=post,
        amount_yen=priced.amount_yen, earn=priced.earn, redeem=priced.redeem, discount_yen=priced.discount_yen,
        expired=priced.expired, lots=priced.deltas, slip=slip, programme=programme.version,
        business_day=day.isoformat(), issue=before.seq == 0,
    )  # fmt: skip


def events_of(intent: Intent) -> tuple[Body, ...]:
    """What a terminal writes down of a visit without incident."""
    visit = intent.visit
    return intent, Commit(visit, How.VERIFIED), Print(visit, 1, "", (), ()), Eject(visit)


@dataclass(slots=True)
class Paper:
    """A journal in memory: the events of one boot, chained as in a terminal's."""

    terminal: int
    boot: int = 1
    wall_ms: int = START_MS
    events: list[JournalEvent] = field(default_factory=list)

    @property
    def stream(self) -> bytes:
        return self.terminal.to_bytes(2, "big") + self.boot.to_bytes(8, "big")

    def begin(self) -> None:
        self.write(Stream(self.terminal, bytes(10).hex(), 0, ZERO_HASH.hex(), "new", "enishi bench"))

    def write(self, body: Body) -> None:
        self.write_raw(*encode_body(body))

    def write_raw(self, kind: str, text: bytes) -> None:
        prev = self.events[-1].hash if self.events else ZERO_HASH
        seq = len(self.events) + 1
        self.wall_ms += VISIT_MS // 4
        self.events.append(JournalEvent(seq, kind, text, self.wall_ms, event_hash(prev, self.stream, seq, kind, text)))

    def pushes(self, size: int) -> Iterator[Push]:
        """All events, ``size`` at a time."""
        prev = ZERO_HASH
        for start in range(0, len(self.events), size):
            piece = tuple(self.events[start : start + size])
            yield Push(self.stream, prev, piece)
            prev = piece[-1].hash


def trade(dice: Random, terminal: int, cards: Sequence[Wallet], events: int) -> Paper:
    """So many events of a busy till, with its boot in front: a card comes back now and then."""
    paper = Paper(terminal)
    paper.begin()
    slip, names = 0, VisitNames(paper.stream)
    while len(paper.events) < events:
        slip += 1
        visit = names.name(slip)
        for body in events_of(sell(dice, dice.choice(cards), terminal, visit, slip, paper.wall_ms, Programme())):
            paper.write(body)
    del paper.events[events:]
    return paper

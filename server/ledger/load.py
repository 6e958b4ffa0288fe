"""What is known of some cards, as the kernel wants it. A handful of statements, however many cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.db.direct import Statement, among
from server.ledger.facts import decode_lots, image_lots, prev_bytes
from server.ledger.models import (
    IMPORT,
    REFUND,
    Adjustment,
    BooksState,
    Evidence,
    Grant,
    OffCardVisit,
    Repair,
    Ruling,
    SeenImage,
    StartImage,
    Visit,
)
from server.ledger.postings import earned_lots
from shared.card.codec import decode
from shared.card.mac import KeyRing
from shared.clock import card_day
from shared.points.derive import CardFacts, Image, Lots, VisitFact, add_up
from shared.points.derive import Grant as GrantFact

BASE_SEEN, HONOUR, BELIEVE, DOUBT, MATURE, CLEAR = "BASE_SEEN", "HONOUR", "BELIEVE", "DOUBT", "MATURE", "CLEAR"
NOTHING = b"[]"  # no lots
_NO_KEYS = KeyRing(0, 0, {})  # what head office made itself is only read
_Adjusted = tuple[tuple[int, Lots], ...]
_adjusted: msgspec.json.Decoder[_Adjusted] = msgspec.json.Decoder(_Adjusted)


class VisitRow(NamedTuple):
    """Of a visit what decides; see the model."""

    visit: str
    card: int
    source: str
    terminal: int
    kind: str
    refund_of: str
    business_day: str
    gen: int
    seq: int
    pre_hash: bytes
    pre_adj: int
    pre_prev: bytes
    pre_day: int
    pre_writer: int
    pre_lots: bytes
    post_hash: bytes
    post_adj: int
    post_day: int
    post_lots: bytes
    amount_yen: int
    earn: int
    redeem: int
    expired: int
    lots: bytes
    adjusted: bytes
    state: str


_SETTLED_MONTH = Statement(select(BooksState.settled_month))
_VISITS = Statement(select(*(getattr(Visit, name) for name in VisitRow._fields)).where(among(Visit.card, "cards")))
_EVIDENCE = Statement(
    select(Visit.card, Evidence.visit, Evidence.kind)
    .join(Evidence, Evidence.visit == Visit.visit)
    .where(among(Visit.card, "cards"), or_(*(Evidence.kind == kind for kind in ("COMMIT", "ABORT", "HONOUR"))))
)
_RULINGS = Statement(select(Ruling.card, Ruling.kind, Ruling.visit, Ruling.hash).where(among(Ruling.card, "cards")))
_SEEN = Statement(
    select(
        SeenImage.card, SeenImage.writer, SeenImage.hash, SeenImage.gen, SeenImage.seq, SeenImage.adj, SeenImage.prev,
        SeenImage.day, SeenImage.lots,
    ).where(among(SeenImage.card, "cards"))
)  # fmt: skip
_STARTS = Statement(select(StartImage.card, StartImage.hash, StartImage.source).where(among(StartImage.card, "cards")))
_REPAIRS = Statement(
    select(Repair.card, Repair.gen, Repair.hash, Repair.track, Repair.moved).where(among(Repair.card, "cards"))
)
_OFF_CARD = Statement(
    select(OffCardVisit.card, OffCardVisit.visit, OffCardVisit.business_day, OffCardVisit.lots).where(
        among(OffCardVisit.card, "cards")
    )
)
_GRANTS = Statement(
    select(Grant.card, Grant.id, Grant.kind, Grant.business_day, Grant.lots).where(among(Grant.card, "cards"))
)
_SENT = Statement(select(Adjustment.card, Adjustment.number, Adjustment.lots).where(among(Adjustment.card, "cards")))


@dataclass(slots=True)
class Known:
    """All that is known about one card: ``visits`` as rows, the rest as the kernel reads it.

    ``writers``: who wrote an image that no visit left, by its hash.
    """

    card: int
    visits: dict[str, VisitRow] = field(default_factory=dict)
    told: dict[str, VisitFact] = field(default_factory=dict)
    committed: set[str] = field(default_factory=set)
    aborted: set[str] = field(default_factory=set)
    honoured: set[str] = field(default_factory=set)
    seen: list[Image] = field(default_factory=list)
    starts: set[bytes] = field(default_factory=set)
    made: set[bytes] = field(default_factory=set)
    prepared: dict[int, tuple[bytes, str]] = field(default_factory=dict)  # by generation: head office's own beginnings
    moved: dict[bytes, Lots] = field(default_factory=dict)
    off_card: dict[str, GrantFact] = field(default_factory=dict)
    grants: dict[str, GrantFact] = field(default_factory=dict)
    losses: set[str] = field(default_factory=set)
    issued: dict[int, Lots] = field(default_factory=dict)
    rulings: set[tuple[str, bytes]] = field(default_factory=set)  # (kind, hash)
    imported: list[Lots] = field(default_factory=list)
    writers: dict[bytes, int] = field(default_factory=dict)

    def facts(self, debts: Iterable[GrantFact] = ()) -> CardFacts:
        """For ``derive``. Points promised beside the card under the name of a visit are that visit, honoured."""
        beside = [grant for visit, grant in self.off_card.items() if visit not in self.told]
        images = {fact.pre.hash: fact.pre for fact in self.told.values()} | {image.hash: image for image in self.seen}
        return CardFacts(
            visits=self.told,
            committed=self.committed,
            aborted=self.aborted,
            honoured=self.honoured | (self.off_card.keys() & self.told.keys()),
            seen=[image for image in self.seen if image.hash not in self.starts],
            starts=[*(images[hash_] for hash_ in self.starts if hash_ in images), *self._begun(images)],
            moved=self.moved,
            made=self.made,
            roots=self.starts,
            grants=[*beside, *self.grants.values(), *debts],
            issued=self.issued,
            opening=add_up(*self.imported) if self.imported else None,
            believed={hash_ for kind, hash_ in self.rulings if kind == BELIEVE},
            disbelieved={hash_ for kind, hash_ in self.rulings if kind == DOUBT},
        )

    def _begun(self, images: Mapping[bytes, Image]) -> Iterator[Image]:
        """Beginnings that nobody told of and nobody read, of generations of which a later image was read: head office
        gave each generation to one beginning only."""
        read = {image.gen for image in images.values()}
        for gen, (hash_, track) in self.prepared.items():
            image = decode(track, _NO_KEYS).image
            if gen in read and hash_ not in images and image is not None:
                lots = image_lots(image)
                yield Image(hash_, gen, image.seq, image.adj, prev_bytes(image), image.day, lots)


def decode_adjusted(stored: bytes) -> _Adjusted:
    """(number, lots) of corrections that a visit brought onto its card; empty: none."""
    return _adjusted.decode(stored) if stored else ()


def settled_month(session: Session) -> int:
    """Lots of this month and before are over."""
    return _SETTLED_MONTH.value(session) or 0


def load(session: Session, cards: Collection[int]) -> dict[int, Known]:
    """By card; also those of which nothing is known."""
    found = {card: Known(card) for card in cards}
    listed = sorted(cards)
    if listed:
        _load_visits(session, listed, found)
        _load_evidence(session, listed, found)
        _load_images(session, listed, found)
        _load_beside(session, listed, found)
    return found


def _load_visits(session: Session, cards: list[int], found: Mapping[int, Known]) -> None:
    for row in _VISITS.each(session, VisitRow._make, cards=cards):
        known = found[row.card]
        known.visits[row.visit] = row
        if row.source == IMPORT:
            known.imported.append(decode_lots(row.lots))
        else:
            known.told[row.visit] = _fact(row)
            known.writers[row.pre_hash] = row.pre_writer


def _fact(row: VisitRow) -> VisitFact:
    lots, adjusted = decode_lots(row.lots), decode_adjusted(row.adjusted)
    before = decode_lots(row.pre_lots)
    after = decode_lots(row.post_lots) if row.post_lots else add_up(before, lots, *(change for _, change in adjusted))
    pre = Image(row.pre_hash, row.gen, row.seq - 1, row.pre_adj, row.pre_prev, row.pre_day, before)
    post = Image(row.post_hash, row.gen, row.seq, row.post_adj, row.pre_hash[:4], row.post_day, after)
    only_earns = row.redeem == 0
    granted = earned_lots(row.kind, row.earn, row.redeem, row.expired, lots) if only_earns and row.earn else ()
    return VisitFact(row.visit, pre, post, lots, adjusted, only_earns, granted)


def _load_evidence(session: Session, cards: list[int], found: Mapping[int, Known]) -> None:
    for card, visit, kind in _EVIDENCE.rows(session, cards=cards):
        known = found[card]
        {"COMMIT": known.committed, "ABORT": known.aborted, "HONOUR": known.honoured}[kind].add(visit)
    for card, kind, visit, hash_ in _RULINGS.rows(session, cards=cards):
        known = found[card]
        if kind == BASE_SEEN:
            known.aborted.add(visit)
        elif kind == HONOUR:
            known.honoured.add(visit)
        else:
            known.rulings.add((kind, hash_))


def _load_images(session: Session, cards: list[int], found: Mapping[int, Known]) -> None:
    for card, writer, hash_, gen, seq, adj, prev, day, lots in _SEEN.rows(session, cards=cards):
        found[card].seen.append(Image(hash_, gen, seq, adj, prev, day, decode_lots(lots)))
        found[card].writers[hash_] = writer
    for card, hash_, source in _STARTS.rows(session, cards=cards):
        found[card].starts.add(hash_)
        if source != IMPORT:
            found[card].made.add(hash_)
    for card, gen, hash_, track, lots in _REPAIRS.rows(session, cards=cards):
        found[card].prepared[gen] = (hash_, track)
        found[card].starts.add(hash_)  # it counts from when somebody tells of it, or reads it or what came after it
        found[card].made.add(hash_)
        if lots != NOTHING:
            found[card].moved[hash_] = decode_lots(lots)


def _load_beside(session: Session, cards: list[int], found: Mapping[int, Known]) -> None:
    for card, visit, day, lots in _OFF_CARD.rows(session, cards=cards):
        found[card].off_card[visit] = GrantFact(f"offcard/{visit}", _card_day(day), decode_lots(lots))
    for card, number, kind, day, lots in _GRANTS.rows(session, cards=cards):
        cause = f"grant/{number}"
        found[card].grants[cause] = GrantFact(cause, _card_day(day), decode_lots(lots))
        if kind == "loss":
            found[card].losses.add(cause)
    for card, number, lots in _SENT.rows(session, cards=cards):
        found[card].issued[number] = decode_lots(lots)


def _card_day(iso: str) -> int:
    return card_day(date.fromisoformat(iso))


def refunds(known: Known, counted: Collection[str]) -> Mapping[str, Sequence[VisitRow]]:
    """The counted refunds of each counted sale of the card."""
    found: defaultdict[str, list[VisitRow]] = defaultdict(list)
    for visit in sorted(counted):
        row = known.visits[visit]
        if row.kind == REFUND and row.refund_of in counted:
            found[row.refund_of].append(row)
    return found

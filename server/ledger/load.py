"""What is known of some cards, as the kernel wants it. A handful of statements, however many cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.database import chunks
from server.ledger.facts import decode_lots
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
from shared.clock import card_day
from shared.points.derive import CardFacts, Image, Lots, VisitFact, add_up
from shared.points.derive import Grant as GrantFact

BASE_SEEN, HONOUR, BELIEVE, DOUBT, MATURE, CLEAR = "BASE_SEEN", "HONOUR", "BELIEVE", "DOUBT", "MATURE", "CLEAR"
NOTHING = b"[]"  # no lots
_Adjusted = tuple[tuple[int, Lots], ...]
_adjusted: msgspec.json.Decoder[_Adjusted] = msgspec.json.Decoder(_Adjusted)

_VISIT = (
    Visit.visit, Visit.card, Visit.source, Visit.terminal, Visit.kind, Visit.refund_of, Visit.business_day,
    Visit.gen, Visit.seq, Visit.pre_hash, Visit.pre_adj, Visit.pre_prev, Visit.pre_day, Visit.pre_writer,
    Visit.pre_lots, Visit.post_hash, Visit.post_adj, Visit.post_day, Visit.post_lots, Visit.amount_yen, Visit.earn,
    Visit.redeem, Visit.expired, Visit.lots, Visit.adjusted, Visit.state,
)  # fmt: skip
_SEEN = (
    SeenImage.card, SeenImage.hash, SeenImage.gen, SeenImage.seq, SeenImage.adj, SeenImage.prev, SeenImage.day,
    SeenImage.writer, SeenImage.lots,
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """All that is known about one card: ``visits`` as rows, the rest as the kernel reads it.

    ``writers``: who wrote an image that no visit left, by its hash.
    """

    card: int
    visits: dict[str, Any] = field(default_factory=dict)
    told: dict[str, VisitFact] = field(default_factory=dict)
    committed: set[str] = field(default_factory=set)
    aborted: set[str] = field(default_factory=set)
    honoured: set[str] = field(default_factory=set)
    seen: list[Image] = field(default_factory=list)
    starts: set[bytes] = field(default_factory=set)
    made: set[bytes] = field(default_factory=set)
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
            starts=[images[hash_] for hash_ in self.starts if hash_ in images],
            moved=self.moved,
            made=self.made,
            roots=self.starts,
            grants=[*beside, *self.grants.values(), *debts],
            issued=self.issued,
            opening=add_up(*self.imported) if self.imported else None,
            believed={hash_ for kind, hash_ in self.rulings if kind == BELIEVE},
            disbelieved={hash_ for kind, hash_ in self.rulings if kind == DOUBT},
        )


def settled_month(session: Session) -> int:
    """Lots of this month and before are over."""
    return session.scalar(select(BooksState.settled_month)) or 0


def load(session: Session, cards: Collection[int]) -> dict[int, Known]:
    """By card; also those of which nothing is known."""
    found = {card: Known(card) for card in cards}
    for piece in chunks(sorted(cards)):
        _load_visits(session, piece, found)
        _load_evidence(session, piece, found)
        _load_images(session, piece, found)
        _load_beside(session, piece, found)
    return found


def _load_visits(session: Session, piece: Sequence[int], found: Mapping[int, Known]) -> None:
    for row in session.execute(select(*_VISIT).where(Visit.card.in_(piece))):
        known = found[row.card]
        known.visits[row.visit] = row
        if row.source == IMPORT:
            known.imported.append(decode_lots(row.lots))
        else:
            known.told[row.visit] = _fact(row)
            known.writers[row.pre_hash] = row.pre_writer


def _fact(row: Any) -> VisitFact:
    lots, adjusted = decode_lots(row.lots), _adjusted.decode(row.adjusted) if row.adjusted else ()
    before = decode_lots(row.pre_lots)
    after = decode_lots(row.post_lots) if row.post_lots else add_up(before, lots, *(change for _, change in adjusted))
    pre = Image(row.pre_hash, row.gen, row.seq - 1, row.pre_adj, row.pre_prev, row.pre_day, before)
    post = Image(row.post_hash, row.gen, row.seq, row.post_adj, row.pre_hash[:4], row.post_day, after)
    only_earns = row.redeem == 0
    granted = earned_lots(row.kind, row.earn, row.redeem, row.expired, lots) if only_earns and row.earn else ()
    return VisitFact(row.visit, pre, post, lots, adjusted, only_earns, granted)


def _load_evidence(session: Session, piece: Sequence[int], found: Mapping[int, Known]) -> None:
    told = (
        select(Visit.card, Evidence.visit, Evidence.kind)
        .join(Evidence, Evidence.visit == Visit.visit)
        .where(Visit.card.in_(piece), Evidence.kind.in_(("COMMIT", "ABORT", "HONOUR")))
    )
    for card, visit, kind in session.execute(told):
        known = found[card]
        {"COMMIT": known.committed, "ABORT": known.aborted, "HONOUR": known.honoured}[kind].add(visit)
    rulings = select(Ruling.card, Ruling.kind, Ruling.visit, Ruling.hash).where(Ruling.card.in_(piece))
    for card, kind, visit, hash_ in session.execute(rulings):
        known = found[card]
        if kind == BASE_SEEN:
            known.aborted.add(visit)
        elif kind == HONOUR:
            known.honoured.add(visit)
        else:
            known.rulings.add((kind, hash_))


def _load_images(session: Session, piece: Sequence[int], found: Mapping[int, Known]) -> None:
    for row in session.execute(select(*_SEEN).where(SeenImage.card.in_(piece))):
        image = Image(row.hash, row.gen, row.seq, row.adj, row.prev, row.day, decode_lots(row.lots))
        found[row.card].seen.append(image)
        found[row.card].writers[row.hash] = row.writer
    starts = select(StartImage.card, StartImage.hash, StartImage.source).where(StartImage.card.in_(piece))
    for card, hash_, source in session.execute(starts):
        found[card].starts.add(hash_)
        if source != IMPORT:
            found[card].made.add(hash_)
    made = select(Repair.card, Repair.hash, Repair.moved).where(Repair.card.in_(piece))
    for card, hash_, lots in session.execute(made):
        found[card].starts.add(hash_)  # it counts from when somebody tells of it, or reads it
        found[card].made.add(hash_)
        if lots != NOTHING:
            found[card].moved[hash_] = decode_lots(lots)


def _load_beside(session: Session, piece: Sequence[int], found: Mapping[int, Known]) -> None:
    wanted = select(OffCardVisit.card, OffCardVisit.visit, OffCardVisit.business_day, OffCardVisit.lots)
    for card, visit, day, lots in session.execute(wanted.where(OffCardVisit.card.in_(piece))):
        found[card].off_card[visit] = GrantFact(f"offcard/{visit}", _card_day(day), decode_lots(lots))
    given = select(Grant.card, Grant.id, Grant.kind, Grant.business_day, Grant.lots).where(Grant.card.in_(piece))
    for card, number, kind, day, lots in session.execute(given):
        cause = f"grant/{number}"
        found[card].grants[cause] = GrantFact(cause, _card_day(day), decode_lots(lots))
        if kind == "loss":
            found[card].losses.add(cause)
    sent = select(Adjustment.card, Adjustment.number, Adjustment.lots).where(Adjustment.card.in_(piece))
    for card, number, lots in session.execute(sent):
        found[card].issued[number] = decode_lots(lots)


def _card_day(iso: str) -> int:
    return card_day(date.fromisoformat(iso))


def refunds(known: Known, counted: Collection[str]) -> Mapping[str, Sequence[Any]]:
    """The counted refunds of each counted sale of the card."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for visit in sorted(counted):
        row = known.visits[visit]
        if row.kind == REFUND and row.refund_of in counted:
            found[row.refund_of].append(row)
    return found

"""A new generation for a card whose stripe is lost: its points by the books, under numbers never used before."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cards import settling
from server.cards.models import ONLINE_ONLY, STOPPED
from server.cards.service import is_card_no
from server.cards.settling import Held
from server.db.bulk import add_rows
from server.feed import service as feed
from server.ledger import families
from server.ledger.books import Books
from server.ledger.facts import encode_lots
from server.ledger.models import Repair as Made
from server.rulebook import ranks
from server.sync.checks import check_visit_id
from server.terminals.models import Terminal
from shared.card.codec import LIMITS, Verdict, decode, encode, track_hash
from shared.card.image import NO_LOT, CardFlag, CardImage, Lot, ranked
from shared.card.mac import KeyRing
from shared.clock import business_day, card_day, card_month
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, VisitId, visit_tag
from shared.points.derive import GENERATIONS_PER_EPOCH, Lots, add_up, negate, value
from shared.points.lots import Lots as OnCard
from shared.points.lots import add
from shared.sync.messages import Repair, RepairReply
from shared.units import POINTS_MAX

REPAIRS_MAX = 5  # of one number; then the stock itself is worn (card-and-sync 5.8)
_COLUMNS = ("request", "card", "gen", "hash", "track", "balance", "moved", "proof", "terminal", "at_ms")


def repair(
    session: Session, terminal: Terminal, told: Repair, now_ms: int, ring: KeyRing, approved: bool = False
) -> RepairReply | Refused:
    """The finished first image of the card's next generation. The same request gets the same answer.

    It begins to count when a terminal says that it writes it. ``approved``: a person at head office vouches for the
    holder of a card that is in question. Refuses ``sync.field``, ``input.card_unknown``, ``card.locked``,
    ``card.held``, ``card.worn_out`` and ``points.card_full``.
    """
    try:
        check_visit_id(told.request)
    except EnishiError as error:
        return Refused(error.code, error.facts)
    if not is_card_no(told.card):
        return Refused("sync.field", {"field": "card"})
    settling.lock(session, [told.card])
    made = session.get(Made, told.request)
    if made is not None:
        same = made.card == told.card and decode(made.track, ring, told.uid).verdict is not Verdict.FORGED
        return (
            RepairReply(made.card, made.gen, made.track, made.balance)
            if same
            else Refused("sync.field", {"field": "request"})
        )
    held = settling.records(session, [told.card]).get(told.card)
    if held is None:
        return Refused("input.card_unknown", {"value": told.card})
    if held.status == STOPPED or (held.status == ONLINE_ONLY and not approved):
        return Refused("card.locked" if held.status == STOPPED else "card.held")
    return _make(session, terminal, told, held, ring, now_ms)


def _make(
    session: Session, terminal: Terminal, told: Repair, held: Held, ring: KeyRing, now_ms: int
) -> RepairReply | Refused:
    today = business_day(now_ms)
    before = session.scalars(select(Made.gen).where(Made.card == told.card)).all()
    books = families.keep(session, [told.card])[told.card]
    newest = books.newest
    known = max([held.gen, *before, newest.gen if newest else 0, GENERATIONS_PER_EPOCH * feed.server_epoch(session)])
    number = books.derived.last_number
    if len(before) >= REPAIRS_MAX or known >= LIMITS["gen"] or number > LIMITS["adj"]:
        return Refused("card.worn_out")
    start = _start_lots(books, today)
    if start is None:
        return Refused("points.card_full", {"maximum": POINTS_MAX})
    root = newest.hash if newest else held.hash
    image = CardImage(
        tenant=ring.tenant, card=CardNo(told.card), gen=known + 1, seq=0, adj=number, lots=start,
        day=card_day(today), writer=terminal.id, vtag=visit_tag(VisitId(told.request)),
        prev=int.from_bytes(root[:4], "big"),
        flags=ranked(CardFlag.REPAIRED, ranks.on_card(session, told.card, now_ms)),
    )  # fmt: skip
    track = encode(image, ring, told.uid)
    moved = _moved(books, start, today)
    row = (
        told.request, told.card, image.gen, track_hash(track), track, image.balance, encode_lots(moved),
        _plain(told.proof), terminal.id, now_ms,
    )  # fmt: skip
    add_rows(session, Made, _COLUMNS, [row])
    return RepairReply(told.card, image.gen, track, image.balance)


def _start_lots(books: Books, today: date) -> OnCard | None:
    """What the books owe the holder, in three lots, never below zero; None when a lot would outgrow the card."""
    lots: OnCard | None = (NO_LOT, NO_LOT, NO_LOT)
    for month, points in net(_live(books, today)):
        if lots is not None:
            lots = add(tuple(lot for lot in lots if lot.points), Lot(points, month))
    return lots


def net(lots: Lots) -> Lots:
    """Lots with debts of other months set off, the soonest to lapse first; nothing when debts outweigh them."""
    debt = -sum(points for _, points in lots if points < 0)
    left = []
    for month, points in sorted(lots, key=lambda lot: lot[0] or 1 << 9):
        paid = min(max(points, 0), debt)
        debt -= paid
        if points > paid:
            left.append((month, points - paid))
    return () if debt else tuple(left)


def _live(books: Books, today: date) -> Lots:
    this_month = card_month(today)
    return tuple((month, points) for month, points in books.derived.lots if month == 0 or month >= this_month)


def _moved(books: Books, start: OnCard, today: date) -> Lots:
    """What setting off debts and joining lots moved between months; nothing when the card cannot carry the sum."""
    live = _live(books, today)
    moved = add_up(((lot.month, lot.points) for lot in start), negate(live))
    return moved if value(moved) == 0 else ()


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())

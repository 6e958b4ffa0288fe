"""A terminal asks while a card is inside: is this card as head office knows it? The question itself is evidence."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.cards import service as cards
from server.cards import settling
from server.cards.models import ONLINE_ONLY, STOPPED
from server.cards.service import FirstUse
from server.cards.settling import Held
from server.db.direct import Statement
from server.ledger import cases, facts, rulings
from server.ledger.facts import decode_lots, seen_image
from server.ledger.models import Adjustment, StartImage, Visit
from server.sync.handlers import suspect
from server.terminals import service as terminals
from server.terminals.models import REVOKED, Terminal
from shared.card.codec import Verdict, decode, track_hash
from shared.card.image import CardFlag, CardImage
from shared.card.mac import KeyRing
from shared.sync.messages import AdjustmentEntry, Check, CheckReply

_TOLD = Statement(
    select(Visit.visit).where(Visit.card == bindparam("card"), Visit.post_hash == bindparam("image")).limit(1)
)
_BEGUN = Statement(select(StartImage.hash).where(StartImage.hash == bindparam("image")))
_SENT = Statement(
    select(Adjustment.number, Adjustment.lots)
    .where(Adjustment.card == bindparam("card"), Adjustment.number > bindparam("adj"))
    .order_by(Adjustment.number)
)


def check(session: Session, terminal: Terminal, told: Check, now_ms: int, ring: KeyRing) -> CheckReply:
    """Compare with what is known, take the sighting down, and say what is on its way to the card.

    Grants nothing and locks nothing. ``code`` "": as known, or ahead of what head office was told.
    """
    decoded = decode(told.track, ring, told.uid)
    image = decoded.image
    if decoded.verdict is not Verdict.OK or image is None or not cards.is_card_no(image.card):
        if decoded.verdict in (Verdict.FORGED, Verdict.UNKNOWN_KEY):
            cases.report(session, suspect(told.track, image, terminal.id, told.uid), now_ms)
        return CheckReply(Verdict.FOREIGN.value if decoded.verdict is Verdict.OK else decoded.verdict.value)
    settling.lock(session, [image.card])
    held = _take_down(session, terminal, told.track, image, now_ms)
    code = _judge(image, track_hash(told.track), held)
    if not code and not held.is_plain and _is_untrusted(session, image, track_hash(told.track)):
        code = "card.held"
    return CheckReply(code, () if code else _coming(session, image))


def _take_down(session: Session, terminal: Terminal, track: str, image: CardImage, now_ms: int) -> Held:
    """The card's record, with this sighting in the books."""
    seen = seen_image(track, image, now_ms)
    known = settling.records(session, [image.card]).get(image.card)
    if known is not None and known.is_plain and known.hash == seen.hash:
        return known
    if known is None:
        cards.make_known(session, {image.card: FirstUse(terminal.store, now_ms, issued=False)}, (), now_ms)
    facts.record_images(session, [seen])
    rulings.base_seen(session, image.card, seen.hash, now_ms)
    settling.settle(session, [image.card], now_ms)
    return settling.records(session, [image.card])[image.card]


def _judge(image: CardImage, hash_: bytes, held: Held) -> str:
    """An error code, or "" for a card that may be served."""
    if held.status == STOPPED or image.flags & CardFlag.LOCKED:
        return "card.locked"
    if image.gen < held.gen:
        return "card.old_generation"
    if image.gen == held.gen and image.seq < held.seq:
        return "card.stale"
    if held.status == ONLINE_ONLY:  # of two images at one place nobody can say which is the holder's
        return "card.held"
    return "card.stale" if (image.gen, image.seq) == (held.gen, held.seq) and hash_ != held.hash else ""


def _is_untrusted(session: Session, image: CardImage, hash_: bytes) -> bool:
    """Whether the image is of a visit that nobody told of, written by a terminal that was stopped or never was."""
    if image.seq == 0:
        return False
    if _TOLD.rows(session, card=image.card, image=hash_):
        return False
    writer = terminals.find(session, image.writer, ALL)
    return (writer is None or writer.state == REVOKED) and not _BEGUN.rows(session, image=hash_)


def _coming(session: Session, image: CardImage) -> tuple[AdjustmentEntry, ...]:
    sent = _SENT.rows(session, card=image.card, adj=image.adj)
    return tuple(AdjustmentEntry(number, decode_lots(lots)) for number, lots in sent)

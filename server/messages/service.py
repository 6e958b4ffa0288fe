"""Write a message to a card, withdraw it, take down the proof of its printing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, insert, select, true
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.cards import seeing
from server.cards import service as cards
from server.db.database import chunks
from server.feed import service as feed
from server.messages.models import NO_ROOM, PRINTED, TEXT_MAX, WAITING, WITHDRAWN, CardMessage, MessageProof
from shared.errors import EnishiError
from shared.sync.messages import FeedItem, MessageClosedItem, MessageItem
from shared.text.plain import plain

PRIORITIES = (0, 5, 9)  # ordinary, important, first of all
EXPIRED = "expired"  # waiting, but past its last day
LISTED_MAX = 200  # lines of one page


@dataclass(frozen=True, slots=True)
class Draft:
    card: int
    text: str
    priority: int
    valid_until: str  # ISO date, "" = no end


@dataclass(frozen=True, slots=True)
class Proof:
    """What a terminal's PRINT event says about one message."""

    stream: bytes
    seq: int
    message: int
    kind: str
    visit: str
    terminal: int
    store: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Line:
    """A message as the console lists it. ``proof``: of printing, or else the last "no room"."""

    message: CardMessage
    state: str  # as in the model, or EXPIRED, or NO_ROOM while it waits
    proof: MessageProof | None


def write(session: Session, draft: Draft, author: int, today: date, now_ms: int, scope: Scope) -> CardMessage:
    """Raises ``input.message_text``, ``input.card_unknown``, ``input.priority`` or ``input.valid_until_past``."""
    text = plain(draft.text).strip()
    if not 0 < len(text) <= TEXT_MAX:
        raise EnishiError("input.message_text", limit=TEXT_MAX)
    if cards.find(session, draft.card) is None or not seeing.sees(session, draft.card, scope):
        raise EnishiError("input.card_unknown", value=draft.card)
    if draft.priority not in PRIORITIES:
        raise EnishiError("input.priority", value=draft.priority)
    if draft.valid_until and draft.valid_until < today.isoformat():
        raise EnishiError("input.valid_until_past", value=draft.valid_until)
    message = CardMessage(
        card=draft.card, text=text, priority=draft.priority, valid_until=draft.valid_until,
        state=WAITING, author=author, created_ms=now_ms,
    )  # fmt: skip
    session.add(message)
    session.flush()
    item = MessageItem(message.id, message.card, message.text, message.priority, message.valid_until)
    feed.publish(session, {topic(message.id): item}, now_ms)
    return message


def is_told_twice(session: Session, draft: Draft, today: date) -> bool:
    """Whether the same words wait for this card already: a form sent twice."""
    card, text = draft.card, plain(draft.text).strip()
    lasts = (CardMessage.valid_until == "") | (CardMessage.valid_until >= today.isoformat())
    same = (CardMessage.card == card, CardMessage.text == text, CardMessage.state == WAITING, lasts)
    return session.scalar(select(CardMessage.id).where(*same).limit(1)) is not None


def find(session: Session, message: int, scope: Scope) -> CardMessage | None:
    row = session.get(CardMessage, message)
    return row if row is not None and seeing.sees(session, row.card, scope) else None


def withdraw(session: Session, message: CardMessage, now_ms: int) -> None:
    """Stop a waiting message. Raises ``input.message_closed`` for one that is printed or withdrawn already."""
    if message.state != WAITING:
        raise EnishiError("input.message_closed")
    message.state = WITHDRAWN
    session.flush()
    feed.publish(session, {topic(message.id): MessageClosedItem(message.id)}, now_ms)


def record_proofs(session: Session, proofs: Sequence[Proof], now_ms: int) -> None:
    """Take down what terminals printed, and close those messages everywhere. Unknown message ids are passed over."""
    if not proofs:
        return
    wanted = {proof.message for proof in proofs}
    known = {
        message.id: message
        for piece in chunks(wanted)
        for message in session.scalars(select(CardMessage).where(CardMessage.id.in_(piece)).order_by(CardMessage.id))
    }
    rows = [asdict(proof) for proof in proofs if proof.message in known]
    if rows:
        session.execute(insert(MessageProof), rows)
    closed: dict[str, FeedItem] = {}
    for proof in proofs:
        message = known.get(proof.message)
        if message is not None and proof.kind == PRINTED and message.state != PRINTED:
            message.state = PRINTED
            closed[topic(message.id)] = MessageClosedItem(message.id)
    session.flush()
    feed.publish(session, closed, now_ms)


def publish(session: Session, now_ms: int) -> None:
    """Tell the terminals of every message that waits once more."""
    items: dict[str, FeedItem] = {
        topic(one.id): MessageItem(one.id, one.card, one.text, one.priority, one.valid_until)
        for one in session.scalars(select(CardMessage).where(CardMessage.state == WAITING).order_by(CardMessage.id))
    }
    feed.publish(session, items, now_ms)


def waiting(session: Session, today: date, scope: Scope) -> int:
    """How many messages still wait for their card."""
    due = (CardMessage.valid_until == "") | (CardMessage.valid_until >= today.isoformat())
    mine = of_scope(scope)
    wanted = select(func.count()).select_from(CardMessage).where(CardMessage.state == WAITING, due, mine)
    return session.scalar(wanted) or 0


def lines(session: Session, today: date, scope: Scope, numbers: Collection[int] | None = None) -> Sequence[Line]:
    """The newest messages, of all cards or of some."""
    query = select(CardMessage).where(of_scope(scope)).order_by(CardMessage.id.desc()).limit(LISTED_MAX)
    if numbers is not None:
        query = query.where(CardMessage.card.in_(list(numbers)))
    return with_proofs(session, session.scalars(query).all(), today)


def with_proofs(session: Session, messages: Sequence[CardMessage], today: date) -> Sequence[Line]:
    """Each with its state of today and what terminals said of it."""
    proofs = _proofs(session, [message.id for message in messages])
    return [_line(message, proofs.get(message.id), today) for message in messages]


def state_column(today: date) -> ColumnElement[str]:
    """The state of a ``Line``, in a query."""
    is_past = (CardMessage.valid_until != "") & (CardMessage.valid_until < today.isoformat())
    had_no_room = select(MessageProof.message).where(MessageProof.message == CardMessage.id).exists()
    return case(
        (CardMessage.state != WAITING, CardMessage.state), (is_past, EXPIRED), (had_no_room, NO_ROOM), else_=WAITING
    )


def of_scope(scope: Scope) -> ColumnElement[bool]:
    """To cards of a scope."""
    return true() if scope.stores is None else CardMessage.card.in_(seeing.numbers(scope))


def _proofs(session: Session, messages: Collection[int]) -> Mapping[int, MessageProof]:
    """Of each message the first printing; without one, the last time there was no room."""
    chosen: dict[int, MessageProof] = {}
    for piece in chunks(messages):
        rows = select(MessageProof).where(MessageProof.message.in_(piece)).order_by(MessageProof.at_ms)
        for proof in session.scalars(rows):
            before = chosen.get(proof.message)
            if before is None or before.kind == NO_ROOM:
                chosen[proof.message] = proof
    return chosen


def _line(message: CardMessage, proof: MessageProof | None, today: date) -> Line:
    state = message.state
    if state == WAITING and message.valid_until and message.valid_until < today.isoformat():
        state = EXPIRED
    elif state == WAITING and proof is not None:
        state = NO_ROOM
    return Line(message, state, proof)


def topic(message: int) -> str:
    return f"message:{message}"

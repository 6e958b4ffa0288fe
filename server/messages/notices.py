"""A notice: the same words to the cards of a segment, with some drawn out to compare with, and proof card by card.

Who gets it is decided once per member and kept, so an expansion may be repeated, stopped and gone on with anywhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.cards.models import STOPPED, Card
from server.db.database import chunks
from server.feed import service as feed
from server.members import service as members
from server.messages.drafts import Draft, check
from server.messages.models import (
    HOLDOUT,
    LEFT,
    NO_CARD,
    NO_ROOM,
    OPEN,
    OPTED_OUT,
    PLANNED,
    PRINTED,
    SUPERSEDED,
    TOLD,
    WAITING,
    WITHDRAWN,
    CardMessage,
    MessageProof,
    Notice,
    NoticeMember,
)
from server.messages.service import EXPIRED, topic
from server.segments import service as segments
from server.segments.rules import EVERYBODY, Rule
from shared.errors import EnishiError
from shared.sync.messages import FeedItem, MessageClosedItem, MessageItem

SEED_BITS = 31
BATCH = 500  # members of one transaction: a tenth of a second, and terminals' pushes come in between
ITEM_BYTES = 110  # of one message in the feed, its words not counted
POSTCARD_YEN = 85  # Japan Post since October 2024: what a printed notice did not cost
USE = "notice"  # as a user of segments
STATES = (WAITING, NO_ROOM, PRINTED, SUPERSEDED, EXPIRED, WITHDRAWN)
_AGAIN = (NO_CARD, OPTED_OUT, LEFT)  # looked at again at the next expansion


@dataclass(frozen=True, slots=True)
class Counts:
    """``states``: of the messages, by STATES; ``parts``: of the members that have none."""

    states: Mapping[str, int]
    parts: Mapping[str, int]

    @property
    def told(self) -> int:
        return sum(self.states.values())

    @property
    def saved_yen(self) -> int:
        return self.states[PRINTED] * POSTCARD_YEN


def plan(session: Session, draft: Draft, author: int, today: date, now_ms: int, scope: Scope) -> Notice:
    """Raises as ``check``, and ``notice.segment`` for one that the author may not open."""
    draft = check(draft, today)
    segment = segments.find(session, draft.segment, scope)
    if segment is None:
        raise EnishiError("notice.segment")
    if draft.replaces and find(session, draft.replaces, scope) is None:
        raise EnishiError("notice.segment")
    reached = segments.keep_scope(segments.narrowed(segment, scope))
    notice = Notice(
        name=draft.name, segment=draft.segment, text=draft.text, priority=draft.priority, starts=draft.starts,
        valid_until=draft.valid_until, grows=draft.grows, promotes=draft.promotes, holdout=draft.holdout,
        seed=secrets.randbits(SEED_BITS), stores=reached, replaces=draft.replaces, state=PLANNED, reached=0,
        expanded_ms=0, author=author, created_ms=now_ms,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    segments.use(session, notice.segment, USE, notice.number)
    return notice


def find(session: Session, number: int, scope: Scope) -> Notice | None:
    """One that reaches nobody beyond its reader's stores."""
    notice = session.get(Notice, number)
    return notice if notice is not None and _is_within(notice, scope) else None


def listed(session: Session, scope: Scope) -> Sequence[Notice]:
    """The newest first."""
    return [one for one in session.scalars(select(Notice).order_by(Notice.number.desc())) if _is_within(one, scope)]


def is_over(notice: Notice, today: date) -> bool:
    return notice.state == WITHDRAWN or bool(notice.valid_until and notice.valid_until < today.isoformat())


def in_holdout(notice: Notice, member: int) -> bool:
    """The same for ever for one notice and one member, whoever else is asked."""
    drawn = hashlib.sha256(f"{notice.seed}/{member}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") % 1000 < notice.holdout


def expand(session: Session, notice: Notice, now_ms: int, limit: int = BATCH) -> int:
    """The next piece of the segment's members; how many there were. ``notice.reached`` says where it stands."""
    rule, scope = _audience(session, notice)
    people = segments.members(session, rule, scope, now_ms, notice.reached, limit, "print")
    held = _held(session, notice.number, [person.number for person in people])
    chosen = _cards(session, [person.number for person in people])
    told: dict[int, int] = {}
    parts: dict[int, str] = {}
    for person in people:
        before = held.get(person.number)
        if before is not None and before.part not in _AGAIN:
            continue
        part = _part(notice, person.number, person.may, chosen.get(person.number, 0))
        parts[person.number] = part
        if part == TOLD:
            told[person.number] = chosen[person.number]
    messages = _write(session, notice, told, now_ms)
    _keep(session, notice.number, parts, messages, held, now_ms)
    if notice.replaces and told:
        _supersede(session, notice.replaces, list(told), now_ms)
    _stop_refused(session, notice, [person.number for person in people if not person.may], now_ms)
    notice.state = OPEN if notice.state == PLANNED else notice.state
    notice.reached = people[-1].number if len(people) == limit else 0
    notice.expanded_ms = now_ms
    session.flush()
    return len(people)


def sweep(session: Session, notice: Notice, after: int, now_ms: int, limit: int = BATCH) -> int:
    """Whoever has left the segment gets it no more; a piece of those that were told, behind ``after``. The last one
    looked at, 0 at the end."""
    waiting = (CardMessage.id == NoticeMember.message) & (CardMessage.state == WAITING)
    rows = session.scalars(
        select(NoticeMember.member)
        .join(CardMessage, waiting)
        .where(NoticeMember.notice == notice.number, NoticeMember.part == TOLD, NoticeMember.member > after)
        .order_by(NoticeMember.member)
        .limit(limit)
    ).all()
    rule, scope = _audience(session, notice)
    gone = sorted(set(rows) - segments.is_in(session, rule, scope, rows, now_ms))
    _leave(session, notice.number, gone, LEFT, now_ms)
    return rows[-1] if len(rows) == limit else 0


def withdraw(session: Session, notice: Notice) -> None:
    """Nobody else is told from now on. Raises ``notice.closed``."""
    if notice.state == WITHDRAWN:
        raise EnishiError("notice.closed")
    notice.state = WITHDRAWN
    segments.release(session, USE, notice.number)
    session.flush()


def close_some(session: Session, notice: Notice, now_ms: int, limit: int = BATCH) -> int:
    """Take back a piece of what still waits; how many there were."""
    waiting = session.scalars(
        select(CardMessage.id)
        .where(CardMessage.notice == notice.number, CardMessage.state == WAITING)
        .order_by(CardMessage.id)
        .limit(limit)
    ).all()
    _close(session, waiting, WITHDRAWN, now_ms)
    return len(waiting)


def counts(session: Session, notice: Notice, today: date) -> Counts:
    """Whatever became of everybody whom it was meant for."""
    states = dict.fromkeys(STATES, 0)
    rows = select(CardMessage.state, func.count()).where(CardMessage.notice == notice.number)
    for state, number in session.execute(rows.group_by(CardMessage.state)):
        states[state] += number
    if is_expired(notice, today):
        states[EXPIRED], states[WAITING] = states[WAITING], 0
    else:
        full = select(func.count()).select_from(CardMessage).where(CardMessage.notice == notice.number, _no_room())
        states[NO_ROOM] = session.scalar(full) or 0
        states[WAITING] -= states[NO_ROOM]
    parts = dict.fromkeys((HOLDOUT, NO_CARD, OPTED_OUT), 0)
    grouped = select(NoticeMember.part, func.count()).where(NoticeMember.notice == notice.number)
    for part, number in session.execute(grouped.group_by(NoticeMember.part)):
        if part in parts:
            parts[part] = number
    return Counts(states, parts)


def is_expired(notice: Notice, today: date) -> bool:
    return bool(notice.valid_until and notice.valid_until < today.isoformat())


def condition(notice: Notice, what: str, today: date) -> ColumnElement[bool]:
    """Over NoticeMember joined with CardMessage: the members behind one number of ``counts``; anything else: all."""
    waiting = (CardMessage.state == WAITING) & (NoticeMember.message == CardMessage.id)
    match what:
        case "holdout" | "no_card" | "opted_out":
            return NoticeMember.part == what
        case "expired":
            return waiting if is_expired(notice, today) else CardMessage.id.is_(None) & (NoticeMember.member < 0)
        case "no_room":
            return and_(waiting, _no_room())
        case "waiting":
            return and_(waiting, ~_no_room())
        case "printed" | "withdrawn" | "superseded":
            return CardMessage.state == what
    return or_(NoticeMember.message > 0, NoticeMember.part != TOLD)


def card_of(session: Session, member: int, scope: Scope) -> int:
    """The card on which a member reads messages. Raises ``notice.member``."""
    found = members.find(session, member, scope)
    card = _cards(session, [member]).get(member, 0) if found is not None else 0
    if not card:
        raise EnishiError("notice.member", value=member)
    return card


def feed_bytes(text: str, members: int) -> int:
    """About so much every terminal fetches for a notice to so many."""
    return members * (ITEM_BYTES + len(text.encode()))


def _audience(session: Session, notice: Notice) -> tuple[Rule, Scope]:
    segment = segments.find(session, notice.segment, ALL)
    if segment is None:
        return EVERYBODY, Scope(frozenset())
    return segments.rule_of(segment), segments.narrowed(segment, segments.kept_scope(notice.stores))


def _is_within(notice: Notice, scope: Scope) -> bool:
    reached = segments.kept_scope(notice.stores).stores
    return scope.stores is None or (reached is not None and reached <= scope.stores)


def _part(notice: Notice, member: int, may: bool, card: int) -> str:
    """The draw comes last, so that those told and those drawn out are alike."""
    if notice.promotes and not may:
        return OPTED_OUT
    if not card:
        return NO_CARD
    return HOLDOUT if in_holdout(notice, member) else TOLD


def _held(session: Session, notice: int, members: Collection[int]) -> Mapping[int, NoticeMember]:
    return {
        row.member: row
        for piece in chunks(members)
        for row in session.scalars(
            select(NoticeMember).where(NoticeMember.notice == notice, NoticeMember.member.in_(piece))
        )
    }


def _cards(session: Session, members: Collection[int]) -> Mapping[int, int]:
    """Of each member the card that was issued last; one that is stopped prints nothing."""
    found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (-1, 0))
    for piece in chunks(members):
        rows = select(Card.member, Card.issued_ms, Card.number).where(Card.member.in_(piece), Card.status != STOPPED)
        for member, issued_ms, number in session.execute(rows):
            if member is not None:
                found[member] = max(found[member], (issued_ms, number))
    return {member: number for member, (_, number) in found.items()}


def _write(session: Session, notice: Notice, told: Mapping[int, int], now_ms: int) -> Mapping[int, int]:
    """A message to each card; their numbers by member."""
    if not told:
        return {}
    rows = [
        {
            "card": card, "text": notice.text, "priority": notice.priority, "valid_until": notice.valid_until,
            "state": WAITING, "author": notice.author, "created_ms": now_ms, "notice": notice.number,
        }
        for card in told.values()
    ]  # fmt: skip
    made = session.scalars(insert(CardMessage).returning(CardMessage.id, sort_by_parameter_order=True), rows).all()
    items: dict[str, FeedItem] = {
        topic(number): MessageItem(number, card, notice.text, notice.priority, notice.valid_until)
        for number, card in zip(made, told.values(), strict=True)
    }
    feed.publish(session, items, now_ms)
    return dict(zip(told, made, strict=True))


def _keep(
    session: Session,
    notice: int,
    parts: Mapping[int, str],
    messages: Mapping[int, int],
    held: Mapping[int, NoticeMember],
    now_ms: int,
) -> None:
    rows = []
    for member, part in parts.items():
        row = held.get(member)
        if row is None:
            rows.append(
                {"notice": notice, "member": member, "part": part, "message": messages.get(member, 0), "at_ms": now_ms}
            )
        elif row.part != part:
            row.part, row.message, row.at_ms = part, messages.get(member, 0), now_ms
    if rows:
        session.execute(insert(NoticeMember), rows)


def _supersede(session: Session, earlier: int, members: Sequence[int], now_ms: int) -> None:
    """What an earlier notice still has waiting for these members ends."""
    for piece in chunks(members):
        old = session.scalars(
            select(CardMessage.id)
            .join(NoticeMember, NoticeMember.message == CardMessage.id)
            .where(NoticeMember.notice == earlier, NoticeMember.member.in_(piece), CardMessage.state == WAITING)
        ).all()
        _close(session, old, SUPERSEDED, now_ms)


def _stop_refused(session: Session, notice: Notice, refusing: Sequence[int], now_ms: int) -> None:
    """Whoever has said no since then gets it no more."""
    if notice.promotes:
        _leave(session, notice.number, refusing, OPTED_OUT, now_ms)


def _leave(session: Session, notice: int, members: Sequence[int], part: str, now_ms: int) -> None:
    for piece in chunks(members):
        rows = session.scalars(
            select(NoticeMember)
            .join(CardMessage, CardMessage.id == NoticeMember.message)
            .where(NoticeMember.notice == notice, NoticeMember.member.in_(piece), CardMessage.state == WAITING)
        ).all()
        _close(session, [row.message for row in rows], WITHDRAWN, now_ms)
        for row in rows:
            row.part, row.at_ms = part, now_ms
    session.flush()


def _close(session: Session, messages: Sequence[int], state: str, now_ms: int) -> None:
    for piece in chunks(messages):
        session.execute(update(CardMessage).where(CardMessage.id.in_(piece)).values(state=state))
    feed.publish(session, {topic(number): MessageClosedItem(number) for number in messages}, now_ms)


def _no_room() -> ColumnElement[bool]:
    told = select(MessageProof.message).where(MessageProof.message == CardMessage.id, MessageProof.kind == NO_ROOM)
    return (CardMessage.state == WAITING) & told.exists()

"""Two records of one person become one, and two again when that was a mistake.

One number is kept, the other one leads to it. Cards change their holder, and with them go visits, points, messages and
benefits: no entry of the books is touched. What was written under the former number (memos, consents, changes) stays
there and is read together. Undoing gives back what stood before; what somebody has written since stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.cards import service as cards
from server.cards.models import Card
from server.db.locks import lock_facts
from server.ledger import families
from server.members import attributes, consents, finding, households, places, service
from server.members.models import ERASED, LIVING, MERGED, Member, MemberConsent, MemberMerge, MemberTag
from server.members.values import FIELD_MAX, Person, keys
from shared.errors import EnishiError

KEPT, GONE, BOTH = "kept", "gone", "both"  # whose particulars stay; BOTH: of memos, one after the other
FIELDS = (*Person.__dataclass_fields__, "rank")
_COLUMNS = (*FIELDS, "joined", "store", "provisional", "changed_ms", *consents.COLUMNS.values())
UNDONE = "merge-undone"  # the version of a refusal that goes to both


class Snapshot(msgspec.Struct, frozen=True):
    """What belongs to one member at one moment, beside what is told of the person's past."""

    columns: dict[str, Any]
    attributes: dict[int, str]
    households: list[int]
    tags: list[int]
    cards: list[int]


class Both(msgspec.Struct, frozen=True):
    kept: Snapshot
    gone: Snapshot


_both: msgspec.json.Decoder[Both] = msgspec.json.Decoder(Both)


def merge(
    session: Session, kept: Member, gone: Member, chosen: Mapping[str, str], author: int, now_ms: int
) -> MemberMerge:
    """``chosen``: by field, or ``Definition.field``, whose stays; without a choice that of ``kept``, if there is any.

    Raises ``merge.same`` or ``merge.gone``.
    """
    if kept.number == gone.number:
        raise EnishiError("merge.same")
    if kept.state != LIVING or gone.state != LIVING:
        raise EnishiError("merge.gone")
    lock_facts(session, alone=True)
    before = _both_now(session, kept, gone)
    for name, value in _chosen_columns(before, chosen).items():
        setattr(kept, name, value)
    kept.changed_ms = now_ms
    gone.state, gone.merged_into = MERGED, kept.number
    session.flush()
    attributes.write(session, kept.number, _chosen_attributes(session, before, chosen))
    households.set_ids(session, gone.number, frozenset())
    households.set_ids(session, kept.number, frozenset(before.kept.households) | set(before.gone.households))
    service.set_tags(session, {gone.number: ()}, now_ms)
    _hand_over(session, before.gone.cards, gone.number, kept.number)
    _settle(session, kept, gone, now_ms)
    row = MemberMerge(
        kept=kept.number, gone=gone.number, before=msgspec.json.encode(before),
        after=msgspec.json.encode(_both_now(session, kept, gone)), author=author, at_ms=now_ms, undone_by=0,
        undone_ms=0, remains=b"",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def suggestion(kept: Member, gone: Member) -> Mapping[str, str]:
    """Whose particulars stay if nobody chooses: those of the record that has any, else those of ``kept``."""
    found = {}
    for name in FIELDS:
        found[name] = GONE if not getattr(kept, name) and getattr(gone, name) else KEPT
    if kept.memo and gone.memo and kept.memo != gone.memo and len(_joined(kept.memo, gone.memo)) <= FIELD_MAX["memo"]:
        found["memo"] = BOTH
    return found


def why_not(session: Session, row: MemberMerge) -> str:
    """The code of what stands against undoing this merge now; "" = nothing."""
    if row.undone_ms:
        return "merge.undone"
    kept, gone = session.get_one(Member, row.kept), session.get_one(Member, row.gone)
    if ERASED in (kept.state, gone.state):
        return "merge.erased"
    if kept.state != LIVING:
        return "merge.kept_gone"
    later = select(MemberMerge.id).where(
        MemberMerge.kept == row.kept, MemberMerge.undone_ms == 0, MemberMerge.id > row.id
    )
    return "merge.later" if session.scalar(later.limit(1)) is not None else ""


def undo(session: Session, row: MemberMerge, author: int, now_ms: int) -> Sequence[str]:
    """Two records again. The names of what was changed since and stays with ``kept``: fields, ``Definition.field``,
    "household", "card 1234567894". Raises what ``why_not`` names.
    """
    against = why_not(session, row)
    if against:
        raise EnishiError(against)
    lock_facts(session, alone=True)
    kept, gone = session.get_one(Member, row.kept), session.get_one(Member, row.gone)
    before, after, now = _both.decode(row.before), _both.decode(row.after), _both_now(session, kept, gone)
    gone.state, gone.merged_into = LIVING, 0
    remains = _give_back_columns(kept, before.kept, after.kept, now.kept)
    _refuse_for_both(session, kept, gone, row.at_ms, author, now_ms)
    remains += _give_back_attributes(session, kept.number, before.kept, after.kept, now.kept)
    remains += _give_back_households(session, kept.number, gone.number, before, after, now)
    service.set_tags(session, {gone.number: before.gone.tags}, now_ms)
    remains += _give_back_cards(session, kept.number, gone.number, before)
    _settle(session, kept, gone, now_ms)
    row.undone_by, row.undone_ms, row.remains = author, now_ms, msgspec.json.encode(remains)
    session.flush()
    return remains


def remains_of(row: MemberMerge) -> Sequence[str]:
    found: list[str] = msgspec.json.decode(row.remains) if row.remains else []
    return found


def find(session: Session, number: int) -> MemberMerge | None:
    return session.get(MemberMerge, number)


def of_members(session: Session, numbers: Collection[int]) -> Sequence[MemberMerge]:
    """The newest first."""
    wanted = select(MemberMerge).where(MemberMerge.kept.in_(list(numbers)) | MemberMerge.gone.in_(list(numbers)))
    return session.scalars(wanted.order_by(MemberMerge.id.desc())).all()


def _both_now(session: Session, kept: Member, gone: Member) -> Both:
    numbers = [kept.number, gone.number]
    told, headings = attributes.values_of(session, numbers), households.ids_of(session, numbers)
    held = cards.of_members(session, numbers)
    tagged = select(MemberTag.member, MemberTag.tag).where(MemberTag.member.in_(numbers)).order_by(MemberTag.tag)
    tags: dict[int, list[int]] = {number: [] for number in numbers}
    for number, tag in session.execute(tagged):
        tags[number].append(tag)
    shots = [
        Snapshot(
            {name: getattr(one, name) for name in _COLUMNS}, dict(told[one.number]), sorted(headings[one.number]),
            tags[one.number], list(held.get(one.number, ())),
        )
        for one in (kept, gone)
    ]  # fmt: skip
    return Both(*shots)


def _chosen_columns(before: Both, chosen: Mapping[str, str]) -> Mapping[str, Any]:
    kept, gone = before.kept.columns, before.gone.columns
    values = {name: gone[name] if chosen.get(name) == GONE else kept[name] for name in FIELDS}
    if chosen.get("memo") == BOTH:
        values["memo"] = _joined(kept["memo"], gone["memo"])[: FIELD_MAX["memo"]]
    first = min((kept, gone), key=lambda columns: (columns["joined"] or "~", columns is gone))
    values |= {"joined": first["joined"], "store": first["store"]}
    values["provisional"] = kept["provisional"] and gone["provisional"]
    return values | {name: kept[name] and gone[name] for name in consents.COLUMNS.values()}


def _chosen_attributes(session: Session, before: Both, chosen: Mapping[str, str]) -> Mapping[int, str]:
    kept, gone = before.kept.attributes, before.gone.attributes
    values = {}
    for one in attributes.definitions(session, gone=True):
        side = chosen.get(one.field, KEPT if kept.get(one.id) else GONE)
        values[one.id] = (gone if side == GONE else kept).get(one.id, "")
    return values


def _hand_over(session: Session, numbers: Collection[int], giver: int, taker: int) -> None:
    if numbers:
        theirs = update(Card).where(Card.number.in_(list(numbers)), Card.member == giver)
        session.execute(theirs.values(member=taker))


def _settle(session: Session, kept: Member, gone: Member, now_ms: int) -> None:
    """What follows from columns and cards: keys, stores, what terminals know."""
    for one in (kept, gone):
        person = service.person_of(one)
        one.search_key, one.kana_key = keys(one.number, person)
        session.flush()
        finding.forget(session, [one.number])
        if one.state == LIVING:
            finding.add(session, [(one.number, person)])
    places.refresh(session, [kept.number, gone.number])
    service.publish(session, [kept.number, gone.number], now_ms)


def _give_back_columns(kept: Member, before: Snapshot, after: Snapshot, now: Snapshot) -> list[str]:
    remains = []
    for name, value in before.columns.items():
        if now.columns[name] == after.columns[name]:
            setattr(kept, name, value)
        elif value != after.columns[name] and name in FIELDS:
            remains.append(name)
    return remains


def _refuse_for_both(session: Session, kept: Member, gone: Member, since_ms: int, author: int, now_ms: int) -> None:
    """What the person said after the merge stands; a no was said by whichever of the two it was, so it is both's."""
    since = [event for event in consents.events(session, [kept.number]) if event.at_ms >= since_ms]
    for channel, yes in {event.channel: event.yes for event in since}.items():
        column = consents.COLUMNS[channel]
        setattr(kept, column, yes)
        if not yes and getattr(gone, column):
            setattr(gone, column, False)
            session.add(
                MemberConsent(
                    member=gone.number,
                    channel=channel,
                    yes=False,
                    version=UNDONE,
                    place="",
                    author=author,
                    at_ms=now_ms,
                )
            )
    session.flush()


def _give_back_attributes(session: Session, kept: int, before: Snapshot, after: Snapshot, now: Snapshot) -> list[str]:
    known = {one.id: one.field for one in attributes.definitions(session, gone=True)}
    values, remains = {}, []
    for number, field in known.items():
        was, became = before.attributes.get(number, ""), after.attributes.get(number, "")
        if now.attributes.get(number, "") == became:
            values[number] = was
        elif was != became:
            remains.append(field)
    attributes.write(session, kept, values)
    return remains


def _give_back_households(session: Session, kept: int, gone: int, before: Both, after: Both, now: Both) -> list[str]:
    came = set(after.kept.households) - set(before.kept.households)
    households.set_ids(session, kept, frozenset(now.kept.households) - came)
    households.set_ids(session, gone, frozenset(before.gone.households))
    there = households.ids_of(session, [gone])[gone]
    return [] if there == set(before.gone.households) else ["household"]


def _give_back_cards(session: Session, kept: int, gone: int, before: Both) -> list[str]:
    """Cards with those that took their places since. A family that holds cards of both stays with ``kept``."""
    own, remains = set(before.kept.cards), []
    back: set[int] = set()
    for card in before.gone.cards:
        family = families.everyone([card], families.claims(session, [card]))
        holders = cards.holders(session, family)
        if holders.get(card) != kept or own & family:
            remains.append(f"card {card}")
            continue
        back |= {one for one, holder in holders.items() if holder == kept}
    _hand_over(session, sorted(back), kept, gone)
    return remains


def _joined(one: str, other: str) -> str:
    return " ／ ".join(text for text in (one, other) if text)

"""Giving back a whole file of members: what it made goes, what it changed becomes again what it was.

Only as far as nobody has touched it since: a member with a visit, a memo or a changed particular is a fact by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.cards import service as cards
from server.cards.models import Card, CardAct, CardStop
from server.ledger.models import OffCardVisit, Replacement, SeenImage, StartImage, Visit
from server.members import attributes, finding, places, service
from server.members.intake import BACK, KEPT, NEW, State, state_now
from server.members.models import (
    LIVING,
    CardEnrolment,
    HouseholdMember,
    Member,
    MemberAttribute,
    MemberChange,
    MemberConsent,
    MemberImport,
    MemberImportRow,
    MemberMemo,
    MemberMerge,
    MemberStore,
    MemberTag,
)
from server.members.service import REGISTERED
from server.members.values import Person

_state: msgspec.json.Decoder[State] = msgspec.json.Decoder(State)
_FACTS = (Visit.card, OffCardVisit.card, SeenImage.card, StartImage.card, CardStop.card, CardAct.card)


def give_back(session: Session, file: MemberImport, lines: Sequence[int], now_ms: int) -> None:
    """What these lines changed, the last one first; a line that was given back already is left alone."""
    for line in sorted(lines, reverse=True):
        row = session.get_one(MemberImportRow, (file.id, line))
        if row.after and not row.undone:
            member = session.get(Member, row.member)
            back = _forget if row.what == NEW else _restore
            is_back = member is not None and member.state == LIVING and back(session, row, member, now_ms)
            row.undone = BACK if is_back else KEPT
            session.flush()


def _restore(session: Session, row: MemberImportRow, member: Member, now_ms: int) -> bool:
    """Field by field; False when something has been changed since and stays."""
    before, after = _state.decode(row.before), _state.decode(row.after)
    now = state_now(session, member, after.attributes)
    fields = {name: value for name, value in before.columns.items() if now.columns[name] == after.columns[name]}
    person = Person(**{name: fields.get(name, now.columns[name]) for name in Person.__dataclass_fields__})
    told = {one: value for one, value in before.attributes.items() if now.attributes[one] == after.attributes[one]}
    service.write(session, member, person, fields.get("changed_ms", now_ms))
    member.provisional = fields.get("provisional", member.provisional)
    attributes.write(session, member.number, told)
    is_free = _give_back_card(session, member.number, after)
    places.refresh(session, [member.number])
    service.publish(session, [member.number], now_ms)
    stayed = {name for name in before.columns if name not in fields and before.columns[name] != after.columns[name]}
    return is_free and not stayed - {"changed_ms"} and len(told) == len(before.attributes)


def _forget(session: Session, row: MemberImportRow, member: Member, now_ms: int) -> bool:
    after = _state.decode(row.after)
    held = set(cards.of_members(session, [member.number]).get(member.number, ()))
    is_touched = (
        state_now(session, member, after.attributes) != msgspec.structs.replace(after, card=0, made=False)
        or bool(held - {after.card})
        or bool(after.card and _is_used(session, after.card))
        or any(session.scalar(select(wanted.exists())) for wanted in _since(member.number, row))
        or len(attributes.values_of(session, [member.number])[member.number])
        > sum(map(bool, after.attributes.values()))
    )
    if is_touched or not _give_back_card(session, member.number, after):
        return False
    return _delete(session, member.number, now_ms)


def _delete(session: Session, number: int, now_ms: int) -> bool:
    """False when another feature has written something down about the member."""
    try:
        with session.begin_nested():
            finding.forget(session, [number])
            for model in (MemberStore, MemberTag, MemberChange, MemberAttribute):
                session.execute(delete(model).where(model.member == number))
            session.execute(delete(Member).where(Member.number == number))
    except IntegrityError:
        return False
    service.forget(session, [number], now_ms)
    return True


def _since(number: int, row: MemberImportRow) -> Sequence[Select[Any]]:
    """What may hang on a member that was written down after the line was taken in."""
    others = (MemberImportRow.file != row.file) | (MemberImportRow.line != row.line)
    own: list[Select[Any]] = [
        select(model.member).where(model.member == number) for model in (MemberMemo, MemberConsent, HouseholdMember)
    ]
    return (
        *own,
        select(MemberChange.member).where(MemberChange.member == number, MemberChange.how != REGISTERED),
        select(MemberMerge.kept).where(or_(MemberMerge.kept == number, MemberMerge.gone == number)),
        select(CardEnrolment.member).where(CardEnrolment.member == number),
        select(MemberImportRow.member).where(MemberImportRow.member == number, MemberImportRow.after != b"", others),
    )


def _give_back_card(session: Session, number: int, after: State) -> bool:
    """False when the card has another holder by now, or has been used: then it stays."""
    if not after.card:
        return True
    card = session.get(Card, after.card)
    if card is None or card.member != number or _is_used(session, after.card):
        return False
    if after.made:
        session.delete(card)
    else:
        card.member = None
    session.flush()
    return True


def _is_used(session: Session, number: int) -> bool:
    told = [select(column).where(column == number).exists() for column in _FACTS]
    replaced = exists().where(or_(Replacement.old == number, Replacement.card == number))
    return bool(session.scalar(select(func.coalesce(or_(*told, replaced), False))))

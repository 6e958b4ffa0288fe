"""Members that begin at a counter, by a telephone number; and cards of one family, which have one holder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cards import service as cards
from server.db.bulk import add_rows
from server.members import finding, service
from server.members.models import ERASED, CardEnrolment, Member
from server.members.values import FIELD_MAX_DEFAULT, Person, katakana, keys
from shared.ids import CardNo
from shared.text.plain import plain

TAKEN, SEVERAL = "taken", "several"  # why a person must decide


class Enrolment(NamedTuple):
    """What an ENROL says; see the model."""

    stream: bytes
    seq: int
    card: int
    phone: str
    kana: str
    terminal: int
    store: str
    staff: int
    business_day: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """``member`` 0: nobody was chosen, because of ``why``."""

    member: int
    why: str = ""


def enrol(session: Session, told: Enrolment, now_ms: int) -> Enrolled:
    """Give the card, which must exist, to the one member with this telephone number, or to a new, provisional one."""
    done = _decide(session, told, now_ms)
    row = (*told[:3], done.member, told.phone, _kana(told.kana), *told[5:])
    add_rows(session, CardEnrolment, (*Enrolment._fields[:3], "member", *Enrolment._fields[3:]), [row])
    return done


def share(session: Session, family: Collection[int], now_ms: int) -> Sequence[int]:
    """Of cards of which one took the place of another all belong to one person: give the holder of some to all.

    The holders; several are for a person to look into, and nothing changes.
    """
    held = cards.holders(session, family)
    found = sorted(set(held.values()))
    if len(found) == 1:
        service.hold(session, sorted(set(family) - held.keys()), found[0], "", now_ms)
    return found


def _decide(session: Session, told: Enrolment, now_ms: int) -> Enrolled:
    kana = _kana(told.kana)
    holder = cards.holders(session, [told.card]).get(told.card)
    if holder is not None:
        member = session.get(Member, holder)
        if member is None or told.phone not in ("", *_phones(session, holder)):
            return Enrolled(0, TAKEN)
        _learn(session, member, kana)
        return Enrolled(holder)
    known = _of_phone(session, told.phone) if told.phone else []
    if not known:
        person = Person(kana, family_kana=kana, phone=told.phone)  # the name that is printed, until somebody writes it
        card = CardNo(told.card)
        return Enrolled(
            service.register(session, person, card, told.store, told.business_day, now_ms, provisional=True)
        )
    if len(known) > 1:
        return Enrolled(0, SEVERAL)
    service.hold(session, [told.card], known[0].number, told.store, now_ms)
    _learn(session, known[0], kana)
    return Enrolled(known[0].number)


def _phones(session: Session, number: int) -> Collection[str]:
    """Of the member, also those that stand under former numbers."""
    numbers = service.numbers_of(session, number)
    return session.scalars(select(Member.phone).where(Member.number.in_(numbers))).all()


def _of_phone(session: Session, phone: str) -> Sequence[Member]:
    """The members of today who have, or had under a former number, this telephone number; two are enough to know."""
    rows = session.scalars(select(Member.number).where(Member.phone == phone, Member.state != ERASED)).all()
    leads = service.living(session, rows)
    numbers = sorted({leads.get(number, number) for number in rows})[:2]
    return session.scalars(select(Member).where(Member.number.in_(numbers)).order_by(Member.number)).all()


def _learn(session: Session, member: Member, kana: str) -> None:
    """A provisional member without kana gets those that were told now."""
    if member.provisional and kana and not member.family_kana:
        member.family_name = member.family_kana = kana
        person = Person(kana, family_kana=kana, phone=member.phone)
        member.search_key, member.kana_key = keys(member.number, person)
        session.flush()
        finding.keep(session, [(member.number, person)])


def _kana(text: str) -> str:
    return " ".join(plain(katakana(text)).split())[:FIELD_MAX_DEFAULT]

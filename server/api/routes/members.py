"""Members: listed, found by number or by another program's name, registered, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from msgspec import UNSET, structs
from sqlalchemy import select

from server.api import cursors, references
from server.api.book_shapes import Balance
from server.api.calls import Call, Reply
from server.api.problems import Refusals
from server.api.routes.lots import lots_out
from server.api.shapes import (
    Changed,
    Made,
    May,
    MayIn,
    MemberChange,
    MemberNew,
    MemberOut,
    MemberQuery,
    Members,
    ReferenceOut,
)
from server.cards import seeing
from server.cards import service as cards
from server.ledger import service as ledger
from server.members import consents, finding
from server.members import service as members
from server.members.consents import CHANNELS, COLUMNS, Given
from server.members.models import Member, MemberStore
from server.members.values import Application, Person, read_application
from server.segments.service import today_of
from server.stores import service as stores
from shared.errors import EnishiError, Refused
from shared.ids import CardNo

_MEMO = "memo"  # for staff's eyes: no program reads or writes it
_FIELDS = tuple(name for name in Person.__dataclass_fields__ if name != _MEMO)


def find(call: Call, number: int) -> Member:
    """Raises ``api.not_found``."""
    member = members.find(call.session, number, call.scope)
    if member is None:
        raise EnishiError("api.not_found")
    return member


def listed(call: Call) -> Reply:
    asked: MemberQuery = call.query
    query = select(Member).where(members.visible(call.scope))
    if asked.q.strip():
        query = query.where(Member.number.in_(finding.match(call.session, asked.q, call.scope).numbers))
    for column, value in ((Member.phone, asked.phone), (Member.email, asked.email.casefold())):
        if value:
            query = query.where(column == value)
    if asked.store:
        known = select(MemberStore.store).where(
            MemberStore.member == Member.number, MemberStore.store == asked.store, call.scope.where(MemberStore.store)
        )
        query = query.where(known.exists())
    if asked.changed_since_ms:
        query = query.where(Member.changed_ms >= asked.changed_since_ms)
    place = cursors.decode(asked.after, int)
    if place:
        query = query.where(Member.number > place[0])
    rows, more = cursors.cut(
        call.session.scalars(query.order_by(Member.number).limit(asked.limit + 1)).all(), asked.limit
    )
    return Reply(Members(_told(call, rows), cursors.encode(rows[-1].number) if more else ""))


def one(call: Call) -> Reply:
    return Reply(_told(call, [find(call, call.path["number"])])[0])


def by_reference(call: Call) -> Reply:
    number = references.member_of(call.session, call.path["reference"])
    if not number:
        raise EnishiError("api.not_found")
    return Reply(_told(call, [find(call, number)])[0])


def points(call: Call) -> Reply:
    member = find(call, call.path["number"])
    held = cards.of_members(call.session, [member.number]).get(member.number, ())
    balance = sum(ledger.balances(call.session, held).values())
    return Reply(Balance(member.number, balance, lots_out(ledger.lots(call.session, held))))


def create(call: Call) -> Reply:
    told: MemberNew = call.body
    session, today = call.session, today_of(call.session, call.now_ms)
    application = read_application({name: getattr(told, name) for name in _FIELDS if hasattr(told, name)}, today)
    errors = dict(application.errors)
    if not stores.exists(session, told.store, call.scope):
        errors["store"] = Refused("input.store_unknown", {"value": told.store})
    card = CardNo(told.card) if told.card else None
    if card is not None and not (cards.is_card_no(card) and seeing.sees(session, card, call.scope)):
        errors["card"] = Refused("input.card_unknown", {"value": told.card})
    if errors:
        raise Refusals(errors)
    if members.is_told_twice(session, application.person, today.isoformat()):
        raise EnishiError("api.member_twice")
    number = members.register(
        session, application.person, card, told.store, today.isoformat(), call.now_ms, author=call.caller.staff
    )
    _allow(call, find(call, number), told.may, told.store)
    if told.external_reference:
        references.name_member(session, told.external_reference, number, call.caller.id, call.now_ms)
    call.note("member_registered", f"member:{number}", store=told.store)
    return Reply(Made(number), 201, f"/members/{number}")


def change(call: Call) -> Reply:
    told: MemberChange = call.body
    member = find(call, call.path["number"])
    fields = {name: value for name, value in structs.asdict(told).items() if name in _FIELDS and isinstance(value, str)}
    changed = list(_change(call, member, fields)) if fields else []
    changed += [f"may.{channel}" for channel in _allow(call, member, told.may, "")]
    call.note("member_changed", f"member:{member.number}", fields=changed)
    return Reply(Changed(member.number, changed))


def name(call: Call) -> Reply:
    """Another program's name for a member; the same again is no change."""
    member, reference = find(call, call.path["number"]), call.path["reference"]
    references.name_member(call.session, reference, member.number, call.caller.id, call.now_ms)
    call.note("member_named", f"member:{member.number}")
    return Reply(ReferenceOut(reference, member.number))


def forget_name(call: Call) -> Reply:
    member, reference = find(call, call.path["number"]), call.path["reference"]
    if references.member_of(call.session, reference) != member.number:
        raise EnishiError("api.not_found")
    references.forget_name(call.session, reference)
    call.note("member_unnamed", f"member:{member.number}")
    return Reply(ReferenceOut(reference, member.number))


def _change(call: Call, member: Member, fields: Mapping[str, str]) -> Sequence[str]:
    known = asdict(members.person_of(member))
    application: Application = read_application({**known, **fields}, today_of(call.session, call.now_ms))
    if application.errors:
        raise Refusals(application.errors)
    return members.change(call.session, member, application.person, call.now_ms, call.caller.staff)


def _allow(call: Call, member: Member, may: MayIn, place: str) -> Sequence[str]:
    """What the member allows from now on; the channels on which that is new."""
    said = {channel: getattr(may, channel) for channel in CHANNELS}
    given = [Given(channel, yes) for channel, yes in said.items() if yes is not UNSET]
    return consents.give(call.session, member, given, place, call.caller.staff, call.now_ms)


def _told(call: Call, rows: Sequence[Member]) -> list[MemberOut]:
    """In few questions, however many there are."""
    lines = {line.member.number: line for line in members.lines(call.session, rows)}
    named = references.of_members(call.session, list(lines))
    return [
        MemberOut(
            number=row.number, **{name: getattr(row, name) for name in _FIELDS}, rank=row.rank, joined=row.joined,
            store=row.store, provisional=row.provisional, last_visit=row.last_visit, balance=lines[row.number].balance,
            cards=sorted(lines[row.number].cards), references=list(named.get(row.number, ())),
            may=May(**{channel: getattr(row, column) for channel, column in COLUMNS.items()}),
            changed_ms=row.changed_ms,
        )
        for row in rows
    ]  # fmt: skip

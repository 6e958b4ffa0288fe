"""Members out of a file: judged line by line before anything is written, taken in, and given back as a whole.

A cell without words changes nothing. What the file changed and nobody has changed since goes back; the rest stays and
is named. Consents are not taken in: a yes needs its own proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.cards import service as cards
from server.members import attributes, intake_file, service
from server.members.intake_file import Table
from server.members.models import LIVING, Member, MemberImport, MemberImportRow
from server.members.values import Person, read_application
from server.stores import service as stores
from shared.errors import EnishiError, Refused
from shared.ids import parse_member_no
from shared.text.era import parse_date
from shared.text.kana import search_key

READ, RUNNING, DONE, UNDONE = "read", "running", "done", "undone"
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"
WHATS = (NEW, CHANGED, SAME, WRONG)
BACK, KEPT = "back", "kept"
BATCH = 200  # lines of one transaction
FILES_MAX = 50  # listed
NAME_MAX = 40


class State(msgspec.Struct, frozen=True):
    """Of a member, as far as a line touches it. ``card``: given by this line; ``made``: it had no record before."""

    columns: dict[str, Any] = {}
    attributes: dict[int, str] = {}
    card: int = 0
    made: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What would become of a line. ``person`` counts unless it is wrong."""

    line: int
    what: str
    member: int = 0
    person: Person | None = None
    answers: Mapping[int, str] | None = None
    card: int = 0
    joined: str = ""
    why: Mapping[str, Refused] | None = None


_state: msgspec.json.Decoder[State] = msgspec.json.Decoder(State)


def upload(session: Session, name: str, store: str, table: Table, author: int, now_ms: int) -> MemberImport:
    """Keep a file with the mapping that its head suggests. Raises ``input.store_unknown``."""
    if not stores.exists(session, store, ALL):
        raise EnishiError("input.store_unknown", value=store[:20])
    guessed = intake_file.guess(table.header, attributes.definitions(session))
    file = MemberImport(
        name=name.strip()[:NAME_MAX] or "CSV", store=store, mapping=msgspec.json.encode(guessed), state=READ,
        author=author, at_ms=now_ms, done_ms=0, undone_ms=0,
    )  # fmt: skip
    session.add(file)
    session.flush()
    blank = {"file": file.id, "what": "", "member": 0, "why": b"", "before": b"", "after": b"", "undone": ""}
    lines = [(1, table.header), *table.rows]
    rows = [blank | {"line": line, "cells": msgspec.json.encode(list(cells))} for line, cells in lines]
    for start in range(0, len(rows), 1_000):
        session.execute(insert(MemberImportRow), rows[start : start + 1_000])
    return file


def find(session: Session, number: int, scope: Scope) -> MemberImport | None:
    file = session.get(MemberImport, number)
    return file if file is not None and scope.allows(file.store) else None


def files(session: Session, scope: Scope) -> Sequence[MemberImport]:
    wanted = select(MemberImport).where(scope.where(MemberImport.store)).order_by(MemberImport.id.desc())
    return session.scalars(wanted.limit(FILES_MAX)).all()


def header(session: Session, file: MemberImport) -> Sequence[str]:
    return cells_of(session.get_one(MemberImportRow, (file.id, 1)))


def mapping_of(file: MemberImport) -> dict[str, str]:
    found: dict[str, str] = msgspec.json.decode(file.mapping)
    return found


def map_columns(session: Session, file: MemberImport, mapping: Mapping[str, str]) -> None:
    """Raises ``intake.mapping`` or ``intake.state``."""
    demand(file, READ)
    asked = attributes.definitions(session)
    file.mapping = msgspec.json.encode(intake_file.checked(mapping, len(header(session, file)), asked))
    session.execute(update(MemberImportRow).where(MemberImportRow.file == file.id).values(what="", why=b"", member=0))
    session.flush()


def rows(session: Session, file: int, what: str = "", limit: int = 0) -> Sequence[MemberImportRow]:
    """The lines below the head; of one kind, or all."""
    wanted = select(MemberImportRow).where(MemberImportRow.file == file, MemberImportRow.line > 1)
    wanted = wanted.where(MemberImportRow.what == what) if what else wanted
    wanted = wanted.order_by(MemberImportRow.line)
    return session.scalars(wanted.limit(limit) if limit else wanted).all()


def counts(session: Session, file: int) -> Mapping[str, int]:
    """How many lines of each kind; "" = not judged, "kept" = what an undoing could not give back."""
    what = MemberImportRow.what
    told = select(what, func.count()).where(MemberImportRow.file == file, MemberImportRow.line > 1).group_by(what)
    found = dict(session.execute(told).all())
    kept = select(func.count()).where(MemberImportRow.file == file, MemberImportRow.undone == KEPT)
    return {**dict.fromkeys(WHATS, 0), **found, KEPT: session.scalar(kept) or 0}


def judge_all(session: Session, file: MemberImport, scope: Scope, today: date) -> Iterator[Judged]:
    """Every line, without writing anything."""
    seen: dict[object, int] = {}
    for row in rows(session, file.id):
        judged = judge(session, file, row, scope, today)
        key: object = judged.member or (judged.what == NEW and _key(judged)) or 0
        if key and seen.setdefault(key, row.line) != row.line:
            judged = Judged(row.line, WRONG, why={"": Refused("intake.twice", {"line": seen[key]})})
        yield judged


def keep_judgement(session: Session, file: int, judged: Sequence[Judged]) -> None:
    for one in judged:
        row = session.get_one(MemberImportRow, (file, one.line))
        why = {field: {"code": it.code, "facts": dict(it.facts)} for field, it in (one.why or {}).items()}
        row.what, row.member, row.why = one.what, one.member, msgspec.json.encode(why)
    session.flush()


def judge(session: Session, file: MemberImport, row: MemberImportRow, scope: Scope, today: date) -> Judged:
    """What this line would do now."""
    told = intake_file.form_of(cells_of(row), mapping_of(file))
    try:
        member = _whose(session, told, scope)
        joined = parse_date(told["joined"]).isoformat() if "joined" in told else ""
    except EnishiError as error:
        return Judged(row.line, WRONG, why={"": Refused(error.code, error.facts)})
    known = service.person_of(member) if member else None
    base = {name: getattr(known, name) for name in Person.__dataclass_fields__} if known else {}
    application = read_application({**base, **told}, today)
    answers = attributes.read(attributes.definitions(session), told)
    errors = {**application.errors, **answers.errors}
    card = application.card or 0
    holder = cards.holders(session, [card]).get(card) if card else None
    if holder is not None and (member is None or holder != member.number):
        errors["card"] = Refused("input.card_taken", {"card": card, "member": holder})
    if errors:
        return Judged(row.line, WRONG, member.number if member else 0, why=errors)
    if member is None:
        return Judged(row.line, NEW, 0, application.person, answers.values, card, joined)
    held = attributes.values_of(session, [member.number])[member.number]
    same = (
        application.person == known
        and all(held.get(one, "") == value for one, value in answers.values.items() if value)
        and (not card or holder == member.number)
    )
    what = SAME if same else CHANGED
    return Judged(row.line, what, member.number, application.person, answers.values, 0 if holder else card, joined)


def take_in(session: Session, file: MemberImport, lines: Sequence[int], scope: Scope, today: date, now_ms: int) -> None:
    """These lines, judged once more; one that was taken in already is left alone."""
    for line in lines:
        row = session.get_one(MemberImportRow, (file.id, line))
        if row.what not in (NEW, CHANGED) or row.after:
            continue
        judged = judge(session, file, row, scope, today)
        keep_judgement(session, file.id, [judged])
        if judged.what in (NEW, CHANGED):
            _take(session, file, row, judged, today, now_ms)


def _take(session: Session, file: MemberImport, row: MemberImportRow, judged: Judged, today: date, now_ms: int) -> None:
    assert judged.person is not None
    made = bool(judged.card) and cards.find(session, judged.card) is None
    answers = {one: value for one, value in (judged.answers or {}).items() if value}
    if judged.what == NEW:
        joined = judged.joined or today.isoformat()
        number = int(service.register(session, judged.person, None, file.store, joined, now_ms))
        member, row.before = session.get_one(Member, number), b""
    else:
        member = session.get_one(Member, judged.member)
        row.before = msgspec.json.encode(state_now(session, member, answers))
        member.provisional = False
        service.write(session, member, judged.person, now_ms)
    attributes.write(session, member.number, answers)
    if judged.card:
        service.hold(session, [judged.card], member.number, file.store, now_ms)
    row.member = member.number
    now = state_now(session, member, answers)
    row.after = msgspec.json.encode(msgspec.structs.replace(now, card=judged.card, made=made))
    session.flush()
    service.publish(session, [member.number], now_ms)


def set_state(session: Session, file: MemberImport, state: str, now_ms: int) -> None:
    file.state = state
    if state == DONE:
        file.done_ms = now_ms
    if state == UNDONE:
        file.undone_ms = now_ms
    session.flush()


def cells_of(row: MemberImportRow) -> list[str]:
    found: list[str] = msgspec.json.decode(row.cells)
    return found


def why_of(row: MemberImportRow) -> Mapping[str, Refused]:
    told: dict[str, dict[str, Any]] = msgspec.json.decode(row.why) if row.why else {}
    return {field: Refused(one["code"], one["facts"]) for field, one in told.items()}


def state_now(session: Session, member: Member, answers: Mapping[int, str]) -> State:
    """As far as a line that answers these questions can touch it."""
    held = attributes.values_of(session, [member.number])[member.number]
    columns = {name: getattr(member, name) for name in (*Person.__dataclass_fields__, "provisional", "changed_ms")}
    return State(columns, {one: held.get(one, "") for one in answers})


def demand(file: MemberImport, *states: str) -> None:
    """Raises ``intake.state``."""
    if file.state not in states:
        raise EnishiError("intake.state")


def _whose(session: Session, told: Mapping[str, str], scope: Scope) -> Member | None:
    """The member of whom a line speaks: by number, card, or telephone and kana; None: a new one.

    Raises ``intake.unknown_member``, ``intake.several``, ``intake.foreign``, ``input.member_no``, ``input.date``.
    """
    found: set[int] = set()
    if "member" in told:
        number = parse_member_no(told["member"])
        member = service.find(session, number, ALL)
        if member is None:
            raise EnishiError("intake.unknown_member", value=told["member"][:20])
        found = {member.number}
    else:
        person = read_application(told, date.max).person
        if person.phone:
            same = (Member.phone == person.phone, Member.state == LIVING)
            kana = search_key(person.family_kana + person.given_kana)
            name = search_key(person.family_name + person.given_name)
            for member in session.scalars(select(Member).where(*same)):
                one = service.person_of(member)
                same_kana = kana and kana == search_key(one.family_kana + one.given_kana)
                if same_kana or (name and name == search_key(one.family_name + one.given_name)):
                    found.add(member.number)
    if len(found) > 1:
        raise EnishiError("intake.several")
    if found and service.find(session, min(found), scope) is None:
        raise EnishiError("intake.foreign")
    return session.get(Member, found.pop()) if found else None


def _key(judged: Judged) -> object:
    """By what two lines of one file are of one new person."""
    person = judged.person
    assert person is not None
    names = search_key(person.family_kana + person.given_kana), person.family_name
    return (person.phone, *names, judged.card) if person.phone or judged.card else 0

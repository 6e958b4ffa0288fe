"""To forget a person: everything that says who somebody is goes, every point stays where it was.

What stays is a number without a person: visits, entries and cards, that and when something was asked or allowed. What
cannot go: the sealed word of a counter in its journal, which is chained and which only head office's key opens; a line
in the journal of the day. Terminals forget with the next feed.

A restored backup knows the person again. So every erasure is written to a list beside the database before it is
committed, by numbers and moments only, and ``again`` repeats what is on it; a number that was given anew since is
another moment, and is left alone. Whoever keeps backups keeps the list with them (deploy/README.md).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.benefits import service as benefits
from server.benefits.models import OPEN as BENEFIT_OPEN
from server.benefits.models import Benefit
from server.cards import service as cards
from server.cards.models import Card, CardAct
from server.db.database import Waiting, at_commit, chunks
from server.ledger.cases import HOLDER, facts_of
from server.ledger.models import Case, Visit
from server.members import finding, places, service
from server.members.models import (
    ERASED,
    CardEnrolment,
    Household,
    HouseholdMember,
    Member,
    MemberAttribute,
    MemberChange,
    MemberImportRow,
    MemberMemo,
    MemberMerge,
    MemberTag,
)
from server.members.values import Person
from server.messages import service as messages
from server.messages.models import WAITING, CardMessage
from server.privacy.models import PrivacyRequest
from server.sales.models import Voice
from shared.errors import EnishiError

GONE_TEXT = "—"  # in the place of words that were written to or about a person
NOTHING = b"[]"
_NO_STATE = msgspec.json.encode({"columns": {}, "attributes": {}, "households": [], "tags": [], "cards": []})


def erase(session: Session, member: Member, path: Path, now_ms: int) -> Sequence[int]:
    """Forget a member and the former numbers of the same person; those numbers."""
    numbers = service.numbers_of(session, member.number)
    people = {number: session.get_one(Member, number) for number in numbers}
    waiting = at_commit(session, _write_down)
    waiting.setdefault(str(path), []).extend((number, people[number].since_ms, now_ms) for number in numbers)
    held = sorted(card for owned in cards.of_members(session, numbers).values() for card in owned)
    _forget_words(session, held, now_ms)
    _forget_journal(session, numbers, held)
    _forget_records(session, numbers)
    for one in people.values():
        _blank(one, now_ms)
    session.execute(update(Card).where(Card.number.in_(held)).values(member=None))
    session.flush()
    finding.forget(session, numbers)
    places.refresh(session, numbers)
    service.publish(session, numbers, now_ms)
    return numbers


def again(session: Session, path: Path, now_ms: int) -> int:
    """After a backup was put back: forget once more whoever is on the list and known again; how many."""
    done = 0
    for number, since_ms, _ in listed(path):
        member = session.get(Member, number)
        if member is not None and member.state != ERASED and member.since_ms == since_ms:
            erase(session, member, path, now_ms)
            done += 1
    return done


def listed(path: Path) -> Sequence[tuple[int, int, int]]:
    """(member, registered, erased) of every line. Raises ``server.file``."""
    try:
        lines = path.read_text("ascii").splitlines() if path.exists() else []
        return [(int(number), int(since), int(at)) for number, since, at in (line.split() for line in lines)]
    except (OSError, ValueError) as error:
        raise EnishiError("server.file", path=str(path), detail=str(error)[:80]) from error


def _write_down(_session: Session, waiting: Waiting) -> None:
    """Before the commit: a line too many is repeated by nobody, a line too few would bring somebody back."""
    for name, lines in waiting.items():
        path = Path(name)
        known = set(listed(path))
        fresh = [line for line in lines if line[:2] not in {one[:2] for one in known}]
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "a", encoding="ascii") as file:
                file.writelines(f"{number} {since} {at}\n" for number, since, at in fresh)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EnishiError("server.file", path=name, detail=error.strerror or "") from error


def _blank(member: Member, now_ms: int) -> None:
    for name in Person.__dataclass_fields__:
        setattr(member, name, "")
    member.state, member.merged_into, member.provisional, member.changed_ms = ERASED, 0, False, now_ms
    member.search_key = member.kana_key = member.rank = member.last_visit = ""
    member.may_mail = member.may_post = member.may_phone = member.may_print = False


def _forget_words(session: Session, held: Collection[int], now_ms: int) -> None:
    """What was written to the person, and what the person said."""
    for piece in chunks(held):
        for message in session.scalars(select(CardMessage).where(CardMessage.card.in_(piece))):
            if message.state == WAITING:
                messages.withdraw(session, message, now_ms)
            message.text = GONE_TEXT
        for benefit in session.scalars(select(Benefit).where(Benefit.card.in_(piece))):
            if benefit.state == BENEFIT_OPEN:
                benefits.withdraw(session, benefit, now_ms)
            benefit.text = GONE_TEXT
        visits = select(Visit.visit).where(Visit.card.in_(piece))
        session.execute(update(Voice).where(Voice.visit.in_(visits)).values(visit=""))
    session.flush()


def _forget_journal(session: Session, numbers: Collection[int], held: Collection[int]) -> None:
    """What terminals told of the person's beginning, and the telephone's end in cases about it."""
    mine = CardEnrolment.member.in_(list(numbers)) | CardEnrolment.card.in_(list(held))
    session.execute(update(CardEnrolment).where(mine).values(phone="", kana=""))
    for case in session.scalars(select(Case).where(Case.kind == HOLDER, Case.card.in_(list(held)))):
        facts = facts_of(case) | {"phone": ""}
        case.facts, case.note = msgspec.json.encode(facts, order="sorted"), ""
    session.execute(update(CardAct).where(CardAct.card.in_(list(held))).values(note=""))


def _forget_records(session: Session, numbers: Sequence[int]) -> None:
    """What staff wrote down; of merges, files and requests only that they were."""
    headings = session.scalars(select(HouseholdMember.household).where(HouseholdMember.member.in_(numbers))).all()
    for model in (MemberAttribute, MemberMemo, MemberChange, MemberTag, HouseholdMember):
        session.execute(delete(model).where(model.member.in_(numbers)))
    empty = ~select(HouseholdMember.member).where(HouseholdMember.household == Household.id).exists()
    session.execute(delete(Household).where(Household.id.in_(list(headings)), empty))
    blank = b'{"kept":' + _NO_STATE + b',"gone":' + _NO_STATE + b"}"
    merged = MemberMerge.kept.in_(numbers) | MemberMerge.gone.in_(numbers)
    session.execute(update(MemberMerge).where(merged).values(before=blank, after=blank))
    rows: Mapping[str, object] = {"cells": NOTHING, "why": b"", "before": b"", "after": b""}
    session.execute(update(MemberImportRow).where(MemberImportRow.member.in_(numbers)).values(**rows))
    session.execute(update(PrivacyRequest).where(PrivacyRequest.member.in_(numbers)).values(wish="", identity=""))
    session.flush()

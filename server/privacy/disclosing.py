"""Everything that is kept about a person, in words: for a page that is printed, and for files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.benefits.models import Benefit
from server.cards import service as cards
from server.ledger.models import Entry, Visit
from server.members import attributes, consents, service
from server.members.intake_file import FIELDS
from server.members.models import CardEnrolment, Household, HouseholdMember, Member, MemberMemo
from server.messages.models import CardMessage
from server.privacy.models import PrivacyRequest
from server.sales.models import SaleLine, Voice
from server.stores import service as stores
from shared.clock import local_time
from shared.ids import CardNo, MemberNo, format_card_no, format_member_no
from shared.locale import N_, Translate

Cell = str | int


@dataclass(frozen=True, slots=True)
class Chapter:
    """One table. Titles and columns are in the reader's language already."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def chapters(session: Session, member: Member, translate: Translate) -> Sequence[Chapter]:
    """Without the words of colleagues about their own work; those about the person are the person's."""
    numbers = service.numbers_of(session, member.number)
    held = sorted(card for owned in cards.of_members(session, numbers).values() for card in owned)
    names = stores.names(session)
    made = [
        _particulars(session, member, numbers, names, translate), _cards(held), *_visits(session, held, names),
        _postings(session, held), _words(session, held), _told(session, numbers), _requests(session, numbers),
    ]  # fmt: skip
    return [
        Chapter(translate(one.title), [translate(column) for column in one.columns], one.rows)
        for one in made
        if one.rows
    ]


def as_json(told: Sequence[Chapter]) -> bytes:
    found = {one.title: [dict(zip(one.columns, row, strict=True)) for row in one.rows] for one in told}
    return msgspec.json.format(msgspec.json.encode(found), indent=2)


def as_csv(told: Sequence[Chapter], harmless: Callable[[str], str]) -> bytes:
    """One table below the other, for Excel."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for one in told:
        writer.writerow([one.title])
        writer.writerow(one.columns)
        writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in one.rows)
        writer.writerow([])
    return text.getvalue().encode("utf-8-sig")


def _particulars(
    session: Session, member: Member, numbers: Sequence[int], names: Mapping[str, str], translate: Translate
) -> Chapter:
    person = asdict(service.person_of(member))
    rows: list[tuple[Cell, Cell]] = [
        (translate(FIELDS["member"]), "、".join(format_member_no(MemberNo(number)) for number in numbers))
    ]
    rows += [(translate(FIELDS[name]), value) for name, value in person.items() if value]
    rows += [
        (translate(N_("ランク")), member.rank), (translate(FIELDS["joined"]), member.joined),
        (translate(N_("入会した店舗")), names.get(member.store, member.store)),
    ]  # fmt: skip
    known = {one.id: one.name for one in attributes.definitions(session, gone=True)}
    told = attributes.values_of(session, numbers)
    rows += [(known[one], value) for number in numbers for one, value in told[number].items()]
    mine = select(Household.name).join(HouseholdMember).where(HouseholdMember.member.in_(numbers))
    rows += [(translate(N_("家族・会社")), name) for name in session.scalars(mine)]
    return Chapter(N_("登録の内容"), (N_("項目"), N_("内容")), [row for row in rows if row[1]])


def _cards(held: Sequence[int]) -> Chapter:
    return Chapter(N_("カード"), (N_("カード番号"),), [(format_card_no(CardNo(card)),) for card in held])


def _visits(session: Session, held: Sequence[int], names: Mapping[str, str]) -> Sequence[Chapter]:
    rows = session.scalars(select(Visit).where(Visit.card.in_(held)).order_by(Visit.at_ms)).all()
    visits = [
        (_time(one.at_ms), names.get(one.store, one.store), one.amount_yen, one.earn, one.redeem, one.expired)
        for one in rows
    ]
    goods = session.execute(
        select(Visit.at_ms, SaleLine.name, SaleLine.quantity, SaleLine.unit_yen)
        .join(SaleLine, SaleLine.visit == Visit.visit)
        .where(Visit.card.in_(held))
        .order_by(Visit.at_ms, SaleLine.seq, SaleLine.place)
    )
    columns = (N_("日時"), N_("店舗"), N_("お買上"), N_("付いた点"), N_("使った点"), N_("失効した点"))
    return (
        Chapter(N_("来店"), columns, visits),
        Chapter(
            N_("お買上の品"), (N_("日時"), N_("品名"), N_("数量"), N_("単価")),
            [(_time(at_ms), name, quantity, price) for at_ms, name, quantity, price in goods],
        ),
    )  # fmt: skip


def _postings(session: Session, held: Sequence[int]) -> Chapter:
    rows = session.scalars(select(Entry).where(Entry.card.in_(held)).order_by(Entry.id))
    told = [(_time(one.at_ms), format_card_no(CardNo(one.card)), one.kind, one.points) for one in rows]
    return Chapter(N_("ポイントの記帳"), (N_("日時"), N_("カード番号"), N_("種類"), N_("点")), told)


def _words(session: Session, held: Sequence[int]) -> Chapter:
    """Written on the card, promised to the card, said at the counter."""
    written = session.scalars(select(CardMessage).where(CardMessage.card.in_(held)))
    due = session.scalars(select(Benefit).where(Benefit.card.in_(held)))
    said = session.scalars(select(Voice).join(Visit, Visit.visit == Voice.visit).where(Visit.card.in_(held)))
    rows = [(one.created_ms, one.text) for one in (*written, *due)] + [(one.at_ms, one.text) for one in said]
    told = [(_time(at_ms), text) for at_ms, text in sorted(rows)]
    return Chapter(N_("カード面・特典・お声"), (N_("日時"), N_("内容")), told)


def _told(session: Session, numbers: Sequence[int]) -> Chapter:
    """Consents, memos, the enrolment at a counter."""
    rows = [
        (one.at_ms, f"{one.channel}: {'yes' if one.yes else 'no'} ({one.version})")
        for one in consents.events(session, numbers)
    ]
    memos = session.scalars(select(MemberMemo).where(MemberMemo.member.in_(numbers)))
    rows += [(one.at_ms, one.text) for one in memos]
    told = session.scalars(select(CardEnrolment).where(CardEnrolment.member.in_(numbers)))
    rows += [(one.at_ms, f"{one.phone} {one.kana}".strip()) for one in told]
    return Chapter(
        N_("承諾・メモ・店頭での入会"), (N_("日時"), N_("内容")), [(_time(at), text) for at, text in sorted(rows)]
    )


def _requests(session: Session, numbers: Sequence[int]) -> Chapter:
    rows = session.scalars(select(PrivacyRequest).where(PrivacyRequest.member.in_(numbers)).order_by(PrivacyRequest.id))
    told = [(one.received, one.kind, one.state, one.answer) for one in rows]
    return Chapter(N_("求めの記録"), (N_("受け付けた日"), N_("種類"), N_("状態"), N_("お答え")), told)


def _time(wall_ms: int) -> str:
    return f"{local_time(wall_ms):%Y-%m-%d %H:%M}"

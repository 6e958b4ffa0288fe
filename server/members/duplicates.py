"""Who might be registered twice: likely persons beside a form, and pairs that nobody has decided about yet.

Every sign has a weight and a reason in words; a person decides, and when in doubt two records stay two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.members.models import LIVING, Member, MemberApart
from server.members.service import is_known, visible
from server.members.values import Person
from shared.locale import N_
from shared.text.kana import search_key

LIKELY = 40  # from this weight on somebody is asked
SHOWN_MAX = 5  # persons beside a form
PAIRS_MAX = 100  # lines of the page
GROUP_MAX = 6  # of one sign; more people share a switchboard or a parish, not a life
LOOKED_AT_MAX = 50  # members of one reading that are compared with a form

PHONE, EMAIL, KANA_BIRTHDAY, NAME_BIRTHDAY, KANA_ADDRESS, KANA_POSTAL = (
    "phone", "email", "kana_birthday", "name_birthday", "kana_address", "kana_postal",
)  # fmt: skip
WEIGHTS = {PHONE: 60, EMAIL: 60, KANA_BIRTHDAY: 70, NAME_BIRTHDAY: 60, KANA_ADDRESS: 60, KANA_POSTAL: 40}
REASONS = {
    PHONE: N_("電話番号が同じです"), EMAIL: N_("メールアドレスが同じです"),
    KANA_BIRTHDAY: N_("フリガナと誕生日が同じです"), NAME_BIRTHDAY: N_("お名前と誕生日が同じです"),
    KANA_ADDRESS: N_("フリガナと住所が同じです"), KANA_POSTAL: N_("フリガナと郵便番号が同じです"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likeness:
    member: Member
    score: int
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likely:
    """``hidden``: likely persons whom only other stores know."""

    found: Sequence[Likeness]
    hidden: int


@dataclass(frozen=True, slots=True)
class Pair:
    """``one`` is the older record."""

    one: Member
    other: Member
    score: int
    signs: tuple[str, ...]


def beside(session: Session, person: Person, scope: Scope, own: int = 0) -> Likely:
    """Members who may be this person, the likeliest first; ``own``: the number of the record that is being written."""
    rows: dict[int, Member] = {}
    for condition in _same(person):
        wanted = select(Member).where(Member.state == LIVING, Member.number != own, condition).limit(LOOKED_AT_MAX)
        rows.update((member.number, member) for member in session.scalars(wanted))
    found = [Likeness(member, *compare(person, member)) for member in rows.values()]
    likely = sorted((one for one in found if one.score >= LIKELY), key=lambda one: (-one.score, one.member.number))
    seen = [one for one in likely if is_known(session, one.member.number, scope)]
    return Likely(seen[:SHOWN_MAX], len(likely) - len(seen))


def compare(one: Person | Member, other: Person | Member) -> tuple[int, tuple[str, ...]]:
    """The weight of all signs together, and the signs."""
    signs = []
    if one.phone and one.phone == other.phone:
        signs.append(PHONE)
    if one.email and one.email == other.email:
        signs.append(EMAIL)
    same_day = bool(one.birthday) and one.birthday == other.birthday
    if same_day and _kana(one) and _kana(one) == _kana(other):
        signs.append(KANA_BIRTHDAY)
    elif same_day and _name(one) == _name(other):
        signs.append(NAME_BIRTHDAY)
    if one.postal_code and one.postal_code == other.postal_code and _kana(one) and _kana(one) == _kana(other):
        same_street = bool(one.street) and search_key(one.street) == search_key(other.street)
        signs.append(KANA_ADDRESS if same_street else KANA_POSTAL)
    return sum(WEIGHTS[sign] for sign in signs), tuple(signs)


def pairs(session: Session, scope: Scope, limit: int = PAIRS_MAX) -> Sequence[Pair]:
    """The likeliest first; without those of whom somebody said that they are two people."""
    apart = {(low, high) for low, high in session.execute(select(MemberApart.low, MemberApart.high))}
    found: dict[tuple[int, int], Pair] = {}
    for group in _groups(session, scope, limit):
        for one, other in combinations(group, 2):
            key = (min(one.number, other.number), max(one.number, other.number))
            if key not in apart and key not in found:
                older, newer = sorted((one, other), key=lambda member: (member.joined, member.number))
                found[key] = Pair(older, newer, *compare(one, other))
    likely = [pair for pair in found.values() if pair.score >= LIKELY]
    return sorted(likely, key=lambda pair: (-pair.score, pair.one.number, pair.other.number))[:limit]


def keep_apart(session: Session, one: int, other: int, author: int, now_ms: int) -> None:
    """They are two people; nobody is asked again."""
    low, high = min(one, other), max(one, other)
    if session.get(MemberApart, (low, high)) is None:
        session.execute(insert(MemberApart), [{"low": low, "high": high, "author": author, "at_ms": now_ms}])


def _same(person: Person) -> Iterator[ColumnElement[bool]]:
    if person.phone:
        yield Member.phone == person.phone
    if person.email:
        yield Member.email == person.email
    key = search_key(person.family_kana + person.given_kana or person.family_name + person.given_name)
    if key:
        yield (Member.kana_key == key) & (
            ((Member.birthday == person.birthday) & (Member.birthday != ""))
            | ((Member.postal_code == person.postal_code) & (Member.postal_code != ""))
        )


def _groups(session: Session, scope: Scope, limit: int) -> Iterator[Sequence[Member]]:
    for columns in (
        (Member.phone,), (Member.email,), (Member.kana_key, Member.birthday), (Member.kana_key, Member.postal_code),
    ):  # fmt: skip
        told = [column != "" for column in columns]
        shared = (
            select(*columns)
            .where(visible(scope), *told)
            .group_by(*columns)
            .having(func.count().between(2, GROUP_MAX))
            .order_by(*columns)
            .limit(limit)
        )
        for values in session.execute(shared).all():
            same = [column == value for column, value in zip(columns, values, strict=True)]
            yield session.scalars(select(Member).where(visible(scope), *same).order_by(Member.number)).all()


def _kana(one: Person | Member) -> str:
    return search_key(one.family_kana + one.given_kana)


def _name(one: Person | Member) -> str:
    return search_key(one.family_name + one.given_name)

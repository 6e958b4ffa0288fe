"""Register, find and change members, and keep the terminals' copy of them fresh.

Who lists members asks for ``visible``: those of the reader's stores, without former numbers and erased ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.cards import service as cards
from server.db.bulk import add_rows, change_rows
from server.db.database import chunks
from server.feed import service as feed
from server.ledger import service as ledger
from server.members import finding, places
from server.members.models import LIVING, MERGED, Member, MemberChange, MemberStore, MemberTag
from server.members.values import Person, keys
from server.stores import service as stores
from shared.ids import MEMBER_NO_DIGITS, CardNo, MemberNo, make_member_no
from shared.sync.messages import FeedItem, MemberItem, PhoneMark, TombstoneItem
from shared.text.phone_mark import check_of, tail_of

FOUND_MAX = 50  # rows that a person still reads; the page says how many there are in all
EDITED, REGISTERED = "edit", "register"


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the search page."""

    member: Member
    cards: Sequence[int]
    balance: int
    last_day: str
    last_store: str


@dataclass(frozen=True, slots=True)
class Result:
    """``more``: further ones were not even counted."""

    count: int  # in all, of which ``found`` are the first
    found: Sequence[Found]
    more: bool = False


def visible(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``Member`` that it lives and one of the scope's stores knows it."""
    lives = Member.state == LIVING
    if scope.stores is None:
        return lives
    known = select(MemberStore.store).where(MemberStore.member == Member.number, scope.where(MemberStore.store))
    return lives & known.exists()


def register(
    session: Session,
    person: Person,
    card: CardNo | None,
    store: str,
    joined: str,
    now_ms: int,
    provisional: bool = False,
    author: int = 0,
) -> MemberNo:
    """A new member, with a card if one is given. Raises ``input.card_taken``."""
    number = _next_number(session)
    found_by, sorted_by = keys(number, person)
    member = Member(
        number=number, **asdict(person), rank="", joined=joined, store=store, since_ms=now_ms,
        search_key=found_by, kana_key=sorted_by, changed_ms=now_ms, provisional=provisional,
        state=LIVING, merged_into=0, last_visit="", may_mail=False, may_post=True, may_phone=True, may_print=True,
    )  # fmt: skip
    session.add(member)
    session.flush()
    finding.add(session, [(number, person)])
    add_rows(session, MemberStore, ("member", "store"), [(number, store)])
    note_change(session, number, REGISTERED, (), author, now_ms)
    if card is not None:
        hold(session, [card], number, store, now_ms)
    publish(session, [number], now_ms)
    return number


def is_told_twice(session: Session, person: Person, joined: str) -> bool:
    """Whether a member with all the same particulars joined on that day: a form sent twice."""
    same = [getattr(Member, name) == value for name, value in asdict(person).items()]
    lives = Member.state == LIVING
    return session.scalar(select(Member.number).where(lives, Member.joined == joined, *same).limit(1)) is not None


def change(
    session: Session, member: Member, person: Person, now_ms: int, author: int = 0, how: str = EDITED
) -> Sequence[str]:
    """Replace what is known of the person, who is then no longer provisional; the fields that differ."""
    before = person_of(member)
    changed = [name for name, value in asdict(person).items() if getattr(before, name) != value]
    member.provisional = False
    write(session, member, person, now_ms)
    if changed:
        note_change(session, member.number, how, changed, author, now_ms)
    publish(session, [member.number], now_ms)
    return changed


def write(session: Session, member: Member, person: Person, now_ms: int) -> None:
    """Particulars and what they are found by, nothing else."""
    for name, value in asdict(person).items():
        setattr(member, name, value)
    member.search_key, member.kana_key = keys(member.number, person)
    member.changed_ms = now_ms
    session.flush()
    finding.keep(session, [(member.number, person)])


def note_change(session: Session, member: int, how: str, fields: Collection[str], author: int, now_ms: int) -> None:
    """For the timeline: which fields, not what stood in them."""
    told = msgspec.json.encode(sorted(fields))
    session.add(MemberChange(member=member, how=how, fields=told, author=author, at_ms=now_ms))
    session.flush()


def person_of(member: Member) -> Person:
    return Person(**{name: getattr(member, name) for name in Person.__dataclass_fields__})


def give_card(session: Session, member: Member, card: CardNo, now_ms: int) -> None:
    """Raises ``input.card_taken``."""
    hold(session, [card], member.number, member.store, now_ms)
    publish(session, [member.number], now_ms)


def hold(session: Session, numbers: Collection[int], member: int, store: str, now_ms: int) -> None:
    """Cards get a holder, whom the stores of their visits then know. Raises ``input.card_taken``."""
    for card in numbers:
        cards.link(session, card, member, store, now_ms)
    places.note_cards(session, numbers)


def note_visits(session: Session, visits: Collection[str]) -> None:
    """Visits were booked; see ``places``."""
    places.note_visits(session, visits)


def find(session: Session, number: int, scope: Scope) -> Member | None:
    """A member of the scope, by number; by a former number the member that it leads to."""
    member = session.get(Member, living(session, [number]).get(number, number))
    if member is None or member.state != LIVING or not is_known(session, member.number, scope):
        return None
    return member


def is_known(session: Session, number: int, scope: Scope) -> bool:
    if scope.stores is None:
        return True
    known = select(MemberStore.store).where(MemberStore.member == number, scope.where(MemberStore.store))
    return session.scalar(known.limit(1)) is not None


def living(session: Session, numbers: Collection[int]) -> Mapping[int, int]:
    """Where former numbers lead to today: by number, only those that were merged into another."""
    wanted, leads = set(numbers), dict[int, int]()
    while wanted:
        rows = [
            (number, into)
            for piece in chunks(sorted(wanted))
            for number, into in session.execute(
                select(Member.number, Member.merged_into).where(Member.number.in_(piece), Member.state == MERGED)
            )
        ]
        leads.update(rows)
        wanted = {into for _, into in rows} - leads.keys()
    return {number: _end(leads, number) for number in numbers if number in leads}


def numbers_of(session: Session, number: int) -> Sequence[int]:
    """All numbers of one person, the one of today first: records under a former one stay as they are."""
    found, wanted = [number], [number]
    while wanted:
        wanted = list(session.scalars(select(Member.number).where(Member.merged_into.in_(wanted))))
        found += wanted
    return found


def count(session: Session, scope: Scope) -> int:
    return session.scalar(select(func.count()).select_from(Member).where(visible(scope))) or 0


def count_to(session: Session, scope: Scope, most: int) -> int:
    """As ``count``, but nobody counts beyond ``most``."""
    some = select(Member.number).where(visible(scope)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def count_joined(session: Session, day: str, scope: Scope) -> int:
    """Who joined on that day at one of the scope's stores."""
    joined = select(func.count()).select_from(Member).where(Member.joined == day, scope.where(Member.store))
    return session.scalar(joined) or 0


def search(session: Session, query: str, scope: Scope, limit: int = FOUND_MAX) -> Result:
    """Members whose name, kana, telephone or number begins with ``query``, in the order of their kana."""
    in_order = (Member.kana_key, Member.number)
    if not query.strip():
        members = session.scalars(select(Member).where(visible(scope)).order_by(*in_order).limit(limit)).all()
        return Result(count(session, scope), lines(session, members))
    match = finding.match(session, query, scope)
    members = session.scalars(
        select(Member).where(Member.number.in_(match.numbers)).order_by(*in_order).limit(limit)
    ).all()
    return Result(len(match.numbers), lines(session, members), match.more)


def names(session: Session, numbers: Collection[int]) -> Mapping[int, str]:
    """Names by member number."""
    return {
        member.number: member.name
        for piece in chunks(numbers)
        for member in session.scalars(select(Member).where(Member.number.in_(piece)))
    }


def names_of_cards(session: Session, numbers: Collection[int], scope: Scope) -> Mapping[int, tuple[int, str]]:
    """Member number and name by card number, for those cards that have a member of the scope."""
    holders = cards.holders(session, numbers)
    wanted = set(holders.values())
    known = {
        member.number: member.name
        for piece in chunks(wanted)
        for member in session.scalars(select(Member).where(Member.number.in_(piece), visible(scope)))
    }
    return {card: (member, known[member]) for card, member in holders.items() if member in known}


def tags(session: Session, numbers: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for piece in chunks(numbers):
        rows = select(MemberTag.member, MemberTag.tag).where(MemberTag.member.in_(piece)).order_by(MemberTag.tag)
        for member, tag in session.execute(rows):
            found[member].append(tag)
    return {member: tuple(map(str, held)) for member, held in found.items()}


def set_tags(session: Session, wanted: Mapping[int, Collection[int]], now_ms: int) -> Sequence[int]:
    """The segments that these members are in, whatever they were in before; who changed is told to the terminals."""
    held = tags(session, wanted)
    changed = [number for number, now in wanted.items() if {str(tag) for tag in now} != set(held.get(number, ()))]
    for piece in chunks(changed):
        session.execute(delete(MemberTag).where(MemberTag.member.in_(piece)))
    rows = [{"member": number, "tag": tag} for number in changed for tag in sorted(set(wanted[number]))]
    if rows:
        session.execute(insert(MemberTag), rows)
    publish(session, changed, now_ms)
    return changed


def publish(session: Session, numbers: Collection[int], now_ms: int) -> None:
    """Send the present state of these members to every terminal; who is gone is to be forgotten."""
    if not numbers:
        return
    owned = cards.of_members(session, numbers)
    all_cards = [card for held in owned.values() for card in held]
    visits, points = ledger.summaries(session, all_cards), ledger.balances(session, all_cards)
    store_names, tagged = stores.names(session), tags(session, numbers)
    items: dict[str, FeedItem] = {}
    came: list[tuple[str, int]] = []
    for piece in chunks(numbers):
        for member in session.scalars(select(Member).where(Member.number.in_(piece)).order_by(Member.number)):
            if member.state != LIVING:
                items[_topic(member.number)] = TombstoneItem(member.number)
                continue
            held = tuple(owned.get(member.number, ()))
            seen = ledger.total([visits[card] for card in held])
            if seen.last_day != member.last_visit:
                came.append((seen.last_day, member.number))
            items[_topic(member.number)] = MemberItem(
                member=member.number,
                name=member.name,
                kana=member.kana,
                rank=member.rank,
                memo=member.memo,
                visits=seen.visits,
                last_visit=seen.last_day,
                last_store=store_names.get(seen.last_store, ""),
                birthday=member.birthday,
                cards=held,
                phones=(PhoneMark(tail_of(member.phone), check_of(member.phone)),) if member.phone else (),
                balance=sum(points[card] for card in held),
                tags=tagged.get(member.number, ()),
                joined=member.joined,
            )
    _note_last_visits(session, came)
    feed.publish(session, items, now_ms)


def forget(session: Session, numbers: Collection[int], now_ms: int) -> None:
    """Terminals are told to forget members of whom no record is left."""
    feed.publish(session, {_topic(number): TombstoneItem(number) for number in numbers}, now_ms)


def lines(session: Session, members: Sequence[Member]) -> Sequence[Found]:
    """With what stands in other tables, in few questions."""
    owned = cards.of_members(session, [member.number for member in members])
    numbers = [card for held in owned.values() for card in held]
    points = ledger.balances(session, numbers)
    visits = ledger.summaries(session, numbers)
    store_names = stores.names(session)
    found = []
    for member in members:
        held = owned.get(member.number, ())
        last = ledger.total([visits[card] for card in held])
        balance = sum(points[card] for card in held)
        found.append(Found(member, held, balance, last.last_day, store_names.get(last.last_store, "")))
    return found


def _note_last_visits(session: Session, came: Sequence[tuple[str, int]]) -> None:
    """Straight into the table; what the session holds of these members is read again."""
    change_rows(session, Member, "number", ("last_visit",), came)
    for _, number in came:
        member = session.identity_map.get(session.identity_key(Member, number))
        if member is not None:
            session.expire(member, ["last_visit"])


def _end(leads: Mapping[int, int], number: int) -> int:
    while number in leads:
        number = leads[number]
    return number


def _topic(number: int) -> str:
    return f"member:{number}"


def _next_number(session: Session) -> MemberNo:
    """The check digit stands last, so the serial is the number without it."""
    highest = session.scalar(select(func.max(Member.number))) or 0
    return make_member_no(int(f"{highest:0{MEMBER_NO_DIGITS}d}"[:-1]) + 1)

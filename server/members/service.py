"""Register, find and change members, and keep the terminals' copy of them fresh."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cards import service as cards
from server.db.database import chunks
from server.feed import service as feed
from server.ledger import service as ledger
from server.members.models import Member
from server.members.values import Person, keys
from server.stores import service as stores
from shared.ids import MEMBER_NO_DIGITS, CardNo, MemberNo, make_member_no
from shared.sync.messages import FeedItem, MemberItem, PhoneMark
from shared.text.kana import search_key
from shared.text.phone_mark import check_of, tail_of

FOUND_MAX = 50  # rows that a person still reads; the page says how many there are in all


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
    count: int  # in all, of which ``found`` are the first
    found: Sequence[Found]


def register(
    session: Session,
    person: Person,
    card: CardNo | None,
    store: str,
    joined: str,
    now_ms: int,
    provisional: bool = False,
) -> MemberNo:
    """A new member, with a card if one is given. Raises ``input.card_taken``."""
    number = _next_number(session)
    found_by, sorted_by = keys(number, person)
    member = Member(
        number=number, **asdict(person), rank="", joined=joined, store=store,
        search_key=found_by, kana_key=sorted_by, changed_ms=now_ms, provisional=provisional,
    )  # fmt: skip
    session.add(member)
    session.flush()
    if card is not None:
        cards.link(session, card, number, store, now_ms)
    publish(session, [number], now_ms)
    return number


def is_told_twice(session: Session, person: Person, joined: str) -> bool:
    """Whether a member with all the same particulars joined on that day: a form sent twice."""
    same = [getattr(Member, name) == value for name, value in asdict(person).items()]
    return session.scalar(select(Member.number).where(Member.joined == joined, *same).limit(1)) is not None


def change(session: Session, member: Member, person: Person, now_ms: int) -> None:
    """Replace what is known of the person, who is then no longer provisional."""
    member.provisional = False
    for name, value in asdict(person).items():
        setattr(member, name, value)
    member.search_key, member.kana_key = keys(member.number, person)
    member.changed_ms = now_ms
    session.flush()
    publish(session, [member.number], now_ms)


def give_card(session: Session, member: Member, card: CardNo, now_ms: int) -> None:
    """Raises ``input.card_taken``."""
    cards.link(session, card, member.number, member.store, now_ms)
    publish(session, [member.number], now_ms)


def find(session: Session, number: int) -> Member | None:
    return session.get(Member, number)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Member)) or 0


def search(session: Session, query: str, limit: int = FOUND_MAX) -> Result:
    """Members whose name, kana, telephone or number contains ``query``, in the order of their kana."""
    folded = search_key(query)
    matches = Member.search_key.contains(folded, autoescape=True) if folded else Member.number > 0
    total = session.scalar(select(func.count()).select_from(Member).where(matches)) or 0
    members = session.scalars(select(Member).where(matches).order_by(Member.kana_key, Member.number).limit(limit)).all()
    return Result(total, _lines(session, members))


def names(session: Session, numbers: Collection[int]) -> Mapping[int, str]:
    """Names by member number."""
    return {
        member.number: member.name
        for piece in chunks(numbers)
        for member in session.scalars(select(Member).where(Member.number.in_(piece)))
    }


def names_of_cards(session: Session, numbers: Collection[int]) -> Mapping[int, tuple[int, str]]:
    """Member number and name by card number, for those cards that have a member."""
    holders = cards.holders(session, numbers)
    known = names(session, set(holders.values()))
    return {card: (member, known[member]) for card, member in holders.items()}


def publish(session: Session, numbers: Collection[int], now_ms: int) -> None:
    """Send the present state of these members to every terminal."""
    if not numbers:
        return
    owned = cards.of_members(session, numbers)
    all_cards = [card for held in owned.values() for card in held]
    visits, points = ledger.summaries(session, all_cards), ledger.balances(session, all_cards)
    store_names = stores.names(session)
    items: dict[str, FeedItem] = {}
    for piece in chunks(numbers):
        for member in session.scalars(select(Member).where(Member.number.in_(piece)).order_by(Member.number)):
            held = tuple(owned.get(member.number, ()))
            seen = ledger.total([visits[card] for card in held])
            items[f"member:{member.number}"] = MemberItem(
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
            )
    feed.publish(session, items, now_ms)


def _lines(session: Session, members: Sequence[Member]) -> Sequence[Found]:
    owned = cards.of_members(session, [member.number for member in members])
    numbers = [card for held in owned.values() for card in held]
    points = ledger.balances(session, numbers)
    visits = ledger.summaries(session, numbers)
    store_names = stores.names(session)
    lines = []
    for member in members:
        held = owned.get(member.number, ())
        last = ledger.total([visits[card] for card in held])
        balance = sum(points[card] for card in held)
        lines.append(Found(member, held, balance, last.last_day, store_names.get(last.last_store, "")))
    return lines


def _next_number(session: Session) -> MemberNo:
    """The check digit stands last, so the serial is the number without it."""
    highest = session.scalar(select(func.max(Member.number))) or 0
    return make_member_no(int(f"{highest:0{MEMBER_NO_DIGITS}d}"[:-1]) + 1)

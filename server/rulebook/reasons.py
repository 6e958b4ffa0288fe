"""Why a visit earned what it earned: what the terminal said, and whether head office comes to the same.

Head office never changes what a customer was told. It recomputes by the same rules with what it knows itself; where it
comes to another figure, that is a note for people: mostly the terminal had not been told something yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.benefits import service as benefits
from server.cards import service as cards
from server.db.bulk import add_rows
from server.db.database import chunks
from server.db.direct import Statement, among
from server.ledger.models import COUNTED, HONOURED, SALE, Visit
from server.members import service as members
from server.members.models import Member
from server.programs import service as programs
from server.rulebook.models import VisitReason
from server.sales import service as sales
from server.sales.models import SaleHead, SaleLine
from server.shop import service as shop
from shared.clock import local_time
from shared.errors import EnishiError
from shared.points.circumstances import Circumstances
from shared.points.conditions import Bought
from shared.points.earn import Explanation, explain
from shared.points.lanes import Earned, earn
from shared.points.price import keyed
from shared.points.program import Programme
from shared.points.why import RAIN, SEEN, Why, gifts_of, rows_of
from shared.sale.basket import Basket, Line
from shared.sale.earning import bought
from shared.sale.product import TaxRate
from shared.sale.rules import SaleRules

EXPLAINED_MAX = 50  # visits of one page
_why_decoder = msgspec.json.Decoder(Why)
_DUE = Statement(select(VisitReason.visit).where(among(VisitReason.visit, "visits"), VisitReason.gift_due.is_(True)))


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules may ask about a card's holder, as head office knows it."""

    rank: str = ""
    birthday: str = ""
    joined: str = ""
    tags: tuple[str, ...] = ()


NOBODY = Person()


@dataclass(frozen=True, slots=True)
class Past:
    """A visit and what was there before it: ``visits`` of the holder, ``last_day`` and ``earned_today`` of the card.

    ``rain``: whether the shop's switch was on at that moment, as far as head office knows.
    """

    visit: Visit
    goods: Basket
    person: Person = NOBODY
    is_known: bool = False
    visits: int = 0
    last_day: date | None = None
    earned_today: int = 0
    rain: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """``told``: as the customer was told. ``ours``: what head office comes to; None where it cannot say."""

    visit: Visit
    told: Explanation | None
    ours: Explanation | None

    @property
    def difference(self) -> int:
        """Points that head office would have given beyond those that were told."""
        return 0 if self.ours is None else self.ours.earn - self.visit.earn


def record(session: Session, reasons: Iterable[tuple[str, Why]]) -> None:
    """What terminals said of new visits."""
    rows = [(visit, msgspec.json.encode(why), bool(gifts_of(why))) for visit, why in reasons if why]
    if rows:
        add_rows(session, VisitReason, ("visit", "why", "gift_due"), rows)


def grant_gifts(session: Session, visits: Collection[str], now_ms: int) -> None:
    """What promotions hold ready for the next visit, once a visit counts; each once."""
    for piece in chunks(_DUE.column(session, visits=sorted(visits))):
        due = (
            select(Visit, VisitReason.why)
            .join(VisitReason, VisitReason.visit == Visit.visit)
            .where(Visit.visit.in_(piece), VisitReason.gift_due.is_(True), Visit.state.in_((COUNTED, HONOURED)))
        )
        for visit, why in session.execute(due).all():
            _grant(session, visit, _why_decoder.decode(why), now_ms)
            session.execute(update(VisitReason).where(VisitReason.visit == visit.visit).values(gift_due=False))


def _grant(session: Session, visit: Visit, why: Why, now_ms: int) -> None:
    programme = programs.version(session, visit.programme) or Programme()
    gifts = {one.id: one.benefits.gift for one in programme.promotions}
    today = date.fromisoformat(visit.business_day)
    for number in gifts_of(why):
        try:
            benefits.grant(session, visit.card, gifts.get(number, ""), "", 0, today, now_ms, ALL)
        except EnishiError:
            continue  # a card that was stopped meanwhile, or that has more than a counter asks about


def of_visits(session: Session, numbers: Collection[int], limit: int = EXPLAINED_MAX) -> Sequence[Reason]:
    """The newest counted sales of one person's cards, each with its sentence."""
    wanted = (Visit.card.in_(list(numbers))) & (Visit.kind == SALE) & Visit.state.in_((COUNTED, HONOURED))
    newest = session.scalars(select(Visit).where(wanted).order_by(Visit.at_ms.desc()).limit(limit)).all()
    since = min((visit.business_day for visit in newest), default="")
    past = {one.visit.visit: one for one in pasts(session, numbers, since)}
    told = _told(session, [visit.visit for visit in newest])
    rules = shop.settings(session).sale_rules
    versions: dict[int, Programme | None] = {}
    found = []
    for visit in newest:
        if visit.programme not in versions:
            versions[visit.programme] = programs.version(session, visit.programme)
        found.append(reason(versions[visit.programme], past[visit.visit], told.get(visit.visit, ()), rules))
    return found


def reason(programme: Programme | None, past: Past, why: Why, rules: SaleRules) -> Reason:
    """``programme``: the version that priced it; None: nobody knows it any more (an import)."""
    if programme is None or programme.version != past.visit.programme:
        return Reason(past.visit, None, None)
    sold = sold_of(programme, past, rules)
    earned = recomputed(programme, past, rules, why)
    told = explain(programme, sold.basis_yen, past.visit.earn, why)
    ours = explain(programme, sold.basis_yen, earned.points, earned.why)
    return Reason(past.visit, told if past.visit.earn or why else None, ours)


def recomputed(programme: Programme, past: Past, rules: SaleRules, why: Why = ()) -> Earned:
    """By the same rules with what head office knows; the hour and the weather are the terminal's word, if ``why`` has
    them: a counter may have had its switch on or off before any other heard of it."""
    visit, person = past.visit, past.person
    seen, rain = next(rows_of(why, SEEN), None), next(rows_of(why, RAIN), None)
    at = local_time(visit.at_ms)
    known = Circumstances(
        minute=seen[1] if seen else at.hour * 60 + at.minute,
        store=visit.store,
        rank=person.rank,
        birthday=person.birthday,
        visits=past.visits if past.is_known else -1,
        joined=person.joined,
        tags=person.tags,
        last_day=past.last_day,
        is_first=visit.issue and not past.visits,
        earned_today=past.earned_today,
        rain=past.rain if rain is None else rain[1] == 1,
    )
    return earn(programme, sold_of(programme, past, rules), date.fromisoformat(visit.business_day), known)


def sold_of(programme: Programme, past: Past, rules: SaleRules) -> Bought:
    """The sale as the rules see it."""
    visit = past.visit
    if past.goods.lines:
        return bought(programme, past.goods, rules, visit.discount_yen)
    return keyed(programme, visit.amount_yen, visit.discount_yen)


def pasts(session: Session, numbers: Collection[int], since: str = "") -> Sequence[Past]:
    """Counted visits of the cards of one person (or of one card), the oldest first, each with what was before it.

    ``since``: only those of this ISO day and later; what was before counts all the same, and is only counted.
    """
    counted = Visit.card.in_(list(numbers)) & Visit.state.in_((COUNTED, HONOURED))
    in_order = (Visit.at_ms, Visit.gen, Visit.seq)
    brief = select(Visit.visit, Visit.card, Visit.business_day, Visit.kind, Visit.earn).where(counted)
    wanted = {one.visit: one for one in session.scalars(select(Visit).where(counted, Visit.business_day >= since))}
    goods, rain = baskets(session, wanted), programs.rain_since(session, since)
    holders = cards.holders(session, numbers)
    person = people(session, set(holders.values()))
    found, last, today = [], dict[int, str](), dict[tuple[int, str], int]()
    for number, (name, card, day, kind, earned) in enumerate(session.execute(brief.order_by(*in_order))):
        if name in wanted:
            holder = holders.get(card, 0)
            found.append(
                Past(
                    wanted[name], goods.get(name, Basket()), person.get(holder, NOBODY), holder in person, number,
                    date.fromisoformat(last[card]) if card in last else None, today.get((card, day), 0),
                    _rained(rain, wanted[name]),
                )
            )  # fmt: skip
        last[card] = day
        today[card, day] = today.get((card, day), 0) + (earned if kind == SALE else 0)
    return found


def _rained(rain: Mapping[tuple[str, str], int], visit: Visit) -> bool:
    """Only from the moment on at which somebody said so."""
    since = [rain[visit.business_day, store] for store in ("", visit.store) if (visit.business_day, store) in rain]
    return any(at_ms <= visit.at_ms for at_ms in since)


def people(session: Session, numbers: Collection[int]) -> Mapping[int, Person]:
    tags = members.tags(session, numbers)
    return {
        member.number: Person(member.rank, member.birthday, member.joined, tags.get(member.number, ()))
        for piece in chunks(numbers)
        for member in session.scalars(select(Member).where(Member.number.in_(piece)))
    }


def baskets(session: Session, visits: Collection[str]) -> Mapping[str, Basket]:
    """The goods of visits that have any."""
    lines = sales.lines_of(session, visits)
    discounts: dict[str, int] = {}
    for piece in chunks(visits):
        heads = select(SaleHead.visit, SaleHead.discount_yen).where(SaleHead.visit.in_(piece))
        discounts.update(dict(session.execute(heads).all()))
    return {visit: Basket(tuple(map(_line, rows)), discounts.get(visit, 0)) for visit, rows in lines.items() if rows}


def _line(row: SaleLine) -> Line:
    tax = TaxRate(row.tax) if row.tax in TaxRate._value2member_map_ else TaxRate.STANDARD
    return Line(row.code, row.name, row.category, row.unit_yen, row.quantity, tax, row.discount_yen, row.earns)


def _told(session: Session, visits: Collection[str]) -> Mapping[str, Why]:
    return {
        row.visit: _why_decoder.decode(row.why)
        for piece in chunks(visits)
        for row in session.scalars(select(VisitReason).where(VisitReason.visit.in_(piece)))
    }

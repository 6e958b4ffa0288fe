"""Whom a rule means, worked out slowly from the rows themselves and from what the words of the rule mean. It shares no
line with the product's own way: it knows rules only as data."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from itertools import pairwise
from statistics import median_low
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.segments.rules import All, Is, Not, Period, Rule, Window
from server.segments.rules import Any as AnyOf
from shared.points.holidays import holidays
from shared.text import kana

_COUNTED = """
    SELECT visit, card, business_day, at_ms, store, kind, refund_of, amount_yen, earn, redeem FROM visit
    WHERE state = 'counted'
"""
FOREVER = (date.min, date.max)


@dataclass(slots=True)
class Visit:
    key: str
    day: date
    minute: int
    store: str
    refund: bool
    amount: int
    earn: int
    redeem: int
    back: int = 0  # given back of it later
    lines: list[tuple[str, str, int, int, int]] = field(default_factory=list)  # code, category, unit, quantity, off


@dataclass
class Person:
    row: Mapping[str, Any]
    visits: list[Visit] = field(default_factory=list)
    lots: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    own: dict[int, tuple[str, int]] = field(default_factory=dict)
    homes: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)

    @cached_property
    def days(self) -> list[date]:
        return sorted({visit.day for visit in self.visits if not visit.refund})


class Oracle:
    """All rows of one head office, read once."""

    def __init__(self, session: Session, today: date) -> None:
        self.today = today
        self.people: dict[int, Person] = {}
        self._spans: dict[Period, tuple[date, date]] = {}
        for row in session.execute(text("SELECT * FROM member WHERE state = ''")).mappings():
            self.people[row["number"]] = Person(dict(row))
        for member, number, told, figure in session.execute(
            text("SELECT member, attribute, text, number FROM member_attribute")
        ):
            self.people[member].own[number] = (told, figure)
        for member, store in session.execute(text("SELECT member, store FROM member_store")):
            self.people[member].stores.add(store)
        for member, kind in session.execute(
            text("SELECT m.member, h.kind FROM household_member m, household h WHERE h.id = m.household")
        ):
            self.people[member].homes.add(kind)
        self._books(session)

    def _books(self, session: Session) -> None:
        holders = {card: member for card, member in session.execute(text("SELECT number, member FROM card")) if member}
        visits: dict[str, Visit] = {}
        rows = session.execute(text(_COUNTED)).all()
        for key, card, day, at_ms, store, kind, _, amount, earn, redeem in rows:
            if card in holders:
                moment = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=9)
                visit = Visit(
                    key,
                    date.fromisoformat(day),
                    moment.hour * 60 + moment.minute,
                    store,
                    kind == "refund",
                    amount,
                    earn,
                    redeem,
                )
                visits[key] = visit
                self.people[holders[card]].visits.append(visit)
        for row in rows:
            if row.kind == "refund" and row.refund_of in visits:
                visits[row.refund_of].back += row.amount_yen
        for visit, code, category, unit, quantity, off in session.execute(
            text("SELECT visit, code, category, unit_yen, quantity, discount_yen FROM sale_line")
        ):
            if visit in visits:
                visits[visit].lines.append((code, category, unit, quantity, off))
        for card, month, points in session.execute(text("SELECT card, month, points FROM entry")):
            if card in holders:
                self.people[holders[card]].lots[month] += points

    def who(self, rule: Rule, stores: Collection[str] | None = None) -> set[int]:
        """The numbers of everybody in the stores to whom it applies."""
        seen = {number for number, one in self.people.items() if stores is None or one.stores & set(stores)}
        return self._who(rule, seen, seen)

    def _who(self, rule: Rule, among: set[int], seen: set[int]) -> set[int]:
        """Of ``among``; ``seen`` is everybody whom the asker sees."""
        match rule:
            case All():
                for one in rule.rules:
                    among = self._who(one, among, seen)
                return among
            case AnyOf():
                found: set[int] = set()
                for one in rule.rules:
                    found |= self._who(one, among - found, seen)
                return found
            case Not():
                return among - self._who(rule.rule, among, seen)
            case Is():
                if rule.field == "sales_top":
                    return among & self._top(rule, seen)
                return {number for number in among if self._applies(rule, self.people[number])}

    def _applies(self, rule: Is, one: Person) -> bool:
        if rule.field.startswith("own:"):
            return self._own(rule, one)
        if rule.field in _TEXTS:
            return _text(rule, _TEXTS[rule.field](one.row))
        return bool(getattr(self, "_" + rule.field)(rule, one))

    # --- the person --------------------------------------------------------------------------------------------------

    def _own(self, rule: Is, one: Person) -> bool:
        told = one.own.get(int(rule.field.removeprefix("own:")))
        if rule.op == "blank":
            return told is None
        if rule.op == "none":
            return told is None or told[0] not in rule.values
        if told is None:
            return False
        match rule.op:
            case "filled":
                return True
            case "any":
                return told[0] in rule.values
            case "yes":
                return told[1] == 1
            case "no":
                return told[1] == 0
            case "between":
                return _inside(rule, told[1])
            case "in":
                return self._in(rule.window.period, date.fromisoformat(told[0]))
        return _text(rule, told[0])

    def _birth_month(self, rule: Is, one: Person) -> bool:
        born = one.row["birthday"]
        return (bool(born) and str(int(born[5:7])) in rule.values) == (rule.op == "any")

    def _age(self, rule: Is, one: Person) -> bool:
        if not one.row["birthday"]:
            return False
        born = date.fromisoformat(one.row["birthday"])
        had = (self.today.month, self.today.day) >= (born.month, born.day)
        return _inside(rule, self.today.year - born.year - (not had))

    def _birthday_within(self, rule: Is, one: Person) -> bool:
        if not one.row["birthday"]:
            return False
        return _inside(rule, _days_to(one.row["birthday"][5:], self.today))

    def _household(self, rule: Is, one: Person) -> bool:
        found = bool(one.homes & set(rule.values)) or ("" in rule.values and not one.homes)
        return found == (rule.op == "any")

    def _joined(self, rule: Is, one: Person) -> bool:
        return rule.op == "in" and self._in(rule.window.period, date.fromisoformat(one.row["joined"]))

    def _store(self, rule: Is, one: Person) -> bool:
        return (one.row["store"] in rule.values) == (rule.op == "any")

    def _rank(self, rule: Is, one: Person) -> bool:
        return (one.row["rank"] in rule.values) == (rule.op == "any")

    def _flag(self, rule: Is, one: Person) -> bool:
        return bool(one.row[rule.field]) == (rule.op == "yes")

    _provisional = _may_print = _may_mail = _may_post = _may_phone = _flag

    # --- visits ------------------------------------------------------------------------------------------------------

    def _first_visit(self, rule: Is, one: Person) -> bool:
        return self._day(rule, one.days[:1])

    def _last_visit(self, rule: Is, one: Person) -> bool:
        return self._day(rule, one.days[-1:])

    def _day(self, rule: Is, days: list[date]) -> bool:
        if rule.op == "blank":
            return not days
        return bool(days) and self._in(rule.window.period, days[0])

    def _days_since(self, rule: Is, one: Person) -> bool:
        days = one.days
        return bool(days) and _inside(rule, (self.today - days[-1]).days)

    def _lifecycle(self, rule: Is, one: Person) -> bool:
        return (self.lifecycle(one) in rule.values) == (rule.op == "any")

    def lifecycle(self, one: Person) -> str:
        days, count = one.days, sum(not visit.refund for visit in one.visits)
        if not days:
            return "new" if (self.today - date.fromisoformat(one.row["joined"])).days <= 60 else "lapsed"
        away = (self.today - days[-1]).days
        gaps = [(after - before).days for before, after in pairwise(days)]
        usual = max(median_low(gaps) if gaps else 30, 7)
        if count < 3 and away <= 60:
            return "new"
        return "good" if away <= 1.5 * usual else "lapsing" if away <= 3 * usual else "lapsed"

    def _counted(self, window: Window, one: Person) -> list[Visit]:
        return [visit for visit in one.visits if self._matches(window, visit)]

    def _matches(self, window: Window, visit: Visit) -> bool:
        first, last = self._span(window.period)
        if not first <= visit.day <= last or (window.stores and visit.store not in window.stores):
            return False
        if window.weekdays:
            is_holiday = 7 in window.weekdays and visit.day in holidays(visit.day.year)
            if visit.day.weekday() not in window.weekdays and not is_holiday:
                return False
        if window.start == window.until:
            return True
        if window.start < window.until:
            return window.start <= visit.minute < window.until
        return visit.minute >= window.start or visit.minute < window.until

    def _visits(self, rule: Is, one: Person) -> bool:
        return _inside(rule, sum(not visit.refund for visit in self._counted(rule.window, one)))

    def _sales(self, rule: Is, one: Person) -> bool:
        return _inside(rule, self._spent(rule.window, one))

    def _spent(self, window: Window, one: Person) -> int:
        return sum(-visit.amount if visit.refund else visit.amount for visit in self._counted(window, one))

    def _sale(self, rule: Is, one: Person) -> bool:
        sold = [visit for visit in self._counted(rule.window, one) if not visit.refund]
        return any(_inside(rule, visit.amount - visit.back) for visit in sold)

    def _top(self, rule: Is, seen: set[int]) -> set[int]:
        spent = {number: self._spent(rule.window, self.people[number]) for number in seen}
        spent = {number: yen for number, yen in spent.items() if yen > 0}
        assert rule.low is not None
        places = rule.low if rule.op == "first" else -(-len(spent) * rule.low // 100)
        ranked = sorted(spent.values(), reverse=True)[:places]
        return {number for number, yen in spent.items() if ranked and yen >= ranked[-1]}

    def _bought(self, rule: Is, one: Person) -> list[tuple[str, str, int, int, int]]:
        window = rule.window
        low, high = window.unit_low or 0, 1 << 60 if window.unit_high is None else window.unit_high
        return [
            line
            for visit in self._counted(window, one)
            if not visit.refund
            for line in visit.lines
            if (not window.codes or line[0] in window.codes)
            and (not window.categories or line[1] in window.categories)
            and low <= line[2] <= high
        ]

    def _goods_yen(self, rule: Is, one: Person) -> bool:
        return _inside(rule, sum(unit * quantity - off for _, _, unit, quantity, off in self._bought(rule, one)))

    def _goods_count(self, rule: Is, one: Person) -> bool:
        return _inside(rule, sum(line[3] for line in self._bought(rule, one)))

    # --- points ------------------------------------------------------------------------------------------------------

    def _points(self, rule: Is, one: Person) -> bool:
        return _inside(rule, sum(one.lots.values()))

    def _points_expiring(self, rule: Is, one: Person) -> bool:
        first, last = self._span(rule.window.period)
        due = 0
        for month, points in one.lots.items():
            if month:
                following = date(2024 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
                ends = following - timedelta(days=1)
                due += points if max(first, self.today) <= ends <= last else 0
        return _inside(rule, due)

    def _points_earned(self, rule: Is, one: Person) -> bool:
        found = self._counted(rule.window, one)
        return _inside(rule, sum(-visit.redeem if visit.refund else visit.earn for visit in found))

    def _points_used(self, rule: Is, one: Person) -> bool:
        found = self._counted(rule.window, one)
        return _inside(rule, sum(-visit.earn if visit.refund else visit.redeem for visit in found))

    # --- days --------------------------------------------------------------------------------------------------------

    def _in(self, period: Period, day: date) -> bool:
        first, last = self._span(period)
        return first <= day <= last

    def _span(self, period: Period) -> tuple[date, date]:
        if period not in self._spans:
            self._spans[period] = self._worked_out(period)
        return self._spans[period]

    def _worked_out(self, period: Period) -> tuple[date, date]:
        today = self.today
        months = {"this_month": (today.year, today.month), "month_last_year": (today.year - 1, today.month)}
        months["last_month"] = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
        if period.kind in months:
            year, month = months[period.kind]
            after = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), after - timedelta(days=1)
        match period.kind:
            case "last_days":
                return today - timedelta(days=period.days - 1), today
            case "next_days":
                return today, today + timedelta(days=period.days)
            case "today":
                return today, today
            case "this_year":
                return date(today.year, 1, 1), date(today.year, 12, 31)
            case "last_year":
                return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
            case "between":
                first = date.fromisoformat(period.first) if period.first else date.min
                return first, date.fromisoformat(period.last) if period.last else date.max
        return FOREVER


def _digits(told: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", told) if sign in "0123456789")


search_key = cache(kana.search_key)  # the same names are folded for every rule

Told = tuple[str, Callable[[str], str]]  # what stands there, and how a wanted text is folded to be like it
_TEXTS: Mapping[str, Callable[[Mapping[str, Any]], Told]] = {
    "name": lambda row: (search_key(row["family_name"] + row["given_name"]), search_key),
    "kana": lambda row: (search_key(row["family_kana"] + row["given_kana"]), search_key),
    "search": lambda row: (row["search_key"], search_key),
    "city": lambda row: (search_key(row["city"]), search_key),
    "street": lambda row: (search_key(row["street"]), search_key),
    "memo": lambda row: (search_key(row["memo"]), search_key),
    "phone": lambda row: (row["phone"], _digits),
    "postal_code": lambda row: (row["postal_code"], _digits),
    "prefecture": lambda row: (row["prefecture"], str),
    "email": lambda row: (row["email"].lower(), str.lower),
}


@cache
def _days_to(birthday: str, today: date) -> int:
    """Until the next birthday, "MM-DD"; that of a leap day is a day earlier in other years."""
    for ahead in range(367):
        day = today + timedelta(days=ahead)
        leap = day.year % 4 == 0 and (day.year % 100 or day.year % 400 == 0)
        kept = "02-28" if birthday == "02-29" and not leap else birthday
        if day.isoformat()[5:] == kept:
            return ahead
    raise AssertionError


def _text(rule: Is, told: Told | str) -> bool:
    stands, fold = (told, str) if isinstance(told, str) else told
    wanted = [fold(value) for value in rule.values if fold(value)]
    match rule.op:
        case "blank":
            return not stands
        case "filled":
            return bool(stands)
        case "is":
            return stands in wanted
        case "contains":
            return any(one in stands for one in wanted)
    return any(stands.startswith(one) for one in wanted)


def _inside(rule: Is, figure: int) -> bool:
    return (rule.low is None or figure >= rule.low) and (rule.high is None or figure <= rule.high)

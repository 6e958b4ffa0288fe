"""From a rule to a question for the columnar copy. Values travel as parameters, never as SQL."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from server.access.scope import Scope
from server.segments import periods
from server.segments.fields import OWN, Field, Kind, field_of
from server.segments.models import FIXED
from server.segments.rules import DEPTH_MAX, HOLIDAY, All, Is, Not, Rule, Window
from server.segments.rules import Any as AnyOf
from shared.clock import card_month
from shared.errors import EnishiError
from shared.text.kana import search_key

NEW_D = 60  # since joining, or since the last of fewer than NEW_VISITS visits
NEW_VISITS = 3
GAP_D = 30  # of somebody who has come on one day only
GAP_MIN_D = 7  # whoever comes daily is not missed after two days
LEAP_DAY = 229
YEAR_D = 366
_FOLDED = ("name", "kana", "city", "street", "memo", "search")
_COLUMNS = {"name": "name_key", "kana": "kana_key", "search": "search_key"}
_DIGITS = ("phone", "postal_code")
_GOODS = {"goods_yen": "sum(yen)", "goods_count": "sum(quantity)"}
_VISITS = {
    "visits": "count(*) FILTER (NOT refund)", "sales": "sum(amount)", "points_earned": "sum(earned)",
    "points_used": "sum(used)",
}  # fmt: skip
_HABITS = {"visits": "coalesce(h.visits, 0)", "sales": "coalesce(h.sales, 0)"}
EVER = Window()
# Twice the days since the last visit against three and six times the own middle gap: half as long again, and thrice.
_SINCE = "date_diff('day', h.last_day, {today})"
_GAP = f"greatest(coalesce(h.gap, {GAP_D}), {GAP_MIN_D})"
LIFECYCLE = f"""(CASE
    WHEN h.last_day IS NULL THEN CASE WHEN m.joined >= {{today}} - {NEW_D} THEN 'new' ELSE 'lapsed' END
    WHEN h.visits < {NEW_VISITS} AND {_SINCE} <= {NEW_D} THEN 'new'
    WHEN 2 * {_SINCE} <= 3 * {_GAP} THEN 'good'
    WHEN {_SINCE} <= 3 * {_GAP} THEN 'lapsing'
    ELSE 'lapsed' END)"""


@dataclass(frozen=True, slots=True)
class Named:
    """Another segment, as far as a rule needs it."""

    kind: str
    rule: Rule


Resolve = Callable[[int], Named | None]


@dataclass(slots=True)
class Asker:
    """Gathers one question. ``values``: its parameters by name."""

    today: date
    scope: Scope
    own: Mapping[str, Field]
    segments: Resolve
    values: dict[str, Any] = field(default_factory=dict)
    inside: tuple[int, ...] = ()

    def members(self, rule: Rule) -> str:
        """A query for m.* of everybody in the scope to whom the rule applies."""
        condition = self.condition(rule)
        habits = " LEFT JOIN habit h ON h.member = m.number" if "h." in condition else ""
        return f"FROM member m{habits} WHERE {self._visible()} AND {condition}"

    def condition(self, rule: Rule) -> str:
        match rule:
            case All():
                return "(" + " AND ".join(self.condition(one) for one in rule.rules) + ")" if rule.rules else "TRUE"
            case AnyOf():
                return "(" + " OR ".join(self.condition(one) for one in rule.rules) + ")" if rule.rules else "FALSE"
            case Not():
                return f"(NOT {self.condition(rule.rule)})"
            case Is():
                return self._is(rule)

    def _is(self, rule: Is) -> str:
        asked = field_of(rule.field, self.own)
        if asked.name.startswith(OWN):
            return self._own(asked, rule)
        special = _SPECIAL.get(asked.name)
        if special is not None:
            return special(self, rule)
        match asked.kind:
            case Kind.TEXT:
                return self._text(asked.name, rule)
            case Kind.FLAG:
                return f"m.{asked.name}" if rule.op == "yes" else f"NOT m.{asked.name}"
            case Kind.DAY:
                return self._day(f"m.{asked.name}", rule)
            case Kind.CHOICE:
                return self._choice(f"m.{asked.name} IN ({self._list(rule.values)})", rule)
            case _:
                return self._counted(asked.name, rule)

    # --- profile -----------------------------------------------------------------------------------------------------

    def _text(self, name: str, rule: Is) -> str:
        column = f"m.{_COLUMNS.get(name, name)}"
        if rule.op in ("blank", "filled"):
            return f"{column} {'=' if rule.op == 'blank' else '<>'} ''"
        wanted = [_needle(name, value) for value in rule.values]
        return self._matches(column, rule.op, [one for one in wanted if one])

    def _matches(self, column: str, op: str, wanted: list[str]) -> str:
        if op == "is":
            return f"{column} IN ({self._list(wanted)})" if wanted else "FALSE"
        ask = "contains" if op == "contains" else "starts_with"
        return "(" + (" OR ".join(f"{ask}({column}, {self._put(one)})" for one in wanted) or "FALSE") + ")"

    def _day(self, column: str, rule: Is) -> str:
        if rule.op == "blank":
            return f"{column} IS NULL"
        return _known(f"{column} BETWEEN {self._span(rule.window)}")

    def _age(self, rule: Is) -> str:
        years = "({today} - (year(m.birthday) * 10000 + m.birth_md)) // 10000"
        today = self.today.year * 10_000 + self.today.month * 100 + self.today.day
        return _known(self._range(years.format(today=today), rule))

    def _birthday_within(self, rule: Is) -> str:
        """A birthday that comes earlier comes again later in the year, so the earlier days are taken away."""
        low, high = rule.low or 0, YEAR_D if rule.high is None else min(rule.high, YEAR_D)
        marks = self._birthdays(low, high) - self._birthdays(0, low - 1)
        return _known(f"m.birth_md IN ({', '.join(map(str, sorted(marks)))})") if marks else "FALSE"

    def _birthdays(self, first: int, last: int) -> set[int]:
        """Those kept so many days from now, as month and day; 29 February is kept on the 28th in other years."""
        days = [self.today + timedelta(days=ahead) for ahead in range(first, min(last, YEAR_D) + 1)]
        marks = {day.month * 100 + day.day for day in days}
        is_moved = any((day.month, day.day) == (2, 28) and not _is_leap(day.year) for day in days)
        return marks | {LEAP_DAY} if is_moved else marks

    def _birth_month(self, rule: Is) -> str:
        months = ", ".join(str(int(value)) for value in rule.values)
        return self._choice(_known(f"m.birth_month IN ({months})"), rule)

    def _household(self, rule: Is) -> str:
        kinds = [value for value in rule.values if value]
        parts = [f"m.number IN (SELECT member FROM house WHERE kind IN ({self._list(kinds)}))"] if kinds else []
        if "" in rule.values:
            parts.append("m.number NOT IN (SELECT member FROM house)")
        return self._choice("(" + " OR ".join(parts) + ")", rule)

    def _own(self, asked: Field, rule: Is) -> str:
        told = f"SELECT member FROM own WHERE attribute = {int(asked.name.removeprefix(OWN))}"
        if rule.op == "blank":
            return f"m.number NOT IN ({told} AND text <> '')"
        if rule.op == "filled":
            return f"m.number IN ({told} AND text <> '')"
        match asked.kind:
            case Kind.NUMBER:
                condition = self._range("number", rule)
            case Kind.FLAG:
                condition = f"number = {1 if rule.op == 'yes' else 0}"
            case Kind.DAY:
                condition = f"try_cast(text AS DATE) BETWEEN {self._span(rule.window)}"
            case Kind.CHOICE:
                found = f"m.number IN ({told} AND text IN ({self._list(rule.values)}))"
                return self._choice(found, rule)
            case _:
                condition = self._matches("text", rule.op, [value for value in rule.values if value])
        return f"m.number IN ({told} AND {condition})"

    def _choice(self, condition: str, rule: Is) -> str:
        return condition if rule.op == "any" else f"(NOT {condition})"

    # --- visits and points -------------------------------------------------------------------------------------------

    def _counted(self, name: str, rule: Is) -> str:
        """A figure of visits or goods; somebody without any has 0. What is known of everybody is not added up again."""
        if name in _HABITS and rule.window == EVER:
            return self._range(_HABITS[name], rule)
        table, value = ("line", _GOODS[name]) if name in _GOODS else ("visit", _VISITS[name])
        return self._within(f"FROM {table} WHERE member > 0{self._window(rule.window)}", value, rule)

    def _within(self, source: str, value: str, rule: Is) -> str:
        low, high = rule.low or 0, rule.high
        if low > 0:
            return f"m.number IN (SELECT member {source} GROUP BY member HAVING {self._range(value, rule)})"
        if high is None:
            outside = f"{value} < 0" if rule.low is not None else "FALSE"
        else:
            outside = f"NOT ({self._range(value, rule)})"
        return f"m.number NOT IN (SELECT member {source} GROUP BY member HAVING {outside})"

    def _sale(self, rule: Is) -> str:
        """One visit, less what was given back of it."""
        source = f"FROM visit WHERE member > 0 AND NOT refund{self._window(rule.window)}"
        return f"m.number IN (SELECT member {source} AND {self._range('net', rule)})"

    def _top(self, rule: Is) -> str:
        """The first so many of the scope by what they bought; who bought as much as the last of them is in, too."""
        spent = f"""SELECT member, sum(amount) AS yen FROM visit WHERE member > 0{self._window(rule.window)}
            GROUP BY member HAVING sum(amount) > 0"""
        seen = f"SELECT m.number FROM member m WHERE {self._visible()}"
        low = int(rule.low or 0)
        limit = str(low) if rule.op == "first" else f"ceil(count(*) OVER () * {low} / 100.0)"
        ranked = f"""SELECT member, rank() OVER (ORDER BY yen DESC) AS place, {limit} AS most
            FROM ({spent}) WHERE member IN ({seen})"""
        return f"m.number IN (SELECT member FROM ({ranked}) WHERE place <= most)"

    def _points(self, rule: Is) -> str:
        return self._within("FROM lot WHERE member > 0", "sum(points)", rule)

    def _expiring(self, rule: Is) -> str:
        first, last = periods.span(rule.window.period, self.today)
        first = max(first, self.today.isoformat())
        months = f"month > 0 AND month >= {_month(first)} AND month <= {_month_ended(last)}"
        return self._within(f"FROM lot WHERE member > 0 AND {months}", "sum(points)", rule)

    def _days_since(self, rule: Is) -> str:
        return _known(self._range(_SINCE.format(today=self._today()), rule))

    def _lifecycle(self, rule: Is) -> str:
        return self._choice(f"({LIFECYCLE.format(today=self._today())}) IN ({self._list(rule.values)})", rule)

    def _segment(self, rule: Is) -> str:
        parts = [self._in_segment(value) for value in rule.values]
        return self._choice("(" + " OR ".join(parts) + ")", rule)

    def _in_segment(self, value: str) -> str:
        number = int(value) if value.isascii() and value.isdigit() else 0
        named = self.segments(number)
        if named is None:
            raise EnishiError("segment.field", value=value[:20])
        if named.kind == FIXED:
            return f"m.number IN (SELECT member FROM fixed WHERE segment = {number})"
        if number in self.inside or len(self.inside) >= DEPTH_MAX:
            raise EnishiError("segment.circle")
        self.inside = (*self.inside, number)
        condition = self.condition(named.rule)
        self.inside = self.inside[:-1]
        return condition

    # --- pieces ------------------------------------------------------------------------------------------------------

    def _window(self, window: Window) -> str:
        parts = []
        if window.period.kind != "all":
            parts.append(f"day BETWEEN {self._span(window)}")
        if window.stores:
            parts.append(f"store IN ({self._list(window.stores)})")
        if window.weekdays:
            parts.append(_weekdays(window.weekdays))
        if window.start < window.until:
            parts.append(f"minute >= {window.start} AND minute < {window.until}")
        elif window.start > window.until:
            parts.append(f"(minute >= {window.start} OR minute < {window.until})")
        if window.categories:
            parts.append(f"category IN ({self._list(window.categories)})")
        if window.codes:
            parts.append(f"code IN ({self._list(window.codes)})")
        if window.unit_low is not None:
            parts.append(f"unit_yen >= {int(window.unit_low)}")
        if window.unit_high is not None:
            parts.append(f"unit_yen <= {int(window.unit_high)}")
        return "".join(f" AND {part}" for part in parts)

    def _span(self, window: Window) -> str:
        first, last = periods.span(window.period, self.today)
        return f"DATE '{date.fromisoformat(first)}' AND DATE '{date.fromisoformat(last)}'"

    def _today(self) -> str:
        return f"DATE '{self.today}'"

    def _range(self, value: str, rule: Is) -> str:
        parts = [f"{value} >= {int(rule.low)}"] if rule.low is not None else []
        parts += [f"{value} <= {int(rule.high)}"] if rule.high is not None else []
        return "(" + " AND ".join(parts) + ")"

    def _visible(self) -> str:
        if self.scope.stores is None:
            return "TRUE"
        if not self.scope.stores:
            return "FALSE"
        return f"m.number IN (SELECT member FROM known WHERE store IN ({self._list(sorted(self.scope.stores))}))"

    def _list(self, values: Any) -> str:
        return ", ".join(self._put(value) for value in values) or "NULL"

    def _put(self, value: str) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


_SPECIAL: Mapping[str, Callable[[Asker, Is], str]] = {
    "age": Asker._age,
    "birthday_within": Asker._birthday_within,
    "birth_month": Asker._birth_month,
    "household": Asker._household,
    "sale": Asker._sale,
    "sales_top": Asker._top,
    "points": Asker._points,
    "points_expiring": Asker._expiring,
    "first_visit": lambda asker, rule: asker._day("h.first_day", rule),
    "last_visit": lambda asker, rule: asker._day("h.last_day", rule),
    "days_since": Asker._days_since,
    "lifecycle": Asker._lifecycle,
    "segment": Asker._segment,
}


def _needle(name: str, value: str) -> str:
    """Folded as its column is."""
    if name in _FOLDED:
        return search_key(value)
    plain = unicodedata.normalize("NFKC", value).strip()
    if name in _DIGITS:
        return "".join(sign for sign in plain if sign.isascii() and sign.isdigit())
    return plain.lower() if name == "email" else plain


def _known(condition: str) -> str:
    """What is not known does not apply; NOT turns that round."""
    return f"coalesce({condition}, FALSE)"


def _weekdays(chosen: tuple[int, ...]) -> str:
    days = [day for day in chosen if day != HOLIDAY]
    parts = [f"weekday IN ({', '.join(str(int(day)) for day in days)})"] if days else []
    parts += ["day IN (SELECT day FROM holiday)"] if HOLIDAY in chosen else []
    return "(" + " OR ".join(parts) + ")"


def _month(first: str) -> int:
    """Lots of this card month and later end on that day or after it."""
    return card_month(date.fromisoformat(first))


def _month_ended(last: str) -> int:
    """The last card month that is over at the end of that day."""
    day = date.fromisoformat(last)
    is_end = day == date.max or (day + timedelta(days=1)).day == 1
    return card_month(day) if is_end else card_month(day) - 1


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

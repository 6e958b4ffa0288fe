"""A rule as a form of plain rows, and back: groups of conditions, joined by "and" or "or". Pure.

Names of fields: ``join``; ``g0-join``, ``g0-not``; ``g0r0-field``, ``g0r0-op`` and so on.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from server.segments.fields import FIELDS, OPS, Field, Kind, field_of
from server.segments.rules import FIGURE_MAX, MINUTES, All, Any, Is, Not, Period, Rule, Window
from shared.errors import EnishiError
from shared.text.era import parse_date

GROUPS_MAX, ROWS_MAX = 4, 10  # on one page; deeper rules are put together from segments
ALL, ANY = "all", "any"
_NEW_FIELD = "visits"


Typed = Mapping[str, Sequence[str]]  # what was typed or chosen under each name


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as typed. ``values``: chosen or written; the rest by the name of its input."""

    field: str = _NEW_FIELD
    op: str = ""
    negated: bool = False
    values: tuple[str, ...] = ()
    typed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.typed.get(name, "")

    def many(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())


@dataclass(frozen=True, slots=True)
class Group:
    join: str = ALL
    rows: tuple[Row, ...] = (Row(),)


@dataclass(frozen=True, slots=True)
class Form:
    join: str = ALL
    groups: tuple[Group, ...] = (Group(),)

    @property
    def size(self) -> int:
        return sum(len(group.rows) for group in self.groups)


_SINGLE = ("low", "high", "period", "days", "first", "last", "start", "until", "codes", "unit_low", "unit_high", "text")
_MANY = ("values", "stores", "weekdays", "categories")


def read(typed: Typed) -> Form:
    """As it was typed, good or not; without rows a fresh one."""
    groups = []
    for place in range(GROUPS_MAX):
        rows = [_row(typed, f"g{place}r{number}-") for number in range(ROWS_MAX) if f"g{place}r{number}-field" in typed]
        if rows:
            groups.append(Group(_join(_one(typed, f"g{place}-join")), tuple(rows)))
    return Form(_join(_one(typed, "join")), tuple(groups)) if groups else Form()


def changed(form: Form, do: str) -> Form:
    """After a button: "add-0", "drop-0-1", "group". Raises ``segment.form_rows``."""
    groups = [list(group.rows) for group in form.groups]
    joins = [group.join for group in form.groups]
    what, *places = do.split("-")
    numbers = [int(place) for place in places if place.isascii() and place.isdigit() and len(place) < 3]
    match what, numbers:
        case "add", [at] if at < len(groups):
            groups[at].append(Row())
        case "group", []:
            groups.append([Row()])
            joins.append(ALL)
        case "drop", [at, row] if at < len(groups) and row < len(groups[at]):
            del groups[at][row]
    kept = [Group(join, tuple(rows)) for join, rows in zip(joins, groups, strict=True) if rows]
    done = Form(form.join, tuple(kept)) if kept else Form(form.join)
    if done.size > ROWS_MAX or len(done.groups) > GROUPS_MAX:
        raise EnishiError("segment.form_rows", limit=ROWS_MAX)
    return done


def rule_of(form: Form, own: Mapping[str, Field]) -> Rule:
    """Raises ``segment.value``, ``segment.field`` or ``segment.period``; ``input.date`` for a day."""
    groups = [_grouped(group.join, [_condition(row, own) for row in group.rows]) for group in form.groups]
    return groups[0] if len(groups) == 1 else _grouped(form.join, groups)


def form_of(rule: Rule, own: Mapping[str, Field]) -> Form | None:
    """The form that says this; None when it needs groups within groups."""
    join, parts = _parts(rule)
    inner = [_parts(part) for part in parts]
    is_flat = all(_leaf(part) is not None for part in parts)
    if is_flat:
        return Form(ALL, (Group(join, tuple(_typed(part, own) for part in parts)),)) if parts else None
    if len(parts) > GROUPS_MAX or sum(len(rows) for _, rows in inner) > ROWS_MAX:
        return None
    if not all(rows and all(_leaf(row) is not None for row in rows) for _, rows in inner):
        return None
    return Form(join, tuple(Group(one, tuple(_typed(row, own) for row in rows)) for one, rows in inner))


def _parts(rule: Rule) -> tuple[str, Sequence[Rule]]:
    match rule:
        case All():
            return ALL, rule.rules
        case Any():
            return ANY, rule.rules
        case _:
            return ALL, (rule,)


def _leaf(rule: Rule) -> Is | None:
    inner = rule.rule if isinstance(rule, Not) else rule
    return inner if isinstance(inner, Is) else None


def _grouped(join: str, rules: list[Rule]) -> Rule:
    if len(rules) == 1:
        return rules[0]
    return All(tuple(rules)) if join == ALL else Any(tuple(rules))


def _join(typed: str) -> str:
    return ANY if typed == ANY else ALL


def _row(typed: Typed, prefix: str) -> Row:
    single = {name: told[:400] for name in _SINGLE if (told := _one(typed, prefix + name))}
    many = {name: tuple(typed[prefix + name][:60]) for name in _MANY if typed.get(prefix + name)}
    is_negated = _one(typed, prefix + "not") == "1"
    name, op = _one(typed, prefix + "field"), _one(typed, prefix + "op")
    return Row(name, op, is_negated, many.get("values", ()), single, many)


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _condition(row: Row, own: Mapping[str, Field]) -> Rule:
    asked = field_of(row.field, own)
    op = row.op if row.op in OPS[asked.kind] else OPS[asked.kind][0]
    values = row.values
    if asked.kind is Kind.TEXT:
        values = () if op in ("blank", "filled") else _listed(row.get("text"))
    low, high = _figure(asked, row.get("low")), _figure(asked, row.get("high"))
    if asked.kind not in (Kind.NUMBER, Kind.TOP):
        low = high = None
    rule = Is(asked.name, op, values, low, None if asked.kind is Kind.TOP else high, _window(asked, op, row))
    return Not(rule) if row.negated else rule


def _window(asked: Field, op: str, row: Row) -> Window:
    told: dict[str, object] = {}
    if "period" in asked.window and op != "blank":
        told["period"] = msgspec.to_builtins(_period(asked, row))
    if "stores" in asked.window:
        told["stores"] = row.many("stores")
    if "times" in asked.window:
        told["weekdays"] = [int(day) for day in row.many("weekdays") if day in "01234567" and len(day) == 1]
        told["start"], told["until"] = _minute(row.get("start")), _minute(row.get("until"))
    if "goods" in asked.window:
        told["categories"], told["codes"] = row.many("categories"), _listed(row.get("codes"))
        told["unit_low"], told["unit_high"] = _figure(asked, row.get("unit_low")), _figure(asked, row.get("unit_high"))
    return msgspec.convert(told, Window)


def _period(asked: Field, row: Row) -> Period:
    kind = row.get("period") or first_period(asked)
    days = _figure(asked, row.get("days")) or 0 if kind in ("last_days", "next_days") else 0
    if kind != "between":
        return Period(kind, min(days, 3_660))
    first, last = (parse_date(day).isoformat() if day else "" for day in (row.get("first"), row.get("last")))
    return Period(kind, 0, first, last)


def first_period(asked: Field) -> str:
    """What stands there before anybody chose."""
    if asked.name == "points_expiring":
        return "next_days"
    return "this_month" if asked.kind is Kind.DAY else "all"


def _typed(rule: Rule, own: Mapping[str, Field]) -> Row:
    """The row of a condition, as somebody would have typed it."""
    one = _leaf(rule)
    assert one is not None, "the caller has looked"
    window, period = one.window, one.window.period
    single = {
        "low": _text(one.low), "high": _text(one.high), "period": period.kind, "days": str(period.days or ""),
        "first": period.first, "last": period.last, "codes": "、".join(window.codes),
        "unit_low": _text(window.unit_low), "unit_high": _text(window.unit_high),
    }  # fmt: skip
    if window.start != window.until:
        single["start"], single["until"] = _clock(window.start), _clock(window.until)
    asked = field_of(one.field, own)
    if asked.kind is Kind.TEXT:
        single["text"] = "、".join(one.values)
    many = {
        "values": one.values, "stores": window.stores, "weekdays": tuple(map(str, window.weekdays)),
        "categories": window.categories,
    }  # fmt: skip
    return Row(one.field, one.op, isinstance(rule, Not), one.values, single, many)


def _listed(typed: str) -> tuple[str, ...]:
    """Several words, with a comma of any kind between them."""
    parts = typed.replace("，", "、").replace(",", "、").split("、")
    return tuple(part.strip()[:60] for part in parts if part.strip())[:60]


def _figure(asked: Field, typed: str) -> int | None:
    plain = unicodedata.normalize("NFKC", typed).strip().replace(",", "").removesuffix("円")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 13 and int(plain) <= FIGURE_MAX):
        raise EnishiError("segment.value", field=asked.title)
    return int(plain)


def _minute(typed: str) -> int:
    """Of "22:00"; 0 for anything else."""
    hours, _, minutes = unicodedata.normalize("NFKC", typed).strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and len(hours) <= 2):
        return 0
    part = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) <= 2 else 0
    return min(int(hours) * 60 + part, MINUTES)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _text(figure: int | None) -> str:
    return "" if figure is None else str(figure)


assert _NEW_FIELD in FIELDS

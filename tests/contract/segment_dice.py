"""Rules at random: every field, every comparison, every period, groups in groups."""

from __future__ import annotations

from random import Random

import msgspec

from server.segments.fields import FIELDS, OPS, Field, Kind
from server.segments.rules import All, Any, Is, Not, Period, Rule, Window
from tests.contract.segment_shop import CATEGORIES, PEOPLE, PRODUCTS, SINCE, SINGLE, STORES, TASTE, TASTES

OWN = (
    Field(f"own:{SINGLE}", Kind.FLAG, "", ""),
    Field(f"own:{TASTE}", Kind.CHOICE, "", "", choices="tastes"),
    Field(f"own:{PEOPLE}", Kind.NUMBER, "", ""),
    Field(f"own:{SINCE}", Kind.DAY, "", "", window=("period",)),
)
_TEXTS = {
    "search": ("ﾀｶﾊｼ", "090-1", "花"), "name": ("高橋", "鈴木太郎", "花"), "kana": ("たなか", "ﾊﾅｺ", "サトウ"),
    "phone": ("0901", "０９０５", "55"), "email": ("a10", "@EXAMPLE"), "postal_code": ("150-0043", "22"),
    "prefecture": ("東京都", "千葉"), "city": ("渋谷区", "市"), "street": ("道玄坂", "2丁目"), "memo": ("くるみ", "犬"),
}  # fmt: skip
_CHOICES = {
    "months": tuple(map(str, range(1, 13))), "households": ("family", "company", ""), "stores": STORES,
    "ranks": ("ゴールド", "シルバー"), "lifecycles": ("new", "good", "lapsing", "lapsed"), "tastes": TASTES,
}  # fmt: skip
_FIGURES = {
    "birthday_within": 60, "age": 80, "visits": 5, "days_since": 300, "sales": 20_000, "sale": 5_000,
    "goods_yen": 5_000, "goods_count": 6, "points": 150, "points_expiring": 80, "points_earned": 150, "points_used": 12,
    f"own:{PEOPLE}": 5,
}  # fmt: skip


def rule(dice: Random, depth: int = 3) -> Rule:
    kind = dice.random()
    if depth == 0 or kind < 0.35:
        return condition(dice)
    if kind < 0.45:
        return Not(rule(dice, depth - 1))
    parts = tuple(rule(dice, depth - 1) for _ in range(dice.randrange(1, 4)))
    return All(parts) if kind < 0.75 else Any(parts)


def condition(dice: Random, name: str = "") -> Is:
    known = [field for field in FIELDS.values() if field.choices != "segments"]
    asked = FIELDS[name] if name else dice.choice((*known, *OWN))
    op = dice.choice(OPS[asked.kind])
    values: tuple[str, ...] = ()
    low = high = None
    if asked.kind is Kind.TEXT and op not in ("blank", "filled"):
        values = tuple(dice.sample(_TEXTS[asked.name], dice.randrange(1, 3)))
    elif asked.kind is Kind.CHOICE:
        listed = _CHOICES[asked.choices]
        values = tuple(dice.sample(listed, dice.randrange(1, len(listed))))
        if values == ("",) and asked.name != "household":
            values = listed[:1]
    elif asked.kind is Kind.NUMBER:
        low, high = _range(dice, _FIGURES[asked.name])
    elif asked.kind is Kind.TOP:
        low = dice.randrange(1, 100)
    return Is(asked.name, op, values, low, high, _window(dice, asked, op))


def _range(dice: Random, most: int) -> tuple[int | None, int | None]:
    low, high = sorted((dice.randrange(most + 1), dice.randrange(most + 1)))
    return dice.choice(((low, high), (low, None), (None, high), (0, high), (0, None), (low, low)))


def _window(dice: Random, asked: Field, op: str) -> Window:
    parts: dict[str, object] = {}
    is_day = asked.kind is Kind.DAY and op == "in"
    if "period" in asked.window and (is_day or (asked.kind is not Kind.DAY and dice.random() < 0.6)):
        parts["period"] = _period(dice)
    if asked.name == "points_expiring":
        parts["period"] = dice.choice((Period("next_days", dice.randrange(1, 400)), Period("this_month")))
    if "stores" in asked.window and dice.random() < 0.4:
        parts["stores"] = tuple(dice.sample(STORES, dice.randrange(1, 3)))
    if "times" in asked.window and dice.random() < 0.4:
        parts["weekdays"] = tuple(sorted(dice.sample(range(8), dice.randrange(1, 4))))
    if "times" in asked.window and dice.random() < 0.3:
        start = dice.randrange(24) * 60
        parts["start"], parts["until"] = start, (start + dice.randrange(1, 24) * 60) % (24 * 60)
    if "goods" in asked.window and dice.random() < 0.5:
        parts["categories"] = tuple(dice.sample(CATEGORIES, dice.randrange(1, 3)))
    if "goods" in asked.window and dice.random() < 0.3:
        parts["codes"] = tuple(code for code, _, _ in dice.sample(PRODUCTS, 3))
    if "goods" in asked.window and dice.random() < 0.4:
        parts["unit_low"], parts["unit_high"] = _range(dice, 900)
    return msgspec.convert(msgspec.to_builtins(parts), Window)


def _period(dice: Random) -> Period:
    kind = dice.choice(
        (
            "last_days", "next_days", "today", "this_month", "last_month", "this_year", "last_year", "month_last_year",
            "between",
        )
    )  # fmt: skip
    if kind in ("last_days", "next_days"):
        return Period(kind, dice.randrange(1, 400))
    if kind == "between":
        first, last = sorted(
            f"20{dice.randrange(25, 27)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}" for _ in "12"
        )
        return Period(kind, 0, *dice.choice(((first, last), (first, ""), ("", last))))
    return Period(kind)

"""A rule as people say it, in the reader's language. Pure; names of stores and segments come with the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.segments.fields import HOUSEHOLDS, LIFECYCLES, Field, Kind, field_of
from server.segments.rules import HOLIDAY, All, Any, Is, Not, Period, Rule, Window
from shared.locale import N_, Translate
from shared.units import format_number

DAYS = (N_("月曜"), N_("火曜"), N_("水曜"), N_("木曜"), N_("金曜"), N_("土曜"), N_("日曜"), N_("祝日"))
_FLAGS: Mapping[str, tuple[str, str]] = {
    "provisional": (N_("仮登録のまま"), N_("登録が済んでいる")),
    "may_print": (N_("カードへのお知らせを望んでいる"), N_("カードへのお知らせを望まない")),
    "may_mail": (N_("メールでのご案内を望んでいる"), N_("メールでのご案内の同意がない")),
    "may_post": (N_("郵便でのご案内を望んでいる"), N_("郵便でのご案内を望まない")),
    "may_phone": (N_("電話でのご案内を望んでいる"), N_("電話でのご案内を望まない")),
}
_TEXT_OPS: Mapping[str, str] = {
    "is": N_("{field}が「{values}」"),
    "contains": N_("{field}に「{values}」をふくむ"),
    "starts": N_("{field}が「{values}」で始まる"),
    "blank": N_("{field}が空いている"),
    "filled": N_("{field}が入っている"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """``own``: the chain's own fields; ``stores``, ``segments``: names by code and number."""

    translate: Translate
    own: Mapping[str, Field] = field(default_factory=dict)
    stores: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[int, str] = field(default_factory=dict)


def sentence(rule: Rule, words: Words) -> str:
    """One line; a group within a group stands in brackets."""
    return _said(rule, words) or words.translate(N_("すべての会員"))


def _said(rule: Rule, words: Words, inside: bool = False) -> str:
    translate = words.translate
    match rule:
        case Is():
            return _condition(rule, words)
        case Not():
            return translate(N_("「{rule}」ではない")).format(rule=sentence(rule.rule, words))
        case All() | Any():
            joint = translate(N_("、かつ ")) if isinstance(rule, All) else translate(N_("、または "))
            if not rule.rules:
                return translate(N_("すべての会員")) if isinstance(rule, All) else translate(N_("だれもいない"))
            said = joint.join(_said(one, words, True) for one in rule.rules)
            bracketed = inside and len(rule.rules) > 1
            return translate(N_("（{rule}）")).format(rule=said) if bracketed else said


def _condition(rule: Is, words: Words) -> str:
    asked = field_of(rule.field, words.own)
    title = asked.name if asked.name in words.own else asked.title
    title = words.own[asked.name].title if asked.name in words.own else words.translate(title)
    return _BY_KIND[asked.kind](asked, title, rule, words)


def _text(_asked: Field, title: str, rule: Is, words: Words) -> str:
    return words.translate(_TEXT_OPS[rule.op]).format(field=title, values=_either(rule.values, words))


def _choice(asked: Field, title: str, rule: Is, words: Words) -> str:
    values = _either([_label(asked, value, words) for value in rule.values], words)
    pattern = N_("{field}が「{values}」") if rule.op == "any" else N_("{field}が「{values}」ではない")
    return words.translate(pattern).format(field=title, values=values)


def _flag(asked: Field, title: str, rule: Is, words: Words) -> str:
    if asked.name in _FLAGS:
        return words.translate(_FLAGS[asked.name][rule.op == "no"])
    pattern = N_("{field}が「はい」") if rule.op == "yes" else N_("{field}が「いいえ」")
    return words.translate(pattern).format(field=title)


def _day(_asked: Field, title: str, rule: Is, words: Words) -> str:
    if rule.op == "blank":
        return words.translate(N_("{field}がない")).format(field=title)
    return words.translate(N_("{field}が{period}")).format(field=title, period=_period(rule.window.period, words))


def _number(asked: Field, title: str, rule: Is, words: Words) -> str:
    figure = words.translate(N_("{field}が{range}")).format(field=title, range=_range(asked, rule, words))
    return _narrowed(rule.window, words) + figure


def _top(asked: Field, title: str, rule: Is, words: Words) -> str:
    people, percent = N_("{field}{n}人（同じ額の人もふくむ）"), N_("{field}{n}パーセント（同じ額の人もふくむ）")
    pattern = people if rule.op == "first" else percent
    figure = words.translate(pattern).format(field=title, n=format_number(rule.low or 0))
    return _narrowed(rule.window, words) + figure


_BY_KIND: Mapping[Kind, Callable[[Field, str, Is, Words], str]] = {
    Kind.TEXT: _text, Kind.CHOICE: _choice, Kind.FLAG: _flag, Kind.DAY: _day, Kind.NUMBER: _number, Kind.TOP: _top,
}  # fmt: skip


def _range(asked: Field, rule: Is, words: Words) -> str:
    unit = words.translate(asked.unit) if asked.unit else ""
    low, high = (None if figure is None else format_number(figure) + unit for figure in (rule.low, rule.high))
    if low is not None and high is not None:
        return low if rule.low == rule.high else words.translate(N_("{low}から{high}")).format(low=low, high=high)
    if low is not None:
        return words.translate(N_("{low}以上")).format(low=low)
    return words.translate(N_("{high}以下")).format(high=high)


def _narrowed(window: Window, words: Words) -> str:
    """Period, stores, days, hours and goods, before the figure that they narrow down."""
    translate = words.translate
    parts = []
    if window.period.kind != "all":
        parts.append(_period(window.period, words))
    if window.stores:
        names = _either([words.stores.get(code, code) for code in window.stores], words)
        parts.append(translate(N_("店舗「{names}」")).format(names=names))
    if window.weekdays:
        parts.append(translate(N_("{days}の日")).format(days=_days(window.weekdays, words)))
    if window.start != window.until:
        parts.append(f"{_clock(window.start)}–{_clock(window.until)}")
    if window.categories:
        parts.append(translate(N_("部門「{names}」")).format(names=_either(window.categories, words)))
    if window.codes:
        parts.append(translate(N_("商品「{names}」")).format(names=_either(window.codes, words)))
    if window.unit_low is not None or window.unit_high is not None:
        rule = Is("", "between", low=window.unit_low, high=window.unit_high)
        yen = Field("", Kind.NUMBER, "", "", N_("円"))
        parts.append(translate(N_("単価{range}")).format(range=_range(yen, rule, words)))
    return translate(N_("{parts}の ")).format(parts=translate(N_("・")).join(parts)) if parts else ""


def _period(period: Period, words: Words) -> str:
    translate = words.translate
    if period.kind in ("last_days", "next_days"):
        pattern = N_("直近{n}日") if period.kind == "last_days" else N_("今日から{n}日のうち")
        return translate(pattern).format(n=format_number(period.days))
    if period.kind == "between":
        first, last = (_iso_day(day, words) for day in (period.first, period.last))
        if not period.last:
            return translate(N_("{first}から")).format(first=first)
        pattern = N_("{first}から{last}まで") if period.first else N_("{last}まで")
        return translate(pattern).format(first=first, last=last)
    return translate(_SPANS[period.kind])


_SPANS: Mapping[str, str] = {
    "all": N_("これまで"), "today": N_("今日"), "this_month": N_("今月"), "last_month": N_("先月"),
    "this_year": N_("今年"), "last_year": N_("去年"), "month_last_year": N_("去年の同じ月"),
}  # fmt: skip


def _iso_day(iso: str, words: Words) -> str:
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return words.translate(N_("{year}年{month}月{day}日")).format(year=day.year, month=day.month, day=day.day)


def _label(asked: Field, value: str, words: Words) -> str:
    match asked.choices:
        case "stores":
            return words.stores.get(value, value)
        case "segments":
            number = int(value) if value.isascii() and value.isdigit() else 0
            return words.segments.get(number, value)
        case "lifecycles":
            return words.translate(LIFECYCLES.get(value, value))
        case "households":
            return words.translate(HOUSEHOLDS.get(value, value))
        case "months":
            return words.translate(N_("{n}月")).format(n=value)
        case _:
            return value or words.translate(N_("なし"))


def _days(days: Sequence[int], words: Words) -> str:
    return words.translate(N_("・")).join(words.translate(DAYS[day]) for day in sorted(days) if day <= HOLIDAY)


def _either(values: Sequence[str], words: Words) -> str:
    """Several between the quotation marks of whoever asked."""
    return words.translate(N_("」か「")).join(values)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"

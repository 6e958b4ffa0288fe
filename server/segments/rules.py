"""What a segment asks of its members: a tree of conditions, as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shared.errors import EnishiError
from shared.sync.messages import UNREADABLE

DEPTH_MAX = 6  # groups within groups; a person loses the thread long before
CONDITIONS_MAX = 40  # of one rule, those of the segments it names included
RULE_BYTES_MAX = 16 << 10
VALUES_MAX = 60  # choices of one condition: the prefectures, or a small town's postal codes
TEXT_MAX = 60
FIGURE_MAX = 1 << 40
DAYS_MAX = 3_660
MINUTES = 24 * 60

HOLIDAY = 7  # beside the weekdays 0 (Monday) to 6

Figure = Annotated[int, Meta(ge=0, le=FIGURE_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=VALUES_MAX)]
IsoDay = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Minute = Annotated[int, Meta(ge=0, le=MINUTES)]


class Period(Struct, frozen=True, omit_defaults=True):
    """Business days. ``kind``: see ``periods.KINDS``; ``first``, ``last`` of "between", "" = open; ``days`` of
    "last_days" and "next_days"."""

    kind: str = "all"
    days: Annotated[int, Meta(ge=0, le=DAYS_MAX)] = 0
    first: IsoDay = ""
    last: IsoDay = ""


class Window(Struct, frozen=True, omit_defaults=True):
    """Which visits count, or which goods. Empty: all. ``start`` after ``until``: over midnight; equal: the whole day.

    ``weekdays`` are those of the business day, HOLIDAY among them; the hours are the clock's in Japan.
    """

    period: Period = Period()
    stores: Texts = ()
    weekdays: Annotated[tuple[Annotated[int, Meta(ge=0, le=HOLIDAY)], ...], Meta(max_length=8)] = ()
    start: Minute = 0
    until: Minute = 0
    categories: Texts = ()
    codes: Texts = ()
    unit_low: Figure | None = None  # yen
    unit_high: Figure | None = None


class Is(Struct, frozen=True, tag="is", tag_field="kind", omit_defaults=True):
    """One condition. ``field``: of ``fields``; ``op``: of the field's kind; ``low`` and ``high`` belong to it both."""

    field: Text
    op: Annotated[str, Meta(max_length=12)]
    values: Texts = ()
    low: Figure | None = None
    high: Figure | None = None
    window: Window = Window()


class All(Struct, frozen=True, tag="all", tag_field="kind"):
    rules: Annotated[tuple[Rule, ...], Meta(max_length=CONDITIONS_MAX)] = ()


class Any(Struct, frozen=True, tag="any", tag_field="kind"):
    rules: Annotated[tuple[Rule, ...], Meta(max_length=CONDITIONS_MAX)] = ()


class Not(Struct, frozen=True, tag="not", tag_field="kind"):
    rule: Rule


Rule = All | Any | Not | Is
EVERYBODY = All()

_decoder: msgspec.json.Decoder[Rule] = msgspec.json.Decoder(Rule)


def encode(rule: Rule) -> bytes:
    return msgspec.json.encode(rule)


def decode(stored: bytes) -> Rule:
    """Raises ``segment.rule_malformed`` or ``segment.rule_size``."""
    if len(stored) > RULE_BYTES_MAX:
        raise EnishiError("segment.rule_size", limit=CONDITIONS_MAX)
    try:
        rule = _decoder.decode(stored)
    except UNREADABLE as error:
        raise EnishiError("segment.rule_malformed", detail=str(error)[:120]) from error
    check_size(rule)
    return rule


def check_size(rule: Rule) -> None:
    """Raises ``segment.rule_size``."""
    if depth(rule) > DEPTH_MAX or sum(1 for _ in conditions(rule)) > CONDITIONS_MAX:
        raise EnishiError("segment.rule_size", limit=CONDITIONS_MAX)


def conditions(rule: Rule) -> Iterator[Is]:
    """All of them, from the left."""
    match rule:
        case Is():
            yield rule
        case Not():
            yield from conditions(rule.rule)
        case All() | Any():
            for one in rule.rules:
                yield from conditions(one)


def depth(rule: Rule) -> int:
    """Groups within groups; a condition alone has 0."""
    match rule:
        case Is():
            return 0
        case Not():
            return 1 + depth(rule.rule)
        case All() | Any():
            return 1 + max((depth(one) for one in rule.rules), default=0)

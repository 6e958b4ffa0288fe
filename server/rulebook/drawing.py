"""Forms drawn from the dataclasses: each field with its label, help and way of typing; read back, every fault in words.

A field that may be None has a tick before it: without it the whole group asks nothing.
"""

from __future__ import annotations

import types
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from shared.errors import EnishiError, Refused
from shared.points import asked
from shared.points.bounds import is_day
from shared.points.ranking import RANKS_MAX, Rank
from shared.text.era import parse_date

INT, TEXT, TICK, CHOICE, LINES, TICKS, TIME, DECIMAL, DATE, GROUP, ROWS = (
    "int", "text", "tick", "choice", "lines", "ticks", "time", "decimal", "date", "group", "rows",
)  # fmt: skip
DIGITS_MAX = 12  # of a number that somebody types
_WHEN = "on"  # the tick before an optional group


@dataclass(frozen=True, slots=True)
class Drawn:
    """One field of a form. ``name``: its path; ``parts``: of a group; ``value``: as typed."""

    name: str
    label: str
    help: str
    way: str
    unit: str = ""
    value: str = ""
    ticked: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    parts: tuple[Drawn, ...] = ()
    optional: bool = False
    is_on: bool = True


@dataclass(slots=True)
class Typed:
    """What came from a form, and what is wrong with it, by the fields' names."""

    form: Mapping[str, Sequence[str]]
    errors: dict[str, Refused] = field(default_factory=dict)

    def one(self, name: str) -> str:
        found = self.form.get(name, ())
        return unicodedata.normalize("NFKC", found[0]).strip() if found else ""

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(self.form.get(name, ()))


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from besides enumerations: value and words by the field's unit."""

    lists: Mapping[str, Sequence[tuple[str, str]]]

    def of(self, unit: str) -> tuple[tuple[str, str], ...]:
        return tuple(self.lists.get(unit, ()))


def draw(value: Any, choices: Choices, prefix: str = "", only: Sequence[str] = ()) -> tuple[Drawn, ...]:
    """The fields of a dataclass value. ``only``: these names, in this order; empty: all that have a label."""
    kinds = get_type_hints(type(value))
    shown = {one.name: one for one in asked.shown(type(value))}
    names = [name for name in only if name in shown] if only else list(shown)
    return tuple(_drawn(shown[name], kinds[name], getattr(value, name), choices, f"{prefix}{name}") for name in names)


def read(value: Any, typed: Typed, prefix: str = "", only: Sequence[str] = ()) -> Any:
    """``value`` with the fields as typed; what cannot be read stays as it was and stands in ``typed.errors``."""
    kinds = get_type_hints(type(value))
    shown = {one.name: one for one in asked.shown(type(value))}
    names = [name for name in only if name in shown] if only else list(shown)
    told = {name: _read(shown[name], kinds[name], getattr(value, name), typed, f"{prefix}{name}") for name in names}
    return replace(value, **told)


def labels(kind: type, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path and label of every field below, for saying where a fault is."""
    kinds = get_type_hints(kind)
    for one in fields(kind):
        name = f"{prefix}{one.name}"
        yield name, asked.label_of(one)
        inner = _inner(kinds[one.name])[0]
        if is_dataclass(inner) and isinstance(inner, type) and inner is not kind:
            yield from labels(inner, f"{name}.")


def _inner(kind: Any) -> tuple[Any, bool]:
    """The kind itself, and whether it may be None."""
    if get_origin(kind) in (Union, types.UnionType):
        named = [one for one in get_args(kind) if one is not type(None)]
        return named[0], True
    return kind, False


def _drawn(one: Field[Any], kind: Any, value: Any, choices: Choices, name: str) -> Drawn:
    inner, optional = _inner(kind)
    unit, label, helped = asked.unit_of(one), asked.label_of(one), asked.help_of(one)
    if is_dataclass(inner):
        held = value if value is not None else _default(inner)
        parts = draw(held, choices, f"{name}.")
        return Drawn(name, label, helped, GROUP, parts=parts, optional=optional, is_on=value is not None)
    way, text, ticked, offered = _shown(inner, unit, value, choices, asked.choices_of(one))
    return Drawn(name, label, helped, way, unit, text, ticked, offered)


def _shown(
    kind: Any, unit: str, value: Any, choices: Choices, words: Mapping[Any, str]
) -> tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """How it is typed, the value as text, what is ticked, what there is to choose."""
    if kind is bool:
        return TICK, "1" if value else "", (), ()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return CHOICE, str(value.value), (), tuple((str(one.value), text) for one, text in words.items())
    if kind is int:
        if unit == asked.MINUTE:
            return TIME, f"{value // 60}:{value % 60:02}", (), ()
        if unit == asked.TENTHS:
            return DECIMAL, f"{value // 10}.{value % 10}" if value % 10 else str(value // 10), (), ()
        return INT, str(value), (), ()
    if get_origin(kind) is tuple:
        if get_args(kind)[0] is Rank:
            return ROWS, "", tuple(f"{rank.name}\t{rank.at}" for rank in value), ()
        offered = choices.of(unit)
        if offered or unit in (asked.STORES, asked.RANKS):
            return TICKS, "", tuple(str(entry) for entry in value), offered
        return LINES, "\n".join(str(entry) for entry in value), (), ()
    return (DATE if unit == asked.DAY else TEXT), str(value), (), ()


def _default(kind: Any) -> Any:
    return kind()


def _read(one: Field[Any], kind: Any, value: Any, typed: Typed, name: str) -> Any:
    inner, optional = _inner(kind)
    if is_dataclass(inner):
        if optional and typed.one(f"{name}.{_WHEN}") != "1":
            return None
        return read(value if value is not None else _default(inner), typed, f"{name}.")
    label, unit = asked.label_of(one), asked.unit_of(one)
    if inner is bool:
        return typed.one(name) == "1"
    if isinstance(inner, type) and issubclass(inner, Enum):
        return next((choice for choice in inner if str(choice.value) == typed.one(name)), value)
    if inner is int:
        return _number(typed, name, label, unit, value)
    if get_origin(inner) is tuple:
        return _several(get_args(inner)[0], typed, name, label, unit, value)
    if unit == asked.DAY:
        return _day(typed, name, value)
    return " ".join(typed.one(name).split())


def _number(typed: Typed, name: str, label: str, unit: str, value: int) -> int:
    text = typed.one(name).replace(",", "").replace("円", "").replace("点", "").replace("倍", "").replace("か月", "")
    try:
        if unit == asked.MINUTE:
            hour, _, minute = text.replace("時", ":").rstrip(":分").partition(":")
            return (_digits(hour) * 60 + _digits(minute or "0")) % (24 * 60)
        if unit == asked.TENTHS:
            whole, _, part = text.partition(".")
            if len(part) > 1:
                raise ValueError(text)
            return _digits(whole) * 10 + _digits(part or "0")
        return _digits(text)
    except ValueError:
        typed.errors[name] = Refused("programs.figure", {"field": label})
        return value


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        raise ValueError(text)
    return int(text)


def _several(kind: Any, typed: Typed, name: str, label: str, unit: str, value: Any) -> tuple[Any, ...]:
    if kind is Rank:
        return _ranks(typed, name, label, value)
    if kind is int:
        days = [entry for entry in typed.all(name) if entry.isascii() and entry.isdigit() and len(entry) == 1]
        return tuple(sorted({int(entry) for entry in days}))
    entries = typed.all(name)
    if unit not in (asked.STORES, asked.RANKS):
        entries = tuple(unicodedata.normalize("NFKC", line).strip() for text in entries for line in text.splitlines())
    return tuple(dict.fromkeys(entry for entry in entries if entry))


def _ranks(typed: Typed, name: str, label: str, value: tuple[Rank, ...]) -> tuple[Rank, ...]:
    found = []
    for row in range(RANKS_MAX):
        text = typed.one(f"{name}.{row}.name")
        if not text:
            continue
        before = value[row].at if row < len(value) else 0
        found.append(Rank(" ".join(text.split()), _number(typed, f"{name}.{row}.at", label, "", before)))
    return tuple(found)


def _day(typed: Typed, name: str, value: str) -> str:
    text = typed.one(name)
    if not text or is_day(text):
        return text
    try:
        return parse_date(text).isoformat()
    except EnishiError as error:
        typed.errors[name] = Refused(error.code, error.facts)
        return value

"""What a list was asked for, out of its address, and the rows that answer it.

Whatever stands in an address is somebody's wish, never a name of SQL: sorts and facets are looked up, values take the
type of their column or match nothing, and a place to go on from is checked before the database sees it.
"""

from __future__ import annotations

import binascii
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

SEARCH_MAX = 60  # characters of the search box
VALUE_MAX = 200  # characters of one facet's value
PLACE_MAX = 2_000  # characters of a place to go on from
INTEGER_MAX = (1 << 63) - 1
ALL = "*"  # how an address takes a facet's default away
NOTHING = "~"  # how an address says that a facet's value is empty
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
PAGE_ROWS = 50  # what a person still reads; the page says how many there are in all

Labels = Mapping[Any, str] | Callable[[Any], str]
Search = Callable[[str], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Facet:
    """Values by which a list is narrowed, each with how many rows it would leave.

    ``column``: never null, of text, whole numbers or yes/no. ``labels``: value -> Japanese source text, or a function
    that answers in the reader's language already. ``default``: the value, as an address writes it, when none is asked.
    """

    name: str
    title: str  # Japanese source text
    column: Any
    labels: Labels = field(default_factory=dict)
    default: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The part of a list that the database sees. ``key``: columns that together differ in every row, never null."""

    query: Select[*tuple[Any, ...]]
    facets: Sequence[Facet]
    sorts: Mapping[str, Any]  # name -> a column that is never null
    search: Search | None
    key: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """``after``, ``before``: the place of a row in the order; at most one is set, ``()``: from the beginning."""

    query: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)  # name -> the value as the address writes it
    sort: str = ""
    descending: bool = False
    after: tuple[Any, ...] = ()
    before: tuple[Any, ...] = ()
    lost: bool = False  # a place was given that is none


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the places of the first and the last of them; "" where nothing lies beyond."""

    rows: Sequence[Any]
    before: str
    after: str


def read(question: Question, args: Mapping[str, str], order: str) -> Asked:
    """``order``: the sort when none is asked for; a leading "-": the highest first."""
    wanted = args.get("sort", "")
    sort = wanted if wanted.removeprefix("-") in question.sorts else order
    typed = args.get("q", "") if question.search else ""
    values = {one.name: (args.get(one.name) or one.default)[:VALUE_MAX] for one in question.facets}
    asked = Asked(
        query="".join(letter for letter in typed if letter.isprintable())[:SEARCH_MAX].strip(),
        facets={name: value for name, value in values.items() if value and value != ALL},
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
    )
    after, before = args.get("after", ""), args.get("before", "")
    if not after and not before:
        return asked
    place = _place(after or before, [_kind(column) for column in _order(question, asked)])
    return replace(asked, after=place if after else (), before=() if after else place, lost=not place)


def count(session: Session, question: Question, asked: Asked, most: int) -> int:
    """How many rows match; beyond ``most`` (0: no end) nobody counts, and ``most`` + 1 is the answer."""
    matches = _matching(question, asked).with_only_columns(literal(1), maintain_column_froms=True).order_by(None)
    bounded = (matches.limit(most + 1) if most else matches).subquery()
    return session.scalar(select(func.count()).select_from(bounded)) or 0


def facet_counts(session: Session, question: Question, asked: Asked, facet: Facet) -> dict[Any, int]:
    """Rows by value of the facet, with all that is asked for but this facet."""
    matches = _matching(question, asked, but=facet.name)
    column = facet.column.label("value")
    values = matches.with_only_columns(column, maintain_column_froms=True).order_by(None).subquery()
    return dict(session.execute(select(values.c.value, func.count()).group_by(values.c.value)).all())


def page(session: Session, question: Question, asked: Asked, limit: int = PAGE_ROWS) -> Page:
    """The rows from where one stood, in the order asked for."""
    backward = bool(asked.before)
    found = _stretch(session, question, asked, limit + 1)
    more, found = len(found) > limit, found[:limit]
    if backward:
        found.reverse()
    rows = [row for row, _ in found]
    places = [_written(place) for _, place in found]
    has_before = more if backward else bool(asked.after)
    has_after = True if backward else more
    return Page(rows, places[0] if rows and has_before else "", places[-1] if rows and has_after else "")


def every(session: Session, question: Question, asked: Asked, piece: int, most: int) -> Iterator[Sequence[Any]]:
    """All rows in pieces, ``most`` at the most."""
    standing, given = replace(asked, after=(), before=()), 0
    while given < most:
        found = _stretch(session, question, standing, min(piece, most - given))
        if not found:
            return
        yield [row for row, _ in found]
        given += len(found)
        standing = replace(standing, after=found[-1][1])


def value_of(written: str, kind: type) -> Any:
    """A facet's value out of an address; None when the column cannot hold it."""
    if written == NOTHING:
        return "" if kind is str else None
    if kind is bool:
        return {"1": True, "0": False}.get(written)
    if kind is int:
        is_number = written.removeprefix("-").isdecimal() and written.isascii() and len(written) < 20
        return int(written) if is_number and abs(int(written)) <= INTEGER_MAX else None
    return written if written.isprintable() else None


def written_value(value: Any) -> str:
    """The same value as an address writes it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if value != "" else NOTHING


def folded(column: Any, query: str) -> ColumnElement[bool]:
    """Whether a short text contains ``query``, whatever its width and kind of kana; for columns without a key."""
    narrow = unicodedata.normalize("NFKC", query)
    written = dict.fromkeys((query, narrow, narrow.translate(_KATAKANA)))
    return or_(*[func.lower(column).contains(one.lower(), autoescape=True) for one in written])


def _matching(question: Question, asked: Asked, but: str = "") -> Select[*tuple[Any, ...]]:
    """With every condition, ``but`` one facet."""
    query = question.query
    if asked.query and question.search is not None:
        query = query.where(question.search(asked.query))
    for facet in question.facets:
        if facet.name != but and facet.name in asked.facets:
            value = value_of(asked.facets[facet.name], _kind(facet.column))
            query = query.where(false() if value is None else facet.column == value)
    return query


def _stretch(session: Session, question: Question, asked: Asked, limit: int) -> list[tuple[Any, tuple[Any, ...]]]:
    """Rows with their places; backwards from ``asked.before`` if that is set."""
    columns, width = _order(question, asked), len(question.query.column_descriptions)
    upward = asked.descending == bool(asked.before)
    query = _matching(question, asked).order_by(None)
    place = asked.after or asked.before
    if place:
        here = tuple_(*[literal(value, column.type) for value, column in zip(place, columns, strict=True)])
        query = query.where(tuple_(*columns) > here if upward else tuple_(*columns) < here)
    query = query.order_by(*[column.asc() if upward else column.desc() for column in columns]).limit(limit)
    for number, column in enumerate(columns):
        query = query.add_columns(column.label(f"place_{number}"))
    return [
        (row[0] if width == 1 else tuple(row[:width]), tuple(row[width:])) for row in session.execute(query).unique()
    ]


def _order(question: Question, asked: Asked) -> list[Any]:
    return [question.sorts[asked.sort], *question.key] if asked.sort else list(question.key)


def _kind(column: Any) -> type:
    kind: type = column.type.python_type
    return kind


def _written(place: Sequence[Any]) -> str:
    plain = [value.hex() if isinstance(value, bytes) else value for value in place]
    return urlsafe_b64encode(msgspec.json.encode(plain)).rstrip(b"=").decode("ascii")


def _place(written: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    """The place, each value of its column's kind; ``()`` for anything else."""
    if len(written) > PLACE_MAX or not written.isascii():
        return ()
    try:
        data = urlsafe_b64decode(written + "=" * (-len(written) % 4))
        values = msgspec.json.decode(data, type=list[bool | int | str])
        if len(values) != len(kinds):
            return ()
        return tuple(_checked(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (binascii.Error, msgspec.DecodeError, ValueError, RecursionError):
        return ()


def _checked(value: Any, kind: type) -> Any:
    """Raises ValueError for what the column cannot be compared with."""
    if kind is bytes and isinstance(value, str):
        return bytes.fromhex(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError("of another kind")
    if (isinstance(value, int) and abs(value) > INTEGER_MAX) or (isinstance(value, str) and "\0" in value):
        raise ValueError("more than a column holds")
    return value

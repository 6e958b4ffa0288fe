"""Take sales, voices and days down, and list them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.db.bulk import add_rows
from server.db.database import chunks
from server.ledger.models import ABORTED, Visit
from server.sales.models import DIFFERS, WAITING, DayReport, Duty, PlainSale, SaleHead, SaleLine, Voice
from server.shop import service as shop
from shared.sale.basket import Basket
from shared.sale.day_report import DayFigures

LISTED_MAX = 200  # lines of one page
Differences = Mapping[str, tuple[int, int]]  # name of a figure -> (the terminal's, ours)
_LINE = (
    "stream", "seq", "place", "visit", "code", "name", "category", "unit_yen", "quantity", "tax", "discount_yen",
    "earns",
)  # fmt: skip
_figures: msgspec.json.Decoder[DayFigures] = msgspec.json.Decoder(DayFigures)
_differences: msgspec.json.Decoder[dict[str, tuple[int, int]]] = msgspec.json.Decoder(dict[str, tuple[int, int]])


class Goods(NamedTuple):
    """The goods of one event. ``visit`` "": a sale without a card."""

    stream: bytes
    seq: int
    visit: str
    basket: Basket
    staff: int


class NewPlainSale(NamedTuple):
    stream: bytes
    seq: int
    terminal: int
    store: str
    staff: int
    slip: int
    amount_yen: int
    discount_yen: int
    reference: str
    business_day: str
    at_ms: int


class NewDay(NamedTuple):
    stream: bytes
    seq: int
    terminal: int
    store: str
    staff: int
    what: str
    business_day: str
    figures: bytes
    state: str
    differences: bytes
    at_ms: int


class NewVoice(NamedTuple):
    stream: bytes
    seq: int
    heading: int
    visit: str
    terminal: int
    store: str
    staff: int
    at_ms: int


class NewDuty(NamedTuple):
    stream: bytes
    seq: int
    staff: int
    what: str
    terminal: int
    store: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A report as the console lists it."""

    report: DayReport
    figures: DayFigures | None
    differences: Differences


def record_goods(session: Session, goods: Sequence[Goods]) -> None:
    """Their lines; and a head where there is more to say than the lines do."""
    add_rows(session, SaleLine, _LINE, [row for one in goods for row in _lines(one)])
    heads = [
        (one.stream, one.seq, one.visit, one.staff, one.basket.discount_yen, one.basket.reference)
        for one in goods
        if one.visit and (one.staff or one.basket.discount_yen or one.basket.reference)
    ]
    add_rows(session, SaleHead, ("stream", "seq", "visit", "staff", "discount_yen", "reference"), heads)


def record_plain_sales(session: Session, sales: Sequence[NewPlainSale]) -> None:
    add_rows(session, PlainSale, NewPlainSale._fields, sales)


def record_days(session: Session, days: Sequence[NewDay]) -> None:
    add_rows(session, DayReport, NewDay._fields, days)


def record_voices(session: Session, voices: Sequence[NewVoice]) -> None:
    """Each under its heading as it is now."""
    texts = shop.settings(session).voices if voices else ()
    rows = [(*one, texts[one.heading - 1] if one.heading <= len(texts) else "") for one in voices]
    add_rows(session, Voice, (*NewVoice._fields, "text"), rows)


def record_duties(session: Session, duties: Sequence[NewDuty]) -> None:
    add_rows(session, Duty, NewDuty._fields, duties)


def lines_of(session: Session, visits: Collection[str]) -> Mapping[str, Sequence[SaleLine]]:
    """The goods of visits, as the first event about each told them."""
    found: dict[str, list[SaleLine]] = {}
    for piece in chunks(visits):
        rows = select(SaleLine).where(SaleLine.visit.in_(piece)).order_by(SaleLine.stream, SaleLine.seq, SaleLine.place)
        for line in session.scalars(rows):
            told = found.setdefault(line.visit, [])
            if not told or (told[0].stream, told[0].seq) == (line.stream, line.seq):
                told.append(line)
    return found


def days(session: Session, scope: Scope, limit: int = LISTED_MAX) -> Sequence[ClosedDay]:
    """The newest days that were closed."""
    mine = (DayReport.what == "close", scope.where(DayReport.store))
    rows = select(DayReport).where(*mine).order_by(DayReport.at_ms.desc(), DayReport.seq.desc())
    return [closed_day(row) for row in session.scalars(rows.limit(limit))]


def open_days(session: Session) -> Sequence[DayReport]:
    """Those that wait for something, or differ."""
    rows = select(DayReport).where(DayReport.state.in_((WAITING, DIFFERS))).order_by(DayReport.at_ms, DayReport.seq)
    return session.scalars(rows).all()


def count_closed(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(DayReport).where(DayReport.what == "close")) or 0


def closed_day(row: DayReport) -> ClosedDay:
    differences = _differences.decode(row.differences) if row.differences else {}
    return ClosedDay(row, _figures.decode(row.figures) if row.figures else None, differences)


def voices(session: Session, scope: Scope, limit: int = LISTED_MAX) -> Sequence[tuple[Voice, int]]:
    """The newest, each with the card of its visit; 0 = nobody's, or of a visit that was taken back."""
    stands = (Visit.visit == Voice.visit) & (Visit.state != ABORTED)
    rows = session.execute(
        select(Voice, func.coalesce(Visit.card, 0))
        .outerjoin(Visit, stands)
        .where(scope.where(Voice.store))
        .order_by(Voice.at_ms.desc(), Voice.seq.desc())
        .limit(limit)
    )
    return [(voice, card) for voice, card in rows]


def _lines(goods: Goods) -> Iterator[tuple[object, ...]]:
    for place, line in enumerate(goods.basket.lines):
        yield (
            goods.stream, goods.seq, place, goods.visit, line.code, line.name, line.category, line.unit_yen,
            line.quantity, int(line.tax), line.discount_yen, line.earns,
        )  # fmt: skip

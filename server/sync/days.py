"""A day as its terminal closed it, against what its own events say here: the same journal, summed up twice.

What the terminal had written by then counts, no more: visits told before the event that closed the day. Its earlier
boots belong to it; until all of them are here, nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.ledger.load import decode_adjusted
from server.ledger.models import REFUND, Evidence, OffCardVisit, Visit
from server.members.models import CardEnrolment
from server.sales import service as sales
from server.sales.models import DIFFERS, SAME, WAITING, DayReport, PlainSale
from server.sync.models import JournalPage, JournalStream
from shared.points.derive import value

DAY_MS = 86_400_000
COMMIT, HONOUR = "COMMIT", "HONOUR"  # kinds of evidence
Bounds = Mapping[bytes, int]  # stream -> its last event that counts


@dataclass(slots=True)
class Sums:
    """The figures of ``shared.sale.day_report.DayFigures`` that follow from events alone, by their names there."""

    visits: int = 0
    sales_yen: int = 0
    discount_yen: int = 0
    refunds: int = 0
    refunds_yen: int = 0
    members_new: int = 0
    visits_with_card: int = 0
    visits_off_card: int = 0
    points_earned: int = 0
    points_used: int = 0
    points_expired: int = 0
    points_adjusted: int = 0


COMPARED = tuple(one.name for one in fields(Sums))


def compare(session: Session, stream: bytes, seq: int) -> None:
    """Note whether a closed day is as head office has it, as soon as everything before it is here; nothing for an
    event that closed none."""
    report = session.get(DayReport, (stream, seq))
    if report is None or not report.figures:
        return
    bounds = _bounds(session, report)
    if bounds is None:
        report.state, report.differences = WAITING, b""
    else:
        theirs, ours = sales.closed_day(report).figures, add_up(session, report, bounds)
        pairs = {name: (int(getattr(theirs, name)), int(getattr(ours, name))) for name in COMPARED}
        wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        report.state = DIFFERS if wrong else SAME
        report.differences = msgspec.json.encode(wrong) if wrong else b""
    session.flush()


def compare_open(session: Session) -> int:
    """Once more all that waited or differed; how many there are."""
    found = sales.open_days(session)
    for report in found:
        compare(session, report.stream, report.seq)
    return len(found)


def add_up(session: Session, report: DayReport, bounds: Bounds) -> Sums:
    """The day of the report's terminal from the events within ``bounds``."""
    sums = Sums()
    for row, is_committed in _visits(session, report, bounds):
        _add_visit(sums, row, is_committed)
    for row in _within(session.execute(_of_day(OffCardVisit, report)).scalars(), bounds):
        sums.visits_off_card += 1
        sums.sales_yen += row.amount_yen
        sums.points_earned += row.earn
    plain = list(_within(session.execute(_of_day(PlainSale, report)).scalars(), bounds))
    sums.sales_yen += sum(one.amount_yen for one in plain)
    sums.visits = sums.visits_with_card + sums.visits_off_card + len(plain)
    sums.members_new = len(list(_within(session.execute(_of_day(CardEnrolment, report)).scalars(), bounds)))
    return sums


def _add_visit(sums: Sums, row: Any, is_committed: bool) -> None:
    """A refund is no visit. Points: all that went onto cards or was granted beside them, and all that came off."""
    sums.points_earned += row.earn
    sums.points_used += row.redeem
    if is_committed:
        sums.points_expired += row.expired
        sums.points_adjusted += sum(value(lots) for _, lots in decode_adjusted(row.adjusted))
    if row.kind == REFUND:
        sums.refunds += 1
        sums.refunds_yen += row.amount_yen - row.discount_yen
    else:
        sums.visits_with_card += 1
        sums.sales_yen += row.amount_yen
        sums.discount_yen += row.discount_yen


def _visits(session: Session, report: DayReport, bounds: Bounds) -> Iterable[tuple[Any, bool]]:
    """Those that were committed by then, or granted without the card's word; each once."""
    rows = session.execute(
        select(
            Evidence.stream, Evidence.seq, Evidence.kind.label("word"), Visit.visit, Visit.kind, Visit.amount_yen,
            Visit.discount_yen, Visit.earn, Visit.redeem, Visit.expired, Visit.adjusted,
        )
        .join(Evidence, Evidence.visit == Visit.visit)
        .where(Visit.business_day == report.business_day, Visit.terminal == report.terminal)
        .where(or_(Evidence.kind == COMMIT, Evidence.kind == HONOUR))
    )  # fmt: skip
    told = list(_within(rows, bounds))
    committed = {row.visit for row in told if row.word == COMMIT}
    return ((row, visit in committed) for visit, row in {row.visit: row for row in told}.items())


def _of_day(model: type[PlainSale | CardEnrolment | OffCardVisit], report: DayReport) -> Any:
    return select(model).where(model.business_day == report.business_day, model.terminal == report.terminal)


def _within(rows: Iterable[Any], bounds: Bounds) -> Iterable[Any]:
    return (row for row in rows if row.seq <= bounds.get(row.stream, 0))


def _bounds(session: Session, report: DayReport) -> Bounds | None:
    """The report's boot and those before it, as far as they reach into its day; None while something is missing."""
    boots = {
        row.stream: row
        for row in session.execute(
            select(
                JournalStream.stream, JournalStream.parent, JournalStream.parent_seq, JournalStream.head_seq,
                JournalStream.first_ms,
            ).where(JournalStream.terminal == report.terminal)
        )
    }  # fmt: skip
    begin_ms = _begin_ms(report.business_day)
    bounds: dict[bytes, int] = {}
    stream, seq = report.stream, report.seq
    while stream and stream not in bounds:
        boot = boots.get(stream)
        if boot is None or boot.head_seq < seq:
            return None
        bounds[stream] = seq
        if _first_wall_ms(session, stream) < begin_ms:
            break
        stream, seq = boot.parent, boot.parent_seq
    return bounds


def _first_wall_ms(session: Session, stream: bytes) -> int:
    first = select(JournalPage.first_wall_ms).where(JournalPage.stream == stream, JournalPage.first == 1)
    return session.scalar(first) or 0


def _begin_ms(business_day: str) -> int:
    """Before this no event of the day was written, wherever its clock stood within a day."""
    return (date.fromisoformat(business_day) - date(1970, 1, 1)).days * DAY_MS - DAY_MS

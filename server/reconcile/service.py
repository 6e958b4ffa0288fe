"""Run the checks, keep what they found, and let a person answer what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from server.cards import settling
from server.cards.models import Card
from server.db.database import Database
from server.ledger import cases, families, rulings
from server.ledger.models import OPEN, Case
from server.reconcile.checks import BY_NAME, CHECKS, GREEN, RED, Check
from server.reconcile.models import Report, ReportLine
from server.sync.audit import Finding
from shared.errors import EnishiError
from shared.points.derive import value
from shared.text.plain import plain

NIGHT = 0  # the author of a run that nobody asked for
ITEMS_MAX = 200  # exceptions of one line that are kept; their number is kept whole
KEPT = 60  # reports
SMALL = 5_000  # cards; more than that are checked by the nightly run, not while somebody waits
NOTE_MAX = 200
_BEYOND = select(Report).order_by(Report.id.desc()).offset(KEPT)
_REDS = select(func.count()).where(ReportLine.report == bindparam("report"), ReportLine.colour == RED)
YES, NO, SEEN, STOP = "yes", "no", "seen", "stop"
ANSWERS: dict[str, tuple[str, ...]] = {
    cases.FORK: (STOP, SEEN),
    cases.WITNESS: (YES, NO),
    cases.PENDING: (YES, NO),
    cases.FORGED: (SEEN,),
    cases.IMAGE: (SEEN,),
    cases.WORN: (SEEN,),
    cases.CAP: (SEEN,),
    cases.HOLDER: (SEEN,),
    cases.REPLACED: (YES, SEEN),
    cases.STRAY: (SEEN,),
}


class Item(msgspec.Struct, frozen=True):
    """One exception as the page lists it."""

    what: str
    card: int = 0
    terminal: int = 0
    case: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One check with what it found."""

    check: Check
    colour: str
    checked: int
    wrong: int
    items: tuple[Item, ...]


def run_all(database: Database, author: int, now_ms: int, checks: Sequence[Check] = CHECKS) -> int:
    """A whole run of these checks, of one moment; its report. Looking takes minutes in large books, so it holds nobody
    up: it only reads, and what it found is written down at its end.
    """
    with database.reading() as session:
        findings = [check.look(session, now_ms) for check in checks]
    with database.transaction() as session:
        report = Report(started_ms=now_ms, finished_ms=max(now_ms, 1), author=author)
        session.add(report)
        session.flush()
        number = report.id
        pairs = zip(checks, findings, strict=True)
        rows = [_line(number, place, check, finding) for place, (check, finding) in enumerate(pairs)]
        session.execute(insert(ReportLine), rows)
        _keep_few(session)
    return number


def start(session: Session, author: int, now_ms: int) -> Report:
    """A run without lines yet. Runs that were given up are forgotten."""
    for old in session.scalars(select(Report).where(Report.finished_ms == 0)):
        _forget(session, old)
    report = Report(started_ms=now_ms, finished_ms=0, author=author)
    session.add(report)
    session.flush()
    return report


def following(session: Session, report: Report) -> Check | None:
    """The first check whose line is still missing."""
    done = set(session.scalars(select(ReportLine.check).where(ReportLine.report == report.id)))
    return next((check for check in CHECKS if check.name not in done), None)


def keep(session: Session, number: int, check: Check, finding: Finding, now_ms: int) -> bool:
    """Write a line down, unless the run was given up or has it already; False when the run is whole."""
    report = session.get(Report, number)
    place = CHECKS.index(check)
    if report is None:
        return False
    if session.get(ReportLine, (number, place)) is None:
        session.execute(insert(ReportLine), [_line(number, place, check, finding)])
    if following(session, report) is None:
        report.finished_ms = max(now_ms, 1)
        _keep_few(session)
    session.flush()
    return report.finished_ms == 0


def latest(session: Session) -> Report | None:
    """The newest whole run."""
    return session.scalars(select(Report).where(Report.finished_ms > 0).order_by(Report.id.desc()).limit(1)).first()


def running(session: Session) -> Report | None:
    return session.scalars(select(Report).where(Report.finished_ms == 0).order_by(Report.id.desc()).limit(1)).first()


def lines(session: Session, report: Report) -> Sequence[Line]:
    """In the order of the checks. A check of another version of this program is left out."""
    rows = session.scalars(select(ReportLine).where(ReportLine.report == report.id).order_by(ReportLine.place))
    return [
        Line(BY_NAME[row.check], row.colour, row.checked, row.wrong, tuple(_items.decode(row.items)))
        for row in rows
        if row.check in BY_NAME
    ]


def line(session: Session, report: Report, name: str) -> Line | None:
    return next((one for one in lines(session, report) if one.check.name == name), None)


def reds(session: Session, number: int) -> int:
    """How many lines of a report are red."""
    return session.scalar(_REDS, {"report": number}) or 0


def is_small(session: Session) -> bool:
    """Whether a person can wait for a run."""
    return (session.scalar(select(func.count()).select_from(Card)) or 0) <= SMALL


def answer(session: Session, case: Case, said: str, author: int, note: str, now_ms: int) -> None:
    """A person decides; what follows is posted at once. Raises ``input.case_closed``, ``input.case_answer`` or
    ``input.case_note``.
    """
    note = " ".join(plain(note).split())
    if case.state != OPEN:
        raise EnishiError("input.case_closed")
    if said not in ANSWERS[case.kind]:
        raise EnishiError("input.case_answer", value=said[:20])
    if not 0 < len(note) <= NOTE_MAX:
        raise EnishiError("input.case_note", limit=NOTE_MAX)
    _decide(session, case, said, author, note, now_ms)
    cases.close(session, case, said, author, note, now_ms)
    if case.card:
        settling.settle(session, [case.card], now_ms)


def _decide(session: Session, case: Case, said: str, author: int, note: str, now_ms: int) -> None:
    if case.kind == cases.FORK:
        rulings.clear(session, case.card, bytes.fromhex(case.subject), author, note, now_ms)
        if said == STOP:
            settling.stop(session, case.card, now_ms)
    elif case.kind == cases.REPLACED and said == YES:
        families.uphold(session, case.subject)
    elif case.kind in (cases.WITNESS, cases.PENDING):
        image = bytes.fromhex(case.subject)
        if said == NO:
            rulings.doubt(session, case.card, image, author, note, now_ms)
            return
        rulings.believe(session, case.card, image, author, note, now_ms)
        rulings.mature(session, case.card, image, _points(session, case.card, image), author, note, now_ms)


def _points(session: Session, card: int, image: bytes) -> int:
    books = families.keep(session, [card])[card]
    return sum(abs(value(one.lots)) for one in books.derived.witnesses if one.image.hash == image)


def _line(report: int, place: int, check: Check, finding: Finding) -> dict[str, object]:
    items = [Item(str(wrong), wrong.card, wrong.terminal, wrong.case) for wrong in finding.wrong[:ITEMS_MAX]]
    return {
        "report": report, "place": place, "check": check.name, "checked": finding.checked,
        "wrong": len(finding.wrong), "colour": check.colour if finding.wrong else GREEN,
        "items": msgspec.json.encode(items),
    }  # fmt: skip


def _keep_few(session: Session) -> None:
    for old in session.scalars(_BEYOND):
        _forget(session, old)


def _forget(session: Session, report: Report) -> None:
    session.execute(delete(ReportLine).where(ReportLine.report == report.id))
    session.delete(report)


_items: msgspec.json.Decoder[list[Item]] = msgspec.json.Decoder(list[Item])

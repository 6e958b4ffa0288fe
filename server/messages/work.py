"""Long work about notices: a message to everybody in a segment, piece by piece; and taking them back.

Every step is a transaction of its own of at most ``notices.BATCH`` members, and may be done again without harm.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from server.jobs import service as jobs
from server.jobs.service import Kind, Outcome, Run
from server.messages import notices
from server.messages.models import Notice
from server.segments import service as segments
from server.segments.work import start_of
from shared.locale import N_

EXPAND, CLOSE = "notices.expand", "notices.close"
_TELLING = N_("カードごとにお知らせを書いています")
_SWEEPING = N_("対象から外れた方のお知らせを取り消しています")
_CLOSING = N_("印字前のお知らせを取り消しています")


class Payload(Struct, frozen=True):
    notice: int


def begin(session: Session, notice: Notice, author: int, now_ms: int) -> int:
    """The job's number; it runs from the notice's first day on."""
    first = start_of(session, date.fromisoformat(notice.starts))
    return jobs.start(session, EXPAND, Payload(notice.number), author, now_ms, first if first > now_ms else 0)


def end(session: Session, notice: Notice, author: int, now_ms: int) -> int:
    return jobs.start(session, CLOSE, Payload(notice.number), author, now_ms)


def expand(run: Run) -> Outcome:
    """From where the last worker stopped."""
    number = msgspec.json.decode(run.payload, type=Payload).notice
    done, goes_on = run.done, True
    while goes_on:
        with run.step(done + 1, done + 2, _TELLING) as session:
            goes_on = _piece(session, number, run.now_ms())
        done += 1
    after, goes_on = 0, True
    while goes_on:
        with run.step(done + 1, done + 2, _SWEEPING) as session:
            after = _sweep(session, number, after, run.now_ms())
            goes_on = after > 0
            if not goes_on:
                _again_tomorrow(session, number, run)
        done += 1
    return Outcome(N_("お知らせを書き終えました。"), path=f"/notices/{number}")


def close(run: Run) -> Outcome:
    number = msgspec.json.decode(run.payload, type=Payload).notice
    done, goes_on = run.done, True
    while goes_on:
        with run.step(done + 1, done + 2, _CLOSING) as session:
            notice = session.get(Notice, number)
            goes_on = notice is not None and notices.close_some(session, notice, run.now_ms()) == notices.BATCH
        done += 1
    return Outcome(N_("印字前のお知らせを取り消しました。"), path=f"/notices/{number}")


def _piece(session: Session, number: int, now_ms: int) -> bool:
    """Whether there is more."""
    notice = session.get(Notice, number)
    if notice is None or notices.is_over(notice, segments.today_of(session, now_ms)):
        return False
    notices.expand(session, notice, now_ms)
    return notice.reached > 0


def _sweep(session: Session, number: int, after: int, now_ms: int) -> int:
    notice = session.get(Notice, number)
    if notice is None or not notice.grows or notices.is_over(notice, segments.today_of(session, now_ms)):
        return 0
    return notices.sweep(session, notice, after, now_ms)


def _again_tomorrow(session: Session, number: int, run: Run) -> None:
    notice, now_ms = session.get(Notice, number), run.now_ms()
    tomorrow = segments.today_of(session, now_ms) + timedelta(days=1)
    if notice is not None and notice.grows and not notices.is_over(notice, tomorrow):
        jobs.start(session, EXPAND, Payload(number), run.author, now_ms, start_of(session, tomorrow))


KINDS = {
    EXPAND: Kind(N_("お知らせを会員のカードに書く"), expand),
    CLOSE: Kind(N_("お知らせを取り消す"), close),
}

"""Long work about segments: telling the counters who is in the tagged ones, every day and after every change."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.jobs import service as jobs
from server.jobs.models import WAITING, Job
from server.jobs.service import Kind, Outcome, Run
from server.programs import service as programs
from server.segments import service
from server.segments.models import Segment
from shared.clock import JST
from shared.locale import N_
from shared.points.program import Programme

TAGS = "segments.tags"
TAGGING = N_("会員の対象者リストを端末に知らせています")
MEMBERS_A_STEP = service.TAG_BATCH


def start_of(session: Session, day: date) -> int:
    """The moment at which a business day begins, UTC milliseconds."""
    minute = (programs.current(session) or Programme()).day_start_minute
    return int((datetime.combine(day, time(), JST) + timedelta(minutes=minute)).timestamp() * 1000)


def tell(session: Session, author: int, now_ms: int) -> None:
    """As soon as possible; one that waits already is enough."""
    waiting = session.scalar(select(Job).where(Job.kind == TAGS, Job.state == WAITING).limit(1))
    if waiting is not None:
        waiting.lease_ms = 0
        session.flush()
    else:
        jobs.start(session, TAGS, {}, author, now_ms)


def tag(run: Run) -> Outcome:
    """Everybody once, piece by piece; and tomorrow again as long as any segment is told."""
    after, pieces, is_over = 0, 0, False
    while not is_over:
        with run.step(pieces + 1, pieces + 2, TAGGING) as session:
            after = service.set_tags(session, after, run.now_ms())
            is_over = after == 0
            if is_over and session.scalar(select(Segment.number).where(Segment.tagged.is_(True)).limit(1)) is not None:
                tomorrow = service.today_of(session, run.now_ms()) + timedelta(days=1)
                jobs.start(session, TAGS, {}, run.author, run.now_ms(), start_of(session, tomorrow))
        pieces += 1
    return Outcome(N_("会員の対象者リストを端末に知らせました。"))


KINDS = {TAGS: Kind(N_("対象者リストを端末に知らせる"), tag)}

"""The evaluation of the ranks as long work: a slice of the members a step, taken up again where it was cut."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.jobs import service as jobs
from server.jobs.models import OPEN, Job
from server.jobs.service import Kind, Outcome, Run
from server.rulebook import ranks
from shared.locale import N_

EVALUATE = "rulebook.ranks"
PATH = "/rulebook/ranks"


def start_due(session: Session, author: int, now_ms: int) -> int:
    """The number of the work that was begun; 0 where nothing is due, or somebody is at it."""
    if not ranks.is_due(session, now_ms):
        return 0
    if session.scalar(select(Job.number).where(Job.kind == EVALUATE, Job.state.in_(OPEN)).limit(1)) is not None:
        return 0
    return jobs.start(session, EVALUATE, {}, author, now_ms)


def evaluate(run: Run) -> Outcome:
    """Every evaluation that is due. Where it is stands in the evaluation, and is committed with its slice."""
    now_ms, slices, is_over = run.now_ms(), run.done, False
    with run.database.reading() as session:
        of = ranks.slices(session)
    while not is_over:
        with run.step(slices + 1, max(of, slices + 1), N_("ランクを見直しています")) as session:
            is_over = not ranks.advance(session, now_ms)
        slices += 1
    return Outcome(N_("ランクの見直しが終わりました。"), {}, PATH)


KINDS = {EVALUATE: Kind(N_("ランクの見直し"), evaluate)}

"""Start long work, do it step by step, stop it, look at it.

At least once: a worker that dies loses its lease, and another goes on from the last step that was committed. A step's
work and its progress are one transaction, and that transaction first looks whether the job is still the worker's own;
so a step is never committed twice, as long as a handler does all its writing inside ``Run.step``.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.db.database import Database
from server.jobs.models import CANCELLED, DONE, FAILED, OPEN, RUNNING, WAITING, Job
from shared.errors import EnishiError

LEASE_MS = 60_000  # longer than the longest step may take; a worker renews it with every step
ATTEMPTS_MAX = 3  # a job that kills its worker every time must not do so for ever
RETRY_MS = 5_000  # after a failure: as long as a writer waits for the database
PAYLOAD_MAX = 4 << 20  # bytes; an upload is limited to 2 MB and travels as text
KEPT_MS = 90 * 86_400_000  # finished jobs are remembered a quarter of a year
_log = logging.getLogger(__name__)


class Lost(Exception):
    """The job is somebody else's by now."""


class Stopped(Exception):
    """Somebody asked for an end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``words``: Japanese source text with places for ``facts``; ``path``: where to look at it."""

    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    path: str = ""


@dataclass(slots=True)
class Run:
    """One job in the hands of one worker. ``done``: the steps committed so far, by whomever; begin there."""

    database: Database
    now_ms: Callable[[], int]
    number: int
    kind: str
    worker: str
    payload: bytes
    author: int
    done: int

    @contextmanager
    def step(self, done: int, of: int, words: str = "") -> Iterator[Session]:
        """A transaction for one step, after which ``done`` of ``of`` are done. Raises ``Lost`` or ``Stopped``."""
        with self.database.transaction() as session:
            job = _own(session, self)
            if job.stop_wanted:
                raise Stopped
            yield session
            job.done, job.of, job.words = done, of, words
            job.changed_ms = now_ms = self.now_ms()
            job.lease_ms = now_ms + LEASE_MS
        self.done = done


Handler = Callable[[Run], Outcome]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of long work. ``run`` does it from ``Run.done`` on, and must bear being called again."""

    title: str  # Japanese source text
    run: Handler


def start(session: Session, kind: str, payload: Any, author: int, now_ms: int, not_before_ms: int = 0) -> int:
    """The number of a new job, which begins when the caller's transaction is committed, or at a later moment.
    ``payload``: for JSON.

    Raises ``jobs.large``.
    """
    encoded = msgspec.json.encode(payload)
    if len(encoded) > PAYLOAD_MAX:
        raise EnishiError("jobs.large", limit=PAYLOAD_MAX >> 20)
    job = Job(
        kind=kind, payload=encoded, author=author, state=WAITING, done=0, of=0, words="", result="", error="",
        facts=b"{}", path="", worker="", attempts=0, lease_ms=not_before_ms, stop_wanted=False, created_ms=now_ms,
        changed_ms=now_ms, finished_ms=0,
    )  # fmt: skip
    session.add(job)
    session.execute(delete(Job).where(Job.state.not_in(OPEN), Job.finished_ms < now_ms - KEPT_MS))
    session.flush()
    return job.number


def find(session: Session, number: int) -> Job | None:
    return session.get(Job, number)


def stop(session: Session, job: Job, now_ms: int) -> None:
    """One that waits ends now, one that runs before its next step. Raises ``jobs.over``."""
    if job.state not in OPEN:
        raise EnishiError("jobs.over")
    job.stop_wanted, job.changed_ms = True, now_ms
    if job.state == WAITING:
        _end(job, CANCELLED, now_ms)
    session.flush()


def count_open(session: Session, author: int, now_ms: int) -> int:
    """Of one person, without what is to begin later."""
    begun = (Job.state == RUNNING) | ((Job.state == WAITING) & (Job.lease_ms <= now_ms))
    return session.scalar(select(func.count()).select_from(Job).where(begun, Job.author == author)) or 0


def stamp(session: Session) -> str:
    """Differs whenever any job moved."""
    number, changed, done = session.execute(
        select(func.max(Job.number), func.max(Job.changed_ms), func.sum(Job.done))
    ).one()
    return f"{number}/{changed}/{done}"


def facts_of(job: Job) -> dict[str, str | int]:
    facts: dict[str, str | int] = msgspec.json.decode(job.facts)
    return facts


def take(database: Database, kinds: Mapping[str, Kind], now_ms: Callable[[], int]) -> Run | None:
    """The oldest job that nobody has, now in the caller's hands; what was tried too often is given up."""
    worker = secrets.token_hex(16)
    moment = now_ms()
    free = Job.state.in_(OPEN) & (Job.lease_ms < moment)
    with database.reading() as session:  # nearly always there is none, and writers need not wait for that
        if session.scalar(select(Job.number).where(free, Job.kind.in_(list(kinds))).limit(1)) is None:
            return None
    with database.transaction() as session:
        for job in session.scalars(select(Job).where(free, Job.kind.in_(list(kinds))).order_by(Job.number)):
            if job.stop_wanted:
                _end(job, CANCELLED, moment)
            elif job.attempts >= ATTEMPTS_MAX:
                _fail(job, EnishiError("jobs.given_up", times=job.attempts), moment)
            else:
                job.state, job.worker, job.attempts = RUNNING, worker, job.attempts + 1
                job.lease_ms, job.changed_ms = moment + LEASE_MS, moment
                return Run(database, now_ms, job.number, job.kind, worker, job.payload, job.author, job.done)
    return None


def work(run: Run, kind: Kind) -> None:
    """Do it, and write down what came of it. An unforeseen failure passes on; the job is tried again later."""
    try:
        outcome = kind.run(run)
    except Lost:
        _log.warning("job %d: another worker has it", run.number)
    except Stopped:
        _finish(run, lambda job: _end(job, CANCELLED, run.now_ms()))
    except EnishiError as error:
        refused = error
        _finish(run, lambda job: _fail(job, refused, run.now_ms()))
    else:
        _finish(run, lambda job: _succeed(job, outcome, run.now_ms()))


def release(run: Run) -> None:
    """Give it back after an unforeseen failure, to be tried again soon."""
    _finish(run, lambda job: _give_back(job, run.now_ms()))


def _finish(run: Run, change: Callable[[Job], None]) -> None:
    try:
        with run.database.transaction() as session:
            change(_own(session, run))
    except Lost:
        _log.warning("job %d: another worker has it", run.number)


def _own(session: Session, run: Run) -> Job:
    """Raises ``Lost``."""
    job = session.get(Job, run.number)
    if job is None or job.state != RUNNING or job.worker != run.worker:
        raise Lost
    return job


def _give_back(job: Job, now_ms: int) -> None:
    job.state, job.worker, job.lease_ms, job.changed_ms = WAITING, "", now_ms + RETRY_MS, now_ms


def _succeed(job: Job, outcome: Outcome, now_ms: int) -> None:
    job.result, job.path = outcome.words, outcome.path
    job.facts = msgspec.json.encode(dict(outcome.facts))
    job.done = job.of = max(job.done, job.of)
    _end(job, DONE, now_ms)


def _fail(job: Job, error: EnishiError, now_ms: int) -> None:
    job.error, job.facts = error.code, msgspec.json.encode(error.facts)
    _end(job, FAILED, now_ms)


def _end(job: Job, state: str, now_ms: int) -> None:
    job.state, job.worker, job.payload = state, "", b""
    job.changed_ms = job.finished_ms = now_ms

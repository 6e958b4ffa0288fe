"""Files of members as long work: judged, taken in, given back, some lines a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

import msgspec
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.audit import service as audit
from server.jobs.service import Kind, Outcome, Run
from server.members import intake, intake_back
from server.members.models import MemberImport
from server.programs import service as programs
from shared.clock import business_day
from shared.locale import N_
from shared.points.program import Programme

JUDGE, TAKE, BACK = "members.judge", "members.take", "members.back"


class Payload(msgspec.Struct, frozen=True):
    """``stores``: of whoever asked; None = all."""

    file: int
    stores: tuple[str, ...] | None = None

    @property
    def scope(self) -> Scope:
        return Scope(None if self.stores is None else frozenset(self.stores))


Step = Callable[[Session, MemberImport, list[int]], None]


def judge(run: Run) -> Outcome:
    """A dry run. Looking only reads; what was found is written down some lines at a time."""
    asked = msgspec.json.decode(run.payload, type=Payload)
    with run.database.reading() as session:
        day = business_day(run.now_ms(), (programs.current(session) or Programme()).day_start_minute)
        judged = list(intake.judge_all(session, session.get_one(MemberImport, asked.file), asked.scope, day))
    rest = iter(judged[run.done :])
    while piece := list(islice(rest, intake.BATCH)):
        with run.step(run.done + len(piece), len(judged), N_("行を確かめています")) as session:
            intake.keep_judgement(session, asked.file, piece)
    return Outcome(N_("{n}行を確かめました。"), {"n": len(judged)}, _path(asked))


def take(run: Run) -> Outcome:
    asked = msgspec.json.decode(run.payload, type=Payload)
    now_ms = run.now_ms()

    def step(session: Session, file: MemberImport, lines: list[int]) -> None:
        day = business_day(now_ms, (programs.current(session) or Programme()).day_start_minute)
        intake.take_in(session, file, lines, asked.scope, day, now_ms)

    return _all_lines(run, asked, step, intake.DONE, N_("取り込んでいます"), N_("{n}行を処理しました。"))


def back(run: Run) -> Outcome:
    asked = msgspec.json.decode(run.payload, type=Payload)
    now_ms = run.now_ms()

    def step(session: Session, file: MemberImport, lines: list[int]) -> None:
        intake_back.give_back(session, file, lines, now_ms)

    return _all_lines(
        run, asked, step, intake.UNDONE, N_("元に戻しています"), N_("{n}行を元に戻しました。"), last_first=True
    )


def _all_lines(
    run: Run, asked: Payload, step: Step, state: str, words: str, done: str, last_first: bool = False
) -> Outcome:
    with run.database.reading() as session:
        lines = [row.line for row in intake.rows(session, asked.file)]
    lines.sort(reverse=last_first)
    rest = iter(lines[run.done :])
    while piece := list(islice(rest, intake.BATCH)):
        with run.step(run.done + len(piece), len(lines), words) as session:
            step(session, session.get_one(MemberImport, asked.file), piece)
    with run.step(len(lines), len(lines), words) as session:
        file = session.get_one(MemberImport, asked.file)
        intake.set_state(session, file, state, run.now_ms())
        audit.note(session, run.author, f"members.import_{state}", f"import:{file.id}", {}, run.now_ms())
    return Outcome(done, {"n": len(lines)}, _path(asked))


def _path(asked: Payload) -> str:
    return f"/members/imports/{asked.file}"


KINDS: Mapping[str, Kind] = {
    JUDGE: Kind(N_("会員のファイルを確かめる"), judge),
    TAKE: Kind(N_("会員のファイルを取り込む"), take),
    BACK: Kind(N_("会員の取り込みを元に戻す"), back),
}

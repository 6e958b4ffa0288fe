"""The evaluation of the ranks in slices: cut anywhere, and begun again, it comes to the same; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from sqlalchemy import select

from server.features import JOBS
from server.jobs import service as jobs
from server.jobs.models import DONE, Job
from server.jobs.worker import Worker
from server.members import service as members
from server.members.models import Member
from server.members.values import Person
from server.programs import service as programs
from server.rulebook import rank_work, ranks
from server.rulebook.models import MemberRank, RankChange, RankEvaluation
from shared.card.codec import decode
from shared.card.image import CardFlag
from shared.ids import make_card_no
from shared.points.ranking import Rank, RankBasis, RankRule
from shared.sync.messages import RepairReply
from tests.contract.head_office_bench import DAY, RING, START_MS, Bench, commit, intent

PEOPLE = 7
SLICE = 3  # members; so there are two full slices and a last one
RULE = RankRule(RankBasis.AMOUNT, 12, (Rank("銀", 2_000), Rank("金", 5_000)), 4, 1, 0)
FIRST_MS, NEXT_MS = START_MS, START_MS + 500 * 86_400_000


class Cut(Exception):
    """The power went."""


def ranked(bench: Bench) -> None:
    """Seven members who spent 1,000 to 7,000 yen; nobody has a rank yet."""
    terminal = bench.terminal()
    with bench.database.transaction() as session:
        for number in range(1, PEOPLE + 1):
            person = Person("縁", f"{number}子", "エニシ", "コ")
            members.register(session, person, make_card_no(500 + number), "1", DAY, START_MS)
    for number in range(1, PEOPLE + 1):
        terminal.write(intent(number, 1, make_card_no(500 + number), amount_yen=1_000 * number), commit(number))
    terminal.hello()
    assert not terminal.push().quarantined
    with bench.database.transaction() as session:
        programs.enact(session, replace(programs.template("bakery"), ranks=RULE), bench.now_ms)


def outcome(bench: Bench) -> tuple[list[object], ...]:
    with bench.database.reading() as session:
        return (
            [*session.execute(select(Member.number, Member.rank).order_by(Member.number))],
            [*session.execute(
                select(MemberRank.member, MemberRank.rank, MemberRank.since, MemberRank.figure)
                .order_by(MemberRank.member)
            )],
            [*session.execute(
                select(RankChange.member, RankChange.before, RankChange.after, RankChange.figure, RankChange.day)
                .order_by(RankChange.member, RankChange.day)
            )],
            [*session.execute(
                select(RankEvaluation.day, RankEvaluation.moved, RankEvaluation.is_done).order_by(RankEvaluation.day)
            )],
        )  # fmt: skip


def looked_over(bench: Bench, now_ms: int, cut_at: int = -1, limit: int = SLICE) -> int:
    """How many slices there were. The one numbered ``cut_at`` is lost once, and done again."""
    done = 0
    while True:
        try:
            with bench.database.transaction() as session:
                if not ranks.advance(session, now_ms, limit):
                    return done
                if done == cut_at:
                    raise Cut
            done += 1
        except Cut:
            cut_at = -1


RISEN = ["", "銀", "銀", "銀", "金", "金", "金"]


@pytest.mark.parametrize("cut_at", [-1, 0, 1, 2, 3, 4, 5])
def test_wherever_it_is_cut_the_ranks_are_the_same(bench: Bench, cut_at: int) -> None:
    ranked(bench)
    slices = looked_over(bench, FIRST_MS, cut_at) + looked_over(bench, NEXT_MS, cut_at - 3)
    assert slices == 3 + 3 * 2, "the first makes the ranks, two Aprils look them over"
    held, _, changes, evaluations = outcome(bench)
    assert [rank for _, rank in held[-PEOPLE:]] == [""] * PEOPLE, "a year without visits"
    assert [(after, day) for _, before, after, _, day in changes if not before] == [
        (rank, DAY) for rank in RISEN if rank
    ]
    assert [tuple(row) for row in evaluations] == [(DAY, 6, True), ("2027-04-01", 0, True), ("2028-04-01", 6, True)]


def test_one_slice_or_many_is_the_same(bench: Bench) -> None:
    ranked(bench)
    assert looked_over(bench, FIRST_MS, limit=ranks.BATCH) == 1
    held, *_ = outcome(bench)
    assert [rank for _, rank in held[-PEOPLE:]] == RISEN


def test_an_evaluation_goes_by_the_rules_that_it_began_with(bench: Bench) -> None:
    ranked(bench)
    with bench.database.transaction() as session:
        assert ranks.advance(session, FIRST_MS, SLICE)
        steep = replace(RULE, ranks=(Rank("銀", 6_000),))
        programs.enact(session, replace(programs.template("bakery"), ranks=steep), bench.now_ms)
    looked_over(bench, FIRST_MS)
    assert [rank for _, rank in outcome(bench)[0][-PEOPLE:]] == RISEN


def test_the_night_starts_it_once_and_it_says_how_far_it_is(bench: Bench) -> None:
    with bench.database.transaction() as session:
        assert rank_work.start_due(session, 0, bench.now_ms) == 0, "there are no ranks"
    ranked(bench)
    with bench.database.transaction() as session:
        number = rank_work.start_due(session, 0, bench.now_ms)
        assert number
        assert rank_work.start_due(session, 0, bench.now_ms) == 0, "somebody is at it"
    worker = Worker(bench.database, JOBS, lambda: bench.now_ms)
    run = worker.take()
    assert run is not None
    worker.work(run)
    with bench.database.transaction() as session:
        job = jobs.find(session, number)
        assert isinstance(job, Job)
        assert (job.state, job.done, job.of, job.path) == (DONE, 2, 2, rank_work.PATH)
        assert rank_work.start_due(session, 0, bench.now_ms) == 0, "nothing is due"
        assert not ranks.is_due(session, bench.now_ms)
    assert date.fromisoformat(outcome(bench)[3][0][0]) == date.fromisoformat(DAY)


def test_a_repaired_card_bears_the_rank_of_its_holder(bench: Bench) -> None:
    ranked(bench)
    looked_over(bench, FIRST_MS)
    for number, place in ((1, 0), (2, 1), (7, 2)):
        answer = bench.terminal(40 + number).repair(900 + number, make_card_no(500 + number))
        track = msgspec.json.decode(answer.data, type=RepairReply).track
        image = decode(track, RING).image
        assert image is not None
        assert (image.rank, image.flags & CardFlag.REPAIRED) == (place, CardFlag.REPAIRED)

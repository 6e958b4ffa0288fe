"""Drafts of the rules on both databases: tried, agreed, brought into force; why visits earned; ranks; gifts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.benefits.models import Benefit
from server.features import JOBS
from server.jobs.worker import Worker
from server.members import service as members
from server.members.models import Member
from server.members.values import Person
from server.programs import service as programs
from server.rulebook import drafts, ranks, reasons, replay
from server.rulebook.models import MemberRank, RankEvaluation, VisitReason
from shared.errors import EnishiError
from shared.points.program import Programme, Terms
from shared.points.promotion import Benefits, Birthday, Conditions, Multiply, Promotion, Weekdays, Window
from shared.points.ranking import Rank, RankBasis, RankRule
from shared.points.why import BASE, GIFT, LANE, PLUS, RAIN, SEEN, TIMES
from shared.sync.messages import ProgrammeItem
from shared.visit.journal import Weather
from tests.contract.head_office_bench import CARD, DAY, OTHER_CARD, START_MS, Bench, commit, intent, visit_id

DAY_MS = 86_400_000
_terminals = count(100)
TERMS = Terms(contact="03-1234-5678", expiry_words="12か月", use_words="100点から")
BIRTHDAY = Promotion(
    7, "誕生日", "おめでとうございます", 0, True, Conditions(birthday=Birthday(Window.MONTH)),
    Benefits(multiply=Multiply(20), gift="お花 1本"),
)  # fmt: skip


def doubled(bench: Bench) -> Programme:
    """The bakery's rules with a doubled birthday, ready to start."""
    return replace(programs.template("bakery"), terms=TERMS, promotions=(BIRTHDAY,))


def enacted(bench: Bench, programme: Programme, start: str = "") -> Programme:
    with bench.database.transaction() as session:
        return programs.enact(session, programme, bench.now_ms, start)


def member(bench: Bench, card: int = CARD, birthday: str = "1965-11-03") -> int:
    with bench.database.transaction() as session:
        person = Person("髙橋", "美智子", "タカハシ", "ミチコ", birthday=birthday)
        return members.register(session, person, card, "1", DAY, START_MS)


def visited(bench: Bench, *visits: tuple[int, int, dict[str, object]], card: int = CARD) -> None:
    """Number, place on the card and figures of each."""
    terminal = bench.terminal()
    for number, place, figures in visits:
        terminal.write(intent(number, place, card, **figures), commit(number))
    terminal.hello()
    assert not terminal.push().quarantined


def drafted(bench: Bench, programme: Programme) -> int:
    with bench.database.transaction() as session:
        return drafts.new(session, programme, 1, 1, START_MS).number


def tried(bench: Bench, number: int) -> replay.Preview:
    with bench.database.transaction() as session:
        found = drafts.find(session, number)
        drafts.start_preview(session, found, 1, bench.now_ms)
    worker = Worker(bench.database, JOBS, lambda: bench.now_ms)
    run = worker.take()
    assert run is not None
    worker.work(run)
    with bench.database.reading() as session:
        preview = drafts.preview_of(drafts.find(session, number))
        assert preview is not None
        assert preview.is_done
        return preview


def told(bench: Bench) -> Programme:
    """By a terminal that was not there before."""
    items = [entry.item for entry in bench.terminal(next(_terminals)).pull().items]
    return next(item.programme for item in items if isinstance(item, ProgrammeItem))


def test_a_draft_is_tried_and_brought_into_force(bench: Bench) -> None:
    member(bench)
    visited(bench, (1, 1, {}), (2, 2, {"amount_yen": 900, "earn": 9, "lots": ((36, 9),)}))
    number = drafted(bench, doubled(bench))
    preview = tried(bench, number)
    assert (preview.visits, preview.before, preview.after) == (2, 19, 29)  # only the first visit of the month doubles
    assert (preview.winners, preview.losers, preview.same) == (1, 0, 0)
    assert [(month.month, month.visits, month.before, month.after) for month in preview.months] == [
        (DAY[:7], 2, 19, 29)
    ]
    assert (preview.outstanding, preview.extra_yen, preview.liability_after_yen) == (19, 10, 29)
    with bench.database.transaction() as session:
        assert drafts.bring(session, drafts.find(session, number), "", "誕生日をはじめる", 1, bench.now_ms)
        assert drafts.find(session, number).enacted == 2
    assert told(bench).version == 2
    assert told(bench).promotions == (BIRTHDAY,)


def test_rules_that_were_not_tried_or_lack_terms_do_not_start(bench: Bench) -> None:
    lacking, untried = drafted(bench, programs.template("bakery")), drafted(bench, doubled(bench))
    with bench.database.transaction() as session:
        with pytest.raises(EnishiError, match="not_ready"):
            drafts.bring(session, drafts.find(session, lacking), "", "", 1, bench.now_ms)
        with pytest.raises(EnishiError, match="no_preview"):
            drafts.bring(session, drafts.find(session, untried), "", "", 1, bench.now_ms)
    tried(bench, untried)
    with bench.database.transaction() as session:
        found = drafts.find(session, untried)
        drafts.save(session, found, replace(drafts.programme_of(found), expiry_months=6), bench.now_ms)
        assert drafts.preview_of(found) is None, "a preview of other rules says nothing"
        with pytest.raises(EnishiError, match="no_preview"):
            drafts.bring(session, found, "", "", 1, bench.now_ms)


def test_what_costs_much_waits_for_a_second_person(bench: Bench) -> None:
    big = {"amount_yen": 9_000_000, "earn": 90_000, "lots": ((36, 90_000),)}
    visited(bench, (1, 1, big), (2, 2, big))
    generous = replace(doubled(bench), promotions=(replace(BIRTHDAY, conditions=Conditions()),))
    number = drafted(bench, generous)
    assert tried(bench, number).extra_yen == 180_000 > replay.SECOND_PERSON_YEN
    with bench.database.transaction() as session:
        found = drafts.find(session, number)
        assert not drafts.bring(session, found, "", "", 1, bench.now_ms)
        wish = drafts.Wish(number, replay.digest(generous), "", "", 180_000)
        with pytest.raises(EnishiError, match="closed"):
            drafts.save(session, found, generous, bench.now_ms)
    with bench.database.transaction() as session:
        drafts.agreed(session, msgspec.json.encode(wish), 1, 2, bench.now_ms)
        assert drafts.find(session, number).state == "enacted"


def test_a_version_for_a_later_day_travels_before_it(bench: Bench) -> None:
    later = "2026-12-01"
    enacted(bench, doubled(bench), later)
    now = told(bench)
    assert (now.version, now.promotions) == (1, ())
    assert now.then is not None
    assert (now.then.version, now.then.start, now.then.promotions) == (2, later, (BIRTHDAY,))
    with bench.database.reading() as session:
        assert programs.current(session, bench.now_ms).version == 1
        assert programs.current(session, bench.now_ms + 13 * DAY_MS).version == 2
    with bench.database.transaction() as session:
        programs.enact(session, programs.template("cafe"), bench.now_ms, "2026-11-25")
        waiting = programs.planned(session, bench.now_ms)
        assert [row.version for row in waiting] == [3], "a later plan for an earlier day takes the place of the first"
        programs.withdraw(session, 3, bench.now_ms)
        assert not programs.planned(session, bench.now_ms)
        with pytest.raises(EnishiError, match="begun"):
            programs.withdraw(session, 3, bench.now_ms)
        for start in ("2026-11-18", "2027-11-20", "tomorrow"):
            with pytest.raises(EnishiError, match="start"):
                programs.enact(session, programs.template("cafe"), bench.now_ms, start)


def test_a_rainy_day_is_told_and_over_on_the_next(bench: Bench) -> None:
    with bench.database.transaction() as session:
        programs.set_rain(session, date.fromisoformat(DAY), ["1", "1"], 1, bench.now_ms)
    assert told(bench).rain == (f"{DAY}:1",)
    with bench.database.transaction() as session:
        programs.publish(session, bench.now_ms + 2 * DAY_MS)
    assert told(bench).rain == ()


RAINY = Promotion(9, "雨の日", conditions=Conditions(rain=True), benefits=Benefits(points=5))
WET = {"earn": 15, "lots": ((36, 15),), "programme": 2}


def said(bench: Bench, rainy: bool, number: int = 12, store: str = "1", at_ms: int = 0) -> None:
    terminal = bench.terminal(number, store)
    terminal.wall_ms = at_ms or terminal.wall_ms
    terminal.write(Weather(DAY, rainy, 3))
    terminal.hello()
    assert not terminal.push().quarantined


def test_a_manager_at_a_counter_switches_the_own_store(bench: Bench) -> None:
    enacted(bench, replace(doubled(bench), promotions=(RAINY,)))
    said(bench, True)
    said(bench, True, 13, "2")
    assert told(bench).rain == (f"{DAY}:1", f"{DAY}:2")
    with bench.database.reading() as session:
        first, _ = programs.rain_words(session, date.fromisoformat(DAY))
        assert (first.terminal, first.staff, first.author, first.rainy) == (12, 3, 0, True)
    said(bench, False, 14)
    assert told(bench).rain == (f"{DAY}:2",)


def test_of_head_office_and_counter_the_later_word_holds_whichever_comes_first(bench: Bench) -> None:
    enacted(bench, replace(doubled(bench), promotions=(RAINY,)))
    with bench.database.transaction() as session:
        programs.set_rain(session, date.fromisoformat(DAY), ["1"], 1, bench.now_ms)
    said(bench, False, 12, at_ms=bench.now_ms - 60_000)  # was on its way when head office said otherwise
    assert told(bench).rain == (f"{DAY}:1",)
    said(bench, False, 13, at_ms=bench.now_ms + 60_000)  # a clock that is ahead
    assert told(bench).rain == ()
    with bench.database.transaction() as session:
        (word,) = programs.rain_words(session, date.fromisoformat(DAY))
        assert word.at_ms == bench.now_ms, "no word is later than its coming"
        programs.set_rain(session, date.fromisoformat(DAY), ["1"], 4, bench.now_ms + 1)
        (word,) = programs.rain_words(session, date.fromisoformat(DAY))
        assert (word.rainy, word.author, word.terminal, word.staff) == (True, 4, 0, 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_head_office_comes_to_what_a_rainy_counter_gave(bench: Bench, when: str) -> None:
    """Also when nobody had told it of the rain, and when somebody at head office had said that there is none."""
    member(bench)
    enacted(bench, replace(doubled(bench), promotions=(RAINY,)))
    terminal = bench.terminal(15)
    why = ((SEEN, 600, 0, 0, -1), (BASE, 0, 1000, 10), (PLUS, 9, 5), (RAIN, 1))
    note = [Weather(DAY, True, 3)]
    visits = [intent(1, 1, **WET, why=why), commit(1)]
    terminal.write(*(note + visits if when == "before" else visits))
    terminal.hello()
    assert not terminal.push().quarantined
    with bench.database.reading() as session:
        (reason,) = reasons.of_visits(session, [CARD])
        assert (reason.ours.earn, reason.difference) == (15, 0)
        assert reason.told.text(str) == "1,000円 ÷ 100円 × 1点 ＋ 5点（雨の日） = 15点"


def test_a_visit_before_the_rain_is_dry(bench: Bench) -> None:
    member(bench)
    enacted(bench, replace(doubled(bench), promotions=(RAINY,)))
    visited(bench, (1, 1, {"programme": 2}))
    bench.now_ms += 3_600_000
    said(bench, True, 16, at_ms=bench.now_ms)
    with bench.database.reading() as session:
        (reason,) = reasons.of_visits(session, [CARD])
        assert (reason.visit.at_ms < bench.now_ms, reason.difference) == (True, 0)
        (past,) = reasons.pasts(session, [CARD])
        assert not past.rain


def test_a_draft_is_tried_with_the_rain_that_there_was(bench: Bench) -> None:
    said(bench, True, 21, at_ms=START_MS - 3_600_000)
    visited(bench, (1, 1, {}))
    number = drafted(bench, replace(doubled(bench), promotions=(RAINY,)))
    assert (tried(bench, number).before, tried(bench, number).after) == (10, 15)


WHY = ((SEEN, 600, 0, 0, -1), (BASE, 0, 1000, 10), (TIMES, 7, 20), (LANE, 20), (GIFT, 7))
DOUBLE = {"earn": 20, "lots": ((36, 20),), "programme": 2, "why": WHY}


def test_a_visit_says_why_and_its_gift_waits_for_the_next(bench: Bench) -> None:
    member(bench)
    enacted(bench, doubled(bench))
    visited(bench, (1, 1, DOUBLE))
    with bench.database.reading() as session:
        (reason,) = reasons.of_visits(session, [CARD])
        assert reason.told.text(str) == "1,000円 ÷ 100円 × 1点 × 2（誕生日） = 20点"
        assert reason.ours.earn == 20
        assert reason.difference == 0
        assert [row.text for row in session.scalars(select(Benefit))] == ["お花 1本"]
        assert not session.get(VisitReason, visit_id(1)).gift_due


def test_an_undecided_visit_grants_nothing_yet_and_then_once(bench: Bench) -> None:
    enacted(bench, doubled(bench))
    terminal = bench.terminal()
    terminal.write(intent(1, 1, **DOUBLE))
    terminal.hello()
    terminal.push()
    assert bench.count(Benefit) == 0
    terminal.write(commit(1))
    terminal.push(2)
    terminal.push()
    assert bench.count(Benefit) == 1


def test_another_figure_is_a_note_and_changes_nothing(bench: Bench) -> None:
    member(bench)
    enacted(bench, doubled(bench))
    visited(bench, (1, 1, {"programme": 2}))  # the terminal did not know the member yet
    with bench.database.reading() as session:
        (reason,) = reasons.of_visits(session, [CARD])
        assert (reason.visit.earn, reason.difference) == (10, 10)
        assert reason.ours.text(str).endswith("× 2（誕生日） = 20点")


def test_rows_that_mean_nothing_cost_the_visit_nothing(bench: Bench) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1, why=((99, 1, 2, 3, 4, 5, 6, 7, 8, 9),)), commit(1))
    terminal.hello()
    assert [one.code for one in terminal.push().quarantined] == ["sync.field"]
    assert bench.books()["states"] == {visit_id(1): "counted"}
    assert bench.count(VisitReason) == 0


def looked_over(session: Session, now_ms: int) -> None:
    while ranks.advance(session, now_ms):
        pass


RANKED = RankRule(RankBasis.AMOUNT, 12, (Rank("銀", 1_000), Rank("金", 2_000)), 4, 1, 3)


def test_a_rank_rises_at_once_and_falls_at_an_evaluation_after_its_grace(bench: Bench) -> None:
    number = member(bench)
    enacted(bench, replace(doubled(bench), ranks=RANKED))
    visited(bench, (1, 1, {}), (2, 2, {"amount_yen": 1_000}))
    with bench.database.reading() as session:
        assert session.get(Member, number).rank == "金"
        standing = ranks.standing(session, number, bench.now_ms)
        assert (standing.figure, standing.next_name, standing.held.since) == (2_000, "", DAY)
    with bench.database.transaction() as session:
        looked_over(session, bench.now_ms)
        assert session.scalars(select(RankEvaluation.day)).all() == [DAY]
    after = {"2027-04-01": "金", "2028-04-01": ""}  # the first finds it still earned; the next but one too little
    for day, rank in after.items():
        now_ms = START_MS + (date.fromisoformat(day) - date.fromisoformat(DAY)).days * DAY_MS
        with bench.database.transaction() as session:
            moves = ranks.preview(session, replace(doubled(bench), ranks=RANKED), date.fromisoformat(day))
            looked_over(session, now_ms)
            held = session.get(MemberRank, number)
            if not rank:
                assert [(move.before, move.after, move.grace) for move in moves] == [("金", "金", True)]
                assert (held.rank, held.short_since) == ("金", day)
                now_ms += 366 * DAY_MS
                looked_over(session, now_ms)
                assert session.get(Member, number).rank == ""
            else:
                assert session.get(Member, number).rank == rank


@pytest.mark.parametrize(("yen", "rank"), [(999, ""), (1_000, "銀"), (1_001, "銀"), (1_999, "銀"), (2_000, "金")])
def test_the_edges_of_a_rank(bench: Bench, yen: int, rank: str) -> None:
    number = member(bench)
    enacted(bench, replace(doubled(bench), ranks=RANKED))
    visited(bench, (1, 1, {"amount_yen": yen}))
    with bench.database.reading() as session:
        assert session.get(Member, number).rank == rank


def test_a_card_without_a_holder_has_a_preview_and_no_rank(bench: Bench) -> None:
    enacted(bench, replace(doubled(bench), ranks=RANKED))
    visited(bench, (1, 1, {}), card=OTHER_CARD)
    everybody = replace(
        doubled(bench),
        promotions=(
            Promotion(1, "毎日", "", 0, True, Conditions(weekdays=Weekdays(tuple(range(7)))), Benefits(points=5)),
        ),
    )
    preview = tried(bench, drafted(bench, everybody))
    assert [(one.holder, one.before, one.after) for one in preview.most] == [(-OTHER_CARD, 10, 15)]
    assert bench.count(MemberRank) == 0

"""A notice to a segment: decided once per member, drawn, told, proven card by card, taken back; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from server.access.scope import ALL, Scope
from server.features import JOBS
from server.feed import service as feed
from server.jobs import service as jobs
from server.jobs.service import Run
from server.jobs.worker import Worker
from server.members import consents
from server.members import service as members
from server.members.consents import Given
from server.members.values import Person
from server.messages import notices, work
from server.messages.drafts import Draft
from server.messages.models import CardMessage, Notice, NoticeMember
from server.messages.notices import Counts
from server.segments import service as segments
from server.segments.rules import EVERYBODY, Is, Rule
from shared.errors import EnishiError
from shared.ids import CardNo, MessageId, VisitId, make_card_no
from shared.sync.messages import MessageClosedItem, MessageItem
from shared.visit.journal import Print
from tests.contract.head_office_bench import DAY, START_MS, Bench, commit, intent, visit_id

TODAY = date.fromisoformat(DAY)
AUTHOR = 1
DRAFT = Draft("冬の感謝", 1, "{name}様 いつもありがとうございます。")


def people(bench: Bench, count: int, first: int = 200, store: str = "1") -> list[int]:
    """New members, each with a card."""
    with bench.database.transaction() as session:
        return [
            members.register(session, Person(f"会員{serial}"), make_card_no(serial), store, DAY, START_MS)
            for serial in range(first, first + count)
        ]


def segment(bench: Bench, rule: Rule = EVERYBODY, scope: Scope = ALL) -> int:
    with bench.database.transaction() as session:
        return segments.save(session, segments.Draft("対象", rule), 0, AUTHOR, scope, START_MS).number


def begin(bench: Bench, draft: Draft = DRAFT, scope: Scope = ALL) -> int:
    with bench.database.transaction() as session:
        notice = notices.plan(session, draft, AUTHOR, TODAY, bench.now_ms, scope)
        work.begin(session, notice, AUTHOR, bench.now_ms)
        return notice.number


def work_all(bench: Bench) -> int:
    """How many jobs were done."""
    worker, done = Worker(bench.database, JOBS, lambda: bench.now_ms), 0
    while (run := worker.take()) is not None:
        worker.work(run)
        done += 1
    return done


def counts(bench: Bench, number: int, today: date = TODAY) -> Counts:
    with bench.database.reading() as session:
        notice = notices.find(session, number, ALL)
        assert notice is not None
        return notices.counts(session, notice, today)


def in_feed(bench: Bench) -> dict[int, CardNo]:
    with bench.database.reading() as session:
        items = [entry.item for entry in feed.pull(session, 0, 1000).items]
        assert all(item.text for item in items if isinstance(item, MessageItem))
        return {item.id: CardNo(item.card) for item in items if isinstance(item, MessageItem)}


def test_everybody_in_the_segment_is_told_once_however_often_it_is_expanded(bench: Bench) -> None:
    people(bench, 5)
    segment(bench)
    number = begin(bench)
    assert work_all(bench) == 1
    for _ in range(3):
        with bench.database.transaction() as session:
            notice = session.get(Notice, number)
            assert notice is not None
            notices.expand(session, notice, START_MS, limit=2)
    assert counts(bench, number).told == 5
    assert len(in_feed(bench)) == 5


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(bench: Bench) -> None:
    people(bench, 7)
    segment(bench)
    number = begin(bench)
    run = jobs.take(bench.database, JOBS, lambda: bench.now_ms)
    assert run is not None
    with run.step(1, 2) as session:
        notice = session.get(Notice, number)
        assert notice is not None
        notices.expand(session, notice, START_MS, limit=3)
    with pytest.raises(RuntimeError):
        die_in_mid_step(run, number)
    assert counts(bench, number).told == 3
    bench.now_ms += jobs.LEASE_MS + 1
    assert work_all(bench) == 1
    assert counts(bench, number).told == 7
    assert isinstance(run, Run)


def die_in_mid_step(run: Run, number: int) -> None:
    with run.step(2, 3) as session:
        notice = session.get(Notice, number)
        assert notice is not None
        notices.expand(session, notice, START_MS, limit=3)
        raise RuntimeError("the power goes")


def test_the_draw_is_the_same_at_every_asking_and_near_its_share(bench: Bench) -> None:
    notice = Notice(seed=42, holdout=100)
    drawn = [member for member in range(10_000) if notices.in_holdout(notice, member)]
    assert drawn == [member for member in range(10_000) if notices.in_holdout(notice, member)]
    assert 900 < len(drawn) < 1_100
    assert not any(notices.in_holdout(Notice(seed=42, holdout=0), member) for member in range(1_000))
    others = [member for member in range(10_000) if notices.in_holdout(Notice(seed=43, holdout=100), member)]
    assert drawn != others


def test_whoever_was_drawn_is_told_nothing_and_stays_drawn(bench: Bench) -> None:
    numbers = people(bench, 40)
    segment(bench)
    number = begin(bench, replace(DRAFT, holdout=500))
    work_all(bench)
    with bench.database.reading() as session:
        notice = session.get(Notice, number)
        assert notice is not None
        drawn = [one for one in numbers if notices.in_holdout(notice, one)]
    told = counts(bench, number)
    assert told.parts["holdout"] == len(drawn)
    assert told.told == 40 - len(drawn)
    assert 0 < len(drawn) < 40


def test_promotion_goes_to_nobody_who_does_not_want_it_and_to_nobody_without_a_card(bench: Bench) -> None:
    refusing, willing = people(bench, 2)
    refuse(bench, refusing)
    with bench.database.transaction() as session:
        members.register(session, Person("手ぶら"), None, "1", DAY, START_MS)
    segment(bench)
    number = begin(bench)
    work_all(bench)
    told = counts(bench, number)
    assert (told.told, told.parts["opted_out"], told.parts["no_card"]) == (1, 1, 1)
    plain = begin(bench, replace(DRAFT, name="大切なお知らせ", promotes=False))
    work_all(bench)
    assert counts(bench, plain).told == 2
    assert willing


def refuse(bench: Bench, member: int) -> None:
    with bench.database.transaction() as session:
        person = members.find(session, member, ALL)
        assert person is not None
        consents.give(session, person, [Given(consents.PRINT, False)], "", AUTHOR, START_MS)


def test_a_no_that_comes_later_takes_the_waiting_message_back(bench: Bench) -> None:
    (member,) = people(bench, 1)
    segment(bench)
    number = begin(bench, replace(DRAFT, grows=True, valid_until="2026-12-31"))
    work_all(bench)
    assert counts(bench, number).states["waiting"] == 1
    refuse(bench, member)
    bench.now_ms += 86_400_000
    work_all(bench)
    told = counts(bench, number)
    assert (told.states["waiting"], told.states["withdrawn"], told.parts["opted_out"]) == (0, 1, 1)
    assert not in_feed(bench)


def test_what_terminals_tell_moves_the_figures(bench: Bench) -> None:
    people(bench, 3, first=123)
    segment(bench)
    number = begin(bench)
    work_all(bench)
    by_card = {card: MessageId(message) for message, card in in_feed(bench).items()}
    terminal = bench.terminal()
    first = Print(VisitId(visit_id(1)), 1, "", (by_card[make_card_no(123)],), ())
    second = Print(VisitId(visit_id(1)), 1, "", (), (by_card[make_card_no(124)],))
    terminal.write(intent(1, 1), commit(1), first, second)
    terminal.push()
    told = counts(bench, number)
    assert (told.states["printed"], told.states["no_room"], told.states["waiting"]) == (1, 1, 1)
    assert told.saved_yen == notices.POSTCARD_YEN
    later = counts(bench, number)
    assert later.told == 3


def test_a_notice_past_its_last_day_has_expired(bench: Bench) -> None:
    people(bench, 2)
    segment(bench)
    number = begin(bench, replace(DRAFT, valid_until="2026-11-20"))
    work_all(bench)
    told = counts(bench, number, date(2026, 11, 21))
    assert (told.states["expired"], told.states["waiting"]) == (2, 0)


def test_a_notice_taken_back_closes_what_waits(bench: Bench) -> None:
    people(bench, 3)
    segment(bench)
    number = begin(bench)
    work_all(bench)
    with bench.database.transaction() as session:
        notice = notices.find(session, number, ALL)
        assert notice is not None
        notices.withdraw(session, notice)
        work.end(session, notice, AUTHOR, START_MS)
    work_all(bench)
    assert counts(bench, number).states["withdrawn"] == 3
    assert not in_feed(bench)
    with bench.database.reading() as session:
        closed = [
            entry.item for entry in feed.pull(session, 0, 1000).items if isinstance(entry.item, MessageClosedItem)
        ]
        assert len(closed) == 3
    with bench.database.transaction() as session:
        again = notices.find(session, number, ALL)
        assert again is not None
        with pytest.raises(EnishiError) as raised:
            notices.withdraw(session, again)
    assert raised.value.code == "notice.closed"


def test_a_later_notice_takes_the_place_of_an_earlier_one(bench: Bench) -> None:
    people(bench, 2)
    segment(bench)
    first = begin(bench)
    work_all(bench)
    second = begin(bench, replace(DRAFT, name="春の感謝", replaces=first))
    work_all(bench)
    assert counts(bench, first).states["superseded"] == 2
    assert counts(bench, second).states["waiting"] == 2
    assert len(in_feed(bench)) == 2


def test_a_growing_notice_reaches_who_comes_and_leaves_who_goes(bench: Bench) -> None:
    first, second = people(bench, 2)
    segment(bench, Is("name", "starts", ("会員",)))
    number = begin(bench, replace(DRAFT, grows=True, valid_until="2026-12-31"))
    work_all(bench)
    people(bench, 1, first=300)
    with bench.database.transaction() as session:
        gone = members.find(session, first, ALL)
        assert gone is not None
        members.change(session, gone, Person("山田"), START_MS)
    assert work_all(bench) == 0
    bench.now_ms += 86_400_000
    assert work_all(bench) == 1
    told = counts(bench, number)
    assert (told.states["waiting"], told.states["withdrawn"]) == (2, 1)
    assert second


def test_a_notice_of_a_later_day_waits_for_it(bench: Bench) -> None:
    people(bench, 1)
    segment(bench)
    number = begin(bench, replace(DRAFT, starts="2026-11-20"))
    assert work_all(bench) == 0
    bench.now_ms += 2 * 86_400_000
    assert work_all(bench) == 1
    assert counts(bench, number).told == 1


def test_a_notice_reaches_no_member_beyond_its_authors_stores(bench: Bench) -> None:
    people(bench, 2, store="1")
    people(bench, 1, first=300, store="2")
    segment(bench)
    in_two = Scope(frozenset({"2"}))
    number = begin(bench, DRAFT, in_two)
    work_all(bench)
    assert counts(bench, number).told == 1
    with bench.database.reading() as session:
        assert notices.find(session, number, in_two) is not None
        assert notices.find(session, number, Scope(frozenset({"1"}))) is None
        assert [one.number for one in notices.listed(session, in_two)] == [number]


def test_the_list_behind_each_number_is_as_long_as_the_number(bench: Bench) -> None:
    numbers = people(bench, 12)
    refuse(bench, numbers[0])
    segment(bench)
    number = begin(bench, replace(DRAFT, holdout=300))
    work_all(bench)
    told = counts(bench, number)
    with bench.database.reading() as session:
        notice = notices.find(session, number, ALL)
        assert notice is not None
        for what, wanted in {**told.states, **told.parts}.items():
            rows = (
                select(func.count())
                .select_from(NoticeMember)
                .outerjoin(CardMessage, CardMessage.id == NoticeMember.message)
                .where(NoticeMember.notice == number, notices.condition(notice, what, TODAY))
            )
            assert session.scalar(rows) == wanted, what


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(DRAFT, text=" "), "notice.text"),
        (replace(DRAFT, text="{nmae}様"), "notice.field"),
        (replace(DRAFT, text="あ\n" * 40), "notice.no_room"),
        (replace(DRAFT, name=""), "segment.name"),
        (replace(DRAFT, valid_until="2026-11-17"), "notice.days"),
        (replace(DRAFT, starts="2026-12-01", valid_until="2026-11-30"), "notice.days"),
        (replace(DRAFT, holdout=501), "notice.holdout"),
        (replace(DRAFT, segment=77), "notice.segment"),
        (replace(DRAFT, priority=3), "input.priority"),
    ],
)
def test_a_draft_that_cannot_be_sent_is_refused(bench: Bench, draft: Draft, code: str) -> None:
    segment(bench)
    with bench.database.transaction() as session, pytest.raises(EnishiError) as raised:
        notices.plan(session, draft, AUTHOR, TODAY, START_MS, ALL)
    assert raised.value.code == code

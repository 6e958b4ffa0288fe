"""Segments kept at head office: dynamic and fixed, within stores, used by others, told to the counters; and the copy
that answers them stays as the books are, whatever is booked, linked or restored."""

from __future__ import annotations

import pytest

from server.access.scope import ALL, Scope
from server.features import JOBS
from server.feed import service as feed
from server.jobs.worker import Worker
from server.members import service as members
from server.members.values import Person
from server.segments import copying, service, work
from server.segments.models import FIXED
from server.segments.rules import EVERYBODY, All, Is, Not, Rule, Window
from server.segments.service import Draft
from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sync.messages import MemberItem
from tests.contract.head_office_bench import DAY, START_MS, Bench, commit, intent

CAME = Is("visits", "between", low=1)
IN_TWO = Scope(frozenset({"2"}))
AUTHOR = 1


def register(bench: Bench, name: str, card: int | None = None, store: str = "1") -> int:
    with bench.database.transaction() as session:
        kept = None if card is None else make_card_no(card)
        return members.register(session, Person(name, phone="0901234567"), kept, store, DAY, START_MS)


def meant(bench: Bench, rule: Rule, scope: Scope = ALL) -> set[int]:
    with bench.database.reading() as session:
        return {person.number for person in service.members(session, rule, scope, bench.now_ms)}


def save(bench: Bench, draft: Draft, number: int = 0, scope: Scope = ALL) -> int:
    with bench.database.transaction() as session:
        return service.save(session, draft, number, AUTHOR, scope, bench.now_ms).number


def work_all(bench: Bench) -> None:
    worker = Worker(bench.database, JOBS, lambda: bench.now_ms)
    while (run := worker.take()) is not None:
        worker.work(run)


def test_a_visit_a_link_and_a_change_are_seen_by_the_next_search(bench: Bench) -> None:
    hanako, jiro = register(bench, "山田", 123), register(bench, "佐藤", store="2")
    assert meant(bench, CAME) == set()
    assert meant(bench, EVERYBODY) == {hanako, jiro}
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    assert meant(bench, CAME) == {hanako}
    with bench.database.transaction() as session:
        member = members.find(session, hanako, ALL)
        assert member is not None
        members.change(session, member, Person("鈴木"), START_MS)
    assert meant(bench, Is("name", "is", ("鈴木",))) == {hanako}
    with bench.database.reading() as session:
        assert not copying.differences(session)


def test_a_visit_on_a_card_of_nobody_belongs_to_whoever_gets_the_card(bench: Bench) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    assert meant(bench, CAME) == set()
    hanako = register(bench, "山田", 123)
    assert meant(bench, CAME) == {hanako}
    assert meant(bench, Is("points", "between", low=1)) == {hanako}


def test_a_visit_that_is_not_decided_counts_nowhere(bench: Bench) -> None:
    register(bench, "山田", 123)
    terminal = bench.terminal()
    terminal.write(intent(1, 1))
    terminal.push()
    assert meant(bench, CAME) == set()


def test_another_copy_reads_the_books_from_the_beginning(bench: Bench) -> None:
    hanako = register(bench, "山田", 123)
    assert meant(bench, EVERYBODY) == {hanako}
    with bench.database.transaction() as session:
        feed.restart(session, 99)
    taro = register(bench, "太郎")
    assert meant(bench, EVERYBODY) == {hanako, taro}
    assert copying.rebuild(bench.database) > 0
    with bench.database.reading() as session:
        assert not copying.differences(session)


def test_notes_that_were_pruned_make_an_old_copy_begin_anew(bench: Bench) -> None:
    hanako = register(bench, "山田")
    assert meant(bench, EVERYBODY) == {hanako}
    taro = register(bench, "太郎")
    with bench.database.transaction() as session:
        assert copying.prune(session, kept=0) > 0
    assert meant(bench, EVERYBODY) == {hanako, taro}
    jiro = register(bench, "次郎")
    assert meant(bench, EVERYBODY) == {hanako, taro, jiro}


def test_what_a_transaction_has_not_committed_is_not_in_an_answer(bench: Bench) -> None:
    with bench.database.transaction() as session:
        members.register(session, Person("山田"), None, "1", DAY, START_MS)
        assert not service.members(session, EVERYBODY, ALL, START_MS)
    assert len(meant(bench, EVERYBODY)) == 1


def test_a_difference_to_the_books_is_found(bench: Bench) -> None:
    register(bench, "山田", 123)
    meant(bench, EVERYBODY)
    copying.open_copy(bench.database).execute("DELETE FROM member")
    with bench.database.reading() as session:
        assert copying.differences(session) == {"members": (1, 0)}


def test_a_fixed_segment_keeps_its_members_and_its_day_a_dynamic_one_goes_along(bench: Bench) -> None:
    hanako = register(bench, "山田")
    fixed = save(bench, Draft("固定", EVERYBODY, FIXED))
    moving = save(bench, Draft("動く", EVERYBODY))
    taro = register(bench, "太郎")
    assert meant(bench, Is("segment", "any", (str(fixed),))) == {hanako}
    assert meant(bench, Is("segment", "any", (str(moving),))) == {hanako, taro}
    assert meant(bench, Is("segment", "none", (str(fixed),))) == {taro}
    with bench.database.reading() as session:
        kept = service.find(session, fixed, ALL)
        assert kept is not None
        assert (kept.fixed_day, kept.count) == (DAY, 1)


def test_a_segment_of_a_store_holds_the_members_of_that_store_only(bench: Bench) -> None:
    register(bench, "山田", store="1")
    jiro = register(bench, "佐藤", store="2")
    number = save(bench, Draft("二号店", EVERYBODY), scope=IN_TWO)
    with bench.database.reading() as session:
        kept = service.find(session, number, IN_TWO)
        assert kept is not None
        assert kept.count == 1
        assert service.find(session, number, Scope(frozenset({"1"}))) is None
        counted = service.count(session, service.rule_of(kept), service.narrowed(kept, ALL), START_MS)
        assert counted.numbers == [jiro]
        assert service.may_change(kept, ALL)
        assert service.may_change(kept, IN_TWO)


def test_whoever_has_no_store_sees_nobody_and_keeps_nobody(bench: Bench) -> None:
    register(bench, "山田")
    nobody = Scope(frozenset())
    number = save(bench, Draft("だれも", EVERYBODY), scope=nobody)
    with bench.database.reading() as session:
        kept = service.find(session, number, ALL)
        assert kept is not None
        assert kept.count == 0
        assert service.scope_of(kept) == nobody


@pytest.mark.parametrize("name", ["", "あ" * 41])
def test_a_segment_wants_a_name(bench: Bench, name: str) -> None:
    with pytest.raises(EnishiError) as raised:
        save(bench, Draft(name, EVERYBODY))
    assert raised.value.code == "segment.name"


def test_names_are_given_once_and_circles_are_refused(bench: Bench) -> None:
    first = save(bench, Draft("一", EVERYBODY))
    second = save(bench, Draft("二", Is("segment", "any", (str(first),))))
    with pytest.raises(EnishiError) as raised:
        save(bench, Draft("二", EVERYBODY))
    assert raised.value.code == "segment.name_taken"
    with pytest.raises(EnishiError) as raised:
        save(bench, Draft("一", Not(Is("segment", "any", (str(second),)))), first)
    assert raised.value.code == "segment.circle"


def test_a_segment_in_use_is_not_removed(bench: Bench) -> None:
    first = save(bench, Draft("一", EVERYBODY))
    second = save(bench, Draft("二", Is("segment", "any", (str(first),))))
    for number in (first, second, first):
        with bench.database.transaction() as session:
            kept = service.find(session, number, ALL)
            if number == first and kept is not None and service.used_by(session, first):
                with pytest.raises(EnishiError) as raised:
                    service.remove(session, kept)
                assert raised.value.code == "segment.in_use"
            elif kept is not None:
                service.remove(session, kept)
    with bench.database.reading() as session:
        assert not service.all_segments(session, ALL)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Is("nothing", "is", ("x",)), "segment.field"),
        (Is("name", "between", low=1), "segment.field"),
        (Is("name", "is"), "segment.value"),
        (Is("visits", "between"), "segment.value"),
        (Is("visits", "between", low=3, high=2), "segment.value"),
        (Is("joined", "in"), "segment.period"),
        (Is("points", "between", low=1, window=Window(stores=("1",))), "segment.field"),
        (All(tuple(CAME for _ in range(41))), "segment.rule_size"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(bench: Bench, rule: Rule, code: str) -> None:
    with bench.database.reading() as session, pytest.raises(EnishiError) as raised:
        service.check(session, rule)
    assert raised.value.code == code


def test_terminals_are_told_who_is_in_a_tagged_segment_and_who_is_no_more(bench: Bench) -> None:
    hanako = register(bench, "山田", 123)
    number = save(bench, Draft("山田さん", Is("name", "is", ("山田",)), tagged=True))
    with bench.database.transaction() as session:
        work.tell(session, AUTHOR, bench.now_ms)
        work.tell(session, AUTHOR, bench.now_ms)
    work_all(bench)
    assert told(bench)[hanako] == (str(number),)
    with bench.database.transaction() as session:
        member = members.find(session, hanako, ALL)
        assert member is not None
        members.change(session, member, Person("鈴木"), START_MS)
        work.tell(session, AUTHOR, bench.now_ms)
    work_all(bench)
    assert told(bench)[hanako] == ()


def told(bench: Bench) -> dict[int, tuple[str, ...]]:
    with bench.database.reading() as session:
        items = [entry.item for entry in feed.pull(session, 0, 1000).items]
    return {item.member: item.tags for item in items if isinstance(item, MemberItem)}

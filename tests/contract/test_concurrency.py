"""Head office on PostgreSQL with many terminals at once: the books are those of one terminal after the other."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from sqlalchemy import select

from server.access.scope import ALL
from server.cards import service as cards
from server.cards.models import Card
from server.db.database import Database
from server.db.locks import CARDS_MAX, lock_cards, lock_facts
from server.feed import service as feed
from server.feed.models import FeedItem
from server.members import service as members
from server.members.values import Person
from shared.ids import CardNo, make_card_no
from shared.sync.messages import MemberItem
from shared.visit.journal import Body, Seen
from tests.contract.conftest import Offices
from tests.contract.crowd import PATIENCE_S, Gate, is_waiting, push, stop_waiting
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    START_MS,
    Bench,
    Terminal,
    abort,
    all_is_well,
    commit,
    intent,
    refusal,
    track,
    visit_id,
)

PUSHERS = 8
FIRST = 20  # number of the first pusher's terminal
CARDS = [make_card_no(number) for number in range(200, 216)]


@pytest.fixture
def bench(postgres_bench: Bench) -> Bench:
    return postgres_bench


def history(dice: Random) -> list[list[Body]]:
    """Two journals for each pusher. Every card is used everywhere; evidence stands in anybody's journal."""
    journals: list[list[Body]] = [[] for _ in range(2 * PUSHERS)]
    number = 0
    for seq in range(1, 5):
        for card in CARDS:
            for branch in ("", "b") if dice.random() < 0.2 else ("",):
                number += 1
                home, earn = dice.choice(journals), dice.randrange(1, 50)
                home.append(intent(number, seq, card, branch, earn=earn, lots=((30 + seq, earn),)))
                later = dice.choice([commit, commit, commit, abort, None])
                if later is not None:
                    dice.choice([home, home, dice.choice(journals)]).append(later(number))
                if dice.random() < 0.2:
                    dice.choice(journals).append(Seen(track(card, 1, seq, branch), "card.stale"))
    return journals


def furnish(bench: Bench, journals: Sequence[Sequence[Body]]) -> list[list[Terminal]]:
    """The boots of every pusher. Each member holds two of the cards."""
    with bench.database.transaction() as session:
        for first, second in zip(CARDS[::2], CARDS[1::2], strict=True):
            person = members.register(session, Person("山田", str(first)), first, "1", DAY, START_MS)
            member = members.find(session, person, ALL)
            assert member is not None
            members.give_card(session, member, second, START_MS)
    boots = []
    for pusher in range(PUSHERS):
        terminal = bench.terminal(FIRST + pusher, "1" if pusher % 2 else "2")
        boots.append([terminal, terminal.boot(2)])
        for boot, bodies in zip(boots[-1], journals[2 * pusher :], strict=False):
            boot.write(BOOT, *bodies)
    return boots


def deliver(boots: Sequence[Terminal], dice: Random) -> int:
    """All events in pieces, some of them twice; how often head office was busy."""
    sent, busy = [0] * len(boots), 0
    while waiting := [place for place, boot in enumerate(boots) if sent[place] < len(boot.events)]:
        place = dice.choice(waiting)
        upto = min(sent[place] + dice.randint(1, 12), len(boots[place].events))
        answer = boots[place].send("/v1/push", boots[place].packet(dice.randint(1, sent[place] + 1), upto))
        if answer.status_code == 503:
            assert refusal(answer).code == "sync.busy"
            busy += 1
            continue
        assert answer.status_code == 200, answer.get_data(as_text=True)
        sent[place] = upto
    return busy


def outcome(bench: Bench) -> dict[str, object]:
    """The books, the cards and what terminals are told, however it came about."""
    assert all_is_well(bench)
    result = bench.books()
    with bench.database.reading() as session:
        known = select(Card.number, Card.member, Card.gen, Card.seq, Card.hash, Card.issued_ms).order_by(Card.number)
        result["cards"] = [tuple(row) for row in session.execute(known)]
        result["feed"] = dict(session.execute(select(FeedItem.topic, FeedItem.body)).all())
    result["events"] = {event.hash for event in bench.events()}
    return result


def test_eight_pushers_at_once_make_the_books_of_one_after_the_other(
    bench: Bench, sqlite_offices: Offices, pool: ThreadPoolExecutor
) -> None:
    journals = history(Random(1))
    with sqlite_offices() as quiet:
        for boots in furnish(quiet, journals):
            deliver(boots, Random(2))
        expected = outcome(quiet)
    pushers = furnish(bench, journals)
    running = [pool.submit(deliver, boots, Random(place)) for place, boots in enumerate(pushers)]
    busy = [pusher.result(PATIENCE_S) for pusher in running]
    assert outcome(bench) == expected
    assert sum(busy) == 0  # locks taken in one order: nobody ever waits in a circle
    assert sum(len(boot.events) for boots in pushers for boot in boots) == len(bench.events())


def test_one_stream_from_two_sides_at_once_is_stored_once(bench: Bench, pool: ThreadPoolExecutor) -> None:
    terminal = bench.terminal(FIRST)
    terminal.write(BOOT)
    for number in range(1, 21):
        terminal.write(intent(number, number), commit(number))
    terminal.push(last=1)

    def send(step: int) -> None:
        for first in range(1, len(terminal.events) + 1, step):
            push(bench, FIRST, terminal.packet(first, first + step - 1))

    for pusher in [pool.submit(send, step) for step in (1, 2, 3, 5, 7, 41)]:
        pusher.result(PATIENCE_S)
    assert len(bench.events()) == 41
    assert sum(bench.books()["entries"].values()) == 200
    assert all_is_well(bench)


@pytest.mark.parametrize("commit_first", [True, False])
def test_a_commit_and_its_intent_never_pass_each_other_unseen(
    bench: Bench, pool: ThreadPoolExecutor, commit_first: bool
) -> None:
    one, other = bench.terminal(FIRST), bench.terminal(FIRST + 1)
    one.write(commit(1) if commit_first else intent(1, 1))
    other.write(intent(1, 1) if commit_first else commit(1))
    side_by_side(bench, pool, one, other)
    assert list(bench.books()["states"].values()) == ["counted"]


def test_a_card_seen_and_its_visit_never_pass_each_other_unseen(bench: Bench, pool: ThreadPoolExecutor) -> None:
    one, other = bench.terminal(FIRST), bench.terminal(FIRST + 1)
    one.write(Seen(track(CARD, 1, 1), "card.stale"))
    other.write(intent(1, 1))
    side_by_side(bench, pool, one, other)
    assert list(bench.books()["states"].values()) == ["counted"]


def test_visits_of_two_cards_of_one_person_are_both_told(bench: Bench, pool: ThreadPoolExecutor) -> None:
    with bench.database.transaction() as session:
        number = members.register(session, Person("山田", "花"), CARD, "1", DAY, START_MS)
        cards.link(session, OTHER_CARD, number, "1", START_MS)
    one, other = bench.terminal(FIRST), bench.terminal(FIRST + 1)
    one.write(intent(1, 1), commit(1))
    other.write(intent(2, 1, OTHER_CARD), commit(2))
    side_by_side(bench, pool, one, other)
    assert visits_told(bench) == [2]


def visits_told(bench: Bench) -> list[int]:
    """The visits so far of every member, as terminals are told them."""
    with bench.database.reading() as session:
        items = [entry.item for entry in feed.pull(session, 0, 1000).items]
    return [item.visits for item in items if isinstance(item, MemberItem)]


def side_by_side(bench: Bench, pool: ThreadPoolExecutor, one: Terminal, other: Terminal) -> None:
    """``other`` pushes while ``one`` has told everything and is not yet committed; it must wait."""
    gate = Gate()
    first = pool.submit(push, bench, one.number, one.packet(), gate)
    gate.wait_until_reached()
    second = pool.submit(push, bench, other.number, other.packet())
    waited = is_waiting(bench.database, second)
    gate.open()
    first.result(PATIENCE_S)
    second.result(PATIENCE_S)
    assert waited
    assert all_is_well(bench)


def test_visits_of_strangers_do_not_wait_for_each_other(bench: Bench) -> None:
    one, other = bench.terminal(FIRST), bench.terminal(FIRST + 1)
    one.write(intent(1, 1), commit(1))
    other.write(intent(2, 1, OTHER_CARD), commit(2))
    push(bench, FIRST, one.packet(), lambda _: push(bench, FIRST + 1, other.packet()))
    assert all_is_well(bench)
    assert bench.books()["states"] == {visit_id(1): "counted", visit_id(2): "counted"}


def test_who_decides_about_all_cards_is_alone(bench: Bench, pool: ThreadPoolExecutor) -> None:
    terminal = bench.terminal(FIRST)
    terminal.write(intent(1, 1), commit(1))
    with bench.database.side_by_side() as session:
        lock_facts(session, alone=True)
        pushed = pool.submit(terminal.push)
        assert is_waiting(bench.database, pushed)
    assert pushed.result(PATIENCE_S).acked_seq == 2


def test_a_push_about_more_cards_than_it_may_lock_is_alone(bench: Bench, pool: ThreadPoolExecutor) -> None:
    terminal = bench.terminal(FIRST)
    terminal.write(*(Seen(track(make_card_no(1_000 + place), 1, 0), "") for place in range(CARDS_MAX + 1)))
    with bench.database.side_by_side() as session:
        lock_facts(session)
        pushed = pool.submit(terminal.push)
        assert is_waiting(bench.database, pushed)
    assert pushed.result(PATIENCE_S).acked_seq == CARDS_MAX + 1


# --- when it takes too long ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_push_that_cannot_go_on_is_told_to_come_again_and_loses_nothing(
    bench: Bench, pool: ThreadPoolExecutor, end: str
) -> None:
    """What a time limit does (cancel), and what a restart of the database does (terminate)."""
    terminal = bench.terminal(FIRST)
    terminal.write(BOOT, intent(1, 1), commit(1))
    with bench.database.side_by_side() as session:
        lock_cards(session, {CARD})
        asked = pool.submit(terminal.send, "/v1/push", terminal.packet())
        assert is_waiting(bench.database, asked)
        stop_waiting(bench.database, end)
        answer = asked.result(PATIENCE_S)
    assert (answer.status_code, refusal(answer).code) == (503, "sync.busy")
    assert answer.headers["Retry-After"].isdigit()
    assert len(bench.events()) == 0
    assert terminal.push().acked_seq == 3
    assert all_is_well(bench)


def test_one_visit_told_under_two_cards_at_once_is_taken_from_one_of_them(
    bench: Bench, pool: ThreadPoolExecutor
) -> None:
    """A retry that the database itself forces: the second finds the visit known and sets it aside."""
    one, other = bench.terminal(FIRST), bench.terminal(FIRST + 1)
    one.write(intent(1, 1), commit(1))
    other.write(intent(1, 1, OTHER_CARD), commit(1))
    gate = Gate()
    first = pool.submit(push, bench, FIRST, one.packet(), gate)
    gate.wait_until_reached()
    second = pool.submit(other.send, "/v1/push", other.packet())
    assert is_waiting(bench.database, second)
    gate.open()
    first.result(PATIENCE_S)
    answer = second.result(PATIENCE_S)
    assert (answer.status_code, refusal(answer).code) == (503, "sync.busy")
    assert [wrong.code for wrong in other.push().quarantined] == ["sync.visit_known"]
    assert all_is_well(bench)


# --- the desk writes alone -------------------------------------------------------------------------------------------


def test_a_desk_and_a_terminal_follow_each_other(bench: Bench, pool: ThreadPoolExecutor) -> None:
    terminal = bench.terminal(FIRST)
    terminal.write(intent(1, 1), commit(1))
    with bench.database.transaction() as session:
        assert members.count(session, ALL) == 0  # a transaction begins with its first statement
        pushed = pool.submit(terminal.push)
        assert is_waiting(bench.database, pushed)
        members.register(session, Person("山田", "花"), CARD, "1", DAY, START_MS)
    assert pushed.result(PATIENCE_S).acked_seq == 2
    assert visits_told(bench) == [1]


def test_members_registered_at_once_get_numbers_of_their_own(offices: Offices, pool: ThreadPoolExecutor) -> None:
    def register(database: Database, card: CardNo) -> int:
        with database.transaction() as session:
            return members.register(session, Person("山田", "花"), card, "1", DAY, START_MS)

    with offices() as bench:
        given = [pool.submit(register, bench.database, card) for card in CARDS]
        assert len({number.result(PATIENCE_S) for number in given}) == len(CARDS)

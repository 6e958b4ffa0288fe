"""What the journal keeps of visits, and which record wins."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from shared.card.codec import track_hash
from shared.errors import EnishiError
from shared.ids import MessageId, VisitId, make_card_no
from shared.sync.messages import BODY_MAX, FeedEntry, MemberItem, MessageItem, Pull
from shared.visit.facts import Shadow, VisitState
from shared.visit.journal import How, Intent
from terminal.app.clock import DAY_MS
from terminal.app.store import Store
from terminal.app.store.derived import settle_aside
from terminal.app.store.opening import connect_read_only

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
Events = Callable[[], list[str]]
OTHER_CARD = make_card_no(2)


def state_of(path: Path, visit: VisitId) -> str:
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        (state,) = db.execute("SELECT state FROM visit WHERE visit = ?", (visit,)).fetchone()
        return str(state)


def test_an_intent_is_an_open_visit_until_it_is_committed_and_printed(store: Store, intend: Intend) -> None:
    intent = intend(store)
    assert [(found.intent, found.state) for found in store.open_visits()] == [(intent, VisitState.PREPARED)]
    store.commit(intent.visit, How.VERIFIED)
    assert store.open_visits() == ()


def test_a_commit_raises_the_shadow_and_counts_the_day(store: Store, intend: Intend) -> None:
    intent = intend(store)
    assert store.look_up(intent.card).shadow is None
    store.commit(intent.visit, How.VERIFIED)
    assert store.look_up(intent.card).shadow == Shadow(1, 1, track_hash(intent.post))
    assert store.visits_today(date(2026, 9, 21)) == 1
    assert store.visits_today(date(2026, 9, 22)) == 0


def test_a_second_commit_writes_no_second_event(store: Store, intend: Intend, events: Events) -> None:
    intent = intend(store)
    store.commit(intent.visit, How.VERIFIED)
    store.commit(intent.visit, How.SEEN)
    assert events() == ["STREAM", "INTENT", "COMMIT"]
    assert store.visits_today(date(2026, 9, 21)) == 1


def test_the_same_visit_is_not_intended_twice(store: Store, intend: Intend, events: Events) -> None:
    intent = intend(store)
    with pytest.raises(EnishiError, match=r"store\.visit_exists"):
        store.intend(intent)
    assert events() == ["STREAM", "INTENT"]


def test_a_visit_that_was_never_intended_is_unknown(store: Store) -> None:
    nobody = VisitId("0" * 32)
    for attempt in (
        lambda: store.commit(nobody, How.VERIFIED),
        lambda: store.abort(nobody, "x"),
        lambda: store.doubt(nobody, "x"),
        lambda: store.record_print(nobody, 1, "", (), ()),
        lambda: store.record_eject(nobody),
    ):
        with pytest.raises(EnishiError, match=r"store\.visit_unknown"):
            attempt()


COMMIT, ABORT, DOUBT = "commit", "abort", "doubt"


@pytest.mark.parametrize(
    ("orders", "written", "state"),
    [
        ((COMMIT, ABORT, DOUBT), ["COMMIT"], "COMMITTED"),
        ((COMMIT, DOUBT), ["COMMIT"], "COMMITTED"),
        ((ABORT, DOUBT), ["ABORT"], "ABORTED"),
        ((ABORT, ABORT), ["ABORT"], "ABORTED"),
        ((ABORT, COMMIT), ["ABORT", "COMMIT"], "COMMITTED"),
        ((DOUBT, ABORT), ["DOUBT", "ABORT"], "ABORTED"),
        ((DOUBT, DOUBT), ["DOUBT"], "DOUBT"),
        ((DOUBT, COMMIT), ["DOUBT", "COMMIT"], "COMMITTED"),
        ((DOUBT, ABORT, COMMIT, ABORT), ["DOUBT", "ABORT", "COMMIT"], "COMMITTED"),
    ],
)
def test_a_commit_dominates_an_abort_and_an_abort_a_doubt(
    store: Store, intend: Intend, events: Events, path: Path, orders: tuple[str, ...], written: list[str], state: str
) -> None:
    visit = intend(store).visit
    for order in orders:
        if order == COMMIT:
            store.commit(visit, How.SEEN)
        elif order == ABORT:
            store.abort(visit, "at base")
        else:
            store.doubt(visit, "unreadable")
    assert events() == ["STREAM", "INTENT", *written]
    assert state_of(path, visit) == state


def test_doubts_stay_open_over_boots_and_come_oldest_first(boot: Boot, intend: Intend) -> None:
    first = boot()
    doubtful, prepared = intend(first), intend(first, card=OTHER_CARD)
    first.doubt(doubtful.visit, "unreadable")
    first.record_eject(doubtful.visit)
    first.close()
    second = boot()
    assert [(found.intent.visit, found.state) for found in second.open_visits()] == [
        (doubtful.visit, VisitState.DOUBT),
        (prepared.visit, VisitState.PREPARED),
    ]


def test_a_committed_visit_without_a_face_is_open_after_the_cut(boot: Boot, intend: Intend) -> None:
    first = boot()
    intent = intend(first)
    first.commit(intent.visit, How.VERIFIED)
    first.close()
    second = boot()
    assert [found.state for found in second.open_visits()] == [VisitState.COMMITTED]
    assert [found.state for found in second.look_up(intent.card).open] == [VisitState.COMMITTED]
    second.close()
    third = boot()  # the second boot was cut as well, before it printed
    assert [found.state for found in third.open_visits()] == [VisitState.COMMITTED]
    third.record_print(intent.visit, 2, "", (), ())
    assert third.open_visits() == ()


@pytest.mark.parametrize("end", ["print", "failed print", "eject", "newer visit"])
def test_a_face_is_waited_for_only_while_its_card_can_be_inside(boot: Boot, intend: Intend, end: str) -> None:
    first = boot()
    intent = intend(first)
    first.commit(intent.visit, How.VERIFIED)
    if end == "print":
        first.record_print(intent.visit, 1, "", (), ())
    elif end == "failed print":
        first.record_print(intent.visit, 1, "device.card_rewriter.jam", (), ())
    elif end == "eject":
        first.record_eject(intent.visit)
    else:
        newer = intend(first, card=OTHER_CARD)
        first.abort(newer.visit, "at base")
    first.close()
    assert boot().open_visits() == ()


def test_an_old_doubt_that_is_committed_late_waits_for_no_face(boot: Boot, intend: Intend) -> None:
    first = boot()
    old = intend(first)
    first.doubt(old.visit, "unreadable")
    newer = intend(first, card=OTHER_CARD)
    first.commit(newer.visit, How.VERIFIED)
    first.record_print(newer.visit, 1, "", (), ())
    first.commit(old.visit, How.SEEN)
    first.close()
    assert boot().open_visits() == ()


def test_a_look_up_is_one_statement(store: Store, intend: Intend) -> None:
    intend(store)
    store.tend()  # as between visits
    statements: list[str] = []
    store._db.set_trace_callback(statements.append)
    facts = store.look_up(make_card_no(1))
    store._db.set_trace_callback(None)
    assert len(statements) == 1
    assert len(facts.open) == 1


def test_a_look_up_finds_member_shadow_open_visits_and_messages(store: Store, intend: Intend) -> None:
    card = make_card_no(1)
    member = MemberItem(
        21, "山田 花子", "ヤマダ ハナコ", "金", "左利き", 8, "2026-09-01", "本店", "04-01", (card, OTHER_CARD)
    )
    messages = [MessageItem(number, card, f"text {number}", number % 3, "2026-12-31") for number in range(1, 5)]
    entries = tuple(FeedEntry(number, item) for number, item in enumerate([member, *messages], 1))
    store.apply_feed(Pull(1, entries, 5, False))
    intent = intend(store)
    facts = store.look_up(card)
    assert facts.member is not None
    assert (facts.member.member, facts.member.name, facts.member.birthday) == (21, "山田 花子", "04-01")
    assert [found.intent for found in facts.open] == [intent]
    assert [message.id for message in facts.messages] == [2, 1, 4, 3]  # priority first, then age
    assert store.look_up(OTHER_CARD).member == facts.member
    assert store.look_up(make_card_no(3)).member is None


def test_of_many_messages_the_most_important_are_told(store: Store) -> None:
    told = [MessageItem(number, make_card_no(1), "text", int(number == 12), "2026-12-31") for number in range(1, 13)]
    store.apply_feed(Pull(1, tuple(FeedEntry(item.id, item) for item in told), 12, False))
    assert [message.id for message in store.look_up(make_card_no(1)).messages] == [12, 1, 2, 3, 4, 5, 6, 7]


def test_visit_ids_never_repeat_and_slips_rise_only_with_visits(boot: Boot, intend: Intend) -> None:
    first = boot()
    looked = [first.look_up(make_card_no(1)) for _ in range(3)]
    assert [facts.slip for facts in looked] == [1, 1, 1]
    assert intend(first).slip == 1
    assert intend(first, card=OTHER_CARD).slip == 2
    first.close()
    second = boot()
    again = [second.look_up(make_card_no(1)) for _ in range(3)]
    assert [facts.slip for facts in again] == [3, 3, 3]
    ids = {facts.next_visit for facts in (*looked, *again)}
    assert len(ids) == 6
    assert all(len(visit) == 32 and int(visit, 16) >= 0 for visit in ids)


def test_a_shadow_is_never_lowered(store: Store, intend: Intend) -> None:
    old, new = intend(store, seq=5), intend(store, seq=6)
    store.commit(new.visit, How.VERIFIED)
    store.commit(old.visit, How.SEEN)
    assert store.look_up(old.card).shadow == Shadow(1, 6, track_hash(new.post))


def test_a_printed_message_is_not_due_again_but_one_without_room_is(store: Store, intend: Intend) -> None:
    card = make_card_no(1)
    entries = tuple(FeedEntry(number, MessageItem(number, card, "text", 0, "")) for number in (1, 2, 3))
    store.apply_feed(Pull(1, entries, 3, False))
    intent = intend(store)
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, "device.card_rewriter.jam", (MessageId(1),), ())
    assert len(store.look_up(card).messages) == 3  # the face was not finished
    store.record_print(intent.visit, 2, "", (MessageId(1),), (MessageId(2),))
    assert [message.id for message in store.look_up(card).messages] == [2, 3]
    store.apply_feed(Pull(1, entries, 3, False))
    assert [message.id for message in store.look_up(card).messages] == [2, 3]


def test_a_foreign_track_is_kept_as_short_ascii_evidence(store: Store, events: Events, path: Path) -> None:
    store.record_seen("縁" * 20_000, "card.foreign")
    store.record_seen("", "card.torn")
    assert events() == ["STREAM", "SEEN", "SEEN"]


class CrampedStore(Store):
    """A disk with one megabyte left."""

    wal_warm_bytes = 0

    def free_bytes(self) -> int:
        return 1 << 20


def test_an_event_that_no_push_could_carry_is_refused_before_it_is_written(
    store: Store, intend: Intend, events: Events
) -> None:
    intent = intend(store)
    with pytest.raises(EnishiError, match=r"store\.event_too_long"):
        store.doubt(intent.visit, "x" * BODY_MAX)
    assert events() == ["STREAM", "INTENT"]
    store.commit(intent.visit, How.VERIFIED)


def test_no_visit_begins_when_the_disk_is_nearly_full(boot: Boot, intend: Intend, events: Events) -> None:
    roomy = boot()
    unfinished = intend(roomy)
    roomy.close()
    cramped = boot(CrampedStore)
    with pytest.raises(EnishiError, match=r"store\.full"):
        intend(cramped, card=OTHER_CARD)
    cramped.commit(unfinished.visit, How.ROLLED_FORWARD)  # what was begun is still finished
    assert events() == ["STREAM", "INTENT", "STREAM", "COMMIT"]


@pytest.mark.parametrize(
    ("boots", "expected"),  # by how many days the clock is off at each boot; date and quality of each first event
    [
        ((0, 1, 2), [(0, 2), (1, 2), (2, 2)]),
        ((0, -20_000, -20_000), [(0, 2), (0, 1), (0, 1)]),  # 1970, twice
        ((0, 4_000, 1), [(0, 2), (4_000, 0), (1, 2)]),  # years ahead once: the next boot is not measured by it
        ((0, 4_000, 4_001), [(0, 2), (4_000, 0), (4_001, 0)]),
        ((-20_000, 0), [(-20, 1), (0, 2)]),  # a new terminal begins when its software was built
    ],
)
def test_each_boot_holds_the_machines_clock_against_the_last_record(
    boots: tuple[int, ...], expected: list[tuple[int, int]], boot: Boot, path: Path, clock: object
) -> None:
    start = clock.wall_ms
    for days in boots:
        clock.wall_ms = start + days * DAY_MS
        boot().close()
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT wall_ms, clkq FROM event JOIN stream USING (stream) ORDER BY number").fetchall()
    assert [(-((start - wall_ms) // DAY_MS), quality) for wall_ms, quality in rows] == expected


def test_an_event_says_when_the_clock_fell_behind(boot: Boot, intend: Intend, path: Path, clock: object) -> None:
    store = boot()
    intent = intend(store)
    clock.wall_ms -= 3_600_000
    store.commit(intent.visit, How.VERIFIED)
    with closing(sqlite3.connect(path)) as db:
        assert [quality for (quality,) in db.execute("SELECT clkq FROM event ORDER BY seq")] == [2, 2, 1]

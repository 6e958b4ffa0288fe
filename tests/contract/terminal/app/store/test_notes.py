"""What staff note beside a visit: durable when it is said, in force here before head office has answered."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.ids import MemberNo, VisitId, make_card_no
from shared.points.program import Programme
from shared.sale.basket import EMPTY
from shared.sync.chain import decode_body
from shared.sync.messages import (
    BenefitItem,
    CardDenyItem,
    FeedEntry,
    FeedItem,
    MemberItem,
    ProgrammeItem,
    Pull,
    TombstoneItem,
)
from shared.text.phone_mark import check_of
from shared.visit.facts import Benefit, Member
from shared.visit.journal import (
    Day,
    Enrol,
    Handover,
    How,
    Intent,
    Newcomer,
    OnDuty,
    PlainSale,
    Replace,
    Said,
    StopCard,
    Voice,
    Weather,
)
from terminal.app.clock import DAY_MS
from terminal.app.store import Store
from terminal.app.store.derived import settle_aside
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import connect_read_only
from terminal.app.store.rebuild import rebuild
from tests.contract.cut_store import CutStore, PowerCut
from tests.contract.terminal.app.conftest import HandClock

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
Events = Callable[[], list[str]]
CARD, NEW_CARD, THIRD = (make_card_no(serial) for serial in (1, 2, 3))
DAY = "2026-09-21"  # of the tests' clock
VISIT = VisitId("a" * 32)
ENROL = Newcomer(CARD, "09012345678", "ヤマダ", 7, DAY)
STOP = StopCard(CARD, "lost", 7)
REPLACE = Replace(CARD, NEW_CARD, 7)
GIVEN = Handover(5, CARD, VISIT, True, 7)
SALE = PlainSale(0, 980, EMPTY, 7, DAY)
OTHERS: tuple[Said, ...] = (Voice(3, VISIT, 7), Day(DAY, "open", 7), OnDuty(7, "on"), Weather(DAY, True, 7))
ALL: tuple[Said, ...] = (ENROL, STOP, REPLACE, GIVEN, SALE, *OTHERS)


def told(store: Store, *items: FeedItem, epoch: int = 1, more: bool = False) -> None:
    _, after = store.feed_position()
    entries = tuple(FeedEntry(after + number, item) for number, item in enumerate(items, 1))
    store.apply_feed(Pull(epoch, entries, after + len(items), more))


def member(*cards: int) -> MemberItem:
    return MemberItem(21, "山田 花子", "ヤマダ ハナコ", "", "", 3, "2026-09-01", "本店", "", cards)


def benefit(number: int = 5, text: str = "花束", valid_until: str = "", is_open: bool = True) -> BenefitItem:
    return BenefitItem(number, CARD, text, valid_until, is_open)


def names_of(store: Store, serial: int = 1) -> tuple[int, str, str] | None:
    found = store.look_up(make_card_no(serial)).member
    return None if found is None else (found.member, found.name, found.kana)


# --- every note ---------------------------------------------------------------------------------------------------


def test_a_note_is_one_event_and_comes_back_as_it_was_written(store: Store, events: Events) -> None:
    for body in ALL:
        assert store.note(body) == (replace(SALE, slip=1) if body is SALE else body)
    kinds = ["ENROL", "STOP", "REPLACE", "HANDOVER", "SALE", "VOICE", "DAY", "DUTY", "WEATHER"]
    assert events() == ["STREAM", *kinds]


def derived(path: Path) -> list[object]:
    tables = ("noted", "benefit", "bought", "deny_card", "day_total", "counter", "event")
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        return [db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


@pytest.mark.parametrize("where", ["before", "inside", "after"])
@pytest.mark.parametrize("body", ALL, ids=lambda body: type(body).__name__)
def test_a_cut_leaves_a_note_whole_or_not_at_all(boot: Boot, path: Path, body: Said, where: str) -> None:
    store = boot(CutStore)
    told(store, benefit())
    before = derived(path)
    CutStore.where = where
    try:
        with pytest.raises(PowerCut):
            store.note(body)
    finally:
        CutStore.where = ""
    assert (derived(path) == before) == (where != "after")
    store.close()
    again = boot()
    assert len(derived(path)[-1]) == len(before[-1]) + 1 + (where == "after")
    again.note(body)


def test_notes_settle_what_lags_behind_a_visit(store: Store, intend: Intend) -> None:
    intent = intend(store)
    store.commit(intent.visit, How.VERIFIED)
    store.note(OTHERS[0])
    assert store.visits_today(date.fromisoformat(DAY)) == 1


# --- sales without a card -----------------------------------------------------------------------------------------


def test_sales_without_a_card_and_visits_share_their_slips(boot: Boot, intend: Intend) -> None:
    first = boot()
    assert intend(first).slip == 1
    sale = first.note(SALE)
    assert isinstance(sale, PlainSale)
    assert sale.slip == 2
    assert intend(first, card=NEW_CARD).slip == 3
    first.note(SALE)
    first.close()
    assert boot().look_up(CARD).slip == 5


def test_a_slip_is_not_given_twice(store: Store) -> None:
    store.note(replace(SALE, slip=4))
    with pytest.raises(EnishiError, match=r"store\.failed"):
        store.note(replace(SALE, slip=4))


def test_a_sale_without_a_card_counts_for_the_day(store: Store) -> None:
    store.note(SALE)
    assert store.visits_today(date.fromisoformat(DAY)) == 1


class CrampedStore(Store):
    wal_warm_bytes = 0

    def free_bytes(self) -> int:
        return 1 << 20


def test_a_full_disk_refuses_sales_and_still_stops_a_card(boot: Boot, events: Events) -> None:
    store = boot(CrampedStore)
    with pytest.raises(EnishiError, match=r"store\.full"):
        store.note(SALE)
    store.note(STOP)
    assert events() == ["STREAM", "STOP"]


# --- enrolled -----------------------------------------------------------------------------------------------------


def test_an_enrolled_card_is_registered_before_head_office_has_answered(store: Store) -> None:
    assert store.look_up(CARD).member is None
    store.note(ENROL)
    assert store.look_up(CARD).member == Member(MemberNo(0), "", "ヤマダ")
    told(store, member(CARD))
    assert names_of(store) == (21, "山田 花子", "ヤマダ ハナコ")


def test_what_head_office_says_of_an_enrolled_card_is_better_even_when_it_takes_it_back(store: Store) -> None:
    store.note(ENROL)
    told(store, member(CARD))
    told(store, member(NEW_CARD))
    assert (names_of(store, 1), names_of(store, 2)) == (None, (21, "山田 花子", "ヤマダ ハナコ"))


def test_whoever_is_forgotten_leaves_no_trace_in_what_is_shown(store: Store) -> None:
    store.note(ENROL)
    told(store, member(CARD), benefit(), TombstoneItem(21))
    facts = store.look_up(CARD)
    assert (facts.member, facts.benefits) == (None, ())
    assert store.find_members("", "ヤマダ") == ((), False)
    assert store.add_up_day(date.fromisoformat(DAY)).members_new == 1


def test_what_was_heard_of_a_newcomer_goes_when_head_office_tells_the_member(store: Store, path: Path) -> None:
    store.note(ENROL)
    assert heard(path) == [(CARD, "ヤマダ", "5678", check_of(ENROL.phone))]
    told(store, member(CARD))
    assert heard(path) == [(None, "", "", 0)]


def test_the_event_of_a_newcomer_has_what_was_heard_for_head_office_alone(boot: Boot, path: Path) -> None:
    with_office, alone = boot(seal=lambda content: content[::-1]), Newcomer(THIRD, "09012345678", "", 7, DAY)
    with_office.note(ENROL)
    with_office.note(Newcomer(NEW_CARD, "", "", 7, DAY))
    with_office.close()
    boot().note(alone)
    with closing(connect_read_only(path)) as db:
        rows = db.execute("SELECT body FROM event WHERE type = 'ENROL' ORDER BY id").fetchall()
    bodies = [decode_body("ENROL", body) for (body,) in rows]
    sealed = '{"phone":"09012345678","kana":"ヤマダ"}'.encode()[::-1]
    assert bodies == [Enrol(CARD, sealed, 7, DAY), Enrol(NEW_CARD, b"", 7, DAY), Enrol(THIRD, b"", 7, DAY)]
    assert [row[1:3] for row in heard(path)] == [("ヤマダ", "5678"), ("", ""), ("", "5678")]


def heard(path: Path) -> list[tuple[object, ...]]:
    with closing(connect_read_only(path)) as db:
        return db.execute("SELECT card, kana, tail, mark FROM noted WHERE type = 'ENROL' ORDER BY event").fetchall()


# --- stopped ------------------------------------------------------------------------------------------------------


def test_a_stopped_card_is_denied_at_once_until_head_office_lifts_it(store: Store) -> None:
    store.note(STOP)
    assert store.look_up(CARD).denied == "stopped"
    assert store.look_up(NEW_CARD).denied == ""
    told(store, CardDenyItem(CARD, "stopped"))
    assert store.look_up(CARD).denied == "stopped"
    told(store, CardDenyItem(CARD, ""))
    assert store.look_up(CARD).denied == ""


def test_a_feed_that_begins_anew_lifts_a_stop_only_when_head_office_has_the_note_of_it(store: Store) -> None:
    told(store, CardDenyItem(THIRD, "stopped"))
    store.note(STOP)
    told(store, epoch=2)
    assert [store.look_up(card).denied for card in (CARD, THIRD)] == ["stopped", ""]
    store.acknowledge(store.stream, 2, 2)
    told(store, epoch=3)
    assert store.look_up(CARD).denied == ""


def test_a_card_under_a_condition_is_stopped_as_well(store: Store) -> None:
    told(store, CardDenyItem(CARD, "online_only"))
    store.note(STOP)
    assert store.look_up(CARD).denied == "stopped"


# --- replaced -----------------------------------------------------------------------------------------------------


def test_the_new_card_has_the_holder_of_the_old_one_which_is_denied(store: Store) -> None:
    told(store, member(CARD))
    store.note(REPLACE)
    assert names_of(store, 2) == names_of(store, 1)
    assert [store.look_up(card).denied for card in (CARD, NEW_CARD)] == ["stopped", ""]
    found, _ = store.find_members("", "ヤマダ")
    assert [one.cards for one in found] == [(NEW_CARD,)]


def test_the_same_replacement_is_noted_once_and_another_one_refused(store: Store, events: Events) -> None:
    store.note(REPLACE)
    assert store.note(REPLACE) == REPLACE
    for other in (Replace(CARD, THIRD, 7), Replace(THIRD, NEW_CARD, 7)):
        with pytest.raises(EnishiError, match=r"store\.replaced"):
            store.note(other)
    store.note(Replace(NEW_CARD, THIRD, 7))  # the new one was lost as well
    assert events() == ["STREAM", "REPLACE", "REPLACE"]


# --- handed over --------------------------------------------------------------------------------------------------


def test_benefits_are_due_until_they_are_handed_over(store: Store) -> None:
    told(store, benefit(6, "カップ", "2026-12-31"), benefit())
    assert store.look_up(CARD).benefits == (Benefit(5, "花束"), Benefit(6, "カップ", "2026-12-31"))
    assert store.look_up(NEW_CARD).benefits == ()
    store.note(replace(GIVEN, given=False))
    assert len(store.look_up(CARD).benefits) == 2
    store.note(GIVEN)
    assert [one.id for one in store.look_up(CARD).benefits] == [6]
    told(store, benefit(), benefit(6, is_open=False))
    assert store.look_up(CARD).benefits == ()


@pytest.mark.parametrize(("valid_until", "due"), [("", 1), ("2026-09-20", 0), ("2026-09-21", 1)])
def test_a_benefit_whose_time_is_over_is_not_due(store: Store, valid_until: str, due: int) -> None:
    told(store, benefit(valid_until=valid_until))
    assert len(store.look_up(CARD).benefits) == due


def test_a_feed_that_begins_anew_does_not_bring_back_what_was_handed_over(store: Store) -> None:
    told(store, benefit())
    store.note(GIVEN)
    told(store, benefit(), epoch=2)
    assert store.look_up(CARD).benefits == ()
    told(store, benefit(text="カップ"), epoch=3)  # a restored head office gave its number to another one
    assert [one.text for one in store.look_up(CARD).benefits] == ["カップ"]


def test_what_was_handed_over_before_the_feed_tells_it_is_not_due(store: Store) -> None:
    store.note(GIVEN)
    told(store, benefit())
    assert store.look_up(CARD).benefits == ()


# --- what goes wrong with a disk ----------------------------------------------------------------------------------


def mirror(tmp_path: Path) -> Mirror:
    return Mirror(FileMedium(tmp_path / "mirror"))


def check_all(store: Store) -> None:
    """Every note of ``ALL`` is in force."""
    assert store.look_up(CARD).denied == "stopped"
    assert store.look_up(CARD).slip == 2
    assert store.visits_today(date.fromisoformat(DAY)) == 1
    figures = store.add_up_day(date.fromisoformat(DAY))
    assert (figures.members_new, figures.sales_yen) == (1, 980)
    with pytest.raises(EnishiError, match=r"store\.replaced"):
        store.note(Replace(CARD, THIRD, 7))
    told(store, benefit())
    assert store.look_up(CARD).benefits == ()


def test_notes_that_only_the_mirror_has_come_home(boot: Boot, path: Path, tmp_path: Path) -> None:
    first = boot(mirror=mirror(tmp_path))
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{path}{suffix}.backup")
    for body in ALL:
        first.note(body)
    first.close()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}.backup", f"{path}{suffix}")
    second = boot(mirror=mirror(tmp_path))
    assert second.why == "RESTORE_SUSPECT"
    check_all(second)


def test_a_journal_that_is_rebuilt_from_its_mirror_has_the_notes(boot: Boot, path: Path, tmp_path: Path) -> None:
    first = boot(mirror=mirror(tmp_path))
    for body in ALL:
        first.note(body)
    first.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    assert rebuild(tmp_path / "mirror", path).refused == 0
    check_all(boot(mirror=mirror(tmp_path)))


def test_old_notes_are_dropped_with_their_events_and_their_slips_are_kept(
    boot: Boot, clock: HandClock, path: Path
) -> None:
    first = boot()
    for body in ALL:
        first.note(body)
    last = len(ALL) + 1
    first.close()
    clock.wall_ms += 40 * DAY_MS
    second = boot()
    second.acknowledge(first.stream, last, last)
    while second.tend():
        pass
    with closing(connect_read_only(path)) as db:
        assert db.execute("SELECT count(*) FROM noted").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM event WHERE stream = ?", (first.stream,)).fetchone() == (0,)
    second.close()
    assert boot().look_up(CARD).slip == 2


# --- the weather --------------------------------------------------------------------------------------------------


def test_a_rainy_day_is_in_force_until_rules_come_that_know_of_it(boot: Boot) -> None:
    store, rules = boot(), ProgrammeItem(Programme(version=3))
    assert store.weather() is None
    for is_rainy in (True, False, True):
        store.note(Weather(DAY, is_rainy, 7))
        assert store.weather() == Weather(DAY, is_rainy, 7)
    told(store, rules)
    assert store.weather() == Weather(DAY, True, 7), "head office does not have the note yet"
    store.close()
    again = boot()
    assert again.weather() == Weather(DAY, True, 7), "a cut takes nothing of it"
    again.acknowledge(store.stream, 3, 3)
    told(again, rules)
    assert again.weather() is not None, "the last of four notes is not acknowledged"
    again.acknowledge(store.stream, 4, 4)
    assert again.weather() is not None, "the answer is the rules"
    told(again, rules)
    assert again.weather() is None

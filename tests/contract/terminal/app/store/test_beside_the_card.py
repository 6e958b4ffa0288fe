"""What the journal keeps of visits that the card cannot confirm: honoured, beside the card, under a new generation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from shared.card.codec import encode, track_hash
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.ids import CardNo, VisitId, make_card_no
from shared.points.program import Programme
from shared.sync.messages import AdjustmentItem, CardDenyItem, FeedEntry, ProgrammeItem, Pull
from shared.visit.facts import Shadow, VisitState
from shared.visit.journal import How, Intent, OffCard, Reissue, VisitKind
from terminal.app.store import Store
from terminal.app.store.derived import settle_aside
from terminal.app.store.opening import connect_read_only
from terminal.app.store.store import FORGED_MAX, FORGED_WITHIN_S
from tests.contract.cut_store import CutStore, PowerCut
from tests.contract.terminal.app.conftest import HandClock

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
Events = Callable[[], list[str]]
CARD, OTHER_CARD = make_card_no(1), make_card_no(2)
DAY = "2026-09-21"  # of the tests' clock
RING = KeyRing(7, 1, {1: bytes(range(32))})


def off_card(store: Store, card: CardNo = CARD, earn: int = 15) -> OffCard:
    facts = store.look_up(card)
    return OffCard(facts.next_visit, card, "card.torn", 1_500, earn, ((36, earn),), facts.slip, 1, DAY)


def reissue(gen: int = 2, seq: int = 0, adj: int = 0, request: str = "a" * 32) -> Reissue:
    image = CardImage(tenant=7, card=CARD, gen=gen, seq=seq, adj=adj)
    return Reissue(VisitId(request), CARD, gen, encode(image, RING))


def day_total(path: Path) -> tuple[int, ...]:
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        rows = db.execute("SELECT visits, amount_yen, earn, redeem FROM day_total WHERE business_day = ?", (DAY,))
        return tuple(rows.fetchone() or (0, 0, 0, 0))


def adjustments(store: Store, *numbers: int) -> None:
    items = tuple(FeedEntry(number, AdjustmentItem(CARD, number, ((36, 5),))) for number in numbers)
    store.apply_feed(Pull(1, items, max(numbers), False))


# --- honour -------------------------------------------------------------------------------------------------------


def test_an_honoured_visit_counts_for_the_day_once_whatever_the_card_says_later(
    store: Store, intend: Intend, events: Events, path: Path
) -> None:
    intent = intend(store)
    store.doubt(intent.visit, "unreadable")
    store.honour(intent.visit, "unreadable")
    store.honour(intent.visit, "unreadable")
    assert day_total(path) == (1, 1_500, 15, 0)
    store.commit(intent.visit, How.SEEN)
    store.honour(intent.visit, "unreadable")
    assert day_total(path) == (1, 1_500, 15, 0)
    assert events() == ["STREAM", "INTENT", "DOUBT", "HONOUR", "COMMIT"]


def test_an_honoured_visit_is_still_decided_by_its_card(store: Store, intend: Intend) -> None:
    intent = intend(store)
    store.doubt(intent.visit, "unreadable")
    store.honour(intent.visit, "unreadable")
    assert [found.state for found in store.look_up(CARD).open] == [VisitState.DOUBT]
    store.abort(intent.visit, "at base")
    assert store.look_up(CARD).open == ()


def test_what_was_committed_is_not_honoured(store: Store, intend: Intend, events: Events) -> None:
    intent = intend(store)
    store.commit(intent.visit, How.VERIFIED)
    store.honour(intent.visit, "x")
    assert events() == ["STREAM", "INTENT", "COMMIT"]


# --- beside the card ----------------------------------------------------------------------------------------------


def test_a_visit_beside_the_card_takes_a_slip_counts_for_the_day_and_is_over(
    boot: Boot, events: Events, path: Path
) -> None:
    store = boot()
    entry = off_card(store)
    store.record_off_card(entry)
    store.record_off_card(entry)
    assert events() == ["STREAM", "OFFCARD"]
    assert day_total(path) == (1, 1_500, 15, 0)
    assert (store.open_visits(), store.look_up(CARD).open) == ((), ())
    assert store.look_up(CARD).slip == entry.slip + 1
    store.record_print(entry.visit, 1, "", (), ())
    store.record_eject(entry.visit)
    store.close()
    assert boot().open_visits() == ()


def test_the_card_decides_nothing_about_a_visit_beside_it(store: Store) -> None:
    entry = off_card(store)
    store.record_off_card(entry)
    for attempt in (
        lambda: store.commit(entry.visit, How.SEEN),
        lambda: store.abort(entry.visit, "x"),
        lambda: store.doubt(entry.visit, "x"),
    ):
        with pytest.raises(EnishiError, match=r"store\.visit_unknown"):
            attempt()
    with pytest.raises(EnishiError, match=r"store\.visit_exists"):
        store.intend(Intent(entry.visit, CARD, 1, 1, "", "", 1, 0, 0, 0, 0, (), 9, 1, DAY))


def test_a_name_is_given_to_one_kind_of_visit_only(store: Store, intend: Intend) -> None:
    intent = intend(store)
    entry = replace(off_card(store), visit=intent.visit)
    with pytest.raises(EnishiError, match=r"store\.visit_exists"):
        store.record_off_card(entry)


class CrampedStore(Store):
    wal_warm_bytes = 0

    def free_bytes(self) -> int:
        return 1 << 20


def test_nothing_is_begun_beside_the_card_when_the_disk_is_nearly_full(boot: Boot, events: Events) -> None:
    store = boot(CrampedStore)
    with pytest.raises(EnishiError, match=r"store\.full"):
        store.record_off_card(off_card(store))
    assert events() == ["STREAM"]


def test_the_card_before_has_left_when_a_visit_goes_beside_the_card(boot: Boot, intend: Intend) -> None:
    first = boot()
    first.commit(intend(first).visit, How.VERIFIED)
    first.close()
    second = boot()
    assert [found.state for found in second.open_visits()] == [VisitState.COMMITTED]
    second.record_off_card(off_card(second, OTHER_CARD))
    assert second.open_visits() == ()


# --- a new generation ---------------------------------------------------------------------------------------------


def test_a_new_generation_is_the_newest_image_and_ends_what_the_old_one_left_open(
    store: Store, intend: Intend, events: Events
) -> None:
    store.commit(intend(store, seq=7).visit, How.VERIFIED)
    intend(store, seq=8)
    adjustments(store, 1, 2, 3)
    first = reissue(gen=2, seq=4, adj=2)
    store.record_reissue(first)
    store.record_reissue(first)
    assert events() == ["STREAM", "INTENT", "COMMIT", "INTENT", "REISSUE"]
    facts = store.look_up(CARD)
    assert facts.shadow == Shadow(2, 4, track_hash(first.track))
    assert (facts.open, store.open_visits()) == ((), ())
    assert [one.number for one in facts.adjustments] == [3]


def test_an_older_generation_that_comes_late_lowers_nothing(store: Store) -> None:
    newer = reissue(gen=9)
    store.record_reissue(newer)
    store.record_reissue(reissue(gen=2, request="b" * 32))
    assert store.look_up(CARD).shadow == Shadow(9, 0, track_hash(newer.track))


# --- staff's answers ----------------------------------------------------------------------------------------------


def test_the_same_answer_of_staff_is_kept_once(store: Store, intend: Intend, events: Events) -> None:
    visit = intend(store).visit
    for answer in ("later", "later", "gone"):
        store.resolve(visit, answer)
    assert events() == ["STREAM", "INTENT", "RESOLVE", "RESOLVE"]
    assert [found.state for found in store.open_visits()] == [VisitState.PREPARED]


def test_visits_that_nobody_began_are_unknown(store: Store) -> None:
    nobody = VisitId("0" * 32)
    for attempt in (lambda: store.honour(nobody, "x"), lambda: store.resolve(nobody, "later")):
        with pytest.raises(EnishiError, match=r"store\.visit_unknown"):
            attempt()


# --- forged cards -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gaps_s", "often"),
    [
        ([0, 1, 1, 1, 1], [False] * 4 + [True]),
        ([0, 1, 1, 1, 1, 1], [False] * 4 + [True, True]),
        ([0] + [FORGED_WITHIN_S / 4] * 4, [False] * 4 + [True]),
        ([0] + [FORGED_WITHIN_S / 4 + 1] * 6, [False] * 7),
        ([0, 1, 1, 1, FORGED_WITHIN_S, 1], [False] * 6),
    ],
)
def test_five_forged_cards_within_ten_minutes_are_too_many(
    store: Store, clock: HandClock, gaps_s: list[float], often: list[bool]
) -> None:
    assert FORGED_MAX == 5
    found = []
    for gap_s in gaps_s:
        clock.mono_s += gap_s
        found.append(store.record_seen("x", "card.forged"))
    assert found == often


def test_other_bad_cards_and_another_boot_do_not_count(boot: Boot) -> None:
    first = boot()
    for _ in range(4):
        first.record_seen("x", "card.forged")
        assert not first.record_seen("x", "card.torn")
    first.close()
    assert not boot().record_seen("x", "card.forged")


# --- adjustments, redeeming without head office -------------------------------------------------------------------


def test_an_adjustment_is_known_until_an_image_has_it(store: Store, intend: Intend) -> None:
    adjustments(store, 3, 1, 2)
    facts = store.look_up(CARD)
    assert [(one.number, one.lots) for one in facts.adjustments] == [(n, ((36, 5),)) for n in (1, 2, 3)]
    assert store.look_up(OTHER_CARD).adjustments == ()
    post = encode(CardImage(tenant=7, card=CARD, gen=1, seq=1, adj=2), RING)
    intent = replace(_intent(store), post=post)
    store.intend(intent)
    assert len(store.look_up(CARD).adjustments) == 3  # the card has not taken them yet
    store.commit(intent.visit, How.VERIFIED)
    assert [one.number for one in store.look_up(CARD).adjustments] == [3]


def _intent(store: Store, **changed: object) -> Intent:
    facts = store.look_up(CARD)
    pre, post = "A" * 69, f"L{facts.slip}".ljust(69, "B")
    intent = Intent(facts.next_visit, CARD, 1, facts.slip, pre, post, 1_000, 10, 300, 0, 0, (), facts.slip, 1, DAY)
    return replace(intent, **changed)


def test_what_is_redeemed_without_head_office_is_summed_by_business_day(store: Store, clock: HandClock) -> None:
    for changed in (
        {},
        {"online": True},
        {"kind": VisitKind.REFUND},
        {"redeem": 200},
        {"business_day": "2026-09-20"},
    ):
        intent = _intent(store, **changed)
        store.intend(intent)
        store.commit(intent.visit, How.VERIFIED)
    doubtful = _intent(store)
    store.intend(doubtful)
    store.doubt(doubtful.visit, "unreadable")
    assert store.look_up(CARD).offline.redeemed_today == 500
    assert store.look_up(OTHER_CARD).offline.redeemed_today == 500
    clock.wall_ms += 86_400_000
    assert store.look_up(CARD).offline.redeemed_today == 0


def test_the_business_day_is_that_of_the_rules_in_force(store: Store, clock: HandClock) -> None:
    intent = _intent(store)
    store.intend(intent)
    store.commit(intent.visit, How.VERIFIED)
    clock.wall_ms += 5 * 3_600_000  # 04:13 JST of the next day
    assert store.look_up(CARD).offline.redeemed_today == 300
    store.apply_feed(Pull(1, (FeedEntry(1, ProgrammeItem(Programme(day_start_minute=0))),), 1, False))
    assert store.look_up(CARD).offline.redeemed_today == 0


def test_a_refund_takes_from_the_sums_of_the_day(store: Store, path: Path) -> None:
    for changed in ({}, {"kind": VisitKind.REFUND, "earn": 300, "redeem": 10}):
        intent = _intent(store, **changed)
        store.intend(intent)
        store.commit(intent.visit, How.VERIFIED)
    assert day_total(path) == (2, 0, 0, 0)
    assert store.visits_today(date.fromisoformat(DAY)) == 2


def test_the_last_whole_round_is_remembered(boot: Boot, clock: HandClock) -> None:
    store = boot()
    assert (store.synced_ms(), store.look_up(CARD).offline.synced_ms) == (0, 0)
    store.record_synced()
    store.close()
    again = boot()
    assert again.synced_ms() == again.look_up(CARD).offline.synced_ms == clock.wall_ms


# --- power cuts ---------------------------------------------------------------------------------------------------


def derived(path: Path) -> list[object]:
    """All that follows from events and pages."""
    tables = ("visit", "day_total", "offline_day", "card_shadow", "reissue", "adjust", "counter", "cursor", "deny_card")
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        return [db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


@pytest.mark.parametrize("where", ["before", "inside", "after"])
@pytest.mark.parametrize("order", ["honour", "resolve", "off card", "reissue", "commit", "page", "synced"])
def test_a_cut_leaves_all_or_nothing_and_the_same_order_again_makes_it_whole(
    boot: Boot, intend: Intend, path: Path, order: str, where: str
) -> None:
    store = boot(CutStore)
    adjustments(store, 1, 2)
    visit, entry = intend(store).visit, off_card(store)
    page = Pull(1, (FeedEntry(3, AdjustmentItem(CARD, 3, ())), FeedEntry(4, CardDenyItem(CARD, "stopped"))), 4, False)
    orders: dict[str, Callable[[], object]] = {
        "honour": lambda: store.honour(visit, "x"),
        "resolve": lambda: store.resolve(visit, "later"),
        "off card": lambda: store.record_off_card(entry),
        "reissue": lambda: store.record_reissue(reissue(adj=1)),
        "commit": lambda: store.commit(visit, How.SEEN),
        "page": lambda: store.apply_feed(page),
        "synced": store.record_synced,
    }
    before = derived(path)
    CutStore.where = where
    with pytest.raises(PowerCut):
        orders[order]()
    CutStore.where = ""
    left = derived(path)
    assert (left == before) == (where != "after")
    orders[order]()
    assert derived(path) != before
    whole = derived(path)
    orders[order]()
    assert derived(path) == whole
    assert where != "after" or left == whole

"""What head office's word, its silence and its adjustments change about a visit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from shared.card.codec import decode, encode
from shared.card.image import CardFlag, CardImage, Lot
from shared.card.mac import KeyRing
from shared.points.program import OfflineLimits, Programme, RedeemRule
from shared.points.reward import NextReward
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import Adjustment, Member, Shadow
from shared.visit.shop import KidPolicy
from shared.visit.states import Keying, OffCardKeying, Preparing, Returning, Writing
from tests.unit.shared.visit.counter import CARD, RING, SHOP, Counter, fresh_track

TRACK = fresh_track()
NONE = Lot(0, 0)
DAY = 86_400.0
LATELY = 5.0  # seconds since head office answered


def track(*lots: Lot, **fields: int) -> str:
    image = CardImage(7, CARD, 1, 5, lots=(*lots, NONE, NONE, NONE)[:3], day=1040)
    return encode(structs.replace(image, **fields), RING)


def put_in(stripe: str = TRACK, **known: object) -> Counter:
    return Counter(**known).boot().handle(e.CardPresented(stripe))


def post(counter: Counter) -> CardImage:
    return decode(counter.intent.post, RING).image


# --- the online check ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago_s", "standalone", "asked"),
    [(0, False, 1), (599, False, 1), (600, False, 0), (3_600, False, 0), (-1, False, 0), (5, True, 0)],
)
def test_head_office_is_asked_if_it_answered_within_ten_minutes(ago_s, standalone, asked):
    counter = put_in(synced_ago_s=ago_s, shop=replace(SHOP, standalone=standalone))
    assert counter.count(f.CheckCard) == asked
    assert isinstance(counter.state, Keying)


def test_its_yes_lifts_the_limits_and_begins_the_counters_anew():
    counter = put_in(track(Lot(9_000, 47), off_red=4_990, off_cnt=9), synced_ago_s=LATELY)
    assert counter.keys("20000 use use").screen.use_points == 10
    counter.handle(e.CardChecked(CARD, counter.state.track, ""))
    assert counter.keys("clear use").screen.use_points == 9_000
    counter.keys("enter")
    assert (counter.intent.redeem, counter.intent.online) == (9_000, True)
    assert (post(counter).off_red, post(counter).off_cnt) == (0, 0)


def test_enter_does_not_wait_and_a_late_word_changes_nothing():
    counter = put_in(synced_ago_s=LATELY).keys("900 enter")
    assert isinstance(counter.state, Writing)
    before = counter.state
    assert counter.handle(e.CardChecked(CARD, TRACK, "card.stale")).state == before
    assert (counter.intent.online, post(counter).off_cnt) == (False, 1)


def test_a_word_on_another_track_is_ignored():
    counter = put_in(synced_ago_s=LATELY)
    assert not counter.handle(e.CardChecked(CARD, fresh_track(seq=4), "card.stale")).state.online
    assert isinstance(counter.state, Keying)


@pytest.mark.parametrize("code", ["card.stale", "card.old_generation", "card.of_tomorrow"])
def test_its_no_keeps_the_figures_and_leaves_the_card_as_it_is(code):
    counter = put_in(synced_ago_s=LATELY).keys("900").handle(e.CardChecked(CARD, TRACK, code))
    assert isinstance(counter.state, OffCardKeying)
    assert (counter.screen.amount_yen, counter.screen.earn, counter.screen.why.code) == (900, 9, code)
    assert counter.notices == ["visit.confirm_later"]
    assert counter.last(f.RecordSeen) == f.RecordSeen(TRACK, code)
    assert counter.keys("enter").count(f.WriteCard) == 0
    assert [entry.amount_yen for entry in counter.kept.values()] == [900]


@pytest.mark.parametrize("code", ["card.locked", "card.forged", "card.foreign"])
def test_a_card_that_head_office_has_stopped_goes_back(code):
    counter = put_in(synced_ago_s=LATELY).keys("900").handle(e.CardChecked(CARD, TRACK, code))
    assert counter.state == Returning(code)


def test_adjustments_that_come_with_the_word_are_shown_at_once():
    counter = put_in(synced_ago_s=LATELY, adjustments=(Adjustment(1, ((47, 5),)),))
    counter.handle(e.CardChecked(CARD, TRACK, "", (Adjustment(1, ((47, 5),)), Adjustment(2, ((47, 25),)))))
    assert counter.screen.balance == 130
    assert screens.Notice("visit.adjusted", {"points": "+30"}) in counter.screen.notices


# --- adjustments ---------------------------------------------------------------------------------------------------


def test_an_adjustment_is_in_the_balance_in_the_image_and_beside_the_sale():
    counter = put_in(adjustments=(Adjustment(3, ((40, 30),)),)).keys("900 enter")
    assert counter.intent.lots == ((46, 9),)
    assert counter.intent.adjusted == ((3, ((40, 30),)),)
    assert (post(counter).adj, post(counter).balance) == (3, 139)
    counter.handle(e.CardWritten())
    assert (counter.screen.balance, counter.screen.adjusted, counter.screen.earn) == (139, 30, 9)
    assert "本部からの調整" in "".join(line.left for line in counter.last(f.PrintReceipt).receipt.lines)


def test_adjusted_points_may_be_used_at_once():
    counter = put_in(adjustments=(Adjustment(3, ((40, 30),)),)).keys("1000 use use enter")
    assert counter.intent.redeem == 130


def test_only_higher_numbers_than_the_cards_are_applied_all_of_them_in_order():
    known = tuple(Adjustment(number, ((47, 1),)) for number in (9, 2, 5, 4, 5_000))
    counter = put_in(track(Lot(100, 47), adj=4), adjustments=known).keys("enter")
    assert [number for number, _ in counter.intent.adjusted] == [5, 9]
    assert (post(counter).adj, post(counter).balance) == (9, 102)


def test_without_a_purchase_enter_brings_what_is_due_onto_the_card():
    counter = put_in(adjustments=(Adjustment(3, ((47, -30),)),)).keys("enter")
    assert (counter.intent.amount_yen, counter.intent.earn, counter.intent.lots) == (0, 0, ())
    assert post(counter).balance == 70
    counter.handle(e.CardWritten(), e.FacePrinted())
    assert counter.screen.adjusted == -30


def test_with_nothing_due_enter_asks_for_the_amount():
    counter = put_in(track(Lot(100, 47), adj=3), adjustments=(Adjustment(3, ((47, -30),)),)).keys("enter")
    assert counter.notices == ["visit.no_purchase"]
    assert counter.count(f.Intend) == 0


def test_a_rest_takes_half_of_what_the_visit_earns():
    counter = put_in(adjustments=(Adjustment(3, ((47, -170),)),))
    assert [notice.code for notice in counter.screen.notices] == ["visit.adjusted", "visit.owed"]
    assert (counter.screen.balance, counter.keys("3900").screen.balance_after) == (0, 20)
    counter.keys("enter")
    assert counter.intent.lots == ((46, 39),)
    assert counter.intent.adjusted == ((3, ((46, -19), (47, -100))),)
    assert (post(counter).balance, post(counter).adj) == (20, 3)


lots = st.lists(
    st.builds(Lot, st.integers(1, 500), st.sampled_from([0, 30, 33, 34, 40, 46, 47])),
    max_size=3,
    unique_by=lambda lot: lot.month,
)
changes = st.lists(st.tuples(st.sampled_from([0, 33, 34, 40, 46, 50]), st.integers(-300, 300)), max_size=3)


@given(lots, st.lists(st.tuples(st.integers(1, 40), changes), max_size=4), st.integers(0, 30_000), st.booleans())
def test_base_adjustments_and_sale_give_the_new_image_month_by_month(held, due, amount, uses):
    adjustments = tuple(Adjustment(number, tuple(one)) for number, one in due)
    counter = put_in(track(*held, adj=5), adjustments=adjustments)
    counter.keys(f"{amount} {'use use' if uses else ''} enter")
    if not counter.count(f.Intend):
        return
    intent, image = counter.intent, post(counter)
    months: dict[int, int] = {}
    for month, points in (
        *((lot.month, lot.points) for lot in held),
        *(pair for _, applied in intent.adjusted for pair in applied),
        *intent.lots,
    ):
        months[month] = months.get(month, 0) + points
    assert {month: points for month, points in months.items() if points} == {
        lot.month: lot.points for lot in image.lots if lot.points
    }
    assert sum(points for _, points in intent.lots) == intent.earn - intent.redeem - intent.expired
    assert image.adj >= 5
    assert intent.amount_yen or intent.adjusted


# --- limits --------------------------------------------------------------------------------------------------------

RICH = fresh_track(points=9_000)
OLD_KEY = KeyRing(7, 1, {1: bytes(range(32)), 0: bytes(32)})
DISTRUSTING = replace(SHOP, ring=OLD_KEY, kid_policies={0: KidPolicy(True, "online")})
UNDER_OLD_KEY = encode(decode(RICH, RING).image, KeyRing(7, 0, {0: bytes(32)}))


def flagged(flags: int) -> str:
    return fresh_track(points=9_000, flags=flags)


def usable(counter: Counter) -> int:
    return counter.keys("20000 use use").screen.use_points


@pytest.mark.parametrize(
    ("ago_s", "points"),
    [(3_600, 3_000), (DAY + 60, 1_500), (8 * DAY, 750), (29 * DAY, 750), (31 * DAY, 0), (-1, 0)],
)
def test_the_age_of_the_last_sync_shrinks_what_may_be_used(ago_s, points):
    assert usable(put_in(RICH, synced_ago_s=ago_s)) == points


def test_a_shop_without_head_office_has_the_limits_of_a_visit_and_of_a_day():
    alone = replace(SHOP, standalone=True)
    tired = track(Lot(9_000, 47), off_red=131_071, off_cnt=127)
    counter = put_in(tired, shop=alone, synced_ago_s=-1)
    assert usable(counter) == 3_000
    assert "points.offline_soon" not in counter.notices
    counter.keys("enter")
    assert (post(counter).off_red, post(counter).off_cnt) == (3_000, 1)
    assert usable(put_in(tired, shop=alone, redeemed_today=99_999)) == 1


@pytest.mark.parametrize(
    ("known", "stripe", "code"),
    [
        ({"redeemed_today": 100_000}, RICH, "points.offline_day"),
        ({"synced_ago_s": 31 * DAY}, RICH, "points.sync_old"),
        ({"synced_ago_s": -1}, RICH, "points.never_synced"),
        ({"denied": "online_only"}, RICH, "points.online_only"),
        ({}, flagged(CardFlag.ONLINE_ONLY), "points.online_only"),
        ({}, flagged(CardFlag.REPAIRED), "points.repaired_card"),
        ({"denied_writers": ((9, 0), (0, 1_040))}, RICH, "points.writer_doubted"),
        ({}, track(Lot(9_000, 47), off_cnt=10), "points.offline_visits"),
        ({}, track(Lot(9_000, 47), off_red=5_000), "points.offline_limit"),
        ({"shop": DISTRUSTING}, UNDER_OLD_KEY, "points.old_key"),
    ],
)  # fmt: skip
def test_every_limit_says_its_name_and_head_offices_yes_lifts_it(known, stripe, code):
    counter = put_in(stripe, **known)
    assert counter.keys("20000 use use").screen.use_points == 0
    assert counter.notices[0] == code
    counter.handle(e.CardChecked(CARD, stripe, "")).keys("use")
    assert counter.screen.use_points == 9_000
    assert counter.keys("enter").intent.redeem == 9_000


def test_a_key_that_was_withdrawn_lets_nothing_be_used_even_online():
    shop = replace(SHOP, ring=OLD_KEY, kid_policies={0: KidPolicy(True, "no")})
    counter = put_in(UNDER_OLD_KEY, shop=shop).handle(e.CardChecked(CARD, UNDER_OLD_KEY, ""))
    assert usable(counter) == 0
    assert counter.notices[0] == "points.key_withdrawn"
    counter.keys("clear enter")
    assert counter.intent.post[1] == "B", "the card moves on to the current key"


def test_a_key_that_may_not_even_earn_earns_beside_the_card():
    shop = replace(SHOP, ring=OLD_KEY, kid_policies={0: KidPolicy(False, "no")})
    assert put_in(UNDER_OLD_KEY, shop=shop).screen.why.code == "card.key_withdrawn"


def test_an_image_written_before_the_doubt_began_is_not_doubted():
    assert usable(put_in(RICH, denied_writers=((0, 1_041),))) == 3_000


@pytest.mark.parametrize(
    ("fields", "ago_s", "told"),
    [
        ({"off_cnt": 4}, 3_600.0, False),
        ({"off_cnt": 5}, 3_600.0, True),
        ({"off_red": 2_500}, 3_600.0, True),
        ({"off_cnt": 5}, LATELY, False),  # it is being asked
    ],
)
def test_at_half_of_a_cards_limits_staff_are_asked_to_go_online(fields, ago_s, told):
    assert ("points.offline_soon" in put_in(track(Lot(100, 47), **fields), synced_ago_s=ago_s).notices) is told


@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=25), st.sampled_from([3_600.0, 2 * DAY, 9 * DAY]))
@example([1_000] * 12, 3_600.0)
def test_i14_one_lineage_redeems_no_more_than_its_limit_without_head_office(wishes, ago_s):
    """The image of each visit is the base of the next."""
    limits = OfflineLimits(visits_since_online=127)
    shop = replace(SHOP, programme=Programme(offline=limits))
    stripe, used = track(Lot(100_000, 0)), 0
    for wish in wishes:
        counter = put_in(stripe, shop=shop, synced_ago_s=ago_s).keys(f"90000 use {wish}")
        counter.keys("enter")
        if isinstance(counter.state, Preparing | Writing):
            stripe, used = counter.intent.post, used + counter.intent.redeem
    assert used <= limits.redeem_since_online


def test_a_stale_shadow_still_comes_before_every_limit():
    assert isinstance(put_in(RICH, shadow=Shadow(1, 6, bytes(32)), denied="online_only").state, OffCardKeying)


def test_the_pop_up_says_how_fresh_it_is_and_what_is_saved_for():
    rules = replace(SHOP.programme, redeem=RedeemRule(50, 50, 50, 1_000))
    counter = Counter(shop=replace(SHOP, programme=rules), member=Member(7, "見本 花子"), synced_ago_s=7_200)
    counter.boot().handle(e.CardPresented(fresh_track(points=120)))
    assert counter.screen.as_of_ms == counter.now.wall_ms - 7_200_000
    assert counter.screen.reward == NextReward(30, 150, 150, 3_000)
    assert counter.keys("2000").screen.reward == NextReward(10, 150, 150, 1_000)  # the sale counts already
    assert [guide.code for guide in counter.screen.guides] == ["guide.reward"]
    assert counter.keys("1000").screen.guides == ()


def test_a_shop_alone_and_a_card_without_a_name_have_nothing_of_head_office():
    assert Counter().boot().handle(e.CardPresented(fresh_track())).screen.as_of_ms == 0
    alone = Counter(shop=replace(SHOP, standalone=True), member=Member(7, "見本 花子"))
    assert alone.boot().handle(e.CardPresented(fresh_track())).screen.as_of_ms == 0

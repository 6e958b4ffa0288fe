"""A wrong date takes nothing from a customer, and staff are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.codec import decode, encode
from shared.card.image import CardImage, Lot
from shared.clock import ClockQuality, Now, card_day, card_month, day_from_card
from shared.ids import MessageId
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit.facts import CardMessage
from tests.unit.shared.visit.counter import CARD, NOW, RING, Counter

TODAY = date(2026, 11, 18)  # of NOW
DAY_MS = 86_400_000
LAPSED = Lot(70, card_month(date(2026, 10, 1)))
GOOD = Lot(30, card_month(date(2027, 6, 1)))
NONE = Lot(0, 0)


def track(day: date, *lots: Lot) -> str:
    return encode(CardImage(7, CARD, 1, 5, lots=(*lots, NONE, NONE, NONE)[:3], day=card_day(day)), RING)


def at(days: int, quality: ClockQuality = ClockQuality.STEADY) -> Now:
    return Now(100.0, NOW.wall_ms + days * DAY_MS, quality)


def presented(now: Now, stripe: str) -> Counter:
    return Counter(now=now).boot().handle(e.CardPresented(stripe))


def codes(counter: Counter) -> list[str]:
    return [notice.code for notice in counter.screen.notices]


@pytest.mark.parametrize(
    ("now", "last_visit", "expired", "told"),
    [
        (at(0), date(2026, 10, 5), 70, False),
        (at(0), date(2026, 11, 19), 70, False),  # another counter's midnight
        (at(0), date(2026, 11, 20), 0, True),  # the card was here after tomorrow: our clock is behind
        (at(0), date(2028, 1, 1), 0, True),
        (at(0, ClockQuality.BEHIND), date(2026, 10, 5), 0, True),
        (at(4_000, ClockQuality.AHEAD), date(2026, 10, 5), 0, True),
        (at(4_000, ClockQuality.AHEAD), date(2028, 1, 1), 0, True),
    ],
)
def test_points_lapse_only_by_a_clock_that_nothing_speaks_against(
    now: Now, last_visit: date, expired: int, told: bool
) -> None:
    counter = presented(now, track(last_visit, LAPSED, GOOD))
    assert ("clock.suspect" in codes(counter)) is told
    assert counter.screen.balance == 100 - expired
    counter.keys("900 enter")
    intent = counter.intent
    assert intent.expired == expired
    assert decode(intent.post, RING).image.balance == 100 - expired + 9


def test_the_points_that_were_kept_may_be_used() -> None:
    counter = presented(at(4_000, ClockQuality.AHEAD), track(date(2026, 10, 5), LAPSED, GOOD))
    assert counter.keys("1000 use use enter").intent.redeem == 100


def test_the_notice_stays_while_the_amount_is_keyed_and_names_the_date() -> None:
    counter = presented(at(0, ClockQuality.BEHIND), track(date(2026, 10, 5), GOOD)).keys("12 back")
    (notice,) = counter.screen.notices
    assert (notice.code, notice.facts) == ("clock.suspect", {"day": TODAY.isoformat()})


def test_a_visit_after_tomorrow_is_no_first_visit() -> None:
    assert presented(at(0), track(date(2028, 1, 1), GOOD)).screen.days_since_last == 0


def test_new_points_of_a_counter_left_behind_are_valid_from_the_cards_last_day() -> None:
    last_visit = date(2028, 1, 10)
    intent = presented(at(0), track(last_visit)).keys("900 enter").intent
    assert intent.lots == ((card_month(last_visit) + 12, 9),)


@pytest.mark.parametrize(
    ("now", "last_visit", "stamped"),
    [
        (at(0), date(2026, 10, 5), TODAY),
        (at(0), date(2028, 1, 1), date(2028, 1, 1)),  # the stripe's day never goes back
        (at(4_000, ClockQuality.AHEAD), date(2026, 10, 5), date(2026, 10, 5)),  # no doubt is handed on
        (at(0, ClockQuality.BEHIND), date(2026, 10, 5), date(2026, 10, 5)),
    ],
)
def test_stripe_and_face_carry_the_same_day_and_no_doubtful_one(now: Now, last_visit: date, stamped: date) -> None:
    counter = presented(now, track(last_visit, GOOD)).keys("900 enter").handle(e.CardWritten())
    assert day_from_card(decode(counter.intent.post, RING).image.day) == stamped
    text = "".join(line.text for line in counter.last(f.PrintFace).face.lines)
    assert f"{stamped:%Y/%m/%d}" in text


def test_a_message_whose_end_a_wrong_clock_has_passed_waits_and_is_not_lost() -> None:
    message = CardMessage(MessageId(8), "お知らせ", 0, "2027-01-31")
    counter = replace(Counter(messages=(message,)), now=at(4_000, ClockQuality.AHEAD)).boot()
    counter.handle(e.CardPresented(track(date(2026, 10, 5), GOOD))).keys("900 enter")
    counter.handle(e.CardWritten(), e.FacePrinted())
    record = counter.last(f.RecordPrint)
    assert (record.messages, record.no_room) == ((), ())


@given(
    days=st.integers(-700, 30_000),
    quality=st.sampled_from(ClockQuality),
    last_day=st.integers(0, (1 << 14) - 1),
    months=st.lists(st.integers(0, 511), max_size=3),
)
def test_no_date_whatever_takes_a_point_without_a_trusted_clock(
    days: int, quality: ClockQuality, last_day: int, months: list[int]
) -> None:
    stripe = track(day_from_card(last_day), *(Lot(10, month) for month in sorted(months)))
    intent = presented(at(days, quality), stripe).keys("900 enter").intent
    post = decode(intent.post, RING).image
    assert post.day >= last_day
    assert sum(points for _, points in intent.lots) == intent.earn - intent.redeem - intent.expired
    if quality is not ClockQuality.STEADY or post.day > card_day(TODAY) + days + 1:
        assert intent.expired == 0

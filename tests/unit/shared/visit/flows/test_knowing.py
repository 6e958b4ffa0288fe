"""Promotions at the counter: what the terminal knows decides them, and one visit says them everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from shared.card.codec import decode, encode
from shared.card.image import ranked
from shared.clock import ClockQuality
from shared.points.program import Caps, Programme
from shared.points.promotion import (
    Benefits,
    Birthday,
    Conditions,
    Hours,
    Multiply,
    NewMember,
    NthVisit,
    Promotion,
    Window,
)
from shared.points.ranking import Rank, RankRule
from shared.points.why import RAIN
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit.facts import CardMessage, Member, Shadow
from shared.visit.flows.knowing import circumstances
from shared.visit.journal import Weather
from shared.visit.shop import moment_of
from tests.unit.shared.visit.counter import CARD, NOW, RING, SHOP, Counter, fresh_track

TRACK = fresh_track()
NEW = fresh_track(0, 0)
BIRTHDAY = Promotion(
    7, "誕生日", "お誕生日おめでとうございます", 0, True, Conditions(birthday=Birthday(Window.MONTH)),
    Benefits(multiply=Multiply(20), gift="お花 1本"),
)  # fmt: skip
ANNA = Member(
    7, "見本 花子", visits=9, last_visit="2026-11-06", birthday="1965-11-03", joined="2026-11-01", tags=("4",)
)


def counter(*promotions: Promotion, member: Member | None = ANNA, track: str = TRACK, **rules: object) -> Counter:
    """A card whose last visit was on 2026-11-06 lies in the unit; today is 2026-11-18, 20:06."""
    shop = replace(SHOP, store="1", programme=Programme(promotions=promotions, **rules))
    return Counter(shop, member=member).boot().handle(e.CardPresented(track))


def promoted(conditions: Conditions, **gives: object) -> Promotion:
    return Promotion(1, "特典", conditions=conditions, benefits=Benefits(**(gives or {"points": 5})))


def face_of(told: Counter) -> str:
    return "".join(line.text for line in told.last(f.PrintFace).face.lines)


def receipt_of(told: Counter) -> str:
    return "".join(line.left + line.right for line in told.last(f.PrintReceipt).receipt.lines)


def month_before() -> str:
    """The same card, last seen in October."""
    image = decode(TRACK, RING).image
    return encode(structs.replace(image, day=1_020), RING)


def test_a_birthday_doubles_is_said_and_is_printed_in_the_same_visit():
    told = counter(BIRTHDAY, track=month_before()).keys("1500")
    assert told.screen.earn == 30
    assert told.screen.sentence == "1,500円 ÷ 100円 × 1点 × 2（誕生日） = 30点"
    told.keys("enter")
    assert told.intent.earn == 30
    assert told.intent.why == ((0, 1_206, 9, 0, -1), (1, 0, 1_500, 15), (2, 7, 20), (3, 30), (7, 7))
    told.handle(e.CardWritten())
    assert "お誕生日おめでとうございます" in face_of(told)
    assert "×2（誕生日）=30点" in receipt_of(told).replace(" ", "").replace("　", "")
    told.handle(e.FacePrinted())
    assert told.last(f.RecordPrint).messages == (), "no message of head office was printed"


def test_the_second_visit_of_the_month_is_an_ordinary_one():
    told = counter(BIRTHDAY).keys("1500 enter")
    assert (told.intent.earn, told.intent.why) == (15, ())


@pytest.mark.parametrize("member", [None, Member(0, "", "ミホン")])
def test_without_a_told_member_the_ordinary_rule_holds(member):
    rules = (BIRTHDAY, promoted(Conditions(nth_visit=NthVisit(1))), promoted(Conditions(new_member=NewMember())))
    assert counter(*rules, member=member, track=month_before()).keys("1500 enter").intent.earn == 15


def test_a_clock_in_doubt_gives_no_birthday():
    told = counter(BIRTHDAY, track=month_before())
    told.now = replace(NOW, quality=ClockQuality.BEHIND)
    assert told.keys("1500 enter").intent.earn == 15


def test_the_tenth_visit_is_counted_with_the_one_that_head_office_has_not_told_yet():
    tenth = promoted(Conditions(nth_visit=NthVisit(10)))
    assert counter(tenth).keys("900 enter").intent.earn == 14
    later = structs.replace(ANNA, last_visit="2026-11-01")  # the card was somewhere on the 6th
    assert counter(tenth, member=later).keys("900 enter").intent.earn == 9


def test_hours_store_and_lists_are_known():
    evening = promoted(Conditions(hours=Hours(1_200, 1_210), stores=("1",), tags=("4", "5")))
    assert counter(evening).keys("900 enter").intent.earn == 14
    assert counter(promoted(Conditions(stores=("2",)))).keys("900 enter").intent.earn == 9


def test_joining_points_are_for_a_card_that_was_never_used():
    joining = promoted(Conditions(), joining=100)
    assert counter(joining, member=None, track=NEW).keys("enter enter").intent.earn == 100
    assert counter(joining, member=None).keys("900 enter").intent.earn == 9
    assert counter(joining, track=NEW).keys("900 enter").intent.earn == 9, "somebody known got another card"


RANKS = RankRule(ranks=(Rank("銀", 1_000), Rank("金", 5_000)))
GOLDEN = promoted(Conditions(ranks=("金",)))


def test_a_rank_is_written_on_the_card_as_head_office_told_it():
    told = counter(GOLDEN, member=structs.replace(ANNA, rank="金"), ranks=RANKS).keys("900 enter")
    assert told.intent.earn == 14
    assert decode(told.intent.post, RING).image.rank == 2
    nobody = structs.replace(ANNA, rank="")
    lower = counter(GOLDEN, member=nobody, track=told.intent.post, ranks=RANKS).keys("900 enter")
    assert (lower.intent.earn, decode(lower.intent.post, RING).image.rank) == (9, 0)


@pytest.mark.parametrize("member", [None, Member(0, "", "ミホン")])
def test_where_nobody_is_on_file_the_card_says_its_rank_and_keeps_it(member):
    track = fresh_track(flags=ranked(0, 2))
    told = counter(GOLDEN, member=member, track=track, ranks=RANKS)
    assert told.screen.rank == "金"
    told.keys("900 enter")
    assert told.intent.earn == 14
    assert told.intent.why[0][4] == 1, "the rank's place travels with the reasons"
    assert decode(told.intent.post, RING).image.rank == 2


def test_a_rank_that_the_rules_do_not_have_is_none():
    told = counter(GOLDEN, member=None, track=fresh_track(flags=ranked(0, 7)), ranks=RANKS)
    assert (told.screen.rank, told.keys("900 enter").intent.earn) == ("", 9)


RAINY = promoted(Conditions(rain=True))
TODAY = "2026-11-18"


def test_what_was_said_here_of_the_day_goes_before_what_head_office_said():
    told = counter(RAINY)
    assert told.keys("900 enter").intent.earn == 9
    wet = counter(RAINY)
    wet.shop = replace(wet.shop, weather=Weather(TODAY, True, 1))
    wet.keys("900 enter")
    assert (wet.intent.earn, wet.intent.why[-1]) == (14, (RAIN, 1))
    dry = counter(RAINY, BIRTHDAY, track=month_before(), rain=(f"{TODAY}:1",))
    dry.shop = replace(dry.shop, weather=Weather(TODAY, False, 1))
    dry.keys("900 enter")
    assert (dry.intent.earn, dry.intent.why[-1]) == (18, (RAIN, 0))
    yesterday = counter(RAINY)
    yesterday.shop = replace(yesterday.shop, weather=Weather("2026-11-17", True, 1))
    assert yesterday.keys("900 enter").intent.earn == 9


def test_a_days_cap_sees_what_the_card_got_elsewhere():
    moment = moment_of(NOW, replace(SHOP, programme=Programme(caps=Caps(per_day=100))))
    told = counter(promoted(Conditions()), caps=Caps(per_day=12))
    facts = structs.replace(told.facts(CARD, (), "1" * 32), earned_today=5)
    assert circumstances(facts, None, moment, True).earned_today == 5
    assert told.keys("900 enter").intent.earn == 12


def test_points_beside_the_card_are_promoted_too():
    told = Counter(
        replace(SHOP, programme=Programme(promotions=(promoted(Conditions()),))), shadow=Shadow(1, 9, bytes(32))
    ).boot().handle(e.CardPresented(TRACK)).keys("900 enter")  # fmt: skip
    (entry,) = told.kept.values()
    assert (entry.earn, entry.reasons[1:]) == (14, ((1, 0, 900, 9), (4, 1, 5)))
    assert "5点（特典）" in receipt_of(told).replace(" ", "")


def test_what_has_no_room_on_the_face_stands_on_the_receipt():
    long = Promotion(3, "毎日", "あ" * 40, benefits=Benefits(points=1))
    many = tuple(replace(long, id=number, text=f"{number}" + "あ" * 39) for number in range(1, 9))
    told = counter(*many)
    told.messages = (CardMessage(5, "お知らせ", 1),)
    told.keys("900 enter").handle(e.CardWritten())
    assert "8" + "あ" * 10 in receipt_of(told).replace("\n", "")


def test_the_next_version_prices_from_its_day():
    later = Programme(version=2, start="2026-11-19", promotions=(promoted(Conditions()),))
    told = counter(then=later)
    assert told.keys("900").screen.earn == 9
    told.now = replace(NOW, wall_ms=NOW.wall_ms + 10 * 3_600_000)  # 06:06 on the 19th
    assert told.keys("enter").intent.earn == 14
    assert told.intent.programme == 2

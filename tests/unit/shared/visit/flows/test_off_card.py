"""Points beside the card: nothing is written, nothing is promised before it is durable, nobody is accused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import ClockQuality
from shared.errors import TEXTS
from shared.points.program import EarnBasis, EarnRule, Programme
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import Member, Shadow
from shared.visit.states import Idle, OffCardKeying, Repairing, Returning
from tests.unit.shared.visit.counter import CARD, NOW, SHOP, Counter, fresh_track

TRACK = fresh_track()
AHEAD = Shadow(1, 9, bytes(32))  # the terminal knows a newer image of this card
ACCUSING = ("偽", "不正", "盗", "コピー", "複製", "疑")


def stale(**known: object) -> Counter:
    return Counter(shadow=AHEAD, **known).boot().handle(e.CardPresented(TRACK))


def test_the_amount_is_keyed_the_points_are_durable_then_success_receipt_and_the_card_comes_back():
    counter = stale(member=Member(1, "高橋 美智子")).keys("1 2 00 back 0 clear 980 enter")
    (entry,) = counter.kept.values()
    assert (entry.amount_yen, entry.earn, entry.lots, entry.why) == (980, 9, ((46, 9),), "card.stale")
    assert (entry.business_day, entry.programme, entry.slip) == ("2026-11-18", 1, 1)
    kinds = [type(effect) for effect in counter.log]
    assert kinds.index(f.RecordOffCard) < kinds.index(f.PrintReceipt) < kinds.index(f.EjectCard)
    assert counter.screen == screens.OffCardDone(
        "高橋 美智子", CARD, 9, 980, 1, screens.Notice("card.stale"), take_card=False
    )
    assert counter.handle(e.CardDischarged()).screen.take_card
    assert isinstance(counter.handle(e.CardTaken()).state, Idle)


def test_the_receipt_says_that_the_points_are_kept_and_no_balance():
    words = "".join(line.left for line in stale().keys("980 enter").last(f.PrintReceipt).receipt.lines)
    assert "お預かり" in words
    assert "残高" not in words


def test_the_receipt_of_an_uncertain_day_says_so():
    counter = stale()
    counter.now = replace(NOW, quality=ClockQuality.BEHIND)
    words = "".join(line.left for line in counter.keys("980 enter").last(f.PrintReceipt).receipt.lines)
    assert "日付未確認" in words


def test_without_an_amount_it_is_asked_for_and_a_digit_clears_the_notice():
    counter = stale().keys("enter")
    assert counter.notices == ["visit.amount_missing"]
    assert counter.keys("5").notices == []
    assert not counter.kept


def test_an_amount_that_no_longer_fits_keeps_its_digits():
    assert stale().keys("99999999").screen.amount_yen == 9_999_999


def test_an_amount_that_earns_nothing_is_recorded_without_a_lot():
    (entry,) = stale().keys("50 enter").kept.values()
    assert (entry.earn, entry.lots) == (0, ())


def test_more_points_than_a_visit_may_earn_are_refused():
    shop = replace(SHOP, programme=Programme(earn=EarnRule(EarnBasis.RATE, 1, 1)))
    counter = stale(shop=shop).keys("300000 enter")
    assert counter.notices == ["points.earn_above_card"]
    assert not counter.kept


def test_what_is_not_durable_is_not_promised():
    counter = stale(failing={f.RecordOffCard}).keys("980 enter")
    assert counter.screen == screens.Stopped("store.full")
    assert counter.count(f.PrintReceipt) == 0


def test_evidence_that_cannot_be_recorded_ends_it():
    assert stale(failing={f.RecordSeen}).state == Returning("store.full")


@pytest.mark.parametrize("event", [e.KeyPressed(e.Key.CANCEL), e.DeadlinePassed()])
def test_cancel_or_nobody_gives_the_card_back(event):
    counter = stale().handle(event)
    assert (counter.screen, counter.kept) == (screens.TakeCard(), {})


def test_a_unit_that_goes_away_meanwhile_is_waited_for():
    counter = stale().handle(e.CardRewriterLost("device.card_rewriter.no_answer"), e.CardRewriterReady(True))
    assert counter.screen == screens.TakeCard()


@pytest.mark.parametrize(
    ("shadow", "ago_s", "offered"),
    [(Shadow(2, 0, bytes(32)), 5.0, True), (Shadow(2, 0, bytes(32)), 3_600.0, False), (AHEAD, 5.0, False)],
)
def test_only_a_card_of_an_older_generation_may_be_repaired_and_only_online(shadow, ago_s, offered):
    counter = Counter(shadow=shadow, synced_ago_s=ago_s).boot().handle(e.CardPresented(TRACK))
    assert counter.screen.can_repair is offered
    assert isinstance(counter.keys("use").state, Repairing if offered else OffCardKeying)
    assert counter.count(f.AskRepair) == offered


def test_a_receipt_without_paper_is_said_until_the_card_is_taken():
    counter = stale().keys("980 enter").handle(e.ReceiptFailed(1, "device.receipt_printer.paper_out"))
    assert counter.notices == ["device.receipt_printer.paper_out"]
    assert counter.handle(e.CardDischarged()).notices == ["device.receipt_printer.paper_out"]
    assert counter.handle(e.ReceiptFailed(77, "device.receipt_printer.paper_out")).notices == counter.notices


@given(st.lists(st.sampled_from(e.Key), max_size=20))
def test_no_keys_whatever_touch_the_stripe_or_use_a_point(keys):
    counter = stale(synced_ago_s=5.0)
    for key in keys:
        counter.handle(e.KeyPressed(key))
    assert counter.count(f.WriteCard) == counter.count(f.Intend) == counter.count(f.PrintFace) == 0
    assert all(entry.amount_yen > 0 for entry in counter.kept.values())
    assert len(counter.kept) <= 1


@pytest.mark.parametrize("family", ["card.", "visit.", "points."])
def test_no_text_of_a_visit_accuses_the_customer(family):
    for code, text in TEXTS.items():
        if code.startswith(family):
            assert not [word for word in ACCUSING if word in text.text + text.remedy], code

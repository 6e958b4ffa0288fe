"""Chips at a counter: bound to their images, healed by themselves when torn, numbers only when copies are easy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.card.codec import Verdict, decode, encode, prev_tag
from shared.card.image import CardFlag, CardImage, Lot
from shared.ids import make_card_no
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand, Purpose
from shared.visit.facts import CardMessage, PastVisit, Shadow
from shared.visit.journal import How, VisitKind
from shared.visit.states import (
    Ejecting,
    Idle,
    OffCardKeying,
    Repairing,
    Returning,
    Told,
    TypingNumber,
    Writing,
    WritingRepair,
)
from shared.visit.unit import CardUnit
from tests.unit.shared.visit.counter import CARD, NOW, RING, SHOP, Counter

UID, TWIN = "04a1b2c3000001", "04a1b2c3000000"
TORN = "L" + "?" * 68
AT_READER = replace(SHOP, unit=CardUnit.READER)


def on_chip(points: int = 100, seq: int = 5, uid: str = UID, gen: int = 1, flags: int = 0, prev: int = 0) -> str:
    lots = (Lot(points, 47), Lot(0, 0), Lot(0, 0))
    return encode(CardImage(7, CARD, gen, seq, lots=lots, day=1040, flags=flags, prev=prev), RING, uid)


TRACK = on_chip()
LAID = e.CardPresented(TRACK, UID)


def reader(**known: object) -> Counter:
    return Counter(shop=AT_READER, **known).boot()


def torn(older: str = TRACK, uid: str = UID) -> e.CardPresented:
    return e.CardPresented(TORN, uid, older)


def in_mid_write() -> Counter:
    """INTENT is durable, and the chip left while it was written."""
    counter = reader().handle(LAID).keys("900 enter")
    return counter.handle(
        e.CardWriteFailed("device.ic_card.write_unknown"), e.NoCard(), e.CardDischarged(), e.CardTaken()
    )


# --- bound to the chip -----------------------------------------------------------------------------------------------


def test_both_images_and_everything_that_is_told_are_of_this_chip():
    counter = reader(synced_ago_s=5.0).handle(LAID)
    assert counter.last(f.CheckCard) == f.CheckCard(CARD, TRACK, UID)
    intent = counter.keys("900 enter").intent
    assert (intent.uid, intent.pre) == (UID, TRACK)
    assert decode(intent.post, RING, UID).verdict is Verdict.OK
    assert decode(intent.post, RING).verdict is Verdict.FORGED
    counter.handle(e.CardWritten())
    assert counter.count(f.Commit) == 1
    assert counter.screen.balance == 109


def test_a_good_card_that_goes_without_a_visit_is_evidence_of_its_chip():
    counter = reader().handle(LAID).keys("cancel")
    assert counter.last(f.RecordSeen) == f.RecordSeen(TRACK, "", UID)


@pytest.mark.parametrize("uid", [TWIN, ""], ids=["another chip", "a stripe"])
def test_the_same_record_anywhere_else_is_forged(uid):
    counter = reader().handle(e.CardPresented(TRACK, uid))
    assert counter.state == Returning("card.forged")
    assert counter.last(f.RecordSeen) == f.RecordSeen(TRACK, "card.forged", uid)


def test_a_copy_proves_nothing_about_a_visit_that_is_open():
    counter = in_mid_write()
    post = next(iter(counter.visits.values())).intent.post
    counter.handle(e.CardPresented(post, TWIN))
    assert counter.state == Returning("card.forged")
    assert counter.count(f.Commit) == 0
    cut = reader().handle(LAID).keys("900 enter")
    again = Counter(shop=AT_READER, visits=cut.visits, ids=cut.ids).boot()
    assert isinstance(again.screen, screens.Unfinished)
    again.handle(e.CardPresented(cut.intent.post, TWIN))
    assert again.state == Returning("card.forged")
    assert again.count(f.Commit) == 0
    again.handle(e.CardTaken(), e.CardPresented(cut.intent.post, UID))
    assert again.count(f.Commit) == 1


def test_a_copy_in_the_place_of_the_card_that_is_written_leaves_a_doubt():
    counter = reader().handle(LAID).keys("900 enter").handle(e.CardWriteFailed("x"))
    counter.handle(e.CardPresented(TRACK, TWIN))
    assert counter.state == Returning("visit.other_card")
    assert counter.last(f.Doubt).why == "visit.other_card"


def test_a_card_that_cannot_prove_itself_is_refused_without_a_question():
    counter = reader().handle(e.CardUnreadable("device.ic_card.not_genuine"))
    assert counter.state == Returning("device.ic_card.not_genuine")


# --- torn ------------------------------------------------------------------------------------------------------------


def test_a_chip_torn_by_us_is_written_to_its_end_and_nobody_has_to_do_anything():
    counter = in_mid_write()
    intent = next(iter(counter.visits.values())).intent
    assert counter.last(f.Doubt) == f.Doubt(intent.visit, "visit.card_gone")
    counter.handle(torn())
    assert isinstance(counter.state, Writing)
    assert counter.orders[-1] == f.WriteCard(intent.post)
    assert counter.count(f.Abort) == 0
    counter.handle(e.CardWritten())
    assert counter.last(f.Commit) == f.Commit(intent.visit, How.ROLLED_FORWARD)
    assert counter.screen.recovered
    assert counter.screen.balance == 109


def test_also_after_a_cut():
    before = reader().handle(LAID).keys("900 enter")
    counter = Counter(shop=AT_READER, visits=before.visits, ids=before.ids).boot()
    assert isinstance(counter.screen, screens.Unfinished)
    counter.handle(torn())
    assert counter.orders[-1] == f.WriteCard(before.intent.post)


@pytest.mark.parametrize(
    "shadow",
    [Shadow(1, 6, bytes(32)), Shadow(2, 0, bytes(32)), Shadow(1, 5, bytes(32))],
    ids=["newer", "new generation", "another"],
)
def test_a_visit_of_ours_is_not_written_onto_a_card_that_went_on_elsewhere(shadow):
    counter = in_mid_write()
    counter.shadow, counter.orders = shadow, []
    counter.handle(torn())
    assert isinstance(counter.state, OffCardKeying)
    assert (counter.state.why, counter.count(f.RecordOffCard)) == ("card.torn", 0)
    assert not any(isinstance(order, f.WriteCard) for order in counter.orders)


def test_the_record_before_settles_what_it_proves():
    counter = in_mid_write()
    intent = next(iter(counter.visits.values())).intent
    counter.handle(torn(older=intent.post))
    assert counter.last(f.Commit) == f.Commit(intent.visit, How.SEEN)
    assert counter.last(f.RecordSeen) == f.RecordSeen(TORN, "card.torn", UID)
    other = in_mid_write()
    visit = next(iter(other.visits))
    other.handle(torn(older=on_chip(300, 6, prev=prev_tag(TRACK))))
    assert other.last(f.Abort).visit == visit


@pytest.mark.parametrize("points", [100, 100_000])
def test_the_record_before_is_never_served(points):
    """Else whoever spoils the newest record would have the points again that it took."""
    counter = reader().handle(torn(on_chip(points)))
    assert isinstance(counter.state, OffCardKeying)
    assert counter.last(f.RecordSeen) == f.RecordSeen(TORN, "card.torn", UID)
    counter.keys("900 enter")
    assert next(iter(counter.kept.values())).why == "card.torn"


def test_head_office_makes_it_anew_for_this_chip_and_nobody_has_to_confirm():
    counter = reader(synced_ago_s=5.0).handle(torn())
    assert isinstance(counter.state, Repairing)
    request = counter.state.facts.next_visit
    assert counter.last(f.AskRepair) == f.AskRepair(request, CARD, "card.torn", UID)
    offered = on_chip(250, 0, gen=2, flags=CardFlag.REPAIRED)
    counter.handle(e.RepairOffered(request, CARD, 2, offered, 250))
    assert isinstance(counter.state, WritingRepair)
    assert (counter.reissued[0].uid, counter.orders[-1]) == (UID, f.WriteCard(offered))
    counter.handle(e.CardWritten())
    assert (counter.screen.balance, counter.screen.face, counter.orders[-1]) == (250, "none", f.EjectCard())
    assert counter.count(f.PrintFace) == 0


@pytest.mark.parametrize("uid", [TWIN, ""])
def test_a_new_record_for_another_chip_is_not_written(uid):
    counter = reader(synced_ago_s=5.0).handle(torn())
    offered = on_chip(250, 0, uid, gen=2, flags=CardFlag.REPAIRED)
    counter.handle(e.RepairOffered(counter.state.facts.next_visit, CARD, 2, offered, 250))
    assert isinstance(counter.state, OffCardKeying)
    assert counter.reissued == []


def test_a_stopped_card_stays_stopped_and_a_torn_one_replaces_none():
    assert reader(denied="stopped").handle(torn()).state == Returning("card.locked")
    counter = reader()
    counter.state = Idle(Errand(Purpose.REPLACE, old=make_card_no(9)))
    assert counter.handle(torn()).state.code == "visit.replacement_not_new"


@pytest.mark.parametrize(
    ("older", "code"),
    [(on_chip(uid=TWIN), "card.forged"), ("X" * 69, "card.foreign")],
)
def test_a_record_before_that_is_not_genuine_is_what_the_card_is_judged_by(older, code):
    counter = reader().handle(torn(older))
    assert counter.state == Returning(code)
    assert counter.last(f.RecordSeen) == f.RecordSeen(older, code, UID)


def test_a_chip_whose_both_records_say_nothing_is_named_by_its_number_and_made_for_it():
    counter = reader(synced_ago_s=5.0).handle(torn(TORN))
    assert isinstance(counter.state, TypingNumber)
    counter.keys(f"{CARD:010d} enter")
    assert counter.last(f.AskRepair).uid == UID


@pytest.mark.parametrize("code", ["device.ic_card.refused", "device.ic_card.no_answer"])
def test_a_chip_that_does_not_even_say_its_number_is_never_written(code):
    counter = in_mid_write()
    counter.synced_ago_s = 5.0
    counter.handle(e.CardUnreadable(code)).keys(f"{CARD:010d} enter")
    assert isinstance(counter.state, OffCardKeying)
    assert counter.count(f.AskRepair) == 0


# --- weak ------------------------------------------------------------------------------------------------------------


def test_a_weak_chip_is_a_number_and_earns_beside_itself():
    counter = reader(synced_ago_s=5.0).handle(e.CardPresented(TRACK, UID, is_weak=True))
    assert isinstance(counter.state, OffCardKeying)
    assert counter.screen.why == screens.Notice("card.weak_chip")
    assert not counter.screen.can_repair
    counter.keys("900 enter")
    assert next(iter(counter.kept.values())).why == "card.weak_chip"
    assert not any(isinstance(order, f.WriteCard) for order in counter.orders)


def test_a_weak_chip_without_a_record_is_named_by_the_number_printed_on_it():
    counter = reader(synced_ago_s=5.0).handle(e.CardPresented("", UID, is_weak=True))
    assert counter.screen == screens.TypeNumber("", False, "card.weak_chip", CardUnit.READER)
    counter.keys(f"{CARD:010d} enter")
    assert isinstance(counter.state, OffCardKeying)
    assert counter.count(f.AskRepair) == 0
    left = reader().handle(e.CardPresented("", UID, is_weak=True)).keys("cancel")
    assert left.screen == screens.TakeCard()


def test_a_weak_chip_with_a_torn_record_is_judged_by_the_one_before():
    counter = reader().handle(e.CardPresented(TORN, UID, TRACK, is_weak=True))
    assert counter.state.why == "card.weak_chip"


def test_a_blank_chip_that_could_bear_a_record_is_blank():
    assert reader().handle(e.CardPresented("", UID)).state == Returning("card.blank")


# --- without a face --------------------------------------------------------------------------------------------------

MESSAGES = (CardMessage(1, "春のご案内"), CardMessage(2, "お誕生日", 9), CardMessage(3, "old", 0, "2020-01-01"))


def served(**known: object) -> Counter:
    return reader(messages=MESSAGES, **known).handle(LAID).keys("900 enter").handle(e.CardWritten())


def test_the_receipt_says_what_the_face_would():
    counter = served()
    assert counter.count(f.PrintFace) == 0
    kinds = [type(effect) for effect in counter.log]
    assert kinds[-5:] == [f.Commit, f.Show, f.Play, f.PrintReceipt, f.EjectCard]
    text = [line.left for line in counter.last(f.PrintReceipt).receipt.lines]
    assert [line for line in text if line in ("春のご案内", "お誕生日", "old")] == ["お誕生日", "春のご案内"]
    assert (counter.screen.face, counter.screen.balance) == ("none", 109)


def test_messages_count_as_printed_when_their_receipt_is():
    counter = served()
    intent = counter.intent
    assert counter.handle(e.ReceiptPrinted(intent.slip + 1)).count(f.RecordPrint) == 0
    counter.handle(e.ReceiptPrinted(intent.slip))
    assert counter.last(f.RecordPrint) == f.RecordPrint(intent.visit, 1, "", (2, 1), ())
    late = served().handle(e.CardDischarged(), e.CardTaken())
    assert isinstance(late.state, Told)
    assert late.handle(e.ReceiptPrinted(late.intent.slip)).last(f.RecordPrint).messages == (2, 1)
    failed = served().handle(e.ReceiptFailed(intent.slip, "device.receipt_printer.paper_out"))
    assert failed.count(f.RecordPrint) == 0
    assert isinstance(failed.state, Ejecting)
    assert [notice.code for notice in failed.screen.notices] == ["device.receipt_printer.paper_out"]


def test_nobody_is_asked_to_compare_a_face_that_is_not_there():
    """A stripe at a unit that only swipes: its torn card is made anew, or served beside."""
    at_swipe = replace(SHOP, unit=CardUnit.SWIPE)
    stripe = on_chip(uid="")
    before = Counter(shop=at_swipe).boot().handle(e.CardPresented(stripe)).keys("900 enter")
    counter = Counter(shop=at_swipe, visits=before.visits, ids=before.ids, synced_ago_s=5.0).boot()
    counter.handle(e.CardUnreadable("device.card_rewriter.read_parity")).keys(f"{CARD:010d} enter")
    assert isinstance(counter.state, Repairing)
    assert (counter.last(f.AskRepair).uid, counter.count(f.WriteCard)) == ("", 0)


def test_a_refund_is_bound_to_the_chip_as_well():
    sold = reader().handle(LAID).keys("900 enter").intent
    counter = reader(past=(PastVisit(sold, NOW.wall_ms, 900),))
    counter.ids = 40
    counter.handle(e.CardPresented(sold.post, UID)).keys("menu 2 enter enter enter")
    assert (counter.intent.kind, counter.intent.uid) == (VisitKind.REFUND, UID)
    assert decode(counter.intent.post, RING, UID).verdict is Verdict.OK

"""A card that says nothing: named by its number, made anew with head office, or served beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from shared.card.codec import decode, encode
from shared.card.image import CardFlag, CardImage, Lot
from shared.card.mac import KeyRing
from shared.ids import make_card_no
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import Member, OpenVisit, VisitState
from shared.visit.states import (
    ConfirmingRepair,
    Down,
    Idle,
    OffCardKeying,
    Repairing,
    Returning,
    TypingNumber,
    WritingRepair,
)
from tests.unit.shared.visit.counter import CARD, RING, Counter, fresh_track

TORN = "device.card_rewriter.read_parity"
NUMBER = f"{CARD:010d}"
IMAGE = CardImage(7, CARD, 2, 0, lots=(Lot(250, 47), Lot(0, 0), Lot(0, 0)), day=1040, flags=CardFlag.REPAIRED)
NEW = encode(IMAGE, RING)


def named(synced_ago_s: float = 5.0, **known: object) -> Counter:
    """A torn card whose number was typed."""
    counter = Counter(synced_ago_s=synced_ago_s, **known).boot().handle(e.CardUnreadable(TORN))
    return counter.keys(f"{NUMBER} enter")


def offer(counter: Counter, **changes: object) -> Counter:
    offered = e.RepairOffered(counter.last(f.AskRepair).request, CARD, 2, NEW, 250)
    return counter.handle(replace(offered, **changes))


def test_number_request_confirmation_reissue_write_face_and_the_card_comes_back():
    counter = named(member=Member(1, "高橋 美智子"))
    assert counter.screen == screens.Repairing(CARD)
    assert counter.last(f.AskRepair) == f.AskRepair(counter.state.facts.next_visit, CARD, TORN)
    offer(counter)
    assert counter.screen == screens.ConfirmRepair(CARD, Member(1, "高橋 美智子"), 250)
    assert counter.count(f.RecordReissue) == 0
    counter.keys("enter").handle(e.CardWritten())
    assert (counter.screen.balance, counter.screen.face) == (250, "printing")
    counter.handle(e.FacePrinted(), e.CardDischarged())
    assert counter.screen == screens.Repaired("高橋 美智子", CARD, 250, "printed", take_card=True)
    kinds = [type(effect) for effect in counter.log]
    order = [f.AskRepair, f.RecordReissue, f.WriteCard, f.PrintFace, f.EjectCard]
    assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    assert counter.reissued[0].track == counter.last(f.WriteCard).track == NEW
    assert isinstance(counter.handle(e.CardTaken()).state, Idle)


def test_the_face_shows_balance_and_day_of_the_new_image():
    counter = offer(named()).keys("enter").handle(e.CardWritten())
    text = "".join(line.text for line in counter.last(f.PrintFace).face.lines)
    assert "250" in text
    assert "2026/11/06" in text


@pytest.mark.parametrize("digits", ["", "1", "1234567890", "12345678901234"])
def test_a_number_whose_check_digit_is_wrong_is_asked_for_again(digits):
    counter = Counter().boot().handle(e.CardUnreadable(TORN)).keys(f"{digits} enter")
    assert counter.screen == screens.TypeNumber("", True)


@pytest.mark.parametrize("when", ["typing", "asking", "confirming", "earning"])
def test_cancel_always_gives_the_card_back(when):
    counter = {
        "typing": lambda: Counter().boot().handle(e.CardPresented("LB" + "!" * 67)),
        "asking": named,
        "confirming": lambda: offer(named()),
        "earning": lambda: named(3_600.0),
    }[when]().keys("cancel")
    assert isinstance(counter.state, Returning)
    assert counter.count(f.EjectCard) == 1
    assert counter.count(f.WriteCard) == counter.count(f.RecordReissue) == 0


def test_without_head_office_the_number_earns_beside_the_card():
    counter = named(3_600.0)
    assert counter.count(f.AskRepair) == 0
    assert counter.screen.why == screens.Notice(TORN)
    (entry,) = counter.keys("980 enter").kept.values()
    assert (entry.card, entry.why, entry.earn) == (CARD, TORN, 9)


@pytest.mark.parametrize(
    ("answer", "code"),
    [("refused", "card.locked"), ("late", "visit.repair_late"), ("unreachable", "sync.unreachable")],
)
def test_refused_or_late_the_number_earns_beside_the_card_under_another_name(answer, code):
    counter = named()
    request = counter.last(f.AskRepair).request
    counter.handle(e.DeadlinePassed() if answer == "late" else e.RepairRefused(request, code))
    assert counter.notices == [code]
    (entry,) = counter.keys("980 enter").kept.values()
    assert entry.visit != request
    assert counter.count(f.WriteCard) == 0


def test_an_offer_that_comes_too_late_changes_nothing():
    counter = named().handle(e.DeadlinePassed())
    before = counter.state
    assert offer(counter).state == before


@pytest.mark.parametrize("changes", [{"request": "f" * 32}, {"card": make_card_no(7)}])
def test_an_answer_to_another_question_is_ignored(changes):
    assert isinstance(offer(named(), **changes).state, Repairing)
    assert isinstance(named().handle(e.RepairRefused("f" * 32, "card.locked")).state, Repairing)


@pytest.mark.parametrize(
    "changes",
    [
        {"track": encode(structs.replace(IMAGE, card=make_card_no(7)), RING)},
        {"track": encode(IMAGE, KeyRing(7, 2, {2: bytes(32)}))},
        {"track": "L" * 69},
        {"track": ""},
        {"gen": 3},
        {"balance": 251},
    ],
)
def test_a_record_that_this_terminal_could_not_read_again_is_never_written(changes):
    counter = offer(named(), **changes)
    assert isinstance(counter.state, OffCardKeying)
    assert counter.notices == ["visit.repair_unusable"]
    assert counter.count(f.RecordReissue) == 0


def test_a_stopped_card_earns_nothing():
    assert named(denied="stopped").state == Returning("card.locked")


@pytest.mark.parametrize("failing", [f.LookUpCard, f.RecordReissue])
def test_without_its_own_records_the_terminal_leaves_the_card_alone(failing):
    counter = named(failing={failing})
    if failing is f.RecordReissue:
        offer(counter).keys("enter")
    assert counter.state == Returning("store.full")
    assert counter.count(f.WriteCard) == 0


def test_a_plastic_that_takes_nothing_is_served_beside():
    counter = offer(named()).keys("enter")
    for tries in (1, 2, 3):
        assert counter.count(f.WriteCard) == tries
        counter.handle(e.CardWriteFailed("device.card_rewriter.write_verify"))
    assert counter.screen.why == screens.Notice("card.unwritable")
    assert not any(isinstance(screen, screens.Repaired) for screen in counter.screens)
    assert counter.keys("980 enter").kept


@pytest.mark.parametrize("event", [e.CardRewriterLost("device.card_rewriter.jam"), e.DeadlinePassed()])
def test_a_unit_lost_in_mid_write_leaves_a_card_that_is_repaired_again(event):
    counter = offer(named()).keys("enter").handle(event)
    assert isinstance(counter.state, Down)
    counter.handle(e.CardRewriterReady(True), e.CardTaken(), e.CardUnreadable(TORN))
    first = counter.reissued[0].request
    assert counter.keys(f"{NUMBER} enter").last(f.AskRepair).request != first


@pytest.mark.parametrize("event", [e.FacePrintFailed("device.card_rewriter.head_hot"), e.DeadlinePassed()])
def test_a_failed_face_takes_no_repair_back(event):
    counter = offer(named()).keys("enter").handle(e.CardWritten(), event)
    assert (counter.screen.face, len(counter.notices)) == ("failed", 1)
    assert counter.count(f.EjectCard) == 1


def test_nobody_at_the_keys_ends_it_everywhere():
    assert offer(named()).handle(e.DeadlinePassed()).state == Returning("")
    assert isinstance(offer(named()).keys("enter").state, WritingRepair)


def interrupted() -> Counter:
    """A new boot after a cut in mid-visit, head office at hand; the card came back torn."""
    before = Counter().boot().handle(e.CardPresented(fresh_track())).keys("900 enter")
    visits = {visit: OpenVisit(one.intent, VisitState.PREPARED) for visit, one in before.visits.items()}
    counter = Counter(visits=visits, ids=before.ids, synced_ago_s=5.0).boot()
    return counter.handle(e.CardUnreadable(TORN))


def test_the_number_of_an_interrupted_visit_first_compares_the_face():
    counter = interrupted().keys(f"{NUMBER} enter")
    assert isinstance(counter.screen, screens.ConfirmFace)
    assert counter.count(f.AskRepair) == 0


def test_d21_another_number_is_repaired_and_the_interrupted_visit_stays_in_doubt():
    other = make_card_no(7)
    counter = interrupted().keys(f"{other:010d} enter")
    assert counter.last(f.AskRepair).card == other
    assert counter.count(f.WriteCard) == counter.count(f.Abort) == 0
    assert {visit.state for visit in counter.visits.values()} == {VisitState.DOUBT}


def test_a_face_that_shows_something_else_leads_to_a_repair():
    counter = interrupted().keys(f"{NUMBER} enter clear")
    assert isinstance(counter.state, Repairing)
    assert isinstance(offer(counter).state, ConfirmingRepair)


def test_a_repaired_card_only_earns_until_head_office_was_asked():
    counter = Counter().boot().handle(e.CardPresented(NEW)).keys("1000 use use")
    assert counter.notices[0] == "points.repaired_card"
    assert decode(NEW, RING).image.balance == 250


def test_a_cut_while_typing_returns_to_the_same_question():
    counter = Counter().boot().handle(e.CardUnreadable(TORN))
    assert isinstance(counter.state, TypingNumber)
    assert isinstance(counter.handle(e.CardRewriterReady(True)).state, Returning)

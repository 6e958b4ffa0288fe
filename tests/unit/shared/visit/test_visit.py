"""One visit in every order that cuts, cards and devices can force upon it (crash points C1-C14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.card.codec import decode
from shared.ids import MessageId
from shared.points.program import Programme, RedeemRule
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand
from shared.visit.facts import CardMessage, Member, OpenVisit, VisitState
from shared.visit.journal import How
from shared.visit.states import Down, Idle, Keying, Returning
from tests.unit.shared.visit.counter import CARD, RING, SHOP, Counter, fresh_track

TRACK = fresh_track()


def balance(track: str) -> int:
    return decode(track, RING).image.balance


def written(amount: str = "900 enter") -> Counter:
    """A counter whose visit has its INTENT and whose unit has the order to write."""
    return Counter().boot().handle(e.CardPresented(TRACK)).keys(amount)


def after_cut(before: Counter, card_inside: bool, state: VisitState = VisitState.PREPARED) -> Counter:
    """The same journal, a new boot."""
    visits = {visit: OpenVisit(one.intent, state) for visit, one in before.visits.items()}
    return Counter(visits=visits, shadow=before.shadow, ids=before.ids).boot(card_inside)


# --- the good way ----------------------------------------------------------------------------------------------


def test_a_visit_goes_intent_write_commit_success_print_eject():
    counter = written().handle(e.CardWritten(), e.FacePrinted(), e.CardDischarged(), e.CardTaken())
    kinds = [type(effect) for effect in counter.log]
    order = [f.Intend, f.WriteCard, f.Commit, f.PrintFace, f.EjectCard, f.RecordPrint, f.RecordEject]
    places = [kinds.index(kind) for kind in order]
    assert places == sorted(places)
    assert isinstance(counter.state, Idle)


def test_no_success_is_shown_or_sounded_before_the_commit_is_durable():
    counter = written()
    assert not any(isinstance(screen, screens.Done) for screen in counter.screens)
    counter.handle(e.CardWritten())
    commit = next(i for i, effect in enumerate(counter.log) if isinstance(effect, f.Commit))
    done = next(
        i
        for i, effect in enumerate(counter.log)
        if isinstance(effect, f.Show) and isinstance(effect.screen, screens.Done)
    )
    assert commit < done


def test_nine_hundred_yen_earn_nine_points_and_the_post_image_names_its_predecessor():
    intent = written().intent
    post = decode(intent.post, RING).image
    assert (intent.earn, intent.redeem, intent.seq) == (9, 0, 6)
    assert (post.balance, post.seq, post.earn, post.writer) == (109, 6, 9, 3)
    assert intent.pre == TRACK


def test_points_are_used_and_the_rest_earns():
    intent = written("1000 use 50 enter").intent
    assert (intent.redeem, intent.discount_yen, intent.earn) == (50, 50, 9)
    assert balance(intent.post) == 100 - 50 + 9


def test_the_second_press_of_use_takes_all_that_may_be_used():
    assert written("1000 use use enter").intent.redeem == 100


def test_a_refused_figure_keeps_the_keys_open_and_says_why():
    counter = written("1000 use 500 enter")
    assert isinstance(counter.state, Keying)
    assert "points.too_few" in {notice.code for notice in counter.screen.notices}
    assert counter.count(f.Intend) == 0


def test_without_an_amount_nothing_is_decided():
    counter = written("enter")
    assert counter.count(f.Intend) == 0
    assert counter.screen.notices[0].code == "visit.no_purchase"


@pytest.mark.parametrize(
    ("keys", "amount"),
    [("1 2 back", 1), ("12 clear", 0), ("9 00", 900), ("99999999", 9_999_999), ("00", 0), ("use clear 5", 5)],
)
def test_digits_go_to_the_amount_within_its_limit(keys, amount):
    counter = Counter().boot().handle(e.CardPresented(TRACK))
    for word in keys.split():
        if word == "00":
            counter.handle(e.KeyPressed(e.Key.D00))
        else:
            counter.keys(word)
    assert counter.screen.amount_yen == amount


def test_the_face_carries_name_and_message_and_the_proof_names_the_message():
    counter = Counter(
        member=Member(1, "高橋 美智子"), messages=(CardMessage(MessageId(8), "いつもありがとうございます"),)
    )
    counter.boot().handle(e.CardPresented(TRACK)).keys("900 enter").handle(e.CardWritten(), e.FacePrinted())
    text = "".join(line.text for line in counter.last(f.PrintFace).face.lines)
    assert "高橋" in text
    assert "ありがとう" in text
    assert counter.last(f.RecordPrint).messages == (8,)


def test_a_message_past_its_day_is_neither_printed_nor_claimed():
    counter = Counter(messages=(CardMessage(MessageId(8), "古いお知らせ", 0, "2020-01-01"),))
    counter.boot().handle(e.CardPresented(TRACK)).keys("900 enter").handle(e.CardWritten(), e.FacePrinted())
    assert counter.last(f.RecordPrint).messages == ()


# --- crash points ------------------------------------------------------------------------------------------------


def test_c1_c2_a_cut_before_the_intent_leaves_nothing_and_the_card_is_given_back():
    before = Counter().boot().handle(e.CardPresented(TRACK)).keys("900")
    counter = after_cut(before, card_inside=True)
    assert counter.count(f.EjectCard) == 1


def test_c4_the_card_at_its_base_aborts_and_offers_the_same_figures_again():
    counter = after_cut(written(), card_inside=True).handle(e.CardPresented(TRACK))
    assert counter.count(f.Abort) == 1
    assert counter.screen.amount_yen == 900
    counter.keys("enter").handle(e.CardWritten())
    assert counter.count(f.Commit) == 1


def test_c5_a_torn_card_that_never_left_is_written_again_and_committed():
    before = written()
    counter = after_cut(before, card_inside=True).handle(e.CardUnreadable("device.card_rewriter.read_parity"))
    assert counter.last(f.WriteCard).track == before.intent.post
    counter.handle(e.CardWritten())
    assert counter.last(f.Commit).how is How.ROLLED_FORWARD
    assert isinstance(counter.screen, screens.Done)
    assert counter.screen.recovered


def test_c5_a_torn_card_that_came_back_needs_its_number_and_its_face():
    before = written()
    counter = after_cut(before, card_inside=False).handle(e.CardUnreadable("device.card_rewriter.read_parity"))
    counter.keys("1234567890 enter")
    assert counter.screen == screens.TypeNumber("", True)
    counter.keys(f"{CARD:010d} enter")
    assert counter.screen.balance == 100
    assert counter.count(f.WriteCard) == 0
    counter.keys("enter").handle(e.CardWritten())
    assert counter.last(f.Commit).how is How.ROLLED_FORWARD


def test_a_torn_card_whose_face_shows_something_else_is_not_written():
    counter = after_cut(written(), card_inside=False).handle(e.CardUnreadable("device.card_rewriter.read_parity"))
    counter.keys(f"{CARD:010d} enter cancel")
    assert counter.count(f.WriteCard) == 0
    assert isinstance(counter.state, Returning)


def test_c6_c7_the_post_image_found_inside_commits_and_prints():
    before = written()
    counter = after_cut(before, card_inside=True).handle(e.CardPresented(before.intent.post))
    assert counter.last(f.Commit).how is How.ROLLED_FORWARD
    assert counter.count(f.PrintFace) == 1
    assert counter.count(f.WriteCard) == 0


def test_c6_the_post_image_coming_back_commits_as_seen():
    before = written()
    counter = after_cut(before, card_inside=False).handle(e.CardPresented(before.intent.post))
    assert counter.last(f.Commit).how is How.SEEN


def test_a_card_written_further_elsewhere_proves_the_visit_before_it():
    before = written()
    elsewhere = Counter().boot().handle(e.CardPresented(before.intent.post)).keys("500 enter").intent
    counter = after_cut(before, card_inside=False).keys("enter").handle(e.CardPresented(elsewhere.post))
    assert counter.last(f.Commit).how is How.SEEN
    assert isinstance(counter.state, Keying)


def test_a_card_that_went_another_way_aborts_the_visit():
    before = written()
    elsewhere = Counter(ids=50).boot().handle(e.CardPresented(TRACK)).keys("500 enter").intent
    counter = after_cut(before, card_inside=False).keys("enter").handle(e.CardPresented(elsewhere.post))
    assert counter.last(f.Abort).why == "went_on"
    assert isinstance(counter.state, Keying)


def test_c9_c10_a_counted_visit_without_a_face_is_printed_once_more_and_marked():
    before = written()
    counter = after_cut(before, card_inside=True, state=VisitState.COMMITTED)
    counter.handle(e.CardPresented(before.intent.post))
    assert counter.count(f.Commit) == 0
    counter.handle(e.FacePrinted())
    assert counter.last(f.RecordPrint).copy == 2


def test_c11_a_jam_after_success_does_not_take_the_success_back():
    counter = written().handle(e.CardWritten(), e.FacePrinted(), e.CardRewriterLost("device.card_rewriter.jam"))
    assert counter.count(f.Abort) == 0
    assert counter.count(f.Doubt) == 0
    assert isinstance(counter.state, Down)


def test_c13_a_unit_lost_in_mid_write_is_asked_again_when_it_returns():
    before = written()
    counter = before.handle(e.CardRewriterLost("device.card_rewriter.no_answer"), e.CardRewriterReady(True))
    counter.handle(e.CardPresented(counter.intent.post))
    assert counter.last(f.Commit).how is How.ROLLED_FORWARD


def test_c14_recovery_is_re_entrant():
    before = written()
    once = after_cut(before, card_inside=True).handle(e.CardUnreadable("device.card_rewriter.read_parity"))
    twice = after_cut(once, card_inside=True).handle(e.CardPresented(before.intent.post))
    assert twice.count(f.Commit) == 1


def test_staff_may_decide_later_and_the_doubt_and_the_answer_are_recorded():
    before = written()
    counter = after_cut(before, card_inside=False).keys("enter")
    assert counter.count(f.Doubt) == 1
    assert counter.last(f.Resolve) == f.Resolve(before.intent.visit, "later")
    assert isinstance(counter.state, Idle)


def test_a_card_that_left_is_in_doubt_before_another_card_may_come_in():
    counter = after_cut(written(), card_inside=False)
    kinds = [type(effect) for effect in counter.log]
    assert kinds.index(f.Doubt) < kinds.index(f.AwaitCard)


def test_a_torn_stranger_found_inside_after_a_second_cut_is_not_taken_for_the_card_that_left():
    once = after_cut(written(), card_inside=False).handle(e.CardUnreadable("device.card_rewriter.read_lrc"))
    twice = Counter(visits=once.visits, ids=once.ids).boot(card_inside=True)
    twice.handle(e.CardUnreadable("device.card_rewriter.read_lrc"))
    assert twice.count(f.WriteCard) == 0
    assert isinstance(twice.screen, screens.TypeNumber)


def test_without_a_durable_doubt_no_card_is_taken_in():
    before = written()
    visits = {visit: OpenVisit(one.intent, VisitState.PREPARED) for visit, one in before.visits.items()}
    counter = Counter(visits=visits, failing={f.Doubt}).boot(card_inside=False)
    assert isinstance(counter.state, Down)
    assert isinstance(counter.last(f.RewriterEffect), f.CancelAwait)


# --- a failing store ---------------------------------------------------------------------------------------------


def test_without_a_durable_intent_the_stripe_is_not_touched():
    counter = Counter(failing={f.Intend}).boot().handle(e.CardPresented(TRACK)).keys("900 enter")
    assert counter.count(f.WriteCard) == 0
    assert counter.state == Returning("store.full", errand=Errand(amount_yen=900))


def test_without_a_durable_commit_nothing_says_success():
    counter = written()
    counter.failing = {f.Commit}
    counter.handle(e.CardWritten())
    assert not any(isinstance(screen, screens.Done) for screen in counter.screens)
    assert f.Play(f.Sound.OK) not in counter.log


# --- printing decides nothing --------------------------------------------------------------------------------------


def test_a_failed_face_keeps_the_success_and_claims_no_message():
    counter = Counter(messages=(CardMessage(MessageId(8), "お知らせ"),))
    counter.boot().handle(e.CardPresented(TRACK)).keys("900 enter").handle(e.CardWritten())
    counter.handle(e.FacePrintFailed("device.card_rewriter.head_hot"))
    assert counter.last(f.RecordPrint).messages == ()
    assert counter.screen.face == "failed"
    assert counter.screen.earn == 9


def test_a_receipt_without_paper_is_a_line_on_the_screen():
    counter = written().handle(e.CardWritten(), e.FacePrinted())
    counter.handle(e.ReceiptFailed(1, "device.receipt_printer.paper_out"))
    assert counter.screen.notices[-1].code == "device.receipt_printer.paper_out"


def test_a_receipt_that_fails_before_the_face_is_done_stays_on_the_screen_until_the_card_is_taken():
    counter = written().handle(e.CardWritten(), e.ReceiptFailed(1, "device.receipt_printer.paper_out"))
    for _ in (counter.handle(e.FacePrinted()), counter.handle(e.CardDischarged())):
        assert [notice.code for notice in counter.screen.notices] == ["device.receipt_printer.paper_out"]
    assert counter.handle(e.CardTaken()).screen == screens.Waiting()


# --- people ------------------------------------------------------------------------------------------------------


def test_cancel_gives_the_card_back_unwritten():
    counter = written("900 cancel")
    assert isinstance(counter.screen, screens.TakeCard)
    assert counter.count(f.Intend) == 0
    assert counter.last(f.RecordSeen) == f.RecordSeen(TRACK, "")


def test_enter_without_an_amount_asks_for_it_and_gives_the_digits_back_to_it():
    counter = Counter().boot().handle(e.CardPresented(TRACK)).keys("use 100 enter")
    assert (counter.screen.field, counter.screen.use_points) == ("amount", 100)
    assert counter.screen.notices[-1].code == "visit.amount_missing"
    assert counter.keys("900").screen.due_yen == 800


def test_use_says_why_no_points_can_be_used():
    dear = replace(SHOP, programme=Programme(redeem=RedeemRule(points_min=500)))
    counter = Counter(shop=dear).boot().handle(e.CardPresented(TRACK)).keys("900 use")
    assert counter.screen.notices == (screens.Notice("points.below_minimum", {"minimum": 500}),)
    assert counter.keys("use").screen.use_points == 0
    assert counter.screen.notices[-1].code == "points.below_minimum"
    assert counter.keys("clear").screen.field == "amount"


def test_a_card_found_sticking_out_is_given_back_before_the_next_may_come():
    counter = Counter().boot().handle(e.CardDischarged())
    assert isinstance(counter.screen, screens.TakeCard)
    counter.handle(e.CardTaken())
    assert isinstance(counter.screen, screens.Waiting)


def test_nobody_at_the_keys_gives_the_card_back():
    assert written("900").handle(e.DeadlinePassed()).state == Returning("")


def test_falling_power_prevents_a_new_write():
    counter = written("900").handle(e.PowerFailing())
    assert counter.state == Returning("device.power_failing")

"""Any keys, scans, cards, sales of the POS and faults in any order: what must hold at every step holds.

The card unit does what it was told last, when the test lets it, or fails; the store answers at once, or fails.
"""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from shared.ids import make_card_no
from shared.sale.basket import Basket
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens, states
from shared.visit.errand import NO_ERRAND, Errand, Purpose, Topic
from shared.visit.facts import Adjustment, Benefit, PastVisit
from shared.visit.journal import PlainSale
from tests.unit.shared.visit.counter import CALLS, CARD, FOUND, MILK, NOW, SHOP, SOAP, Counter, fresh_track, pos_sale

PHONE = "09087655678"  # of the member that can be found: its end is all that may be seen
SAME_TURN = (
    states.Judging, states.LookingUp, states.Preparing, states.Committing, states.Honouring, states.Finishing,
    states.RecordingOffCard, states.RecordingReissue, states.DialogueWaits, states.NotingReplacement,
)  # fmt: skip
ASKED = (
    f.LookUpCard, f.LoadOpenVisits, f.Intend, f.RecordOffCard, f.RecordReissue, f.Honour, f.Note, f.FindMembers,
    f.FindVisits, f.FindProduct, f.BeginDuty, f.AddUpDay,
)  # fmt: skip
FINAL = ("done", "cancelled", "refused")
FAILING = (f.Intend, f.Commit, f.Note, f.RecordOffCard, f.LookUpCard, f.FindProduct, f.FindMembers, f.RecordSeen)
NEW = make_card_no(99)
WORDS = (
    "menu", "cancel", "enter", "use", "clear", "back", "1", "2", "3", "5", "900", "menu 1 5678 enter 1", "menu 2 1111",
    "menu 2 5678 enter 1 enter", "menu 3 1", "menu 4 3333 enter", "menu 4 1111 enter", "menu 5 1", "menu 5 4 enter",
    "menu 6 enter", "menu 5 5 enter", "menu 7 1 enter", "menu 1 09012345678 enter enter enter",
    "menu 2 1 enter enter", "use 1 2 3 enter", "900 enter", "enter enter", "use 1 1",
)  # fmt: skip


class Watched(Counter):
    """Looks at every turn."""

    def perform(self, effects: tuple[object, ...]) -> list[object]:
        asked = [place for place, effect in enumerate(effects) if isinstance(effect, ASKED)]
        assert len(asked) <= 1, "two questions in one turn"
        for effect in effects[asked[0] + 1 :] if asked else ():
            assert not isinstance(effect, f.StoreEffect | f.RewriterEffect), "something after a question"
        for effect in effects:
            self.watch(effect)
        return super().perform(effects)

    def watch(self, effect: object) -> None:
        match effect:
            case f.WriteCard(track=track):
                intended = {one.intent.post for one in self.visits.values()}
                assert track in intended | {one.track for one in self.reissued}, "no card is written without an INTENT"
            case f.Show(screen=screens.Done() as done):
                assert any(intent.slip == done.slip for intent in self.counted), "success before COMMIT"
            case f.Show(screen=screens.OffCardDone() as done):
                known = {entry.slip for entry in self.kept.values()} | {one.slip for one in self.honoured_slips}
                assert done.slip in known, "kept before it was recorded"
            case f.AnswerPos(reference=reference, state=state):
                told = [one for one in self.log if isinstance(one, f.AnswerPos) and one.reference == reference]
                assert state not in FINAL or not [one for one in told if one.state in FINAL], "the POS is told twice"
        if isinstance(effect, f.Show):
            assert PHONE[:-4] not in repr(effect.screen)

    @property
    def counted(self):
        intents = {one.intent.visit: one.intent for one in self.log if isinstance(one, f.Intend)}
        return [intents[one.visit] for one in self.committed if one.visit in intents]

    @property
    def committed(self):
        return [one for one in self.log if isinstance(one, f.Commit) and one.visit not in self.visits]

    @property
    def honoured_slips(self):
        return [one.intent for one in self.log if isinstance(one, f.Intend) and one.intent.visit in self.honoured]


def errand_in(state: object) -> Errand:
    """What would be lost if ``state`` forgot it."""
    match state:
        case states.Keying() | states.OffCardKeying():
            return state.left_behind
        case states.Dialogue(keying=keying) if keying is not None:
            return keying.left_behind
        case states.Writing() | states.Rereading():
            return state.plan.taken_back
        case states.Printing() | states.Ejecting():
            return state.plan.errand
        case states.ConfirmingRepair() | states.WritingRepair() | states.PrintingRepair():
            return state.repair.errand
        case _:
            return getattr(state, "errand", NO_ERRAND)


class AtRandom(RuleBasedStateMachine):
    cards = Bundle("cards")

    @initialize(target=cards, needs_duty=st.booleans(), benefits=st.booleans(), lately=st.booleans())
    def begin(self, needs_duty, benefits, lately):
        self.counter = Watched(
            shop=replace(SHOP, needs_duty=needs_duty),
            benefits=(Benefit(5, "お花"),) if benefits else (),
            found=(FOUND,),
            synced_ago_s=60.0 if lately else 3_600.0,
        ).boot()
        self.sales = 0
        self.order: object | None = None
        self.awaiting = False
        self.follow(0)
        return fresh_track()

    @rule(target=cards)
    def another_card(self):
        return fresh_track(seq=3, points=500)

    @rule(target=cards)
    def new_card(self):
        return fresh_track(0, 0, NEW)

    @rule(target=cards)
    def what_was_written(self):
        written = [one.track for one in self.counter.log if isinstance(one, f.WriteCard)]
        return written[-1] if written else fresh_track()

    def handle(self, *events):
        for event in events:
            before, mark = self.counter.state, len(self.counter.log)
            self.counter.handle(event)
            self.follow(mark)
            self.nothing_is_lost(event, before, self.counter.log[mark:])

    def follow(self, mark):
        for order in self.counter.log[mark:]:
            if isinstance(order, f.AwaitCard | f.CancelAwait):
                self.awaiting = isinstance(order, f.AwaitCard)
            elif isinstance(order, f.RewriterEffect):
                self.order = order

    def nothing_is_lost(self, event, before, log):
        held, left = errand_in(before), errand_in(self.counter.state)
        if held.basket == left.basket and held.amount_yen == left.amount_yen and held.purpose is left.purpose:
            return
        if held.without_card == left.without_card and left.purpose is Purpose.ENROL:
            return  # a wish more
        if isinstance(event, e.KeyPressed | e.Chosen) and self.may_change(before, event):
            return
        if any(isinstance(one, f.Commit | f.RecordOffCard | f.Honour) for one in log):
            return
        if any(isinstance(one, f.Note) and isinstance(one.body, PlainSale) for one in log):
            return
        if isinstance(event, e.Scanned | e.SaleCame | e.CardPresented) and held.without_card == NO_ERRAND:
            return
        if isinstance(event, e.Scanned) and left.basket.quantity == held.basket.quantity + 1:
            return
        if any(isinstance(one, f.Doubt) for one in log) or self.counter.visits:
            return  # the visit stands in the journal and asks for its card
        if before.__class__ is states.Idle and event.__class__ is e.CardPresented and left.without_card == left:
            return  # the new card takes the sale over
        raise AssertionError(f"{event!r} lost {held!r}: {before!r} -> {self.counter.state!r}")

    def may_change(self, before, event):
        if isinstance(event, e.KeyPressed) and event.key in (e.Key.CANCEL, e.Key.CLEAR, e.Key.BACK):
            return True
        if isinstance(before, states.Dialogue):
            return before.topic in (Topic.LINES, Topic.LOST, Topic.REFUND)
        return isinstance(before, states.Idle | states.Keying | states.OffCardKeying)

    @rule(words=st.sampled_from(WORDS))
    def press(self, words):
        for word in words.split():
            for name in list(word) if word.isdigit() else [word]:
                self.handle(e.KeyPressed(e.Key(name)))

    @rule(key=st.sampled_from(e.Key))
    def press_one(self, key):
        self.handle(e.KeyPressed(key))

    @rule(code=st.sampled_from((MILK.code, SOAP.code, "unknown", f"{CARD:010d}", f"ENISHI:{NEW:010d}")))
    def scan(self, code):
        self.handle(e.Scanned(code))

    @rule(call=st.sampled_from(CALLS))
    def see_to_a_call(self, call):
        self.handle(e.CallPicked(call))

    @rule(place=st.integers(0, 6))
    def touch(self, place):
        self.handle(e.Chosen(place))

    @rule(text=st.sampled_from(("", "ミホン", "x" * 60)))
    def type_text(self, text):
        self.handle(e.TextTyped(text))

    @rule()
    def pos(self):
        self.sales += 1
        self.handle(pos_sale(f"R-{self.sales}"))

    @rule(card=cards)
    def insert(self, card):
        if self.awaiting:
            self.awaiting = False
            self.handle(e.CardPresented(card))

    @rule(code=st.sampled_from(("card.torn", "device.card_rewriter.no_stripe")))
    def insert_unreadable(self, code):
        if self.awaiting:
            self.awaiting = False
            self.handle(e.CardUnreadable(code))

    @rule(is_good=st.sampled_from((True, True, True, False)), card=cards)
    def unit_answers(self, is_good, card):
        order, self.order = self.order, None
        match order:
            case f.WriteCard():
                self.handle(e.CardWritten() if is_good else e.CardWriteFailed("device.card_rewriter.write"))
            case f.PrintFace():
                self.handle(e.FacePrinted() if is_good else e.FacePrintFailed("device.card_rewriter.print"))
            case f.EjectCard():
                self.handle(e.CardDischarged(), e.CardTaken())
            case f.ReadCard():
                self.handle(e.CardPresented(card) if is_good else e.CardUnreadable("card.torn"))

    @rule(is_inside=st.booleans(), is_lost=st.booleans())
    def unit_fails(self, is_inside, is_lost):
        self.order, self.awaiting = None, False
        if is_lost:
            self.handle(e.CardRewriterLost("device.link_lost"))
        self.handle(e.CardRewriterReady(is_inside))

    @rule(failing=st.sets(st.sampled_from(FAILING), max_size=2))
    def store_fails(self, failing):
        self.counter.failing = set(failing)

    @rule()
    def store_heals(self):
        self.counter.failing = set()

    @rule(event=st.sampled_from((
        e.DeadlinePassed(), e.PowerFailing(), e.ReceiptFailed(0, "device.receipt_printer.paper_out"),
        e.ReceiptFailed(1, "device.receipt_printer.paper_out"), e.PanelLost("device.link_lost"),
    )))  # fmt: skip
    def beside(self, event):
        self.handle(event)

    @rule(code=st.sampled_from(("", "card.locked", "card.stale")), points=st.integers(-200, 200))
    def head_office_speaks(self, code, points):
        keying = getattr(self.counter.state, "keying", None) or self.counter.state
        track = getattr(keying, "track", "")
        self.handle(e.CardChecked(CARD, track, code, (Adjustment(1, ((47, points),)),)))

    @rule()
    def sales_may_be_refunded(self):
        past = (PastVisit(intent, NOW.wall_ms, intent.amount_yen) for intent in self.counter.counted)
        self.counter.past = tuple(one for one in past if not one.intent.refund_of)

    @invariant()
    def every_question_is_answered(self):
        if hasattr(self, "counter"):
            assert not isinstance(self.counter.state, SAME_TURN)

    @invariant()
    def nothing_is_sold_by_nobody(self):
        if hasattr(self, "counter") and self.counter.shop.needs_duty:
            assert all(isinstance(one, f.Intend | f.RecordOffCard) is False or served(one) for one in self.counter.log)

    @invariant()
    def a_basket_is_one_that_can_be_sold(self):
        if hasattr(self, "counter"):
            basket = errand_in(self.counter.state).basket
            assert basket.lines or basket == Basket()


def served(effect: f.Intend | f.RecordOffCard) -> bool:
    """A new card is written for a replacement whoever serves; anything else has its name."""
    body = effect.intent if isinstance(effect, f.Intend) else effect.entry
    return bool(body.staff) or not body.amount_yen


AtRandom.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAtRandom = AtRandom.TestCase

"""The visit as one total table (state, event) -> (state, effects).

Rule 1: whatever affects the course of a visit stands in this table and the handlers it names.
Rule 2: every pair of state and event is either in TABLE or in IGNORED; a test proves it, so nothing is forgotten
and nothing is swallowed by accident.
Rule 3: INTENT -> stripe -> COMMIT -> success. The effects of no handler stand in another order.

What the loop owes the table: the effects of a turn are performed in order; what the store answers (``_ANSWER`` and
``StoreFailed``) is stepped after the last of them and before any other event; ``SetDuty`` holds from the next step on,
the ``unit`` of a ``CardRewriterReady`` in this very one; the deadline starts anew whenever a step returned another
state object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.clock import Now
from shared.visit import events as e
from shared.visit import screens
from shared.visit import states as s
from shared.visit.effects import Effect, Show
from shared.visit.events import Event
from shared.visit.flows import (
    at_rest,
    finish,
    giving_back,
    keying,
    off_card,
    present,
    ready,
    repair,
    replacing,
    restart,
    shown,
    swiping,
    talk,
    with_basket,
    write,
)
from shared.visit.flows.turn import Turn
from shared.visit.shop import Moment, Shop, moment_of
from shared.visit.states import DEADLINES, State

__all__ = ["IGNORED", "TABLE", "Shop", "Turn", "start", "step"]

Handler = Callable[[Any, Any, Moment], Turn]  # (the state, the event, when and where)

TABLE: dict[tuple[type[State], type[Event]], Handler] = {
    (s.Booting, e.Started): ready.started,
    #
    (s.Down, e.CardRewriterReady): ready.ready,
    (s.Down, e.CardRewriterLost): ready.still_down,
    #
    (s.Recovering, e.CardPresented): ready.presented,
    (s.Recovering, e.CardUnreadable): ready.unreadable,
    (s.Recovering, e.NoCard): ready.nothing_inside,
    (s.Recovering, e.KeyPressed): ready.decide_later,
    (s.Recovering, e.SwipeWanted): swiping.heard,
    (s.Recovering, e.StoreFailed): ready.doubt_not_recorded,
    (s.Recovering, e.CardRewriterLost): ready.lost,
    (s.Recovering, e.CardRewriterReady): restart.while_recovering,
    #
    (s.TypingNumber, e.KeyPressed): ready.type_number,
    (s.TypingNumber, e.DeadlinePassed): ready.nobody_types,
    (s.TypingNumber, e.CardRewriterLost): ready.lost,
    (s.TypingNumber, e.CardRewriterReady): restart.while_recovering,
    #
    (s.ConfirmingFace, e.KeyPressed): ready.confirm_face,
    (s.ConfirmingFace, e.DeadlinePassed): ready.nobody_types,
    (s.ConfirmingFace, e.CardRewriterLost): ready.confirm_lost,
    (s.ConfirmingFace, e.CardRewriterReady): restart.while_confirming,
    #
    (s.LookingUp, e.CardLookedUp): repair.looked_up,
    (s.LookingUp, e.StoreFailed): repair.look_up_failed,
    #
    (s.Idle, e.KeyPressed): at_rest.key,
    (s.Idle, e.Scanned): with_basket.scanned,
    (s.Idle, e.ScanRefused): with_basket.refused,
    (s.Idle, e.ProductFound): with_basket.found,
    (s.Idle, e.SaleCame): with_basket.came,
    (s.Idle, e.CallPicked): talk.call_picked,
    (s.Idle, e.CardPresented): present.presented,
    (s.Idle, e.CardUnreadable): present.unreadable,
    (s.Idle, e.SwipeWanted): swiping.badly,
    (s.Idle, e.CardDischarged): finish.sticks_out,
    (s.Idle, e.StoreFailed): at_rest.told,
    (s.Idle, e.ReceiptFailed): at_rest.told,
    (s.Idle, e.CardRewriterLost): ready.unit_lost,
    (s.Idle, e.CardRewriterReady): ready.ready_again,
    #
    (s.Judging, e.CardLookedUp): present.looked_up,
    (s.Judging, e.OpenVisitsLoaded): present.torn,
    (s.Judging, e.StoreFailed): present.store_failed,
    #
    (s.Keying, e.KeyPressed): keying.key,
    (s.Keying, e.Scanned): with_basket.scanned,
    (s.Keying, e.ScanRefused): with_basket.refused,
    (s.Keying, e.ProductFound): with_basket.found,
    (s.Keying, e.SaleCame): with_basket.came,
    (s.Keying, e.CallPicked): talk.call_picked,
    (s.Keying, e.CardChecked): keying.checked,
    (s.Keying, e.DeadlinePassed): keying.nobody_keys,
    (s.Keying, e.PowerFailing): keying.power_failing,
    (s.Keying, e.StoreFailed): keying.settling_failed,
    (s.Keying, e.ReceiptFailed): keying.receipt_failed,
    (s.Keying, e.CardRewriterLost): ready.unit_lost,
    (s.Keying, e.CardRewriterReady): ready.ready_again,
    #
    (s.Preparing, e.Intended): keying.intended,
    (s.Preparing, e.StoreFailed): keying.not_intended,
    #
    (s.Writing, e.CardWritten): write.written,
    (s.Writing, e.CardWriteFailed): write.write_failed,
    (s.Writing, e.SwipeWanted): swiping.wanted,
    (s.Writing, e.KeyPressed): swiping.give_up,
    (s.Writing, e.CardRewriterLost): write.unit_lost,
    (s.Writing, e.CardRewriterReady): restart.while_writing,
    (s.Writing, e.DeadlinePassed): write.stuck,
    #
    (s.Rereading, e.CardPresented): write.reread,
    (s.Rereading, e.CardUnreadable): write.reread_failed,
    (s.Rereading, e.NoCard): write.card_gone,
    (s.Rereading, e.SwipeWanted): swiping.wanted,
    (s.Rereading, e.KeyPressed): swiping.give_up,
    (s.Rereading, e.CardRewriterLost): write.unit_lost,
    (s.Rereading, e.CardRewriterReady): restart.while_writing,
    (s.Rereading, e.DeadlinePassed): write.stuck,
    #
    (s.Honouring, e.Honoured): write.honoured,
    (s.Honouring, e.StoreFailed): write.not_honoured,
    #
    (s.Committing, e.Committed): finish.committed,
    (s.Committing, e.StoreFailed): write.not_committed,
    #
    (s.Finishing, e.CardLookedUp): finish.looked_up,
    (s.Finishing, e.StoreFailed): finish.look_up_failed,
    #
    (s.Printing, e.FacePrinted): finish.printed,
    (s.Printing, e.FacePrintFailed): finish.print_failed,
    (s.Printing, e.CardRewriterLost): finish.print_lost,
    (s.Printing, e.CardRewriterReady): restart.while_printing,
    (s.Printing, e.ReceiptFailed): finish.receipt_failed,
    (s.Printing, e.DeadlinePassed): finish.print_stuck,
    #
    (s.Ejecting, e.CardDischarged): finish.discharged,
    (s.Ejecting, e.CardTaken): finish.taken,
    (s.Ejecting, e.CardRewriterLost): finish.eject_lost,
    (s.Ejecting, e.CardRewriterReady): ready.ready_again,
    (s.Ejecting, e.ReceiptFailed): finish.receipt_failed,
    (s.Ejecting, e.ReceiptPrinted): finish.receipt_printed,
    (s.Ejecting, e.StoreFailed): restart.record_failed,
    (s.Ejecting, e.DeadlinePassed): finish.remind,
    #
    (s.Returning, e.CardDischarged): giving_back.given_back,
    (s.Returning, e.CardTaken): giving_back.taken,
    (s.Returning, e.CardRewriterLost): giving_back.lost,
    (s.Returning, e.CardRewriterReady): giving_back.restarted,
    (s.Returning, e.ReceiptFailed): giving_back.receipt_failed,
    (s.Returning, e.ForgedOften): giving_back.forged_often,
    (s.Returning, e.DeadlinePassed): finish.remind,
    #
    (s.OffCardKeying, e.KeyPressed): off_card.key,
    (s.OffCardKeying, e.Scanned): with_basket.scanned,
    (s.OffCardKeying, e.ScanRefused): with_basket.refused,
    (s.OffCardKeying, e.ProductFound): with_basket.found,
    (s.OffCardKeying, e.SaleCame): with_basket.came,
    (s.OffCardKeying, e.DeadlinePassed): off_card.nobody_keys,
    (s.OffCardKeying, e.StoreFailed): off_card.records_failed,
    (s.OffCardKeying, e.CardPresented): talk.other_card,
    (s.OffCardKeying, e.CardUnreadable): talk.other_unreadable,
    (s.OffCardKeying, e.SwipeWanted): swiping.heard,
    (s.OffCardKeying, e.CardRewriterLost): ready.unit_lost,
    (s.OffCardKeying, e.CardRewriterReady): ready.ready_again,
    #
    (s.RecordingOffCard, e.OffCardRecorded): off_card.recorded,
    (s.RecordingOffCard, e.StoreFailed): off_card.not_recorded,
    #
    (s.Repairing, e.RepairOffered): repair.offered,
    (s.Repairing, e.RepairRefused): repair.refused,
    (s.Repairing, e.DeadlinePassed): repair.too_late,
    (s.Repairing, e.KeyPressed): repair.repairing_key,
    (s.Repairing, e.CardRewriterLost): ready.unit_lost,
    (s.Repairing, e.CardRewriterReady): ready.ready_again,
    #
    (s.ConfirmingRepair, e.KeyPressed): repair.confirm,
    (s.ConfirmingRepair, e.DeadlinePassed): repair.nobody_confirms,
    (s.ConfirmingRepair, e.CardRewriterLost): ready.unit_lost,
    (s.ConfirmingRepair, e.CardRewriterReady): ready.ready_again,
    #
    (s.RecordingReissue, e.ReissueRecorded): repair.recorded,
    (s.RecordingReissue, e.StoreFailed): repair.not_recorded,
    #
    (s.WritingRepair, e.CardWritten): repair.written,
    (s.WritingRepair, e.CardWriteFailed): repair.write_failed,
    (s.WritingRepair, e.SwipeWanted): swiping.wanted,
    (s.WritingRepair, e.KeyPressed): swiping.give_up_repair,
    (s.WritingRepair, e.CardRewriterLost): ready.unit_lost,
    (s.WritingRepair, e.CardRewriterReady): ready.ready_again,
    (s.WritingRepair, e.DeadlinePassed): repair.stuck,
    #
    (s.PrintingRepair, e.FacePrinted): repair.printed,
    (s.PrintingRepair, e.FacePrintFailed): repair.print_failed,
    (s.PrintingRepair, e.CardRewriterLost): repair.print_lost,
    (s.PrintingRepair, e.CardRewriterReady): ready.ready_again,
    (s.PrintingRepair, e.DeadlinePassed): repair.print_stuck,
    #
    (s.Told, e.KeyPressed): shown.key,
    (s.Told, e.DeadlinePassed): shown.late,
    (s.Told, e.SaleCame): shown.sale,
    (s.Told, e.SwipeWanted): shown.swiped_badly,
    (s.Told, e.ReceiptPrinted): finish.receipt_printed,
    (s.Told, e.ReceiptFailed): shown.receipt_failed,
    (s.Told, e.CardPresented): talk.next_card,
    (s.Told, e.CardUnreadable): talk.next_unreadable,
    (s.Told, e.Scanned): with_basket.scanned_next,
    (s.Told, e.CardRewriterLost): ready.unit_lost,
    (s.Told, e.CardRewriterReady): shown.unit_ready,
    #
    (s.Dialogue, e.KeyPressed): talk.key,
    (s.Dialogue, e.Chosen): talk.touched,
    (s.Dialogue, e.TextTyped): talk.text,
    (s.Dialogue, e.DeadlinePassed): talk.nobody_answers,
    (s.Dialogue, e.CardPresented): talk.card_came,
    (s.Dialogue, e.CardUnreadable): talk.unreadable_came,
    (s.Dialogue, e.SwipeWanted): swiping.heard,
    (s.Dialogue, e.CardChecked): talk.checked,
    (s.Dialogue, e.PowerFailing): talk.power_failing,
    (s.Dialogue, e.StoreFailed): talk.store_failed,
    (s.Dialogue, e.ReceiptFailed): talk.receipt_failed,
    (s.Dialogue, e.CardRewriterLost): ready.unit_lost,
    (s.Dialogue, e.CardRewriterReady): ready.ready_again,
    #
    (s.DialogueWaits, e.Noted): talk.answered,
    (s.DialogueWaits, e.MembersFound): talk.answered,
    (s.DialogueWaits, e.VisitsFound): talk.answered,
    (s.DialogueWaits, e.DutyBegan): talk.answered,
    (s.DialogueWaits, e.DutyRefused): talk.answered,
    (s.DialogueWaits, e.DayAdded): talk.answered,
    (s.DialogueWaits, e.CardLookedUp): talk.answered,
    (s.DialogueWaits, e.CallsListed): talk.answered,
    (s.DialogueWaits, e.StoreFailed): talk.answered,
    #
    (s.NotingReplacement, e.Noted): replacing.noted,
    (s.NotingReplacement, e.StoreFailed): replacing.not_noted,
    #
    (s.Locked, e.DeadlinePassed): giving_back.unlocked,
    (s.Locked, e.CardRewriterLost): giving_back.locked_lost,
    (s.Locked, e.CardRewriterReady): giving_back.locked_ready,
}


def _events(*kinds: type[Event]) -> frozenset[type[Event]]:
    return frozenset(kinds)


# What may be ignored, by reason.
_PANEL = _events(  # the loop shows the health of these and who calls
    e.PanelReady, e.PanelLost, e.ReceiptPrinted, e.DeviceReady, e.DeviceLost, e.CallReceived, e.CallEnded
)
_TOUCH = _events(e.Chosen, e.TextTyped)  # of a dialogue that is over
_RECEIPT = _PANEL | _TOUCH | _events(e.ReceiptFailed)  # ... of a receipt nobody waits for any more
_POWER = _events(e.PowerFailing)  # nothing to prevent: no write can begin here, or it is already on its way
# An answer of the unit to an order that a restart or a lost link has overtaken:
_READ = _events(e.CardPresented, e.CardUnreadable, e.NoCard)
_WRITTEN = _events(e.CardWritten, e.CardWriteFailed)
_PRINTED = _events(e.FacePrinted, e.FacePrintFailed)
_LEFT = _events(e.CardDischarged, e.CardTaken)
_UNIT = _READ | _WRITTEN | _PRINTED | _LEFT
# An answer of the store to an effect beside the main line (a settled doubt, a recorded print):
_ANSWER = _events(
    e.Started, e.CardLookedUp, e.OpenVisitsLoaded, e.Intended, e.Committed, e.Honoured, e.OffCardRecorded,
    e.ReissueRecorded, e.ForgedOften, e.Noted, e.MembersFound, e.VisitsFound, e.ProductFound, e.DutyBegan,
    e.DutyRefused, e.DayAdded, e.CallsListed,
)  # fmt: skip
_TOLD = _events(
    e.CardLookedUp, e.Noted, e.MembersFound, e.VisitsFound, e.DutyBegan, e.DutyRefused, e.DayAdded, e.CallsListed
)  # fmt: skip
# Head office's word on a card that has left, or after its time:
_OFFICE = _events(e.CardChecked, e.RepairOffered, e.RepairRefused)
_FAILED = _events(e.StoreFailed)
_KEY = _events(e.KeyPressed)  # a key that means nothing here
_LATE = _events(e.DeadlinePassed)  # the state has none; the loop may have been about to say so
# The store answers before the loop takes anything else, so nothing of the outside can come between:
_OUTSIDE = _UNIT | _RECEIPT | _POWER | _KEY | _LATE | _OFFICE | _events(e.CardRewriterReady, e.CardRewriterLost)

_BESIDE = _RECEIPT | _POWER | _ANSWER | _FAILED | _OFFICE  # beside the card's way

_IGNORED_IN: dict[type[State], frozenset[type[Event]]] = {
    s.Booting: _OUTSIDE | (_ANSWER - _events(e.Started)) | _FAILED,
    s.Down: _BESIDE | _UNIT | _KEY | _LATE,
    s.Recovering: _RECEIPT | _POWER | _ANSWER | _OFFICE | _WRITTEN | _PRINTED | _LEFT | _LATE,
    s.TypingNumber: _BESIDE | _UNIT,
    s.ConfirmingFace: _BESIDE | _UNIT,
    s.LookingUp: _OUTSIDE | (_ANSWER - _events(e.CardLookedUp)),
    s.Idle: (_BESIDE - _events(e.ProductFound, e.StoreFailed, e.ReceiptFailed))
    | _TOUCH
    | _WRITTEN
    | _PRINTED
    | _events(e.NoCard, e.CardTaken)
    | _LATE,
    s.Judging: _OUTSIDE | (_ANSWER - _events(e.CardLookedUp, e.OpenVisitsLoaded)),
    s.Keying: _PANEL | _TOUCH | (_ANSWER - _events(e.ProductFound)) | (_OFFICE - _events(e.CardChecked)) | _UNIT,
    s.Preparing: _OUTSIDE | (_ANSWER - _events(e.Intended)),
    s.Writing: _BESIDE | _READ | _PRINTED | _LEFT,
    s.Rereading: _BESIDE | _WRITTEN | _PRINTED | _LEFT,
    s.Committing: _OUTSIDE | (_ANSWER - _events(e.Committed)),
    s.Honouring: _OUTSIDE | (_ANSWER - _events(e.Honoured)),
    s.Finishing: _OUTSIDE | (_ANSWER - _events(e.CardLookedUp)),
    s.Printing: _PANEL | _TOUCH | _POWER | _ANSWER | _FAILED | _OFFICE | _READ | _WRITTEN | _LEFT | _KEY,
    s.Ejecting: (_PANEL - _events(e.ReceiptPrinted))
    | _TOUCH
    | _POWER
    | _ANSWER
    | _OFFICE
    | _READ
    | _WRITTEN
    | _PRINTED
    | _KEY,
    s.Returning: (_BESIDE - _events(e.ReceiptFailed, e.ForgedOften)) | _READ | _WRITTEN | _PRINTED | _KEY,
    s.OffCardKeying: _RECEIPT
    | _POWER
    | (_ANSWER - _events(e.ProductFound))
    | _OFFICE
    | (_UNIT - _READ)
    | _events(e.NoCard),
    s.RecordingOffCard: _OUTSIDE | (_ANSWER - _events(e.OffCardRecorded)),
    s.Repairing: (_BESIDE - _events(e.RepairOffered, e.RepairRefused)) | _UNIT,
    s.ConfirmingRepair: _BESIDE | _UNIT,
    s.RecordingReissue: _OUTSIDE | (_ANSWER - _events(e.ReissueRecorded)),
    s.WritingRepair: _BESIDE | _READ | _PRINTED | _LEFT,
    s.PrintingRepair: _BESIDE | _READ | _WRITTEN | _LEFT | _KEY,
    s.Locked: _BESIDE | _UNIT | _KEY,
    s.Dialogue: _PANEL | _ANSWER | _events(e.RepairOffered, e.RepairRefused) | (_UNIT - _READ) | _events(e.NoCard),
    s.DialogueWaits: _OUTSIDE | (_ANSWER - _TOLD),
    s.NotingReplacement: _OUTSIDE | (_ANSWER - _events(e.Noted)),
    s.Told: (_BESIDE - _events(e.ReceiptPrinted, e.ReceiptFailed))
    | (_UNIT - _events(e.CardPresented, e.CardUnreadable)),
}

_SELLING = (s.Idle, s.Keying, s.OffCardKeying)  # where goods can be added to a sale; elsewhere a scan means nothing
TABLE |= {(state, e.SaleCame): with_basket.came_too_early for state in DEADLINES if state not in (*_SELLING, s.Told)}
TABLE |= {(state, e.Scanned): with_basket.scanned_too_early for state in DEADLINES if state not in (*_SELLING, s.Told)}
TABLE |= {(state, e.ScanRefused): with_basket.scanned_too_early for state in DEADLINES if state not in _SELLING}

_SWIPED = (  # where a swipe is waited for, or a card
    s.Recovering, s.Idle, s.Writing, s.Rereading, s.OffCardKeying, s.WritingRepair, s.Told, s.Dialogue,
)  # fmt: skip
_AT_LEISURE = (s.Idle, s.Keying)  # where staff may turn to the telephone; elsewhere its list in the menu remains

IGNORED: frozenset[tuple[type[State], type[Event]]] = frozenset(
    {(state, event) for state, ignored in _IGNORED_IN.items() for event in ignored}
    | {(state, e.SwipeWanted) for state in DEADLINES if state not in _SWIPED}
    | {(state, e.CallPicked) for state in DEADLINES if state not in _AT_LEISURE}
)


def start() -> tuple[State, tuple[Effect, ...]]:
    """The state before the journal is open."""
    return s.Booting(), (Show(screens.Starting()),)


def step(state: State, event: Event, now: Now, shop: Shop) -> Turn:
    """One step. A pair outside TABLE and IGNORED is a bug and raises AssertionError."""
    pair = (type(state), type(event))
    handler = TABLE.get(pair)
    if handler is None:
        assert pair in IGNORED, f"no entry for {pair[0].__name__} and {pair[1].__name__}"
        return Turn(state)
    return handler(state, event, moment_of(now, shop))

"""The dialogues in the table: every topic with its steps, and a card that comes in the middle of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.visit import screens
from shared.visit.effects import Play, Show, Sound
from shared.visit.errand import Topic
from shared.visit.events import (
    CallPicked,
    CardChecked,
    CardPresented,
    CardUnreadable,
    Chosen,
    DeadlinePassed,
    Event,
    KeyPressed,
    PowerFailing,
    ReceiptFailed,
    StoreFailed,
    TextTyped,
)
from shared.visit.flows import dialogue, keying, present
from shared.visit.flows.dialogue import Steps
from shared.visit.flows.topics import (
    calls,
    day,
    duty,
    enrol,
    forgotten,
    handover,
    lines,
    lost,
    menu,
    plain_sale,
    rain,
    refund,
    reprint,
    training,
    voice,
)
from shared.visit.flows.turn import Turn
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, DialogueWaits, Idle, Keying, OffCardKeying, Told

TOPICS: Mapping[Topic, Steps] = {
    Topic.MENU: menu.STEPS,
    Topic.CARD_MENU: menu.STEPS,
    Topic.ENROL: enrol.STEPS,
    Topic.FORGOTTEN: forgotten.STEPS,
    Topic.LOST: lost.STEPS,
    Topic.REFUND: refund.STEPS,
    Topic.VOICE: voice.STEPS,
    Topic.DUTY: duty.STEPS,
    Topic.DAY: {**menu.STEPS, **day.STEPS},
    Topic.TRAINING: training.STEPS,
    Topic.HANDOVER: handover.STEPS,
    Topic.PLAIN_SALE: plain_sale.STEPS,
    Topic.LINES: lines.STEPS,
    Topic.REPRINT: reprint.STEPS,
    Topic.CALLS: calls.STEPS,
    Topic.RAIN: rain.STEPS,
}


def key(state: Dialogue, event: KeyPressed, moment: Moment) -> Turn:
    return dialogue.key(state, event, moment, TOPICS)


def touched(state: Dialogue, event: Chosen, moment: Moment) -> Turn:
    return dialogue.touched(state, event, moment, TOPICS)


def text(state: Dialogue, event: TextTyped, moment: Moment) -> Turn:
    return dialogue.text(state, event, moment, TOPICS)


def answered(state: DialogueWaits, event: Event, moment: Moment) -> Turn:
    return dialogue.answered(state, event, moment, TOPICS)


def nobody_answers(state: Dialogue, event: DeadlinePassed, moment: Moment) -> Turn:
    return dialogue.nobody_answers(state, event, moment)


def call_picked(state: Idle | Keying, event: CallPicked, moment: Moment) -> Turn:
    """From the screen to the telephone: the visit, or what waits, is as it was afterwards."""
    return calls.open_call(event.call, state.errand, state if isinstance(state, Keying) else None, moment)


def card_came(state: Dialogue, event: CardPresented, moment: Moment) -> Turn:
    """A customer does not wait: the dialogue is dropped, the card is served with what was keyed before."""
    if state.keying is not None:
        return Turn(state)  # the unit repeats itself; one card is inside
    return present.judge(event, moment, state.errand)


def checked(state: Dialogue, event: CardChecked, moment: Moment) -> Turn:
    """Head office's word on the card inside: the dialogue goes on, unless the card may not."""
    if state.keying is None:
        return Turn(state)
    turn = keying.checked(state.keying, event, moment)
    return Turn(replace(state, keying=turn.state)) if isinstance(turn.state, Keying) else turn


def power_failing(state: Dialogue, event: PowerFailing, moment: Moment) -> Turn:
    """No write is begun on the last milliseconds."""
    return Turn(state) if state.keying is None else keying.power_failing(state.keying, event, moment)


def store_failed(state: Dialogue, event: StoreFailed, moment: Moment) -> Turn:
    """Something beside the card's visit could not be recorded."""
    return Turn(state) if state.keying is None else keying.settling_failed(state.keying, event, moment)


def receipt_failed(state: Dialogue, event: ReceiptFailed, moment: Moment) -> Turn:
    """A report that was just ordered did not come out."""
    if not isinstance(state.screen, screens.Told) or event.slip:
        return Turn(state)
    screen = replace(state.screen, notice=screens.Notice(event.code))
    return Turn(replace(state, screen=screen), (Show(screen), Play(Sound.ERROR)))


def unreadable_came(state: Dialogue, event: CardUnreadable, moment: Moment) -> Turn:
    return Turn(state) if state.keying is not None else present.unreadable(Idle(state.errand), event, moment)


def next_card(state: Told, event: CardPresented, moment: Moment) -> Turn:
    """The customer before is done; this one has a card."""
    return present.judge(event, moment, state.errand)


def next_unreadable(state: Told, event: CardUnreadable, moment: Moment) -> Turn:
    return present.unreadable(Idle(state.errand), event, moment)


def other_card(state: OffCardKeying, event: CardPresented, moment: Moment) -> Turn:
    """The card was not forgotten after all, or the next customer has one."""
    return Turn(state) if state.has_card else present.judge(event, moment, state.taken_back)


def other_unreadable(state: OffCardKeying, event: CardUnreadable, moment: Moment) -> Turn:
    return Turn(state) if state.has_card else present.unreadable(Idle(state.taken_back), event, moment)

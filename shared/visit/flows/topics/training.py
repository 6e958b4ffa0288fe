"""Practice: everything looks as ever, nothing counts and no card is written."""

from __future__ import annotations

from dataclasses import replace

from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import Note, SetDuty
from shared.visit.errand import Errand, Topic
from shared.visit.flows.dialogue import Given, Steps, begin, blank, leave, tell
from shared.visit.flows.turn import Turn
from shared.visit.journal import OnDuty
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, DialogueWaits, Keying


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Only when nothing waits: what was keyed belongs to the mode in which it was keyed."""
    if not errand.is_empty or keying is not None:
        return tell(blank(Topic.TRAINING, errand, keying), screens.Notice("visit.training_later"), title=N_("練習"))
    if moment.shop.duty.is_training:
        screen = screens.Confirming(N_("練習を終わる"), N_("ここからは、本番の記録になります。"), ())
    else:
        screen = screens.Confirming(
            N_("練習を始める"), N_("練習のあいだは、何も記録せず、カードも書き換えません。"), ()
        )
    return begin(Topic.TRAINING, "sure", screen, errand, keying)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Back in earnest, whoever serves is noted: a change of staff during practice was not."""
    person = moment.shop.duty
    changed = SetDuty(replace(person, is_training=not person.is_training))
    if not (person.is_training and person.staff):
        return leave(state, moment, before=(changed,))
    return Turn(DialogueWaits(state, "noted"), (changed, Note(OnDuty(person.staff, "on"))))


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return leave(state, moment)


STEPS: Steps = {"sure": _sure, "noted": _noted}

"""The last receipt once more, marked as a copy."""

from __future__ import annotations

from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import PrintAgain
from shared.visit.errand import Errand, Topic
from shared.visit.flows.dialogue import Given, Steps, begin, leave
from shared.visit.flows.turn import Turn
from shared.visit.receipt import COPY
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    text = N_("最後のレシートを、「再印字」の印をつけて、もう一度印字します。")
    return begin(Topic.REPRINT, "sure", screens.Confirming(N_("レシート再印字"), text, ()), errand, keying)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return leave(state, moment, before=(PrintAgain(moment.shop.translate(COPY)),))


STEPS: Steps = {"sure": _sure}

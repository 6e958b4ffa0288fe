"""What a customer said, by one of the shop's headings: MENU, its place in the menu, the heading."""

from __future__ import annotations

from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import Note
from shared.visit.errand import Errand, Topic
from shared.visit.events import Noted
from shared.visit.flows.dialogue import Given, Steps, ask_store, blank, choose, leave
from shared.visit.flows.turn import Turn
from shared.visit.journal import Voice
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

HEADINGS_MAX = 9  # a journal names them 1 to 9
HEADINGS = (
    N_("ほめられた"),
    N_("品ぞろえ"),
    N_("値段"),
    N_("接客"),
    N_("設備・清掃"),
    N_("その他"),
)  # of a shop without own


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    headings = moment.shop.voices or tuple(moment.shop.translate(text) for text in HEADINGS)
    options = tuple(screens.Option(text) for text in headings[:HEADINGS_MAX])
    return choose(blank(Topic.VOICE, errand, keying), "heading", N_("お客様の声"), options)


def _heading(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, int)
    visit = "" if state.keying is None else state.keying.facts.next_visit
    return ask_store(state, "noted", Note(Voice(given + 1, visit, moment.shop.duty.staff)))


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, Noted)
    return leave(state, moment, screens.Notice("visit.voice_noted"))


STEPS: Steps = {"heading": _heading, "noted": _noted}

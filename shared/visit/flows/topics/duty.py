"""Who serves: begun by a PIN, ended by hand or by the next person's PIN."""

from __future__ import annotations

from dataclasses import replace

from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import BeginDuty, Note, SetDuty
from shared.visit.errand import Errand, Topic
from shared.visit.events import DutyBegan, DutyRefused
from shared.visit.facts import Duty
from shared.visit.flows.dialogue import Given, Steps, ask_store, begin, blank, choose, go_on, leave, wrong
from shared.visit.flows.turn import Turn
from shared.visit.journal import OnDuty
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying


def is_wanted(moment: Moment) -> bool:
    """Whether somebody has to say who serves before anything is sold."""
    return moment.shop.needs_duty and not moment.shop.duty.staff


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Nobody on duty: the PIN. Somebody: the next person, or nobody."""
    person = moment.shop.duty
    if not person.staff:
        return begin(Topic.DUTY, "pin", pin_screen(), errand, keying)
    translate = moment.shop.translate
    options = (screens.Option(translate(N_("交代する"))), screens.Option(translate(N_("終わる")), person.name))
    return choose(blank(Topic.DUTY, errand, keying), "what", N_("担当者"), options)


def pin_screen() -> screens.Asking:
    return screens.Asking(N_("担当者の暗証番号"), "pin", "", N_("4〜8けたの数字"))


def _what(state: Dialogue, given: Given, moment: Moment) -> Turn:
    if given == 0:
        return go_on(state, "pin", pin_screen())
    return ask_store(state, "ended", Note(OnDuty(moment.shop.duty.staff, "off")))


def _pin(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, str)
    return ask_store(state, "known", BeginDuty(given)) if given else wrong(state, "duty.pin_missing")


def _known(state: Dialogue, given: Given, moment: Moment) -> Turn:
    if isinstance(given, DutyRefused):
        return wrong(state, given.code)
    assert isinstance(given, DutyBegan)
    return ask_store(state, "begun", Note(OnDuty(given.duty.staff, "on")), given.duty)


def _begun(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Durable: from now on this person serves."""
    person = begun(state, moment)
    return leave(state, moment, screens.Notice("duty.begun", {"name": person.name}), before=(SetDuty(person),))


def begun(state: Dialogue, moment: Moment) -> Duty:
    """The person whose PIN it was. Training goes on until it is ended."""
    person = state.kept[-1]
    assert isinstance(person, Duty)
    return replace(person, is_training=moment.shop.duty.is_training)


def _ended(state: Dialogue, given: Given, moment: Moment) -> Turn:
    nobody = Duty(is_training=moment.shop.duty.is_training)
    return leave(state, moment, screens.Notice("duty.ended"), before=(SetDuty(nobody),))


STEPS: Steps = {"what": _what, "pin": _pin, "known": _known, "begun": _begun, "ended": _ended}

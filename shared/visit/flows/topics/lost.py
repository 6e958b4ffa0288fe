"""A card is lost: stop it everywhere, and give its owner a new one."""

from __future__ import annotations

from dataclasses import replace

from shared.ids import CardNo, format_card_no
from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import Note, Play, Sound
from shared.visit.errand import Errand, Purpose, Topic
from shared.visit.events import Noted
from shared.visit.facts import FoundMember
from shared.visit.flows.dialogue import Given, Steps, ask_store, choose, go_on
from shared.visit.flows.topics import finding
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import to_idle
from shared.visit.journal import StopCard
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

LOST = "lost"


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    return finding.ask(Topic.LOST, N_("カードをなくした方"), errand, keying)


def _chosen(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Whoever has several cards says which one."""
    person = finding.chosen_member(state, given)
    if len(person.cards) == 1:
        return _confirm(state, person, person.cards[0], moment)
    options = tuple(screens.Option(format_card_no(card)) for card in person.cards)
    return choose(state, "card", N_("どのカードですか"), options, person)


def _which(state: Dialogue, given: Given, moment: Moment) -> Turn:
    (person,) = state.kept
    assert isinstance(person, FoundMember)
    assert isinstance(given, int)
    return _confirm(state, person, person.cards[given], moment)


def _confirm(state: Dialogue, person: FoundMember, card: CardNo, moment: Moment) -> Turn:
    translate = moment.shop.translate
    name, number = translate(N_("お名前")), translate(N_("カード"))
    lines = ((name, person.name or person.kana), (number, format_card_no(card)))
    text = N_("このカードは、どの店でも使えなくなります。ポイントは新しいカードに移ります。")
    screen = screens.Confirming(N_("カードを止めますか"), text, lines, is_dangerous=True)
    return go_on(state, "sure", screen, card)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return ask_store(state, "stopped", Note(StopCard(_card(state), LOST, moment.shop.duty.staff)))


def _stopped(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Stopped here at once, elsewhere with the next sync. Now a new card may be put in."""
    assert isinstance(given, Noted)
    notice = screens.Notice("visit.card_stopped", {"card": format_card_no(_card(state))})
    errand = replace(state.errand, purpose=Purpose.REPLACE, old=_card(state))
    return to_idle(errand, moment, notice, before=(Play(Sound.OK),))


def _card(state: Dialogue) -> CardNo:
    (card,) = state.kept
    assert isinstance(card, int)
    return CardNo(card)


STEPS: Steps = {
    "phone": finding.typed_phone, "kana": finding.typed_kana, "found": finding.found, "chosen": _chosen,
    "card": _which, "sure": _sure, "stopped": _stopped,
}  # fmt: skip

"""Finding a member without the card: by telephone number or kana, then one of a few."""

from __future__ import annotations

from shared.ids import format_card_no
from shared.locale import N_
from shared.text import phone
from shared.visit import screens
from shared.visit.effects import FindMembers
from shared.visit.errand import Errand, Topic
from shared.visit.events import MembersFound
from shared.visit.facts import FoundMember
from shared.visit.flows.dialogue import OPTIONS_MAX, Given, ask_store, begin, choose, go_on, wrong
from shared.visit.flows.turn import Turn
from shared.visit.states import Dialogue, Keying

DIGITS_MIN = 4  # the end of a telephone number


def ask(topic: Topic, title: str, errand: Errand, keying: Keying | None) -> Turn:
    """The steps "phone", "kana", "found" follow; the topic's own step is "chosen"."""
    return begin(topic, "phone", _phone_screen(title), errand, keying)


def _phone_screen(title: str) -> screens.Asking:
    return screens.Asking(title, "phone", "", N_("電話番号、または下4けた。名前で探すときは、そのまま実行"))


def typed_phone(state: Dialogue, given: Given, moment: object) -> Turn:
    assert isinstance(given, str)
    if not given:
        assert isinstance(state.screen, screens.Asking)
        return go_on(state, "kana", screens.Asking(state.screen.title, "kana", "", N_("名前のカナのはじめ")))
    if len(given) < DIGITS_MIN:
        return wrong(state, "member.phone_short", digits=DIGITS_MIN)
    return ask_store(state, "found", FindMembers(phone=phone.digits(given)))


def typed_kana(state: Dialogue, given: Given, moment: object) -> Turn:
    assert isinstance(given, str)
    if not given.strip():
        return wrong(state, "member.kana_missing")
    return ask_store(state, "found", FindMembers(kana=given.strip()))


def found(state: Dialogue, given: Given, moment: object) -> Turn:
    """The people with a card in use. Too many: a longer question."""
    assert isinstance(given, MembersFound)
    assert isinstance(state.screen, screens.Asking)
    people = tuple(one for one in given.found if one.cards)
    if not people:
        return wrong(state, "member.none_found")
    if given.more or len(people) > OPTIONS_MAX:
        return wrong(state, "member.too_many")
    options = tuple(screens.Option(_label(one), _detail(one)) for one in people)
    return choose(state, "chosen", state.screen.title, options, *people)


def chosen_member(state: Dialogue, given: Given) -> FoundMember:
    assert isinstance(given, int)
    person = state.kept[given]
    assert isinstance(person, FoundMember)
    return person


def _label(one: FoundMember) -> str:
    return one.name or one.kana or format_card_no(one.cards[0])


def _detail(one: FoundMember) -> str:
    parts = (one.kana if one.name else "", f"…{one.phone_tail}" if one.phone_tail else "", format_card_no(one.cards[0]))
    return "　".join(part for part in parts if part)

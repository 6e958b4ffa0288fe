"""A card gets its holder, in under a minute: a telephone number, or nothing at all; the rest comes later."""

from __future__ import annotations

from dataclasses import replace

from shared.errors import EnishiError
from shared.ids import format_card_no
from shared.locale import N_
from shared.text import phone
from shared.visit import screens
from shared.visit.effects import Note
from shared.visit.errand import Errand, Topic
from shared.visit.events import Noted
from shared.visit.flows.dialogue import Given, Steps, ask_store, begin, blank, go_on, leave, tell, wrong
from shared.visit.flows.pricing import today
from shared.visit.flows.turn import Turn
from shared.visit.journal import Newcomer
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

TITLE = N_("入会")


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Only with the card inside: it is the card that gets a holder."""
    return open_with("", errand, keying)


def open_with(number: str, errand: Errand, keying: Keying | None) -> Turn:
    """With a telephone number that is known already; "" = it is asked."""
    if keying is None or keying.facts.member is not None or keying.enrolled:
        code = "member.registered" if keying else "member.enrol_needs_card"
        return tell(blank(Topic.ENROL, errand, keying), screens.Notice(code), title=TITLE)
    heard, unknown = N_("電話の方の番号。違うときは、入れ直してください"), N_("電話番号。聞けないときは、そのまま実行")
    screen = screens.Asking(TITLE, "phone", number, heard if number else unknown)
    return begin(Topic.ENROL, "phone", screen, errand, keying)


def _phone(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, str)
    try:
        number = phone.parse_phone(given) if given else ""
    except EnishiError as error:
        return wrong(state, error.code, **error.facts)
    return go_on(state, "kana", screens.Asking(TITLE, "kana", "", N_("名前のカナ。なければ、そのまま実行")), number)


def _kana(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, str)
    assert state.keying is not None
    (number,) = state.kept
    translate, card = moment.shop.translate, state.keying.image.card
    kana = given.strip()
    lines = [(translate(N_("カード")), format_card_no(card))]
    if number:
        lines.append((translate(N_("電話番号")), phone.group(str(number))))
    if kana:
        lines.append((translate(N_("カナ")), kana))
    text = N_("お名前などは、あとから本部で登録できます。")
    return go_on(state, "sure", screens.Confirming(TITLE, text, tuple(lines)), number, kana)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert state.keying is not None
    number, kana = state.kept
    card, staff = state.keying.image.card, moment.shop.duty.staff
    newcomer = Newcomer(card, str(number), str(kana), staff, today(moment).isoformat())
    return ask_store(state, "noted", Note(newcomer))


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Once in a visit: head office would hear of two holders."""
    assert isinstance(given, Noted)
    assert state.keying is not None
    later = replace(state, keying=replace(state.keying, enrolled=True))
    return leave(later, moment, screens.Notice("member.enrolled"))


STEPS: Steps = {"phone": _phone, "kana": _kana, "sure": _sure, "noted": _noted}

"""The customer has no card today: what is bought earns beside it, and reaches it at its next visit."""

from __future__ import annotations

from shared.ids import CardNo, format_card_no
from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import LookUpCard, Play, Sound
from shared.visit.errand import Errand, Topic
from shared.visit.events import CardLookedUp
from shared.visit.flows import off_card
from shared.visit.flows.dialogue import Given, Steps, ask_store, blank, leave, tell
from shared.visit.flows.topics import finding
from shared.visit.flows.turn import Turn
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

FORGOTTEN = "visit.card_forgotten"


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    return finding.ask(Topic.FORGOTTEN, N_("カードを忘れた方"), errand, keying)


def open_card(card: CardNo, errand: Errand, moment: Moment) -> Turn:
    """The member's number was scanned: nobody needs to be looked for."""
    return ask_store(blank(Topic.FORGOTTEN, errand, None), "scanned", LookUpCard(card))


def _scanned(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """A code of ten digits may be anything; it is a card if somebody here has seen it."""
    assert isinstance(given, CardLookedUp)
    if given.facts.member is None and given.facts.shadow is None:
        notice = screens.Notice("member.card_unknown", {"card": format_card_no(given.facts.card)})
        return leave(state, moment, notice, before=(Play(Sound.ERROR),))
    return _looked_up(state, given, moment)


def _chosen(state: Dialogue, given: Given, moment: Moment) -> Turn:
    card = finding.chosen_member(state, given).cards[0]
    return ask_store(state, "looked_up", LookUpCard(card))


def _looked_up(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, CardLookedUp)
    if given.facts.denied == "stopped":
        return tell(state, screens.Notice("card.locked"), Play(Sound.ERROR))
    return off_card.open_keys(given.facts, FORGOTTEN, moment, errand=state.errand, has_card=False)


STEPS: Steps = {
    "phone": finding.typed_phone, "kana": finding.typed_kana, "found": finding.found, "chosen": _chosen,
    "looked_up": _looked_up, "scanned": _scanned,
}  # fmt: skip

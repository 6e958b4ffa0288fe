"""Something that is not points was due with this visit: was it handed over? A no is asked about again next time."""

from __future__ import annotations

from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import AwaitCard, Note, Play, Show, Sound
from shared.visit.errand import Topic
from shared.visit.events import Noted
from shared.visit.facts import Benefit
from shared.visit.flows.dialogue import NO, Given, Steps, ask_store, go_on
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import to_idle
from shared.visit.journal import Handover, Intent, VisitKind
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Plan


def after(plan: Plan) -> Turn | None:
    """When the card was taken, if anything is due; the next card is waited for meanwhile."""
    benefits = plan.facts.benefits if plan.facts else ()
    if not benefits or plan.intent.kind is not VisitKind.SALE:
        return None
    screen = _screen(benefits[0])
    state = Dialogue(Topic.HANDOVER, "given", screen, plan.errand, None, (plan.intent, *benefits))
    return Turn(state, (Show(screen), Play(Sound.ATTENTION), AwaitCard()))


def _screen(benefit: Benefit) -> screens.Confirming:
    return screens.Confirming(
        N_("お渡しの確認"), N_("渡したら実行、まだなら中止を押してください。"), ((benefit.text, ""),)
    )


def _given(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return _note(state, True, moment)


def _not_given(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """It stays due."""
    return _note(state, False, moment)


def _note(state: Dialogue, is_given: bool, moment: Moment) -> Turn:
    intent, benefit = state.kept[:2]
    assert isinstance(intent, Intent)
    assert isinstance(benefit, Benefit)
    handover = Handover(benefit.id, intent.card, intent.visit, is_given, moment.shop.duty.staff)
    return ask_store(state, "noted", Note(handover))


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """The next one, if there are several."""
    assert isinstance(given, Noted)
    intent, _, *others = state.kept
    if not others:
        return to_idle(state.errand, moment)
    following = others[0]
    assert isinstance(following, Benefit)
    return go_on(state, "given", _screen(following), intent, *others)


STEPS: Steps = {"given": _given, NO: _not_given, "noted": _noted}

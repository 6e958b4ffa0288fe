"""A chip whose newest record is torn: the record before it says which card it is, so nobody has to type or compare.

Only what was being written when it was torn may take its place: the same image again, when that visit is ours, or a
new generation from head office. The record before is never served, as it would give used points back to whoever spoils
the newer one.
"""

from __future__ import annotations

from shared.card.image import CardImage
from shared.visit import screens
from shared.visit.effects import Effect, RecordSeen, Show, WriteCard
from shared.visit.errand import Purpose
from shared.visit.events import CardLookedUp
from shared.visit.evidence import Evidence
from shared.visit.facts import CardFacts
from shared.visit.flows import repair, replacing
from shared.visit.flows.settling import newest, objection, records, settle
from shared.visit.flows.turn import Turn, refuse
from shared.visit.journal import Intent
from shared.visit.shop import Moment
from shared.visit.states import Judging, LookingUp, Plan, Writing


def looked_up(state: Judging, image: CardImage, facts: CardFacts, moment: Moment) -> Turn:
    """``image``: of the record before. A visit of ours that stood on it is written to its end."""
    weighed = settle(facts.open, state.older, image)
    settled = tuple((visit, proof) for visit, proof in weighed if proof is not Evidence.AT_BASE)
    told = (*records(settled), RecordSeen(state.track, state.code, state.uid))
    if facts.denied == "stopped":
        return refuse("card.locked", *told, errand=state.errand)
    if state.errand.purpose is Purpose.REPLACE:
        return refuse(replacing.NOT_NEW, *told, errand=state.errand)
    waiting = [visit.intent for visit, proof in weighed if proof is Evidence.AT_BASE]
    if waiting and not objection(image, state.older, newest(facts.shadow, settled), moment):
        return _write_to_its_end(waiting[-1], state, facts, moment, *told)
    looking = LookingUp(image.card, state.code, asks=True, errand=state.errand, uid=state.uid)
    turn = repair.looked_up(looking, CardLookedUp(facts), moment, is_proven=True)
    return Turn(turn.state, (*told, *turn.effects))


def _write_to_its_end(intent: Intent, state: Judging, facts: CardFacts, moment: Moment, *told: Effect) -> Turn:
    """The post image again: idempotent, and the INTENT has been durable since before the cut."""
    plan = Plan(intent, facts, recovered=True, errand=state.errand)
    return Turn(Writing(plan, 1), (*told, Show(screens.Writing(moment.shop.unit)), WriteCard(intent.post)))

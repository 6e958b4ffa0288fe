"""From the reader's answer to the member pop-up: judge the track, settle old doubts, refuse or open the keys."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from shared.card.codec import Verdict, decode
from shared.card.image import CardImage
from shared.ids import CARD_NO_DIGITS, is_valid
from shared.visit import screens
from shared.visit.effects import (
    CheckCard,
    Effect,
    LoadOpenVisits,
    LookUpCard,
    Play,
    RecordSeen,
    Show,
    Sound,
)
from shared.visit.errand import NO_ERRAND, Errand, Purpose
from shared.visit.events import CardLookedUp, CardPresented, CardUnreadable, OpenVisitsLoaded, StoreFailed
from shared.visit.evidence import Evidence
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.flows import healing, off_card, replacing
from shared.visit.flows.pricing import is_online_lately, keying_screen, today
from shared.visit.flows.repair import WEAK
from shared.visit.flows.settling import Settled, newest, objection, records, settle
from shared.visit.flows.topics import duty, enrol
from shared.visit.flows.turn import Turn, refuse
from shared.visit.flows.waiting import errand_yen
from shared.visit.journal import SET_BACK, Intent, VisitKind
from shared.visit.shop import Moment
from shared.visit.states import Idle, Judging, Keying, TypingNumber

WRONG_WAY = "device.card_rewriter.no_stripe"  # status 23h: reversed card, nothing to recover
NOT_GENUINE = "device.ic_card.not_genuine"  # a copy: there is nothing to ask about it


def presented(state: Idle, event: CardPresented, moment: Moment) -> Turn:
    """A readable stripe or chip: is it ours, whole and genuine?"""
    return judge(event, moment, state.errand)


def judge(event: CardPresented, moment: Moment, errand: Errand = NO_ERRAND) -> Turn:
    track, uid = event.track, event.uid
    if not track.strip():
        return type_number((), WEAK, errand, moment, uid) if event.is_weak else refuse("card.blank", errand=errand)
    decoded = decode(track, moment.shop.ring, uid)
    if decoded.verdict is Verdict.OK and decoded.image is not None:
        look_up = LookUpCard(decoded.image.card)
        judging = Judging(track, decoded.image, WEAK if event.is_weak else "", errand, uid)
        return Turn(judging, (Show(screens.Reading()), look_up))
    if decoded.verdict is Verdict.TORN and event.older:
        return _before(event, moment, errand)
    if decoded.verdict is Verdict.TORN:
        return Turn(Judging(track, None, Verdict.TORN.value, errand, uid), (LoadOpenVisits(),))
    code = decoded.verdict.value
    if decoded.verdict is Verdict.UNKNOWN_KEY and decoded.image is not None:
        return _claims(decoded.image, event, moment, errand)
    return refuse(code, RecordSeen(track, code, uid), errand=errand)


def _before(event: CardPresented, moment: Moment, errand: Errand) -> Turn:
    """A torn record: the one before it says which card this is, and is judged itself if it is not genuine."""
    decoded = decode(event.older, moment.shop.ring, event.uid)
    if decoded.verdict is not Verdict.OK or decoded.image is None or event.is_weak:
        return judge(replace(event, track=event.older, older=""), moment, errand)
    judging = Judging(event.track, decoded.image, Verdict.TORN.value, errand, event.uid, event.older)
    return Turn(judging, (Show(screens.Reading()), LookUpCard(decoded.image.card)))


def _claims(image: CardImage, event: CardPresented, moment: Moment, errand: Errand) -> Turn:
    """A key that we do not hold: the card may earn for the number that it claims, nothing more."""
    track, uid, code = event.track, event.uid, Verdict.UNKNOWN_KEY.value
    if image.tenant != moment.shop.ring.tenant:
        return refuse(Verdict.FOREIGN.value, RecordSeen(track, Verdict.FOREIGN.value, uid), errand=errand)
    if not is_valid(f"{image.card:0{CARD_NO_DIGITS}d}"):
        return refuse(code, RecordSeen(track, code, uid), errand=errand)
    return Turn(Judging(track, image, code, errand, uid), (Show(screens.Reading()), LookUpCard(image.card)))


def unreadable(state: Idle, event: CardUnreadable, moment: Moment) -> Turn:
    """No data from the stripe: wrong way round, or perhaps torn by a cut of ours."""
    if event.code in (WRONG_WAY, NOT_GENUINE):
        return refuse(event.code, errand=state.errand)
    return Turn(Judging("", None, event.code, state.errand), (LoadOpenVisits(),))


def torn(state: Judging, event: OpenVisitsLoaded, moment: Moment) -> Turn:
    """A torn card is named by its printed number: it may belong to an unfinished visit, else it is repaired."""
    seen = off_card.seen(state.track, state.code, state.uid)
    if state.errand.purpose is Purpose.REPLACE:
        return refuse(replacing.NOT_NEW, *seen, errand=state.errand)
    candidates = tuple(visit for visit in event.open if visit.state is not VisitState.COMMITTED)
    return type_number(candidates, state.code, state.errand, moment, state.uid, *seen)


def type_number(
    candidates: tuple[OpenVisit, ...], code: str, errand: Errand, moment: Moment, uid: str = "", *before: Effect
) -> Turn:
    typing = TypingNumber(candidates, "", False, code, errand, uid)
    return Turn(typing, (*before, Show(typing_screen(typing, moment)), Play(Sound.ATTENTION)))


def typing_screen(state: TypingNumber, moment: Moment) -> screens.TypeNumber:
    why = WEAK if state.code == WEAK else ""
    return screens.TypeNumber(state.digits, state.wrong, why, moment.shop.unit)


def looked_up(state: Judging, event: CardLookedUp, moment: Moment) -> Turn:
    """Settle what the card proves; give a stopped card back, let a doubtful one earn beside it, else open the keys."""
    facts, image = event.facts, state.image
    if image is None or facts.card != image.card:
        return Turn(state)
    if state.older:
        return healing.looked_up(state, image, facts, moment)
    settled = () if state.code else settle(facts.open, state.track, image)
    if facts.denied == "stopped":
        seen = RecordSeen(state.track, "card.locked", state.uid)
        return refuse("card.locked", *records(settled), seen, errand=state.errand)
    code = state.code or objection(image, state.track, newest(facts.shadow, settled), moment)
    if state.errand.purpose is Purpose.REPLACE and (code or not replacing.is_new(image, facts)):
        seen = RecordSeen(state.track, code, state.uid)
        return refuse(replacing.NOT_NEW, *records(settled), seen, errand=state.errand)
    if code:
        told: tuple[Effect, ...] = (*records(settled), RecordSeen(state.track, code, state.uid))
        return off_card.open_keys(facts, code, moment, *told, errand=state.errand, uid=state.uid)
    lost = _has_lost(image, newest(facts.shadow, settled), moment)
    facts = structs.replace(facts, offline=structs.replace(facts.offline, is_set_back=True)) if lost else facts
    retry = _retry(settled, state.errand, moment)
    keying = Keying(
        track=state.track,
        image=image,
        facts=facts,
        amount_yen=retry.amount_yen if retry else errand_yen(state.errand, moment),
        use_points=retry.redeem if retry else 0,
        field="amount",
        notices=(*_notices(settled, retry), *((screens.Notice(SET_BACK),) if lost else ())),
        errand=replace(state.errand, basket=retry.basket) if retry else state.errand,
        uid=state.uid,
    )
    if state.errand.purpose is Purpose.REPLACE:
        return replacing.begin(keying, moment)
    told = (RecordSeen(state.track, SET_BACK, state.uid),) if lost else ()
    ask = (CheckCard(image.card, state.track, state.uid),) if is_online_lately(facts, moment) else ()
    opened = _opened(keying, moment)
    return Turn(opened.state, (*records(settled, retry), *told, *opened.effects, *ask))


def _opened(keying: Keying, moment: Moment) -> Turn:
    """The keys; or first the enrolment for which this new card was wanted. Any other card is served in between."""
    errand = keying.errand
    is_for_it = errand.purpose is Purpose.ENROL and replacing.is_new(keying.image, keying.facts)
    if is_for_it and not duty.is_wanted(moment):
        return enrol.open_with(errand.phone, errand.without_card, replace(keying, errand=errand.without_card))
    return Turn(keying, (Show(keying_screen(keying, moment)),))


def _has_lost(image: CardImage, shadow: Shadow | None, moment: Moment) -> bool:
    """Whether this terminal wrote the card and knows nothing of it: its disk was set back."""
    known = (shadow.gen, shadow.seq) if shadow else (0, 0)
    return image.seq > 0 and image.writer == moment.shop.terminal and (image.gen, image.seq) > known


def _retry(settled: Settled, errand: Errand, moment: Moment) -> Intent | None:
    """The customer of an interrupted sale is back on the same day: offer the same figures again, unless something has
    been keyed or scanned for this visit already."""
    day = today(moment).isoformat()
    missed = (visit.intent for visit, proof in settled if proof is Evidence.AT_BASE and _is_sale(visit.intent))
    if errand.amount_yen or errand.basket.lines:
        return None
    return next((intent for intent in missed if intent.business_day == day), None)


def _is_sale(intent: Intent) -> bool:
    return intent.kind is VisitKind.SALE


def _notices(settled: Settled, retry: Intent | None) -> tuple[screens.Notice, ...]:
    took = tuple(_resolved(visit.intent) for visit, proof in settled if proof is Evidence.TOOK)
    again = (screens.Notice("visit.retry", {"amount": retry.amount_yen}),) if retry else ()
    return took + again


def _resolved(intent: Intent) -> screens.Notice:
    if not _is_sale(intent):
        return screens.Notice("visit.refund_resolved", {"amount": intent.amount_yen})
    return screens.Notice("visit.resolved", {"amount": intent.amount_yen, "earn": intent.earn})


def store_failed(state: Judging, event: StoreFailed, moment: Moment) -> Turn:
    """Without its own records the terminal does not touch a card."""
    return refuse(event.code, errand=state.errand)

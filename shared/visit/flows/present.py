"""From the reader's answer to the member pop-up: judge the track, settle old doubts, refuse or open the keys."""

from __future__ import annotations

from dataclasses import replace

from shared.card.codec import Verdict, decode, key_id, track_hash
from shared.card.image import CardFlag, CardImage
from shared.ids import CARD_NO_DIGITS, is_valid
from shared.visit import screens
from shared.visit.effects import (
    Abort,
    CheckCard,
    Commit,
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
from shared.visit.evidence import Evidence, weigh
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.flows import off_card, pos, replacing
from shared.visit.flows.pricing import is_online_lately, keying_screen, today
from shared.visit.flows.turn import Turn, refuse
from shared.visit.flows.waiting import errand_yen
from shared.visit.journal import SET_BACK, How, Intent, VisitKind
from shared.visit.shop import Moment
from shared.visit.states import Idle, Judging, Keying, TypingNumber

WRONG_WAY = "device.card_rewriter.no_stripe"  # status 23h: reversed card, nothing to recover
SEQ_MAX = 250_000  # of 262,143: a card near the end of its range is replaced in good time
ADJ_MAX = 4_000  # of 4,095, likewise


def presented(state: Idle, event: CardPresented, moment: Moment) -> Turn:
    """A readable stripe: is it ours, whole and genuine?"""
    return judge(event.track, moment, state.errand)


def judge(track: str, moment: Moment, errand: Errand = NO_ERRAND) -> Turn:
    if not track.strip():
        return refuse("card.blank", errand=errand)
    decoded = decode(track, moment.shop.ring)
    if decoded.verdict is Verdict.OK and decoded.image is not None:
        look_up = LookUpCard(decoded.image.card)
        return Turn(Judging(track, decoded.image, "", errand), (Show(screens.Reading()), look_up))
    if decoded.verdict is Verdict.TORN:
        return Turn(Judging(track, None, Verdict.TORN.value, errand), (LoadOpenVisits(),))
    code = decoded.verdict.value
    if decoded.verdict is Verdict.UNKNOWN_KEY and decoded.image is not None:
        return _claims(decoded.image, track, moment, errand)
    return refuse(code, RecordSeen(track, code), errand=errand)


def _claims(image: CardImage, track: str, moment: Moment, errand: Errand) -> Turn:
    """A key that we do not hold: the card may earn for the number that it claims, nothing more."""
    code = Verdict.UNKNOWN_KEY.value
    if image.tenant != moment.shop.ring.tenant:
        return refuse(Verdict.FOREIGN.value, RecordSeen(track, Verdict.FOREIGN.value), errand=errand)
    if not is_valid(f"{image.card:0{CARD_NO_DIGITS}d}"):
        return refuse(code, RecordSeen(track, code), errand=errand)
    return Turn(Judging(track, image, code, errand), (Show(screens.Reading()), LookUpCard(image.card)))


def unreadable(state: Idle, event: CardUnreadable, moment: Moment) -> Turn:
    """No data from the stripe: wrong way round, or perhaps torn by a cut of ours."""
    if event.code == WRONG_WAY:
        return refuse(event.code, errand=state.errand)
    return Turn(Judging("", None, event.code, state.errand), (LoadOpenVisits(),))


def torn(state: Judging, event: OpenVisitsLoaded, moment: Moment) -> Turn:
    """A torn card is named by its printed number: it may belong to an unfinished visit, else it is repaired."""
    if state.errand.purpose is Purpose.REPLACE:
        return refuse(replacing.NOT_NEW, *off_card.seen(state.track, state.code), errand=state.errand)
    candidates = tuple(visit for visit in event.open if visit.state is not VisitState.COMMITTED)
    return type_number(candidates, state.code, state.errand, *off_card.seen(state.track, state.code))


def type_number(candidates: tuple[OpenVisit, ...], code: str, errand: Errand, *before: Effect) -> Turn:
    typing = TypingNumber(candidates, "", False, code, errand)
    return Turn(typing, (*before, Show(screens.TypeNumber("", False)), Play(Sound.ATTENTION)))


def looked_up(state: Judging, event: CardLookedUp, moment: Moment) -> Turn:
    """Settle what the card proves; give a stopped card back, let a doubtful one earn beside it, else open the keys."""
    facts, image = event.facts, state.image
    if image is None or facts.card != image.card:
        return Turn(state)
    settled = () if state.code else _settle(facts.open, state.track, image)
    if facts.denied == "stopped":
        records = (*_records(settled), RecordSeen(state.track, "card.locked"))
        return refuse("card.locked", *records, errand=state.errand)
    code = state.code or _objection(image, state.track, _newest(facts.shadow, settled), moment)
    if state.errand.purpose is Purpose.REPLACE and (code or not replacing.is_new(image, facts)):
        return refuse(replacing.NOT_NEW, *_records(settled), RecordSeen(state.track, code), errand=state.errand)
    if code:
        records = (*_records(settled), RecordSeen(state.track, code))
        return off_card.open_keys(facts, code, moment, *records, errand=state.errand)
    lost = _has_lost(image, _newest(facts.shadow, settled), moment)
    facts = replace(facts, offline=replace(facts.offline, is_set_back=True)) if lost else facts
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
    )
    if state.errand.purpose is Purpose.REPLACE:
        return replacing.begin(keying, moment)
    told = (RecordSeen(state.track, SET_BACK),) if lost else ()
    ask = (CheckCard(image.card, state.track),) if is_online_lately(facts, moment) else ()
    return Turn(keying, (*_records(settled, retry), *told, Show(keying_screen(keying, moment)), *ask))


def _has_lost(image: CardImage, shadow: Shadow | None, moment: Moment) -> bool:
    """Whether this terminal wrote the card and knows nothing of it: its disk was set back."""
    known = (shadow.gen, shadow.seq) if shadow else (0, 0)
    return image.seq > 0 and image.writer == moment.shop.terminal and (image.gen, image.seq) > known


def _settle(open_visits: tuple[OpenVisit, ...], track: str, image: CardImage) -> tuple[tuple[OpenVisit, Evidence], ...]:
    undecided = (visit for visit in open_visits if visit.state is not VisitState.COMMITTED)
    return tuple((visit, weigh(visit.intent, track, image)) for visit in undecided)


def _records(settled: tuple[tuple[OpenVisit, Evidence], ...], retry: Intent | None = None) -> tuple[Effect, ...]:
    """What the card proves, durably; the shop's POS hears of a sale that counts after all, or that never did."""
    effects: list[Effect] = []
    for visit, proof in settled:
        if proof is Evidence.TOOK:
            effects += [Commit(visit.intent.visit, How.SEEN), *pos.visited(visit.intent)]
        elif proof is not Evidence.SILENT:
            effects.append(Abort(visit.intent.visit, proof.value))
            effects += () if visit.intent is retry else pos.cancelled(visit.intent.basket)
    return tuple(effects)


def _newest(shadow: Shadow | None, settled: tuple[tuple[OpenVisit, Evidence], ...]) -> Shadow | None:
    """The shadow once the visits that this card proves are counted."""
    known = [shadow] if shadow else []
    known += [_shadow_of(visit.intent) for visit, proof in settled if proof is Evidence.TOOK]
    return max(known, key=lambda one: (one.gen, one.seq), default=None)


def _shadow_of(intent: Intent) -> Shadow:
    return Shadow(intent.gen, intent.seq, track_hash(intent.post))


def _objection(image: CardImage, track: str, shadow: Shadow | None, moment: Moment) -> str:
    """Why this card may not be written, as an error code; "" = it may."""
    if shadow and image.gen < shadow.gen:
        return "card.old_generation"
    if shadow and (image.gen, image.seq) < (shadow.gen, shadow.seq):
        return "card.stale"
    if shadow and (image.gen, image.seq) == (shadow.gen, shadow.seq) and track_hash(track) != shadow.hash:
        return "card.stale"
    if shadow and _forked(image, shadow):
        return "card.stale"
    if image.flags & CardFlag.LOCKED:
        return "card.held"
    if image.seq >= SEQ_MAX or image.adj > ADJ_MAX:
        return "card.worn_out"
    policy = moment.shop.kid_policies.get(key_id(track))
    return "card.key_withdrawn" if policy and not policy.earn else ""


def _forked(image: CardImage, shadow: Shadow) -> bool:
    """The next image in line must stand on the one we know."""
    follows = image.gen == shadow.gen and image.seq == shadow.seq + 1
    return follows and image.prev != int.from_bytes(shadow.hash[:4], "big")


def _retry(settled: tuple[tuple[OpenVisit, Evidence], ...], errand: Errand, moment: Moment) -> Intent | None:
    """The customer of an interrupted sale is back on the same day: offer the same figures again, unless something has
    been keyed or scanned for this visit already."""
    day = today(moment).isoformat()
    missed = (visit.intent for visit, proof in settled if proof is Evidence.AT_BASE and _is_sale(visit.intent))
    if errand.amount_yen or errand.basket.lines:
        return None
    return next((intent for intent in missed if intent.business_day == day), None)


def _is_sale(intent: Intent) -> bool:
    return intent.kind is VisitKind.SALE


def _notices(settled: tuple[tuple[OpenVisit, Evidence], ...], retry: Intent | None) -> tuple[screens.Notice, ...]:
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

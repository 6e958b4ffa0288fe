"""From the reader's answer to the member pop-up: judge the track, settle old doubts, refuse or open the keys."""

from __future__ import annotations

from shared.card.codec import Verdict, decode, track_hash
from shared.card.image import CardFlag, CardImage
from shared.visit import screens
from shared.visit.effects import Abort, Commit, Effect, LoadOpenVisits, LookUpCard, Play, RecordSeen, Show, Sound
from shared.visit.events import CardLookedUp, CardPresented, CardUnreadable, OpenVisitsLoaded, StoreFailed
from shared.visit.evidence import Evidence, weigh
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.flows.pricing import keying_screen, today
from shared.visit.flows.turn import Turn, refuse
from shared.visit.journal import How, Intent
from shared.visit.shop import Moment
from shared.visit.states import Idle, Judging, Keying, TypingNumber

WRONG_WAY = "device.card_rewriter.no_stripe"  # status 23h: reversed card, nothing to recover
SEQ_MAX = 250_000  # of 262,143: a card near the end of its range is replaced in good time


def presented(state: Idle, event: CardPresented, moment: Moment) -> Turn:
    """A readable stripe: is it ours, whole and genuine?"""
    return judge(event.track, moment)


def judge(track: str, moment: Moment) -> Turn:
    if not track.strip():
        return refuse("card.blank")
    decoded = decode(track, moment.shop.ring)
    if decoded.verdict is Verdict.OK and decoded.image is not None:
        look_up = LookUpCard(decoded.image.card)
        return Turn(Judging(track, decoded.image, ""), (Show(screens.Reading()), look_up))
    if decoded.verdict is Verdict.TORN:
        return Turn(Judging(track, None, Verdict.TORN.value), (LoadOpenVisits(),))
    code = decoded.verdict.value
    return refuse(code, RecordSeen(track, code))


def unreadable(state: Idle, event: CardUnreadable, moment: Moment) -> Turn:
    """No data from the stripe: wrong way round, or perhaps torn by a cut of ours."""
    if event.code == WRONG_WAY:
        return refuse(event.code)
    return Turn(Judging("", None, event.code), (LoadOpenVisits(),))


def torn(state: Judging, event: OpenVisitsLoaded, moment: Moment) -> Turn:
    """A torn card may belong to an unfinished visit of this terminal; its printed number tells."""
    candidates = tuple(visit for visit in event.open if visit.state is not VisitState.COMMITTED)
    if not candidates:
        return refuse(state.code, RecordSeen(state.track, state.code))
    typing = TypingNumber(candidates, "", False)
    return Turn(typing, (Show(screens.TypeNumber("", False)), Play(Sound.ATTENTION)))


def looked_up(state: Judging, event: CardLookedUp, moment: Moment) -> Turn:
    """Settle what the card proves, refuse a stale or stopped card, else open the keys."""
    facts, image = event.facts, state.image
    if image is None or facts.card != image.card:
        return Turn(state)
    settled = _settle(facts.open, state.track, image)
    code = _objection(image, state.track, _newest(facts.shadow, settled, state.track, image))
    if code:
        return refuse(code, *_records(settled), RecordSeen(state.track, code))
    retry = next((v.intent for v, proof in settled if _wants_retry(v, proof, today(moment).isoformat())), None)
    keying = Keying(
        track=state.track,
        image=image,
        facts=facts,
        amount_yen=retry.amount_yen if retry else 0,
        use_points=retry.redeem if retry else 0,
        field="amount",
        notices=_notices(settled, retry),
    )
    return Turn(keying, (*_records(settled), Show(keying_screen(keying, moment))))


def _settle(open_visits: tuple[OpenVisit, ...], track: str, image: CardImage) -> tuple[tuple[OpenVisit, Evidence], ...]:
    undecided = (visit for visit in open_visits if visit.state is not VisitState.COMMITTED)
    return tuple((visit, weigh(visit.intent, track, image)) for visit in undecided)


def _records(settled: tuple[tuple[OpenVisit, Evidence], ...]) -> tuple[Effect, ...]:
    effects: list[Effect] = []
    for visit, proof in settled:
        if proof is Evidence.TOOK:
            effects.append(Commit(visit.intent.visit, How.SEEN))
        elif proof is not Evidence.SILENT:
            effects.append(Abort(visit.intent.visit, proof.value))
    return tuple(effects)


def _newest(
    shadow: Shadow | None, settled: tuple[tuple[OpenVisit, Evidence], ...], track: str, image: CardImage
) -> Shadow | None:
    """The shadow once the visits that this card proves are counted."""
    known = [shadow] if shadow else []
    known += [_shadow_of(visit.intent) for visit, proof in settled if proof is Evidence.TOOK]
    return max(known, key=lambda one: (one.gen, one.seq), default=None)


def _shadow_of(intent: Intent) -> Shadow:
    return Shadow(intent.gen, intent.seq, track_hash(intent.post))


def _objection(image: CardImage, track: str, shadow: Shadow | None) -> str:
    """Why this card may not be used, as an error code; "" = it may."""
    if shadow and image.gen < shadow.gen:
        return "card.old_generation"
    if shadow and (image.gen, image.seq) < (shadow.gen, shadow.seq):
        return "card.stale"
    if shadow and (image.gen, image.seq) == (shadow.gen, shadow.seq) and track_hash(track) != shadow.hash:
        return "card.stale"
    if shadow and _forked(image, shadow):
        return "card.stale"
    if image.flags & CardFlag.LOCKED:
        return "card.locked"
    if image.seq >= SEQ_MAX:
        return "card.worn_out"
    return ""


def _forked(image: CardImage, shadow: Shadow) -> bool:
    """The next image in line must stand on the one we know."""
    follows = image.gen == shadow.gen and image.seq == shadow.seq + 1
    return follows and image.prev != int.from_bytes(shadow.hash[:4], "big")


def _wants_retry(visit: OpenVisit, proof: Evidence, day: str) -> bool:
    """The customer of an interrupted visit is back on the same day: offer the same figures again."""
    return proof is Evidence.AT_BASE and visit.intent.business_day == day


def _notices(settled: tuple[tuple[OpenVisit, Evidence], ...], retry: Intent | None) -> tuple[screens.Notice, ...]:
    took = tuple(
        screens.Notice("visit.resolved", {"amount": visit.intent.amount_yen, "earn": visit.intent.earn})
        for visit, proof in settled
        if proof is Evidence.TOOK
    )
    again = (screens.Notice("visit.retry", {"amount": retry.amount_yen}),) if retry else ()
    return took + again


def store_failed(state: Judging, event: StoreFailed, moment: Moment) -> Turn:
    """Without its own records the terminal does not touch a card."""
    return refuse(event.code)

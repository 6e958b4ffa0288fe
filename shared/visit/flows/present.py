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
from shared.visit.events import CardLookedUp, CardPresented, CardUnreadable, OpenVisitsLoaded, StoreFailed
from shared.visit.evidence import Evidence, weigh
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.flows import off_card
from shared.visit.flows.pricing import is_online_lately, keying_screen, today
from shared.visit.flows.turn import Turn, refuse
from shared.visit.journal import SET_BACK, How, Intent
from shared.visit.shop import Moment
from shared.visit.states import Idle, Judging, Keying, TypingNumber

WRONG_WAY = "device.card_rewriter.no_stripe"  # status 23h: reversed card, nothing to recover
SEQ_MAX = 250_000  # of 262,143: a card near the end of its range is replaced in good time
ADJ_MAX = 4_000  # of 4,095, likewise


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
    if decoded.verdict is Verdict.UNKNOWN_KEY and decoded.image is not None:
        return _claims(decoded.image, track, moment)
    return refuse(code, RecordSeen(track, code))


def _claims(image: CardImage, track: str, moment: Moment) -> Turn:
    """A key that we do not hold: the card may earn for the number that it claims, nothing more."""
    code = Verdict.UNKNOWN_KEY.value
    if image.tenant != moment.shop.ring.tenant:
        return refuse(Verdict.FOREIGN.value, RecordSeen(track, Verdict.FOREIGN.value))
    if not is_valid(f"{image.card:0{CARD_NO_DIGITS}d}"):
        return refuse(code, RecordSeen(track, code))
    return Turn(Judging(track, image, code), (Show(screens.Reading()), LookUpCard(image.card)))


def unreadable(state: Idle, event: CardUnreadable, moment: Moment) -> Turn:
    """No data from the stripe: wrong way round, or perhaps torn by a cut of ours."""
    if event.code == WRONG_WAY:
        return refuse(event.code)
    return Turn(Judging("", None, event.code), (LoadOpenVisits(),))


def torn(state: Judging, event: OpenVisitsLoaded, moment: Moment) -> Turn:
    """A torn card is named by its printed number: it may belong to an unfinished visit, else it is repaired."""
    candidates = tuple(visit for visit in event.open if visit.state is not VisitState.COMMITTED)
    return type_number(candidates, state.code, *off_card.seen(state.track, state.code))


def type_number(candidates: tuple[OpenVisit, ...], code: str, *before: Effect) -> Turn:
    typing = TypingNumber(candidates, "", False, code)
    return Turn(typing, (*before, Show(screens.TypeNumber("", False)), Play(Sound.ATTENTION)))


def looked_up(state: Judging, event: CardLookedUp, moment: Moment) -> Turn:
    """Settle what the card proves; give a stopped card back, let a doubtful one earn beside it, else open the keys."""
    facts, image = event.facts, state.image
    if image is None or facts.card != image.card:
        return Turn(state)
    settled = () if state.code else _settle(facts.open, state.track, image)
    if facts.denied == "stopped":
        return refuse("card.locked", *_records(settled), RecordSeen(state.track, "card.locked"))
    code = state.code or _objection(image, state.track, _newest(facts.shadow, settled), moment)
    if code:
        return off_card.open_keys(facts, code, moment, *_records(settled), RecordSeen(state.track, code))
    lost = _has_lost(image, _newest(facts.shadow, settled), moment)
    facts = replace(facts, offline=replace(facts.offline, is_set_back=True)) if lost else facts
    retry = next((v.intent for v, proof in settled if _wants_retry(v, proof, today(moment).isoformat())), None)
    keying = Keying(
        track=state.track,
        image=image,
        facts=facts,
        amount_yen=retry.amount_yen if retry else 0,
        use_points=retry.redeem if retry else 0,
        field="amount",
        notices=(*_notices(settled, retry), *((screens.Notice(SET_BACK),) if lost else ())),
    )
    told = (RecordSeen(state.track, SET_BACK),) if lost else ()
    ask = (CheckCard(image.card, state.track),) if is_online_lately(facts, moment) else ()
    return Turn(keying, (*_records(settled), *told, Show(keying_screen(keying, moment)), *ask))


def _has_lost(image: CardImage, shadow: Shadow | None, moment: Moment) -> bool:
    """Whether this terminal wrote the card and knows nothing of it: its disk was set back."""
    known = (shadow.gen, shadow.seq) if shadow else (0, 0)
    return image.seq > 0 and image.writer == moment.shop.terminal and (image.gen, image.seq) > known


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

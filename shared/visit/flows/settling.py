"""What a genuine card proves about unfinished visits, and whether it may be written itself."""

from __future__ import annotations

from shared.card.codec import key_id, track_hash
from shared.card.image import CardFlag, CardImage
from shared.visit.effects import Abort, Commit, Effect
from shared.visit.evidence import Evidence, weigh
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.flows import pos
from shared.visit.journal import How, Intent
from shared.visit.shop import Moment

SEQ_MAX = 250_000  # of 262,143: a card near the end of its range is replaced in good time
ADJ_MAX = 4_000  # of 4,095, likewise

Settled = tuple[tuple[OpenVisit, Evidence], ...]


def settle(open_visits: tuple[OpenVisit, ...], track: str, image: CardImage) -> Settled:
    undecided = (visit for visit in open_visits if visit.state is not VisitState.COMMITTED)
    return tuple((visit, weigh(visit.intent, track, image)) for visit in undecided)


def records(settled: Settled, retry: Intent | None = None) -> tuple[Effect, ...]:
    """What the card proves, durably; the shop's POS hears of a sale that counts after all, or that never did."""
    effects: list[Effect] = []
    for visit, proof in settled:
        if proof is Evidence.TOOK:
            effects += [Commit(visit.intent.visit, How.SEEN), *pos.visited(visit.intent)]
        elif proof is not Evidence.SILENT:
            effects.append(Abort(visit.intent.visit, proof.value))
            effects += () if visit.intent is retry else pos.cancelled(visit.intent.basket)
    return tuple(effects)


def newest(shadow: Shadow | None, settled: Settled) -> Shadow | None:
    """The shadow once the visits that this card proves are counted."""
    known = [shadow] if shadow else []
    known += [_shadow_of(visit.intent) for visit, proof in settled if proof is Evidence.TOOK]
    return max(known, key=lambda one: (one.gen, one.seq), default=None)


def _shadow_of(intent: Intent) -> Shadow:
    return Shadow(intent.gen, intent.seq, track_hash(intent.post))


def objection(image: CardImage, track: str, shadow: Shadow | None, moment: Moment) -> str:
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

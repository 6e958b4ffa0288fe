"""From event bodies to facts: one function per type, in one table. They collect; ``apply`` writes once per push."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from server.cards import service as cards
from server.cards.service import FirstUse
from server.ledger import facts
from server.ledger.facts import NewEvidence, NewSighting, NewVisit
from server.ledger.settle import settle
from server.members import service as members
from server.messages import service as messages
from server.messages.models import NO_ROOM, PRINTED
from server.messages.service import Proof
from server.sync.checks import NUMBER_MAX, check_intent, check_visit_id, check_wall_ms
from shared.card.codec import track_hash
from shared.errors import EnishiError
from shared.sync.chain import decode_body
from shared.sync.messages import JournalEvent
from shared.visit.journal import Abort, Body, Commit, Doubt, Eject, Intent, Print, Seen, Stream

DETAIL_MAX = 40  # of a journal's free text; longer is cut
MESSAGES_MAX = 32  # on one face; it has a dozen lines


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a push comes from."""

    stream: bytes
    terminal: int
    store: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A body that cannot be applied."""

    seq: int
    code: str
    detail: str


@dataclass(slots=True)
class Collected:
    """The facts of one push, in the order of its events."""

    visits: dict[str, tuple[int, NewVisit]] = field(default_factory=dict)  # id -> seq, visit
    evidence: list[NewEvidence] = field(default_factory=list)
    sightings: list[NewSighting] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def collect(origin: Origin, events: Sequence[JournalEvent]) -> Collected:
    """Read the events' bodies. A type of a newer terminal is passed over: it is stored and can be applied later."""
    collected = Collected()
    for event in events:
        try:
            body = decode_body(event.type, event.body)
            if body is not None:
                check_wall_ms(event.wall_ms)
                HANDLERS[type(body)](collected, origin, event, body)
        except EnishiError as error:
            collected.rejected.append(Rejected(event.seq, error.code, str(error)[:200]))
    return collected


def apply(session: Session, collected: Collected, now_ms: int) -> None:
    """Write the facts and what follows from them. Visits told before are rejected, not written twice."""
    known = facts.cards_of_visits(session, collected.visits)
    for visit in known:
        seq, _ = collected.visits.pop(visit)
        collected.rejected.append(Rejected(seq, "sync.visit_known", visit))
    visits = [visit for _, visit in collected.visits.values()]
    cards.make_known(session, _first_uses(visits), now_ms)
    facts.record_visits(session, visits)
    facts.record_evidence(session, collected.evidence)
    facts.record_sightings(session, collected.sightings)
    touched = _touched(session, collected)
    cards.raise_high_water(session, settle(session, touched, now_ms), now_ms)
    members.refresh_cards(session, touched, now_ms)
    messages.record_proofs(session, collected.proofs, now_ms)


def _touched(session: Session, collected: Collected) -> set[int]:
    """The cards about which something new is known."""
    told = facts.cards_of_visits(session, {item.visit for item in collected.evidence})
    seen = facts.cards_of_hashes(session, {item.hash for item in collected.sightings})
    return {visit.card for _, visit in collected.visits.values()} | set(told.values()) | seen


def _first_uses(visits: Sequence[NewVisit]) -> dict[int, FirstUse]:
    uses: dict[int, FirstUse] = {}
    for visit in visits:
        before = uses.get(visit.card)
        if before is None or (visit.issue and not before.issued):
            uses[visit.card] = FirstUse(visit.store, visit.at_ms, visit.issue)
    return uses


def _stream(_collected: Collected, _origin: Origin, _event: JournalEvent, _body: Stream) -> None:
    """A boot. The chain itself is all that head office needs of it."""


def _intent(collected: Collected, origin: Origin, event: JournalEvent, body: Intent) -> None:
    check_intent(body)
    if body.visit in collected.visits:
        raise EnishiError("sync.visit_known")
    visit = NewVisit(
        visit=body.visit, card=body.card, store=origin.store, terminal=origin.terminal, at_ms=event.wall_ms,
        business_day=body.business_day, gen=body.gen, seq=body.seq,
        pre_hash=track_hash(body.pre), post_hash=track_hash(body.post),
        amount_yen=body.amount_yen, earn=body.earn, redeem=body.redeem, discount_yen=body.discount_yen,
        expired=body.expired, lots=body.lots, slip=body.slip, programme=body.programme, issue=body.issue,
    )  # fmt: skip
    collected.visits[body.visit] = (event.seq, visit)


def _commit(collected: Collected, origin: Origin, event: JournalEvent, body: Commit) -> None:
    _evidence(collected, origin, event, body.visit, body.how.value)


def _abort(collected: Collected, origin: Origin, event: JournalEvent, body: Abort) -> None:
    _evidence(collected, origin, event, body.visit, body.why)


def _doubt(collected: Collected, origin: Origin, event: JournalEvent, body: Doubt) -> None:
    _evidence(collected, origin, event, body.visit, body.why)


def _evidence(collected: Collected, origin: Origin, event: JournalEvent, visit: str, detail: str) -> None:
    check_visit_id(visit)
    collected.evidence.append(NewEvidence(origin.stream, event.seq, visit, event.type, _short(detail)))


def _seen(collected: Collected, origin: Origin, event: JournalEvent, body: Seen) -> None:
    collected.sightings.append(
        NewSighting(origin.stream, event.seq, track_hash(body.track), _short(body.verdict), event.wall_ms)
    )


def _print(collected: Collected, origin: Origin, event: JournalEvent, body: Print) -> None:
    """A face that failed proves nothing; its messages wait for the next one."""
    check_visit_id(body.visit)
    printed = () if body.error else body.messages
    kinds = dict.fromkeys(body.no_room, NO_ROOM) | dict.fromkeys(printed, PRINTED)
    if len(kinds) > MESSAGES_MAX or any(not 0 < message <= NUMBER_MAX for message in kinds):
        raise EnishiError("sync.field", field="messages")
    collected.proofs.extend(
        Proof(origin.stream, event.seq, message, kind, body.visit, origin.terminal, origin.store, event.wall_ms)
        for message, kind in kinds.items()
    )


def _eject(_collected: Collected, _origin: Origin, _event: JournalEvent, _body: Eject) -> None:
    """The customer has the card back: no figure depends on it."""


def _short(text: str) -> str:
    """A journal's own word, fit for a text column."""
    return "".join(sign for sign in text[:DETAIL_MAX] if sign.isprintable())


Handler = Callable[[Collected, Origin, JournalEvent, Any], None]

HANDLERS: Mapping[type[Body], Handler] = {
    Stream: _stream,
    Intent: _intent,
    Commit: _commit,
    Abort: _abort,
    Doubt: _doubt,
    Seen: _seen,
    Print: _print,
    Eject: _eject,
}

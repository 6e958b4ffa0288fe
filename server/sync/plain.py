"""The ordinary case, straight to the books: visits that stand one on the other on top of a card that is in order.

A card is in order (``is_plain``) when nothing about it is open: no visit undecided, no image untold, no copy, nothing
owed. A chain of committed visits on top of its newest image then counts, moves no other visit and leaves the card in
order; to derive it afresh would say the same, which the nightly check of all cards proves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy.orm import Session

from server.cards import settling
from server.cards.settling import Held
from server.ledger.facts import NewVisit, decode_lots
from server.ledger.models import COUNTED
from server.ledger.postings import CONTRA, Line, postings
from server.ledger.settle import post
from server.sync.handlers import Collected

Place = tuple[int, int, bytes]  # gen, seq, hash
_NOTHING = b"[]"
_PLACE = attrgetter("gen", "seq")


@dataclass(frozen=True, slots=True)
class Straight:
    """``counted``: the visits by id, decided. ``newest``: by card the place of its last image."""

    counted: Mapping[str, NewVisit]
    newest: Mapping[int, Place]


def choose(collected: Collected, held: Mapping[int, Held], told: Collection[int], settled_month: int) -> Straight:
    """What can be booked without looking back. ``held``: the records before the push; ``told``: cards of whose older
    visits it says something; lots up to ``settled_month`` are over."""
    committed = {item.visit for item in collected.evidence if item.kind == "COMMIT"}
    odd = _odd_cards(collected) | set(told)
    if settled_month:
        odd |= {visit.card for _, visit in collected.visits.values() if _touches(visit, settled_month)}
    by_card: dict[int, list[NewVisit]] = {}
    for _, visit in collected.visits.values():
        by_card.setdefault(visit.card, []).append(visit)
    counted: dict[str, NewVisit] = {}
    newest: dict[int, Place] = {}
    for card, visits in by_card.items():
        chain = sorted(visits, key=_PLACE)
        if card not in odd and _is_straight(chain, held.get(card), committed):
            for visit in chain:
                counted[visit.visit] = NewVisit._make((*visit[:-1], COUNTED))  # the state stands last
            newest[card] = (chain[-1].gen, chain[-1].seq, chain[-1].post_hash)
    return Straight(counted, newest)


def book(session: Session, straight: Straight, now_ms: int) -> None:
    """Post the chosen visits and note the newest images. Nothing was ever posted for a new visit."""
    post(session, [(visit.card, line, 1) for visit in straight.counted.values() for line in _lines(visit)], now_ms)
    settling.advance(session, straight.newest, now_ms)


def _odd_cards(collected: Collected) -> set[int]:
    """Those of which the push tells more than intents and commits."""
    others = {item.visit for item in collected.evidence if item.kind != "COMMIT"}
    named = {visit.card for _, visit in collected.visits.values() if visit.visit in others}
    beside = {entry.card for _, entry in collected.off_card.values()}
    return named | beside | {image.card for image in collected.images} | {start.card for start in collected.starts}


def _touches(visit: NewVisit, settled_month: int) -> bool:
    """Whether it changes a lot of a month that is over."""
    return any(0 < month <= settled_month for month, _ in decode_lots(visit.lots))


def _is_straight(chain: Sequence[NewVisit], held: Held | None, committed: set[str]) -> bool:
    first = chain[0]
    if held is None:
        base = first.pre_hash if first.seq == 1 and first.pre_lots == _NOTHING else None
    else:
        base = held.hash if held.is_plain and (held.seq or first.pre_lots == _NOTHING) else None
    for visit in chain:
        ordinary = visit.visit in committed and not (visit.adjusted or visit.post_lots or visit.refund_of)
        if not ordinary or visit.pre_hash != base or visit.post_adj != visit.pre_adj:
            return False
        base = visit.post_hash
    return True


def _lines(visit: NewVisit) -> Iterator[Line]:
    lots = decode_lots(visit.lots)
    for one in postings(visit.kind, visit.earn, visit.redeem, visit.expired, lots):
        cause = f"{visit.visit}/{one.kind}/{one.month}"
        yield Line(cause, one.kind, CONTRA[one.kind], one.month, one.points, visit.visit)

"""Plan an adjustment, ask for it, carry it out. Entries are never changed: what was wrong gets a counter-entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.approvals import service as approvals
from server.cards import seeing, settling
from server.cards import service as cards
from server.cards.models import STOPPED
from server.ledger import grants
from server.ledger import service as ledger
from server.programs import service as programs
from shared.clock import business_day, card_month
from shared.errors import EnishiError
from shared.points.price import expiry_month
from shared.points.program import Programme
from shared.text.plain import plain

KIND = "adjust"
ALONE_MAX = 1_000  # points that one person may give or take; beyond, another one decides
ADJUST_MAX = 100_000  # points of one adjustment; more is a slip of the finger
TWICE_MS = 10 * 60_000  # the very same by the same person within this is a form sent twice


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for. ``before``: the balance at that moment."""

    card: int
    points: int  # negative ones are taken
    why: str
    before: int

    @property
    def after(self) -> int:
        return self.before + self.points


@dataclass(frozen=True, slots=True)
class Asked:
    """``number``: in the list of approvals; ``done``: it was small enough for one person."""

    number: int
    done: bool
    wanted: Wanted


def ask(
    session: Session, card: int, points: int, why: str, by: int, now_ms: int, scope: Scope
) -> Asked:  # fmt: skip
    """Do it, or hand it to a second person.

    Raises ``input.card_unknown``, ``adjust.card_stopped``, ``adjust.points``, ``adjust.too_much``, ``adjust.why`` or
    ``adjust.twice``.
    """
    why = " ".join(plain(why).split())
    if not 0 < len(why) <= grants.WHY_MAX:
        raise EnishiError("adjust.why", limit=grants.WHY_MAX)
    lots = _lots(session, card, points, now_ms, scope)
    told = approvals.recent(session, KIND, by, now_ms - TWICE_MS)
    if any((old.card, old.points, old.why) == (card, points, why) for old in map(decode, told)):
        raise EnishiError("adjust.twice")
    wanted = Wanted(card, points, why, balance(session, card))
    payload, store = msgspec.json.encode(wanted), _store(session, card)
    if abs(points) > ALONE_MAX:
        return Asked(approvals.ask(session, KIND, payload, by, now_ms, store), False, wanted)
    number = approvals.record(session, KIND, payload, by, now_ms, store)
    _give(session, card, lots, by, why, now_ms)
    return Asked(number, True, wanted)


def carry_out(session: Session, payload: bytes, asked_by: int, _decided_by: int, now_ms: int) -> None:
    """The second person has said yes. The books may have moved meanwhile: planned anew. Raises as ``ask``."""
    wanted = decode(payload)
    lots = _lots(session, wanted.card, wanted.points, now_ms, ALL)
    _give(session, wanted.card, lots, asked_by, wanted.why, now_ms)


def balance(session: Session, card: int) -> int:
    return ledger.balances(session, [card])[card]


def decode(payload: bytes) -> Wanted:
    return msgspec.json.decode(payload, type=Wanted)


def check(session: Session, card: int, points: int, now_ms: int, scope: Scope) -> None:
    """Whether it could be done now. Raises as ``ask``, but for the reason."""
    _lots(session, card, points, now_ms, scope)


def _give(session: Session, card: int, lots: tuple[tuple[int, int], ...], by: int, why: str, now_ms: int) -> None:
    grants.give(session, card, lots, by, why, now_ms)
    settling.settle(session, [card], now_ms)


def _lots(session: Session, card: int, points: int, now_ms: int, scope: Scope) -> tuple[tuple[int, int], ...]:
    """The change by expiry month."""
    known = cards.find(session, card)
    if known is None or not seeing.sees(session, card, scope):
        raise EnishiError("input.card_unknown", value=card)
    if known.status == STOPPED:
        raise EnishiError("adjust.card_stopped")
    if not 0 < abs(points) <= ADJUST_MAX:
        raise EnishiError("adjust.points", limit=ADJUST_MAX)
    programme = programs.current(session) or Programme()
    today = business_day(now_ms, programme.day_start_minute)
    if points > 0:
        return ((expiry_month(programme, today), points),)
    return _taken(session, card, -points, today)


def _taken(session: Session, card: int, points: int, today: date) -> tuple[tuple[int, int], ...]:
    """From what lapses soonest, as a purchase would. What has lapsed is nobody's. Raises ``adjust.too_much``."""
    month, left, taken = card_month(today), points, []
    for lot, held in ledger.lots(session, [card]):
        part = min(left, held) if lot == 0 or lot >= month else 0
        if part > 0:
            taken.append((lot, -part))
            left -= part
    if left:
        raise EnishiError("adjust.too_much", points=points - left)
    return tuple(sorted(taken))


def _store(session: Session, card: int) -> str:
    known = cards.find(session, card)
    return known.store if known is not None else ""

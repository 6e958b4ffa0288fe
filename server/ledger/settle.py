"""From facts to postings: derive each touched card afresh and post the difference. May be run again at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from server.db.database import chunks
from server.ledger.models import ABORTED, COUNTED, IMPORT, UNDECIDED, Entry, Evidence, Sighting, Visit
from server.ledger.postings import CONTRA, Posting, difference, postings
from shared.points.ledger import Derived, VisitFact, derive

Posted = dict[tuple[str, int], tuple[int, int]]
_Lots = tuple[tuple[int, int], ...]
_lots: msgspec.json.Decoder[_Lots] = msgspec.json.Decoder(_Lots)


@dataclass(frozen=True, slots=True)
class HighWater:
    """The newest image that a counted visit left on a card."""

    gen: int
    seq: int
    hash: bytes


@dataclass(slots=True)
class _Facts:
    """All that is known about one card."""

    visits: dict[str, Any] = field(default_factory=dict)  # id -> row of _COLUMNS
    committed: set[str] = field(default_factory=set)
    aborted: set[str] = field(default_factory=set)
    seen: set[bytes] = field(default_factory=set)


_COLUMNS = (
    Visit.visit, Visit.card, Visit.source, Visit.gen, Visit.seq, Visit.pre_hash, Visit.post_hash,
    Visit.earn, Visit.redeem, Visit.expired, Visit.lots, Visit.state,
)  # fmt: skip


def settle(session: Session, cards: Collection[int], now_ms: int) -> dict[int, HighWater]:
    """Decide the visits of ``cards``, post what follows, and return the newest counted image of each card."""
    facts = _load(session, cards)
    changed: list[tuple[Any, str]] = []
    newest: dict[int, HighWater] = {}
    for card, known in facts.items():
        derived = _derive(known)
        changed.extend(
            (row, state) for visit, row in known.visits.items() if (state := _state(derived, visit)) != row.state
        )
        last = _newest(known, derived)
        if last is not None:
            newest[card] = last
    _save_states(session, changed)
    _post(session, changed, now_ms)
    return newest


def expected_entries(session: Session, cards: Collection[int]) -> dict[int, dict[tuple[str, str, int], int]]:
    """Per card what its entries must sum up to, by (visit, kind, month): for the check of the books."""
    result: dict[int, dict[tuple[str, str, int], int]] = {}
    for card, known in _load(session, cards).items():
        counted = _derive(known).counted
        result[card] = {
            (visit, posting.kind, posting.month): posting.points
            for visit, row in known.visits.items()
            if visit in counted
            for posting in _wanted(row, COUNTED)
        }
    return result


def _load(session: Session, cards: Collection[int]) -> dict[int, _Facts]:
    facts: defaultdict[int, _Facts] = defaultdict(_Facts)
    for piece in chunks(sorted(cards)):
        for row in session.execute(select(*_COLUMNS).where(Visit.card.in_(piece))):
            facts[row.card].visits[row.visit] = row
        told = (
            select(Visit.card, Evidence.visit, Evidence.kind)
            .join(Evidence, Evidence.visit == Visit.visit)
            .where(Visit.card.in_(piece), Evidence.kind.in_(("COMMIT", "ABORT")))
        )
        for card, visit, kind in session.execute(told):
            (facts[card].committed if kind == "COMMIT" else facts[card].aborted).add(visit)
        seen = (
            select(Visit.card, Sighting.hash)
            .join(Sighting, Sighting.hash == Visit.post_hash)
            .where(Visit.card.in_(piece))
            .distinct()
        )
        for card, hash_ in session.execute(seen):
            facts[card].seen.add(hash_)
    return facts


def _derive(known: _Facts) -> Derived:
    """Imported history has no images: it counts as it stands and proves nothing about other visits."""
    told = {
        visit: VisitFact(visit, row.gen, row.seq, row.pre_hash, row.post_hash)
        for visit, row in known.visits.items()
        if row.source != IMPORT
    }
    derived = derive(told, known.committed, known.aborted, known.seen)
    imported = frozenset(known.visits) - frozenset(told)
    return Derived(derived.counted | imported, derived.aborted, derived.undecided)


def _state(derived: Derived, visit: str) -> str:
    if visit in derived.counted:
        return COUNTED
    return ABORTED if visit in derived.aborted else UNDECIDED


def _newest(known: _Facts, derived: Derived) -> HighWater | None:
    images = [
        HighWater(row.gen, row.seq, row.post_hash)
        for visit, row in known.visits.items()
        if visit in derived.counted and row.source != IMPORT
    ]
    return max(images, key=lambda image: (image.gen, image.seq, image.hash), default=None)


def _save_states(session: Session, changed: Sequence[tuple[Any, str]]) -> None:
    if changed:
        session.execute(update(Visit), [{"visit": row.visit, "state": state} for row, state in changed])


def _post(session: Session, changed: Sequence[tuple[Any, str]], now_ms: int) -> None:
    posted = _posted(session, [row.visit for row, _ in changed])
    entries = [
        _entry(row.card, row.visit, posting, version, now_ms)
        for row, state in changed
        for posting, version in difference(_wanted(row, state), posted.get(row.visit, {}))
    ]
    if entries:
        session.execute(insert(Entry), entries)


def _wanted(row: Any, state: str) -> tuple[Posting, ...]:
    if state != COUNTED:
        return ()
    return postings(row.earn, row.redeem, row.expired, _lots.decode(row.lots))


def _posted(session: Session, visits: Sequence[str]) -> Mapping[str, Posted]:
    posted: defaultdict[str, Posted] = defaultdict(dict)
    for piece in chunks(visits):
        sums = (
            select(Entry.visit, Entry.kind, Entry.month, func.sum(Entry.points), func.max(Entry.version))
            .where(Entry.visit.in_(piece))
            .group_by(Entry.visit, Entry.kind, Entry.month)
        )
        for visit, kind, month, points, version in session.execute(sums):
            posted[visit][kind, month] = (int(points), version)
    return posted


def _entry(card: int, visit: str, posting: Posting, version: int, now_ms: int) -> dict[str, object]:
    return {
        "card": card,
        "visit": visit,
        "kind": posting.kind,
        "contra": CONTRA[posting.kind],
        "month": posting.month,
        "points": posting.points,
        "cause": f"{visit}/{posting.kind}/{posting.month}",
        "version": version,
        "at_ms": now_ms,
    }

"""Taking facts down. Deciding what follows from them is ``settle``'s work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.db.database import chunks
from server.ledger.models import TERMINAL, UNDECIDED, Evidence, Sighting, Visit


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit as told; see the model for the fields."""

    visit: str
    card: int
    store: str
    at_ms: int
    business_day: str
    amount_yen: int
    earn: int
    redeem: int
    expired: int
    lots: tuple[tuple[int, int], ...]
    terminal: int = 0
    gen: int = 0
    seq: int = 0
    pre_hash: bytes = b""
    post_hash: bytes = b""
    discount_yen: int = 0
    slip: int = 0
    programme: int = 0
    issue: bool = False
    source: str = TERMINAL


@dataclass(frozen=True, slots=True)
class NewEvidence:
    stream: bytes
    seq: int
    visit: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class NewSighting:
    stream: bytes
    seq: int
    hash: bytes
    verdict: str
    at_ms: int


def record_visits(session: Session, visits: Sequence[NewVisit], state: str = UNDECIDED) -> None:
    """Their cards must exist and their ids be new (``known_visits``)."""
    if visits:
        session.execute(
            insert(Visit),
            [asdict(visit) | {"lots": msgspec.json.encode(visit.lots), "state": state} for visit in visits],
        )


def record_evidence(session: Session, evidence: Sequence[NewEvidence]) -> None:
    if evidence:
        session.execute(insert(Evidence), [asdict(item) for item in evidence])


def record_sightings(session: Session, sightings: Sequence[NewSighting]) -> None:
    if sightings:
        session.execute(insert(Sighting), [asdict(item) for item in sightings])


def cards_of_visits(session: Session, visits: Collection[str]) -> Mapping[str, int]:
    """The known ones among ``visits``, with their cards."""
    return {
        visit: card
        for piece in chunks(visits)
        for visit, card in session.execute(select(Visit.visit, Visit.card).where(Visit.visit.in_(piece)))
    }


def cards_of_hashes(session: Session, hashes: Collection[bytes]) -> set[int]:
    """The cards of the visits that would have left one of these tracks."""
    return {
        card
        for piece in chunks(hashes)
        for card in session.scalars(select(Visit.card).where(Visit.post_hash.in_(piece)).distinct())
    }

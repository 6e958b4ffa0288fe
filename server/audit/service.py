"""Note what somebody did, in the transaction that does it; read it back; prove that nobody changed it since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from server.access.origin import NOTED, ORIGIN, SYSTEM, Origin
from server.audit.models import ACT_MAX, AuditRow
from shared.clock import JST

ZERO = bytes(32)  # before the first line
ABOUT_MAX = 200
FACTS_MAX = 4_000  # bytes of one line; a list of a thousand changes is named by its number, not copied
LISTED_MAX = 100  # lines of one page
STEP = 2_000  # lines read at a time while the chain is proved
FAULTS_MAX = 20  # named faults; behind the first every line may be another
NO_FACTS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is asked for. ``actor`` -1: everybody; ``act``, ``day`` "": all; ``before``: older than that."""

    actor: int = -1
    act: str = ""
    day: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """``lines``: how many there are; ``faults`` in English; ``head``: the newest line's hash."""

    lines: int
    faults: tuple[str, ...]
    head: bytes


def note(
    session: Session, actor: int, act: str, about: str, facts: Mapping[str, object] = NO_FACTS, now_ms: int = 0,
    origin: Origin | None = None,
) -> int:  # fmt: skip
    """Add a line within the caller's transaction, which must be one that writes alone; its number.

    ``act``: "feature.verb" of ``Feature.acts``; ``facts``: nothing personal. ``origin``: where the session does not
    say it. Raises ``ValueError`` without a time or for what no column holds.
    """
    encoded = msgspec.json.encode(facts, order="deterministic")
    if now_ms <= 0 or not 0 < len(act) <= ACT_MAX or len(about) > ABOUT_MAX or len(encoded) > FACTS_MAX:
        raise ValueError(f"no line for {act}")
    by = origin or session.info.get(ORIGIN, SYSTEM)
    last = session.execute(select(AuditRow.n, AuditRow.hash).order_by(AuditRow.n.desc()).limit(1)).first()
    n, prev = (last[0] + 1, last[1]) if last else (1, ZERO)
    row = {
        "n": n, "at_ms": now_ms, "actor": actor, "role": by.role, "address": by.address, "act": act, "about": about,
        "facts": encoded, "prev": prev,
    }  # fmt: skip
    session.execute(insert(AuditRow), row | {"hash": line_hash(row)})
    session.info[NOTED] = session.info.get(NOTED, 0) + 1
    return n


def line_hash(row: Mapping[str, object]) -> bytes:
    """Over the line before and every field of this one; each with its length, so that none can reach into the next."""
    digest = hashlib.sha256()
    for name in ("prev", "n", "at_ms", "actor", "role", "address", "act", "about", "facts"):
        value = row[name]
        data = value if isinstance(value, bytes) else str(value).encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    return digest.digest()


def facts_of(row: AuditRow) -> Mapping[str, object]:
    found: Mapping[str, object] = msgspec.json.decode(row.facts)
    return found


def lines(session: Session, wanted: Wanted, limit: int = LISTED_MAX) -> Sequence[AuditRow]:
    """The newest first."""
    query = select(AuditRow).where(*_conditions(wanted)).order_by(AuditRow.n.desc()).limit(limit)
    if wanted.before:
        query = query.where(AuditRow.n < wanted.before)
    return session.scalars(query).all()


def count(session: Session, wanted: Wanted) -> int:
    """All of them, not only those of one page."""
    return session.scalar(select(func.count()).select_from(AuditRow).where(*_conditions(wanted))) or 0


def acts(session: Session) -> Sequence[str]:
    """What was ever done."""
    return session.scalars(select(AuditRow.act).distinct().order_by(AuditRow.act)).all()


def verify(session: Session, known: tuple[int, bytes] | None = None) -> Proof:
    """Walk the whole chain. ``known``: number and hash of a line that somebody kept elsewhere: it must still stand.

    Whoever can write every line anew can also write every hash anew; only a hash kept elsewhere tells then.
    """
    n, prev, faults = 0, ZERO, []
    for row in _all(session):
        n += 1
        told = {name: getattr(row, name) for name in ("prev", "n", "at_ms", "actor", "role", "address", "act", "about")}
        if row.n != n:
            faults.append(f"line {n} is missing")
            n = row.n
        if row.prev != prev or line_hash(told | {"facts": row.facts}) != row.hash:
            faults.append(f"line {n} was changed")
        if known is not None and known[0] == n and known[1] != row.hash:
            faults.append(f"line {n} is another one than the one kept elsewhere")
        prev = row.hash
    if known is not None and n < known[0]:
        faults.append(f"line {known[0]} and what followed are gone")
    return Proof(n, tuple(faults[:FAULTS_MAX]), prev)


def _all(session: Session) -> Iterator[AuditRow]:
    yield from session.scalars(select(AuditRow).order_by(AuditRow.n).execution_options(yield_per=STEP))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor >= 0:
        found.append(AuditRow.actor == wanted.actor)
    if wanted.act:
        found.append(AuditRow.act == wanted.act)
    if wanted.day:
        first = date.fromisoformat(wanted.day)
        found += [AuditRow.at_ms >= _midnight_ms(first), AuditRow.at_ms < _midnight_ms(first + timedelta(days=1))]
    return found


def _midnight_ms(day: date) -> int:
    """When a calendar day begins in Japan."""
    return int(datetime.combine(day, time(), JST).timestamp()) * 1000

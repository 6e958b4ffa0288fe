"""One card's books, decided: what counts, what must stand on its account, what it is still owed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.ledger.facts import decode_lots
from server.ledger.load import CLEAR, MATURE, Known, refunds
from server.ledger.models import ABORTED, COUNTED, HONOURED, IMPORT, UNDECIDED
from server.ledger.postings import (
    ADOPT,
    CONTRA,
    DEBT,
    EARN,
    FROM_CARD,
    GRANT,
    JOIN,
    LOSS,
    OFF_CARD,
    OPENING,
    PENDING,
    TO_CARD,
    WITNESS,
    Line,
    Posting,
    lapsed,
    postings,
)
from server.ledger.postings import HONOURED as HONOUR
from shared.clock import card_day, card_month
from shared.points.derive import Derived, Fork, Image, Lots, Witness, add_up, derive, negate, value
from shared.points.derive import Grant as GrantFact
from shared.units import POINTS_MAX, Rounding, divide

SENT_MONTHS_MAX = 16  # of one adjustment (shared.sync.messages.LOTS_MAX)


@dataclass(frozen=True, slots=True)
class Moved:
    """All that stood on the card ``old``, whose place another one took on a card day."""

    old: int
    day: int
    lots: Lots


@dataclass(frozen=True, slots=True)
class Books:
    """What follows from all that is known of one card. ``lines``: everything that must stand on its account.

    ``moved_in``: from the cards whose place it took. ``moved_to``: the card that took its own place, 0 = none; all
    its points, ``moved_out``, stand there, and ``derived`` says what is left: nothing.
    """

    known: Known
    derived: Derived
    debts: tuple[GrantFact, ...]
    settled_month: int
    moved_in: tuple[Moved, ...] = ()
    moved_to: int = 0
    moved_out: Lots = ()

    @property
    def newest(self) -> Image | None:
        return self.derived.newest

    @property
    def open_forks(self) -> tuple[Fork, ...]:
        """Copies that nobody has looked into yet."""
        return tuple(fork for fork in self.derived.forks if not self._is_cleared(fork))

    @property
    def doubted(self) -> tuple[Witness, ...]:
        """Images that prove more than anybody believes."""
        return tuple(witness for witness in self.derived.witnesses if not witness.plausible)

    @property
    def is_doubtful(self) -> bool:
        """Nobody sends points to such a card before a person has looked."""
        return bool(self.open_forks or self.doubted)

    @property
    def is_plain(self) -> bool:
        """Whether the next visit on top of the newest image changes nothing but the sum, if nothing is owed."""
        derived = self.derived
        if self.moved_to:
            return False
        if derived.newest is None:
            return not (self.known.visits or derived.lots)
        return not (derived.undecided or derived.witnesses or derived.forks)

    def state(self, visit: str) -> str:
        """Of one visit; history taken over counts as it stands."""
        if self.known.visits[visit].source == IMPORT or visit in self.derived.counted:
            return COUNTED
        if visit in self.derived.honoured:
            return HONOURED
        return ABORTED if visit in self.derived.aborted else UNDECIDED

    def visit_lines(self, visit: str) -> Iterator[Line]:
        """What a visit puts on the account of its card; nothing unless it counts."""
        if self.state(visit) != COUNTED:
            return
        row = self.known.visits[visit]
        for one in postings(row.kind, row.earn, row.redeem, row.expired, decode_lots(row.lots)):
            cause = f"{visit}/{one.kind}/{one.month}"
            yield Line(cause, one.kind, CONTRA[one.kind], one.month, one.points, visit)

    def other_lines(self) -> Iterator[Line]:
        """What belongs to no visit that counts."""
        derived, known = self.derived, self.known
        for visit in derived.honoured:
            yield from _lines(f"honour/{visit}", HONOUR, known.told[visit].honour)
        for witness in derived.witnesses:
            if witness.plausible:
                kind = ADOPT if witness.adopted else WITNESS
                yield from _lines(f"witness/{witness.image.hash.hex()}", kind, witness.lots, self._account(witness))
        for visit, grant in known.off_card.items():
            if visit not in known.told:
                yield from _lines(grant.cause, OFF_CARD, grant.lots)
        for cause, grant in known.grants.items():
            yield from _lines(cause, LOSS if cause in known.losses else GRANT, grant.lots)
        for debt in self.debts:
            yield from _lines(debt.cause, DEBT, debt.lots)
        for hash_, lots in derived.moved:
            yield from _lines(f"joined/{hash_.hex()}", JOIN, lots)
        for one in self.moved_in:
            yield from _lines(f"moved/{one.old}/{known.card}", FROM_CARD, one.lots)
        yield from _lines(f"moved/{known.card}/{self.moved_to}", TO_CARD, negate(self.moved_out))
        if not known.imported:
            yield from _lines(f"opening/{known.card}", OPENING, derived.opening)
        for lapse in lapsed(derived.lots, self.settled_month):
            cause = f"lapse/{known.card}/{lapse.kind}/{lapse.month}"
            yield Line(cause, lapse.kind, CONTRA[lapse.kind], lapse.month, lapse.points)

    def lines(self) -> Iterator[Line]:
        for visit in self.known.visits:
            yield from self.visit_lines(visit)
        yield from self.other_lines()

    def matured(self) -> set[bytes]:
        return {hash_ for kind, hash_ in self.known.rulings if kind == MATURE}

    def _account(self, witness: Witness) -> str:
        if witness.image.hash not in self.matured():
            return PENDING
        return "ISSUE" if value(witness.lots) >= 0 else "REDEEM"

    def _is_cleared(self, fork: Fork) -> bool:
        return (CLEAR, fork_name(fork)) in self.known.rulings


def keep_books(known: Known, settled_month: int, moved_in: Sequence[Moved] = (), moved_to: int = 0) -> Books:
    """Decide one card. What it takes over must have been decided before: ``server.ledger.families``."""
    brought = [GrantFact(f"moved/{one.old}", one.day, one.lots) for one in moved_in]
    derived = derive(known.facts(brought))
    debts = tuple(
        _debts(known, {visit for visit in known.visits if known.visits[visit].source == IMPORT} | derived.counted)
    )
    if debts:
        derived = derive(known.facts([*brought, *debts]))
    books = Books(known, derived, debts, settled_month, tuple(moved_in))
    return _emptied(books, moved_to) if moved_to else books


def _emptied(books: Books, moved_to: int) -> Books:
    """Everything goes, also lots that are over: they lapse where they are. Whatever the card still carries is owed
    back by it; every term of ``derive`` is a sum, so taking the points off afterwards is the same as before."""
    before = books.derived
    owed = add_up(before.owed, negate(before.lots)) if before.newest is not None else ()
    return replace(books, derived=replace(before, lots=(), owed=owed), moved_to=moved_to, moved_out=before.lots)


def to_send(owed: Iterable[tuple[int, int]], today: date) -> Lots:
    """What of ``owed`` goes to the card: nothing of lapsed months, and nothing when only months differ.

    Points given and points taken are set off against each other, the soonest to lapse first.
    """
    this_month = card_month(today)
    live = [(month, points) for month, points in owed if month == 0 or month >= this_month]
    total = sum(points for _, points in live)
    if not total:
        return ()
    side = [(month, points) for month, points in live if points * total > 0]
    side.sort(key=lambda lot: lot[0] or 1 << 9)
    surplus = abs(sum(points for _, points in side)) - abs(total)
    sent = []
    for month, points in side:
        off = min(surplus, abs(points))
        surplus -= off
        left = min(abs(points) - off, POINTS_MAX)
        if left:
            sent.append((month, left if total > 0 else -left))
    return tuple(sorted(sent[-SENT_MONTHS_MAX:]))


def fork_name(fork: Fork) -> bytes:
    """32 bytes that name a fork as long as the same images stand against each other."""
    return min(fork.hashes)


def posted_lines(rows: Iterable[Any]) -> dict[str, tuple[Line, int]]:
    """Sums of entries by cause, with the last version of each. A cause says kind, account and month of its entries."""
    found: dict[str, tuple[Line, int]] = {}
    for row in rows:
        assert row.cause not in found, row.cause
        found[row.cause] = (
            Line(row.cause, row.kind, row.contra, row.month, int(row.points), row.visit or ""),
            row.version,
        )
    return found


def _lines(cause: str, kind: str, lots: Iterable[tuple[int, int]], contra: str = "") -> Iterator[Line]:
    account = contra or CONTRA[kind]
    for month, points in lots:
        if points:
            yield Line(f"{cause}/{kind}/{account}/{month}", kind, account, month, points)


def _debts(known: Known, counted: Collection[str]) -> Iterator[GrantFact]:
    """What refunds should have taken and the card did not have: it is owed by the holder."""
    for sale, made in sorted(refunds(known, counted).items()):
        lots = _debt(known.visits[sale], sorted(made, key=lambda row: (row.business_day, row.visit)))
        if lots:
            yield GrantFact(f"debt/{sale}", card_day(date.fromisoformat(made[0].business_day)), lots)


def _debt(sale: Any, made: Sequence[Any]) -> Lots:
    earned: Posting | None = next(
        (
            one
            for one in postings(sale.kind, sale.earn, sale.redeem, sale.expired, decode_lots(sale.lots))
            if one.kind == EARN
        ),
        None,
    )
    if earned is None or not sale.amount_yen:
        return ()
    missing = refunded_yen = 0
    for row in made:
        before, refunded_yen = refunded_yen, min(refunded_yen + row.amount_yen, sale.amount_yen)
        part = _share(sale, refunded_yen) - _share(sale, before)
        if not 0 < earned.month < card_month(date.fromisoformat(row.business_day)):
            missing += max(part - row.redeem, 0)
    return ((earned.month, -missing),) if missing else ()


def _share(sale: Any, refunded_yen: int) -> int:
    """How much of what a sale earned is gone once so many yen of it were refunded."""
    return divide(sale.earn * refunded_yen, sale.amount_yen, Rounding.FLOOR)


def total_lots(books: Books) -> Mapping[int, int]:
    """What must stand on the account, by month."""
    sums: dict[int, int] = {}
    for line in books.lines():
        sums[line.month] = sums.get(line.month, 0) + line.points
    return {month: points for month, points in sums.items() if points}

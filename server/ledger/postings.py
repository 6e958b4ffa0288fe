"""What one counted visit puts on the account of its card: pure, exact, and the same whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EARN = "EARN"
REDEEM = "REDEEM"
EXPIRE = "EXPIRE"
MOVE = "MOVE"  # points of one lot joined to another
CONTRA = {EARN: "ISSUE", REDEEM: "REDEEM", EXPIRE: "EXPIRE", MOVE: "LOT"}
_NEVER = 1 << 9  # sorts the lot that never lapses (month 0) behind all others


@dataclass(frozen=True, slots=True)
class Posting:
    """``points`` are signed, from the holder's side."""

    kind: str
    month: int
    points: int


def postings(earn: int, redeem: int, expired: int, lots: Iterable[tuple[int, int]]) -> tuple[Posting, ...]:
    """Split a visit's change per lot into kinds; wants ``sum(lots) == earn - redeem - expired``.

    New points belong to the lot that lapses last; lapsed points leave the lots that lapse first, then used points
    do; what is left over moved between lots when two were joined.
    """
    change: dict[int, int] = {}
    for month, points in lots:
        change[month] = change.get(month, 0) + points
    order = sorted(change or {0: 0}, key=lambda month: month or _NEVER)
    last = order[-1]
    change[last] = change.get(last, 0) - earn
    result = [Posting(EARN, last, earn)] if earn else []
    for kind, wanted in ((EXPIRE, expired), (REDEEM, redeem)):
        taken = _take(wanted, order, change)
        result.extend(Posting(kind, month, -points) for month, points in taken.items())
    result.extend(Posting(MOVE, month, change[month]) for month in order if change[month])
    return tuple(result)


def _take(wanted: int, order: Sequence[int], change: dict[int, int]) -> Mapping[int, int]:
    """Take ``wanted`` points off the lots that gave some, first lapsing first; lowers what is left in ``change``."""
    taken: dict[int, int] = {}
    for month in order:
        points = min(wanted, -change[month])
        if points > 0:
            taken[month] = points
            change[month] += points
            wanted -= points
    if wanted:  # a lot that both gave and took: the event holds only its net change
        taken[order[-1]] = taken.get(order[-1], 0) + wanted
        change[order[-1]] += wanted
    return taken


def difference(
    wanted: Iterable[Posting], posted: Mapping[tuple[str, int], tuple[int, int]]
) -> tuple[tuple[Posting, int], ...]:
    """What must still be posted, each with its version.

    ``posted``: by kind and month the sum so far and the last version. Nothing is changed, only added.
    """
    due = {(posting.kind, posting.month): posting.points for posting in wanted}
    result = []
    for key in sorted({*due, *posted}):
        so_far, version = posted.get(key, (0, 0))
        missing = due.get(key, 0) - so_far
        if missing:
            result.append((Posting(*key, missing), version + 1))
    return tuple(result)

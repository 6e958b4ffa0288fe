"""What must stand on a card's account, and the difference from what stands there: pure, and the same whenever asked.

Every posting moves points between the card's account and one other. Nothing is changed, only added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from server.ledger.models import REFUND

EARN = "EARN"
REDEEM = "REDEEM"
EXPIRE = "EXPIRE"  # lapsed points that a visit took off the card
MOVE = "MOVE"  # points of one lot joined to another
GIVE_BACK = "GIVE_BACK"  # a refund returned points that were used
TAKE_BACK = "TAKE_BACK"  # a refund took points that were earned
DEBT = "DEBT"  # points that a refund should have taken and the card did not have
HONOURED = "HONOUR"
OFF_CARD = "OFFCARD"
GRANT = "GRANT"
LOSS = "LOSS"
WITNESS = "WITNESS"  # an image proves what no journal told
ADOPT = "ADOPT"  # an image proves a whole generation that no journal told
JOIN = "JOIN"  # a repair joined lots
OPENING = "OPENING"
LAPSE = "LAPSE"  # lapsed points that no visit took off the card
CARRY = "CARRY"  # a debt in a month that is over goes on
TO_CARD = "TO_CARD"  # everything went to the card that took this one's place
FROM_CARD = "FROM_CARD"  # everything that stood on a card whose place this one took

PENDING = "WITNESS_PENDING"
BETWEEN = "CARD"  # on the way from one card to another: always empty
ACCOUNTS = ("ISSUE", "REDEEM", "EXPIRE", "ADJUST", PENDING, "LOSS", "LOT", "OPENING", BETWEEN)
CONTRA = {
    EARN: "ISSUE", REDEEM: "REDEEM", EXPIRE: "EXPIRE", MOVE: "LOT", GIVE_BACK: "REDEEM", TAKE_BACK: "ISSUE",
    DEBT: "ISSUE", HONOURED: "ISSUE", OFF_CARD: "ISSUE", GRANT: "ADJUST", LOSS: "LOSS", JOIN: "LOT",
    OPENING: "OPENING", LAPSE: "EXPIRE", CARRY: "LOT",
    TO_CARD: BETWEEN, FROM_CARD: BETWEEN,
}  # fmt: skip
_NEVER = 1 << 9  # sorts the lot that never lapses (month 0) behind all others


class Posting(NamedTuple):
    """``points`` are signed, from the holder's side."""

    kind: str
    month: int
    points: int


class Line(NamedTuple):
    """A posting with its cause, its other account, and the visit it belongs to ("" = none)."""

    cause: str
    kind: str
    contra: str
    month: int
    points: int
    visit: str = ""


def postings(kind: str, earn: int, redeem: int, expired: int, lots: Sequence[tuple[int, int]]) -> tuple[Posting, ...]:
    """Split a visit's change per lot into kinds; wants ``sum(lots) == earn - redeem - expired``.

    New points belong to the lot that lapses last; lapsed points leave the lots that lapse first, then used points
    do; what is left over moved between lots when two were joined. What a refund gives back goes to the lots that grew.
    """
    if kind != REFUND and len(lots) == 1 and not (redeem or expired) and lots[0][1] == earn > 0:
        return (Posting(EARN, lots[0][0], earn),)  # most visits, said at once
    change: dict[int, int] = {}
    for month, points in lots:
        change[month] = change.get(month, 0) + points
    order = sorted(change or {0: 0}, key=lambda month: month or _NEVER)
    taken = GIVE_BACK, TAKE_BACK
    if kind == REFUND:
        given = _give(earn, order, change)
    else:
        taken = EARN, REDEEM
        given = {order[-1]: earn} if earn else {}
    for month, points in given.items():
        change[month] = change.get(month, 0) - points
    result = [Posting(taken[0], month, points) for month, points in given.items()]
    for name, wanted in ((EXPIRE, expired), (taken[1], redeem)):
        result.extend(Posting(name, month, -points) for month, points in _take(wanted, order, change).items())
    result.extend(Posting(MOVE, month, change[month]) for month in order if change.get(month))
    return tuple(result)


def earned_lots(
    kind: str, earn: int, redeem: int, expired: int, lots: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """The part of a visit that its holder is owed even when the card never took it."""
    made = postings(kind, earn, redeem, expired, lots)
    return tuple((one.month, one.points) for one in made if one.kind in (EARN, GIVE_BACK))


def _give(wanted: int, order: Sequence[int], change: Mapping[int, int]) -> dict[int, int]:
    """Share ``wanted`` points out to the lots that grew, the last lapsing first; the rest to the last of all."""
    given: dict[int, int] = {}
    for month in reversed(order):
        points = min(wanted, change.get(month, 0))
        if points > 0:
            given[month] = points
            wanted -= points
    if wanted:
        given[order[-1]] = given.get(order[-1], 0) + wanted
    return given


def _take(wanted: int, order: Sequence[int], change: dict[int, int]) -> Mapping[int, int]:
    """Take ``wanted`` points off the lots that gave some, first lapsing first; lowers what is left in ``change``."""
    taken: dict[int, int] = {}
    for month in order:
        points = min(wanted, -change.get(month, 0))
        if points > 0:
            taken[month] = points
            change[month] += points
            wanted -= points
    if wanted:  # a lot that both gave and took: the event holds only its net change
        taken[order[-1]] = taken.get(order[-1], 0) + wanted
        change[order[-1]] = change.get(order[-1], 0) + wanted
    return taken


def lapsed(lots: Iterable[tuple[int, int]], settled_month: int) -> tuple[Posting, ...]:
    """What the end of months does to the points of a holder: the lots up to ``settled_month`` come to 0.

    Points left lapse, less what later redemptions have used up already: a debt in one month is carried to the next,
    and what is left of it at last to the month after ``settled_month``.
    """
    result = []
    carried = 0
    for month, points in sorted(lots):
        if not 0 < month <= settled_month:
            continue
        if carried:
            result.append(Posting(CARRY, month, carried))
        total = points + carried
        carried = min(total, 0)
        if total > 0:
            result.append(Posting(LAPSE, month, -total))
        elif total < 0:
            result.append(Posting(CARRY, month, -total))
    if carried:
        result.append(Posting(CARRY, settled_month + 1, carried))
    return _joined(result)


def _joined(made: Iterable[Posting]) -> tuple[Posting, ...]:
    sums: dict[tuple[str, int], int] = {}
    for one in made:
        sums[one.kind, one.month] = sums.get((one.kind, one.month), 0) + one.points
    return tuple(Posting(kind, month, points) for (kind, month), points in sorted(sums.items()) if points)


def difference(wanted: Iterable[Line], posted: Mapping[str, tuple[Line, int]]) -> tuple[tuple[Line, int], ...]:
    """What must still be posted, each with its version. ``posted``: by cause the sum so far and the last version."""
    due = {line.cause: line for line in wanted}
    result = []
    for cause in sorted({*due, *posted}):
        so_far, version = posted.get(cause, (None, 0))
        line = due.get(cause) or so_far
        missing = (due[cause].points if cause in due else 0) - (so_far.points if so_far else 0)
        if missing and line is not None:
            result.append((Line(line.cause, line.kind, line.contra, line.month, missing, line.visit), version + 1))
    return tuple(result)

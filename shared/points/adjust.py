"""Head office's corrections on a card: lots given and taken by number, and what a visit may pay towards a rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.card.image import Lot
from shared.clock import card_month
from shared.points.lots import Changes, Lots, add, changes, consume, has_lapsed, live, padded

EARN_SHARE = 2  # of what a visit earns, at most one half goes towards a rest (card-and-sync 5.8)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """``lots``: the card's with the adjustments in, at most three of them live; lapsed ones are still among them.

    ``applied``: (number, change per month) as it really was; ``owed``: (number, points) that the balance did not
    cover; ``number``: the highest that is settled; ``is_full``: a lot would have outgrown the card, so that
    adjustment and all later ones wait.
    """

    lots: tuple[Lot, ...]
    applied: tuple[tuple[int, Changes], ...] = ()
    owed: tuple[tuple[int, int], ...] = ()
    number: int = 0
    is_full: bool = False

    @property
    def points(self) -> int:
        """What the adjustments changed together."""
        return sum(points for _, lots in self.applied for _, points in lots)


def adjust(lots: Iterable[Lot], adjustments: Iterable[tuple[int, Changes]], day: date) -> Adjusted:
    """Apply ``adjustments`` (number, change per month) in their order to the lots of a card, on business day ``day``.

    What is taken comes from the lot of its month first, then from whichever live lot lapses next; never below zero.
    """
    held = tuple(lot for lot in lots if lot.points)
    applied: dict[int, Changes] = {}
    owed: dict[int, int] = {}
    is_full = False
    for number, wanted in adjustments:
        after = _apply(held, wanted, day)
        if after is None:
            is_full = True
            break
        applied[number] = changes(held, after[0])
        held, owed[number] = after
    for number, points in owed.items():  # a later adjustment may have given what an earlier one could not take
        left, missing = _take_live(held, points, day)
        applied[number] = _joined(applied[number], changes(held, left))
        held, owed[number] = left, missing
    rest = tuple((number, points) for number, points in owed.items() if points)
    return Adjusted(held, tuple(applied.items()), rest, max(applied, default=0), is_full)


def collect(adjusted: Adjusted, lots: Lots, earn: int) -> tuple[Lots, tuple[tuple[int, Changes], ...]]:
    """Let a visit that earned ``earn`` and left ``lots`` pay towards what is still owed: the lots, and ``applied``."""
    share = earn // EARN_SHARE
    applied = dict(adjusted.applied)
    for number, points in adjusted.owed:
        paid = min(points, share, sum(lot.points for lot in lots))
        after = padded(consume(live(lots, date.min), paid))
        applied[number] = _joined(applied[number], changes(lots, after))
        lots, share = after, share - paid
    return lots, tuple(applied.items())


def _apply(held: tuple[Lot, ...], wanted: Changes, day: date) -> tuple[tuple[Lot, ...], int] | None:
    """The lots afterwards and the points that were not there to be taken; None when a lot would outgrow the card."""
    owed = 0
    for month, points in wanted:
        if points < 0:
            held, missing = take(held, -points, month, day)
            owed += missing
            continue
        given = _give(held, Lot(points, month), day)
        if given is None:
            return None
        held = given
    return held, owed


def _give(held: tuple[Lot, ...], new: Lot, day: date) -> tuple[Lot, ...] | None:
    """A lapsed lot stays apart: no live lot may take it in."""
    this_month = card_month(day)
    lapsed = tuple(lot for lot in held if has_lapsed(lot, this_month))
    if has_lapsed(new, this_month):
        return (*held, new)
    together = add(live(held, day), new)
    return None if together is None else (*lapsed, *(lot for lot in together if lot.points))


def take(held: tuple[Lot, ...], points: int, month: int, day: date) -> tuple[tuple[Lot, ...], int]:
    """Take ``points`` from the lot of ``month`` first, then from whichever live lot lapses next.

    The lots afterwards, and how many points were not there.
    """
    left = []
    for lot in held:
        taken = min(points, lot.points) if lot.month == month else 0
        points -= taken
        if lot.points > taken:
            left.append(Lot(lot.points - taken, lot.month))
    return _take_live(tuple(left), points, day)


def _take_live(held: tuple[Lot, ...], points: int, day: date) -> tuple[tuple[Lot, ...], int]:
    this_month = card_month(day)
    lapsed = tuple(lot for lot in held if has_lapsed(lot, this_month))
    usable = live(held, day)
    missing = max(points - sum(lot.points for lot in usable), 0)
    return (*lapsed, *consume(usable, points - missing)), missing


def _joined(one: Changes, other: Changes) -> Changes:
    points = dict(one)
    for month, change in other:
        points[month] = points.get(month, 0) + change
    return tuple((month, points[month]) for month in sorted(points) if points[month])

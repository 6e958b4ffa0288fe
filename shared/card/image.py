"""The card image: the values that one card carries from visit to visit (image format v1, letter "L")."""

from __future__ import annotations

from enum import IntFlag

from msgspec import Struct

from shared.ids import CardNo

LOTS_MAX = 3  # the 402 bits of the stripe have room for three
RANK_SHIFT = 4  # of the seven flag bits the upper three


class Lot(Struct, frozen=True, gc=False):
    """Points of one expiry. ``month``: months since 2024-01 at whose end they lapse; 0 = never."""

    points: int
    month: int


NO_LOT = Lot(0, 0)


class CardFlag(IntFlag):
    """The low four flag bits; the three above them hold the rank (0-7)."""

    LOCKED = 1
    ONLINE_ONLY = 2
    REPAIRED = 4
    TEMP = 8


class CardImage(Struct, frozen=True, gc=False):
    """Field widths in bits stand in ``codec.FIELDS``; a value outside them cannot be encoded."""

    tenant: int
    card: CardNo
    gen: int  # lineage; starts at issue or at a repair
    seq: int  # visits in this generation; 0 = encoded, never used
    adj: int = 0  # number of the last adjustment applied
    lots: tuple[Lot, Lot, Lot] = (NO_LOT, NO_LOT, NO_LOT)
    day: int = 0  # last visit, days since 2024-01-01
    writer: int = 0  # terminal of this write
    vtag: int = 0  # first 26 bits of the visit's id
    earn: int = 0  # points earned by the last visit
    redeem: int = 0  # points redeemed by the last visit
    off_red: int = 0  # points redeemed since the last online confirmation
    off_cnt: int = 0  # visits since the last online confirmation
    prev: int = 0  # first 32 bits of SHA-256 of the previous track; 0 at the start of a generation
    flags: int = 0

    @property
    def balance(self) -> int:
        """Points on the card, whatever their expiry."""
        return sum(lot.points for lot in self.lots)

    @property
    def rank(self) -> int:
        """The rank's place in the rules, from 1 for the lowest; 0 = none."""
        return self.flags >> RANK_SHIFT


def ranked(flags: int, rank: int) -> int:
    """The flags with another rank, 0 to 7; the bits below stay."""
    return flags & (1 << RANK_SHIFT) - 1 | rank << RANK_SHIFT

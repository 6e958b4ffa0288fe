"""When points lapse, as other programs are told. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from server.api.book_shapes import Lot
from shared.clock import month_from_card


def expires(month: int) -> str | None:
    """YYYY-MM; None: never."""
    if month == 0:
        return None
    year, number = month_from_card(month)
    return f"{year:04d}-{number:02d}"


def lots_out(lots: Iterable[tuple[int, int]]) -> list[Lot]:
    return [Lot(expires(month), points) for month, points in lots]

"""What promotions look at beside the figures of a sale: the hour, the shop, and who the customer is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Whatever is not known has its default, and a condition that asks for it does not hold: the ordinary rule does.

    ``visits``: before this one, -1 = unknown; ``last_day``: business day of this card's visit before; ``is_first``: it
    has none. ``earned_today``: points this card got on this business day already, as far as is known here.
    ``rain``: the counter's own word on the day; None: the switches that travel with the rules say it.
    """

    minute: int = -1  # of the day in Japan, -1 = unknown
    store: str = ""  # head office's code
    is_day_sure: bool = True  # False: the clock is in doubt, so nothing hangs on the date
    rank: str = ""
    birthday: str = ""  # ISO date or "MM-DD"
    visits: int = -1
    joined: str = ""  # ISO date
    tags: tuple[str, ...] = ()
    last_day: date | None = None
    is_first: bool = False
    earned_today: int = 0
    rain: bool | None = None


UNKNOWN = Circumstances()

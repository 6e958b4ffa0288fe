"""How far points may be used when head office was not asked: the programme's limits, less the longer it was silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.errors import Fact
from shared.points.program import OfflineLimits

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Barred:
    """Why points wait for head office altogether. ``online_too``: they wait even when it was asked."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    online_too: bool = False


@dataclass(frozen=True, slots=True)
class Offline:
    """The limits of this terminal at this moment. ``redeemed_today``: points it let use without head office."""

    limits: OfflineLimits
    redeemed_today: int = 0
    barred: Barred | None = None


def aged(limits: OfflineLimits, synced_ms: int, now_ms: int) -> tuple[OfflineLimits, Barred | None]:
    """The limits by the age of the last sync (both times UTC; ``synced_ms`` 0 = never, which stops them).

    A sync that lies in the future was now: the clock was set back since.
    """
    age_ms = max(now_ms - synced_ms, 0)
    if synced_ms == 0:
        return limits, Barred("points.never_synced")
    if age_ms > limits.stopped_after_d * DAY_MS:
        return limits, Barred("points.sync_old", {"days": age_ms // DAY_MS})
    if age_ms > limits.quartered_after_d * DAY_MS:
        return _divided(limits, 4), None
    if age_ms > limits.halved_after_h * HOUR_MS:
        return _divided(limits, 2), None
    return limits, None


def halved(limits: OfflineLimits) -> OfflineLimits:
    """While the terminal's own records are in doubt."""
    return _divided(limits, 2)


def is_near(limits: OfflineLimits, off_red: int, off_cnt: int) -> bool:
    """Whether a card has used up half of what it may do without head office: time to go online if possible."""
    return 2 * off_red >= limits.redeem_since_online or 2 * off_cnt >= limits.visits_since_online


def _divided(limits: OfflineLimits, by: int) -> OfflineLimits:
    return replace(
        limits,
        redeem_per_visit=limits.redeem_per_visit // by,
        redeem_since_online=limits.redeem_since_online // by,
        visits_since_online=limits.visits_since_online // by,
        redeem_per_day=limits.redeem_per_day // by,
    )

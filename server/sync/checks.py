"""What head office demands of an event's body before it enters the books. Total: any decoded body passes or raises."""

from __future__ import annotations

from datetime import date

from server.cards.service import is_card_no
from shared.card.codec import LIMITS, TRACK_LEN
from shared.clock import CARD_MONTH_MAX
from shared.errors import EnishiError
from shared.units import POINTS_MAX, YEN_MAX
from shared.visit.journal import Intent

NUMBER_MAX = (1 << 63) - 1  # what a BIGINT column holds
WALL_MS_MAX = 4_102_444_800_000  # the year 2100; also what datetime can show
LOTS_IN_EVENT_MAX = 8  # three on the card before, three after, some joined
EXPIRED_MAX = 3 * POINTS_MAX


def check_intent(intent: Intent) -> None:
    """Raises ``sync.field`` with the first field out of its range, or ``sync.figures``."""
    check_visit_id(intent.visit)
    if not is_card_no(intent.card):
        raise EnishiError("sync.field", field="card")
    for name, value, limit in (
        ("gen", intent.gen, LIMITS["gen"]),
        ("seq", intent.seq, LIMITS["seq"]),
        ("amount_yen", intent.amount_yen, YEN_MAX),
        ("earn", intent.earn, LIMITS["earn"]),
        ("redeem", intent.redeem, LIMITS["redeem"]),
        ("discount_yen", intent.discount_yen, YEN_MAX),
        ("expired", intent.expired, EXPIRED_MAX),
        ("slip", intent.slip, NUMBER_MAX),
        ("programme", intent.programme, (1 << 31) - 1),
    ):
        if not 0 <= value <= limit:
            raise EnishiError("sync.field", field=name)
    for name, track in (("pre", intent.pre), ("post", intent.post)):
        if len(track) > TRACK_LEN or not track.isascii():
            raise EnishiError("sync.field", field=name)
    _check_day(intent.business_day)
    _check_lots(intent)


def check_visit_id(visit: str) -> None:
    """32 lower-case hex digits. Raises ``sync.field``."""
    if len(visit) != 32 or not set(visit) <= set("0123456789abcdef"):
        raise EnishiError("sync.field", field="visit")


def check_wall_ms(wall_ms: int) -> None:
    """A moment that a calendar can show. Raises ``sync.field``."""
    if not 0 <= wall_ms <= WALL_MS_MAX:
        raise EnishiError("sync.field", field="wall_ms")


def _check_day(day: str) -> None:
    try:
        if date.fromisoformat(day).isoformat() == day:
            return
    except ValueError:
        pass
    raise EnishiError("sync.field", field="business_day")


def _check_lots(intent: Intent) -> None:
    lots = intent.lots
    if len(lots) > LOTS_IN_EVENT_MAX or any(not 0 <= month <= CARD_MONTH_MAX for month, _ in lots):
        raise EnishiError("sync.field", field="lots")
    if sum(points for _, points in lots) != intent.earn - intent.redeem - intent.expired:
        raise EnishiError("sync.figures")

"""What head office demands of an event's body before it enters the books. Total: any decoded body passes or raises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import msgspec

from server.cards.service import is_card_no
from server.ledger.facts import image_lots
from shared.card.chip import is_uid
from shared.card.codec import LIMITS, TRACK_LEN, Verdict, decode, track_hash
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.clock import CARD_MONTH_MAX
from shared.errors import EnishiError
from shared.points.derive import Lots
from shared.units import POINTS_MAX, YEN_MAX
from shared.visit.journal import Intent, OffCard, Reissue

NUMBER_MAX = (1 << 63) - 1  # what a BIGINT column holds
WALL_MS_MAX = 4_102_444_800_000  # the year 2100; also what datetime can show
LOTS_IN_EVENT_MAX = 8  # three on the card before, three after, some joined
ADJUSTED_MAX = 64  # numbers brought onto a card by one visit; head office sends them one by one
EXPIRED_MAX = 3 * POINTS_MAX
TRACKS_KEPT = 4096  # of which it is known that they are genuine; about 5 MB. The image before a visit is the one after
#                     the visit before, which proved it a moment or a week ago.
DAYS_KEPT = 64
VISITS_KEPT = 256  # the events of a visit stand together

_VISIT_ID = re.compile("[0-9a-f]{32}")


class Proven(NamedTuple):
    """A genuine track. ``lots``: the points on it by month, and the same as JSON."""

    image: CardImage
    hash: bytes
    lots: Lots
    stored_lots: bytes


def check_intent(intent: Intent) -> None:
    """Raises ``sync.field`` with the first field out of its range, or ``sync.figures``."""
    check_visit_id(intent.visit)
    check_card(intent.card)
    check_figures(
        ("gen", intent.gen, LIMITS["gen"]),
        ("seq", intent.seq - 1, LIMITS["seq"] - 1),
        ("amount_yen", intent.amount_yen, YEN_MAX),
        ("earn", intent.earn, LIMITS["earn"]),
        ("redeem", intent.redeem, LIMITS["redeem"]),
        ("discount_yen", intent.discount_yen, YEN_MAX),
        ("expired", intent.expired, EXPIRED_MAX),
        ("slip", intent.slip, NUMBER_MAX),
        ("programme", intent.programme, (1 << 31) - 1),
    )
    check_uid(intent.uid)
    if intent.refund_of:
        check_visit_id(intent.refund_of)
    check_day(intent.business_day)
    _check_lots(intent.lots, LOTS_IN_EVENT_MAX)
    if sum(points for _, points in intent.lots) != intent.earn - intent.redeem - intent.expired:
        raise EnishiError("sync.figures")
    if len(intent.adjusted) > ADJUSTED_MAX:
        raise EnishiError("sync.field", field="adjusted")
    for number, lots in intent.adjusted:
        check_figures(("adjusted", number - 1, LIMITS["adj"] - 1))
        _check_lots(lots, CARD_MONTH_MAX)


def check_images(intent: Intent, ring: KeyRing) -> tuple[Proven, Proven]:
    """The images before and after, proven by their MAC, which names the chip as well. Raises ``sync.image`` when one
    is not the visit's."""
    proven = _proven("pre", intent.pre, ring, intent.uid), _proven("post", intent.post, ring, intent.uid)
    pre, post = proven[0].image, proven[1].image
    before, after = (pre.card, pre.gen, pre.seq + 1), (post.card, post.gen, post.seq)
    if not before == after == (intent.card, intent.gen, intent.seq):
        raise EnishiError("sync.image", field="post")
    return proven


def check_reissue(reissue: Reissue, ring: KeyRing) -> CardImage:
    """The first image of a generation. Raises ``sync.field`` or ``sync.image``."""
    check_visit_id(reissue.request)
    check_card(reissue.card)
    check_uid(reissue.uid)
    image = _proven("track", reissue.track, ring, reissue.uid).image
    if (image.card, image.gen) != (reissue.card, reissue.gen):
        raise EnishiError("sync.image", field="track")
    return image


def check_off_card(entry: OffCard) -> None:
    """Raises ``sync.field`` or ``sync.figures``."""
    check_visit_id(entry.visit)
    check_card(entry.card)
    check_figures(
        ("amount_yen", entry.amount_yen, YEN_MAX),
        ("earn", entry.earn, LIMITS["earn"]),
        ("slip", entry.slip, NUMBER_MAX),
        ("programme", entry.programme, (1 << 31) - 1),
    )
    check_day(entry.business_day)
    _check_lots(entry.lots, LOTS_IN_EVENT_MAX)
    if sum(points for _, points in entry.lots) != entry.earn:
        raise EnishiError("sync.figures")


def check_visit_id(visit: str) -> None:
    """32 lower-case hex digits. Raises ``sync.field``."""
    if not _is_visit_id(visit):
        raise EnishiError("sync.field", field="visit")


def check_wall_ms(wall_ms: int) -> None:
    """A moment that a calendar can show. Raises ``sync.field``."""
    if not 0 <= wall_ms <= WALL_MS_MAX:
        raise EnishiError("sync.field", field="wall_ms")


def check_card(card: int) -> None:
    """Raises ``sync.field``."""
    if not is_card_no(card):
        raise EnishiError("sync.field", field="card")


def check_uid(uid: str) -> None:
    """A chip's number, or none. Raises ``sync.field``."""
    if not is_uid(uid):
        raise EnishiError("sync.field", field="uid")


def check_figures(*figures: tuple[str, int, int]) -> None:
    """Name, value and highest value of each. Raises ``sync.field``."""
    for name, value, limit in figures:
        if not 0 <= value <= limit:
            raise EnishiError("sync.field", field=name)


def _proven(name: str, track: str, ring: KeyRing, uid: str) -> Proven:
    if len(track) > TRACK_LEN or not track.isascii():
        raise EnishiError("sync.field", field=name)
    proven = _prove(track, ring, uid)
    if isinstance(proven, Verdict):
        raise EnishiError("sync.image", field=name, verdict=proven.value)
    return proven


@lru_cache(maxsize=TRACKS_KEPT)
def _prove(track: str, ring: KeyRing, uid: str) -> Proven | Verdict:
    """What the track is on this chip, by its MAC: whoever asks again is told the same."""
    decoded = decode(track, ring, uid)
    if decoded.verdict is not Verdict.OK or decoded.image is None:
        return decoded.verdict
    lots = image_lots(decoded.image)
    return Proven(decoded.image, track_hash(track), lots, msgspec.json.encode(lots))


def check_day(day: str) -> None:
    """An ISO date. Raises ``sync.field``."""
    if not _is_day(day):
        raise EnishiError("sync.field", field="business_day")


@lru_cache(maxsize=VISITS_KEPT)
def _is_visit_id(visit: str) -> bool:
    return _VISIT_ID.fullmatch(visit) is not None


@lru_cache(maxsize=DAYS_KEPT)
def _is_day(day: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def _check_lots(lots: Sequence[tuple[int, int]], limit: int) -> None:
    if len(lots) > limit:
        raise EnishiError("sync.field", field="lots")
    for month, points in lots:
        if not (0 <= month <= CARD_MONTH_MAX and -EXPIRED_MAX <= points <= EXPIRED_MAX):
            raise EnishiError("sync.field", field="lots")

"""The words of a notice: cleaned, tried out on a face, refused when they cannot be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from server.messages.models import TEXT_MAX
from server.messages.service import PRIORITIES
from shared.card.rows import Typesetter, message_section
from shared.card.stock import FaceStock
from shared.card.template import fill, unknown, values
from shared.clock import card_month
from shared.errors import EnishiError
from shared.locale import japanese
from shared.text.plain import plain

NAME_MAX = 40
HOLDOUT_MAX = 500  # per thousand: more left out than told is no notice
ROWS_MAX = 6  # of a face of 18: the rest is balance, name, expiry, number and day
_WIDEST = "髙橋　美智子"  # a long but usual name, for trying words out


@dataclass(frozen=True, slots=True)
class Draft:
    """``holdout``: per thousand. Days ISO, "" = at once, without end."""

    name: str
    segment: int
    text: str
    priority: int = 0
    starts: str = ""
    valid_until: str = ""
    grows: bool = False
    promotes: bool = True
    holdout: int = 0
    replaces: int = 0


def sample(text: str, today: date, shop: str = "") -> str:
    """The words as they may stand on somebody's card: with a long name and high figures."""
    told = values(japanese, _WIDEST, shop, "ゴールド", 123_456, 12_345, card_month(today) + 6)
    return fill(text, told)


def check(draft: Draft, today: date) -> Draft:
    """The draft, cleaned. Raises ``notice.text``, ``notice.field``, ``notice.no_room``, ``notice.days``,
    ``notice.holdout``, ``segment.name`` or ``input.priority``."""
    text, name = plain(draft.text).strip(), " ".join(plain(draft.name).split())
    if not 0 < len(text) <= TEXT_MAX:
        raise EnishiError("notice.text", limit=TEXT_MAX)
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("segment.name", limit=NAME_MAX)
    for place in unknown(text):
        raise EnishiError("notice.field", value=place[:20])
    rows = message_section(Typesetter(FaceStock(), japanese), sample(text, today)).height
    if rows > ROWS_MAX:
        raise EnishiError("notice.no_room", rows=rows, limit=ROWS_MAX)
    if draft.valid_until and draft.valid_until < max(draft.starts, today.isoformat()):
        raise EnishiError("notice.days")
    if draft.priority not in PRIORITIES:
        raise EnishiError("input.priority", value=draft.priority)
    if not 0 <= draft.holdout <= HOLDOUT_MAX:
        raise EnishiError("notice.holdout", limit=HOLDOUT_MAX // 10)
    return Draft(
        name, draft.segment, text, draft.priority, max(draft.starts, today.isoformat()), draft.valid_until,
        draft.grows, draft.promotes, draft.holdout, draft.replaces,
    )  # fmt: skip

"""Trying a layout out before any card is printed: with the most that a face may ever have to say."""

from __future__ import annotations

from datetime import date

from shared.card.content import FaceContent
from shared.card.face import FaceLayout, lay_out
from shared.card.layout import Layout
from shared.card.stock import FaceStock
from shared.ids import make_card_no
from shared.locale import Translate
from shared.units import POINTS_MAX

_LONGEST = "ブティック・マドモアゼル　横浜元町本店"  # two rows even on a wide card; what is longer is cut
MOST = FaceContent(
    shop=_LONGEST,
    name=_LONGEST,
    card=make_card_no(999_999_999),
    balance=POINTS_MAX,
    earn=POINTS_MAX,
    redeem=POINTS_MAX,
    expiring_points=POINTS_MAX,
    expiring_month=35,  # December: two digits
    day=date(2026, 12, 31),
    reprint=True,
)


def try_out(layout: Layout, stock: FaceStock, translate: Translate) -> FaceLayout:
    """The fullest face there is. ``left_out`` names what would not be printed, ``free_rows`` what a message has."""
    return lay_out(stock, MOST, translate, layout)

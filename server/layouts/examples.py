"""Invented customers on whom a layout is tried: face and receipt of one visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.card.content import FaceContent, FaceMessage
from shared.clock import card_month
from shared.ids import MessageId, make_card_no
from shared.locale import N_
from shared.units import POINTS_MAX
from shared.visit.receipt import ReceiptContent

EXAMPLES: Mapping[str, str] = {
    "short": N_("ふつうのお客さま"), "long": N_("名前の長いお客さま"), "expiry": N_("期限の近いポイントがある"),
    "big": N_("ポイントがとても多い"), "message": N_("お知らせがある"),
}  # fmt: skip
USUAL_EXAMPLE = "short"
_LONG_NAME = "勅使河原　マリア・フェルナンダ　咲耶子"
_MESSAGE = "次回のご来店で、卵1パックをさしあげます。"
_CARD = make_card_no(123_456_789)
_AMOUNT_YEN = 12_480


@dataclass(frozen=True, slots=True)
class Example:
    face: FaceContent
    receipt: ReceiptContent


def example(kind: str, shop: str, day: date, at_wall_ms: int) -> Example:
    """One of ``EXAMPLES``; another word means the usual one."""
    face = FaceContent(
        shop=shop, name="山田 花子", card=_CARD, balance=1_240, earn=124, redeem=0, expiring_points=0, expiring_month=0,
        day=day,
    )  # fmt: skip
    match kind:
        case "long":
            face = replace(face, name=_LONG_NAME)
        case "expiry":
            face = replace(face, expiring_points=300, expiring_month=card_month(day) + 1)
        case "big":
            month = card_month(day) + 12
            face = replace(face, balance=POINTS_MAX, redeem=500, expiring_points=POINTS_MAX, expiring_month=month)
        case "message":
            face = replace(face, messages=(FaceMessage(MessageId(1), _MESSAGE),))
    return Example(face, _receipt(face, at_wall_ms))


def _receipt(face: FaceContent, at_wall_ms: int) -> ReceiptContent:
    return ReceiptContent(
        shop=face.shop, slip=12, at_wall_ms=at_wall_ms, card=face.card, name=face.name, amount_yen=_AMOUNT_YEN,
        discount_yen=face.redeem, due_yen=_AMOUNT_YEN - face.redeem, earn=face.earn, redeem=face.redeem,
        balance=face.balance, expiring_points=face.expiring_points, expiring_month=face.expiring_month,
        sentence="12,480円 ÷ 100円 × 1点 = 124点（切捨て）",
    )  # fmt: skip

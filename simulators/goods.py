"""What the synthetic bakery sells, and who serves there: goods with labels, people with PINs. Nothing of it exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.locale import N_

REDUCED, STANDARD = 8, 10  # percent of consumption tax: bread to take home, and everything else
BREAD, DRINKS, FOOD, OTHERS = "パン", "飲みもの", "食品", "雑貨"
INVOICE_NUMBER = "T0000000000000"  # of no registered business
VOICES = ("ほめられた", "品ぞろえ", "値段", "接客", "焼き上がりの時刻", "その他")


@dataclass(frozen=True, slots=True)
class Goods:
    """One product. ``name``: source text, for the bench is read in other languages, too."""

    code: str
    name: str
    kana: str
    unit_yen: int
    tax: int
    category: str


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody at the counter. ``role``: staff | leader | manager."""

    name: str
    role: str
    pin: str


GOODS = (  # codes within a shop (20…), and two of the tutorial kind
    Goods("2000000000015", N_("食パン 1斤"), "ショクパン", 380, REDUCED, BREAD),
    Goods("2000000000022", N_("くるみパン"), "クルミパン", 260, REDUCED, BREAD),
    Goods("2000000000039", N_("あんぱん"), "アンパン", 180, REDUCED, BREAD),
    Goods("2000000000046", N_("コーヒー"), "コーヒー", 320, STANDARD, DRINKS),
    Goods("2000000000053", N_("クロワッサン"), "クロワッサン", 240, REDUCED, BREAD),
    Goods("2000000000060", N_("カレーパン"), "カレーパン", 280, REDUCED, BREAD),
    Goods("2000000000077", N_("メロンパン"), "メロンパン", 220, REDUCED, BREAD),
    Goods("2000000000084", N_("バゲット"), "バゲット", 340, REDUCED, BREAD),
    Goods("2000000000091", N_("布の買い物袋"), "ヌノノカイモノブクロ", 550, STANDARD, OTHERS),
    Goods("4901234567894", N_("いちごジャム"), "イチゴジャム", 680, REDUCED, FOOD),
    Goods("49123456", N_("のどあめ"), "ノドアメ", 110, REDUCED, FOOD),
)
UNKNOWN = ("4900000000009", N_("知らない商品"))  # a label that the shop does not sell
CLERKS = (Clerk("野原 係", "staff", "1111"), Clerk("川端 主任", "leader", "2222"), Clerk("緑 店長", "manager", "3333"))


def furniture() -> dict[str, Any]:
    """The part of head office's seed file that is about selling."""
    return {
        "shop": {"invoice_number": INVOICE_NUMBER, "voices": VOICES},
        "products": [
            {
                "code": one.code, "name": one.name, "kana": one.kana, "unit_yen": one.unit_yen, "tax": one.tax,
                "category": one.category,
            }
            for one in GOODS
        ],
        "staff": [{"name": one.name, "role": one.role, "pin": one.pin} for one in CLERKS],
    }  # fmt: skip

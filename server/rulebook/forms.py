"""The parts of the rules as forms, what there is to choose in them, and where a fault lies in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.products.models import Product
from server.programs.wording import WEEKDAYS, Words
from server.rulebook.drawing import Choices, labels
from server.stores import service as stores
from server.web.i18n import gettext
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.points import asked
from shared.points.program import Programme, validate_programme
from shared.points.promotion import Promotion

CATEGORIES_MAX = 200  # of the shop's goods that a form offers


@dataclass(frozen=True, slots=True)
class Part:
    title: str  # Japanese source text
    hint: str
    fields: tuple[str, ...]


PARTS = {
    "basic": Part(
        N_("付け方"),
        N_("例：100円で1点なら、900円のお買上で9点が付きます。"),
        (
            "name", "kind", "earn", "earn_on_paid_part", "earn_before_tax", "stamp_from_yen", "no_earn_categories",
            "caps", "stacking",
        ),
    ),
    "use": Part(N_("使い方"), N_("例：100点から、10点単位で使えます。"), ("redeem",)),
    "expiry": Part(
        N_("有効期限"),
        N_("もう付いているポイントの期限は変わりません。新しく付くポイントから、この決まりになります。"),
        ("expiry_months", "expiry", "expiry_at_month"),
    ),
    "ranks": Part(N_("ランク"), N_("上がるのはすぐ、下がるのは見直しのときだけです。"), ("ranks",)),
    "terms": Part(N_("会員への案内"), N_("会員に伝える言葉です。足りないと、はじめられません。"), ("terms",)),
    "counter": Part(
        N_("端末の決まり"), N_("本部とつながらないときの上限と、1日の区切りです。"), ("day_start_minute", "offline")
    ),
}  # fmt: skip


def words(session: Session) -> Words:
    return Words(gettext, stores.names(session))


def choices(session: Session, programme: Programme) -> Choices:
    categories = session.scalars(
        select(Product.category)
        .where(Product.category != "")
        .distinct()
        .order_by(Product.category)
        .limit(CATEGORIES_MAX)
    ).all()
    return Choices(
        {
            asked.WEEKDAYS: [(str(day), gettext(name)) for day, name in enumerate(WEEKDAYS)],
            asked.STORES: list(stores.names(session).items()),
            asked.RANKS: [(rank.name, rank.name) for rank in programme.ranks.ranks],
            asked.CATEGORIES: [(name, name) for name in categories],
        }
    )


def faults(programme: Programme, fields: Sequence[str] = (), promotion: Promotion | None = None) -> dict[str, Refused]:
    """What is wrong, by the name of the form's field. ``fields``: only faults of these; ``promotion``: of this one."""
    if promotion is not None:
        changed = tuple(promotion if one.id == promotion.id else one for one in programme.promotions)
        programme = replace(programme, promotions=changed)
    try:
        validate_programme(programme)
    except EnishiError as error:
        name, fact = str(error.facts["field"]), error.facts
        of_promotion = name.startswith("promotions.")
        if promotion is not None:
            name = name.removeprefix(f"promotions.{promotion.id}.")
            return {name: _said(name, Promotion, fact)} if of_promotion and name != fact["field"] else {}
        if fields and name.split(".")[0] not in fields:
            return {}
        return {name: _said(name.partition(".")[2].partition(".")[2] if of_promotion else name, None, fact)}
    return {}


def _said(name: str, kind: type | None, fact: object) -> Refused:
    """In words: bounds where there are some, else that parts do not go together."""
    assert isinstance(fact, dict)
    ending = name.rpartition(".")[2]
    if ending == "goods_missing":
        return Refused("programs.goods_missing")
    if ending == "nothing":
        return Refused("programs.nothing")
    told = _labels(kind or Programme).get(name) or _labels(Promotion).get(name) or ""
    label = gettext(told) if told else name
    minimum, maximum = int(fact["minimum"]), int(fact["maximum"])
    if maximum <= 1 and minimum == maximum:
        return Refused("programs.wrong", {"field": label})
    return Refused("programs.bounds", {"field": label, "minimum": f"{minimum:,}", "maximum": f"{maximum:,}"})


@cache
def _labels(kind: type) -> dict[str, str]:
    return {name: label for name, label in labels(kind) if label}

"""What can be asked of members, each with its name in words, its kind and what narrows it down. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from server.segments import periods
from server.segments.rules import Is, Window
from shared.errors import EnishiError
from shared.locale import N_


class Kind(Enum):
    """How a field is compared."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DAY = "day"
    FLAG = "flag"
    TOP = "top"


OPS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("contains", "is", "starts", "blank", "filled"),
    Kind.CHOICE: ("any", "none"),
    Kind.NUMBER: ("between",),
    Kind.DAY: ("in", "blank"),
    Kind.FLAG: ("yes", "no"),
    Kind.TOP: ("first", "percent"),
}
PERIOD, STORES, TIMES, GOODS = "period", "stores", "times", "goods"  # parts of a window
_VISITS = (PERIOD, STORES, TIMES)
_GOODS = (*_VISITS, GOODS)


@dataclass(frozen=True, slots=True)
class Field:
    """``window``: what narrows it. ``unit``: of its figures. ``choices``: where they come from, or the choices."""

    name: str
    kind: Kind
    title: str
    group: str
    unit: str = ""
    window: tuple[str, ...] = ()
    choices: str = ""


_PERSON, _JOINING, _VISIT, _SALES = N_("お客さま"), N_("入会"), N_("来店"), N_("お買上げ")
_GOODS_BOUGHT, _POINTS, _OTHER, _OWN = N_("商品"), N_("ポイント"), N_("連絡と対象者リスト"), N_("お店の項目")

FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("search", Kind.TEXT, N_("検索のことば"), _PERSON),
        Field("name", Kind.TEXT, N_("氏名"), _PERSON),
        Field("kana", Kind.TEXT, N_("フリガナ"), _PERSON),
        Field("phone", Kind.TEXT, N_("電話番号"), _PERSON),
        Field("email", Kind.TEXT, N_("メールアドレス"), _PERSON),
        Field("postal_code", Kind.TEXT, N_("郵便番号"), _PERSON),
        Field("prefecture", Kind.TEXT, N_("都道府県"), _PERSON),
        Field("city", Kind.TEXT, N_("市区町村"), _PERSON),
        Field("street", Kind.TEXT, N_("町名・番地"), _PERSON),
        Field("memo", Kind.TEXT, N_("メモ"), _PERSON),
        Field("birth_month", Kind.CHOICE, N_("誕生月"), _PERSON, choices="months"),
        Field("birthday_within", Kind.NUMBER, N_("次の誕生日まで"), _PERSON, N_("日")),
        Field("age", Kind.NUMBER, N_("年齢"), _PERSON, N_("歳")),
        Field("household", Kind.CHOICE, N_("家族・会社"), _PERSON, choices="households"),
        Field("joined", Kind.DAY, N_("入会日"), _JOINING, window=(PERIOD,)),
        Field("store", Kind.CHOICE, N_("入会した店舗"), _JOINING, choices="stores"),
        Field("provisional", Kind.FLAG, N_("仮登録"), _JOINING),
        Field("rank", Kind.CHOICE, N_("ランク"), _JOINING, choices="ranks"),
        Field("visits", Kind.NUMBER, N_("来店回数"), _VISIT, N_("回"), _VISITS),
        Field("first_visit", Kind.DAY, N_("はじめての来店日"), _VISIT, window=(PERIOD,)),
        Field("last_visit", Kind.DAY, N_("最後の来店日"), _VISIT, window=(PERIOD,)),
        Field("days_since", Kind.NUMBER, N_("最後の来店からの日数"), _VISIT, N_("日")),
        Field("lifecycle", Kind.CHOICE, N_("来店のようす"), _VISIT, choices="lifecycles"),
        Field("sales", Kind.NUMBER, N_("お買上げ合計"), _SALES, N_("円"), _VISITS),
        Field("sale", Kind.NUMBER, N_("1回のお買上げ"), _SALES, N_("円"), _VISITS),
        Field("sales_top", Kind.TOP, N_("お買上げ上位"), _SALES, N_("人"), _VISITS),
        Field("goods_yen", Kind.NUMBER, N_("商品のお買上げ額"), _GOODS_BOUGHT, N_("円"), _GOODS),
        Field("goods_count", Kind.NUMBER, N_("商品を買った数"), _GOODS_BOUGHT, N_("点"), _GOODS),
        Field("points", Kind.NUMBER, N_("ポイント残高"), _POINTS, N_("点")),
        Field("points_expiring", Kind.NUMBER, N_("まもなく失効するポイント"), _POINTS, N_("点"), (PERIOD,)),
        Field("points_earned", Kind.NUMBER, N_("付与したポイント"), _POINTS, N_("点"), (PERIOD, STORES)),
        Field("points_used", Kind.NUMBER, N_("使用したポイント"), _POINTS, N_("点"), (PERIOD, STORES)),
        Field("may_print", Kind.FLAG, N_("カードへのお知らせ"), _OTHER),
        Field("may_mail", Kind.FLAG, N_("メールでのご案内"), _OTHER),
        Field("may_post", Kind.FLAG, N_("郵便でのご案内"), _OTHER),
        Field("may_phone", Kind.FLAG, N_("電話でのご案内"), _OTHER),
        Field("segment", Kind.CHOICE, N_("対象者リスト"), _OTHER, choices="segments"),
    )
}
OWN = "own:"  # prefix of a free attribute's number
_OWN_KINDS = {
    "text": Kind.TEXT, "number": Kind.NUMBER, "date": Kind.DAY, "choice": Kind.CHOICE, "yes_no": Kind.FLAG,
}  # fmt: skip
EXPIRING_PERIODS = ("next_days", "this_month", "between")

MONTHS = tuple(str(month) for month in range(1, 13))
LIFECYCLES: Mapping[str, str] = {
    "new": N_("はじめたばかり"),
    "good": N_("いつもどおり"),
    "lapsing": N_("間があいてきた"),
    "lapsed": N_("離れている"),
}
HOUSEHOLDS: Mapping[str, str] = {"family": N_("家族にいる"), "company": N_("会社にいる"), "": N_("どちらにもいない")}


@dataclass(frozen=True, slots=True)
class Own:
    """A free attribute of this chain. ``kind``: as the attribute says."""

    number: int
    name: str
    kind: str
    choices: tuple[str, ...] = ()


def own_field(own: Own) -> Field:
    kind = _OWN_KINDS[own.kind]
    window = (PERIOD,) if kind is Kind.DAY else ()
    return Field(f"{OWN}{own.number}", kind, own.name, _OWN, window=window, choices=f"{OWN}{own.number}")


def field_of(name: str, own: Mapping[str, Field]) -> Field:
    """Raises ``segment.field``."""
    found = FIELDS.get(name) or own.get(name)
    if found is None:
        raise EnishiError("segment.field", value=name[:40])
    return found


def check(rule: Is, own: Mapping[str, Field]) -> None:
    """Raises ``segment.field``, ``segment.value`` or ``segment.period`` for what means nothing."""
    field = field_of(rule.field, own)
    if rule.op not in OPS[field.kind]:
        raise EnishiError("segment.field", value=rule.op)
    needs_values = field.kind is Kind.CHOICE or (field.kind is Kind.TEXT and rule.op not in ("blank", "filled"))
    needs_figure = field.kind in (Kind.NUMBER, Kind.TOP)
    is_backwards = rule.low is not None and rule.high is not None and rule.low > rule.high
    if (needs_values and not any(rule.values)) and not (field.name == "household" and rule.values):
        raise EnishiError("segment.value", field=field.title)
    if (needs_figure and rule.low is None and rule.high is None) or is_backwards:
        raise EnishiError("segment.value", field=field.title)
    if field.kind is Kind.TOP and (not rule.low or (rule.op == "percent" and rule.low > 100)):
        raise EnishiError("segment.value", field=field.title)
    _check_window(field, rule)


def _check_window(field: Field, rule: Is) -> None:
    window = rule.window
    periods.check(window.period)
    empty = Window()
    for part, names in _PARTS.items():
        if part not in field.window and any(getattr(window, name) != getattr(empty, name) for name in names):
            raise EnishiError("segment.field", value=part)
    if field.kind is Kind.DAY and rule.op == "in" and window.period.kind == "all":
        raise EnishiError("segment.period")
    if field.name == "points_expiring" and window.period.kind not in EXPIRING_PERIODS:
        raise EnishiError("segment.period")
    low, high = window.unit_low, window.unit_high
    if low is not None and high is not None and low > high:
        raise EnishiError("segment.value", field=field.title)
    if field.name == "birth_month" and not set(rule.values) <= set(MONTHS):
        raise EnishiError("segment.value", field=field.title)


_PARTS: Mapping[str, tuple[str, ...]] = {
    PERIOD: ("period",),
    STORES: ("stores",),
    TIMES: ("weekdays", "start", "until"),
    GOODS: ("categories", "codes", "unit_low", "unit_high"),
}

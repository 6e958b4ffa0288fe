"""The rules of one points programme, as data sent from head office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from shared.errors import EnishiError
from shared.locale import N_
from shared.points.asked import HIDDEN, LINES, MINUTE, MONTHS, POINTS, YEN, asked
from shared.points.bounds import (
    Figure,
    days,
    earn_figures,
    listed,
    promotions_figures,
    rank_figures,
)
from shared.points.earning import EarnBasis, EarnRule
from shared.points.promotion import LEVEL, Promotion
from shared.points.ranking import RankRule
from shared.units import POINTS_MAX, YEN_MAX

__all__ = ["EarnBasis", "EarnRule"]

EARN_MAX = REDEEM_MAX = (1 << 18) - 1  # points of one visit; 18 bits each (card image v1)
OFF_RED_MAX = (1 << 17) - 1  # points redeemed since the last online visit (card image v1)
OFF_CNT_MAX = (1 << 7) - 1  # visits since the last online visit (card image v1)
EXPIRY_MONTHS_MAX = 120  # ten years; the card's months end in 2066
NAME_LEN_MAX = 60  # characters; two lines on a receipt
TERMS_LEN_MAX = 200  # characters; a few lines on the member's page
HOLIDAYS_MAX = RAIN_MAX = 400  # entries: some twenty years of holidays, a year of rain in one shop
AFTERWARDS_MAX = 3  # versions that wait for their day


class Kind(Enum):
    """What a card collects."""

    POINTS = "points"  # for what is spent
    VISITS = "visits"  # stamps: for coming
    HISTORY = "history"  # nothing; the shop knows its customers


class Stacking(Enum):
    """What several multiples at once make together."""

    MAX = "max"  # the largest alone
    SUM = "sum"  # 2 and 3 make 4: the extras are added
    PRODUCT = "product"  # 2 and 3 make 6


class Expiry(Enum):
    """From when the months of validity are counted."""

    AFTER_EARNING = "after_earning"
    AFTER_LAST_USE = "after_last_use"  # every visit that earns or uses keeps all points alive
    FIXED_MONTH = "fixed_month"  # the end of one month of the year


KIND_NAMES = {
    Kind.POINTS: N_("ポイント（お買上金額で付く）"),
    Kind.VISITS: N_("スタンプ（来店で付く）"),
    Kind.HISTORY: N_("来店の記録だけ（何も付かない）"),
}
STACKING_NAMES = {
    Stacking.MAX: N_("いちばん大きい倍率だけ"),
    Stacking.SUM: N_("増える分を足す（2倍と3倍で4倍）"),
    Stacking.PRODUCT: N_("掛け合わせる（2倍と3倍で6倍）"),
}
EXPIRY_NAMES = {
    Expiry.AFTER_EARNING: N_("付いた月から数える"),
    Expiry.AFTER_LAST_USE: N_("最後に使った月から数える（来店のたびに全部のびる）"),
    Expiry.FIXED_MONTH: N_("毎年決まった月の末日"),
}


@dataclass(frozen=True, slots=True)
class RedeemRule:
    """``unit_points`` buy ``unit_yen``; a visit uses at least ``points_min`` and at most ``points_max``."""

    unit_points: int = field(default=1, metadata=asked(N_("何点ずつ使うか"), "", POINTS))
    unit_yen: int = field(default=1, metadata=asked(N_("それで何円引きか"), "", YEN))
    points_min: int = field(default=1, metadata=asked(N_("1回にいちばん少なくて"), "", POINTS))
    points_max: int = field(default=100_000, metadata=asked(N_("1回にいちばん多くて"), "", POINTS))
    not_categories: tuple[str, ...] = field(
        default=(),
        metadata=asked(N_("ポイントで払えない分類"), N_("1行に1つ。例：たばこ、商品券、処方せんの薬"), LINES),
    )


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What may be redeemed without head office (EMV-style counters on the card, a sum at the terminal).

    The limits hold while the terminal's last sync is younger than ``halved_after_h``; then a half of them, after
    ``quartered_after_d`` a quarter, after ``stopped_after_d`` nothing. Earning is never limited.
    """

    redeem_per_visit: int = field(default=3_000, metadata=asked(N_("1回に使える点"), "", POINTS))
    redeem_since_online: int = field(
        default=5_000, metadata=asked(N_("次につながるまでに使える点"), N_("カード1枚あたりです"), POINTS)
    )
    # The card's counter holds 127; redeeming stops there, earning never.
    visits_since_online: int = field(default=10, metadata=asked(N_("次につながるまでに使える回数")))
    redeem_per_day: int = field(default=100_000, metadata=asked(N_("端末1台が1日に受けられる点"), "", POINTS))
    halved_after_h: int = field(default=24, metadata=asked(N_("何時間つながらないと半分にするか")))
    quartered_after_d: int = field(default=7, metadata=asked(N_("何日つながらないと4分の1にするか")))
    stopped_after_d: int = field(default=30, metadata=asked(N_("何日つながらないと使えなくするか")))


@dataclass(frozen=True, slots=True)
class Caps:
    """The most points that a visit, or a card's business day, may earn in all; 0 = no such limit."""

    per_visit: int = field(default=0, metadata=asked(N_("1回の来店で付く上限"), N_("0なら上限なし"), POINTS))
    per_day: int = field(
        default=0,
        metadata=asked(
            N_("1日に付く上限"),
            N_("カード1枚あたり。0なら上限なし。同じ日にほかの端末で付いた点は、直前の1回分だけが数に入ります"),
            POINTS,
        ),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What members are told. Nothing is computed from it, but a programme does not start without it."""

    contact: str = field(default="", metadata=asked(N_("問い合わせ先"), N_("店の電話番号や窓口")))
    expiry_words: str = field(
        default="", metadata=asked(N_("期限の案内"), N_("会員に伝える言葉。例：付いた月の12か月後の月末まで"))
    )
    use_words: str = field(default="", metadata=asked(N_("使い方の案内"), N_("例：100点から10点単位で使えます")))
    notice_months: int = field(
        default=3,
        metadata=asked(N_("悪くなる変更を知らせる期間"), N_("使えなくなる、付き方が減るなどの変更の前に"), MONTHS),
    )
    own_use_only: bool = field(
        default=True,
        metadata=asked(
            N_("自店の値引きだけに使う"), N_("景品表示法の「値引き」になります。品物との交換があるなら外します")
        ),
    )
    exchange_yen: int = field(
        default=0,
        metadata=asked(N_("交換できる品物の価格"), N_("いちばん高いもの。交換がなければ0"), YEN),
    )
    exchange_points: int = field(default=0, metadata=asked(N_("その品物に要る点"), "", POINTS))


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of the rules. Visits record ``version``; head office keeps every version.

    What came later has a default that means the behaviour before it. ``holidays``: ISO dates of the years that they
    speak of. ``rain``: "2026-11-22:001", a business day and a store's code, or "2026-11-22:" for every store.
    ``start``: the business day from which the version holds, "" = at once; ``then``: the version after it, so that a
    terminal changes over without being told again.
    """

    version: int = 1
    name: str = field(
        default="", metadata=asked(N_("プログラムの名前"), N_("会員に見える名前です。例：こむぎポイント"))
    )
    earn: EarnRule = field(default_factory=EarnRule, metadata=asked(N_("付け方")))
    earn_on_paid_part: bool = field(  # True: the amount after point use earns; False: the whole amount
        default=True,
        metadata=asked(N_("ポイントで払った分には付けない"), N_("外すと、お買上の全額に付きます")),
    )
    redeem: RedeemRule = field(default_factory=RedeemRule, metadata=asked(N_("使い方")))
    expiry_months: int = field(  # lapse at the end of the N-th month after earning; 0 = never
        default=12, metadata=asked(N_("有効な月数"), N_("月末まで有効です。0なら期限なし"), MONTHS)
    )
    day_start_minute: int = field(  # the business day begins at 05:00 JST
        default=300, metadata=asked(N_("1日の区切り"), N_("この時刻までは前の日の営業として数えます"), MINUTE)
    )
    offline: OfflineLimits = field(default_factory=OfflineLimits, metadata=asked(N_("本部とつながらないとき")))
    kind: Kind = field(default=Kind.POINTS, metadata=asked(N_("集めるもの"), choices=KIND_NAMES))
    stamp_from_yen: int = field(
        default=1,
        metadata=asked(
            N_("スタンプに要るお買上"), N_("スタンプのときだけ使います。0ならお買上がなくても付きます"), YEN
        ),
    )
    earn_before_tax: bool = field(
        default=False, metadata=asked(N_("税抜きの金額に付ける"), N_("外すと、税込みの金額に付きます"))
    )
    no_earn_categories: tuple[str, ...] = field(
        default=(), metadata=asked(N_("ポイントが付かない分類"), N_("1行に1つ。商品ごとの設定もあります"), LINES)
    )
    stacking: Stacking = field(default=Stacking.MAX, metadata=asked(N_("何倍かが重なったら"), choices=STACKING_NAMES))
    caps: Caps = field(default_factory=Caps, metadata=asked(N_("付くポイントの上限")))
    promotions: tuple[Promotion, ...] = ()
    ranks: RankRule = field(default_factory=RankRule, metadata=asked(N_("ランク")))
    expiry: Expiry = field(default=Expiry.AFTER_EARNING, metadata=asked(N_("期限の数え方"), choices=EXPIRY_NAMES))
    expiry_at_month: int = field(
        default=3, metadata=asked(N_("決まった月"), N_("「毎年決まった月の末日」のときだけ使います。例：3"))
    )
    terms: Terms = field(default_factory=Terms, metadata=asked(N_("会員への案内")))
    holidays: tuple[str, ...] = ()
    rain: tuple[str, ...] = ()
    start: str = field(default="", metadata=asked(N_("はじまる営業日"), "", HIDDEN))
    then: Programme | None = None


def in_force(programme: Programme, day: date) -> Programme:
    """The version of business day ``day``: the told one, or the one after it whose day has come.

    When a business day begins changes only once the new version is told by itself: records are kept by it.
    """
    told = programme
    while programme.then is not None and programme.then.start <= day.isoformat():
        programme = programme.then
    return programme if programme is told else replace(programme, day_start_minute=told.day_start_minute)


def understood(programme: Programme) -> Programme:
    """Without promotions that newer software is needed for."""
    if all(one.level <= LEVEL for one in programme.promotions):
        return programme
    return replace(programme, promotions=tuple(one for one in programme.promotions if one.level <= LEVEL))


def validate_programme(programme: Programme) -> None:
    """Refuse rules that mean nothing. Raises ``input.programme`` with the first wrong ``field`` and its bounds."""
    for name, value, minimum, maximum in (*_core_figures(programme), *_later_figures(programme)):
        if not minimum <= value <= maximum:
            raise EnishiError("input.programme", field=name, value=value, minimum=minimum, maximum=maximum)
    waiting = 0
    while programme.then is not None:
        programme, before, waiting = programme.then, programme, waiting + 1
        follows = programme.start > before.start and programme.version > before.version
        if not follows or waiting > AFTERWARDS_MAX:
            raise EnishiError("input.programme", field="then", value=waiting, minimum=0, maximum=AFTERWARDS_MAX)
        validate_programme(replace(programme, then=None))


def _core_figures(programme: Programme) -> Iterator[Figure]:
    """Field, value, smallest, largest."""
    redeem, offline = programme.redeem, programme.offline
    whole_units = redeem.points_max // redeem.unit_points * redeem.unit_points if redeem.unit_points > 0 else 0
    yield "version", programme.version, 1, (1 << 31) - 1
    yield "name", len(programme.name), 0, NAME_LEN_MAX
    yield from earn_figures("earn", programme.earn)
    yield "redeem.unit_points", redeem.unit_points, 1, REDEEM_MAX
    yield "redeem.unit_yen", redeem.unit_yen, 1, YEN_MAX
    yield "redeem.points_min", redeem.points_min, 0, REDEEM_MAX
    yield "redeem.points_max", redeem.points_max, redeem.points_min, REDEEM_MAX
    yield "redeem.points_max", whole_units, max(redeem.points_min, 1), REDEEM_MAX
    yield "expiry_months", programme.expiry_months, 0, EXPIRY_MONTHS_MAX
    yield "day_start_minute", programme.day_start_minute, 0, 24 * 60 - 1
    yield "offline.redeem_per_visit", offline.redeem_per_visit, 0, REDEEM_MAX
    yield "offline.redeem_since_online", offline.redeem_since_online, 0, OFF_RED_MAX
    yield "offline.visits_since_online", offline.visits_since_online, 0, OFF_CNT_MAX
    yield "offline.redeem_per_day", offline.redeem_per_day, 0, POINTS_MAX * 100
    yield "offline.halved_after_h", offline.halved_after_h, 0, 24 * 366
    yield "offline.quartered_after_d", offline.quartered_after_d, 0, 366
    yield "offline.stopped_after_d", offline.stopped_after_d, 0, 366


def _later_figures(programme: Programme) -> Iterator[Figure]:
    """Of the fields that came later."""
    terms = programme.terms
    yield "stamp_from_yen", programme.stamp_from_yen, 0, YEN_MAX
    yield "caps.per_visit", programme.caps.per_visit, 0, EARN_MAX
    yield "caps.per_day", programme.caps.per_day, 0, EARN_MAX
    yield "expiry_at_month", programme.expiry_at_month, 1, 12
    yield from listed("no_earn_categories", programme.no_earn_categories)
    yield from listed("redeem.not_categories", programme.redeem.not_categories)
    yield from rank_figures(programme.ranks)
    yield from promotions_figures(programme.promotions, [rank.name for rank in programme.ranks.ranks])
    yield "holidays", len(programme.holidays), 0, HOLIDAYS_MAX
    yield from days("holidays", *programme.holidays)
    yield "rain", len(programme.rain), 0, RAIN_MAX
    yield from days("start", programme.start)
    for name in ("contact", "expiry_words", "use_words"):
        yield f"terms.{name}", len(getattr(terms, name)), 0, TERMS_LEN_MAX
    yield "terms.notice_months", terms.notice_months, 0, 24
    yield "terms.exchange_yen", terms.exchange_yen, 0, YEN_MAX
    yield "terms.exchange_points", terms.exchange_points, 0, POINTS_MAX

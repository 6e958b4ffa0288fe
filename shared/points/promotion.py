"""A promotion: when it holds, and what it gives. Every condition that is named must hold; None asks nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from shared.locale import N_
from shared.points.asked import CATEGORIES, DAY, HIDDEN, LINES, MINUTE, POINTS, RANKS, STORES, TENTHS, WEEKDAYS, YEN
from shared.points.asked import asked as _asked
from shared.points.earning import EarnRule

LEVEL = 1  # what this software understands; rises with every new kind of condition or benefit


class Holidays(Enum):
    """What a national holiday is among weekdays."""

    AS_WEEKDAY = "as_weekday"
    TOO = "too"
    NOT = "not"


class Window(Enum):
    """How much of the year is somebody's birthday."""

    DAY = "day"
    WEEK = "week"  # three days before it to three days after it
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    first: str = field(default="", metadata=_asked(N_("はじまる日"), N_("この日を含みます。空欄ならはじめから"), DAY))
    last: str = field(default="", metadata=_asked(N_("終わる日"), N_("この日を含みます。空欄なら終わりなし"), DAY))


@dataclass(frozen=True, slots=True)
class Weekdays:
    """``days``: 0 = Monday, by the business day."""

    days: tuple[int, ...] = field(default=(), metadata=_asked(N_("曜日"), N_("営業日の曜日で見ます"), WEEKDAYS))
    holidays: Holidays = field(
        default=Holidays.AS_WEEKDAY,
        metadata=_asked(
            N_("祝日"),
            choices={
                Holidays.AS_WEEKDAY: N_("ふつうの曜日と同じ"),
                Holidays.TOO: N_("祝日も対象にする"),
                Holidays.NOT: N_("祝日は除く"),
            },
        ),
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of the day in Japan. ``until`` before ``start``: over midnight."""

    start: int = field(default=600, metadata=_asked(N_("何時から"), "", MINUTE))
    until: int = field(
        default=720,
        metadata=_asked(N_("何時まで"), N_("この時刻は含みません。22:00から2:00のように、日をまたげます"), MINUTE),
    )


@dataclass(frozen=True, slots=True)
class Birthday:
    """29 February is kept on the 28th in other years. ``once``: only the card's first visit in the window."""

    window: Window = field(
        default=Window.DAY,
        metadata=_asked(
            N_("誕生日のいつ"),
            N_("2月29日生まれの方は、うるう年でない年は2月28日を誕生日とします"),
            choices={
                Window.DAY: N_("当日"),
                Window.WEEK: N_("前後3日ずつの7日間"),
                Window.MONTH: N_("誕生月"),
            },
        ),
    )
    once: bool = field(default=True, metadata=_asked(N_("期間のはじめの来店だけ"), N_("同じ誕生日に2回は付きません")))


@dataclass(frozen=True, slots=True)
class NthVisit:
    number: int = field(default=10, metadata=_asked(N_("何回目の来店"), N_("全店の来店回数で数えます")))
    repeats: bool = field(default=True, metadata=_asked(N_("くり返す"), N_("10回目なら、20回目、30回目も")))


@dataclass(frozen=True, slots=True)
class Spend:
    """``below_yen`` 0: no upper edge."""

    from_yen: int = field(default=3_000, metadata=_asked(N_("お買上がいくら以上"), N_("この金額を含みます"), YEN))
    below_yen: int = field(default=0, metadata=_asked(N_("いくら未満"), N_("この金額は含みません。0なら上限なし"), YEN))


@dataclass(frozen=True, slots=True)
class Goods:
    """A line is one of them by its category or by its code. ``from_yen``: so much of them, as points count it."""

    categories: tuple[str, ...] = field(default=(), metadata=_asked(N_("商品の分類"), N_("1行に1つ"), CATEGORIES))
    codes: tuple[str, ...] = field(default=(), metadata=_asked(N_("商品コード（JAN）"), N_("1行に1つ"), LINES))
    from_yen: int = field(default=1, metadata=_asked(N_("対象商品の合計がいくら以上"), "", YEN))


@dataclass(frozen=True, slots=True)
class NewMember:
    days: int = field(default=30, metadata=_asked(N_("入会から何日まで"), N_("入会した日を1日目と数えます")))


@dataclass(frozen=True, slots=True)
class Conditions:
    period: Period | None = field(default=None, metadata=_asked(N_("期間")))
    weekdays: Weekdays | None = field(default=None, metadata=_asked(N_("曜日・祝日")))
    hours: Hours | None = field(default=None, metadata=_asked(N_("時間帯")))
    stores: tuple[str, ...] = field(default=(), metadata=_asked(N_("店舗"), N_("選ばなければ全店が対象です"), STORES))
    ranks: tuple[str, ...] = field(default=(), metadata=_asked(N_("ランク"), N_("選ばなければ全員が対象です"), RANKS))
    birthday: Birthday | None = field(default=None, metadata=_asked(N_("誕生日")))
    nth_visit: NthVisit | None = field(default=None, metadata=_asked(N_("来店回数")))
    spend: Spend | None = field(default=None, metadata=_asked(N_("お買上金額")))
    goods: Goods | None = field(default=None, metadata=_asked(N_("商品")))
    tags: tuple[str, ...] = field(
        default=(), metadata=_asked(N_("対象者リストの番号"), N_("1行に1つ。どれかに入っている会員が対象です"), LINES)
    )
    rain: bool = field(
        default=False, metadata=_asked(N_("雨の日だけ"), N_("「雨の日」のスイッチを入れた日と店で付きます"))
    )
    new_member: NewMember | None = field(default=None, metadata=_asked(N_("新しい会員")))


@dataclass(frozen=True, slots=True)
class Multiply:
    tenths: int = field(default=20, metadata=_asked(N_("何倍"), N_("1.5 のように、0.1きざみで決められます"), TENTHS))


@dataclass(frozen=True, slots=True)
class Benefits:
    """``on_goods``: rate and multiple weigh on the condition's goods alone, as an addition beside the lanes.

    ``rate`` takes the rate lane, ``multiply`` the multiplier lane, the points the addition lane.
    """

    rate: EarnRule | None = field(
        default=None, metadata=_asked(N_("付け方を変える"), N_("優先順位の高い1つだけが使われます"))
    )
    multiply: Multiply | None = field(default=None, metadata=_asked(N_("ポイントを何倍かにする")))
    on_goods: bool = field(
        default=False,
        metadata=_asked(
            N_("対象商品の分だけ"), N_("付け方や倍率を、条件の商品の金額だけに使います。増えた分を足します")
        ),
    )
    points: int = field(default=0, metadata=_asked(N_("足すポイント"), N_("1回のお買上に1度。0なら足しません"), POINTS))
    per_piece: int = field(
        default=0, metadata=_asked(N_("対象商品1つにつき足すポイント"), N_("条件に商品を入れてください"), POINTS)
    )
    joining: int = field(default=0, metadata=_asked(N_("入会のポイント"), N_("はじめて使うカードに1度だけ"), POINTS))
    gift: str = field(
        default="",
        metadata=_asked(N_("お渡しするもの"), N_("次の来店でお渡しします。例：お花 1本。ポイント以外の特典です")),
    )


@dataclass(frozen=True, slots=True)
class Promotion:
    """``id`` stays the same from version to version; a visit's reasons name it. ``text``: printed with the points.

    ``level``: software below it leaves the promotion out, for it would not see all its conditions.
    """

    id: int = field(default=1, metadata=_asked(N_("番号"), "", HIDDEN))
    name: str = field(default="", metadata=_asked(N_("名前"), N_("レシートに出ます。例：誕生日")))
    text: str = field(
        default="",
        metadata=_asked(
            N_("カードに印字する言葉"), N_("特典が付いた来店で印字します。例：お誕生日おめでとうございます")
        ),
    )
    priority: int = field(default=0, metadata=_asked(N_("優先順位"), N_("付け方が重なったら、大きい数字が勝ちます")))
    is_active: bool = field(default=True, metadata=_asked(N_("使う"), N_("外すと、消さずに休ませます")))
    conditions: Conditions = field(
        default_factory=Conditions, metadata=_asked(N_("条件"), N_("入れた条件がすべてそろったときに付きます"))
    )
    benefits: Benefits = field(default_factory=Benefits, metadata=_asked(N_("特典")))
    level: int = field(default=LEVEL, metadata=_asked(N_("方式"), "", HIDDEN))

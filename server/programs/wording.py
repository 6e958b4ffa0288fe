"""Rules in sentences, and what changed between two versions: one heading each, the same words on every page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.locale import N_, Translate
from shared.points.earning import ROUNDING_NAMES, EarnBasis, EarnRule
from shared.points.program import KIND_NAMES, STACKING_NAMES, Expiry, Kind, Programme
from shared.points.promotion import Conditions, Holidays, Promotion, Window
from shared.points.ranking import BASIS_NAMES
from shared.units import format_number

WEEKDAYS = (
    N_("月曜日"), N_("火曜日"), N_("水曜日"), N_("木曜日"), N_("金曜日"), N_("土曜日"), N_("日曜日"),
)  # fmt: skip
_WINDOWS = {Window.DAY: N_("誕生日の当日"), Window.WEEK: N_("誕生日の前後3日"), Window.MONTH: N_("誕生月")}


@dataclass(frozen=True, slots=True)
class Line:
    """``key``: the same for the same matter in every version."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` or ``after`` empty: it is new, or gone."""

    heading: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Words:
    """``stores``: names by code; whatever has no name is shown by its code."""

    translate: Translate
    stores: dict[str, str]

    def lines(self, programme: Programme) -> Sequence[Line]:
        return tuple(Line(key, self.translate(heading), text) for key, heading, text in self._lines(programme))

    def changes(self, before: Programme, after: Programme) -> Sequence[Change]:
        """In the order of the new version; what is gone comes last."""
        old = {line.key: line for line in self.lines(before)}
        new = {line.key: line for line in self.lines(after)}
        told = [
            Change(line.heading, old[key].text if key in old else "", line.text)
            for key, line in new.items()
            if key not in old or old[key].text != line.text
        ]
        return (*told, *(Change(line.heading, line.text, "") for key, line in old.items() if key not in new))

    def promotion(self, one: Promotion) -> str:
        """``火曜日、10:00から12:00まで → 2倍``."""
        when = self.translate("、").join(self._conditions(one.conditions)) or self.translate("いつでも")
        gives = self.translate("、").join(self._benefits(one)) or self.translate("特典なし")
        told = self.translate("{when} → {gives}").format(when=when, gives=gives)
        return told if one.is_active else self.translate("（休み）") + told

    def _lines(self, programme: Programme) -> Iterator[tuple[str, str, str]]:
        _ = self.translate
        yield "name", N_("名前"), programme.name
        yield "kind", N_("集めるもの"), _(KIND_NAMES[programme.kind])
        yield "earn", N_("付け方"), self._earn(programme)
        if programme.no_earn_categories:
            yield "no_earn", N_("ポイントが付かない分類"), _("、").join(programme.no_earn_categories)
        yield "use", N_("使い方"), self._use(programme)
        if programme.redeem.not_categories:
            yield "no_use", N_("ポイントで払えない分類"), _("、").join(programme.redeem.not_categories)
        yield "expiry", N_("有効期限"), self._expiry(programme)
        caps = tuple(self._caps(programme))
        if caps:
            yield "caps", N_("付くポイントの上限"), _("、").join(caps)
        if any(one.benefits.multiply for one in programme.promotions):
            yield "stacking", N_("何倍かが重なったら"), _(STACKING_NAMES[programme.stacking])
        for one in programme.promotions:
            yield f"promotion-{one.id}", _("特典「{name}」").format(name=one.name), self.promotion(one)
        if programme.ranks.ranks:
            yield "ranks", N_("ランク"), self._ranks(programme)
        limits = programme.offline
        yield (
            "offline",
            N_("本部とつながらないとき"),
            _("1回に{visit}点まで、つながるまでに{since}点まで使えます").format(
                visit=format_number(limits.redeem_per_visit), since=format_number(limits.redeem_since_online)
            ),
        )
        yield "day", N_("1日の区切り"), _clock(programme.day_start_minute)
        yield (
            "terms",
            N_("会員への案内"),
            _("、").join(
                text
                for text in (programme.terms.contact, programme.terms.expiry_words, programme.terms.use_words)
                if text
            ),
        )

    def _earn(self, programme: Programme) -> str:
        _ = self.translate
        if programme.kind is Kind.HISTORY:
            return _("何も付きません")
        if programme.kind is Kind.VISITS:
            sentence = _("{yen}円以上のお買上の来店で{points}点") if programme.stamp_from_yen else _("来店で{points}点")
            return sentence.format(yen=format_number(programme.stamp_from_yen), points=programme.earn.points)
        paid = _("ポイントで払った分を引いた") if programme.earn_on_paid_part else _("ポイントで払った分も入れた")
        taxed = _("税抜きの金額に") if programme.earn_before_tax else _("税込みの金額に")
        return paid + taxed + self.rate(programme.earn)

    def rate(self, rule: EarnRule) -> str:
        _ = self.translate
        sentence = _("{yen}円ごとに{points}点") if rule.basis is EarnBasis.UNIT else _("{yen}円につき{points}点の割合")
        told = sentence.format(yen=format_number(rule.per_yen), points=format_number(rule.points))
        return told + _("（{rounding}）").format(rounding=_(ROUNDING_NAMES[rule.rounding]))

    def _use(self, programme: Programme) -> str:
        rule = programme.redeem
        if programme.kind is Kind.HISTORY:
            return self.translate("使いません")
        return self.translate("{points}点で{yen}円引き、1回に{least}点から{most}点まで").format(
            points=format_number(rule.unit_points), yen=format_number(rule.unit_yen),
            least=format_number(rule.points_min), most=format_number(rule.points_max),
        )  # fmt: skip

    def _expiry(self, programme: Programme) -> str:
        _, months = self.translate, programme.expiry_months
        if not months:
            return _("期限なし")
        if programme.expiry is Expiry.AFTER_LAST_USE:
            return _("最後に使った月から{months}か月後の月末まで").format(months=months)
        if programme.expiry is Expiry.FIXED_MONTH:
            sentence = _("毎年{month}月の末日まで（付いてから少なくとも{months}か月は使えます）")
            return sentence.format(month=programme.expiry_at_month, months=months)
        return _("付いた月から{months}か月後の月末まで").format(months=months)

    def _caps(self, programme: Programme) -> Iterator[str]:
        if programme.caps.per_visit:
            yield self.translate("1回に{points}点").format(points=format_number(programme.caps.per_visit))
        if programme.caps.per_day:
            yield self.translate("1日に{points}点").format(points=format_number(programme.caps.per_day))

    def _ranks(self, programme: Programme) -> str:
        rule = programme.ranks
        names = self.translate("、").join(
            self.translate("{name}は{at}から").format(name=rank.name, at=format_number(rank.at)) for rank in rule.ranks
        )
        return self.translate(
            "最近{months}か月の{basis}で、{ranks}。下がるのは見直しのときだけ、猶予{grace}か月"
        ).format(
            months=rule.months, basis=self.translate(BASIS_NAMES[rule.basis]), ranks=names, grace=rule.grace_months
        )

    def _conditions(self, asked: Conditions) -> Iterator[str]:
        _ = self.translate
        if asked.period is not None:
            yield _("{first}から{last}まで").format(
                first=asked.period.first or _("はじめ"), last=asked.period.last or _("終わりなし")
            )
        if asked.weekdays is not None:
            yield self._weekdays(asked)
        if asked.hours is not None:
            yield _("{first}から{last}まで").format(first=_clock(asked.hours.start), last=_clock(asked.hours.until))
        if asked.stores:
            yield _("・").join(self.stores.get(code, code) for code in asked.stores)
        if asked.ranks:
            yield _("ランクが{names}").format(names=_("・").join(asked.ranks))
        if asked.birthday is not None:
            yield _(_WINDOWS[asked.birthday.window]) + (_("（はじめの来店だけ）") if asked.birthday.once else "")
        if asked.nth_visit is not None:
            sentence = _("{n}回目ごとの来店") if asked.nth_visit.repeats else _("{n}回目の来店")
            yield sentence.format(n=asked.nth_visit.number)
        if asked.spend is not None:
            yield self._spend(asked)
        if asked.goods is not None:
            yield _("{goods}を{yen}円以上").format(
                goods=_("・").join((*asked.goods.categories, *asked.goods.codes)),
                yen=format_number(asked.goods.from_yen),
            )
        if asked.tags:
            yield _("対象者リスト{tags}の会員").format(tags=_("・").join(asked.tags))
        if asked.rain:
            yield _("雨の日")
        if asked.new_member is not None:
            yield _("入会から{days}日まで").format(days=asked.new_member.days)

    def _weekdays(self, asked: Conditions) -> str:
        _, days = self.translate, asked.weekdays
        assert days is not None
        named = _("・").join(_(WEEKDAYS[day]) for day in days.days)
        if days.holidays is Holidays.TOO:
            return _("・").join(one for one in (named, _("祝日")) if one)
        if days.holidays is Holidays.NOT:
            return (named or _("毎日")) + _("（祝日を除く）")
        return named

    def _spend(self, asked: Conditions) -> str:
        spend = asked.spend
        assert spend is not None
        sentence = self.translate("{yen}円以上{below}円未満") if spend.below_yen else self.translate("{yen}円以上")
        return sentence.format(yen=format_number(spend.from_yen), below=format_number(spend.below_yen))

    def _benefits(self, one: Promotion) -> Iterator[str]:
        _, gives = self.translate, one.benefits
        part = _("（対象商品の分だけ）") if gives.on_goods else ""
        if gives.rate is not None:
            yield self.rate(gives.rate) + part
        if gives.multiply is not None:
            yield _("{times}倍").format(times=times(gives.multiply.tenths)) + part
        for points, sentence in (
            (gives.points, _("{points}点を足す")),
            (gives.per_piece, _("1つにつき{points}点を足す")),
            (gives.joining, _("入会で{points}点")),
        ):
            if points:
                yield sentence.format(points=format_number(points))
        if gives.gift:
            yield _("「{gift}」をお渡し").format(gift=gives.gift)


def times(tenths: int) -> str:
    """1.5, or 2."""
    whole, part = divmod(tenths, 10)
    return f"{whole}.{part}" if part else str(whole)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"

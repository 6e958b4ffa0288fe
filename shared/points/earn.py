"""What a sale earns as a sentence that a customer can check: ``1,500円 ÷ 100円 × 1点 × 2（誕生日） = 30点``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.locale import N_, Translate
from shared.points.earning import ROUNDING_NAMES, EarnBasis, EarnRule, points_for
from shared.points.program import Kind, Programme, Stacking
from shared.points.why import BASE, DAY_CAP, LANE, PLUS, TIMES, VISIT_CAP, Why, gifts_of, rows_of, rules_of
from shared.units import format_number

__all__ = ["ROUNDING_NAMES", "Explanation", "explain", "explain_earn", "name_of", "points_for", "texts_of"]

OTHERS = N_("ほかの特典")
NAMES_JOINT = "・"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a visit earned what it earned: the yen that counted, the rule, the result; with ``why`` what promotions did,
    by the names that ``programme`` gives them."""

    basis_yen: int
    rule: EarnRule
    earn: int
    why: Why = ()
    programme: Programme | None = None

    @property
    def rounded(self) -> bool:
        """Whether a fraction was settled on the way."""
        factor = self.rule.points if self.rule.basis is EarnBasis.RATE else 1
        return self.basis_yen * factor % self.rule.per_yen != 0

    def text(self, translate: Translate) -> str:
        """``900円 ÷ 100円 × 1点 = 9点``; with the name of the rounding when there was a fraction."""
        if self.why or (self.programme is not None and self.programme.kind is not Kind.POINTS):
            return "".join(self._parts(translate))
        if self.rule.basis is EarnBasis.UNIT:
            sentence = translate("{basis}円 ÷ {per}円 × {points}点 = {earn}点")
        else:
            sentence = translate("{basis}円 × {rate} = {earn}点")
        return self._filled(sentence) + self._rounding(translate)

    def _parts(self, translate: Translate) -> Iterator[str]:
        programme = self.programme or Programme()
        yield self._base(programme, translate)
        yield self._times(programme, translate)
        for _, number, points in rows_of(self.why, PLUS):
            name = name_of(programme, number, translate)
            yield translate(" ＋ {points}点（{name}）").format(points=format_number(points), name=name)
        yield translate(" = {earn}点").format(earn=format_number(self.earn))
        if programme.kind is Kind.POINTS:
            yield self._rounding(translate)
        for code, sentence in (
            (VISIT_CAP, translate("（1回の上限 {cap}点）")),
            (DAY_CAP, translate("（1日の上限 {cap}点）")),
        ):
            yield from (sentence.format(cap=format_number(row[1])) for row in rows_of(self.why, code))

    def _base(self, programme: Programme, translate: Translate) -> str:
        row = next(rows_of(self.why, BASE), (BASE, 0, self.basis_yen, programme.earn.points))
        if programme.kind is not Kind.POINTS:
            return translate("来店で {points}点").format(points=format_number(row[3]))
        if self.rule.basis is EarnBasis.UNIT:
            filled = self._filled(translate("{basis}円 ÷ {per}円 × {points}点"))
        else:
            filled = self._filled(translate("{basis}円 × {rate}"))
        return filled + (translate("（{name}）").format(name=name_of(programme, row[1], translate)) if row[1] else "")

    def _times(self, programme: Programme, translate: Translate) -> str:
        """One factor, with the names of all that it is made of."""
        rows = tuple(rows_of(self.why, TIMES))
        if not rows or not any(True for _ in rows_of(self.why, LANE)):
            return ""
        names = NAMES_JOINT.join(name_of(programme, number, translate) for _, number, _ in rows)
        factor = _factor(programme.stacking, tuple(tenths for _, _, tenths in rows))
        return translate(" × {factor}（{names}）").format(factor=factor, names=names)

    def _filled(self, sentence: str) -> str:
        return sentence.format(
            basis=format_number(self.basis_yen),
            per=format_number(self.rule.per_yen),
            points=format_number(self.rule.points),
            rate=_rate(self.rule),
            earn=format_number(self.earn),
        )

    def _rounding(self, translate: Translate) -> str:
        if not self.rounded:
            return ""
        return translate("（{rounding}）").format(rounding=translate(ROUNDING_NAMES[self.rule.rounding]))


def explain_earn(programme: Programme, amount_yen: int, discount_yen: int, basis_yen: int | None = None) -> Explanation:
    """The points of a sale by the ordinary rule. ``basis_yen``: if not everything sold earns."""
    if basis_yen is None:
        basis_yen = amount_yen - discount_yen if programme.earn_on_paid_part else amount_yen
    return Explanation(basis_yen, programme.earn, points_for(programme.earn, basis_yen))


def explain(programme: Programme, basis_yen: int, earn: int, why: Why) -> Explanation:
    """What a visit that was priced by ``programme`` says of itself. ``basis_yen``: when ``why`` does not tell it."""
    base = next(rows_of(why, BASE), None)
    rule = programme.earn
    if base is not None:
        basis_yen = base[2]
        changed = next((one.benefits.rate for one in programme.promotions if one.id == base[1]), None)
        rule = changed or rule
    return Explanation(basis_yen, rule, earn, why, programme)


def name_of(programme: Programme, number: int, translate: Translate) -> str:
    """A promotion's name; what it is called when these rules know it no more."""
    if number == 0:
        return translate(OTHERS)
    named = next((one.name for one in programme.promotions if one.id == number), "")
    return named or translate("特典{number}").format(number=number)


def texts_of(programme: Programme, why: Why, translate: Translate) -> tuple[str, ...]:
    """What is printed with the points: what the promotions that had a part in them say, and what they hold ready."""
    by_id = {one.id: one for one in programme.promotions}
    said = [by_id[number].text for number in rules_of(why) if number in by_id]
    gifts = [by_id[number].benefits.gift for number in gifts_of(why) if number in by_id]
    ready = [translate("次のご来店で「{gift}」をお渡しします").format(gift=gift) for gift in gifts if gift]
    return (*(text for text in said if text), *ready)


def _factor(stacking: Stacking, tenths: tuple[int, ...]) -> str:
    if stacking is not Stacking.PRODUCT:
        whole, part = divmod(10 + sum(one - 10 for one in tenths), 10)
        return f"{whole}.{part}" if part else str(whole)
    above = 1
    for one in tenths:
        above *= one
    digits = str(above).rjust(len(tenths) + 1, "0")
    return f"{digits[: -len(tenths)]}.{digits[-len(tenths) :]}".rstrip("0").rstrip(".")


def _rate(rule: EarnRule) -> str:
    """``2.5%`` when two decimals say it exactly, else the fraction ``1/3``."""
    hundredths, rest = divmod(rule.points * 10_000, rule.per_yen)
    if rest:
        return f"{rule.points}/{rule.per_yen}"
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"

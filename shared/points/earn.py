"""What a sale earns, and the arithmetic as a sentence that a customer can check."""

from __future__ import annotations

from dataclasses import dataclass

from shared.locale import N_, Translate
from shared.points.program import EarnBasis, EarnRule, Programme
from shared.units import Rounding, divide, format_number

ROUNDING_NAMES = {
    Rounding.FLOOR: N_("切捨て"),
    Rounding.HALF_UP: N_("四捨五入"),
    Rounding.CEIL: N_("切上げ"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a visit earned what it earned: the yen that counted, the rule, the result."""

    basis_yen: int
    rule: EarnRule
    earn: int

    @property
    def rounded(self) -> bool:
        """Whether a fraction was settled on the way."""
        factor = self.rule.points if self.rule.basis is EarnBasis.RATE else 1
        return self.basis_yen * factor % self.rule.per_yen != 0

    def text(self, translate: Translate) -> str:
        """``900円 ÷ 100円 × 1点 = 9点``; with the name of the rounding when there was a fraction."""
        if self.rule.basis is EarnBasis.UNIT:
            sentence = translate("{basis}円 ÷ {per}円 × {points}点 = {earn}点")
        else:
            sentence = translate("{basis}円 × {rate} = {earn}点")
        filled = sentence.format(
            basis=format_number(self.basis_yen),
            per=format_number(self.rule.per_yen),
            points=format_number(self.rule.points),
            rate=_rate(self.rule),
            earn=format_number(self.earn),
        )
        if not self.rounded:
            return filled
        return filled + translate("（{rounding}）").format(rounding=translate(ROUNDING_NAMES[self.rule.rounding]))


def explain_earn(programme: Programme, amount_yen: int, discount_yen: int, basis_yen: int | None = None) -> Explanation:
    """The points of a sale under the programme, with their reason. ``basis_yen``: if not everything sold earns."""
    if basis_yen is None:
        basis_yen = amount_yen - discount_yen if programme.earn_on_paid_part else amount_yen
    return Explanation(basis_yen, programme.earn, points_for(programme.earn, basis_yen))


def points_for(rule: EarnRule, basis_yen: int) -> int:
    """UNIT settles the fraction before the points are multiplied, RATE after."""
    if rule.basis is EarnBasis.UNIT:
        return divide(basis_yen, rule.per_yen, rule.rounding) * rule.points
    return divide(basis_yen * rule.points, rule.per_yen, rule.rounding)


def _rate(rule: EarnRule) -> str:
    """``2.5%`` when two decimals say it exactly, else the fraction ``1/3``."""
    hundredths, rest = divmod(rule.points * 10_000, rule.per_yen)
    if rest:
        return f"{rule.points}/{rule.per_yen}"
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"

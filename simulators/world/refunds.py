"""What refunds leave owing, counted by hand: a card can give back no more points than it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

MONTHS_A_YEAR, FIRST_YEAR = 12, 2024  # months on cards count from January of this year


def owed(counted: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Points by card that its holder owes, from the INTENT bodies of all visits that count."""
    bodies = {str(body["visit"]): body for body in counted}
    made: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for body in bodies.values():
        if body.get("kind") == "refund" and body["refund_of"] in bodies:
            made[body["refund_of"]].append(body)
    total: dict[int, int] = defaultdict(int)
    for visit, refunds in made.items():
        sale = bodies[visit]
        total[sale["card"]] += _owed_of(sale, sorted(refunds, key=lambda body: (body["business_day"], body["visit"])))
    return dict(total)


def impossible(counted: Iterable[Mapping[str, Any]]) -> list[str]:
    """Refunds that give more money or points back than their sale took, or take more points than it gave."""
    bodies = {str(body["visit"]): body for body in counted}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for body in bodies.values():
        if body.get("kind") == "refund" and body["refund_of"] in bodies:
            for place, name in enumerate(("amount_yen", "earn", "redeem")):
                sums[body["refund_of"]][place] += body[name]
    found = []
    for visit, (yen, earn, redeem) in sums.items():
        sale = bodies[visit]
        if yen > sale["amount_yen"] or earn > sale["redeem"] or redeem > sale["earn"]:
            found.append(f"visit {visit[:8]}: refunds of {yen} yen, {earn} and {redeem} points are more than its sale")
    return found


def _owed_of(sale: Mapping[str, Any], refunds: Iterable[Mapping[str, Any]]) -> int:
    """Each refund was to take its part of what the sale earned, unless that had lapsed by then."""
    if not sale["amount_yen"] or not sale["earn"]:
        return 0
    missing = yen = part = 0
    for body in refunds:
        before, yen = part, min(yen + body["amount_yen"], sale["amount_yen"])  # a till set back may refund twice
        part = sale["earn"] * yen // sale["amount_yen"]
        if _month(str(body["business_day"])) <= _earned_in(sale):
            missing += max(part - before - body["redeem"], 0)
    return missing


def _earned_in(sale: Mapping[str, Any]) -> int:
    grown = [month for month, change in sale["lots"] if change > 0]
    return max(grown or [month for month, _ in sale["lots"]], default=0)


def _month(day: str) -> int:
    year, month, _ = day.split("-")
    return (int(year) - FIRST_YEAR) * MONTHS_A_YEAR + int(month) - 1

"""What refunds leave owing, by hand."""

from __future__ import annotations

import pytest

from simulators.world.refunds import impossible, owed

SALE = {
    "visit": "a", "card": 7, "amount_yen": 1_000, "earn": 10, "redeem": 0, "lots": [[47, 10]],
    "business_day": "2026-11-18",
}  # fmt: skip


def refund(visit: str, yen: int, taken: int, day: str = "2026-11-19", earn: int = 0) -> dict[str, object]:
    return {
        "visit": visit, "card": 7, "kind": "refund", "refund_of": "a", "amount_yen": yen, "earn": earn, "redeem": taken,
        "lots": [], "business_day": day,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("refunds", "points"),
    [
        ([], 0),
        ([refund("b", 1_000, 10)], 0),
        ([refund("b", 1_000, 4)], 6),
        ([refund("b", 550, 5), refund("c", 450, 5)], 0),
        ([refund("b", 550, 0), refund("c", 450, 5)], 5),
        ([refund("b", 1_000, 0, day="2028-01-05")], 0),  # what it earned had lapsed by then
    ],
)
def test_a_holder_owes_what_the_card_could_not_give_back(refunds, points):
    assert owed([SALE, *refunds]).get(7, 0) == points


def test_a_refund_whose_sale_does_not_count_owes_nothing():
    assert owed([refund("b", 1_000, 0)]) == {}


@pytest.mark.parametrize("wrong", [refund("b", 1_001, 0), refund("b", 1, 11), refund("b", 1, 0, earn=1)])
def test_more_than_the_sale_is_impossible(wrong):
    assert len(impossible([SALE, wrong])) == 1
    assert impossible([SALE, refund("b", 1_000, 10)]) == []

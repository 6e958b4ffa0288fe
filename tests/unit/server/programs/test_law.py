"""Limits of the law on premiums, as its tables say."""

from __future__ import annotations

import pytest

from server.programs.law import (
    draw_max_yen,
    draw_total_max_yen,
    exchange_deal_yen,
    premium_max_yen,
    visitor_max_yen,
)


@pytest.mark.parametrize(
    ("deal", "limit"),
    [(0, 200), (100, 200), (999, 200), (1_000, 200), (1_001, 200), (1_005, 201), (5_000, 1_000), (100_000, 20_000)],
)
def test_a_premium_for_everybody(deal, limit):
    assert premium_max_yen(deal) == limit


def test_a_visit_without_a_purchase():
    assert visitor_max_yen() == 200


@pytest.mark.parametrize(("deal", "limit"), [(100, 2_000), (4_999, 99_980), (5_000, 100_000), (5_001, 100_000)])
def test_the_dearest_prize_of_a_draw(deal, limit):
    assert draw_max_yen(deal) == limit


@pytest.mark.parametrize(
    ("sales", "joint", "limit"), [(1_000_000, False, 20_000), (1_000_000, True, 30_000), (49, False, 0)]
)
def test_all_prizes_of_a_draw(sales, joint, limit):
    assert draw_total_max_yen(sales, joint) == limit


@pytest.mark.parametrize(
    ("points", "per", "each", "yen"), [(500, 100, 1, 50_000), (500, 100, 2, 25_000), (5, 100, 3, 167), (5, 100, 0, 0)]
)
def test_what_is_spent_for_points(points, per, each, yen):
    assert exchange_deal_yen(points, per, each) == yen

"""The comparison of the three places: silent when all agree, and every single disagreement is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from shared.card.image import CardImage, Lot
from shared.ids import make_card_no
from simulators.demo.books import TerminalVisit
from simulators.demo.compare import Account, differences
from simulators.demo.office import OfficeCard

AMOUNTS = (1_280, 2_000)
FIRST = TerminalVisit("a" * 32, "COMMITTED", 1, 1_280, 12, 0, 12, "L1")
SECOND = TerminalVisit("b" * 32, "COMMITTED", 2, 2_000, 20, 10, 10, "L2")
IMAGE = CardImage(7, make_card_no(1), 1, 2, lots=(Lot(22, 35), Lot(0, 0), Lot(0, 0)), earn=20, redeem=10)
GOOD = Account(IMAGE, "L2", ((FIRST,), (SECOND,)), OfficeCard(22, 1, 2, (2_000, 1_280)), 22)


def test_equal_books_have_no_differences() -> None:
    assert differences(GOOD, 22, AMOUNTS) == []


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (replace(GOOD, member_points=21), "balance: 21 at head office, member, must be 22"),
        (replace(GOOD, office=replace(GOOD.office, balance=0)), "balance: 0 at head office, card"),
        (replace(GOOD, office=replace(GOOD.office, seq=1)), "visits on the card: 1 at head office"),
        (replace(GOOD, office=replace(GOOD.office, gen=2)), "generation: 2 at head office"),
        (replace(GOOD, office=replace(GOOD.office, amounts_yen=(2_000,))), "amounts: (2000,) at head office"),
        (replace(GOOD, terminals=((FIRST,), ())), "visits on the card: 1 at terminals"),
        (replace(GOOD, terminals=((FIRST,), (replace(SECOND, state="DOUBT"),))), "visits on the card: 1 at terminals"),
        (replace(GOOD, image=structs.replace(IMAGE, earn=19)), "points earned last: 19 at card"),
        (replace(GOOD, image=structs.replace(IMAGE, redeem=9)), "points used last: 9 at card"),
        (replace(GOOD, track="L1"), "last record of the stripe: L1 at card"),
    ],
)
def test_a_figure_that_differs_anywhere_is_named_with_its_place(account: Account, words: str) -> None:
    assert any(line.startswith(words) for line in differences(account, 22, AMOUNTS))


def test_equal_but_unexpected_books_differ_too() -> None:
    found = differences(GOOD, 23, AMOUNTS)
    assert len(found) == 4
    assert all("must be 23" in line for line in found)

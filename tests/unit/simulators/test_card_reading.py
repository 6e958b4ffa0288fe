"""A card is read alike whether it bears a stripe or a chip, and hands can spoil both."""

from __future__ import annotations

import pytest

from shared.card.codec import Verdict, encode
from shared.card.mac import KeyRing
from simulators.bench.table import Table
from simulators.bench.tray import TrayCard
from simulators.card_reading import seen, tear, wear, wipe
from simulators.card_rewriter.fonts import Boxes
from simulators.card_stock import SimCard
from simulators.trade import new_card

RING = KeyRing(7, 1, {1: bytes(32)})
CHIPS = ("", "lite_s", "ntag213")


def card(chip: str) -> TrayCard:
    return Table((), (), RING, Boxes()).add_new("new", "", chip)


@pytest.mark.parametrize("chip", CHIPS)
def test_a_fresh_card_is_whole_under_its_own_number(chip: str) -> None:
    one = card(chip)
    said = seen(one.plastic)
    assert said.decoded(RING).verdict is Verdict.OK
    assert (said.is_torn, said.is_dead, bool(said.uid)) == (False, False, bool(chip))


@pytest.mark.parametrize("chip", CHIPS)
def test_hands_tear_wear_and_wipe_it(chip: str) -> None:
    one = card(chip).plastic
    tear(one)
    assert seen(one).is_torn
    wear(one)
    assert seen(one).is_dead
    wipe(one)
    assert seen(one).track is None
    assert not seen(one).is_torn


@pytest.mark.parametrize("chip", CHIPS)
def test_a_copy_bears_the_same_record_and_no_chip_is_the_other(chip: str) -> None:
    one = card(chip).plastic
    twin = one.copy()
    assert seen(twin).track == seen(one).track
    assert (twin.chip is None) is (not chip)
    assert not chip or seen(twin).uid != seen(one).uid


def test_a_record_of_another_chip_is_not_genuine() -> None:
    image, _ = new_card(1, RING)
    assert seen(SimCard(image.card, encode(image, RING, "04a1b200000001"))).decoded(RING).verdict is not Verdict.OK


def test_a_blank_chip_cannot_be_torn() -> None:
    one = card("ntag213").plastic
    wipe(one)
    tear(one)
    assert not seen(one).is_torn

"""What hands do to a card on the table is what its stripe says afterwards."""

from __future__ import annotations

import pytest
from msgspec import structs

from shared.card.codec import Verdict, decode, encode
from shared.card.image import Lot
from shared.card.mac import KeyRing
from simulators.bench.mischief import DEEDS, FORGED_POINTS, NAMES
from simulators.bench.table import CARDS_MAX, FIRST_SERIAL, Table, TrayFull
from simulators.card_rewriter.fonts import Boxes
from simulators.trade import new_card
from terminal.protocol.tcp300 import Status

RING = KeyRing(7, 1, {1: bytes(32)})


@pytest.fixture
def table() -> Table:
    return Table([], [], RING, Boxes())


def test_new_cards_have_numbers_that_were_never_used(table: Table) -> None:
    first, second = table.add_new(), table.add_new()
    assert first.number == new_card(FIRST_SERIAL, RING)[0].card
    assert second.number == new_card(FIRST_SERIAL + 1, RING)[0].card
    assert first.id != second.id
    assert table.next_serial == FIRST_SERIAL + 2


def test_a_copy_has_the_stripe_and_not_the_face(table: Table) -> None:
    card = table.add_new()
    DEEDS["copy"](table, card)
    copied = table.cards[-1]
    assert (copied.kind, copied.plastic.track, copied.plastic.face) == ("copy", card.plastic.track, None)
    assert copied.plastic is not card.plastic


def test_worn_wiped_and_torn_stripes_cannot_be_read(table: Table) -> None:
    for deed, status in (("wear", Status.PARITY), ("wipe", Status.NO_STRIPE), ("tear", Status.LRC)):
        card = table.add_new()
        DEEDS[deed](table, card)
        assert card.plastic.read()[0] is status


def test_a_forged_card_is_richer_and_its_signature_does_not_fit(table: Table) -> None:
    card = table.add_new()
    image, _ = new_card(FIRST_SERIAL, RING)
    card.plastic.track = encode(structs.replace(image, lots=(Lot(50, 40), *image.lots[1:])), RING)
    DEEDS["forge"](table, card)
    decoded = decode(card.plastic.track, RING)
    assert decoded.verdict is Verdict.FORGED
    assert decoded.image is not None
    assert decoded.image.balance == 50 + FORGED_POINTS


def test_a_card_of_nobody_cannot_be_forged(table: Table) -> None:
    card = table.add_new()
    DEEDS["wipe"](table, card)
    DEEDS["forge"](table, card)
    assert card.plastic.track is None


def test_a_full_tray_takes_no_more(table: Table) -> None:
    for _ in range(CARDS_MAX):
        table.add_new()
    with pytest.raises(TrayFull):
        table.add_new()


def test_the_page_offers_every_deed() -> None:
    assert [name for name, _ in NAMES] == [*DEEDS]

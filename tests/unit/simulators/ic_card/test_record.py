"""What the encoder puts on a chip is what the record says, on every kind of chip; a torn write is seen as one."""

from __future__ import annotations

import pytest

from simulators.ic_card.hands import KINDS
from simulators.ic_card.lite_s import CK, MC, LiteS
from simulators.ic_card.record import encode_chip, erase, record_of, spoil
from simulators.ic_card.stock import CHIPS, kept, new_chip, restored
from terminal.protocol import felica
from terminal.protocol.slots import Slots

TRACK = "L" + "A" * 68
MASTER = bytes(range(32))
UIDS = {"lite_s": "012e412900000001", "ntag213": "04a1b200000001", "classic": "de000001"}


@pytest.mark.parametrize("kind", UIDS)
def test_a_record_is_written_torn_and_erased(kind: str) -> None:
    chip = KINDS[kind](bytes.fromhex(UIDS[kind]))
    assert record_of(chip) == Slots("", torn=False)
    encode_chip(chip, TRACK, MASTER)
    assert record_of(chip) == Slots(TRACK, torn=False)
    spoil(chip)
    assert record_of(chip) == Slots(TRACK, torn=True)
    erase(chip)
    assert record_of(chip) == Slots("", torn=False)


def test_a_felica_card_has_its_own_key_and_is_locked() -> None:
    chip = new_chip("lite_s", 7)
    assert isinstance(chip, LiteS)
    encode_chip(chip, TRACK, MASTER)
    assert bytes(chip.blocks[CK]) == felica.card_key(MASTER, chip.uid)
    assert felica.is_locked(bytes(chip.blocks[MC]))


@pytest.mark.parametrize("kind", CHIPS)
def test_a_chip_that_was_kept_in_a_file_is_the_same(kind: str) -> None:
    chip = new_chip(kind, 7)
    encode_chip(chip, TRACK, MASTER)
    chip.is_silent = True
    again = restored(kept(chip))
    assert (again.uid, again.is_silent) == (chip.uid, True)
    assert record_of(again) == record_of(chip)
    assert kept(again) == kept(chip)


def test_every_serial_has_a_number_of_its_own() -> None:
    assert len({new_chip(kind, serial).uid for kind in CHIPS for serial in range(50)}) == 100

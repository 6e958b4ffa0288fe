"""The simulated glass: memory, addresses, four-bit mode, and a bus with nobody on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.hd44780 import Backpack, Hd44780, Hd44780Simulator
from terminal.protocol.hd44780 import Order, Register, characters, encode, place


def powered(columns: int = 20, rows: int = 2) -> Hd44780Simulator:
    glass = Hd44780Simulator(columns, rows)
    glass.power_on(0.0)
    return glass


def test_a_glass_without_power_or_switched_off_is_blank() -> None:
    glass = powered()
    glass.feed(encode(characters(b"ABC")), 0.0)
    assert glass.text[0].startswith("ABC")
    glass.feed(encode((Order(Register.INSTRUCTION, 0x08),)), 0.0)
    assert not "".join(glass.text).strip()
    glass.power_off(1.0)
    assert not "".join(glass.text).strip()
    glass.feed(encode(characters(b"ABC")), 2.0)
    assert (glass.tick(3.0), glass.wake_at) == (b"", None)


def test_behind_the_last_place_of_a_line_comes_the_other() -> None:
    glass = powered()
    glass.feed(encode((place(0, 19, 20), *characters(b"AB"))), 0.0)
    assert glass.text[0].endswith("A")
    assert "B" not in "".join(glass.text)  # in the memory, beyond the glass
    assert bytes(glass.chip.lines[0][19:21]) == b"AB"
    glass.feed(encode((Order(Register.INSTRUCTION, 0x80 | 0x27), *characters(b"CD"))), 0.0)
    assert glass.text[1].startswith("D")


def test_clear_home_and_entry_mode() -> None:
    glass = powered()
    glass.feed(encode((*characters(b"ABC"), Order(Register.INSTRUCTION, 0x02), *characters(b"X"))), 0.0)
    assert glass.text[0].startswith("XBC")
    glass.feed(encode((Order(Register.INSTRUCTION, 0x04), place(0, 5, 20), *characters(b"12"))), 0.0)
    assert glass.text[0].startswith("XBC 21")
    glass.feed(encode((Order(Register.INSTRUCTION, 0x01),)), 0.0)
    assert not "".join(glass.text).strip()


def test_the_rom_has_kana_and_the_yen_sign() -> None:
    glass = powered(16, 4)
    glass.feed(encode((place(3, 0, 16), *characters(b"\xb4\xc6\xbc\x5c~\x7f\xff"))), 0.0)
    assert glass.text[3].startswith("ｴﾆｼ¥→←█")


def test_characters_for_the_other_memory_are_not_shown() -> None:
    glass = powered()
    glass.feed(encode((Order(Register.INSTRUCTION, 0x40), *characters(b"ABC"))), 0.0)
    assert not "".join(glass.text).strip()


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 1)), max_size=60))
def test_whatever_the_pins_did_a_glass_can_be_woken(strobes: list[tuple[int, int]]) -> None:
    glass = powered()
    for nibble, rs in strobes:
        glass.chip.strobe(nibble, rs)
    glass.feed(encode((Order(Register.AWAKEN), place(0, 0, 20), *characters(b"A" * 20))), 0.0)
    assert glass.text[0] == "A" * 20
    chip = glass.chip
    chip.strobe(0x8, 0)
    chip.strobe(0x0, 0)
    chip.strobe(0x4, 1)
    chip.strobe(0x2, 1)
    assert glass.text[0].startswith("BA")


def test_a_bus_with_nobody_at_the_address_refuses() -> None:
    glass = powered()
    pack = Backpack(glass)
    pack.write_byte(0x27, 0x08)
    assert glass.backlit
    for address, closed in ((0x26, False), (0x27, True)):
        if closed:
            pack.close()
        with pytest.raises(OSError, match="Remote"):
            pack.write_byte(address, 0)


def test_a_controller_wakes_up_eight_bits_wide() -> None:
    chip = Hd44780()
    chip.strobe(0xC, 0)
    assert not chip.is_on
    chip.strobe(0x2, 0)
    chip.strobe(0x0, 0)
    chip.strobe(0xC, 0)
    assert chip.is_on

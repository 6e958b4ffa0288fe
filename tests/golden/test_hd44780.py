"""What the glass's pins see, nibble by nibble, from Hitachi's data sheet (ADE-207-272(Z), pages 24, 42 and 46)."""

from __future__ import annotations

from shared.locale import japanese
from shared.visit.effects import Show
from shared.visit.screens import Waiting
from simulators.hd44780 import BACKLIGHT, EN, RS
from terminal.drivers.display.hd44780 import Hd44780Core
from terminal.drivers.links.lcd_link import open_lcd
from terminal.protocol.hd44780 import Order, Register, characters, encode, place

PORT = "i2c=1 address=0x27 columns=20 rows=2"
# Initialising by instruction: 3h three times, 2h; function set 28h (4 bits, 2 lines), on 0Ch, clear 01h, entry 06h
INITIALISED = "0 3 0 3 0 3 0 2 2 8 0 C 0 1 0 6"
AWOKEN = "0 3 0 3 0 3 0 2 2 8 0 C 0 6"


class Probe:
    """A logic analyser on RS, EN and D4 to D7."""

    def __init__(self) -> None:
        self.strobes: list[str] = []
        self.addresses: list[int] = []
        self._latch = 0x00

    def write_byte(self, address: int, value: int) -> None:
        self.addresses.append(address)
        if self._latch & EN and not value & EN:
            assert value & BACKLIGHT
            self.strobes.append(f"{'+' if self._latch & RS else ''}{self._latch >> 4:X}")
        self._latch = value

    def close(self) -> None:
        pass

    def take(self) -> str:
        taken, self.strobes = " ".join(self.strobes), []
        return taken


def test_the_pins_see_what_the_data_sheet_says() -> None:
    probe = Probe()
    link = open_lcd(PORT, lambda number: probe)
    assert probe.take() == INITIALISED
    link.write(encode((place(1, 0, 20), *characters(b"\xb4\x5c5"))))  # ｴ¥5 at C0h
    assert probe.take() == "C 0 +B +4 +5 +C +3 +5"
    link.write(encode((Order(Register.AWAKEN),)))
    assert probe.take() == AWOKEN
    assert set(probe.addresses) == {0x27}
    link.close()


def test_a_greeting_is_kana_of_jis_x_0201() -> None:
    core = Hd44780Core(PORT, japanese)
    core.opened(0.0)
    out = core.command(Show(Waiting()), 1.0).out.hex(" ")
    assert out.startswith("00 80 01 b2 01 d7 01 af 01 bc 01 ac 01 b2 01 cf 01 be")  # ｲﾗｯｼｬｲﾏｾ
    assert "00 c0 01 b6 01 b0 01 c4 01 de 01 a6 01 20 01 b5 01 b2 01 da" in out  # ｶｰﾄﾞｦ ｵｲﾚ

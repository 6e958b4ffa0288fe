"""The glass through RPLCD's own driver, on a bus that stands in for smbus2's."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.locale import japanese
from shared.visit.effects import Show
from shared.visit.events import DeviceLost, DeviceReady, Event
from shared.visit.screens import Reading, Waiting
from simulators.hd44780 import Backpack, Hd44780Simulator
from terminal.app.clock import SystemClock
from terminal.drivers.display.hd44780 import Hd44780Core
from terminal.drivers.links.lcd_link import LcdLink, open_lcd
from terminal.drivers.pump import Pump
from terminal.protocol.hd44780 import Order, Register, characters, encode, place

PORT = "i2c=1 address=0x27 columns=20 rows=2"
PATIENCE_S = 20.0
LOOK_S = 0.005
WAITING = ("ｲﾗｯｼｬｲﾏｾ            ", "ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ      ")
READING = ("ｶｰﾄﾞｦ ﾖﾝﾃﾞｲﾏｽ       ", "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ      ")


@pytest.fixture
def glass() -> Hd44780Simulator:
    glass = Hd44780Simulator()
    glass.power_on(0.0)
    glass.chip.lose_power()  # eight bits wide, as it comes up: the library must wake it
    return glass


def opened(glass: Hd44780Simulator, port: str = PORT) -> tuple[LcdLink, Backpack]:
    bus = Backpack(glass)
    return open_lcd(port, lambda number: bus), bus


def test_a_glass_is_woken_lit_and_written(glass: Hd44780Simulator) -> None:
    link, _ = opened(glass)
    link.write(encode((place(1, 3, 20), *characters(b"\xb4\xc6\xbc \x5c980"))))
    assert glass.text == (" " * 20, "   ｴﾆｼ ¥980         ")
    assert glass.backlit
    link.close()


def test_only_what_changed_goes_over_the_bus(glass: Hd44780Simulator) -> None:
    link, bus = opened(glass)
    core = Hd44780Core(PORT, japanese)
    link.write(core.opened(0.0).out)
    link.write(core.command(Show(Waiting()), 0.0).out)
    whole = bus.bytes_written
    assert core.command(Show(Waiting()), 0.1).out == b""
    link.write(core.command(Show(Reading()), 0.2).out)
    assert bus.bytes_written - whole < 8 * 2 * 20  # fewer than the characters of one and a half lines
    assert glass.text == READING
    link.close()


@pytest.mark.parametrize("upset", [False, True])
def test_an_upset_glass_is_woken_without_clearing(glass: Hd44780Simulator, upset: bool) -> None:
    link, _ = opened(glass)
    link.write(encode((place(0, 0, 20), *characters(b"12345678"))))
    if upset:
        glass.chip.upset()
    link.write(encode((Order(Register.AWAKEN),)))
    assert glass.text[0].startswith("12345678" if not upset else "\u2588 _*5678")
    link.write(encode((place(0, 0, 20), *characters(b"12345678"), place(1, 0, 20), *characters(b"    "))))
    assert glass.text[0] == "12345678            "
    link.close()


def test_a_glass_of_four_rows_takes_the_third_and_fourth() -> None:
    glass = Hd44780Simulator(16, 4)
    glass.power_on(0.0)
    link, _ = opened(glass, "columns=16 rows=4")
    for row in range(4):
        link.write(encode((place(row, row, 16), *characters(b"%d" % row))))
    assert [text.strip() for text in glass.text] == ["0", "1", "2", "3"]
    assert [text.index(text.strip()) for text in glass.text] == [0, 1, 2, 3]
    link.close()


def test_a_glass_that_is_away_is_missing_and_its_bus_closed_again(glass: Hd44780Simulator) -> None:
    glass.power_off(0.0)
    bus = Backpack(glass)
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        open_lcd(PORT, lambda number: bus)
    assert bus.is_closed
    glass.power_on(0.0)
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        opened(glass, "address=0x3F")


def test_a_bus_that_does_not_exist_is_missing() -> None:
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        open_lcd("i2c=250")
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files


def test_a_library_that_is_not_installed_is_named() -> None:
    def missing(number: int) -> Backpack:
        raise ImportError("no such module", name="smbus2")

    with pytest.raises(EnishiError) as refused:
        open_lcd(PORT, missing)
    assert (refused.value.code, refused.value.facts["library"]) == ("device.library_missing", "smbus2")


def test_a_pulled_plug_shows_at_the_next_write(glass: Hd44780Simulator) -> None:
    link, bus = opened(glass)
    glass.power_off(1.0)
    assert link.read(4096, 0.0) == b""
    with pytest.raises(EnishiError, match=r"device\.link_lost"):
        link.write(encode((place(0, 0, 20),)))
    link.close()
    link.close()
    link.cancel()
    assert bus.is_closed


def test_the_real_pump_draws_and_draws_again_after_the_plug(glass: Hd44780Simulator) -> None:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    crashes: list[BaseException] = []
    pump = Pump(
        "display", Hd44780Core(PORT, japanese), lambda: opened(glass)[0], SystemClock(), events.put,
        lambda *_: None, lambda _, error: crashes.append(error),
    )  # fmt: skip
    pump.start()
    assert events.get(timeout=PATIENCE_S) == DeviceReady("display")
    pump.command(Show(Waiting()), 0.0)
    shows(glass, WAITING)
    glass.power_off(0.0)
    pump.command(Show(Reading()), 0.0)
    assert events.get(timeout=PATIENCE_S) == DeviceLost("display", "device.display.link_closed")
    glass.power_on(0.0)
    assert events.get(timeout=PATIENCE_S) == DeviceReady("display")
    shows(glass, READING)
    assert pump.stop()
    assert not crashes


def shows(glass: Hd44780Simulator, text: tuple[str, ...]) -> None:
    idle = threading.Event()  # a busy look would keep the pump from its work
    until = time.monotonic() + PATIENCE_S
    while glass.text != text and time.monotonic() < until:
        idle.wait(LOOK_S)
    assert glass.text == text

"""What is plugged in, from a folder that stands for /dev."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from shared.errors import EnishiError
from terminal.app.config import split_device
from terminal.app.staff.devices import VENDORS, main
from terminal.drivers.links.plugged_in import SerialPort
from terminal.drivers.port import Role
from terminal.drivers.registry import DRIVERS, find_driver


def say(dev: Path, *ports: SerialPort, language: str = "ja", readers: tuple[str, ...] = ()) -> str:
    out = io.StringIO()
    assert main({"ENISHI_TERMINAL_LANGUAGE": language}, out, dev, lambda: ports, lambda: readers) == 0
    return out.getvalue()


def touch(dev: Path, *names: str) -> None:
    for name in names:
        (dev / name).parent.mkdir(parents=True, exist_ok=True)
        (dev / name).touch()


def test_an_empty_machine_is_said_in_one_line(tmp_path: Path) -> None:
    said = say(tmp_path)
    assert said == (
        "見つからなかったもの: シリアルポート / USB のキーパッドとバーコードリーダー / IC カードリーダー / "
        "GPIO の端子 / I2C / USB プリンター\n"
    )


def test_a_port_is_named_by_what_stays_the_same(tmp_path: Path) -> None:
    touch(tmp_path, "ttyUSB0")
    link = tmp_path / "serial" / "by-id" / "usb-Prolific-if00"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "ttyUSB0")
    said = say(tmp_path, SerialPort("/dev/ttyUSB0", (0x067B, 0x2303), "Prolific"))
    assert f'card_rewriter = "magnetic:{link}"' in said
    assert said.index("magnetic:") < said.index("tcp300:")


def test_every_line_can_be_pasted(tmp_path: Path) -> None:
    touch(tmp_path, "input/by-id/usb-Pad-event-kbd", "input/by-id/usb-Pad-event-mouse", "gpiochip0", "i2c-3")
    said = say(tmp_path, SerialPort("/dev/ttyS0", None, ""), SerialPort("/dev/ttyACM0", (0x2E8A, 5), "Pico"))
    lines = [line.strip().partition("    #")[0] for line in said.splitlines() if ' = "' in line]
    assert len(lines) > 8
    for line in lines:
        role, _, quoted = line.partition(" = ")
        model, port = split_device(quoted.strip('"'))
        assert port
        assert find_driver(model, Role(role)).role is Role(role)
    assert "event-mouse" not in said
    assert 'display = "hd44780:i2c=3 ' in said


def test_a_printer_without_a_serial_port_is_told_how_it_can_be_used(tmp_path: Path) -> None:
    touch(tmp_path, "usb/lp0")
    assert "CDC" in say(tmp_path)


def test_readers_that_cannot_be_looked_for_say_why(tmp_path: Path) -> None:
    def missing() -> tuple[str, ...]:
        raise EnishiError("device.library_missing", library="pyscard", port="PC/SC")

    out = io.StringIO()
    main({}, out, tmp_path, lambda: (), missing)
    assert "pyscard" in out.getvalue()


def test_it_speaks_english_too(tmp_path: Path) -> None:
    said = say(tmp_path, SerialPort("/dev/ttyS0", None, ""), language="en")
    assert said.isascii(), said


@pytest.mark.parametrize("models", VENDORS.values())
def test_only_drivers_that_there_are_are_guessed(models: tuple[str, ...]) -> None:
    assert set(models) <= set(DRIVERS)

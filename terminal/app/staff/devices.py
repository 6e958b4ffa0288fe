"""``./enishi terminal devices``: what is plugged into this machine, what it may be, and the line for the settings.

    python -m terminal.app.staff.devices

Nothing is opened: a port that the terminal is using is only named.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from shared.errors import EnishiError, explain
from shared.locale import N_, Translate
from terminal.app.language import translation
from terminal.app.staff.roles import ROLE_NAMES
from terminal.drivers.links.plugged_in import SerialPort, card_readers, serial_ports
from terminal.drivers.port import Role
from terminal.drivers.registry import DRIVERS
from terminal.protocol import hd44780, lamps, matrix

DEV = Path("/dev")
_ADAPTER = ("tcp300", "escpos", "magnetic", "vfd", "serial_scanner", "modem")  # behind a plain cable anything may stand
_BOARD = ("panel_board",)
_SCANNER = ("serial_scanner",)
# USB vendors (usb.org's list) -> models that are likely; (vendor, product) where the vendor makes many things.
VENDORS: Mapping[int | tuple[int, int], tuple[str, ...]] = {
    0x0519: ("tcp300", "escpos"),  # Star Micronics
    0x04B8: ("escpos",),  # Epson
    0x1D90: ("escpos",),  # Citizen
    0x08BD: ("escpos",),  # Citizen
    (0x067B, 0x2303): ("magnetic", *(model for model in _ADAPTER if model != "magnetic")),  # Prolific: in every MSR605
    0x067B: _ADAPTER,  # Prolific
    0x0403: _ADAPTER,  # FTDI
    0x10C4: _ADAPTER,  # Silicon Laboratories
    0x1A86: _ADAPTER,  # QinHeng, CH340
    0x2341: _BOARD,  # Arduino
    0x2E8A: _BOARD,  # Raspberry Pi
    0x1209: _BOARD,  # pid.codes
    0x05E0: _SCANNER,  # Symbol, Zebra
    0x0C2E: _SCANNER,  # Honeywell
    0x05F9: _SCANNER,  # Datalogic
    0x065A: _SCANNER,  # Opticon
    0x0572: ("modem",),  # Conexant
    0x0BAF: ("modem",),  # U.S. Robotics
}
_KEYBOARD = ("usb_numpad", "wedge")
_WIRINGS = {"gpio_matrix": matrix.EXAMPLE, "gpio_lamps": lamps.EXAMPLE}


@dataclass(frozen=True, slots=True)
class Found:
    """``lines``: what it may be, as ``role = "model:port"``; empty when no driver of ours fits."""

    place: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of connection. ``trouble``: why it could not be looked at."""

    title: str
    found: tuple[Found, ...]
    trouble: EnishiError | None = None


def main(
    environ: Mapping[str, str] = os.environ, out: TextIO = sys.stdout, dev: Path = DEV,
    ports: Callable[[], Sequence[SerialPort]] = serial_ports, readers: Callable[[], Sequence[str]] = card_readers,
) -> int:  # fmt: skip
    """The exit code: 0, also when nothing was found."""
    translate = translation(environ.get("ENISHI_TERMINAL_LANGUAGE", "ja"))
    sections = [_serial(dev, ports()), _inputs(dev), _readers(readers), _pins(dev), _buses(dev), _printers(dev)]
    for line in report(sections, translate):
        out.write(line + "\n")
    return 0


def report(sections: Sequence[Section], translate: Translate) -> Iterator[str]:
    """What was found, kind by kind, and what was not in one line."""
    empty = [section for section in sections if not section.found and section.trouble is None]
    for section in sections:
        if section not in empty:
            yield translate(section.title)
            yield from _rows(section, translate)
            yield ""
    if empty:
        titles = " / ".join(translate(section.title) for section in empty)
        yield translate("見つからなかったもの: {titles}").format(titles=titles)
    if any(found.lines for section in sections for found in section.found):
        yield translate("合うものを1行、設定ファイルの [devices] に写してください。")


def _rows(section: Section, translate: Translate) -> Iterator[str]:
    if section.trouble is not None:
        yield from (f"  {text}" for text in explain(section.trouble.code, section.trouble.facts, translate))
    for found in section.found:
        yield f"  {found.place}  {translate(found.name)}".rstrip()
        for line in found.lines:
            role = Role(line.partition(" ")[0])
            yield f"      {line}    # {translate(ROLE_NAMES[role])}"


def _serial(dev: Path, ports: Sequence[SerialPort]) -> Section:
    lasting = _lasting(dev / "serial" / "by-id")
    found = []
    for port in ports:
        place = lasting.get(Path(port.device).name, port.device)
        models = _ADAPTER + _BOARD if port.usb is None else _models(port.usb)
        numbers = "" if port.usb is None else f"USB {port.usb[0]:04x}:{port.usb[1]:04x}"
        found.append(Found(place, f"{numbers}  {port.name}".strip(), _lines(models, place)))
    return Section(N_("シリアルポート"), tuple(found))


def _models(usb: tuple[int, int]) -> tuple[str, ...]:
    return VENDORS.get(usb) or VENDORS.get(usb[0]) or _ADAPTER + _BOARD


def _lasting(folder: Path) -> dict[str, str]:
    """A device's kernel name -> a name that stays the same whatever else is plugged in."""
    return {path.resolve().name: str(path) for path in _names(folder)}


def _inputs(dev: Path) -> Section:
    """Keypads and keyboard wedges look alike; one of a device's several nodes is its keyboard."""
    nodes = [str(path) for path in _names(dev / "input" / "by-id") if path.name.endswith("-event-kbd")]
    return Section(
        N_("USB のキーパッドとバーコードリーダー"), tuple(Found(node, "", _lines(_KEYBOARD, node)) for node in nodes)
    )


def _readers(readers: Callable[[], Sequence[str]]) -> Section:
    title = N_("IC カードリーダー")
    try:
        names = readers()
    except EnishiError as error:
        return Section(title, (), error)
    return Section(title, tuple(Found(name, "", _lines(("ic_card",), name)) for name in names))


def _pins(dev: Path) -> Section:
    chips = [path.name for path in _names(dev) if path.name.startswith("gpiochip")]
    lines = tuple(line for model, wiring in _WIRINGS.items() for line in _lines((model,), wiring))
    found = (Found(" ".join(chips), N_("配線した番号に直してください。"), lines),) if chips else ()
    return Section(N_("GPIO の端子"), found)


def _buses(dev: Path) -> Section:
    buses = [path.name.removeprefix("i2c-") for path in _names(dev) if path.name.startswith("i2c-")]
    wirings = [(bus, hd44780.EXAMPLE.replace("i2c=1", f"i2c={bus}")) for bus in buses]
    found = (Found(f"i2c-{bus}", "", _lines(("hd44780",), wiring)) for bus, wiring in wirings)
    return Section(N_("I2C"), tuple(found))


def _printers(dev: Path) -> Section:
    name = N_("プリンターの設定で、仮想シリアルポート（CDC）に切り替えるか、LAN でつないでください。")
    printers = [path for path in _names(dev / "usb") if path.name.startswith("lp")]
    return Section(N_("USB プリンター"), tuple(Found(str(path), name, ()) for path in printers))


def _names(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _lines(models: Sequence[str], port: str) -> tuple[str, ...]:
    """Only of models that there are."""
    return tuple(f'{DRIVERS[model].role.value} = "{model}:{port}"' for model in models if model in DRIVERS)


if __name__ == "__main__":
    sys.exit(main())

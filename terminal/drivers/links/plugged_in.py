"""What is plugged into this machine, as pyserial and the smart-card service name it."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports

from shared.errors import EnishiError


@dataclass(frozen=True, slots=True)
class SerialPort:
    """``usb``: vendor and product number; None for a port that is built in. ``name``: what it calls itself."""

    device: str
    usb: tuple[int, int] | None
    name: str


def serial_ports() -> list[SerialPort]:
    """The serial ports that have hardware behind them."""
    return [
        SerialPort(
            port.device,
            None if port.vid is None or port.pid is None else (port.vid, port.pid),
            " ".join(filter(None, (port.manufacturer, port.product))),
        )
        for port in sorted(list_ports.comports(), key=lambda port: port.device)
    ]


def card_readers() -> list[str]:
    """Names of the smart-card readers. Raises ``device.library_missing`` and ``device.ic_card.no_service``."""
    try:
        from smartcard import scard
    except ImportError as error:
        raise EnishiError("device.library_missing", library="pyscard", port="PC/SC") from error
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise EnishiError("device.ic_card.no_service")
    try:
        result, names = scard.SCardListReaders(context, [])
        return list(names) if result == scard.SCARD_S_SUCCESS else []
    finally:
        scard.SCardReleaseContext(context)

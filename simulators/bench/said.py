"""Bytes of customer displays, modems and keyboards in words. They never raise: a cable may carry anything."""

from __future__ import annotations

from simulators.vfd import LENGTHS
from terminal.protocol.evdev import DOWN, EV_KEY, EV_SYN, SYN_DROPPED, Code, EvdevDecoder
from terminal.protocol.hayes import LineDecoder, Refused, Ring, read_line
from terminal.protocol.telephone import Caller

ESC, US = 0x1B, 0x1F
_VFD = {  # command -> its name in the manual
    (ESC, 0x40): "ESC @ initialize",
    (ESC, 0x74): "ESC t page",
    (ESC, 0x52): "ESC R country",
    (US, 0x01): "US MD1 overwrite",
    (US, 0x02): "US MD2 scroll",
    (US, 0x03): "US MD3 scroll",
    (US, 0x24): "US $ place",
    (US, 0x43): "US C cursor",
    (US, 0x45): "US E blink",
    (US, 0x58): "US X brightness",
    (US, 0x72): "US r reverse",
    (US, 0x42): "US B bottom",
}
_SINGLE = {0x0C: "CLR", 0x0B: "HOM", 0x18: "CAN"}


def said_to_vfd(data: bytes) -> str:
    """Commands by their names, characters as they are shown."""
    words: list[str] = []
    text = bytearray()
    place = 0
    while place < len(data):
        length = 1
        if data[place] in (ESC, US) and place + 1 < len(data):
            command = (data[place], data[place + 1])
            length = 2 + LENGTHS.get(command, 0)
            values = " ".join(str(byte) for byte in data[place + 2 : place + length])
            _flush(words, text)
            words.append(f"{_VFD.get(command, f'{command[0]:02X} {command[1]:02X}')} {values}".strip())
        elif data[place] >= 0x20:
            text.append(data[place])
        else:
            _flush(words, text)
            words.append(_SINGLE.get(data[place], f"{data[place]:02X}"))
        place += length
    _flush(words, text)
    return ", ".join(words)


def said_to_modem(data: bytes) -> str:
    """Commands and answers, line by line."""
    return ", ".join(_line(line) for line in LineDecoder().feed(data + b"\r"))


def said_in_records(data: bytes) -> str:
    """The keys that went down."""
    events = EvdevDecoder().feed(data)
    names = [
        "records dropped" if (event.kind, event.code) == (EV_SYN, SYN_DROPPED) else _key(event.code)
        for event in events
        if (event.kind == EV_KEY and event.value == DOWN) or (event.kind, event.code) == (EV_SYN, SYN_DROPPED)
    ]
    return " ".join(names)


def _flush(words: list[str], text: bytearray) -> None:
    if text:
        words.append(f'"{bytes(text).decode("shift_jis", "replace")}"')
        text.clear()


def _line(line: str) -> str:
    match read_line(line):
        case Caller() as caller:
            return f"{line} ({caller})"
        case Ring():
            return "RING"
        case Refused():
            return "ERROR: not known"
    return line


def _key(code: int) -> str:
    try:
        return Code(code).name
    except ValueError:
        return f"key {code}"

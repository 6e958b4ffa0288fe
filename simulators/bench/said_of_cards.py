"""Bytes between the terminal and chips, or a swipe unit, in words. They never raise: a cable may carry anything."""

from __future__ import annotations

from collections.abc import Mapping

ESC = 0x1B
_BLOCKS: Mapping[int, str] = {
    **{number: f"S_PAD{number}" for number in range(14)},
    0x80: "RC", 0x82: "ID", 0x83: "D_ID", 0x86: "CKV", 0x87: "CK", 0x88: "MC", 0x90: "WCNT", 0x91: "MAC_A",
    0x92: "STATE",
}  # fmt: skip
_LISTED = 0x80  # P1: the blocks stand in a list before the data, three bytes each
_APDU = {0xCA: "GET DATA number", 0x82: "LOAD KEY", 0x86: "AUTHENTICATE", 0xA4: "SELECT service"}
_READ, _WRITE = 0xB0, 0xD6
_STATUS = {b"\x90\x00": "OK", b"\x63\x00": "failed", b"\x6d\x00": "no such command", b"\x91\x00": "card refused"}

_ORDERS = {
    "a": "reset", "e": "test", "t": "model?", "v": "firmware?", "d": "coercivity?", "x": "high coercivity",
    "y": "low coercivity", "o": "bits per character", "b": "density", "z": "leading zeros", "l": "leading zeros?",
    "m": "READ raw: waits for a swipe", "n": "WRITE raw: waits for a swipe", "\x81": "lights off", "\x82": "lights on",
    "\x83": "green light", "\x84": "yellow light", "\x85": "red light",
}  # fmt: skip
_ANSWERS = {"0": "OK", "1": "read or write error", "2": "bad command", "4": "no such command", "9": "bad swipe",
            "y": "test OK", "A": "refused", "s": "raw tracks"}  # fmt: skip


def said_to_chip(data: bytes) -> str:
    """One command of PC/SC part 3, or one that a Sony reader turns into FeliCa."""
    if len(data) < 4:
        return data.hex(" ").upper()
    ins, p1, p2 = data[1:4]
    if ins not in (_READ, _WRITE):
        return _APDU.get(ins, f"INS {ins:02X}")
    word = "READ" if ins == _READ else "WRITE"
    listed = data[5 : 5 + 3 * p2] if p1 == _LISTED else b""
    if not listed:
        return f"{word} {(p1 << 8) + p2}"
    numbers = [int.from_bytes(listed[at + 1 : at + 3], "little") for at in range(0, len(listed), 3)]
    return f"{word} {' '.join(_BLOCKS.get(number, f'{number:02X}') for number in numbers)}"


def said_by_chip(data: bytes) -> str:
    """Status word, and how much came before it."""
    status = _STATUS.get(data[-2:], data[-2:].hex(" ").upper())
    return f"{status}, {len(data) - 2} bytes" if len(data) > 2 else status


def said_to_swipe_unit(data: bytes) -> str:
    """Commands of the MSR206 by their names."""
    return ", ".join(_orders(data)) or data.hex(" ").upper()


def said_by_swipe_unit(data: bytes) -> str:
    """The first answer of a burst, and the verdict at its end."""
    letters = [chr(data[place + 1]) for place in range(len(data) - 1) if data[place] == ESC]
    if letters[:1] == ["s"]:
        return f"raw tracks, {_ANSWERS.get(letters[-1], '?')}"
    return ", ".join(_ANSWERS.get(letter, f"ESC {letter!r}") for letter in letters) or data.hex(" ").upper()


def _orders(data: bytes) -> list[str]:
    found = []
    place = data.find(ESC)
    while 0 <= place < len(data) - 1:
        letter = chr(data[place + 1])
        found.append(_ORDERS.get(letter, f"ESC {letter!r}"))
        if letter == "n":
            break  # what follows is the record
        place = data.find(ESC, place + 2)
    return found

"""Chip cards as the encoder delivers them, and how they are kept in a file."""

from __future__ import annotations

from typing import Any

from simulators.ic_card.chip import Chip
from simulators.ic_card.hands import KINDS
from simulators.ic_card.lite_s import KNOWN, LiteS
from simulators.ic_card.tags import Classic, Pages

CHIPS = ("lite_s", "ntag213")  # kinds of cards that lie in the tray
_UIDS = {"lite_s": "012e4129{:08x}", "ntag213": "04a1b2{:08x}"}  # the maker's bytes, then a number of ours
_BLOCK = 16


def new_chip(kind: str, serial: int) -> Chip:
    """One from the factory. The same serial has the same number."""
    return KINDS[kind](bytes.fromhex(_UIDS[kind].format(serial)))


def kept(chip: Chip) -> dict[str, Any]:
    """All that outlives a power cut, as JSON."""
    if isinstance(chip, LiteS):
        memory = b"".join(bytes(chip.blocks[number]) for number in KNOWN)
    else:
        assert isinstance(chip, Pages | Classic)
        memory = bytes(chip.memory)
    kind = "lite_s" if isinstance(chip, LiteS) else "classic" if isinstance(chip, Classic) else "ntag213"
    return {"kind": kind, "uid": chip.uid.hex(), "memory": memory.hex(), "silent": chip.is_silent}


def restored(saved: dict[str, Any]) -> Chip:
    """The chip of :func:`kept`."""
    chip = KINDS[saved["kind"]](bytes.fromhex(saved["uid"]))
    memory = bytes.fromhex(saved["memory"])
    if isinstance(chip, LiteS):
        for place, number in enumerate(KNOWN):
            chip.blocks[number][:] = memory[place * _BLOCK : (place + 1) * _BLOCK]
    else:
        assert isinstance(chip, Pages | Classic)
        chip.memory[:] = memory
    chip.is_silent = saved["silent"]
    return chip

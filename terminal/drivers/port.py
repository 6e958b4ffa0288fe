"""The seam between the loop and a device: orders in; events come back by another way."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from shared.visit.effects import Effect


class Role(Enum):
    """What a device is for. A terminal has at most one device of each role; only the card unit is indispensable."""

    CARD_REWRITER = "card_rewriter"  # stripe or chip, with or without a face
    RECEIPT_PRINTER = "receipt_printer"
    PANEL = "panel"  # keypad, customer display, lamps and buzzer on one board
    KEYPAD = "keypad"
    DISPLAY = "display"  # two lines for the customer
    SIGNALS = "signals"  # lamps and buzzer
    SCANNER = "scanner"  # barcodes
    CALLER_ID = "caller_id"


class Port(Protocol):
    """``now``: monotonic seconds, for ports without a clock of their own."""

    def command(self, effect: Effect, now: float) -> None:
        """Pass an order to the device. Returns at once."""

"""What can be wrong with a receipt printer, and what its status bytes say of it."""

from __future__ import annotations

from terminal.protocol.escpos import ErrorCause, OfflineCause

NO_ANSWER = "device.receipt_printer.no_answer"
LINK_CLOSED = "device.receipt_printer.link_closed"
PAPER_OUT = "device.receipt_printer.paper_out"
PAPER_LOW = "device.receipt_printer.paper_low"  # it goes on printing
COVER_OPEN = "device.receipt_printer.cover_open"
CUTTER = "device.receipt_printer.cutter"
OVERHEATED = "device.receipt_printer.overheated"
FAULT = "device.receipt_printer.fault"
TIMEOUT = "device.receipt_printer.timeout"
QUEUE_FULL = "device.receipt_printer.queue_full"
TOO_LONG = "device.receipt_printer.too_long"


def trouble(cause: OfflineCause) -> str:
    """The error's code; "" if the printer can print."""
    if cause.cover_open:
        return COVER_OPEN
    if cause.paper_end:
        return PAPER_OUT
    return FAULT if cause.error else ""


def what_fails(error: ErrorCause) -> str:
    """The code of an error that the printer did not recover from."""
    if error.cutter:
        return CUTTER
    return OVERHEATED if error.passing else FAULT

"""The bytes on the three cables as a person reads them: newest first, decoded, with the time from order to answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.locale import N_, Translate
from simulators.bench import words
from simulators.rig.counter import Counter
from terminal.protocol.panel_board import Ack, Message, Ping, SetDisplay, Status, encode

ENTRIES_MAX = 60  # on the page
LOOK_BACK = 160  # entries of one device that are looked at; polls among them are left out
HEX_MAX = 48  # bytes shown
TO_DEVICE, FROM_DEVICE = N_("端末 → 機器"), N_("機器 → 端末")
POLLS = ("59h STATUS",)  # the terminal's own rounds say nothing new


@dataclass(frozen=True, slots=True)
class Line:
    """``at_s`` on the device's clock, which runs ``speed`` times as fast as ours."""

    at_s: float
    device: str
    to_device: bool
    data: bytes
    meaning: str
    took_s: float | None = None


def log_of(counter: Counter, translate: Translate) -> list[dict[str, Any]]:
    """The newest entries of all devices, in real seconds since the rig began."""
    lines = [*_card_rewriter(counter), *_panel(counter), *_receipt_printer(counter)]
    newest = sorted(lines, key=lambda line: line.at_s, reverse=True)[:ENTRIES_MAX]
    return [_entry(line, translate) for line in newest]


def _card_rewriter(counter: Counter) -> Iterator[Line]:
    """Blocks only: their acknowledgements, single bytes, are left out. An answer carries the time since its order."""
    speed, asked_s = counter.speed, 0.0
    for line in list(counter.card_rewriter.log)[-LOOK_BACK:]:
        if len(line.data) < 3:
            continue
        if line.to_device:
            asked_s = line.at_s
        if not line.meaning.startswith(POLLS):
            took_s = None if line.to_device else line.at_s - asked_s
            yield Line(line.at_s / speed, "card_rewriter", line.to_device, line.data, line.meaning, took_s)


def _panel(counter: Counter) -> Iterator[Line]:
    for frame in list(counter.panel.log)[-LOOK_BACK:]:
        if not isinstance(frame.message, Ping | Status | Ack):
            data = encode(frame.message, frame.seq)
            yield Line(frame.at, "panel", not frame.sent, data, _told(frame.message))


def _receipt_printer(counter: Counter) -> Iterator[Line]:
    for entry in list(counter.ports["receipt_printer"].log)[-LOOK_BACK:]:
        if entry.to_device and len(entry.data) < 4:  # a question for its state
            continue
        if entry.to_device or len(entry.data) > 1:
            meaning = _printed(entry.data) if entry.to_device else "status"
            yield Line(entry.at_s / counter.speed, "receipt_printer", entry.to_device, entry.data, meaning)


def _told(message: Message) -> str:
    if isinstance(message, SetDisplay):
        shown = (message.upper + b"|" + message.lower).decode("shift_jis", "replace")
        return f"SetDisplay {shown}"
    return repr(message)


def _printed(data: bytes) -> str:
    """The readable part of print data."""
    text = "".join(char for char in data.decode("shift_jis", "replace") if char.isprintable())
    return text[:80]


def _entry(line: Line, translate: Translate) -> dict[str, Any]:
    shown = line.data[:HEX_MAX].hex(" ").upper()
    return {
        "number": f"{line.device}{line.at_s:.4f}",
        "bytes": len(line.data),
        "at": f"{line.at_s:.3f}",
        "device": translate(words.DEVICES[line.device]),
        "to_device": line.to_device,
        "arrow": translate(TO_DEVICE if line.to_device else FROM_DEVICE),
        "meaning": line.meaning,
        "hex": shown + (" …" if len(line.data) > HEX_MAX else ""),
        "took": "" if line.took_s is None else f"{line.took_s * 1000:,.0f} ms",
    }

"""The bytes on all cables as a person reads them: newest first, decoded, with the time from order to answer."""

from __future__ import annotations

from typing import Any

from shared.locale import N_, Translate
from simulators.bench import words
from simulators.bench.decoders import Line, lines_of
from simulators.rig.counter import Counter

ENTRIES_MAX = 80  # on the page
HEX_MAX = 48  # bytes shown
TO_DEVICE, FROM_DEVICE = N_("端末 → 機器"), N_("機器 → 端末")


def log_of(counter: Counter, translate: Translate) -> list[dict[str, Any]]:
    """The newest entries of all devices, in real seconds since the rig began."""
    lines = [line for role in counter.ports for line in lines_of(counter, role)]
    newest = sorted(lines, key=lambda line: line.at_s, reverse=True)[:ENTRIES_MAX]
    return [_entry(line, translate) for line in newest]


def _entry(line: Line, translate: Translate) -> dict[str, Any]:
    shown = line.data[:HEX_MAX].hex(" ").upper()
    return {
        "number": f"{line.role}{line.at_s:.4f}",
        "bytes": len(line.data),
        "at": f"{line.at_s:.3f}",
        "role": line.role,
        "device": translate(words.DEVICES[line.role]),
        "to_device": line.to_device,
        "arrow": translate(TO_DEVICE if line.to_device else FROM_DEVICE),
        "meaning": line.meaning,
        "hex": shown + (" …" if len(line.data) > HEX_MAX else ""),
        "took": "" if line.took_s is None else f"{line.took_s * 1000:,.0f} ms",
    }

"""The devices beside the card unit as the page shows them; None for one that does not stand here."""

from __future__ import annotations

import zlib
from typing import Any

from shared.locale import N_, Translate
from simulators.bench import words
from simulators.bench.pictures import paper
from simulators.keypad import PanelBoardSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.rig.counter import Counter
from simulators.vfd import BRIGHTEST, VfdSimulator
from terminal.protocol.panel_board import Lamp

State = dict[str, Any]


def ports_of(counter: Counter, translate: Translate) -> dict[str, str]:
    """Of each device in one word whether it can work."""
    found = {}
    for role, port in counter.ports.items():
        word = N_("つながっています") if port.connected else N_("ケーブルが抜けています")
        found[role] = translate(word if port.powered else N_("電源が入っていません") if port.connected else word)
    return found


def panel_of(counter: Counter, translate: Translate) -> State | None:
    """Display, lamps and buzzer of the panel board."""
    panel = counter.find(PanelBoardSimulator)
    if panel is None:
        return None
    lamps = []
    for name, _ in words.LAMPS:
        lamp = Lamp[name.upper()]
        word = N_("点滅") if panel.blinks(lamp) else N_("点灯") if panel.lit(lamp) else N_("消灯")
        lamps.append({"id": name, "on": panel.lit(lamp), "blinking": panel.blinks(lamp), "word": translate(word)})
    now = counter.ports["panel"].clock.now()
    return {
        "display": list(panel.display),
        "lamps": lamps,
        "buzzer": translate(words.BUZZER[panel.buzzing(now)]),
    }


def display_of(counter: Counter) -> State | None:
    """The customer display of its own. ``dim``: of four levels of brightness one of the lower."""
    glass = counter.find(VfdSimulator)
    return None if glass is None else {"display": list(glass.text), "dim": glass.brightness < BRIGHTEST}


def scanner_of(counter: Counter, translate: Translate) -> State | None:
    """``beeps``: labels read since it stands here."""
    if "scanner" not in counter.ports:
        return None
    beeps = counter.scanner.beeps
    return {"beeps": beeps, "word": translate(N_("読取り {n} 回")).format(n=beeps)}


def telephone_of(counter: Counter, translate: Translate) -> State | None:
    """Whether somebody calls now."""
    if "caller_id" not in counter.ports:
        return None
    rings = counter.telephone.rings
    return {"rings": rings, "word": translate(N_("鳴っています") if rings else N_("鳴っていません"))}


def receipt_of(counter: Counter, translate: Translate) -> State | None:
    """The paper that hangs out of the printer."""
    printer = counter.find(EscposSimulator)
    if printer is None:
        return None
    lines = paper(printer)
    version = zlib.crc32(repr(lines).encode("utf-8"))
    return {
        "blank": not lines,
        "image": f"/counters/{counter.number}/receipt.png?v={version:08x}",
        "text": "\n".join(line.text for line in lines[-40:]),
        "state": translate(_printer_word(printer)),
    }


def _printer_word(printer: EscposSimulator) -> str:
    if printer.is_online:
        return N_("印字できます")
    if not printer.powered:
        return N_("電源が入っていません")
    if printer.cover_open:
        return N_("カバーが開いています")
    if printer.paper_lines_left <= 0:
        return N_("用紙がありません")
    return N_("カッターが詰まっています") if printer.is_jammed else N_("故障")

"""What is on a two-line display, and the least that has to be written to make it what it should be."""

from __future__ import annotations

from dataclasses import dataclass

from shared.locale import Translate
from shared.visit.screens import Screen
from terminal.drivers.display.customer import customer_lines, display_bytes

GAP_MAX = 2  # columns; moving the cursor costs as much as writing over so many


@dataclass(frozen=True, slots=True)
class Patch:
    """``text`` in the display's bytes, from ``column`` of ``row`` on."""

    row: int
    column: int
    text: bytes


def picture_of(screen: Screen, translate: Translate, columns: int, rows: int) -> tuple[bytes, ...]:
    """Every row of the display; the customer's two lines are the first."""
    lines = tuple(display_bytes(line, columns) for line in customer_lines(screen, translate, columns))
    return lines + (b" " * columns,) * (rows - len(lines))


def patches(shown: tuple[bytes, ...] | None, wanted: tuple[bytes, ...]) -> list[Patch]:
    """From ``shown`` to ``wanted``; None: nobody knows what is shown."""
    if shown is None:
        return [Patch(row, 0, line) for row, line in enumerate(wanted)]
    return [
        patch
        for row, (old, new) in enumerate(zip(shown, wanted, strict=True))
        for patch in _line_patches(row, old, new)
    ]


def _line_patches(row: int, old: bytes, new: bytes) -> list[Patch]:
    found: list[Patch] = []
    for column in range(len(new)):
        if old[column] == new[column]:
            continue
        last = found[-1] if found else None
        if last is not None and column - last.column - len(last.text) <= GAP_MAX:
            found[-1] = Patch(row, last.column, new[last.column : column + 1])
        else:
            found.append(Patch(row, column, new[column : column + 1]))
    return found

"""A receipt's lines as an ESC/POS job for paper of so many columns."""

from __future__ import annotations

from shared.text.jis import fold_to_jis
from shared.text.kinsoku import wrap
from shared.text.width import columns, pad_left
from shared.visit.receipt import Receipt, ReceiptLine
from terminal.protocol import escpos

COLUMNS_58_MM = 32  # 384 dots in 12-dot half-width columns
COLUMNS_80_MM = 48  # 576 dots
RULE = "─"
GAP = 1  # at least so many columns between left and right


def render(receipt: Receipt, paper_columns: int) -> bytes:
    """The whole job, from initialising to the cut."""
    body = b"".join(_line(line, paper_columns) for line in receipt.lines)
    return escpos.begin_job() + body + escpos.cut()


def _line(line: ReceiptLine, paper_columns: int) -> bytes:
    if line.rule:
        return _printed([RULE * (paper_columns // 2)])
    room = paper_columns // 2 if line.large else paper_columns
    rows = _rows(fold_to_jis(line.left).text, fold_to_jis(line.right).text, room)
    job = _printed(rows)
    if line.large:
        job = escpos.double_size(True) + job + escpos.double_size(False)
    if line.centred:
        job = escpos.align(escpos.Align.CENTRE) + job + escpos.align(escpos.Align.LEFT)
    return job


def _printed(rows: list[str]) -> bytes:
    return b"".join(escpos.text(row) + escpos.LINE_FEED for row in rows)


def _rows(left: str, right: str, room: int) -> list[str]:
    """``left`` broken where it may be, ``right`` at the edge of the last row, or of one more if it finds no place."""
    rows = wrap(left, room) or [""]
    if not right:
        return rows
    for part in wrap(right, room):
        rest = room - columns(rows[-1])
        if rows[-1] and columns(part) + GAP > rest:
            rows.append(pad_left(part, room))
        else:
            rows[-1] += pad_left(part, rest)
    return rows

"""A receipt's lines as an ESC/POS job for paper of so many columns."""

from __future__ import annotations

from dataclasses import dataclass

from shared.locale import Translate, japanese
from shared.text.jis import fold_to_jis
from shared.text.kinsoku import wrap
from shared.text.width import columns, pad_left
from shared.visit.receipt import Receipt, ReceiptLine
from terminal.drivers.receipt_printer import raster
from terminal.drivers.receipt_printer.raster import Glyph
from terminal.protocol import escpos

COLUMNS_58_MM = 32  # 384 dots in 12-dot half-width columns
COLUMNS_80_MM = 48  # 576 dots
RULE = "─"
GAP = 1  # at least so many columns between left and right


@dataclass(frozen=True, slots=True)
class Paper:
    """``glyph``: where the dots come from when the printer itself has no Japanese; None: it has."""

    columns: int = COLUMNS_58_MM
    glyph: Glyph | None = None
    translate: Translate = japanese


def render(receipt: Receipt, paper: Paper) -> bytes:
    """The whole job, from initialising to the cut."""
    return _begun(paper) + _body(receipt.lines, paper) + escpos.cut()


def render_again(receipt: Receipt, paper: Paper) -> bytes:
    """The job after a try that stopped half-way: first what is still in the printer is declared void and cut off,
    then the whole receipt, marked as a second print."""
    void = ReceiptLine(paper.translate("途中までのレシートは無効です。"))
    mark = ReceiptLine(paper.translate("再印字"), centred=True)
    return (
        _begun(paper) + _body((void,), paper) + escpos.cut() + _body((mark, *receipt.lines), paper) + escpos.cut()
    )  # fmt: skip


def _begun(paper: Paper) -> bytes:
    return escpos.begin_job() if paper.glyph is None else escpos.INITIALIZE


def _body(lines: tuple[ReceiptLine, ...], paper: Paper) -> bytes:
    return b"".join(_line(line, paper) for line in lines)


def _line(line: ReceiptLine, paper: Paper) -> bytes:
    room = paper.columns // 2 if line.large else paper.columns
    if line.rule:
        return raster.rule(paper.columns) if paper.glyph else _printed([RULE * (paper.columns // 2)])
    rows = _rows(fold_to_jis(line.left).text, fold_to_jis(line.right).text, room)
    if paper.glyph is not None:
        return _pictured(rows, line, room, paper, paper.glyph)
    job = _printed(rows)
    if line.large:
        job = escpos.double_size(True) + job + escpos.double_size(False)
    if line.centred:
        job = escpos.align(escpos.Align.CENTRE) + job + escpos.align(escpos.Align.LEFT)
    return job


def _pictured(rows: list[str], line: ReceiptLine, room: int, paper: Paper, glyph: Glyph) -> bytes:
    """The same rows as dots; a printer that is sent pictures centres nothing by itself."""
    if line.centred:
        rows = [" " * ((room - columns(row)) // 2) + row for row in rows]
    return b"".join(raster.band(row, paper.columns, glyph, large=line.large) for row in rows)


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

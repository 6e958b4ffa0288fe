"""A list as a file: CSV in CP932 or UTF-8, an Excel workbook, JSON; sent while it is made, and noted in the audit log.

A text that a spreadsheet would take for a formula gets an apostrophe in front. Numbers of cards, telephones and postal
codes are texts and keep their zeros; in a workbook they stay texts too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import msgspec
import xlsxwriter
from flask import abort, g, stream_with_context
from werkzeug.wrappers import Response

from server.access.origin import ORIGIN
from server.access.rights import Right
from server.web import finding
from server.web.access import actor, ask_step_up
from server.web.context import db, now_ms, office, today
from server.web.finding import Asked
from server.web.i18n import gettext
from server.web.i18n import gettext as _
from server.web.security import me
from shared.errors import EnishiError
from shared.locale import N_

if TYPE_CHECKING:
    from server.web.listing import Column, Listing

EXPORT_ROWS_MAX = 100_000  # of one file: about ten megabytes, what the server holds back for a slow line anyhow
PIECE_ROWS = 500  # read and written at a time; as many values as one IN list takes
MASKED = "●●●"
GETA = "〓"  # in print for a letter that the fount lacks
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # OWASP's list, with its wide twins
# What Unicode tables and Windows take for CP932's bytes differ in these; the letters look the same.
_WINDOWS = str.maketrans("\u301c\u2016\u2212\u00a2\u00a3\u00ac\u2014\u00a5\u203e", "～∥－￠￡￢―\\￣")
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Kind:
    """``code``: of the text; "": not a matter of choice."""

    name: str
    suffix: str
    mimetype: str
    words: str  # Japanese source text
    code: str = ""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", N_("Excel（xlsx）")),
        Kind("csv", "csv", "text/csv; charset=shift_jis", N_("CSV（日本語版 Excel・Shift_JIS）"), "cp932"),
        Kind("csv-utf8", "csv", "text/csv; charset=utf-8", N_("CSV（UTF-8、すべての文字）"), "utf-8"),
        Kind("json", "json", "application/json", N_("JSON（ほかのシステム向け）")),
    )
}


def answer(listing: Listing, asked: Asked, wanted: str, with_pii: bool) -> Response:
    """The file. Raises ``input.export_large``; 403 without the right, 404 for a kind that there is not.

    ``with_pii``: what is masked elsewhere stands in it, for who may reveal it. For that, and for any list of persons,
    one must have shown within the last minutes who one is.
    """
    kind = KINDS.get(wanted)
    if kind is None:
        abort(404)
    if not me().may(Right.EXPORT) or (with_pii and not me().may(Right.PII_REVEAL)):
        abort(403)
    asking = ask_step_up() if with_pii or listing.is_personal else None
    if asking is not None:
        return asking
    number = finding.count(db(), listing.question(), asked, EXPORT_ROWS_MAX)
    if number > EXPORT_ROWS_MAX:
        raise EnishiError("input.export_large", limit=EXPORT_ROWS_MAX)
    facts = {"format": kind.name, "rows": number, "narrowed": sorted(asked.facets), "searched": bool(asked.query)}
    with office().database.transaction() as session:
        session.info[ORIGIN] = g.origin
        office().note(session, actor(), "export.file", listing.export_name, facts | {"revealed": with_pii}, now_ms())
    head = [gettext(column.title) for column in listing.columns]
    names = [column.name for column in listing.columns]
    rows = _rows(listing, asked, with_pii)
    if kind.name == "xlsx":
        body = workbook(gettext(listing.title), head, rows)
    elif kind.name == "json":
        body = json_pieces(listing.export_name, names, rows)
    else:
        body = csv_pieces(head, rows, kind.code)
    response = Response(stream_with_context(body), content_type=kind.mimetype)
    file = f"{listing.export_name}-{today():%Y%m%d}.{kind.suffix}"
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response


def csv_pieces(head: Sequence[str], rows: Iterator[Sequence[Cell]], code: str) -> Iterator[bytes]:
    """Lines as spreadsheets read them. In CP932 a letter that it lacks becomes 〓, and the last line counts them."""
    if code == "utf-8":
        yield "\ufeff".encode()
    lost = 0
    for row in _chain(head, rows):
        line = io.StringIO()
        csv.writer(line).writerow(["" if cell is None else neutral(cell) for cell in row])
        data, missing = encoded(line.getvalue(), code)
        lost += missing
        yield data
    if lost:
        said = _("※ この文字コードにない文字を {n}字、〓に替えました。UTF-8 か Excel なら、すべて入ります。")
        yield encoded(said.format(n=lost) + "\r\n", code)[0]


def json_pieces(name: str, names: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[bytes]:
    """One object: the list's name and its rows, each with the columns' names."""
    yield b'{"list":' + msgspec.json.encode(name) + b',"rows":['
    for place, row in enumerate(rows):
        yield (b",\n" if place else b"\n") + msgspec.json.encode(dict(zip(names, row, strict=True)))
    yield b"\n]}\n"


def workbook(title: str, head: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[bytes]:
    """One sheet, whose texts are texts whatever they look like. Made on disk, row by row."""
    with TemporaryFile() as file:
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(file, {"constant_memory": True, **plain}) as book:
            sheet = book.add_worksheet("".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or None)
            bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(head) - 1, 18)
            for place, word in enumerate(head):
                sheet.write_string(0, place, word, bold)
            for number, row in enumerate(rows, 1):
                for place, cell in enumerate(row):
                    if isinstance(cell, int):
                        sheet.write_number(number, place, cell)
                    elif cell:
                        sheet.write_string(number, place, cell[: sheet.xls_strmax], text)
        file.seek(0)
        yield from iter(lambda: file.read(1 << 16), b"")


def neutral(cell: Cell) -> Cell:
    """A text that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and (cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)):
        return "'" + cell
    return cell


def encoded(text: str, code: str) -> tuple[bytes, int]:
    """The bytes, and how many letters the code lacks."""
    if code != "cp932":
        return text.encode("utf-8", "replace"), 0
    text = text.translate(_WINDOWS)
    try:
        return text.encode("cp932"), 0
    except UnicodeEncodeError:
        found = [_in_cp932(letter) for letter in text]
    return b"".join(data or GETA.encode("cp932") for data in found), found.count(b"")


def _in_cp932(letter: str) -> bytes:
    try:
        return letter.encode("cp932")
    except UnicodeEncodeError:
        return b""


def _rows(listing: Listing, asked: Asked, with_pii: bool) -> Iterator[Sequence[Cell]]:
    for found in finding.every(db(), listing.question(), asked, PIECE_ROWS, EXPORT_ROWS_MAX):
        for row in listing.load(found):
            yield [_cell(column, row, with_pii) for column in listing.columns]


def _cell(column: Column, row: object, with_pii: bool) -> Cell:
    value = column.export(row)
    return MASKED if column.pii and value and not with_pii else value


def _chain(head: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield head
    yield from rows

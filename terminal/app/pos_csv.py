"""One sale as a CSV file. Encoding UTF-8 (with or without a mark) or CP932.

The first row names the columns, in any order, in English or Japanese:

    name 商品名 · unit_yen 単価 · code 商品コード · quantity 数量 · tax 税率 (10, 8, 0) · category 部門 ·
    discount_yen 値引 · earns ポイント対象 (1, 0) · reference 会計番号 · sale_discount_yen 小計値引

``name`` and ``unit_yen`` are needed; the last two are of the whole sale and are read from the first line of goods.
A sale without goods is one row with ``amount_yen`` 金額. Without a reference the file's name and time are one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TypeVar

from shared.errors import EnishiError
from shared.sale.basket import LINES_MAX, Basket, Line
from shared.sale.product import TaxRate
from shared.text.plain import shown
from shared.units import YEN_MAX
from terminal.app.pos import amount_line, checked, is_reference

STEM_LEN_MAX = 20  # characters of a file's name that go into its reference, beside 19 digits of time
ENCODINGS = ("utf-8-sig", "cp932")
COLUMNS: Mapping[str, str] = {
    "商品名": "name", "単価": "unit_yen", "商品コード": "code", "数量": "quantity", "税率": "tax", "部門": "category",
    "値引": "discount_yen", "ポイント対象": "earns", "会計番号": "reference", "小計値引": "sale_discount_yen",
    "金額": "amount_yen",
}  # fmt: skip

_GOODS = ("name", "unit_yen")
_FLAGS = {"1": True, "0": False, "": True}
_TAXES = {"10": TaxRate.STANDARD, "8": TaxRate.REDUCED, "0": TaxRate.NONE, "": TaxRate.STANDARD}
_DIGITS_MAX = len(str(YEN_MAX))

Value = TypeVar("Value")


def default_reference(name: str, mtime_ns: int) -> str:
    """For a file that names none: POS's use the same file name again and again, so its time belongs to it."""
    stem = name.rpartition(".")[0][:STEM_LEN_MAX]
    return f"{stem if is_reference(stem) else 'csv'}-{mtime_ns}"


def read_file(content: bytes, reference: str) -> Basket:
    """The sale of a whole file. Raises ``kiosk.pos_file``, else as ``pos.checked`` does."""
    rows = _rows(_text(content))
    first = rows[0]
    if "amount_yen" in first:
        if len(rows) > 1:
            raise _wrong("amount_yen: 1")
        lines: tuple[Line, ...] = (amount_line(_number(first, "amount_yen", 1)),)
    else:
        lines = tuple(_line(row) for row in rows)
    discount_yen = _number(first, "sale_discount_yen", 1, 0)
    return checked(Basket(lines, discount_yen, first.get("reference") or reference))


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _wrong("UTF-8 / Shift_JIS")


def _rows(text: str) -> list[Mapping[str, str]]:
    """Each line of goods by the columns' names."""
    try:
        table = [
            row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise _wrong(str(error)[:80]) from error
    if len(table) < 2:
        raise _wrong("1")
    if len(table) > LINES_MAX + 1:
        raise EnishiError("sale.too_many_lines", maximum=LINES_MAX)
    names = [COLUMNS.get(cell.strip(), cell.strip()) for cell in table[0]]
    needed = ("amount_yen",) if "amount_yen" in names else _GOODS
    strange = [name for name in names if name not in COLUMNS.values()]
    missing = [name for name in needed if name not in names]
    if strange or missing or len(set(names)) < len(names):
        raise _wrong(shown((strange or missing or names)[0]))
    for number, row in enumerate(table[1:], 1):
        if len(row) != len(names):
            raise _wrong(f"{number}: {len(row)} / {len(names)}")
    return [
        {"row": str(number), **dict(zip(names, (cell.strip() for cell in row), strict=True))}
        for number, row in enumerate(table[1:], 1)
    ]


def _line(row: Mapping[str, str]) -> Line:
    number = int(row["row"])
    return Line(
        row.get("code", ""),
        row["name"],
        row.get("category", ""),
        _number(row, "unit_yen", number),
        _number(row, "quantity", number, 1),
        _one_of(row, "tax", _TAXES),
        _number(row, "discount_yen", number, 0),
        _one_of(row, "earns", _FLAGS),
    )


def _number(row: Mapping[str, str], name: str, number: int, default: int | None = None) -> int:
    text = row.get(name, "").replace(",", "")
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX):
        raise _wrong(f"{number}: {name} {shown(text)}")
    return int(text)


def _one_of(row: Mapping[str, str], name: str, values: Mapping[str, Value]) -> Value:
    text = row.get(name, "").rstrip("%％")
    if text not in values:
        raise _wrong(f"{row['row']}: {name} {shown(text)}")
    return values[text]


def _wrong(detail: str) -> EnishiError:
    return EnishiError("kiosk.pos_file", detail=detail)

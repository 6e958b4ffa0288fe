"""A table of products in a file (CSV), as spreadsheets and old registers write it: read whole, judged row by row.

The first line names the columns, in Japanese or in English, in any order. UTF-8, with or without its mark, or CP932.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from server.products import service
from server.products.service import Entry
from shared.errors import EnishiError, Refused
from shared.sale.codes import parse_code
from shared.sale.product import Product, TaxRate, validate_product
from shared.text.plain import plain

FILE_BYTES_MAX = 32 << 20  # a hundred thousand products with long names
ROWS_MAX = 100_000
CODEPAGES = ("utf-8-sig", "cp932")  # what is good UTF-8 by chance only is never good CP932
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("コード", "商品コード", "JAN", "JANコード", "バーコード"),
    "name": ("商品名", "名前", "品名"),
    "kana": ("カナ", "フリガナ", "商品名カナ"),
    "price": ("価格", "売価", "単価"),
    "tax": ("税率", "税"),
    "category": ("部門", "分類"),
    "earns": ("ポイント対象", "ポイント"),
    "gone": ("取扱終了", "廃止"),
}
REQUIRED = ("code", "name", "price")
_YES, _NO = ("1", "yes", "true", "はい", "○", "対象", "する"), ("0", "no", "false", "いいえ", "×", "対象外", "しない")
_TAX = {
    "10": TaxRate.STANDARD, "標準": TaxRate.STANDARD, "8": TaxRate.REDUCED, "軽減": TaxRate.REDUCED,
    "0": TaxRate.NONE, "非課税": TaxRate.NONE,
}  # fmt: skip

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one line of the file, counted from 1. ``why``: only of a refused one."""

    line: int
    code: str
    what: str
    why: Refused | None = None


def read(path: Path) -> Sequence[tuple[int, Mapping[str, str]]]:
    """The lines below the first one, each with its number and its cells by column.

    Raises ``server.file``, ``products.too_large``, ``products.encoding``, ``products.column`` or ``products.columns``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise EnishiError("server.file", path=str(path), detail=error.strerror or "") from error
    if len(data) > FILE_BYTES_MAX:
        raise EnishiError("products.too_large", limit=ROWS_MAX)
    lines = csv.reader(io.StringIO(_text(data), newline=""))
    try:
        names = _names(next(lines, []))
        rows = [(lines.line_num, dict(zip(names, cells, strict=False))) for cells in lines if any(cells)]
    except csv.Error as error:
        raise EnishiError("products.columns", wanted=", ".join(REQUIRED), detail=str(error)[:80]) from error
    if len(rows) > ROWS_MAX:
        raise EnishiError("products.too_large", limit=ROWS_MAX)
    return rows


def take_in(session: Session, rows: Sequence[tuple[int, Mapping[str, str]]], now_ms: int, dry: bool) -> list[Row]:
    """Put every good row into the master, unless ``dry``; what became of each. A refused row holds up no other."""
    judged = list(_judge(rows))
    entries = {entry.product.code: entry for _, entry in judged if isinstance(entry, Entry)}
    held = service.known(session, entries.keys())
    if not dry:
        service.put(session, [entry for code, entry in entries.items() if held.get(code) != entry], now_ms)
    return [
        Row(line, entry.product.code, _what(entry, held.get(entry.product.code)))
        if isinstance(entry, Entry)
        else Row(line, str(entry.facts.get("value", ""))[:40], REFUSED, entry)
        for line, entry in judged
    ]


def _what(entry: Entry, held: Entry | None) -> str:
    return NEW if held is None else SAME if held == entry else CHANGED


def _judge(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[tuple[int, Entry | Refused]]:
    seen: dict[str, int] = {}
    for line, cells in rows:
        try:
            entry = _entry(cells)
            before = seen.setdefault(entry.product.code, line)
            if before != line:
                raise EnishiError("products.twice", value=entry.product.code, line=before)
            yield line, entry
        except EnishiError as error:
            yield line, Refused(error.code, error.facts)


def _entry(cells: Mapping[str, str]) -> Entry:
    code = parse_code(cells.get("code", ""))
    if isinstance(code, Refused):
        raise EnishiError(code.code, **code.facts)
    product = Product(
        code,
        _line(cells.get("name", "")),
        unicodedata.normalize("NFKC", _line(cells.get("kana", ""))),
        _yen(code, cells.get("price", "")),
        _tax(code, cells.get("tax", "")),
        _line(cells.get("category", "")),
        _flag(code, "earns", cells.get("earns", ""), True),
    )
    validate_product(product)
    return Entry(product, _flag(code, "gone", cells.get("gone", ""), False))


def _text(data: bytes) -> str:
    for codepage in CODEPAGES:
        try:
            return data.decode(codepage)
        except UnicodeDecodeError:
            continue
    raise EnishiError("products.encoding")


def _names(cells: Sequence[str]) -> list[str]:
    known = {title.casefold(): name for name, titles in COLUMNS.items() for title in (name, *titles)}
    names = []
    for cell in cells:
        title = _plain(cell)
        if title not in known or known[title] in names:
            raise EnishiError("products.column", value=cell[:20])
        names.append(known[title])
    if not set(REQUIRED) <= set(names):
        raise EnishiError("products.columns", wanted=", ".join(COLUMNS[name][0] for name in REQUIRED), detail="")
    return names


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _yen(code: str, text: str) -> int:
    digits = _plain(text).lstrip("¥\\").removesuffix("円").replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise EnishiError("sale.product", value=code, field="price")
    return int(digits)


def _tax(code: str, text: str) -> TaxRate:
    said = _plain(text).removesuffix("%") or "10"
    if said not in _TAX:
        raise EnishiError("sale.product", value=code, field="tax")
    return _TAX[said]


def _flag(code: str, field: str, text: str, default: bool) -> bool:
    said = _plain(text)
    if said and said not in (*_YES, *_NO):
        raise EnishiError("sale.product", value=code, field=field)
    return said in _YES if said else default

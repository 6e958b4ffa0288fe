"""A file of members as it was sent: its text, its columns, and which of them may mean what."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.members.attributes import Definition
from server.members.values import Person
from shared.errors import EnishiError
from shared.locale import N_
from shared.text.plain import plain

FILE_BYTES_MAX = (2 << 20) - (64 << 10)  # what one request may bring (server.web.security), without the form round it
ROWS_MAX = 20_000
COLUMNS_MAX = 60
CELL_MAX = 400  # characters of one cell that are kept
CODEPAGES = ("utf-8-sig", "cp932")

MEMBER, CARD, NAME, KANA, JOINED = "member", "card", "name", "kana", "joined"
FIELDS: Mapping[str, str] = {
    MEMBER: N_("会員番号"), CARD: N_("カード番号"), NAME: N_("氏名"), KANA: N_("フリガナ"),
    "family_name": N_("姓"), "given_name": N_("名"), "family_kana": N_("セイ"), "given_kana": N_("メイ"),
    "phone": N_("電話番号"), "email": N_("メールアドレス"), "postal_code": N_("郵便番号"),
    "prefecture": N_("都道府県"), "city": N_("市区町村"), "street": N_("町名・番地・建物"),
    "birthday": N_("誕生日"), "memo": N_("留意点メモ"), JOINED: N_("入会日"),
}  # fmt: skip
_GUESSES: Mapping[str, tuple[str, ...]] = {
    MEMBER: ("会員番号", "会員no", "会員id", "顧客番号", "お客様番号"),
    CARD: ("カード番号", "カードno", "card"),
    NAME: ("氏名", "名前", "お名前", "顧客名", "会員名", "name"),
    KANA: ("フリガナ", "ふりがな", "カナ", "氏名カナ", "カナ氏名", "ヨミ", "よみがな", "kana"),
    "family_name": ("姓", "苗字", "氏", "lastname"), "given_name": ("名", "firstname"),
    "family_kana": ("セイ", "姓カナ", "せい"), "given_kana": ("メイ", "名カナ", "めい"),
    "phone": ("電話番号", "電話", "tel", "携帯", "携帯電話", "携帯番号", "連絡先", "phone"),
    "email": ("メールアドレス", "メール", "email", "mail"),
    "postal_code": ("郵便番号", "〒", "郵便", "zip"), "prefecture": ("都道府県", "県"), "city": ("市区町村", "市町村"),
    "street": ("町名番地", "番地", "住所", "住所1", "町名・番地・建物", "address"),
    "birthday": ("誕生日", "生年月日", "birthday"), "memo": ("留意点メモ", "留意点", "メモ", "備考", "memo"),
    JOINED: ("入会日", "登録日", "加入日"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]  # line of the file, cells


def read(data: bytes) -> Table:
    """Raises ``intake.large``, ``intake.encoding``, ``intake.columns`` or ``intake.empty``."""
    if len(data) > FILE_BYTES_MAX:
        raise EnishiError("intake.large", limit=ROWS_MAX, size=FILE_BYTES_MAX >> 20)
    text = _text(data)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    try:
        header = [_cell(cell) for cell in next(lines, [])]
        rows = []
        for cells in lines:
            if any(cell.strip() for cell in cells):
                rows.append((lines.line_num, [_cell(cell) for cell in cells[: len(header)]]))
            if len(rows) > ROWS_MAX:
                raise EnishiError("intake.large", limit=ROWS_MAX, size=FILE_BYTES_MAX >> 20)
    except csv.Error as error:
        raise EnishiError("intake.columns") from error
    if not any(header) or len(header) > COLUMNS_MAX:
        raise EnishiError("intake.columns")
    if not rows:
        raise EnishiError("intake.empty")
    return Table(header, rows)


def guess(header: Sequence[str], asked: Sequence[Definition]) -> dict[str, str]:
    """Column's place (as text) -> field; a column that nobody recognises is left out."""
    known = {_folded(title): field for field, titles in _GUESSES.items() for title in titles}
    known |= {_folded(one.name): one.field for one in asked}
    found: dict[str, str] = {}
    for place, title in enumerate(header):
        field = known.get(_folded(title), "")
        if field and field not in found.values():
            found[str(place)] = field
    return found


def checked(mapping: Mapping[str, str], columns: int, asked: Sequence[Definition]) -> dict[str, str]:
    """A person's choice. Raises ``intake.mapping``."""
    fields = {*FIELDS, *(one.field for one in asked)}
    chosen = {place: field for place, field in mapping.items() if field}
    right = all(field in fields and place.isdecimal() and int(place) < columns for place, field in chosen.items())
    names = {MEMBER, CARD, NAME, KANA, "family_name", "family_kana"} & set(chosen.values())
    if not right or not names or len(set(chosen.values())) != len(chosen):
        raise EnishiError("intake.mapping")
    return chosen


def form_of(cells: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The row as if somebody had typed it into the application form; a field without words is left out."""
    told = {field: cells[int(place)].strip() for place, field in mapping.items() if int(place) < len(cells)}
    told = {field: text for field, text in told.items() if text}
    for whole, first, second in ((NAME, "family_name", "given_name"), (KANA, "family_kana", "given_kana")):
        if whole in told:
            family, _, given = " ".join(told.pop(whole).split()).partition(" ")
            told.setdefault(first, family)
            if given:
                told.setdefault(second, given)
    return told


def person_fields(told: Mapping[str, str]) -> Sequence[str]:
    return [name for name in Person.__dataclass_fields__ if name in told]


def _text(data: bytes) -> str:
    for codepage in CODEPAGES:
        try:
            return data.decode(codepage)
        except UnicodeDecodeError:
            continue
    raise EnishiError("intake.encoding")


def _cell(text: str) -> str:
    """Without the sign by which spreadsheets keep zeros in front, and by which exports disarm formulas."""
    cleaned = plain(text[:CELL_MAX]).strip()
    if cleaned.startswith('="') and cleaned.endswith('"'):
        cleaned = cleaned[2:-1]
    return cleaned.removeprefix("'")


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("・", "").replace("_", "").split())

"""Japanese eras: dates as people write them, in and out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from shared.errors import EnishiError
from shared.text.plain import plain, shown

DATE_TEXT_MAX = 40  # characters; 平成三十一年 with full-width blanks stays far below
YEAR_MIN, YEAR_MAX = 1868, 2199  # Meiji 1 to beyond every expiry a shop could mean


@dataclass(frozen=True, slots=True)
class Era:
    name: str
    letter: str
    start: date
    last_year: int  # its highest year number; any day of it is taken, as people write 平成31年12月


ERAS = (
    Era("令和", "R", date(2019, 5, 1), 99),
    Era("平成", "H", date(1989, 1, 8), 31),
    Era("昭和", "S", date(1926, 12, 25), 64),
    Era("大正", "T", date(1912, 7, 30), 15),
    Era("明治", "M", date(1868, 1, 25), 45),
)

_BLANKS = re.compile(r"\s+")
_ERA_DATE = re.compile(r"(令和|平成|昭和|大正|明治|[RHSTM])(元|[0-9]{1,2})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")
_ERA_DIGITS = re.compile(r"([RHSTM])([0-9]{2})([0-9]{2})([0-9]{2})")
_WESTERN_DATE = re.compile(r"([0-9]{4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")
_WESTERN_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DASHES = str.maketrans("‐‑‒–—―−ー・", "---------")


def era_date(day: date) -> str:
    """``令和8年11月21日``; the first year is 元年; before Meiji the western year."""
    for era in ERAS:
        if day >= era.start:
            year = day.year - era.start.year + 1
            return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def parse_date(text: str) -> date:
    """A typed date in any width, era or western: ``S40.2.3``, ``昭和40年2月3日``, ``1965/2/3``, ``19650203``.

    Raises ``input.date``.
    """
    cleaned = _BLANKS.sub("", unicodedata.normalize("NFKC", plain(text[:DATE_TEXT_MAX]))).upper()
    parsed = _parse(cleaned.translate(_DASHES)) if len(text) <= DATE_TEXT_MAX else None
    if parsed is None:
        raise EnishiError("input.date", value=shown(text))
    return parsed


def _parse(cleaned: str) -> date | None:
    found = _ERA_DATE.fullmatch(cleaned) or _ERA_DIGITS.fullmatch(cleaned)
    if found:
        return _in_era(found[1], 1 if found[2] == "元" else int(found[2]), int(found[3]), int(found[4]))
    found = _WESTERN_DATE.fullmatch(cleaned) or _WESTERN_DIGITS.fullmatch(cleaned)
    return _checked(int(found[1]), int(found[2]), int(found[3])) if found else None


def _in_era(name: str, year: int, month: int, day: int) -> date | None:
    era = next(era for era in ERAS if name in (era.name, era.letter))
    return _checked(era.start.year + year - 1, month, day) if 1 <= year <= era.last_year else None


def _checked(year: int, month: int, day: int) -> date | None:
    if not YEAR_MIN <= year <= YEAR_MAX:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Figures, dates and names as the screen writes them. Pure; the language comes in as ``translate``."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from shared.clock import local_time, month_from_card
from shared.errors import Fact, explain
from shared.locale import N_, Translate
from shared.text import phone
from shared.text.plain import plain
from shared.units import format_number

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_POINTS = N_("{n}点")
_YEN = N_("{n}円")
_DAY = N_("{month}月{day}日")
_DATE = N_("{year}年{month}月{day}日")
_HIRAGANA = range(0x3041, 0x3097)  # ぁ to ゖ; katakana stand 0x60 further
_TO_KATAKANA = {code: code + 0x60 for code in _HIRAGANA}
_DOT = "●"
_NAMES = ("slip", "value", "port", "card")  # numbers that count nothing
_DONE = (
    "day.begun", "day.closed", "day.rain_begun", "day.rain_ended", "duty.begun", "duty.ended", "member.enrolled",
    "sale.noted", "visit.refund_resolved", "visit.resolved", "visit.voice_noted",
)  # fmt: skip


def points(value: int, translate: Translate) -> str:
    """``12,480点``"""
    return translate(_POINTS).format(n=format_number(value))


def yen(value: int, translate: Translate) -> str:
    """``3,800円``"""
    return translate(_YEN).format(n=format_number(value))


def said(code: str, facts: Mapping[str, Fact], translate: Translate) -> tuple[str, str]:
    """A notice in two sentences, its figures grouped as everywhere on the screen; names of things stay as they are."""
    grouped = {
        name: format_number(fact) if isinstance(fact, int) and name not in _NAMES else fact
        for name, fact in facts.items()
    }
    return explain(code, grouped, translate)


def sign(code: str) -> str:
    """The picture beside a notice: what was done well is no warning."""
    return "circle-check" if code in _DONE else "triangle-alert"


def day(iso: str, translate: Translate) -> str:
    """``11月14日`` of an ISO date; what is no date is shown as it came (head office may know more than we)."""
    try:
        parsed = date.fromisoformat(iso)
    except ValueError:
        return iso
    return _dated(_DAY, parsed, translate)


def full_date(iso: str, translate: Translate) -> str:
    """``2026年11月14日``, with the same leniency."""
    try:
        parsed = date.fromisoformat(iso)
    except ValueError:
        return iso
    return _dated(_DATE, parsed, translate)


def month_end(card_month: int, translate: Translate) -> str:
    """The last day of a card month: ``2027年1月31日``."""
    year, month = month_from_card(card_month)
    return _dated(_DATE, date(year, month, monthrange(year, month)[1]), translate)


def moment(wall_ms: int) -> str:
    """``11/14 09:05``, Japanese time; short, beside a figure."""
    return local_time(wall_ms).strftime("%-m/%-d %H:%M")


def days_ago(days: int, translate: Translate) -> str:
    """``今日``, ``きのう``, ``7日前``; empty for a first visit (-1)."""
    if days < 0:
        return ""
    if days == 0:
        return translate(N_("今日"))
    if days == 1:
        return translate(N_("きのう"))
    return translate(N_("{n}日前")).format(n=format_number(days))


def furigana(name: str, kana: str) -> tuple[tuple[str, str], ...]:
    """Name and reading in pairs for ``<ruby>``: word by word if both have as many words, else as a whole. What is
    read as it is written needs no reading."""
    if name and name == kana:
        return ((name, ""),)
    words, readings = name.split(), kana.split()
    if len(words) == len(readings):
        return tuple(zip(words, readings, strict=True))
    return ((name, " ".join(readings)),)


def grouped_digits(digits: str) -> str:
    """A card number being typed, spaced as it is printed: ``1234-567-8``."""
    groups = (digits[:4], digits[4:7], digits[7:])
    return "-".join(group for group in groups if group)


def grouped_phone(digits: str) -> str:
    """A telephone number being typed, in the groups that it will have: ``090-12``. Its last four stay together."""
    for length in sorted(phone.PHONE_DIGITS, reverse=True):
        whole = digits.ljust(length, "0")
        grouped = phone.group(whole)
        if grouped != whole and len(digits) <= length:
            return _first_digits(grouped, len(digits))
    return digits


def clock(wall_ms: int) -> str:
    """``10:08``, in Japan."""
    return f"{local_time(wall_ms):%H:%M}"


def dots(typed: str) -> str:
    """A secret as the screen shows it: one dot for each digit, and nothing that could be read in the page."""
    return _DOT * len(typed)


def to_katakana(text: str) -> str:
    """Typed kana of every kind and width as full-width katakana on one line; other letters stay."""
    folded = unicodedata.normalize("NFKC", plain(text)).translate(_TO_KATAKANA)
    return " ".join(folded.split("\n")).lstrip()


def _first_digits(grouped: str, count: int) -> str:
    """The beginning of a grouped number with so many digits, without a hyphen at its end."""
    shown = ""
    for character in grouped:
        if not count:
            break
        shown += character
        count -= character.isdigit()
    return shown.rstrip("-")


def _dated(pattern: str, when: date, translate: Translate) -> str:
    """English patterns use ``{mon}``, Japanese ones ``{month}``."""
    return translate(pattern).format(year=when.year, month=when.month, day=when.day, mon=_MONTHS[when.month - 1])

"""The reader's language: Japanese source texts, the catalogue for the others, dates and figures as each writes them."""

from __future__ import annotations

import gettext as catalogues
from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date
from flask import Flask, has_request_context, session
from markupsafe import Markup, escape

from server.web.context import now_ms, office
from shared.clock import local_time, month_from_card
from shared.errors import Refused, explain
from shared.locale import DOMAIN, LANGUAGES, Translate
from shared.text.era import era_date
from shared.units import format_number

LOCALE_DIR = Path(__file__).resolve().parents[2] / "shared" / "locale"
LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}  # each in its own language, so never translated
SESSION_KEY = "language"


def language() -> str:
    """Chosen on this browser, else the installation's."""
    chosen = session.get(SESSION_KEY) if has_request_context() else None
    return chosen if chosen in LANGUAGES else office().settings.language


def gettext(text: str) -> str:
    """``text`` in the reader's language."""
    return _catalogue(language()).gettext(text)


def translator(name: str) -> Translate:
    """Into one language of ``LANGUAGES``, whoever reads."""
    return _catalogue(name).gettext


def said(text: str, /, **facts: object) -> Markup:
    """What ``_`` is in templates: ``text`` in the reader's language with ``facts`` in it, as text and never as markup.

    Jinja's own takes whatever it is handed for markup and for a format. Some of it is a name that somebody typed.
    """
    words = escape(gettext(text) if text else "")
    return words % facts if facts else words


def sentence(refused: Refused) -> str:
    """What happened and what to do."""
    return " ".join(explain(refused.code, refused.facts, gettext))


def long_day(day: date) -> str:
    """2026年11月21日（土）; in English Saturday 21 November 2026."""
    if language() == "ja":
        return f"{day.year}年{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"
    return format_date(day, "EEEE d MMMM y", locale="en")


def weekday(day: date) -> str:
    """土曜日"""
    return f"{'月火水木金土日'[day.weekday()]}曜日" if language() == "ja" else format_date(day, "EEEE", locale="en")


def day_with_era(iso: str) -> str:
    """1965年2月3日（昭和40年）; nothing for nothing."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    if language() == "ja":
        return f"{day.year}年{day.month}月{day.day}日（{era_year(day)}）"
    return format_date(day, "d MMMM y", locale="en")


def era_year(day: date) -> str:
    """昭和40年"""
    return era_date(day).partition("年")[0] + "年"


def short_day(iso: str) -> str:
    """2026/11/21, for tables."""
    return iso.replace("-", "/")


def short_time(wall_ms: int) -> str:
    """2026/11/21 19:08 in Japanese time, for tables."""
    return f"{local_time(wall_ms):%Y/%m/%d %H:%M}" if wall_ms else ""


def month_end(card_month: int) -> str:
    """When a lot lapses."""
    if card_month == 0:
        return gettext("期限なし")
    year, month = month_from_card(card_month)
    return gettext("{year}年{month}月末").format(year=year, month=month)


def points(value: int) -> str:
    return gettext("{n}点").format(n=format_number(value))


def yen(value: int) -> str:
    return gettext("{n}円").format(n=format_number(value))


def ago(wall_ms: int) -> str:
    """How long ago, in the largest whole unit."""
    if not wall_ms:
        return gettext("まだありません")
    minutes = max(now_ms() - wall_ms, 0) // 60_000
    if minutes < 1:
        return gettext("たった今")
    if minutes < 60:
        return gettext("{n}分前").format(n=minutes)
    if minutes < 60 * 24:
        return gettext("{n}時間前").format(n=minutes // 60)
    return gettext("{n}日前").format(n=minutes // 1440)


def install(app: Flask) -> None:
    """Give the templates the same words and figures."""
    app.jinja_env.globals.update(_=said, language=language, language_names=LANGUAGE_NAMES)
    app.jinja_env.filters.update(
        number=format_number, points=points, yen=yen, ago=ago, day=short_day, time=short_time, long_day=long_day,
        day_with_era=day_with_era, month_end=month_end, sentence=sentence,
    )  # fmt: skip


@cache
def _catalogue(name: str) -> catalogues.NullTranslations:
    return catalogues.translation(DOMAIN, LOCALE_DIR, languages=[name], fallback=True)

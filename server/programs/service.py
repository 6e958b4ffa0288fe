"""Bring a programme into force at once or from a business day on, and read the one in force."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.db.direct import Statement
from server.feed import service as feed
from server.programs.models import ProgrammeVersion, RainDay
from shared.clock import business_day
from shared.errors import EnishiError
from shared.points.holidays import holidays
from shared.points.program import AFTERWARDS_MAX, Programme, validate_programme
from shared.points.promotion import Holidays
from shared.sync.messages import ProgrammeItem

TEMPLATES = Path(__file__).with_name("templates")
NOTE_MAX = 200  # characters
HOLIDAY_YEARS = 3  # this one and the next two travel with the rules; after them a terminal computes
START_DAYS_MAX = 366  # a roll-out is planned at most a year ahead
READ_MAX = 8  # bodies that are kept read: every push asks for the rules
_decoder = msgspec.json.Decoder(Programme)
_NEWEST = (
    select(ProgrammeVersion.body)
    .where(ProgrammeVersion.withdrawn.is_(False))
    .order_by(ProgrammeVersion.version.desc())
    .limit(1)
)
_UNPLANNED = Statement(_NEWEST.where(ProgrammeVersion.start == ""))
_BEGUN = Statement(
    _NEWEST.where(
        ProgrammeVersion.version > bindparam("newer_than"),
        ProgrammeVersion.start != "",
        ProgrammeVersion.start <= bindparam("day"),
    )
)


def template(name: str) -> Programme:
    """The rules proposed for a kind of shop. Raises ``input.programme_template``."""
    path = TEMPLATES / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        raise EnishiError("input.programme_template", value=name[:40])
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Programme)


def current(session: Session, now_ms: int | None = None) -> Programme | None:
    """The rules in force at a moment, without a moment the newest that are not planned; None before the first."""
    body = _UNPLANNED.value(session)
    if body is None:
        return None
    programme = _read(body)
    if now_ms is None:
        return programme
    day = business_day(now_ms, programme.day_start_minute).isoformat()
    later = _BEGUN.value(session, newer_than=programme.version, day=day)
    return programme if later is None else _read(later)


def version(session: Session, number: int) -> Programme | None:
    """As it was enacted."""
    row = session.get(ProgrammeVersion, number)
    return None if row is None else _decoder.decode(row.body)


def versions(session: Session) -> Sequence[ProgrammeVersion]:
    """All, the newest first."""
    return session.scalars(select(ProgrammeVersion).order_by(ProgrammeVersion.version.desc())).all()


def planned(session: Session, now_ms: int) -> Sequence[ProgrammeVersion]:
    """Versions that wait for their day, in the order of their days."""
    programme = current(session, now_ms)
    if programme is None:
        return ()
    day = business_day(now_ms, programme.day_start_minute).isoformat()
    waiting = select(ProgrammeVersion).where(ProgrammeVersion.withdrawn.is_(False), ProgrammeVersion.start > day)
    return session.scalars(waiting.order_by(ProgrammeVersion.start)).all()


def enact(
    session: Session, programme: Programme, now_ms: int, start: str = "", author: int = 0, note: str = ""
) -> Programme:
    """Make ``programme`` the newest version and tell the terminals. Its own version number and day are replaced.

    ``start``: the business day from which it holds, "" = at once. Versions planned for that day or later are withdrawn.
    Raises ``input.programme`` or ``programs.start``.
    """
    start = _start(session, start, now_ms)
    newest = session.scalars(select(ProgrammeVersion.version).order_by(ProgrammeVersion.version.desc())).first()
    bare = replace(programme, holidays=(), rain=(), then=None, start=start)
    numbered = replace(bare, version=(newest or 0) + 1)
    validate_programme(numbered)
    session.execute(
        update(ProgrammeVersion)
        .where(ProgrammeVersion.version.in_([row.version for row in planned(session, now_ms) if row.start >= start]))
        .values(withdrawn=True)
    )
    session.add(
        ProgrammeVersion(
            version=numbered.version, name=numbered.name, body=msgspec.json.encode(numbered, order="sorted"),
            created_ms=now_ms, start=start, author=author, note=note[:NOTE_MAX], withdrawn=False,
        )
    )  # fmt: skip
    session.flush()
    if len(planned(session, now_ms)) > AFTERWARDS_MAX:
        raise EnishiError("programs.planned", limit=AFTERWARDS_MAX)
    publish(session, now_ms)
    return numbered


def withdraw(session: Session, number: int, now_ms: int) -> bool:
    """Take back a version that waits for its day; whether there ever was one. Raises ``programs.begun``."""
    if session.get(ProgrammeVersion, number) is None:
        return False
    if number not in [row.version for row in planned(session, now_ms)]:
        raise EnishiError("programs.begun")
    session.execute(update(ProgrammeVersion).where(ProgrammeVersion.version == number).values(withdrawn=True))
    publish(session, now_ms)
    return True


def told(session: Session, now_ms: int) -> Programme | None:
    """What terminals are told: the rules in force, those that follow, holidays and rainy days."""
    programme = current(session, now_ms)
    if programme is None:
        return None
    day = business_day(now_ms, programme.day_start_minute)
    table, rain = _holidays(day), _rain(session, day)
    then: Programme | None = None
    for row in reversed(planned(session, now_ms)):
        following = _decoder.decode(row.body)
        then = replace(following, then=then, rain=rain, holidays=table if _asks_holidays(following) else ())
    return replace(programme, then=then, rain=rain, holidays=table if _asks_holidays(programme) else ())


def publish(session: Session, now_ms: int) -> None:
    """Tell the terminals the rules in force once more."""
    programme = told(session, now_ms)
    if programme is not None:
        feed.publish(session, {"rule": ProgrammeItem(programme)}, now_ms)


class RainWord(NamedTuple):
    """What staff said at a counter of a business day."""

    day: str
    store: str
    rainy: bool
    terminal: int
    staff: int
    at_ms: int


def rainy(session: Session, day: date) -> frozenset[str]:
    """The stores whose switch is on; "" = all."""
    return frozenset(row.store for row in rain_words(session, day) if row.rainy)


def rain_words(session: Session, day: date) -> Sequence[RainDay]:
    """Who said it last, for each store that anybody said it of."""
    return session.scalars(select(RainDay).where(RainDay.day == day.isoformat()).order_by(RainDay.store)).all()


def rain_since(session: Session, day: str) -> Mapping[tuple[str, str], int]:
    """Rainy days and their stores ("" = all) from ``day`` (ISO) on, with the moment since when they were."""
    rows = select(RainDay.day, RainDay.store, RainDay.at_ms).where(RainDay.day >= day, RainDay.rainy.is_(True))
    return {(rainy_day, store): at_ms for rainy_day, store, at_ms in session.execute(rows)}


def set_rain(session: Session, day: date, stores: Collection[str], author: int, now_ms: int) -> None:
    """Exactly these stores call ``day`` rainy ("" = all of them). A switch that stays as it was keeps its name."""
    held = {row.store: row.rainy for row in rain_words(session, day)}
    for store in sorted({*held, *stores}):
        if held.get(store, False) != (store in stores):
            _keep_rain(session, RainWord(day.isoformat(), store, store in stores, 0, 0, now_ms), author)
    publish(session, now_ms)


def heed_counters(session: Session, words: Sequence[RainWord], now_ms: int) -> None:
    """Managers set the switch at their counters. Of two words on one day and store the later holds, whichever comes
    first; none is later than the moment at which it comes."""
    changed = False
    for word in words:
        held = session.get(RainDay, (word.day, word.store))
        at_ms = min(word.at_ms, now_ms)
        if held is None or held.at_ms <= at_ms:
            _keep_rain(session, word._replace(at_ms=at_ms), 0)
            changed = True
    if changed:
        publish(session, now_ms)


def _keep_rain(session: Session, word: RainWord, author: int) -> None:
    session.merge(RainDay(**word._asdict(), author=author))
    session.flush()


def _start(session: Session, start: str, now_ms: int) -> str:
    """ "" or a day to come. Raises ``programs.start``."""
    programme = current(session, now_ms)
    if not start or programme is None:
        return ""
    today = business_day(now_ms, programme.day_start_minute)
    try:
        day = date.fromisoformat(start)
    except ValueError as error:
        raise EnishiError("programs.start", days=START_DAYS_MAX) from error
    if not today < day <= today + timedelta(days=START_DAYS_MAX):
        raise EnishiError("programs.start", days=START_DAYS_MAX)
    return day.isoformat()


def _holidays(day: date) -> tuple[str, ...]:
    years = range(day.year, day.year + HOLIDAY_YEARS)
    return tuple(found.isoformat() for year in years for found in sorted(holidays(year)))


def _asks_holidays(programme: Programme) -> bool:
    asked = (one.conditions.weekdays for one in programme.promotions)
    return any(one is not None and one.holidays is not Holidays.AS_WEEKDAY for one in asked)


def _rain(session: Session, day: date) -> tuple[str, ...]:
    """From yesterday on: a shop over midnight is still in its business day."""
    since = (day - timedelta(days=1)).isoformat()
    rows = session.execute(
        select(RainDay.day, RainDay.store)
        .where(RainDay.day >= since, RainDay.rainy.is_(True))
        .order_by(RainDay.day, RainDay.store)
    )
    return tuple(f"{rainy_day}:{store}" for rainy_day, store in rows)


@lru_cache(maxsize=READ_MAX)
def _read(body: bytes) -> Programme:
    """A version never changes."""
    return _decoder.decode(body)

"""What is to be thought of a terminal: each figure is good, worth a look, or wants a hand, with the sentence for it.

Pure. ``server.terminals.health`` asks the database the same in SQL; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from msgspec import UNSET

from server.terminals.models import FROZEN, REPLACED, REVOKED
from shared.errors import Fact
from shared.release import RELEASE
from shared.sync.health import WELL, DeviceHealth, Health
from shared.units import format_number

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000

SILENT_LOOK_MS = 15 * MINUTE_MS  # a terminal calls every minute; a quarter of an hour without is worth a look
SILENT_ACT_MS = 2 * DAY_MS  # longer than a weekly holiday
UNSENT_LOOK = 1_000  # events: a busy counter's day
UNSENT_ACT = 20_000  # card-and-sync 5.4: a month of a busy shop; the terminal itself warns from there on
CLOCK_LOOK_MS = 2 * MINUTE_MS  # twice what the slowest answer may take on the way
CLOCK_ACT_MS = HOUR_MS  # visits around the end of the business day are booked on the wrong one
HEAD_LIFE_PRINTS = 50_000  # the house's figure: neither manual of the TCP300II names one
HEAD_LOOK_PRINTS = HEAD_LIFE_PRINTS * 9 // 10  # at 300 visits a day some two weeks before
FREE_LOOK_MB = 500  # card-and-sync 5.4: the terminal warns
FREE_ACT_MB = 50  # card-and-sync 5.4: the terminal begins no visit
NEEDED_ROLES = frozenset({"card_rewriter", "receipt_printer", "panel", "keypad"})  # without them no counter serves
PAPER_ROLE, PAPER_LOW = "receipt_printer", "device.receipt_printer.paper_low"
_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?")


class Level(IntEnum):
    """The worst first."""

    ACT = 0
    LOOK = 1
    GOOD = 2
    CLOSED = 3  # stopped or replaced: nothing is expected of it


@dataclass(frozen=True, slots=True)
class Finding:
    """``code``: of ``shared.errors``. ``role``: of the device that it is about, else ""."""

    level: Level
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    role: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What head office has of one terminal. ``health`` None: it does not tell. ``head_prints``: faces since its
    print head was new. ``skew_ms``: its clock less ours."""

    state: str
    contact_ms: int
    waiting: int
    software: str
    alarms: int = 0
    health: Health | None = None
    skew_ms: int = 0
    head_prints: int = 0


def judge(seen: Seen, now_ms: int) -> tuple[Finding, ...]:
    """What is wrong, the worst first; nothing: it is well. A closed terminal has no faults any more."""
    if is_closed(seen.state):
        return ()
    found = [*_of_the_line(seen, now_ms), *told(seen)]
    return tuple(sorted(found, key=lambda finding: finding.level))


def level(seen: Seen, now_ms: int) -> Level:
    """The worst of it."""
    if is_closed(seen.state):
        return Level.CLOSED
    return worst(judge(seen, now_ms))


def told(seen: Seen) -> tuple[Finding, ...]:
    """What follows from its last hello alone, whatever the time is now."""
    found = [*_software(seen.software), *_clock(seen.skew_ms)]
    if seen.health is not None:
        found += _health(seen.health, seen.head_prints)
    return tuple(found)


def worst(findings: tuple[Finding, ...]) -> Level:
    return min((finding.level for finding in findings), default=Level.GOOD)


def is_closed(state: str) -> bool:
    return state in (REVOKED, REPLACED)


def paper(health: Health) -> str | None:
    """The code of what the receipt printer says; "": there is paper. None: there is no printer."""
    return next((one.code for one in health.devices if one.role == PAPER_ROLE), None)


# --- one figure each -----------------------------------------------------------------------------------------------


def _of_the_line(seen: Seen, now_ms: int) -> Iterator[Finding]:
    if seen.alarms:
        yield Finding(Level.ACT, "health.alarm", {"n": seen.alarms})
    if seen.state == FROZEN:
        yield Finding(Level.ACT, "health.frozen")
    yield from _silence(seen.contact_ms, now_ms)
    if seen.waiting >= UNSENT_LOOK:
        grave = Level.ACT if seen.waiting >= UNSENT_ACT else Level.LOOK
        yield Finding(grave, "health.unsent", {"n": format_number(seen.waiting)})


def _silence(contact_ms: int, now_ms: int) -> Iterator[Finding]:
    if not contact_ms:
        yield Finding(Level.LOOK, "health.never")
        return
    silent_ms = now_ms - contact_ms
    if silent_ms >= SILENT_ACT_MS:
        yield Finding(Level.ACT, "health.silent_days", {"n": silent_ms // DAY_MS})
    elif silent_ms >= HOUR_MS:
        yield Finding(Level.LOOK, "health.silent_hours", {"n": silent_ms // HOUR_MS})
    elif silent_ms >= SILENT_LOOK_MS:
        yield Finding(Level.LOOK, "health.silent_minutes", {"n": silent_ms // MINUTE_MS})


def _software(theirs: str) -> Iterator[Finding]:
    """Older than what came with this head office. One that does not say its release is not judged."""
    ours, known = _version(RELEASE), _version(theirs)
    if known and known < ours:
        yield Finding(Level.LOOK, "health.old", {"theirs": theirs, "ours": RELEASE})


def _version(text: str) -> tuple[int, ...]:
    found = _VERSION.search(text)
    return () if found is None else tuple(int(part or 0) for part in found.groups())


def _clock(skew_ms: int) -> Iterator[Finding]:
    off_ms = abs(skew_ms)
    if off_ms >= DAY_MS:
        yield Finding(Level.ACT, "health.clock_days", {"n": format_number(off_ms // DAY_MS)})
    elif off_ms >= CLOCK_LOOK_MS:
        code = "health.clock_ahead" if skew_ms > 0 else "health.clock_behind"
        yield Finding(Level.ACT if off_ms >= CLOCK_ACT_MS else Level.LOOK, code, {"n": off_ms // MINUTE_MS})


def _health(health: Health, head_prints: int) -> Iterator[Finding]:
    for device in health.devices:
        yield from _device(device)
    if health.prints is not UNSET and head_prints >= HEAD_LOOK_PRINTS:
        facts = {"n": format_number(head_prints), "limit": format_number(HEAD_LIFE_PRINTS)}
        is_over = head_prints >= HEAD_LIFE_PRINTS
        yield Finding(*((Level.ACT, "health.head") if is_over else (Level.LOOK, "health.head_soon")), facts)
    if health.free_mb is not UNSET and health.free_mb < FREE_LOOK_MB:
        grave = Level.ACT if health.free_mb < FREE_ACT_MB else Level.LOOK
        yield Finding(grave, "health.space", {"n": health.free_mb})
    if health.mirror not in ("", WELL):
        yield Finding(Level.LOOK, health.mirror)
    if health.training:
        yield Finding(Level.LOOK, "health.training")


def _device(device: DeviceHealth) -> Iterator[Finding]:
    if device.code:
        is_needed = device.role in NEEDED_ROLES and device.code != PAPER_LOW
        grave = Level.ACT if is_needed else Level.LOOK
        yield Finding(grave, device.code, {"port": device.model, "device": device.role}, device.role)

"""One terminal as the board shows it: what is thought of it, and its figures in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET
from sqlalchemy import ColumnElement, Select, select

from server.terminals import health
from server.terminals.judging import CLOCK_LOOK_MS, DAY_MS, MINUTE_MS, Finding, Level, Seen, judge, paper
from server.terminals.models import Terminal, TerminalHealth
from server.web.cells import NONE
from server.web.i18n import gettext as _
from shared.errors import explain
from shared.locale import N_
from shared.units import format_number

LEVELS: Mapping[int, str] = {
    Level.ACT: N_("手当てが要ります"),
    Level.LOOK: N_("様子を見ます"),
    Level.GOOD: N_("正常"),
    Level.CLOSED: N_("使っていません"),
}
DEVICES: Mapping[str, str] = {  # by role
    "card_rewriter": N_("カード機"),
    "receipt_printer": N_("レシートプリンター"),
    "panel": N_("操作盤"),
    "keypad": N_("キーパッド"),
    "display": N_("お客様用の表示器"),
    "signals": N_("ランプとブザー"),
    "scanner": N_("バーコードリーダー"),
    "caller_id": N_("ナンバー・ディスプレイ"),
}
PAPER: Mapping[str, str] = {  # by what the printer says; anything else: nobody can tell
    "": N_("あり"),
    "device.receipt_printer.paper_low": N_("残りわずか"),
    "device.receipt_printer.paper_out": N_("なし"),
}
Row = tuple[Terminal, TerminalHealth | None, int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """One finding in words. ``about``: the device's name, or ""."""

    level: Level
    about: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Watched:
    """``level``: the worst of the findings."""

    terminal: Terminal
    row: TerminalHealth | None
    seen: Seen
    level: Level
    findings: Sequence[Finding]

    @property
    def said(self) -> list[Said]:
        """In the reader's language, the worst first."""
        return [
            Said(one.level, device_name(one.role) if one.role else "", *explain(one.code, one.facts, _))
            for one in self.findings
        ]

    @property
    def rewrites(self) -> int | None:
        """Since the card unit is there; None: not told."""
        return None if self.row is None or self.seen.health is None else self.row.rewrites - self.row.rewrites_from

    @property
    def prints(self) -> int | None:
        """Since the print head is there; None: not told, or the unit prints no faces."""
        told = self.seen.health
        return None if told is None or told.prints is UNSET else self.seen.head_prints

    @property
    def paper(self) -> str:
        """In words."""
        code = None if self.seen.health is None else paper(self.seen.health)
        return NONE if code is None else _(PAPER.get(code, N_("分かりません")))

    @property
    def clock(self) -> str:
        """In words."""
        if self.row is None or not self.row.told_ms:
            return NONE
        off_ms = abs(self.row.skew_ms)
        if off_ms < CLOCK_LOOK_MS:
            return _("合っています")
        if off_ms >= DAY_MS:
            return _("{n}日ずれ").format(n=format_number(off_ms // DAY_MS))
        words = _("{n}分進み") if self.row.skew_ms > 0 else _("{n}分遅れ")
        return words.format(n=off_ms // MINUTE_MS)


def query(within: ColumnElement[bool], level: ColumnElement[int]) -> Select[*tuple[Terminal, TerminalHealth, int, int]]:
    """Terminals with their health, ``level`` and how many alarms are open."""
    alarms = health.alarms_column().label("alarms")
    joined = select(Terminal, TerminalHealth, level, alarms)
    return joined.outerjoin(TerminalHealth, TerminalHealth.terminal == Terminal.id).where(within)


def watch(row: Row, now_ms: int) -> Watched:
    """Judged by the same thresholds as the database did."""
    terminal, told, level, alarms = row
    seen = health.seen(terminal, told, alarms)
    return Watched(terminal, told, seen, Level(level), judge(seen, now_ms))


def device_name(role: str) -> str:
    """A role that this release does not know keeps its name."""
    return _(DEVICES[role]) if role in DEVICES else role

"""Looks after the journal between visits and after the POS's folder, and says what staff should know of both.

The loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from shared.errors import EnishiError
from shared.visit.screens import Notice
from terminal.app.log import Log

TEND_EVERY_S = 60.0
MACHINE_START = Path("/proc/sys/kernel/random/boot_id")  # Linux gives every start of the machine a random name
FINAL = ("store.corrupt", "store.chain_broken")  # not worked on: the next start says it on the screen


class Kept(Protocol):
    """What is needed of the store."""

    def tend(self) -> bool: ...
    def troubles(self) -> tuple[Notice, ...]: ...


class Intake(Protocol):
    """A folder that is looked at now and then (``pos_files.py``)."""

    def beat(self, now_s: float) -> None: ...
    def troubles(self) -> tuple[Notice, ...]: ...


class Keeper:
    """``tell``: hears the notices whenever they change. ``standing``: notices that stay for the whole run."""

    def __init__(
        self,
        store: Kept,
        is_idle: Callable[[], bool],
        tell: Callable[[tuple[Notice, ...]], None],
        log: Log,
        standing: tuple[Notice, ...] = (),
        intake: Intake | None = None,
    ) -> None:
        self._store = store
        self._is_idle = is_idle
        self._tell = tell
        self._log = log
        self._standing = standing
        self._intake = intake
        self._told: tuple[Notice, ...] = ()
        self._tend_at_s = 0.0

    def beat(self, now_s: float) -> None:
        """Every second or so. Raises ``store.corrupt``: a journal that decays is not written any more."""
        if now_s >= self._tend_at_s and self._is_idle():
            self._tend_at_s = now_s if self._tend() else now_s + TEND_EVERY_S
        notices = (*self._standing, *self._store_troubles())
        if self._intake is not None:
            self._intake.beat(now_s)
            notices += self._intake.troubles()
        if notices != self._told:
            self._say(notices)

    def _store_troubles(self) -> tuple[Notice, ...]:
        try:
            return self._store.troubles()
        except EnishiError as error:
            return (Notice(error.code, error.facts),)

    def _tend(self) -> bool:
        """Whether there is more to do soon."""
        try:
            return self._store.tend()
        except EnishiError as error:
            self._log(error.code, dict(error.facts))
            if error.code in FINAL:
                raise
            return False

    def _say(self, notices: tuple[Notice, ...]) -> None:
        known = {notice.code for notice in self._told}
        for notice in notices:
            if notice.code not in known:
                self._log(notice.code, dict(notice.facts))
        self._told = notices
        self._tell(notices)


def machine_start(source: Path = MACHINE_START) -> str:
    """A name for this start of the machine; "" where it has none."""
    try:
        return source.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""

"""The telephone at the counter: a call is looked up, shown and remembered. The loop's thread only.

Nothing of a call reaches the disk or the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.clock import Clock
from shared.errors import EnishiError
from shared.visit import calls
from shared.visit.calls import Call, Caller, Line
from shared.visit.events import CallEnded, CallReceived
from terminal.app.log import Log

FindCallers = Callable[[str], tuple[Caller, ...]]
ShowLine = Callable[[Line], None]


class Telephone:
    """``show`` is called whenever the line changes."""

    def __init__(self, find: FindCallers, show: ShowLine, clock: Clock, log: Log) -> None:
        self._find = find
        self._show = show
        self._clock = clock
        self._log = log
        self._line = Line()

    def heard(self, event: CallReceived | CallEnded) -> None:
        """It rings, or no more."""
        now = self._clock.now()
        match event:
            case CallReceived(number=number, withheld=withheld):
                self._put(calls.rang(self._line, number, withheld, self._callers(number), now))
            case CallEnded():
                self._put(calls.stopped(self._line, now))

    def beat(self) -> None:
        """At least every second."""
        self._put(calls.passed(self._line, self._clock.now()))

    def listed(self) -> tuple[Call, ...]:
        """What rang lately, with those who have the number by now."""
        return tuple(replace(call, callers=self._callers(call.number)) for call in self._line.calls)

    def take(self, number: int) -> Call | None:
        """Staff see to the call on the screen; None: it is another one by now. It leaves the screen."""
        shown = self._line.shown
        if shown is None or shown.id != number:
            return None
        self._put(calls.closed(self._line))
        return shown

    def _callers(self, number: str) -> tuple[Caller, ...]:
        """A store that cannot say who it is, is a matter of the next visit: the number is shown all the same."""
        try:
            return self._find(number) if number else ()
        except EnishiError as error:
            self._log(error.code, dict(error.facts))
            return ()

    def _put(self, line: Line) -> None:
        if line is not self._line:
            self._line = line
            self._show(line)

"""Core of a voice modem beside the telephone: it is told to show who calls, and never to answer.

A modem says nothing for days, and one that was switched off and on again would show no caller any more. So everything
that it was told is told again every half minute; an echo in front of the answer gives the restart away.
"""

from __future__ import annotations

from enum import Enum, auto

from shared.visit.effects import Effect
from shared.visit.events import DeviceLost, DeviceReady, Event
from terminal.drivers.caller_id.ringing import Ringing
from terminal.drivers.core import Step
from terminal.drivers.port import Role
from terminal.protocol.hayes import (
    JAPAN,
    NEVER_ANSWER,
    NO_ECHO,
    RESET,
    SHOW_CALLER,
    Done,
    Echo,
    LineDecoder,
    Refused,
    Ring,
    Word,
    read_line,
)
from terminal.protocol.telephone import Caller

DEVICE = Role.CALLER_ID.value
NO_ANSWER = "device.caller_id.no_answer"
NO_NUMBERS = "device.caller_id.no_numbers"
LINK_CLOSED = "device.caller_id.link_closed"

ANSWER_TIMEOUT_S = 3.0  # ATZ takes up to 2 s
TRIES_MAX = 3
COMMAND_PAUSE_S = 0.1  # V.250 wants a pause between an answer and the next command
CHECK_EVERY_S = 30.0
RETRY_FIRST_S = 5.0
RETRY_MAX_S = 60.0


class _Phase(Enum):
    CLOSED = auto()
    STARTING = auto()
    WATCHING = auto()
    LOST = auto()


class ModemCore:
    """See :class:`terminal.drivers.core.DriverCore`."""

    def __init__(self) -> None:
        self._lines = LineDecoder()
        self._ringing = Ringing()
        self._phase = _Phase.CLOSED
        self._to_say: list[str] = []  # commands, the first is due or under way
        self._show_caller = SHOW_CALLER[0]  # what this modem knows
        self._reported: str | None = None  # the code last reported lost, empty for ready
        self._echo_is_news = False  # the modem was told not to echo, and obeyed
        self._asked = ""  # the command that waits for its answer
        self._tries_left = 0
        self._due_at: float | None = None  # the next command, or the end of waiting for an answer
        self._retry_s = RETRY_FIRST_S
        self._out = bytearray()
        self._events: list[Event] = []

    # --- the seam --------------------------------------------------------------------------------------------

    def opened(self, now: float) -> Step:
        """Reset the modem and tell it what is wanted; DeviceReady or, after some tries, DeviceLost follows."""
        self._lines.reset()
        self._retry_s = RETRY_FIRST_S
        self._start(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The cable's host side is gone."""
        self._phase = _Phase.CLOSED
        self._asked = ""
        self._due_at = None
        self._events += self._ringing.stop()
        self._report_lost(LINK_CLOSED)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        for line in self._lines.feed(data):
            word = read_line(line)
            if word is not None:
                self._take(word, now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """None exists."""
        raise TypeError(f"{type(effect).__name__} is not for a telephone line")

    def tick(self, now: float) -> Step:
        """It rings no more, a command is due, or an answer overdue."""
        self._events += self._ringing.tick(now)
        if self._due_at is not None and now >= self._due_at:
            self._due(now)
        return self._step()

    # --- hearing ---------------------------------------------------------------------------------------------

    def _take(self, word: Word, now: float) -> None:
        match word:
            case Ring():
                self._events += self._ringing.rang(now)
            case Caller():
                self._events += self._ringing.called_by(word, now)
            case Echo():
                self._echoed(now)
            case Done() if self._asked:
                self._obeyed(now)
            case Refused() if self._asked:
                self._refused(now)
            case _:
                pass  # an answer that came too late

    def _echoed(self, now: float) -> None:
        if self._phase is _Phase.WATCHING and self._echo_is_news:
            self._start(now)
        elif self._phase is _Phase.STARTING and self._asked not in (RESET, NO_ECHO):
            self._echo_is_news = False  # this one echoes whatever it is told

    def _obeyed(self, now: float) -> None:
        asked, self._asked = self._asked, ""
        self._echo_is_news = self._echo_is_news or asked == NO_ECHO
        if asked in SHOW_CALLER:
            self._watch(asked, now)
        else:
            self._next(now)

    def _refused(self, now: float) -> None:
        asked, self._asked = self._asked, ""
        if self._phase is _Phase.WATCHING and asked in SHOW_CALLER:
            self._start(now)
        elif asked == SHOW_CALLER[-1]:
            self._lose(NO_NUMBERS, now)
        else:
            self._next(now)

    # --- saying ----------------------------------------------------------------------------------------------

    def _start(self, now: float) -> None:
        self._phase = _Phase.STARTING
        self._echo_is_news = False
        self._to_say = [RESET, NO_ECHO, NEVER_ANSWER, JAPAN, *SHOW_CALLER]
        self._ask(self._to_say[0], now)

    def _next(self, now: float) -> None:
        """The one before was answered."""
        self._to_say.pop(0)
        self._due_at = now + COMMAND_PAUSE_S

    def _watch(self, asked: str, now: float) -> None:
        """All is said."""
        self._phase = _Phase.WATCHING
        self._to_say = []
        self._show_caller = asked
        self._due_at = now + CHECK_EVERY_S
        self._retry_s = RETRY_FIRST_S
        if self._reported != "":
            self._reported = ""
            self._events.append(DeviceReady(DEVICE))

    def _due(self, now: float) -> None:
        if self._asked:
            self._overdue(now)
        elif self._phase is _Phase.LOST:
            self._start(now)
        elif self._phase is _Phase.WATCHING and self._ringing.ends_at is not None:
            self._due_at = self._ringing.ends_at  # a command between two rings makes some modems miss the caller
        else:
            self._to_say = self._to_say or [NEVER_ANSWER, JAPAN, self._show_caller]
            self._ask(self._to_say[0], now)

    def _ask(self, command: str, now: float) -> None:
        self._asked = command
        self._tries_left = TRIES_MAX
        self._say(now)

    def _say(self, now: float) -> None:
        self._tries_left -= 1
        self._out += self._asked.encode("ascii") + b"\r"
        self._due_at = now + ANSWER_TIMEOUT_S

    def _overdue(self, now: float) -> None:
        if self._tries_left:
            self._say(now)
        else:
            self._lose(NO_ANSWER, now)

    def _lose(self, code: str, now: float) -> None:
        self._phase = _Phase.LOST
        self._asked = ""
        self._due_at = now + self._retry_s
        self._retry_s = min(self._retry_s * 2, RETRY_MAX_S)
        self._report_lost(code)

    def _report_lost(self, code: str) -> None:
        if self._reported != code:
            self._reported = code
            self._events.append(DeviceLost(DEVICE, code))

    def _step(self) -> Step:
        times = [at for at in (self._due_at, self._ringing.ends_at) if at is not None]
        step = Step(bytes(self._out), tuple(self._events), min(times, default=None))
        self._out.clear()
        self._events.clear()
        return step

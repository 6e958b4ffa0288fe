"""When the journal cannot be opened: the counter's screen says what happened and what to do, until we are stopped.

No device is touched. Without this the shop would look at a dead browser.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.errors import EnishiError
from shared.visit.screens import Stopped
from terminal.app.kiosk.stage import Stage
from terminal.app.kiosk.web import Touched
from terminal.app.runner import HEARTBEAT_S, Crash, Inbox, Stop


class Halted:
    """``press`` and ``health`` are the kiosk's, ``crashed`` its thread's; ``inbox`` waits for the signal."""

    def __init__(self, error: EnishiError, software: str) -> None:
        self.inbox = Inbox()
        self.stage = Stage()
        self.stage.show(Stopped(error.code, error.facts))
        self._health = {"software": software, "state": "Halted", "screen": "Stopped", "troubles": [error.code]}

    def press(self, touched: Touched) -> None:
        """Nothing can be keyed."""

    def health(self) -> dict[str, object]:
        return {**self._health}

    def crashed(self, thread: str, error: BaseException) -> None:
        self.inbox.urge(Crash(thread, error))

    def wait(self, beat: Callable[[], object]) -> None:
        """Until a Stop; ``beat`` is called every :data:`HEARTBEAT_S`, for a restart would only say the same again."""
        while not isinstance(self.inbox.take(HEARTBEAT_S), Stop | Crash):
            beat()

"""What stands around the screen: counts from the store, wires of the devices, head office. The loop's thread only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Protocol

from shared.clock import Clock, business_day
from shared.errors import EnishiError
from shared.visit.events import Event, PanelLost, PanelReady
from shared.visit.screens import Keying, Notice, Screen
from terminal.app.kiosk.stage import Stage, Status
from terminal.app.log import Log
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, SyncResult

OFFLINE = ("sync.unreachable", "sync.timeout", "sync.busy")  # ordinary and passing: the offline band says it


class Counts(Protocol):
    """What is needed of the store."""

    def unsent(self) -> int: ...
    def visits_today(self, day: date) -> int: ...


class Front:
    """Gathers the status and hands screen and status to the stage."""

    def __init__(
        self,
        stage: Stage,
        counts: Counts,
        clock: Clock,
        day_start_minute: Callable[[], int],
        log: Log,
        standalone: bool,
    ) -> None:
        self._stage = stage
        self._counts = counts
        self._clock = clock
        self._day_start_minute = day_start_minute
        self._log = log
        self._status = Status(standalone=standalone)
        self._wires: dict[str, Notice] = {}
        self._devices: dict[str, Notice] = {}  # with a wire, but silent
        self._office: Notice | None = None

    @property
    def status(self) -> Status:
        return self._status

    def show(self, screen: Screen) -> None:
        """A new screen. The counts are taken anew except while someone types."""
        self._stage.show(screen)
        if not isinstance(screen, Keying):
            self.refresh()

    def wire_changed(self, device: str, error: EnishiError | None) -> None:
        """A device's wire is up (None), or missing or lost."""
        if error is None:
            self._wires.pop(device, None)
            self._log("device.wire_up", {"device": device})
        else:
            if device not in self._wires:
                self._log(error.code, {"device": device, **error.facts})
            self._wires[device] = Notice(error.code, error.facts)
        self.refresh()

    def device_spoke(self, event: Event) -> None:
        """The keypad's board went silent or came back; without it the touch keys remain, and somebody should know."""
        if isinstance(event, PanelLost):
            self._devices["panel"] = Notice(event.code)
        elif isinstance(event, PanelReady):
            self._devices.pop("panel", None)
        else:
            return
        self.refresh()

    def office_spoke(self, result: SyncResult) -> None:
        """A result of sync, before it is applied."""
        offline = isinstance(result, Failed) and result.code in OFFLINE
        self._status = replace(self._status, online=not offline)
        match result:
            case Failed(code=code, facts=facts):
                self._log(code, dict(facts))
                self._office = None if offline else Notice(code, facts)
            case Acknowledged():
                self._office = None
            case PageArrived() if not self._status.unsent:
                self._office = None  # else a stream that is refused would be forgotten in the same round
        self.refresh()

    def refresh(self) -> None:
        """Count again and show. A store that cannot count is a matter of the next visit, not of the status."""
        silent = (notice for device, notice in self._devices.items() if device not in self._wires)
        troubles = (*self._wires.values(), *silent, *((self._office,) if self._office else ()))
        status = replace(self._status, troubles=troubles)
        try:
            today = business_day(self._clock.now().wall_ms, self._day_start_minute())
            status = replace(status, unsent=self._counts.unsent(), visits_today=self._counts.visits_today(today))
        except EnishiError as error:
            self._log(error.code, dict(error.facts))
        self._status = status
        self._stage.surround(status)

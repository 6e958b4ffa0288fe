"""What stands around the screen: counts from the store, wires of the devices, head office. The loop's thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Protocol

from shared.clock import Clock, business_day
from shared.errors import EnishiError
from shared.sync.messages import Verdict
from shared.visit.events import DeviceLost, DeviceReady, Event, PanelLost, PanelReady
from shared.visit.facts import Duty
from shared.visit.screens import Keying, Notice, Screen
from terminal.app.clock import DAY_MS
from terminal.app.kiosk.stage import Stage, Status
from terminal.app.log import Log
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, Synced, SyncResult, Welcomed

UNSENT_MAX = 20_000  # events (card-and-sync 5.4): a month of a busy shop; more than it should have alone
SYNCED_AGO_MAX_D = 14  # days (card-and-sync 5.4)
OFFLINE = ("sync.unreachable", "sync.timeout", "sync.busy")  # ordinary and passing: the offline band says it
AWAY = (*OFFLINE, "sync.not_head_office")  # nobody there, or somebody else
VERDICTS = {
    Verdict.DUPLICATE_ID: "sync.duplicate_id",
    Verdict.TERMINAL_ROLLED_BACK: "sync.terminal_rolled_back",
    Verdict.BOARD_CHANGED: "sync.board_changed",
}


class Counts(Protocol):
    """What is needed of the store."""

    def unsent(self) -> int: ...
    def visits_today(self, day: date) -> int: ...
    def synced_ms(self) -> int: ...


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
        duty: Callable[[], Duty] = Duty,
    ) -> None:
        self._stage = stage
        self._counts = counts
        self._clock = clock
        self._day_start_minute = day_start_minute
        self._duty = duty
        self._log = log
        self._status = Status(standalone=standalone)
        self._wires: dict[str, Notice] = {}
        self._devices: dict[str, Notice] = {}  # with a wire, but silent
        self._office: Notice | None = None
        self._verdict: Notice | None = None
        self._kept: tuple[Notice, ...] = ()  # of the journal, its mirror and its disk

    @property
    def status(self) -> Status:
        return self._status

    def show(self, screen: Screen) -> None:
        """A new screen. The counts are taken anew except while someone types."""
        if isinstance(screen, Keying):
            self._status = self._on_duty()
            self._stage.surround(self._status)
        else:
            self.refresh()
        self._stage.show(screen)

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
        """A device beside the card unit went silent or came back; the counter works on, and somebody should know."""
        match event:
            case PanelLost(code=code):
                self._devices["panel"] = Notice(code)
            case PanelReady():
                self._devices.pop("panel", None)
            case DeviceLost(device=device, code=code):
                self._devices[device] = Notice(code)
            case DeviceReady(device=device):
                self._devices.pop(device, None)
            case _:
                return
        self.refresh()

    def office_spoke(self, result: SyncResult) -> None:
        """A result of sync, before it is applied."""
        offline = isinstance(result, Failed) and result.code in OFFLINE
        self._status = replace(self._status, online=not (isinstance(result, Failed) and result.code in AWAY))
        match result:
            case Failed(code=code, facts=facts):
                self._log(code, dict(facts))
                self._office = None if offline else Notice(code, facts)
            case Welcomed(note=note):
                self.judge(note.verdict)
            case Acknowledged():
                self._office = None
            case Synced() | PageArrived() if not self._status.unsent:
                self._office = None  # else a stream that is refused would be forgotten in the same round
        self.refresh()

    def judge(self, verdict: str) -> None:
        """What head office thinks of this terminal; it stands there until head office thinks better of it."""
        code = VERDICTS.get(verdict)
        self._verdict = Notice(code) if code else None

    def kept(self, notices: tuple[Notice, ...]) -> None:
        """What the keeper of the journal says now."""
        self._kept = notices
        self.refresh()

    def refresh(self) -> None:
        """Count again and show. A store that cannot count is a matter of the next visit, not of the status."""
        silent = (notice for device, notice in self._devices.items() if device not in self._wires)
        troubles = (*self._wires.values(), *silent, *_told(self._office, self._verdict), *self._kept)
        status = replace(self._on_duty(), troubles=troubles)
        wall_ms = self._clock.now().wall_ms
        try:
            today = business_day(wall_ms, self._day_start_minute())
            status = replace(status, unsent=self._counts.unsent(), visits_today=self._counts.visits_today(today))
            if not status.standalone:
                warnings = _warnings(status.unsent, self._counts.synced_ms(), wall_ms)
                status = replace(status, troubles=(*troubles, *warnings))
        except EnishiError as error:
            self._log(error.code, dict(error.facts))
        self._status = status
        self._stage.surround(status)

    def _on_duty(self) -> Status:
        """The status with who serves now."""
        duty = self._duty()
        return replace(self._status, duty=duty.name, is_training=duty.is_training)


def _told(*notices: Notice | None) -> Iterator[Notice]:
    yield from (notice for notice in notices if notice is not None)


def _warnings(unsent: int, synced_ms: int, wall_ms: int) -> Iterator[Notice]:
    """What stands there until somebody has looked after the line to head office."""
    if unsent > UNSENT_MAX:
        yield Notice("sync.many_unsent", {"count": unsent})
    days = (wall_ms - synced_ms) // DAY_MS
    if synced_ms and days >= SYNCED_AGO_MAX_D:
        yield Notice("sync.long_ago", {"days": days})

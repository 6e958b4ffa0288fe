"""What the screen shows now, handed from the loop's thread to the threads that serve the page."""

from __future__ import annotations

import queue
from dataclasses import dataclass, replace

from shared.visit.calls import Line
from shared.visit.screens import Notice, Screen, Starting

STREAMS_MAX = 8  # the counter's screen, a tablet, and streams of closed tabs that were not yet noticed


@dataclass(frozen=True, slots=True)
class Status:
    """What stands around the screen. ``online`` None: head office has not been called yet."""

    online: bool | None = None
    standalone: bool = False  # no head office in the settings: nothing to be connected with
    unsent: int = 0  # journal events that head office has not acknowledged
    visits_today: int = 0
    troubles: tuple[Notice, ...] = ()  # devices without a wire
    duty: str = ""  # who serves, by name
    is_training: bool = False


QUIET = Line()  # nobody has called


@dataclass(frozen=True, slots=True)
class Scene:
    screen: Screen
    status: Status
    line: Line = QUIET


class Stage:
    """One writer, the loop's thread; many readers. Each stream owns a bell that rings when the scene changed;
    the bell carries nothing, so a slow stream skips scenes and never holds the loop up."""

    def __init__(self, streams_max: int = STREAMS_MAX) -> None:
        self._scene = Scene(Starting(), Status())
        self._bells: tuple[queue.Queue[None], ...] = tuple(queue.Queue(maxsize=1) for _ in range(streams_max))
        self._free: queue.SimpleQueue[queue.Queue[None]] = queue.SimpleQueue()
        for bell in self._bells:
            self._free.put(bell)
        self.closed = False

    @property
    def scene(self) -> Scene:
        """The newest scene."""
        return self._scene

    def show(self, screen: Screen) -> None:
        """From the loop: a new screen."""
        self._put(replace(self._scene, screen=screen))

    def surround(self, status: Status) -> None:
        """From the loop: another state of what stands around the screen."""
        self._put(replace(self._scene, status=status))

    def ring(self, line: Line) -> None:
        """From the loop: something about the telephone."""
        self._put(replace(self._scene, line=line))

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        self._ring()

    def enter(self) -> queue.Queue[None] | None:
        """A bell for one stream, None when all are taken. Give it back with ``leave``."""
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return None

    def leave(self, bell: queue.Queue[None]) -> None:
        self._free.put(bell)

    def _put(self, scene: Scene) -> None:
        if scene != self._scene:
            self._scene = scene
            self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            if bell.empty():
                bell.put(None)

"""The one thread that moves every device of a counter, and waiting for what it brings about."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from simulators.rig.port import Port

IDLE_S = 0.25  # real seconds between turns when nothing is due
SHORTEST_S = 0.0005  # real seconds; below this a wait is not worth a system call's rounding
Found = TypeVar("Found")


class RigTimeout(Exception):
    """Something that was waited for did not happen in time."""


class Desk:
    """Runs the ports, and calls ``watch`` after every turn of them.

    Whoever touches a device from another thread holds ``hands()`` meanwhile.
    """

    def __init__(self, ports: Sequence[Port], watch: Callable[[], None] = lambda: None) -> None:
        self._ports = tuple(ports)
        self._retired: list[Port] = []  # taken off the desk; closed when nothing waits for them any more
        self._changed = threading.Condition(threading.RLock())
        self._bell_in, self._bell = os.pipe()
        self._stopping = False
        self._watch = watch
        self._thread = threading.Thread(target=self._run, name="rig", daemon=True)

    def start(self) -> None:
        """Begin to turn."""
        self._thread.start()

    def stop(self) -> None:
        """Stand still for ever. A desk that never started stops, too."""
        self.ring()
        self._stopping = True
        if self._thread.is_alive():
            self._thread.join()
        for port in self._retired:
            port.close()
        os.close(self._bell_in)
        os.close(self._bell)

    def exchange(self, old: Sequence[Port], new: Sequence[Port]) -> None:
        """Other devices stand here from now on; the old ones are closed."""
        with self._changed:
            self._ports = (*(port for port in self._ports if port not in old), *new)
            self._retired += old
        self.ring()

    def hands(self) -> threading.Condition:
        """Context manager: hold every device still."""
        return self._changed

    def ring(self) -> None:
        """Take a turn now: something was done to a device by hand."""
        if not self._stopping:
            os.write(self._bell, b"\0")

    def wait_until(self, look: Callable[[], Found | None], timeout_s: float, what: str) -> Found:
        """The first thing that ``look`` finds (held still while it looks). Raises RigTimeout after real seconds."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not (found := look()):
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    raise RigTimeout(f"{what}: not within {timeout_s:g} s")
                self._changed.wait(min(left_s, IDLE_S))
        return found

    def _run(self) -> None:
        while not self._stopping:
            with self._changed:
                wait_s = self._turn()
                ports = {node: port for port in self._ports if (node := port.fileno()) is not None}
            readable = self._listen([*ports, self._bell_in], wait_s)
            with self._changed:
                for node in readable:
                    if node in ports and ports[node] in self._ports and ports[node].fileno() == node:
                        ports[node].listen()
                retired, self._retired = self._retired, []
            for port in retired:  # may take seconds
                port.close()

    def _listen(self, nodes: list[int], wait_s: float) -> list[int]:
        """Those that have something to say, without the bell. One that was closed meanwhile says nothing."""
        try:
            readable, _, _ = select.select(nodes, [], [], wait_s)
        except (OSError, ValueError):  # a card was taken off its reader while we waited for it
            return []
        if self._bell_in in readable:
            os.read(self._bell_in, 4096)
        return [node for node in readable if node != self._bell_in]

    def _turn(self) -> float:
        """One turn of everything; how long nothing more is due, in real seconds."""
        for port in self._ports:
            port.turn()
        self._watch()
        self._changed.notify_all()
        due_s = min((due for port in self._ports if (due := port.due_s) is not None), default=IDLE_S)
        return min(IDLE_S, max(SHORTEST_S, due_s))

"""One counter of a shop: three devices on their cables, the terminal, and the power strip that feeds them all."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import requests

from shared.visit.events import Key
from simulators.card_rewriter import Fonts, Tcp300Simulator
from simulators.card_stock import SimCard
from simulators.keypad import PanelBoardSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.rig.clock import RigClock
from simulators.rig.desk import Desk, RigTimeout
from simulators.rig.phases import seconds_until_cut
from simulators.rig.port import DevicePort
from simulators.rig.terminal import TerminalPlan, terminal_process
from simulators.rig.wire import PtyWire
from terminal.protocol.tcp300 import Inlet

CARD_REWRITER_BAUD = 9_600
RECEIPT_PRINTER_BAUD = 19_200
PANEL_BAUD = 115_200
HEALTH_S = 2.0  # of one question to the kiosk
SCREEN_PAUSE_S = 0.02  # between two looks at the screen
WAIT_S = 20.0  # real seconds that a wait lasts unless it says otherwise
Found = TypeVar("Found")


class Counter:
    """``speed``: how many times faster than real the card unit and the printer work; the line to them likewise.

    A context manager: entering plugs everything in and starts the terminal. Any thread may call any method; methods
    that wait raise :class:`RigTimeout`, with the last lines of the terminal's log.
    """

    def __init__(self, plan: TerminalPlan, speed: float = 1.0, seed: int = 0, fonts: Fonts | None = None) -> None:
        self.plan = plan
        self.speed = speed
        self.card_rewriter = Tcp300Simulator(fonts=fonts)
        self.receipt_printer = EscposSimulator()
        self.panel = PanelBoardSimulator(seed)
        self.terminal = terminal_process(plan)
        self.is_on = False
        self.cut_is_due = False  # the power goes in the middle of the next magnetic write
        self.jam_is_set = False  # a card will jam, or did, until somebody opens the path
        self._seed = seed
        self.ports = self._ports()
        self._desk = Desk(tuple(self.ports.values()))

    def __enter__(self) -> Counter:
        self._desk.start()
        self.restore_power()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the terminal in order, then everything else."""
        self.terminal.stop()
        self._desk.stop()
        for port in self.ports.values():
            port.wire.close()

    @property
    def number(self) -> int:
        """The terminal's number."""
        return self.plan.terminal

    # --- hands ---------------------------------------------------------------------------------------------------

    def insert(self, card: SimCard) -> bool:
        """Push ``card`` into the inlet; False when another lies there."""
        with self._desk.hands():
            taken = self.card_rewriter.insert_card(card, self._now("card_rewriter"))
        self._desk.ring()
        return taken

    def pull(self) -> SimCard | None:
        """Take the card that lies in the inlet."""
        with self._desk.hands():
            card = self.card_rewriter.take_card(self._now("card_rewriter"))
        self._desk.ring()
        return card

    def press(self, *keys: str | Key, timeout_s: float = WAIT_S) -> None:
        """Press keys by their names ("7", "00", "enter", …), as soon as the board has its host."""
        for key in keys:
            self.wait_until(lambda: self.panel.connected, timeout_s, "the keypad's host")
            self.press_now(Key(key))

    def press_now(self, key: Key) -> bool:
        """One press; False when the board has no host and refuses it."""
        with self._desk.hands():
            is_heard = self.panel.connected
            self.panel.press(key, self._now("panel"))
        self._desk.ring()
        return is_heard

    def touch(self, hand: Callable[[float], Found], device: str = "card_rewriter") -> Found:
        """Do anything else to a device: ``hand`` is called with the device's time while everything is held still."""
        with self._desk.hands():
            done = hand(self._now(device))
        self._desk.ring()
        return done

    # --- power strip ---------------------------------------------------------------------------------------------

    def cut_power(self) -> None:
        """At one instant: SIGKILL for the terminal, no current for the devices."""
        with self._desk.hands():
            self.terminal.kill()
            for port in self.ports.values():
                port.power_off()
            self.is_on = self.cut_is_due = False
        self.terminal.reap()

    def restore_power(self) -> None:
        """Devices and terminal start again."""
        with self._desk.hands():
            for port in self.ports.values():
                port.power_on()
            self.is_on = True
        self._desk.ring()
        self.terminal.start()

    def cut_power_while_writing(self, share: float = 0.5) -> None:
        """Cut the power when ``share`` of the next magnetic write pass is done. :attr:`cut_is_due` until then."""
        self.cut_is_due = True
        self._desk.watch(lambda: self._cut_when_due(share))

    def keep_power(self) -> None:
        """Take :meth:`cut_power_while_writing` back."""
        self.cut_is_due = False
        self._desk.watch(None)

    def kill_terminal(self) -> None:
        """SIGKILL the terminal alone; the devices go on."""
        self.terminal.kill()
        self.terminal.reap()

    def start_terminal(self) -> None:
        """Start the terminal again."""
        self.terminal.start()

    # --- looking -------------------------------------------------------------------------------------------------

    def look(self, eye: Callable[[], Found]) -> Found:
        """What ``eye`` sees while everything is held still."""
        with self._desk.hands():
            return eye()

    def health(self) -> dict[str, Any] | None:
        """The kiosk's /health; None when it does not answer."""
        try:
            reply = requests.get(f"{self.plan.kiosk_url}/health", timeout=HEALTH_S)
            answer: dict[str, Any] = reply.json()
        except (requests.RequestException, ValueError):
            return None
        return answer

    def screen(self) -> str:
        """The name of the kiosk's screen (``shared.visit.screens``); empty while no terminal answers."""
        health = self.health()
        return str(health["screen"]) if health else ""

    def await_screen(self, *names: str, timeout_s: float = WAIT_S) -> str:
        """The first of these screens to appear. Raises RigTimeout."""
        deadline, shown = time.monotonic() + timeout_s, ""
        while time.monotonic() < deadline:
            shown = self.screen()
            if shown in names:
                return shown
            time.sleep(SCREEN_PAUSE_S)
        raise self._late(f"counter {self.number}: screen {shown or 'none'} instead of {' or '.join(names)}")

    def wait_until(self, look: Callable[[], Found | None], timeout_s: float = WAIT_S, what: str = "it") -> Found:
        """The first thing that ``look`` finds on the devices. Raises RigTimeout after real seconds."""
        try:
            return self._desk.wait_until(look, timeout_s, f"counter {self.number}: {what}")
        except RigTimeout as late:
            raise self._late(str(late)) from late

    def wait_discharged(self, timeout_s: float = WAIT_S) -> SimCard:
        """The card that the unit has put into its inlet to be taken."""
        return self.wait_until(self._discharged, timeout_s, "a card to take")

    def wait_power_cut(self, timeout_s: float = WAIT_S) -> None:
        """Until :meth:`cut_power_while_writing` has happened."""
        self.wait_until(lambda: not self.is_on, timeout_s, "the power cut")
        self.terminal.reap()

    # --- inside --------------------------------------------------------------------------------------------------

    def _ports(self) -> dict[str, DevicePort]:
        """The board watches its host by the clock, and the host is real: it alone must not run fast."""
        fast, real = RigClock(self.speed), RigClock()
        devices = (
            ("card_rewriter", self.card_rewriter, CARD_REWRITER_BAUD, fast),
            ("receipt_printer", self.receipt_printer, RECEIPT_PRINTER_BAUD, fast),
            ("panel", self.panel, PANEL_BAUD, real),
        )
        return {
            name: DevicePort(name, device, PtyWire(self.plan.port(name), baud, seed=self._seed), clock)
            for name, device, baud, clock in devices
        }

    def _late(self, what: str) -> RigTimeout:
        return RigTimeout(f"{what}\n{self.terminal.log}:\n{self.terminal.tail()}")

    def _now(self, device: str) -> float:
        return self.ports[device].clock.now()

    def _discharged(self) -> SimCard | None:
        sensors = self.card_rewriter.sensors
        return self.card_rewriter.slot_card if sensors.inlet is Inlet.AWAITING_REMOVAL else None

    def _cut_when_due(self, share: float) -> float | None:
        left_s = seconds_until_cut(self.card_rewriter, self._now("card_rewriter"), share)
        if left_s is None or not self.cut_is_due:
            return None
        if left_s > 0:
            return left_s / self.speed
        self._desk.watch(None)
        self.cut_power()
        return None

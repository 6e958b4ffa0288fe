"""One counter of a shop: its devices on their cables, the terminal, and the power strip that feeds them all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

import requests

from shared.visit.events import Key, Withheld
from simulators.caller_id import ModemSimulator
from simulators.card_rewriter import Fonts, Tcp300Simulator
from simulators.card_stock import SimCard
from simulators.keypad import PanelBoardSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.rig import card_hands
from simulators.rig.clock import RigClock
from simulators.rig.desk import Desk, RigTimeout
from simulators.rig.fifo import FifoWire
from simulators.rig.gateway import SipPort
from simulators.rig.models import CARD_UNITS, MODELS, Place
from simulators.rig.port import DevicePort, Port
from simulators.rig.reader import ReaderPort
from simulators.rig.skew import set_skew
from simulators.rig.standing import NotHere, Telephone
from simulators.rig.terminal import TerminalPlan, terminal_process
from simulators.scanner import Label, SerialScannerSimulator, WedgeScannerSimulator
from simulators.usb_numpad import UsbNumpadSimulator
from terminal.protocol.tcp300 import Inlet

HEALTH_S = 2.0  # of one question to the kiosk
SCREEN_PAUSE_S = 0.02  # between two looks at the screen
WAIT_S = 20.0  # real seconds that a wait lasts unless it says otherwise
# The caps of a number pad that mean the counter's keys (terminal/README.md: number pads).
PAD_CAPS = {Key.BACK: "backspace", Key.CLEAR: "*", Key.USE: "+", Key.ENTER: "enter", Key.CANCEL: "/"}
Found = TypeVar("Found")
Kind = TypeVar("Kind")


class Counter:
    """``speed``: how many times faster than real the card unit and the printer work; the line to them likewise.

    A context manager: entering plugs everything in and starts the terminal. Any thread may call any method; methods
    that wait raise :class:`RigTimeout`, with the last lines of the terminal's log.
    """

    def __init__(self, plan: TerminalPlan, speed: float = 1.0, seed: int = 0, fonts: Fonts | None = None) -> None:
        self.plan = plan
        self.is_on = False
        self.cut_is_due = ""  # "power" or "cable": what goes in the middle of the next magnetic write
        self.jam_is_set = False  # a card will jam, or did, until somebody opens the path
        self.skew_s = 0.0  # what is added to the date of the terminal's machine
        self._clock = RigClock(speed)
        self._place = partial(Place, fast=self._clock, real=RigClock(), seed=seed, fonts=fonts)
        self.ports = {MODELS[model].role: self._plug_in(model) for model in plan.devices}
        self.terminal = terminal_process(plan, self._launcher)
        self._desk = Desk(tuple(self.ports.values()), self._cut_what_is_due)

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
            port.close()

    @property
    def number(self) -> int:
        """The terminal's number."""
        return self.plan.terminal

    @property
    def speed(self) -> float:
        """How many times faster than real card unit and printer work."""
        return self._clock.speed

    def hurry(self, speed: float) -> None:
        """From now on they work at this speed, with the lines to them."""
        with self._desk.hands():
            self._clock.hurry(speed)
        self._desk.ring()

    # --- what stands here ----------------------------------------------------------------------------------------

    def find(self, kind: type[Kind]) -> Kind | None:
        """The device of this class."""
        return next((port.device for port in self.ports.values() if isinstance(port.device, kind)), None)

    def device(self, kind: type[Kind]) -> Kind:
        """As :meth:`find`. Raises NotHere."""
        device = self.find(kind)
        if device is None:
            raise NotHere(f"counter {self.number} has no {kind.__name__}")
        return device

    @property
    def card_rewriter(self) -> Tcp300Simulator:
        return self.device(Tcp300Simulator)

    @property
    def receipt_printer(self) -> EscposSimulator:
        return self.device(EscposSimulator)

    @property
    def panel(self) -> PanelBoardSimulator:
        return self.device(PanelBoardSimulator)

    @property
    def scanner(self) -> SerialScannerSimulator | WedgeScannerSimulator:
        return self.find(SerialScannerSimulator) or self.device(WedgeScannerSimulator)

    @property
    def telephone(self) -> Telephone:
        """The line of whichever device tells who calls."""
        port = self.ports.get("caller_id")
        return port if isinstance(port, SipPort) else self.device(ModemSimulator)

    @property
    def card_unit(self) -> str:
        """The model of ``CARD_UNITS`` that stands here."""
        return next(model for model in self.plan.devices if model in CARD_UNITS)

    @property
    def reader(self) -> ReaderPort:
        """The reader of chip cards. Raises NotHere."""
        port = self.ports["card_rewriter"]
        if not isinstance(port, ReaderPort):
            raise NotHere(f"counter {self.number} has no reader of chip cards")
        return port

    @property
    def card(self) -> SimCard | None:
        """The card in the unit, in its inlet, or on the reader."""
        return card_hands.held(self.ports["card_rewriter"])

    # --- hands ---------------------------------------------------------------------------------------------------

    def insert(self, card: SimCard) -> bool:
        """Push ``card`` into the inlet, lay it on the reader, or swipe it; False when the unit takes no card now."""
        return self.touch(lambda now: card_hands.put(self.ports["card_rewriter"], card, now))

    def pull(self) -> SimCard | None:
        """Take the card that lies in the inlet or on the reader."""
        return self.touch(lambda now: card_hands.take(self.ports["card_rewriter"], now))

    def equip(self, model: str) -> None:
        """Another card unit, as an installer changes it: terminal off, other settings, terminal on.

        Raises NotHere for one that this computer cannot simulate; then nothing has changed.
        """
        if model == self.card_unit:
            return
        if MODELS[model].missing():
            raise NotHere(f"{model} needs {MODELS[model].missing()}")
        self.keep_power()
        self.terminal.stop()
        old = self.ports["card_rewriter"]
        with self._desk.hands():
            old.power_off()
            self.plan = replace(
                self.plan, devices=(model, *(one for one in self.plan.devices if one != self.card_unit))
            )
            new = self._plug_in(model)
            self.ports = {**self.ports, "card_rewriter": new}
            self._desk.exchange((old,), (new,))
        self.terminal = terminal_process(self.plan, self._launcher)
        if self.is_on:
            self.restore_power()

    def press(self, *keys: str | Key, timeout_s: float = WAIT_S) -> None:
        """Press keys by their names ("7", "00", "enter", …), as soon as the keys have their host."""
        for key in keys:
            self.wait_until(self._keys_have_host, timeout_s, "the keypad's host")
            self.press_now(Key(key))

    @property
    def menu_key(self) -> Key:
        """No keypad here has a key for the menu: CANCEL opens it while no card is inside, CLEAR on an empty amount."""
        return Key.CLEAR if self.screen() == "Keying" else Key.CANCEL

    def press_now(self, key: Key) -> bool:
        """One press on the panel board, or on the number pad of a counter without one; False when nobody hears it."""
        if key is Key.MENU:
            key = self.menu_key
        with self._desk.hands():
            is_heard = self._keys_have_host()
            panel, pad = self.find(PanelBoardSimulator), self.find(UsbNumpadSimulator)
            if panel is not None:
                panel.press(key, self._now("panel"))
            elif pad is not None:
                pad.press(PAD_CAPS.get(key, key.value), self._now("keypad"))
        self._desk.ring()
        return is_heard

    def press_cap(self, cap: str) -> bool:
        """One key of the number pad by what stands on it; False when nobody hears it. Raises NotHere, KeyError."""
        pad = self.device(UsbNumpadSimulator)
        self.touch(lambda now: pad.press(cap, now), "keypad")
        return self._is_read("keypad")

    def scan(self, label: Label, *, torn: bool = False) -> None:
        """Hold a label before the scanner; ``torn``: the message breaks off in the middle. Raises NotHere."""
        scanner = self.scanner
        hold = scanner.scan_torn if torn else scanner.scan
        self.touch(lambda now: hold(label, now), "scanner")

    def ring_telephone(self, number: str, withheld: Withheld | None = None, rings: int = 100) -> None:
        """Somebody calls. Raises NotHere."""
        line = self.telephone
        self.touch(lambda now: line.ring(number, now, withheld, rings), "caller_id")

    def hang_up(self) -> None:
        """The caller gives up. Raises NotHere."""
        self.touch(self.telephone.hang_up, "caller_id")

    def set_clock(self, skew_s: float) -> None:
        """Set the date of the terminal's machine: so many seconds beside the real one. Its seconds go on as ever.

        Raises NotHere unless the plan allows it.
        """
        if not self.plan.date_can_be_set:
            raise NotHere(f"counter {self.number} has the date of this computer")
        self.skew_s = skew_s
        set_skew(self.plan.clock_file, round(skew_s * 1000))

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
            self.is_on = False
            self._forget_cut()
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
        """Cut the power when ``share`` of the next magnetic write pass is done. :attr:`cut_is_due` until then.

        Raises NotHere for another card unit.
        """
        self._plan_cut("power", share)

    def pull_cable_while_writing(self, share: float = 0.5) -> None:
        """Pull the card unit's cable when ``share`` of the next magnetic write pass is done. Raises NotHere."""
        self._plan_cut("cable", share)

    def keep_power(self) -> None:
        """Take :meth:`cut_power_while_writing` or :meth:`pull_cable_while_writing` back."""
        with self._desk.hands():
            self._forget_cut()
        self._desk.ring()

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

    def kiosk_page(self) -> str:
        """The page on the counter's screen as HTML; empty while no terminal answers."""
        try:
            return requests.get(self.plan.kiosk_url, timeout=HEALTH_S).text
        except requests.RequestException:
            return ""

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

    def _plug_in(self, model: str) -> Port:
        """What watches its host by the clock must not run fast: the host is real."""
        role = MODELS[model].role
        return MODELS[model].plug_in(self._place(role, self.plan.port(role)))

    @property
    def _launcher(self) -> tuple[str, ...]:
        """Before the terminal's program: where its chip reader is."""
        port = self.ports["card_rewriter"]
        return port.launcher if isinstance(port, ReaderPort) else ()

    def _keys_have_host(self) -> bool:
        panel = self.find(PanelBoardSimulator)
        return self._is_read("keypad") if panel is None else panel.connected

    def _is_read(self, role: str) -> bool:
        port = self.ports.get(role)
        return isinstance(port, DevicePort) and isinstance(port.wire, FifoWire) and port.wire.has_reader

    def _late(self, what: str) -> RigTimeout:
        return RigTimeout(f"{what}\n{self.terminal.log}:\n{self.terminal.tail()}")

    def _now(self, device: str) -> float:
        return self.ports[device].clock.now()

    def _discharged(self) -> SimCard | None:
        sensors = self.card_rewriter.sensors
        return self.card_rewriter.slot_card if sensors.inlet is Inlet.AWAITING_REMOVAL else None

    def _plan_cut(self, what: str, share: float) -> None:
        """The unit holds still at that moment: a busy computer that looks late still finds the card half written."""
        with self._desk.hands():
            self.card_rewriter.faults.hold_at = share
            self.cut_is_due = what

    def _forget_cut(self) -> None:
        self.cut_is_due = ""
        unit = self.find(Tcp300Simulator)
        if unit is not None:
            unit.release(self._now("card_rewriter"))

    def _cut_what_is_due(self) -> None:
        if not self.cut_is_due or not self.card_rewriter.faults.is_held:
            return
        if self.cut_is_due == "power":
            self.cut_power()
        else:
            self.ports["card_rewriter"].cut()
            self._forget_cut()

"""``./enishi terminal selftest``: every device of the settings, opened as the terminal opens it, and how it is.

    python -m terminal.app.staff.selftest --config FILE [--set section.key=value ...]

Leaves with 0 when all are well, 1 when one is not, 2 when the settings are wrong or the terminal holds the devices.
Nothing is moved, printed or written: each core only greets its device.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn, TextIO

import requests

from shared.clock import Clock
from shared.errors import EnishiError, Fact, explain
from shared.locale import Translate
from shared.text.width import columns, pad_right
from shared.visit.events import (
    CardRewriterLost,
    CardRewriterReady,
    DeviceLost,
    DeviceReady,
    Event,
    PanelLost,
    PanelReady,
)
from terminal.app.clock import SystemClock
from terminal.app.config import TerminalConfig, load, split_device
from terminal.app.language import translation
from terminal.app.staff.roles import ROLE_NAMES
from terminal.drivers.core import DriverCore, Identified
from terminal.drivers.port import Role
from terminal.drivers.pump import Pump
from terminal.drivers.registry import Driver, Options, find_driver

WELL, ILL, REFUSED = 0, 1, 2
PATIENCE_S = 13.0  # the slowest word: a TCP300II that does not answer is given up after three times 3.5 s
SETTLE_S = 1.0  # after the last device has spoken: names arrive behind the greeting
SECOND_LOOK_S = 4.0  # for what does not seem well: every core looks again within three or so
ASK_S = 2.0  # for the terminal's own answer, on this machine
SILENT = "device.silent"
HELD = "device.port_held"
HELD_DETAIL = "exclusively lock"  # pyserial's words for a port that another program has
STILL_WELL = ("device.receipt_printer.paper_low",)  # worth a word, no fault


@dataclass(slots=True)
class Patient:
    """One device and what was heard of it. ``code`` None: nothing yet; "": it is well."""

    role: Role
    model: str
    port: str
    core: DriverCore
    driver: Driver
    link: EnishiError | None = None
    code: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def has_spoken(self) -> bool:
        return self.link is not None or self.code is not None

    @property
    def finding(self) -> tuple[str, Mapping[str, Fact]]:
        """The error's code and facts; the code is "" when it is well. A missing wire explains a missing answer."""
        if self.link is not None:
            held = HELD_DETAIL in str(self.link.facts.get("detail"))
            return (HELD if held else self.link.code), self.link.facts
        return (SILENT if self.code is None else self.code), {"port": self.port}

    @property
    def is_well(self) -> bool:
        code = self.finding[0]
        return not code or code in STILL_WELL

    @property
    def identity(self) -> str:
        return self.core.identity if isinstance(self.core, Identified) else ""


Heard = tuple[Role, Event | EnishiError | BaseException | None]  # None: the wire is up


def main(
    argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ, out: TextIO = sys.stdout,
    patience_s: float = PATIENCE_S, clock: Clock | None = None,
) -> int:  # fmt: skip
    """The exit code."""
    language = environ.get("ENISHI_TERMINAL_LANGUAGE", "ja")
    try:
        given = _arguments(argv)
        config = load(given.set, environ, given.config)
        language = config.terminal.language
        _refuse_running(config)
        patients = admit(config)
    except EnishiError as error:
        text, remedy = explain(error.code, error.facts, translation(language))
        sys.stderr.write(f"{text}\n{remedy}\n({error})\n")
        return REFUSED
    examine(patients, clock or SystemClock(), patience_s)
    translate = translation(language)
    for line in report(patients, translate):
        out.write(line + "\n")
    return WELL if all(patient.is_well for patient in patients) else ILL


def admit(config: TerminalConfig) -> list[Patient]:
    """The devices of the settings with their cores. Raises ``config.driver`` and its like, as the terminal does."""
    patients = []
    for role in Role:
        device: str = getattr(config.devices, role.value)
        if device:
            model, port = split_device(device)
            driver = find_driver(model, role)
            translate = translation(config.terminal.language)
            core = driver.make_core(Options(translate, port=port, identifies=True))
            patients.append(Patient(role, model, port, core, driver))
    return patients


def examine(patients: Sequence[Patient], clock: Clock, patience_s: float) -> None:
    """Let all of them run at once until each has spoken, or patience ends."""
    heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
    pumps = [_pump(patient, clock, heard.put) for patient in patients]
    for pump in pumps:
        pump.start()
    try:
        _listen({patient.role: patient for patient in patients}, clock, heard, patience_s)
    finally:
        for pump in pumps:
            pump.stop()


def _pump(patient: Patient, clock: Clock, hear: Callable[[Heard], None]) -> Pump:
    return Pump(
        patient.role.value,
        patient.core,
        partial(patient.driver.open_link, patient.port),
        clock,
        lambda event: hear((patient.role, event)),
        lambda _, error: hear((patient.role, error)),
        lambda _, error: hear((patient.role, error)),
    )


def _listen(patients: Mapping[Role, Patient], clock: Clock, heard: queue.SimpleQueue[Heard], patience_s: float) -> None:
    began = clock.now().mono_s
    end = began + patience_s
    while (left_s := end - clock.now().mono_s) > 0:
        try:
            role, word = heard.get(timeout=left_s)
        except queue.Empty:
            return
        _note(patients[role], word)
        if all(patient.has_spoken for patient in patients.values()):
            settle_s = SETTLE_S if all(patient.is_well for patient in patients.values()) else SECOND_LOOK_S
            end = min(began + patience_s, clock.now().mono_s + settle_s)


def _note(patient: Patient, word: Event | EnishiError | BaseException | None) -> None:
    match word:
        case None:
            patient.link = None
        case EnishiError():
            patient.link = word
        case BaseException():
            raise word  # a bug in a core or a link
        case CardRewriterReady() | PanelReady() | DeviceReady():
            patient.code = ""
        case CardRewriterLost(code) | PanelLost(code) | DeviceLost(code=code):
            patient.code = code
        case _:
            pass  # a key, a card: somebody tries the device while we look


def report(patients: Sequence[Patient], translate: Translate) -> list[str]:
    """One line for each device, and under one that is not well what it is and what to do."""
    names = [translate(ROLE_NAMES[patient.role]) for patient in patients]
    rows = [(name, patient.model, patient.port) for name, patient in zip(names, patients, strict=True)]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row, patient in zip(rows, patients, strict=True):
        health = translate("正常") if patient.is_well else translate("異常")
        shown = "  ".join(pad_right(cell, width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"{shown}  {health}  {patient.identity}".rstrip())
        code, facts = patient.finding
        if code:
            text, remedy = explain(code, facts, translate)
            lines += [f"    {text}", f"    {remedy}", f"    ({code})"]
    ill = sum(not patient.is_well for patient in patients)
    summary = translate("{count} 台のうち {ill} 台に異常があります。") if ill else translate("{count} 台とも正常です。")
    return [*lines, summary.format(count=len(patients), ill=ill)]


def _refuse_running(config: TerminalConfig) -> None:
    """The terminal that runs here holds the devices; its page tells how they are."""
    if not config.kiosk.port:
        return
    try:
        answer = requests.get(f"http://{_own(config.kiosk.host)}:{config.kiosk.port}/health", timeout=ASK_S)
        running = answer.ok and "software" in answer.json()
    except (requests.RequestException, ValueError):
        return
    if running:
        raise EnishiError("config.terminal_running", port=config.kiosk.port)


def _own(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In the shop's language instead of argparse's."""
        raise EnishiError("config.argument", detail=message[:200], command=self.prog)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="enishi terminal selftest", description="Test every device of the settings")
    parser.add_argument("--config", action="append", default=[], type=Path, metavar="FILE", help="settings (TOML)")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="one setting")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

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
from functools import partial
from pathlib import Path
from typing import NoReturn, TextIO

import requests

from shared.clock import Clock
from shared.errors import EnishiError, explain
from shared.locale import Translate
from shared.text.width import columns, pad_right
from terminal.app import condition
from terminal.app.clock import SystemClock
from terminal.app.condition import Condition, admit
from terminal.app.config import TerminalConfig, load
from terminal.app.language import translation
from terminal.app.staff.roles import ROLE_NAMES
from terminal.drivers.port import Role
from terminal.drivers.pump import Pump

WELL, ILL, REFUSED = 0, 1, 2
PATIENCE_S = 13.0  # the slowest word: a TCP300II that does not answer is given up after three times 3.5 s
SETTLE_S = 1.0  # after the last device has spoken: names arrive behind the greeting
SECOND_LOOK_S = 4.0  # for what does not seem well: every core looks again within three or so
ASK_S = 2.0  # for the terminal's own answer, on this machine

Heard = tuple[Role, condition.Heard | BaseException]


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


def examine(patients: Sequence[Condition], clock: Clock, patience_s: float) -> None:
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


def _pump(patient: Condition, clock: Clock, hear: Callable[[Heard], None]) -> Pump:
    return Pump(
        patient.role.value,
        patient.core,
        partial(patient.driver.open_link, patient.port),
        clock,
        lambda event: hear((patient.role, event)),
        lambda _, error: hear((patient.role, error)),
        lambda _, error: hear((patient.role, error)),
    )


def _listen(
    patients: Mapping[Role, Condition], clock: Clock, heard: queue.SimpleQueue[Heard], patience_s: float
) -> None:
    began = clock.now().mono_s
    end = began + patience_s
    while (left_s := end - clock.now().mono_s) > 0:
        try:
            role, word = heard.get(timeout=left_s)
        except queue.Empty:
            return
        if isinstance(word, BaseException) and not isinstance(word, EnishiError):
            raise word  # a bug in a core or a link
        patients[role].hear(word)
        if all(patient.has_spoken for patient in patients.values()):
            settle_s = SETTLE_S if all(patient.is_well for patient in patients.values()) else SECOND_LOOK_S
            end = min(began + patience_s, clock.now().mono_s + settle_s)


def report(patients: Sequence[Condition], translate: Translate) -> list[str]:
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

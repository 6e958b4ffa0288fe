"""A simulated chip-card reader behind a pseudo-terminal, as the rig offers it: the product's driver, pump and line."""

from __future__ import annotations

import os
import select
import time
import tty
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from shared.visit.effects import AwaitCard, WriteCard
from shared.visit.events import CardPresented, CardRewriterReady, CardWritten, Event
from shared.visit.unit import CardUnit
from simulators.ic_card.reader import IcReaderSimulator
from terminal.app.clock import SystemClock
from terminal.drivers.port import Role
from terminal.drivers.pump import Pump
from terminal.drivers.registry import Options, find_driver
from tests.contract.ic_card_bench import OLD, ntag

PATIENCE_S = 10.0


class Line:
    """The reader's end of the line and the product's pump on the other."""

    def __init__(self, folder: Path) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        port = str(folder / "ttyIC")
        Path(port).symlink_to(os.ttyname(self.slave))
        self.unit = IcReaderSimulator()
        self.events: SimpleQueue[Event] = SimpleQueue()
        driver = find_driver("ic_card", Role.CARD_REWRITER)
        self.crashes: SimpleQueue[BaseException] = SimpleQueue()
        self.pump = Pump(
            "card_rewriter",
            driver.make_core(Options(port=port)),
            lambda: driver.open_link(port),
            SystemClock(),
            self.events.put,
            lambda _, error: None,
            lambda _, error: self.crashes.put(error),
        )
        self.pump.start()

    def event(self) -> Event:
        """Play the reader until something happened."""
        end = time.monotonic() + PATIENCE_S
        while (now := time.monotonic()) < end:
            wake_at = self.unit.wake_at
            pause_s = 0.02 if wake_at is None else min(max(wake_at - now, 0.0), 0.02)
            heard = b""
            if select.select([self.master], [], [], pause_s)[0]:
                heard = self.unit.feed(os.read(self.master, 4096), time.monotonic())
            os.write(self.master, heard + self.unit.tick(time.monotonic()))
            try:
                return self.events.get_nowait()
            except Empty:
                continue
        raise AssertionError("nothing happened")

    def close(self) -> None:
        self.pump.stop()
        os.close(self.master)
        os.close(self.slave)
        assert self.crashes.empty(), self.crashes.get()


def test_a_card_is_read_and_written_over_a_pseudo_terminal(tmp_path: Path) -> None:
    line, card = Line(tmp_path), ntag()
    try:
        assert line.event() == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
        line.pump.command(AwaitCard(), 0.0)
        line.unit.put_on(card, time.monotonic())
        assert line.event() == CardPresented("", card.uid.hex())
        line.pump.command(WriteCard(OLD), 0.0)
        assert line.event() == CardWritten()
    finally:
        line.close()


def test_a_missing_key_file_stops_the_start(tmp_path: Path) -> None:
    driver = find_driver("ic_card", Role.CARD_REWRITER)
    with pytest.raises(Exception, match=r"config\.secret_missing"):
        driver.make_core(Options(port=f"*,key={tmp_path / 'none'}"))

"""The demo while it runs: head office, two counters with their terminals, the bench. All real processes and wires."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from types import TracebackType

import requests

from simulators.bench.server import BenchServer
from simulators.bench.table import FIRST_SERIAL, Table
from simulators.bench.tray import read_serial, read_tray, save_tray
from simulators.bench.web import create_app
from simulators.card_rewriter import find_fonts
from simulators.demo.set_up import Prepared, head_office_process, head_office_url, tell_office
from simulators.rig.counter import Counter
from simulators.rig.loopback import HOST
from simulators.rig.process import Process

START_S = 30.0  # of any process until it answers; a small computer is slow
ASK_S = 2.0  # of one question
PAUSE_S = 0.05  # between two questions


class StartFailed(Exception):
    """Something did not come up; the text names its log and quotes the end of it."""


class Running:
    """A context manager: entering starts everything and waits until it answers; leaving stops it in order."""

    def __init__(self, prepared: Prepared, speed: float, language: str) -> None:
        self.prepared = prepared
        fonts = find_fonts()
        self.head_office = head_office_process(prepared.places, prepared.ports, language)
        self.counters = tuple(Counter(plan, speed, fonts=fonts) for plan in prepared.terminals)
        cards = read_tray(prepared.places.tray, prepared.ring, fonts)
        serial = read_serial(prepared.places.tray, FIRST_SERIAL)
        tell = partial(tell_office, prepared.places, prepared.ports)
        self.table = Table(self.counters, cards, prepared.ring, fonts, self.head_office, serial, tell)
        self._open = ExitStack()

    @property
    def bench_url(self) -> str:
        """Where the bench is served."""
        return f"http://{HOST}:{self.prepared.ports.bench}"

    def __enter__(self) -> Running:
        try:
            self._start()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def stopped(self) -> str:
        """The name of a process that ended by itself; empty while all is well. A counter without power is well."""
        if not (self.head_office.running or self.head_office.is_stopped):
            return f"{self.head_office.log}:\n{self.head_office.tail()}"
        for counter in self.counters:
            if counter.is_on and not counter.terminal.running:
                return f"{counter.terminal.log}:\n{counter.terminal.tail()}"
        return ""

    def _start(self) -> None:
        """Head office first, or the terminals' first round of sync would fail and be put off; the bench last."""
        self._open.callback(self._save_cards)
        self._open.callback(self.head_office.stop)
        self.head_office.start()
        url = head_office_url(self.prepared.ports)
        _await(lambda: _answers(f"{url}/health"), self.head_office)
        for counter in self.counters:
            self._open.enter_context(counter)
        for counter in self.counters:
            _await(partial(_is_waiting, counter), counter.terminal)
        self._open.callback(self._start_bench(url).stop)

    def _start_bench(self, head_office: str) -> BenchServer:
        try:
            app = create_app(self.table, head_office, self.prepared.admin_link)
            bench = BenchServer(app, self.table, HOST, self.prepared.ports.bench)
        except OSError as error:
            raise StartFailed(f"{self.bench_url}: {error.strerror}") from error
        bench.start()
        return bench

    def _save_cards(self) -> None:
        """With ``--keep`` the customers come back with the cards that they took home."""
        save_tray(self.prepared.places.tray, self.table.cards, self.prepared.ring.tenant, self.table.next_serial)


def _await(is_ready: Callable[[], bool], process: Process) -> None:
    deadline = time.monotonic() + START_S
    while not is_ready():
        if not process.running or time.monotonic() > deadline:
            raise StartFailed(f"{' '.join(process.argv[1:4])} -> {process.log}:\n{process.tail()}")
        time.sleep(PAUSE_S)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=ASK_S).ok
    except requests.RequestException:
        return False


def _is_waiting(counter: Counter) -> bool:
    """Whether the counter's screen asks for a card."""
    return counter.screen() == "Waiting"

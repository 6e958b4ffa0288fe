"""A real terminal process with simulated devices: how long until it waits for a card, and what memory it then holds."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulators.rig import Counter

WAIT_S = 60.0
IDLE_S = 3.0  # until what a start needs for a moment is given back
_READY = re.compile(r"^(\S+)Z loop\.step event=CardRewriterReady state=Down->Idle", re.MULTILINE)
_RSS = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Boot:
    """``ready_s``: from the start of the process until the card unit, which is on and rests, waits for a card.
    ``again_s``: the same after a stop."""

    ready_s: float
    again_s: float
    rss_mb: float


def boot(counter: Counter) -> Boot:
    """Start the counter's terminal twice. ``counter`` hurries: its card unit is on before the terminal."""
    log = counter.terminal.log
    before = log.stat().st_size if log.exists() else 0
    first = time.time()
    with counter:
        counter.await_screen("Waiting", timeout_s=WAIT_S)
        counter.terminal.stop()
        between, second = log.stat().st_size, time.time()
        counter.terminal.start()
        counter.await_screen("Waiting", timeout_s=WAIT_S)
        rests_at = time.monotonic() + IDLE_S
        counter.wait_until(lambda: time.monotonic() >= rests_at or None, WAIT_S, "a terminal at rest")
        rss_kb = max(map(_resident_kb, _children("terminal.app")))
    said = log.read_bytes()
    return Boot(_ready_at(said[before:between]) - first, _ready_at(said[between:]) - second, rss_kb / 1024)


def _ready_at(said: bytes) -> float:
    """Wall clock seconds."""
    found = _READY.search(said.decode("utf-8"))
    assert found is not None, "the card unit never became ready"
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp()


def _children(module: str) -> list[int]:
    """This process's children that run it."""
    found = (
        int(number)
        for path in Path(f"/proc/{os.getpid()}/task").glob("*/children")
        for number in path.read_text("ascii").split()
    )
    return [number for number in found if module in Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")]


def _resident_kb(process: int) -> int:
    told = _RSS.search(Path(f"/proc/{process}/status").read_text("utf-8"))
    assert told is not None
    return int(told[1])

"""One real process of the product, started, watched and ended from outside."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_S = 10.0  # a process that ignores SIGTERM this long is killed
LOG_TAIL_LINES = 8


class Process:
    """Runs ``argv`` in a session of its own, its output appended to ``log``."""

    def __init__(self, argv: Sequence[str], log: Path, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self.argv = tuple(argv)
        self.log = log
        self._cwd = cwd
        self._env = {**os.environ, **(env or {})}
        self._child: subprocess.Popen[bytes] | None = None
        self.is_stopped = False  # by ``stop``: then its end is no trouble

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the last run ended; None while it runs or before the first. Negative: killed by that signal."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self.argv, cwd=self._cwd, env=self._env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        self.is_stopped = False

    def kill(self) -> None:
        """SIGKILL, at once and without a word, as a power cut would end it."""
        self._signal(signal.SIGKILL)

    def reap(self) -> None:
        """Wait for a killed process to be gone."""
        if self._child is not None:
            self._child.wait(STOP_S)

    def stop(self) -> int | None:
        """SIGTERM and wait; SIGKILL if it does not listen. The exit code, None if it never ran."""
        if self._child is None:
            return None
        self.is_stopped = True
        self._signal(signal.SIGTERM)
        try:
            return self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._child.wait(STOP_S)

    def tail(self) -> str:
        """The last lines that it logged."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LOG_TAIL_LINES:])

    def _signal(self, number: signal.Signals) -> None:
        """To the process and its children; it leads its own group, which cannot outlive an unreaped leader's id."""
        if self._child is not None and self._child.poll() is None:
            os.killpg(self._child.pid, number)

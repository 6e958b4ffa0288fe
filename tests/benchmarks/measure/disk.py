"""What the disk itself takes to make one block durable: the limit of every commit on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BLOCK_BYTES = 4_096
SOURCE = Path(__file__).with_name("fsync_loop.c")


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one kind of durable write. ``cpu_us``: of it work of the processor, which no faster disk takes away."""

    per_s: float
    p50_us: float
    p99_us: float
    cpu_us: float


def speed(seconds: Sequence[float], cpu_s: float = 0.0) -> Speed:
    """From the time of each write, and the processor's time for all."""
    ordered = sorted(seconds)
    p99 = ordered[min(int(0.99 * len(ordered)), len(ordered) - 1)]
    return Speed(len(ordered) / sum(ordered), 1e6 * ordered[len(ordered) // 2], 1e6 * p99, 1e6 * cpu_s / len(ordered))


def middle(speeds: Sequence[Speed]) -> Speed:
    """The median of several rounds, each figure on its own."""
    return Speed(*(median(getattr(one, name) for one in speeds) for name in Speed.__slots__))


class Limit:
    """Blocks of 4 KiB into files that have their size already, each followed by fdatasync."""

    def __init__(self, folder: Path) -> None:
        """``folder``: on the disk that is measured."""
        self._folder = folder
        self._program = _compiled(folder)
        self.written_in = "C" if self._program else "Python, for there is no C compiler"

    def measure(self, count: int, files: int = 1) -> Speed:
        """``files``: the block goes to each in turn, all together being one write."""
        paths = [self._folder / f"limit-{number}" for number in range(files)]
        seconds = self._in_c(count, paths) if self._program else _in_python(count, paths)
        for path in paths:
            path.unlink()
        return speed(seconds)

    def _in_c(self, count: int, paths: Sequence[Path]) -> Sequence[float]:
        told = subprocess.run([str(self._program), str(count), *paths], check=True, capture_output=True).stdout
        return [int(line) / 1e9 for line in told.split()]


class Beside:
    """The limit in the rhythm of what is measured: one block now, the next when something else was written between.

    A disk that was let idle for a millisecond answers some times later than one that is written to without a pause
    (here 40 us become 200, and one in a hundred takes a millisecond), whoever writes.
    """

    def __init__(self, folder: Path, blocks: int) -> None:
        self._handle = os.open(folder / "beside", os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(self._handle, bytes(BLOCK_BYTES * blocks), 0)
        os.fsync(self._handle)
        self._block = b"x" * BLOCK_BYTES
        self.seconds: list[float] = []

    def write(self) -> None:
        """One block, durable."""
        began = time.perf_counter()
        os.pwrite(self._handle, self._block, len(self.seconds) * BLOCK_BYTES)
        os.fdatasync(self._handle)
        self.seconds.append(time.perf_counter() - began)

    def close(self) -> Speed:
        os.close(self._handle)
        return speed(self.seconds)


def _compiled(folder: Path) -> Path | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "fsync_loop"
    done = subprocess.run([compiler, "-O2", "-o", program, SOURCE], check=False, capture_output=True)
    return program if done.returncode == 0 else None


def _in_python(count: int, paths: Sequence[Path]) -> Sequence[float]:
    handles = [os.open(path, os.O_RDWR | os.O_CREAT, 0o600) for path in paths]
    block = b"x" * BLOCK_BYTES
    for handle in handles:
        os.pwrite(handle, block * count, 0)
        os.fsync(handle)
    seconds = []
    for turn in range(count):
        began = time.perf_counter()
        for handle in handles:
            os.pwrite(handle, block, turn * BLOCK_BYTES)
            os.fdatasync(handle)
        seconds.append(time.perf_counter() - began)
    for handle in handles:
        os.close(handle)
    return seconds

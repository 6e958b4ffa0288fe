"""Many worlds, on one or more processes."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import EnishiError
from simulators.world.audit import audit
from simulators.world.head_office import HeadOffice, make_template
from simulators.world.world import World, opening_cards

CARDS, COUNTERS = 6, 2
MEMORY_DISK = Path("/dev/shm")  # the simulation cuts the program, not the disk: it may live in memory


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed brought. ``counts``: how much happened in it."""

    seed: int
    violations: tuple[str, ...]
    counts: dict[str, int]
    trace: str = ""  # SHA-256 of every step of every terminal: equal for equal seeds


def play(seeds: Sequence[int], jobs: int = 1) -> Iterator[Outcome]:
    """The outcomes, as they come. With one job everything runs in this process."""
    disk = MEMORY_DISK if MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="enishi-sim-", dir=disk) as name:
        folder = Path(name)
        tokens = make_template(folder / "template", opening_cards(CARDS), COUNTERS)
        tasks = [(seed, folder, tokens) for seed in seeds]
        if jobs == 1:
            yield from map(_play_one, tasks)
            return
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            yield from pool.imap_unordered(_play_one, tasks, chunksize=4)


@functools.cache
def _head_office(folder: Path) -> HeadOffice:
    """One for each process."""
    return HeadOffice(folder / "template", folder / f"head-office-{os.getpid()}")


def _play_one(task: tuple[int, Path, dict[int, str]]) -> Outcome:
    seed, folder, tokens = task
    with tempfile.TemporaryDirectory(prefix=f"seed-{seed}-", dir=folder) as own:
        gc.disable()  # a world is thrown away whole; collecting inside it costs a sixth of the time
        world = World(seed, Path(own), _head_office(folder), tokens, CARDS)
        try:
            violations = tuple(str(violation) for violation in (*world.run(), *audit(world)))
        except (AssertionError, EnishiError) as error:
            violations = (f"crash: {type(error).__name__} {error}", *traceback.format_tb(error.__traceback__)[-4:])
        except BaseException as error:
            error.add_note(f"in seed {seed}")
            raise
        finally:
            world.close()
            gc.enable()
        return Outcome(seed, violations, world.counts(), world.trace())

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
from enum import Enum
from pathlib import Path

from shared.errors import EnishiError
from shared.sync.identity import Identity
from simulators.world.audit import audit
from simulators.world.fleet.audit import audit as audit_fleet
from simulators.world.fleet.fleet import Fleet
from simulators.world.fleet.office import FleetOffice
from simulators.world.head_office import make_template
from simulators.world.world import World, opening_cards

CARDS, TERMINALS = 4, 2
FLEET_CARDS = 3  # few cards are often shown: much befalls each of them in a short seed
MEMORY_DISK = Path("/dev/shm")  # the simulation cuts the program, not the disk: it may live in memory
WIRES_EVERY = 10  # of mixed seeds one moves every byte on wires, the others play weeks of a chain


class Kind(Enum):
    """What a seed plays."""

    WIRES = "wires"
    FLEET = "fleet"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed brought. ``counts``: how much happened in it."""

    seed: int
    violations: tuple[str, ...]
    counts: dict[str, int]
    trace: str = ""  # SHA-256 of every step of every terminal: equal for equal seeds


@dataclass(frozen=True, slots=True)
class Task:
    seed: int
    kind: Kind
    folder: Path
    identities: dict[int, Identity]


def play(seeds: Sequence[int], jobs: int = 1, kind: Kind = Kind.WIRES) -> Iterator[Outcome]:
    """The outcomes, as they come. With one job everything runs in this process."""
    disk = MEMORY_DISK if MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="enishi-sim-", dir=disk) as name:
        folder = Path(name)
        identities = make_template(folder / "template", opening_cards(CARDS), TERMINALS)
        tasks = [Task(seed, _kind_of(seed, kind), folder, identities) for seed in seeds]
        if jobs == 1:
            yield from map(_play_one, tasks)
            return
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            yield from pool.imap_unordered(_play_one, tasks, chunksize=4)


def _kind_of(seed: int, kind: Kind) -> Kind:
    if kind is not Kind.MIXED:
        return kind
    return Kind.WIRES if seed % WIRES_EVERY == 0 else Kind.FLEET


@functools.cache
def _head_office(folder: Path) -> FleetOffice:
    """One for each process."""
    office = FleetOffice(folder / "template", folder / f"head-office-{os.getpid()}")
    gc.freeze()  # what is loaded now is there for good: nobody looks through it for garbage after every world
    return office


def _play_one(task: Task) -> Outcome:
    with tempfile.TemporaryDirectory(prefix=f"seed-{task.seed}-", dir=task.folder) as own:
        gc.disable()  # a world is thrown away whole; collecting inside it costs a sixth of the time
        office = _head_office(task.folder)
        world: World | Fleet
        if task.kind is Kind.WIRES:
            world = World(task.seed, Path(own), office, task.identities, CARDS)
        else:
            has_mischief = task.seed % 3 != 0
            world = Fleet(task.seed, Path(own), office, task.identities, FLEET_CARDS, has_mischief)
        try:
            found = world.run()
            found = [*found, *(audit(world) if isinstance(world, World) else audit_fleet(world))]
            violations = tuple(str(violation) for violation in found)
        except (AssertionError, EnishiError) as error:
            violations = (f"crash: {type(error).__name__} {error}", *traceback.format_tb(error.__traceback__)[-4:])
        except BaseException as error:
            error.add_note(f"in seed {task.seed}")
            raise
        finally:
            world.close()
            gc.enable()
        return Outcome(task.seed, violations, dict(world.counted()), world.trace())

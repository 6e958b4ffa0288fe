"""Plays a scenario at real counters: first everything is put right, then step follows step until one fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from simulators.bench.faults import faults_of, mend_all
from simulators.bench.table import Table, TrayFull
from simulators.rig.counter import Counter, NotHere
from simulators.rig.desk import RigTimeout
from simulators.scenarios.eyes import EYES
from simulators.scenarios.hands import HANDS
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.stage import KIND, Fails, Stage, Stopped
from terminal.protocol.tcp300 import Inlet

ACTS = {**HANDS, **EYES}
READY_S = 60.0  # until a counter waits for a card again, whatever was done to it before


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far it came. ``step``: of the scenario, from 0; its length when all are done. ``why``: English."""

    step: int
    state: str  # "preparing" | "playing" | "done" | "failed" | "stopped"
    why: str = ""


Tell = Callable[[Outcome], None]


def lacks(scenario: Scenario, table: Table) -> str:
    """What the bench has not that the scenario needs; empty when it can be played."""
    if len(table.counters) < scenario.counters:
        return "counters"
    if scenario.office and table.head_office is None:
        return "office"
    return next(iter(sorted(scenario.roles - set(table.counters[0].ports))), "")


def play(
    scenario: Scenario, table: Table, counter: Counter, *, pace_s: Callable[[], float] = lambda: 0.0,
    tell: Tell = lambda _: None, stopped: Callable[[], bool] = lambda: False,
) -> Outcome:  # fmt: skip
    """``pace_s``: real seconds between two steps, for a watching person. Returns how it ended; never raises."""
    stage = Stage(table, counter, stopped)
    outcome = Outcome(0, "preparing")
    tell(outcome)
    try:
        prepare(stage)
        for number, step in enumerate(scenario.steps):
            outcome = Outcome(number, "playing")
            tell(outcome)
            ACTS[step.verb](stage, *step.words)
            stage.rest(pace_s())
        outcome = Outcome(len(scenario.steps), "done")
    except (Fails, NotHere, RigTimeout, TrayFull, ValueError, KeyError, OSError) as error:
        outcome = Outcome(outcome.step, "failed", str(error) or type(error).__name__)
    except Stopped:
        outcome = Outcome(outcome.step, "stopped")
    tell(outcome)
    return outcome


def prepare(stage: Stage) -> None:
    """Every counter has power, nothing is broken, no card is inside, and the screen waits for one. Raises Fails."""
    chosen = stage.counter
    if stage.table.head_office is not None:
        stage.table.head_office.start()
    for counter in stage.table.counters:
        stage.counter = counter
        mend_all(counter)
        if not counter.is_on:
            counter.restore_power()
        counter.start_terminal()
        stage.until(partial(_is_ready, counter), partial(_shown, counter), READY_S)
    stage.counter = chosen
    stage.table.remove(KIND)
    stage.begin()


def _shown(counter: Counter) -> str:
    return f"counter {counter.number} shows {counter.screen() or 'nothing'}"


def _is_ready(counter: Counter) -> bool:
    """One look and, where something is left over from before, one movement."""
    unit, shown = counter.card_rewriter, counter.screen()
    if counter.look(lambda: unit.sensors.inlet is Inlet.AWAITING_REMOVAL and unit.slot_card is not None):
        counter.pull()
    elif counter.look(lambda: unit.is_jammed):
        faults_of(counter)["card_rewriter.jam"].switch(counter, False)
    elif shown == "Waiting" and unit.card is None and unit.slot_card is None:
        return True
    elif shown in _ANSWERS:
        counter.press(_ANSWERS[shown])
    return False


# A key that ends what an earlier play left on the screen.
_ANSWERS = {
    "Unfinished": "enter",
    "Keying": "cancel",
    "TypeNumber": "cancel",
    "ConfirmFace": "cancel",
    "OffCardKeying": "cancel",
    "Repairing": "cancel",
    "ConfirmRepair": "cancel",
}

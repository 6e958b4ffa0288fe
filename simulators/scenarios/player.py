"""Plays a scenario at real counters: first everything is put right, then step follows step until one fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from simulators.bench.faults import faults_of, mend_all
from simulators.bench.table import Table, TrayFull
from simulators.card_rewriter import Tcp300Simulator
from simulators.rig.counter import Counter
from simulators.rig.desk import RigTimeout
from simulators.rig.models import CARD_UNITS, MODELS
from simulators.rig.standing import NotHere
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
    needs = next((MODELS[unit].missing() for unit in scenario.units if MODELS[unit].missing()), "")
    return needs or next(iter(sorted(scenario.roles - set(table.counters[0].ports))), "")


def play(
    scenario: Scenario, table: Table, counter: Counter, *, pace_s: Callable[[], float] = lambda: 0.0,
    tell: Tell = lambda _: None, stopped: Callable[[], bool] = lambda: False,
) -> Outcome:  # fmt: skip
    """``pace_s``: real seconds between two steps, for a watching person. Returns how it ended; never raises."""
    stage = Stage(table, counter, stopped)
    outcome = Outcome(0, "preparing")
    tell(outcome)
    try:
        prepare(stage, scenario.units[0] if scenario.units else CARD_UNITS[0])
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


def prepare(stage: Stage, unit: str) -> None:
    """Every counter has power, nothing is broken, no card is inside, and the screen waits for one. Raises Fails.

    ``unit``: the card unit that the chosen counter will need; all others have the usual one.
    """
    chosen = stage.counter
    if stage.table.head_office is not None:
        stage.table.head_office.start()
    for counter in stage.table.counters:
        stage.counter = counter
        mend_all(counter)
        if not counter.is_on:
            counter.restore_power()
        counter.start_terminal()
        wanted = unit if counter is chosen else CARD_UNITS[0]
        stage.until(partial(_is_ready, counter, wanted), partial(_shown, counter), READY_S)
    stage.counter = chosen
    stage.table.remove(KIND)
    stage.begin()


def _shown(counter: Counter) -> str:
    return f"counter {counter.number} shows {counter.screen() or 'nothing'}"


def _is_ready(counter: Counter, wanted: str) -> bool:
    """One look and, where something is left over from before, one movement."""
    if counter.card_unit != wanted:
        counter.pull()
        counter.equip(wanted)
        return False
    unit, shown = counter.find(Tcp300Simulator), counter.screen()
    if unit is None:
        counter.pull()
    elif counter.look(lambda: unit.sensors.inlet is Inlet.AWAITING_REMOVAL and unit.slot_card is not None):
        counter.pull()
        return False
    elif counter.look(lambda: unit.is_jammed):
        faults_of(counter)["card_rewriter.jam"].switch(counter, False)
        return False
    if shown == "Waiting" and counter.card is None:
        return _is_nobodys(counter)
    if shown in _ANSWERS:
        counter.press(_ANSWERS[shown])
    return False


def _is_nobodys(counter: Counter) -> bool:
    """Nothing waits on the screen, nobody is on duty and nothing is practice; else one thing is put right."""
    page = counter.kiosk_page()
    if _FILLED in page:
        counter.press("cancel")
    elif _TRAINING in page:
        counter.press("cancel", "5", "5", "enter")
    elif _DUTY in page:
        counter.press("cancel", "4", "2")
    else:
        return True
    return False


# What the kiosk's page holds then.
_FILLED, _TRAINING, _DUTY = 'data-key="cancel"', '<b class="training">', '<span class="duty">'

# A key that ends what an earlier play left on the screen.
_ANSWERS = {
    "Unfinished": "enter",
    "Keying": "cancel",
    "TypeNumber": "cancel",
    "ConfirmFace": "cancel",
    "OffCardKeying": "cancel",
    "Repairing": "cancel",
    "ConfirmRepair": "cancel",
    "Menu": "cancel",
    "Asking": "cancel",
    "Choosing": "cancel",
    "Confirming": "cancel",
    "Told": "enter",
    "Done": "enter",
    "Stopped": "enter",
    "Swiping": "cancel",
    "OffCardDone": "enter",
}

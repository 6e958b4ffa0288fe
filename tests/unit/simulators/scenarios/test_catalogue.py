"""The named scenarios are whole: every verb has a hand or an eye, every card, key and screen in them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.visit import screens
from shared.visit.events import Key
from simulators.bench import telling
from simulators.bench.faults import faults_of
from simulators.bench.faults_of_units import READER, SWIPE_UNIT
from simulators.bench.words import GROUPS as TITLES
from simulators.rig import Rig
from simulators.scenarios.catalogue import GROUPS, SCENARIOS
from simulators.scenarios.player import ACTS
from simulators.scenarios.queue import queue
from simulators.scenarios.steps import VERBS, read_steps, write_steps


def test_every_verb_can_be_acted_and_told() -> None:
    assert set(ACTS) == set(VERBS)


def test_names_fit_into_an_address_and_are_used_once() -> None:
    assert len(SCENARIOS) == sum(len(group) for group in GROUPS)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in SCENARIOS)
    assert len(TITLES) == len(GROUPS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_names_only_what_exists(name: str) -> None:
    one = SCENARIOS[name]
    assert one.outcome.endswith("。")
    assert read_steps(write_steps(one.steps)) == one.steps
    for step in one.steps:
        match step.verb:
            case "await":
                assert all(hasattr(screens, word) and word in telling.SCREENS for word in step.words)
            case "keys":
                assert all(Key(word) for word in step.words)


def test_the_same_seed_brings_the_same_queue() -> None:
    assert queue(7, 2) == queue(7, 2)
    assert queue(7, 2).steps != queue(8, 2).steps
    assert not any(step.verb == "at" for step in queue(7).steps)


def test_a_scenario_knows_which_devices_it_needs() -> None:
    assert SCENARIOS["paper-out"].roles == {"receipt_printer"}
    assert SCENARIOS["call-while-serving"].roles == {"caller_id"}
    assert SCENARIOS["power-cut-while-writing"].roles == frozenset()
    assert SCENARIOS["display-unplugged"].roles == {"display"}


def test_every_fault_is_played(tmp_path: Path) -> None:
    counter = Rig.counter(tmp_path, date_can_be_set=True)
    faults = {*faults_of(counter), *(f"card_rewriter.{name}" for name in (*READER, *SWIPE_UNIT))}
    counter.close()
    played = {step.words[0] for one in SCENARIOS.values() for step in one.steps if step.verb == "break"}
    assert played == faults


def test_a_counter_is_the_usual_one_again_after_every_play() -> None:
    """``prepare`` puts the printing unit back; so a scenario that wants another says so first."""
    for one in SCENARIOS.values():
        units = [place for place, step in enumerate(one.steps) if step.verb == "unit"]
        assert units in ([], [0]), one.name

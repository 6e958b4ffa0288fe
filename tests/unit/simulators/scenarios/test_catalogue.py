"""The named scenarios are whole: every verb has a hand or an eye, every card, key and screen in them exists."""

from __future__ import annotations

import re

import pytest

from shared.visit import screens
from shared.visit.events import Key
from simulators.bench import telling
from simulators.bench.words import GROUPS as TITLES
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

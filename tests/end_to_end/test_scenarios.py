"""Every named scenario comes out as it says, with the real processes: two counters, their terminals, head office."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import pytest

from simulators.demo.places import Places, choose_ports
from simulators.demo.running import Running
from simulators.demo.set_up import set_up
from simulators.rig.models import CARD_UNITS
from simulators.scenarios.catalogue import SCENARIOS
from simulators.scenarios.hands import keys
from simulators.scenarios.player import lacks, play, prepare
from simulators.scenarios.queue import queue
from simulators.scenarios.scenario import Scenario, scenario
from simulators.scenarios.stage import Stage
from tests.contract.pcsc_bench import require_pcsc

pytestmark = pytest.mark.slow

SPEED = 10.0  # of card unit and printer where a cut must hit the middle of a write
FAST = 40.0  # everywhere else; what waits for the terminal's own time-outs waits in real seconds


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo, as ``./enishi demo`` starts it."""
    with ExitStack() as claims:
        ports, _ = choose_ports(claims)
        prepared = set_up(Places(tmp_path_factory.mktemp("scenarios") / "demo"), ports, date.today(), "ja")
        yield claims.enter_context(Running(prepared, SPEED, "ja"))


def plays_well(one: Scenario, running: Running) -> None:
    if "ic_card" in one.units:
        require_pcsc()
    assert not lacks(one, running.table)
    is_cut = any(word.endswith(".cut_writing") for step in one.steps for word in step.words)
    for counter in running.counters:
        counter.hurry(SPEED if is_cut else FAST)
    outcome = play(one, running.table, running.counters[0])
    step = one.steps[outcome.step] if outcome.step < len(one.steps) else ""
    assert outcome.state == "done", f"step {outcome.step + 1} ({step}): {outcome.why}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_comes_out_as_it_says(running: Running, name: str) -> None:
    plays_well(SCENARIOS[name], running)


@pytest.mark.parametrize("seed", [1, 7])
def test_a_queue_of_customers_is_served_at_two_counters(running: Running, seed: int) -> None:
    plays_well(queue(seed, counters=2), running)


def test_a_scenario_that_comes_out_otherwise_says_where_and_what_was_seen(running: Running) -> None:
    wrong = scenario("wrong", "", "", "serve new 1000; wait 0; stripe torn")
    outcome = play(wrong, running.table, running.counters[0])
    assert (outcome.step, outcome.state, outcome.why) == (2, "failed", "stripe ok")


def test_a_key_is_heard_before_the_next_step(running: Running) -> None:
    """A step that looked sooner would see the screen of before, and take it for the one that it waits for."""
    stage = Stage(running.table, running.counters[0], lambda: False)
    prepare(stage, CARD_UNITS[0])
    for heard in range(2, 42, 2):
        keys(stage, "menu", "cancel")
        assert stage.keys_heard() == heard


def test_a_play_can_be_stopped_in_the_middle(running: Running) -> None:
    told: list[int] = []
    endless = scenario("endless", "", "", "wait 60; wait 60")
    outcome = play(
        endless,
        running.table,
        running.counters[0],
        tell=lambda now: told.append(now.step),
        stopped=lambda: len(told) > 1,
    )
    assert outcome.state == "stopped"


def test_what_a_play_left_behind_is_put_right_before_the_next(running: Running) -> None:
    mess = scenario(
        "mess", "", "", "break receipt_printer.cover; break scanner.cable; insert new; await Keying; break counter.off"
    )
    assert play(mess, running.table, running.counters[0]).state == "done"
    plays_well(SCENARIOS["earn-by-amount"], running)

"""The table is total, and no handler breaks the order of a visit."""

from __future__ import annotations

from typing import get_args

from shared.visit import machine
from shared.visit.events import Event
from shared.visit.states import DEADLINES, State

STATES, EVENTS = get_args(State), get_args(Event)


def test_every_pair_of_state_and_event_is_handled_or_ignored_on_purpose():
    pairs = {(state, event) for state in STATES for event in EVENTS}
    handled, ignored = set(machine.TABLE), set(machine.IGNORED)
    assert pairs - handled - ignored == set()
    assert handled & ignored == set()
    assert handled | ignored <= pairs


def test_every_state_has_a_deadline_or_says_that_it_waits_for_ever():
    assert set(DEADLINES) == set(STATES)

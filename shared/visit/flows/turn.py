"""The answer of a step, and the few turns that many handlers end in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.visit import screens
from shared.visit.effects import AwaitCard, Effect, EjectCard, Play, Show, Sound
from shared.visit.facts import OpenVisit
from shared.visit.states import LOCK_S, Down, Idle, Locked, Returning, State


@dataclass(frozen=True, slots=True)
class Turn:
    """Effects are performed in order; an answering store effect stands last, so a failure stops nothing half done."""

    state: State
    effects: tuple[Effect, ...] = ()


def stay(state: State, *effects: Effect) -> Turn:
    """The same state again."""
    return Turn(state, effects)


def wait_for_card() -> Turn:
    """The counter is free."""
    return Turn(Idle(), (Show(screens.Waiting()), AwaitCard()))


def refuse(code: str, *before: Effect) -> Turn:
    """Give the card back, say what happened."""
    return Turn(Returning(code), (*before, Show(screens.Stopped(code)), Play(Sound.ERROR), EjectCard()))


def give_back() -> Turn:
    """Give the card back; nothing happened."""
    return Turn(Returning(""), (Show(screens.TakeCard()), EjectCard()))


def lock() -> Turn:
    """No card is taken in for a while."""
    return Turn(Locked(""), (Show(screens.Locked(int(LOCK_S) // 60)), Play(Sound.ATTENTION)))


def lose_unit(code: str, open_visits: Iterable[OpenVisit] = ()) -> Turn:
    """The card unit is gone; remember what still needs its card."""
    return Turn(Down(tuple(open_visits), code), (Show(screens.Stopped(code)), Play(Sound.ERROR)))

"""The answer of a step, and the few turns that many handlers end in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.visit import screens
from shared.visit.effects import Effect, EjectCard, Play, Show, Sound
from shared.visit.errand import NO_ERRAND, Errand
from shared.visit.facts import OpenVisit
from shared.visit.states import LOCK_S, Down, Locked, Returning, State


@dataclass(frozen=True, slots=True)
class Turn:
    """Effects are performed in order; an answering store effect stands last, so a failure stops nothing half done."""

    state: State
    effects: tuple[Effect, ...] = ()


def stay(state: State, *effects: Effect) -> Turn:
    """The same state again."""
    return Turn(state, effects)


def refuse(code: str, *before: Effect, errand: Errand = NO_ERRAND) -> Turn:
    """Give the card back, say what happened. ``errand`` waits for the next one."""
    stopped = (Show(screens.Stopped(code)), Play(Sound.ERROR), EjectCard())
    return Turn(Returning(code, errand=errand), (*before, *stopped))


def give_back(errand: Errand = NO_ERRAND) -> Turn:
    """Give the card back; nothing happened."""
    return Turn(Returning("", errand=errand), (Show(screens.TakeCard()), EjectCard()))


def lock(errand: Errand) -> Turn:
    """No card is taken in for a while."""
    return Turn(Locked("", errand), (Show(screens.Locked(int(LOCK_S) // 60)), Play(Sound.ATTENTION)))


def lose_unit(code: str, open_visits: Iterable[OpenVisit] = (), errand: Errand = NO_ERRAND) -> Turn:
    """The card unit is gone; remember what still needs its card."""
    return Turn(Down(tuple(open_visits), code, errand), (Show(screens.Stopped(code)), Play(Sound.ERROR)))

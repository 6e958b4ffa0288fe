"""One line per happening, key=value, on standard error: what the journal of systemd keeps.

Nothing personal is written: of a card number the last four digits, of keys only that one was pressed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from shared.clock import Clock
from shared.ids import CARD_NO_DIGITS, CardNo
from shared.visit.effects import Effect, FindProduct, Intend, LookUpCard
from shared.visit.events import CardLookedUp, Event, ProductFound, Scanned
from shared.visit.states import State

VALUE_MAX = 200  # characters of one value; a traceback's last line fits
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/,+->*%@")
_SCANNED = (Scanned, FindProduct, ProductFound)  # their code may be a member's card
_TELLING = ("code", "visit", "slip")  # fields of events and effects that say something and name nobody

Value = str | int | float | bool | None
Log = Callable[[str, Mapping[str, Value]], None]  # what happened (English, dotted), facts


def stream_log(stream: TextIO, clock: Clock) -> Log:
    """A log that writes to ``stream`` at once: ``2026-11-21T10:08:00.123Z loop.step event=CardPresented …``."""

    def log(what: str, facts: Mapping[str, Value]) -> None:
        at = datetime.fromtimestamp(clock.now().wall_ms / 1000, UTC)
        stamp = at.isoformat(timespec="milliseconds").removesuffix("+00:00")
        pairs = "".join(f" {name}={_quoted(value)}" for name, value in facts.items())
        stream.write(f"{stamp}Z {what}{pairs}\n")
        stream.flush()

    return log


def silent(what: str, facts: Mapping[str, Value]) -> None:
    """For the simulation, which has its own trace."""


def masked(card: CardNo) -> str:
    """The last four digits: enough to talk about a card with the shop, too few to find a person."""
    return "*" * (CARD_NO_DIGITS - 4) + f"{card % 10_000:04d}"


def step_facts(event: Event, before: State, after: State, effects: Iterable[Effect]) -> dict[str, Value]:
    """What the one line per step says."""
    performed = tuple(effects)
    came, went = type(before).__name__, type(after).__name__
    facts: dict[str, Value] = {"event": type(event).__name__, "state": came if came == went else f"{came}->{went}"}
    if performed:
        facts["effects"] = ",".join(type(effect).__name__ for effect in performed)
    for part in (event, *performed):
        for name in () if isinstance(part, _SCANNED) else _TELLING:
            told = getattr(part, name, None)
            if isinstance(told, str | int) and told != "":
                facts.setdefault(name, told)
        card = _card_of(part)
        if card is not None:
            facts.setdefault("card", masked(card))
    return facts


def _card_of(part: Event | Effect) -> CardNo | None:
    match part:
        case LookUpCard(card=card):
            return card
        case Intend(intent=intent):
            return intent.card
        case CardLookedUp(facts=facts):
            return facts.card
        case _:
            return None


def _quoted(value: Value) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)[:VALUE_MAX]
    return text if text and _PLAIN.issuperset(text) else json.dumps(text, ensure_ascii=False)

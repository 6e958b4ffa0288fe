"""What the faces of the cards show, as text: the canvas holds dots only, and a person reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.card.face import Face
from simulators.card_rewriter import Tcp300Simulator
from simulators.card_rewriter.unit import State
from simulators.card_stock import SimCard


@dataclass
class Faces:
    """Shared by all counters. A face that was erased or printed only in part reads as nothing."""

    _lines: dict[int, tuple[str, ...] | None] = field(default_factory=dict)
    _history: dict[int, list[str]] = field(default_factory=dict)
    _pictures: dict[int, object] = field(default_factory=dict)

    def know(self, card: SimCard, lines: tuple[str, ...]) -> None:
        """The face with which a card begins."""
        assert card.number is not None
        self._lines[card.number] = lines
        self._pictures[card.number] = card.face

    def shown(self, card: SimCard) -> tuple[str, ...] | None:
        return None if card.number is None else self._lines.get(card.number)

    def was_shown(self, number: int, text: str) -> bool:
        """Whether the card's finished face ever carried the text, however it was broken into lines."""
        return any(text in face for face in self._history.get(number, []))

    def observe(self, unit: Tcp300Simulator, ordered: Face | None) -> None:
        """Called after every movement: a picture that changed is the one last ordered, if its print is finished."""
        card = unit.card if unit.card is not None else unit.slot_card
        if card is None or card.number is None or self._pictures.get(card.number) is card.face:
            return
        self._pictures[card.number] = card.face
        finished = unit.state in (State.AWAITING_ACK, State.IDLE)
        lines = tuple(line.text for line in ordered.lines) if finished and ordered else None
        self._lines[card.number] = lines
        if lines is not None:
            self._history.setdefault(card.number, []).append("".join(lines))

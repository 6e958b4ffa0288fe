"""A card unit without wires: orders in, events out, and the faults that matter to the books."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from shared.visit import effects as f
from shared.visit import events as e
from simulators.world.cut import PowerCut
from simulators.world.fleet.plastic import Plastic

LRC = "device.card_rewriter.read_lrc"
WRITE_ERROR = "device.card_rewriter.write_error"
HEAD_ERROR = "device.card_rewriter.head_temperature"
SILENT = "device.card_rewriter.no_answer"


@dataclass
class Ills:
    """How often the next motions go wrong; each is used up."""

    reads: int = 0  # unreadable although the stripe is good (dirt)
    writes: int = 0  # the pass fails and leaves the stripe torn
    verifies: int = 0  # written, but reported as failed
    lost: int = 0  # carried out, never reported
    prints: int = 0
    tears: int = 0  # the power goes while the head is on the stripe

    def take(self, name: str) -> bool:
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)

    def clear(self) -> None:
        self.reads = self.writes = self.verifies = self.lost = self.prints = self.tears = 0


class Unit:
    """A ``Port``. Whoever owns it carries ``said`` to the loop."""

    def __init__(self, dice: Random) -> None:
        self.ills = Ills()
        self.said: deque[e.Event] = deque()
        self.inside: Plastic | None = None
        self.in_slot: Plastic | None = None  # discharged, to be taken
        self.waiting: Plastic | None = None  # at the inlet, not taken in yet
        self._awaits = False
        self._dice = dice

    # --- hands ---------------------------------------------------------------------------------------------------

    def insert(self, card: Plastic) -> None:
        self.waiting = card
        if self._awaits:
            self._take_in()

    def take(self) -> Plastic | None:
        """The customer takes the card out of the slot, or pulls back one that was never taken in."""
        if self.in_slot is not None:
            self.said.append(e.CardTaken())
        card = self.in_slot or self.waiting
        if card is self.in_slot:
            self.in_slot = None
        else:
            self.waiting = None
        return card

    def take_out_by_hand(self) -> Plastic | None:
        """Whatever is inside, with the cover open."""
        card, self.inside = self.inside, None
        return card

    def power_on(self) -> None:
        """The unit answers again; the host asks it what its sensors say."""
        self._awaits = False
        self.said.clear()
        self.said.append(e.CardRewriterReady(self.inside is not None))

    # --- orders --------------------------------------------------------------------------------------------------

    def command(self, effect: f.Effect, now: float) -> None:
        match effect:
            case f.AwaitCard():
                self._awaits = True
                if self.waiting is not None:
                    self._take_in()
            case f.CancelAwait():
                self._awaits = False
            case f.ReadCard():
                self._read()
            case f.WriteCard(track=track):
                self._write(track)
            case f.PrintFace(face=face):
                self._print(tuple(line.text for line in face.lines))
            case f.EjectCard():
                self._eject()
            case f.ResetRewriter():
                self.power_on()
            case _:
                pass

    def _take_in(self) -> None:
        if self.inside is None and self.in_slot is None:
            self.inside, self.waiting, self._awaits = self.waiting, None, False
            self._read()

    def _read(self) -> None:
        card = self.inside
        if card is None:
            self._say(e.NoCard())
        elif card.torn or self.ills.take("reads"):
            self._say(e.CardUnreadable(LRC))
        else:
            self._say(e.CardPresented(card.track))

    def _write(self, track: str) -> None:
        card = self.inside
        if card is None:
            self._say(e.CardWriteFailed(WRITE_ERROR))
            return
        card.begin_pass()
        if self.ills.take("tears"):
            raise PowerCut
        if self.ills.take("writes"):
            self._say(e.CardWriteFailed(WRITE_ERROR))
            return
        card.end_pass(track)
        if self.ills.take("verifies"):
            self._say(e.CardWriteFailed(WRITE_ERROR))
        else:
            self._say(e.CardWritten())

    def _print(self, lines: tuple[str, ...]) -> None:
        if self.inside is None or self.ills.take("prints"):
            self._say(e.FacePrintFailed(HEAD_ERROR))
            return
        self.inside.face = lines
        self._say(e.FacePrinted())

    def _eject(self) -> None:
        if self.inside is not None:
            self.in_slot, self.inside = self.inside, None
            self._say(e.CardDischarged())
        else:
            self._say(e.CardDischarged())
            if self.in_slot is None:
                self._say(e.CardTaken())

    def _say(self, event: e.Event) -> None:
        if self.ills.take("lost"):
            self.said.append(e.CardRewriterLost(SILENT))
            self.said.append(e.CardRewriterReady(self.inside is not None))
            return
        self.said.append(event)

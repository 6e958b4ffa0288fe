"""What a card says to whoever could look into its stripe or chip without a reader, and what hands do to it there."""

from __future__ import annotations

from dataclasses import dataclass

from shared.card.codec import Decoded, decode
from shared.card.mac import KeyRing
from simulators.card_stock import SimCard
from simulators.ic_card.record import erase, record_of, spoil


@dataclass(frozen=True, slots=True)
class Seen:
    """``track`` None: nothing readable is there. ``is_dead``: it reads with errors or not at all. ``uid``: a chip's."""

    track: str | None
    is_torn: bool
    is_dead: bool
    uid: str = ""

    def decoded(self, ring: KeyRing) -> Decoded:
        """What the codec thinks of it."""
        return decode(self.track or "", ring, self.uid)


def seen(card: SimCard) -> Seen:
    """As it is now."""
    if card.chip is None:
        return Seen(card.track, card.torn, card.is_worn)
    slots = record_of(card.chip)
    return Seen(slots.track or None, slots.torn, card.chip.is_silent, card.chip.uid.hex())


def tear(card: SimCard) -> None:
    """A write that began and never ended."""
    if card.chip is None:
        card.begin_pass()
    elif record_of(card.chip).track:
        spoil(card.chip)


def wear(card: SimCard) -> None:
    """Read errors from now on, everywhere; a chip says nothing any more."""
    card.is_worn = True
    if card.chip is not None:
        card.chip.is_silent = True


def wipe(card: SimCard) -> None:
    """It lay on a magnet, or somebody erased its memory."""
    card.track, card.torn = None, False
    if card.chip is not None:
        erase(card.chip)

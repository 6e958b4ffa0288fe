"""The cards of the simulation: a stripe, a rewritable face, and what can happen to both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.ic_card.chip import Chip
from terminal.protocol.tcp300 import Status, TrackFormat

if TYPE_CHECKING:  # the card unit's package imports this file
    from simulators.card_rewriter.canvas import Canvas


@dataclass(slots=True)
class SimCard:
    """One piece of plastic. ``track`` None: nothing readable was ever written on the stripe."""

    number: int | None  # printed on the body by the maker; None = unnumbered stock
    track: str | None = None
    torn: bool = False  # a magnetic pass began and did not end
    face: Canvas | None = None
    rewrite_count: int = 0  # times the face was erased or printed
    has_stripe: bool = True
    is_worn: bool = False  # reads with parity errors, here and everywhere
    track_format: TrackFormat = TrackFormat.JIS
    chip: Chip | None = None  # a card with a chip has neither stripe nor a face that could be rewritten

    def read(self, track_format: TrackFormat | None = None) -> tuple[Status, str]:
        """One pass of a read head. ``track_format`` None: the head recognises the format by itself."""
        if not self.has_stripe or (self.track is None and not self.torn):
            return Status.NO_STRIPE, ""
        if self.torn or self.track is None:
            return Status.LRC, ""
        if self.is_worn:
            return Status.PARITY, ""
        if track_format is not None and track_format is not self.track_format:
            return Status.LRC, ""  # seen on hardware: 24h "2,0" on a reverse card
        return Status.NORMAL, self.track

    def begin_pass(self) -> None:
        """The write head touches the stripe: from here to :meth:`end_pass` nothing can be read from it."""
        self.torn = True

    def end_pass(self, track: str, track_format: TrackFormat) -> None:
        """The pass is complete. A card without a stripe keeps nothing."""
        self.torn = False
        self.track_format = track_format
        self.track = track if self.has_stripe else None

    def copy(self) -> SimCard:
        """Another card with the same stripe or chip memory, as a card copier makes it; its face is blank."""
        if self.chip is not None:
            return SimCard(None, has_stripe=False, chip=self.chip.copy())
        return SimCard(None, self.track, self.torn, track_format=self.track_format)

"""The cards of the fleet, and the physical truth about each stripe. Shares no code with ``derive``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Plastic:
    """One piece of plastic. ``number`` is printed on it; a copy carries another's track, and its number too."""

    number: int
    track: str
    is_copy: bool = False
    torn: bool = False  # unreadable: a pass did not end, or a magnet came near
    face: tuple[str, ...] = ()
    held: list[str] = field(default_factory=list)  # every track a finished pass left, in order
    first: str = ""  # the track it began with

    def __post_init__(self) -> None:
        self.first = self.track

    def begin_pass(self) -> None:
        self.torn = True

    def end_pass(self, track: str) -> None:
        self.torn = False
        if self.track != track:
            self.held.append(track)
        self.track = track

    def copy(self) -> Plastic:
        """What a card copier makes of it."""
        return Plastic(self.number, self.track, is_copy=True, torn=self.torn, face=self.face)

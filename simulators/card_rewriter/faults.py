"""What can be broken in the unit. The wire's own faults (lost, garbled, split bytes) are not made here."""

from __future__ import annotations

from dataclasses import dataclass, field

from terminal.protocol.tcp300 import Command, Status


@dataclass(slots=True)
class Faults:
    """Counters are used up one by one; switches stay until they are put back."""

    read_errors: int = 0  # passes of the head that end in an LRC error; three make a command fail
    write_errors: int = 0  # passes that leave the stripe torn; three make 37h
    verify_errors: int = 0  # passes that write well and are read back wrong (a dirty head); three make 37h
    jams: int = 0  # card motions that stop half-way
    head_is_hot: bool = False  # 43h for every print until it cooled
    hold_at: float | None = None  # share of the next magnetic write pass; there the unit stands still until released
    is_held: bool = False  # the unit's own word: it stands still there
    lost_answers: int = 0  # commands that are carried out while their response never reaches the wire
    rejections: int = 0  # blocks answered by DLE without a reason, as was seen with the first 59h of a session
    statuses: dict[Command, list[Status]] = field(default_factory=dict)  # responses forced, first one first

    def take(self, name: str) -> bool:
        """Use up one of the counter ``name``."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True

    def forced_status(self, command: int) -> Status | None:
        """The status that the next response to ``command`` must carry instead of doing anything."""
        for known, waiting in self.statuses.items():
            if known == command and waiting:
                return waiting.pop(0)
        return None

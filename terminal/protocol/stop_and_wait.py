"""One message in flight: it is sent again until it is acknowledged, and taken once however often it comes."""

from __future__ import annotations

from enum import Enum, auto

from terminal.protocol.panel_board import Message, encode, next_seq


class Sender:
    """The sending side. ``due_at`` is when :meth:`tick` wants to be called, None while nothing is under way."""

    __slots__ = ("_ack_timeout_s", "_frame", "_resends_left", "_resends_max", "_seq", "due_at")

    def __init__(self, ack_timeout_s: float, resends_max: int) -> None:
        self._ack_timeout_s = ack_timeout_s
        self._resends_max = resends_max
        self.reset()

    def reset(self) -> None:
        """A new session: forget what was under way and count from 1."""
        self._seq = 0
        self._frame = b""
        self._resends_left = 0
        self.due_at: float | None = None

    @property
    def is_idle(self) -> bool:
        return self.due_at is None

    def send(self, message: Message, now: float) -> bytes:
        """The frame of the next message. The one before must have been acknowledged."""
        if not self.is_idle:
            raise ValueError("one message at a time")
        self._seq = next_seq(self._seq)
        self._frame = encode(message, self._seq)
        self._resends_left = self._resends_max
        self.due_at = now + self._ack_timeout_s
        return self._frame

    def acknowledged(self, seq: int) -> bool:
        """Whether this ended what was under way; an old acknowledgement does not."""
        if self.is_idle or seq != self._seq:
            return False
        self.due_at = None
        return True

    def tick(self, now: float) -> bytes | None:
        """The frame again if its time has come, nothing if not, None when all resends are used up."""
        if self.due_at is None or now < self.due_at:
            return b""
        if self._resends_left == 0:
            return None
        self._resends_left -= 1
        self.due_at = now + self._ack_timeout_s
        return self._frame


class Arrival(Enum):
    """What a received sequence number means."""

    NEW = auto()  # deliver and acknowledge
    AGAIN = auto()  # the acknowledgement was lost: acknowledge only
    OUT_OF_STEP = auto()  # the two sides do not count alike: greet afresh


class Receiver:
    """The receiving side."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """A new session: the first message has number 1."""
        self._last = 0

    def arrived(self, seq: int) -> Arrival:
        """Judge and remember one sequence number, 1..255."""
        if seq == next_seq(self._last):
            self._last = seq
            return Arrival.NEW
        return Arrival.AGAIN if seq == self._last else Arrival.OUT_OF_STEP

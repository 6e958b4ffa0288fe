"""The simulated USB number pad: what the kernel says of a real one, record by record."""

from __future__ import annotations

from collections import deque

from terminal.protocol.evdev import (
    DOWN,
    EV_KEY,
    EV_SYN,
    NATIVE_SIZE,
    REPEAT,
    SYN_DROPPED,
    SYN_REPORT,
    UP,
    Code,
    InputEvent,
    encode,
)

EV_MSC = 0x04
MSC_SCAN = 0x04
REPEAT_DELAY_S = 0.25  # the kernel's own: first repetition after so long,
REPEAT_PERIOD_S = 0.033  # then every so often
STROKE_S = 0.06  # a quick finger

# What stands on the caps of a common pad, and the keys that the kernel hears. "00" is two quick zeros.
CAPS: dict[str, tuple[Code, ...]] = {
    **{str(digit): (Code[f"KP{digit}"],) for digit in range(10)},
    "00": (Code.KP0, Code.KP0),
    ".": (Code.KP_DOT,),
    "enter": (Code.KP_ENTER,),
    "+": (Code.KP_PLUS,),
    "-": (Code.KP_MINUS,),
    "*": (Code.KP_ASTERISK,),
    "/": (Code.KP_SLASH,),
    "backspace": (Code.BACKSPACE,),
    "numlock": (Code.NUM_LOCK,),
    "tab": (Code.TAB,),
}


class UsbNumpadSimulator:
    """See :class:`simulators.device.Device`. ``linked``: a pad that presses NumLock before and after each key.

    Times of the records are ``epoch_s`` and ``now``, as the kernel's would be."""

    def __init__(self, record_size: int = NATIVE_SIZE, *, linked: bool = False, epoch_s: int = 1_780_000_000) -> None:
        self._size = record_size
        self._linked = linked
        self._epoch_s = epoch_s
        self._plugged = False
        self._waiting: deque[tuple[float, bytes]] = deque()  # reports and their time
        self._held: Code | None = None
        self._repeat_at = 0.0

    @property
    def wake_at(self) -> float | None:
        times = [self._waiting[0][0]] if self._waiting else []
        return min([*times, self._repeat_at] if self._held is not None else times, default=None)

    def feed(self, data: bytes, now: float) -> bytes:
        """Nobody says anything to a pad."""
        return b""

    def tick(self, now: float) -> bytes:
        """The reports that are due."""
        if self._held is not None and now >= self._repeat_at:
            self._repeat_at = now + REPEAT_PERIOD_S
            self._report(now, (EV_KEY, self._held, REPEAT))
        out = bytearray()
        while self._waiting and self._waiting[0][0] <= now:
            out += self._waiting.popleft()[1]
        return bytes(out)

    def power_off(self, now: float) -> None:
        self._plugged = False
        self._waiting.clear()
        self._held = None

    def power_on(self, now: float) -> bytes:
        self._plugged = True
        return b""

    def press(self, cap: str, now: float) -> None:
        """One stroke: down and up."""
        at = now
        for code in CAPS[cap]:
            self._numlock(at)
            self._turn(code, DOWN, at)
            at += STROKE_S
            self._turn(code, UP, at)
            self._numlock(at)

    def hold(self, cap: str, now: float) -> None:
        """Down, and it stays: the kernel repeats it until ``let_go``."""
        (code,) = CAPS[cap]
        self._turn(code, DOWN, now)
        if self._plugged:
            self._held = code
            self._repeat_at = now + REPEAT_DELAY_S

    def let_go(self, now: float) -> None:
        if self._held is not None:
            self._turn(self._held, UP, now)
            self._held = None

    def overflow(self, now: float) -> None:
        """Nobody read for so long that the kernel threw its records away."""
        if self._plugged:
            self._waiting.clear()
            self._report(now, (EV_SYN, SYN_DROPPED, 0))

    def _numlock(self, now: float) -> None:
        if self._linked:
            self._turn(Code.NUM_LOCK, DOWN, now)
            self._turn(Code.NUM_LOCK, UP, now)

    def _turn(self, code: Code, value: int, now: float) -> None:
        if self._plugged:
            self._report(now, (EV_MSC, MSC_SCAN, 0x70059), (EV_KEY, code, value))

    def _report(self, now: float, *records: tuple[int, int, int]) -> None:
        """One report, closed by SYN_REPORT."""
        seconds, micros = self._epoch_s + int(now), int(now % 1 * 1_000_000)
        all_records = (*records, (EV_SYN, SYN_REPORT, 0))
        data = b"".join(encode(InputEvent(seconds, micros, *record), self._size) for record in all_records)
        self._waiting.append((now, data))

"""Core of a USB number pad: the kernel's key records in, presses out.

The kernel names keys by their place, so NumLock changes nothing: the pad is a pad of digits whatever its lamp says,
and pads that press NumLock before and after each key ("linked" ones) are heard right. Only presses count; the
kernel's own repetition of a key that is held does not.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.visit.effects import Effect
from shared.visit.events import Event, Key, KeyPressed
from terminal.drivers.core import Step
from terminal.drivers.keypad.watch import Watch
from terminal.protocol.evdev import (
    EV_KEY,
    EV_SYN,
    NATIVE_SIZE,
    REPEAT,
    SYN_DROPPED,
    SYN_REPORT,
    UP,
    Code,
    EvdevDecoder,
    InputEvent,
)

_TENS = {
    key: (Code[f"KP{key.value}"], Code[f"D{key.value}"]) for key in Key if key.value.isdigit() and len(key.value) == 1
}
# A "00" key presses 0 twice. The point is free, because yen have none.
LAYOUT: Mapping[Key, tuple[Code, ...]] = {
    **_TENS,
    Key.D00: (Code.KP_DOT, Code.DOT, Code.KP_COMMA),
    Key.ENTER: (Code.KP_ENTER, Code.ENTER),
    Key.USE: (Code.KP_PLUS,),
    Key.BACK: (Code.BACKSPACE, Code.KP_MINUS),
    Key.CLEAR: (Code.KP_ASTERISK, Code.DELETE),
    Key.CANCEL: (Code.KP_SLASH, Code.ESC),
}
KEYS: Mapping[int, Key] = {code.value: key for key, codes in LAYOUT.items() for code in codes}


class UsbNumpadCore:
    """See :class:`terminal.drivers.core.DriverCore`. ``record_size``: of the kernel's records, 24 or 16 bytes."""

    def __init__(self, record_size: int = NATIVE_SIZE) -> None:
        self._decoder = EvdevDecoder(record_size)
        self._watch = Watch()
        self._is_open = False
        self._dropped = False  # up to the next report nothing is complete

    def opened(self, now: float) -> Step:
        """The node is ours alone. A key that is down already was not pressed for us; its release means nothing."""
        self._is_open = True
        self._dropped = False
        self._decoder.reset()
        self._watch.release_all()
        return self._step(*self._watch.report(""))

    def closed(self, now: float) -> Step:
        self._is_open = False
        self._watch.release_all()
        return self._step(*self._watch.report("device.keypad.link_closed"))

    def feed(self, data: bytes, now: float) -> Step:
        """Records (``terminal.protocol.evdev``). ``now`` counts; the kernel's time of day may jump."""
        events = [event for record in self._decoder.feed(data) for event in self._heard(record, now)]
        return self._step(*events, *self._judge(now))

    def command(self, effect: Effect, now: float) -> Step:
        """Keys take no orders."""
        raise TypeError(f"{type(effect).__name__} is not for a keypad")

    def tick(self, now: float) -> Step:
        return self._step(*self._judge(now))

    def _judge(self, now: float) -> tuple[Event, ...]:
        return self._watch.judge(now) if self._is_open else ()

    def _heard(self, record: InputEvent, now: float) -> tuple[Event, ...]:
        if record.kind == EV_SYN:
            if record.code == SYN_DROPPED:
                self._dropped = True
                self._watch.release_all()
            elif record.code == SYN_REPORT:
                self._dropped = False
        elif record.kind == EV_KEY and not self._dropped:
            return self._turned(record.code, record.value, now)
        return ()

    def _turned(self, code: int, value: int, now: float) -> tuple[Event, ...]:
        if value == REPEAT or code not in KEYS:
            return ()
        if value == UP:
            self._watch.release(code)
            return ()
        self._watch.press(code, now)
        return (KeyPressed(KEYS[code]),)

    def _step(self, *events: Event) -> Step:
        return Step(events=events, wake_at=self._watch.wake_at)

"""Core of the panel board: keys and power-fail warning in; customer display, lamps and buzzer out.

The line may lose, repeat or spoil bytes. A key counts once however often its frame comes, and what is shown is
shown again after every new greeting, so nobody above needs to know that the board was away for a moment.
"""

from __future__ import annotations

from enum import IntEnum

from shared.locale import Translate, japanese
from shared.visit.effects import Effect, Play, Show, Sound
from shared.visit.events import Event, Key, KeyPressed, PanelLost, PanelReady, PowerFailing
from shared.visit.screens import Screen, Starting, Waiting
from terminal.drivers.core import Step
from terminal.drivers.display.customer import customer_lines, display_bytes
from terminal.protocol.framing.hdlc import HdlcDecoder
from terminal.protocol.panel_board import (
    VERSION,
    Ack,
    Buzz,
    Connect,
    Hello,
    KeyCode,
    KeyDown,
    Lamp,
    Message,
    Pattern,
    Ping,
    PowerFail,
    SetDisplay,
    SetLeds,
    Status,
    Unknown,
    Welcome,
    decode,
    encode,
)
from terminal.protocol.stop_and_wait import Arrival, Receiver, Sender

ACK_TIMEOUT_S = 0.1  # the longest frame and its answer take 10 ms at 115,200 baud, 100 ms at 9,600
RESENDS_MAX = 6  # with ACK_TIMEOUT_S: a board is given up after 0.7 s of silence to one message
CONNECT_INTERVAL_S = 0.5
PING_INTERVAL_S = 1.0  # after the last word of the board
PING_AGAIN_S = 0.4  # while a ping is unanswered
LOST_AFTER_S = 3.2  # six pings unanswered, and a little for the line

KEYS: dict[int, Key] = {code.value: Key[code.name] for code in KeyCode}

SOUNDS: dict[Sound, tuple[Pattern, SetLeds]] = {
    Sound.OK: (Pattern.ONE_SHORT, SetLeds(Lamp.GREEN, 0)),
    Sound.ERROR: (Pattern.TWO_LONG, SetLeds(0, Lamp.RED)),
    Sound.ATTENTION: (Pattern.THREE_SHORT, SetLeds(0, Lamp.YELLOW)),
}
DARK = SetLeds(0, 0)


class _Part(IntEnum):
    """What can be ordered of the board. Only the newest order of each part waits, the sound first."""

    BUZZER = 0
    LEDS = 1
    DISPLAY = 2


class PanelBoardCore:
    """See :class:`terminal.drivers.core.DriverCore`. ``translate`` gives the language of the customer display."""

    def __init__(self, translate: Translate = japanese) -> None:
        self._translate = translate
        self._decoder = HdlcDecoder()
        self._sender = Sender(ACK_TIMEOUT_S, RESENDS_MAX)
        self._receiver = Receiver()
        self._link_up = False
        self._session: int | None = None  # None: waiting for the board's Hello
        self._alive: bool | None = None  # what was last reported; None = nothing yet
        self._power_failing = False
        self._call_at = 0.0  # the next Connect or Ping
        self._lost_at = 0.0  # when silence becomes a loss
        self._lasting: dict[_Part, Message] = {_Part.LEDS: DARK}  # what a board that was away must be told again
        self._waiting: dict[_Part, Message] = {}
        self._out = bytearray()
        self._events: list[Event] = []

    # --- the seam --------------------------------------------------------------------------------------------

    def opened(self, now: float) -> Step:
        """Greet the board; PanelReady or, after ``LOST_AFTER_S``, PanelLost follows."""
        self._link_up = True
        self._decoder.reset()
        self._greet(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The cable's host side is gone."""
        self._link_up = False
        self._lose("device.panel_board.link_closed")
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        """Bytes of the board."""
        for payload in self._decoder.feed(data):
            decoded = decode(payload)
            if decoded is not None:
                self._received(*decoded, now)
        self._send_next(now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """``Show`` and ``Play``; both are kept for a board that is away, but a missed sound stays missed."""
        match effect:
            case Show(screen):
                self._show(screen)
            case Play(sound):
                self._play(sound)
            case _:
                raise TypeError(f"{type(effect).__name__} is not for the panel board")
        self._send_next(now)
        return self._step()

    def tick(self, now: float) -> Step:
        """Send again, ask for a sign of life, or give up."""
        if self._link_up:
            self._keep_in_touch(now)
            self._send_next(now)
        return self._step()

    # --- hearing ---------------------------------------------------------------------------------------------

    def _received(self, message: Message, seq: int, now: float) -> None:
        if self._session is not None:
            self._call_at = now + PING_INTERVAL_S
            self._lost_at = now + LOST_AFTER_S
        match message:
            case Hello():
                self._greeted(message, now)
            case KeyDown() | Unknown() if seq:
                self._take_once(message, seq, now)
            case Ack():
                self._sender.acknowledged(seq)
            case PowerFail():
                self._supply(low=True)
            case Status(supply_low):
                self._supply(low=supply_low)
            case _:
                pass  # kinds that only a host sends

    def _greeted(self, hello: Hello, now: float) -> None:
        if hello.version != VERSION:
            self._lose("device.panel_board.version")
            return
        self._out += encode(Welcome(hello.session))
        if hello.session == self._session:
            return  # our Welcome was lost
        self._session = hello.session
        self._sender.reset()
        self._receiver.reset()
        self._power_failing = False
        self._waiting = dict(self._lasting)
        self._call_at = now + PING_INTERVAL_S
        self._lost_at = now + LOST_AFTER_S
        if self._alive is not True:
            self._alive = True
            self._events.append(PanelReady())

    def _take_once(self, message: KeyDown | Unknown, seq: int, now: float) -> None:
        if self._session is None:
            return  # the board will drop it when it greets
        arrival = self._receiver.arrived(seq)
        if arrival is Arrival.OUT_OF_STEP:
            self._greet(now)
            return
        self._out += encode(Ack(), seq)
        if arrival is Arrival.NEW and isinstance(message, KeyDown) and message.code in KEYS:
            self._events.append(KeyPressed(KEYS[message.code]))

    def _supply(self, *, low: bool) -> None:
        if low and not self._power_failing:
            self._events.append(PowerFailing())
        self._power_failing = low

    # --- saying ----------------------------------------------------------------------------------------------

    def _show(self, screen: Screen) -> None:
        upper, lower = customer_lines(screen, self._translate)
        self._order(_Part.DISPLAY, SetDisplay(display_bytes(upper), display_bytes(lower)))
        if isinstance(screen, Waiting | Starting):
            self._order(_Part.LEDS, DARK)  # the lamp of the last customer's result

    def _play(self, sound: Sound) -> None:
        pattern, leds = SOUNDS[sound]
        self._order(_Part.LEDS, leds)
        if self._session is not None:
            self._waiting[_Part.BUZZER] = Buzz(pattern)

    def _order(self, part: _Part, message: Message) -> None:
        if self._lasting.get(part) != message:
            self._lasting[part] = message
            self._waiting[part] = message

    def _send_next(self, now: float) -> None:
        if self._session is None or not self._waiting or not self._sender.is_idle:
            return
        message = self._waiting.pop(min(self._waiting))
        self._out += self._sender.send(message, now)

    # --- keeping in touch ------------------------------------------------------------------------------------

    def _keep_in_touch(self, now: float) -> None:
        frame = self._sender.tick(now)
        if frame is None or now >= self._lost_at:
            self._report_lost("device.panel_board.no_answer")
            self._greet(now)
            return
        self._out += frame
        if now >= self._call_at:
            self._call(now)

    def _greet(self, now: float) -> None:
        self._session = None
        self._sender.reset()
        self._lost_at = now + LOST_AFTER_S
        self._call(now)

    def _call(self, now: float) -> None:
        if self._session is None:
            self._out += encode(Connect())
            self._call_at = now + CONNECT_INTERVAL_S
        else:
            self._out += encode(Ping())
            self._call_at = now + PING_AGAIN_S

    def _lose(self, code: str) -> None:
        self._session = None
        self._sender.reset()
        self._report_lost(code)

    def _report_lost(self, code: str) -> None:
        if self._alive is not False:
            self._alive = False
            self._events.append(PanelLost(code))

    def _step(self) -> Step:
        step = Step(bytes(self._out), tuple(self._events), self._wake_at())
        self._out.clear()
        self._events.clear()
        return step

    def _wake_at(self) -> float | None:
        if not self._link_up:
            return None
        due_at = self._sender.due_at
        soonest = min(self._call_at, self._lost_at)
        return soonest if due_at is None else min(soonest, due_at)

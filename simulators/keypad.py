"""The simulated panel board: keys, customer display, lamps, buzzer, and a supply that can be seen failing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random

from shared.visit.events import Key
from terminal.protocol.framing.hdlc import HdlcDecoder
from terminal.protocol.panel_board import (
    DISPLAY_COLUMNS,
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

HELLO_INTERVAL_S = 0.3
RESEND_INTERVAL_S = 0.08
RESENDS_MAX = 12  # after about a second without an answer the key is given up and the person hears it
HOST_SILENT_S = 4.0  # a host asks for a sign of life every second
POWER_FAIL_INTERVAL_S = 0.002
HOLD_UP_MS = 40  # what the board's capacitors give
KEYS_MAX = 16  # typed ahead; a seventeenth key is refused with a sound
LOG_MAX = 1000  # frames

BLANK = b" " * DISPLAY_COLUMNS
DARK = SetLeds(0, 0)
DURATION_S = {Pattern.SILENT: 0.0, Pattern.ONE_SHORT: 0.08, Pattern.THREE_SHORT: 0.52, Pattern.TWO_LONG: 1.0}


@dataclass(frozen=True, slots=True)
class LoggedFrame:
    """One message as the board saw it. ``sent`` is False for those from the host."""

    at: float
    sent: bool
    message: Message
    seq: int


@dataclass(slots=True)
class _Session:
    """What lasts from one greeting to the next."""

    number: int = -1
    connected: bool = False
    send_at: float | None = None  # the next Hello, or the key once more
    resends_left: int = 0
    keys: deque[KeyCode] = field(default_factory=deque)
    key_seq: int = 0
    host_seq: int = 0
    lines: tuple[bytes, bytes] = (BLANK, BLANK)
    leds: SetLeds = DARK


class PanelBoardSimulator:
    """See :class:`simulators.device.Device`. Its dice choose session numbers only."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)
        self._session = _Session()
        self.log: deque[LoggedFrame] = deque(maxlen=LOG_MAX)
        self.powered = False
        self.refused_keys = 0  # pressed, but never sent: no power, no host, or too fast
        self._decoder = HdlcDecoder()
        self._out = bytearray()
        self._power_fail_at: float | None = None  # the next warning
        self._empty_at = 0.0  # of the capacitors, while the supply fails
        self._host_gone_at = 0.0  # while connected
        self._pattern = Pattern.SILENT
        self._buzz_until = 0.0

    # --- the seam --------------------------------------------------------------------------------------------

    @property
    def wake_at(self) -> float | None:
        """The next Hello, resend or warning; now, if something waits to be sent."""
        if not self.powered:
            return None
        if self._out:
            return 0.0
        times = [self._power_fail_at, self._session.send_at, self._host_gone_at if self._session.connected else None]
        return min((at for at in times if at is not None), default=None)

    def feed(self, data: bytes, now: float) -> bytes:
        """Frames of the host, in any pieces."""
        if not self.powered:
            return b""
        for payload in self._decoder.feed(data):
            decoded = decode(payload)
            if decoded is not None:
                self._received(*decoded, now)
        return self._flush()

    def tick(self, now: float) -> bytes:
        """Greet, send again, warn of the failing supply, notice that the host is silent."""
        if not self.powered:
            return b""
        if self._power_fail_at is not None and now >= self._power_fail_at:
            self._warn(now)
        if self._session.connected and now >= self._host_gone_at:
            self._greet(now)
        elif self._session.send_at is not None and now >= self._session.send_at:
            self._send_again(now)
        return self._flush()

    def power_off(self, now: float) -> None:
        """Everything goes dark; what was typed ahead is gone."""
        self._lose_memory(now)
        self.powered = False

    def power_on(self, now: float) -> bytes:
        """The board starts and greets."""
        self._lose_memory(now)
        self.powered = True
        self._greet(now)
        return self._flush()

    # --- what a person does ----------------------------------------------------------------------------------

    def press(self, key: Key, now: float) -> None:
        """One press. Without a host, or with too many keys waiting, the board refuses it with its own sound."""
        if not self.powered or not self._session.connected or len(self._session.keys) >= KEYS_MAX:
            self.refused_keys += 1
            self._sound(Pattern.TWO_LONG, now)
            return
        self._session.keys.append(KeyCode[key.name])
        if len(self._session.keys) == 1:
            self._send_key(now)

    def power_fail(self, now: float, hold_up_ms: int = HOLD_UP_MS) -> None:
        """The mains is gone; the board warns until its capacitors are empty and then stops."""
        if self.powered:
            self._empty_at = now + hold_up_ms / 1000
            self._power_fail_at = now

    def power_good(self, now: float) -> None:
        """The mains came back before the board stopped."""
        self._power_fail_at = None

    # --- what a person sees ----------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        return self.powered and self._session.connected

    @property
    def display(self) -> tuple[str, str]:
        """Both lines as characters: half-width katakana, yen sign."""
        return _shown(self._session.lines[0]), _shown(self._session.lines[1])

    def lit(self, lamp: Lamp) -> bool:
        """Whether the lamp is on, steady or blinking."""
        return bool((self._session.leds.steady | self._session.leds.blinking) & lamp)

    def blinks(self, lamp: Lamp) -> bool:
        return bool(self._session.leds.blinking & lamp)

    def buzzing(self, now: float) -> Pattern:
        """What sounds at this moment."""
        return self._pattern if now < self._buzz_until else Pattern.SILENT

    # --- the line --------------------------------------------------------------------------------------------

    def _received(self, message: Message, seq: int, now: float) -> None:
        self.log.append(LoggedFrame(now, False, message, seq))
        self._host_gone_at = now + HOST_SILENT_S
        match message:
            case Connect():
                if self._session.connected:
                    self._greet(now)
                else:
                    self._say_hello(now)
            case Welcome(session) if session == self._session.number:
                if not self._session.connected:
                    self._session.connected = True
                    self._session.send_at = None
            case Ack():
                self._acknowledged(seq, now)
            case Ping() if self._session.connected:
                self._send(Status(supply_low=self._power_fail_at is not None), 0, now)
            case SetDisplay() | SetLeds() | Buzz() | Unknown() if seq and self._session.connected:
                self._take_once(message, seq, now)
            case _:
                pass  # too early, or of an old session

    def _take_once(self, message: SetDisplay | SetLeds | Buzz | Unknown, seq: int, now: float) -> None:
        if seq == self._session.host_seq % 255 + 1:
            self._session.host_seq = seq
            self._obey(message, now)
        elif seq != self._session.host_seq:
            self._greet(now)  # out of step
            return
        self._send(Ack(), seq, now)

    def _obey(self, message: SetDisplay | SetLeds | Buzz | Unknown, now: float) -> None:
        match message:
            case SetDisplay(upper, lower):
                self._session.lines = (upper, lower)
            case SetLeds():
                self._session.leds = message
            case Buzz(pattern) if pattern in DURATION_S:
                self._sound(Pattern(pattern), now)
            case _:
                pass  # of a newer host

    def _acknowledged(self, seq: int, now: float) -> None:
        if not self._session.connected or not self._session.keys or seq != self._session.key_seq:
            return
        self._session.keys.popleft()
        self._session.send_at = None
        if self._session.keys:
            self._send_key(now)

    def _send_key(self, now: float) -> None:
        self._session.key_seq = self._session.key_seq % 255 + 1
        self._session.resends_left = RESENDS_MAX
        self._session.send_at = now + RESEND_INTERVAL_S
        self._send(KeyDown(self._session.keys[0]), self._session.key_seq, now)

    def _send_again(self, now: float) -> None:
        if not self._session.connected:
            self._say_hello(now)
        elif self._session.resends_left:
            self._session.resends_left -= 1
            self._session.send_at = now + RESEND_INTERVAL_S
            self._send(KeyDown(self._session.keys[0]), self._session.key_seq, now)
        else:
            self._sound(Pattern.TWO_LONG, now)
            self._greet(now)

    def _greet(self, now: float) -> None:
        """A new session: what was typed and shown in the old one is dropped."""
        self.refused_keys += len(self._session.keys)
        number = self._session.number
        while number == self._session.number:
            number = self._random.randrange(1 << 16)
        self._session = _Session(number)
        self._say_hello(now)

    def _say_hello(self, now: float) -> None:
        self._session.send_at = now + HELLO_INTERVAL_S
        self._send(Hello(VERSION, self._session.number), 0, now)

    def _warn(self, now: float) -> None:
        if now >= self._empty_at:
            self.power_off(now)
            return
        self._power_fail_at = now + POWER_FAIL_INTERVAL_S
        self._send(PowerFail(round((self._empty_at - now) * 1000)), 0, now)

    def _send(self, message: Message, seq: int, now: float) -> None:
        self.log.append(LoggedFrame(now, True, message, seq))
        self._out += encode(message, seq)

    def _flush(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out

    def _lose_memory(self, now: float) -> None:
        self._session = _Session(self._session.number)
        self._decoder = HdlcDecoder()
        self._out.clear()
        self._power_fail_at = None
        self._buzz_until = now

    def _sound(self, pattern: Pattern, now: float) -> None:
        if self.powered:
            self._pattern = pattern
            self._buzz_until = now + DURATION_S[pattern]


def _shown(line: bytes) -> str:
    """JIS X 0201 as the display's glyphs."""
    return "".join(_glyph(code) for code in line)


def _glyph(code: int) -> str:
    if code == 0x5C:
        return "¥"
    if code == 0x7E:
        return "‾"
    if 0xA1 <= code <= 0xDF:
        return chr(code - 0xA1 + 0xFF61)
    return chr(code) if 0x20 <= code < 0x7E else " "

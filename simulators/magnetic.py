"""A simulated hand-swiped reader and writer of the MSR206/MSR605 family, and the hand that swipes.

Written from the programmer's manual (MSR206, UDN PM017-U rev. C.1) and the table of the JIS II format. The hand is what
fails: too slow, too fast, not to the end, the wrong way round, another card. Cards are those of ``card_stock``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from simulators.card_stock import SimCard
from terminal.protocol.tcp300 import TrackFormat

CARD_CM = 8.56
SPEED_MIN_CM_S = 12.7  # 5 inches a second, MSR206 manual section 3
READ_MAX_CM_S = 101.6  # 40 inches a second on track 2 at 210 bits per inch
WRITE_MAX_CM_S = 76.2  # 30 inches a second
DAMAGED_BYTES = 30  # of a stripe that a pass left half done: what is still there
BUFFER_MAX = 1_024  # bytes of a command; three raw tracks are 783
LOG_MAX = 200  # commands it did not know
ESC, FS = 0x1B, 0x1C
_OK, _BAD, _SWIPE_ERROR, _INVALID = b"\x1b0", b"\x1b1", b"\x1b9", b"\x1b4"
_NUMBERS = {"o": 3, "z": 2, "b": 1, "c": 1}  # parameter bytes of a command; all others have none


@dataclass(frozen=True, slots=True)
class Hand:
    """How a card is pulled through. ``share``: how much of its length."""

    speed_cm_s: float = 40.0
    share: float = 1.0
    backwards: bool = False

    def is_good_for(self, command: str) -> bool:
        """Whether the unit can follow when it reads ("m") or writes ("n")."""
        fastest = READ_MAX_CM_S if command == "m" else WRITE_MAX_CM_S
        return SPEED_MIN_CM_S <= self.speed_cm_s <= fastest and self.share >= 1.0


@dataclass(slots=True)
class _Pass:
    card: SimCard
    hand: Hand
    until: float


class MagneticSimulator:
    """See :class:`simulators.device.Device`. ``track``: where the cards carry their stripe.

    ``needs_high_coercivity``: of the cards; a pass in the other mode leaves what they hold.
    """

    _buffer: bytes
    _waiting: str  # the letter of the command that waits for a swipe, or ""
    _data: bytes  # what it is to write
    _bits: tuple[int, ...]  # per character, of each track
    _dense: dict[int, bool]  # 210 bits per inch, by track
    _zeros: bytes

    def __init__(
        self, seed: int = 0, track: int = 2, needs_high_coercivity: bool = True, firmware: str = "REVU1.02"
    ) -> None:
        self.powered = False
        self.light = "off"
        self.track = track
        self.needs_high_coercivity = needs_high_coercivity
        self.unknown: deque[bytes] = deque(maxlen=LOG_MAX)
        self.passes = 0  # swipes that the unit did something with
        self.hand = Hand()  # how whoever stands here swipes, unless told otherwise
        self._firmware = firmware.encode("ascii")
        self._dice = Random(seed)
        self._pass: _Pass | None = None
        self._is_high = True  # outlives a reset
        self._forget()

    # --- the seam --------------------------------------------------------------------------------------------

    @property
    def wake_at(self) -> float | None:
        """The end of the swipe under way."""
        return self._pass.until if self.powered and self._pass is not None else None

    def feed(self, data: bytes, now: float) -> bytes:
        """Commands, in any pieces."""
        if not self.powered:
            return b""
        self._buffer += data
        out = b""
        while (length := self._length()) > 0:
            command, self._buffer = self._buffer[:length], self._buffer[length:]
            out += self._obey(command)
        if len(self._buffer) > BUFFER_MAX:
            self._buffer = b""
        return out

    def tick(self, now: float) -> bytes:
        """The swipe is over."""
        if not self.powered or self._pass is None or now < self._pass.until:
            return b""
        done, self._pass = self._pass, None
        return self._finish(done)

    def power_off(self, now: float) -> None:
        """In mid-swipe a card that was being written stays torn."""
        self._pass = None
        self._forget()
        self.powered = False
        self.light = "off"

    def power_on(self, now: float) -> bytes:
        """Says nothing by itself; the settings are the factory's."""
        self._forget()
        self._is_high = True
        self.powered = True
        self.light = "green"
        return b""

    # --- what a person does and sees -------------------------------------------------------------------------

    @property
    def awaits(self) -> str:
        """ "read", "write" or "": what the next swipe does."""
        return {"": "", "m": "read", "n": "write"}[self._waiting]

    def swipe(self, card: SimCard, now: float, hand: Hand | None = None) -> bool:
        """Pull ``card`` through; whether the unit took notice. Its answer comes when the card is out."""
        if not self.powered or self._pass is not None or not self._waiting:
            return False
        hand = hand or self.hand
        self._pass = _Pass(card, hand, now + CARD_CM * hand.share / hand.speed_cm_s)
        self.passes += 1
        if self._waiting == "n" and self._takes_field(card):
            card.begin_pass()
        return True

    # --- commands --------------------------------------------------------------------------------------------

    def _length(self) -> int:
        """Bytes of the command at the front; 0: not all there. What is no command is dropped."""
        start = self._buffer.find(ESC)
        self._buffer = self._buffer[start:] if start >= 0 else b""
        if len(self._buffer) < 2:
            return 0
        letter = chr(self._buffer[1])
        if letter in "wn":
            return self._block_length(letter == "n")
        length = 2 + _NUMBERS.get(letter, 0)
        return length if len(self._buffer) >= length else 0

    def _block_length(self, raw: bool) -> int:
        """ESC n, ESC s, tracks, 3F 1C: raw tracks by their length, the others up to the end."""
        data, place = self._buffer, 4
        if not raw:
            end = data.find(b"?\x1c")
            return 0 if end < 0 else end + 2
        while data[place : place + 1] == b"\x1b":
            if len(data) <= place + 2:
                return 0
            place += 3 + data[place + 2]
        if data[place : place + 2] == b"?\x1c":
            return place + 2
        return 0 if len(data) < place + 2 else place  # no end where the lengths say: refused as a whole

    def _obey(self, command: bytes) -> bytes:
        letter = chr(command[1])
        if self._waiting and letter != "a":
            return b""  # it waits for a card and hears a reset only
        match letter:
            case "a":
                self._waiting, self._pass = "", None
                self.light = "green"
            case "e":
                return b"\x1by"
            case "t":
                return b"\x1b3S"
            case "v":
                return b"\x1b" + self._firmware
            case "d":
                return b"\x1bH" if self._is_high else b"\x1bL"
            case "x" | "y":
                self._is_high = letter == "x"
                return _OK
            case "l":
                return b"\x1b" + self._zeros
            case "m" | "n":
                return self._arm(letter, command)
            case _ if letter in _NUMBERS:
                return self._set(letter, command[2:])
            case "\x81" | "\x82" | "\x83" | "\x84" | "\x85":
                self.light = {0x81: "off", 0x82: "all", 0x83: "green", 0x84: "yellow", 0x85: "red"}[command[1]]
            case _:
                self.unknown.append(command)
                return _INVALID
        return b""

    def _set(self, letter: str, numbers: bytes) -> bytes:
        match letter:
            case "o" if all(5 <= number <= 8 for number in numbers):
                self._bits = tuple(numbers)
                return _OK + numbers
            case "z":
                self._zeros = numbers
                return _OK
            case "b" if numbers[0] in _DENSITIES:
                track, is_dense = _DENSITIES[numbers[0]]
                self._dense[track] = is_dense
                return _OK
        return b"\x1bA"

    def _arm(self, letter: str, command: bytes) -> bytes:
        if letter == "n" and not (command.startswith(b"\x1bn\x1bs") and command.endswith(b"?\x1c")):
            return b"\x1b2"
        self._waiting, self._data = letter, command[4:-2]
        self.light = "yellow"
        return b""

    # --- swipes ----------------------------------------------------------------------------------------------

    def _finish(self, done: _Pass) -> bytes:
        waiting, self._waiting = self._waiting, ""
        is_good = done.hand.is_good_for(waiting)
        self.light = "green" if is_good else "red"
        return self._read(done, is_good) if waiting == "m" else self._write(done, is_good)

    def _write(self, done: _Pass, is_good: bool) -> bytes:
        """The answer tells how the card was moved, not what it holds."""
        if is_good and self._takes_field(done.card):
            text = self._text_of(self._data)
            if text is not None and self._is_right:
                way = TrackFormat.REVERSE_JIS if done.hand.backwards else TrackFormat.JIS
                done.card.end_pass(text, way)
        return _OK if is_good else _SWIPE_ERROR

    def _takes_field(self, card: SimCard) -> bool:
        """Whether the head's field is strong enough to change this stripe."""
        return card.has_stripe and (self._is_high or not self.needs_high_coercivity) and self._data[1:2] != b""

    @property
    def _is_right(self) -> bool:
        """Whether density and bits of the track are those of the cards."""
        return self._dense[self.track] and self._bits[self.track - 1] == 8

    def _read(self, done: _Pass, is_good: bool) -> bytes:
        stripe = self._stripe(done, is_good)
        tracks = [b"", b"", b""]
        tracks[self.track - 1] = bytes(int(stripe[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(stripe), 8))
        block = b"".join(bytes((ESC, number + 1, len(raw))) + raw for number, raw in enumerate(tracks))
        return b"\x1bs" + block + b"?\x1c" + (_OK if is_good and stripe else _BAD)

    def _stripe(self, done: _Pass, is_good: bool) -> str:
        """The bits that came by the head."""
        card, hand = done.card, done.hand
        if not card.has_stripe or (card.track is None and not card.torn):
            return ""
        bits = stripe_bits(card.track or "")
        if hand.backwards != (card.track_format is TrackFormat.REVERSE_JIS):
            bits = bits[::-1]
        if card.torn:
            bits = bits[: 8 * DAMAGED_BYTES]
        if card.is_worn or not self._is_right or not is_good:
            bits = "".join(bit if self._dice.random() > 0.03 else "10"[int(bit)] for bit in bits)
        return bits[: int(len(bits) * min(hand.share, 1.0))]

    def _text_of(self, block: bytes) -> str | None:
        """What a raw block would leave on this unit's track, if that is a JIS II record."""
        place = 0
        while place + 2 < len(block):
            number, length = block[place + 1], block[place + 2]
            data = block[place + 3 : place + 3 + length]
            if number == self.track:
                text = "".join(chr(byte & 0x7F) for byte in data[1:-2])
                return text if stripe_bits(text) == "".join(f"{byte:08b}"[::-1] for byte in data) else None
            place += 3 + length
        return None

    def _forget(self) -> None:
        self._buffer = b""
        self._waiting = ""
        self._data = b""
        self._bits = (7, 5, 5)
        self._dense = {1: True, 2: False, 3: True}
        self._zeros = b"\x3d\x16"


_DENSITIES = {0xA1: (1, True), 0xA0: (1, False), 0xD2: (2, True), 0x4B: (2, False), 0xC1: (3, True), 0xC0: (3, False)}


def stripe_bits(text: str) -> str:
    """A JIS II record as the bits on the stripe: DEL, characters, DEL, check; lowest bit first, ones made even."""
    check = 0x7F
    for character in text:
        check ^= ord(character)
    bits = ""
    for code in (0x7F, *map(ord, text), 0x7F, check):
        seven = f"{code:07b}"[::-1]
        bits += seven + str(seven.count("1") % 2)
    return bits

"""Commands, statuses and data of the Star TCP300II: bodies of blocks, without STX, ETX and BCC.

Pages: MD = manualsdump scan, MO = manualsonline scan, MH2 = manualshive scan of the 2005 command manual;
[300] = only in the TCP300 manual of 2003; [J8] = only known from notes on the Japanese 8th edition.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from shared.errors import EnishiError
from shared.text.jis import encode_shift_jis
from terminal.protocol.framing.stx_bcc import DATA_LEN_MAX

TRACK_LEN_MAX = 69  # characters of a JIS 7-bit track, MD/66
TRACK_FORBIDDEN = frozenset((0x02, 0x03))  # they frame the block, MD/19
TRACK_CODE_MIN, TRACK_CODE_MAX = 0x01, 0x7E  # MD/19; 00h only in the 2003 edition

CELL_DOTS = 24  # height of every font of the Japanese model, width of a two-byte character, MD/29
HALF_CELL_DOTS = 12  # width of a single-byte character
LONG_DOTS, SHORT_DOTS = 480, 320  # printable canvas, MH2/28
GAP_DOTS_MAX = 15  # one hex digit, MD/62


class Command(IntEnum):
    """What the product sends. "Waits": stays silent until a card is put in."""

    READ = 0x22  # track 2, waits; MO/14
    READ_FORMAT = 0x24  # track and format given, waits; [J8]
    READ_NOW = 0x26  # track 2, 22h when no card; MD/16
    READ_FORMAT_NOW = 0x28  # [J8]
    READ_BUFFER = 0x2A  # what the last pass read or wrote; moves nothing; MD/10
    WRITE = 0x31  # waits; MD/24
    WRITE_NOW = 0x32  # 22h when no card; MD/25
    SET_REVERSE = 0x36  # track 2, reverse JIS 7-bit; MD/19, MH2/21
    SET_NORMAL = 0x39  # track 2, JIS 7-bit; MH2/21
    CLEAR_PRINT = 0x40  # print expansion buffer; MD/26
    PRINT_TEXT = 0x41  # MD/27-29
    PRINT = 0x46  # erase and print, waits; MD/39-40
    CLEAR_ALL = 0x49  # both buffers (2003: only the image register); MD/26
    DISCHARGE = 0x50  # MD/47
    REAR_IDLE = 0x51  # waits; MD/48
    FRONT_IDLE = 0x53  # waits; MD/47
    CANCEL_INSERTION = 0x54  # priority; MD/48
    CANCEL_REMOVAL = 0x55  # the card in the slot becomes a target again; purpose only, MD/47
    VERSION = 0x58  # MD/51
    STATUS = 0x59  # MD/50
    INDICATE = 0x5A  # status LED and buzzer; MD/51
    RESET = 0x5F  # priority; discharges a card inside; [300] ML0/60, MD/6


class Status(IntEnum):
    """MD/13. Any value but NORMAL, also an unknown one, is an error."""

    NORMAL = 0x20
    NO_CARD = 0x22
    NO_STRIPE = 0x23
    PARITY = 0x31
    START_END = 0x32
    LRC = 0x33
    CHARACTER = 0x34
    WRITE_ERROR = 0x37
    JAM = 0x38
    COVER_OPEN = 0x40
    INVALID_COMMAND = 0x41
    CAM_MOTOR = 0x42
    HEAD_TEMPERATURE = 0x43
    EEPROM = 0x45
    UNSUITABLE_IMAGE = 0x4C
    BUFFER_OVERFLOW = 0x51


class TrackFormat(Enum):
    """Second parameter of 24h and 28h, [J8]."""

    JIS = "0"
    ISO_TRACK_1 = "1"
    ISO_TRACK_2 = "2"
    ISO_TRACK_3 = "3"
    REVERSE_JIS = "4"


class Orientation(Enum):
    """First parameter of 41h, MD/27."""

    VERTICAL = "0"
    HORIZONTAL = "1"
    VERTICAL_ADDITIVE = "2"
    HORIZONTAL_ADDITIVE = "3"


class Inlet(Enum):
    """First character of the status response, MD/50."""

    EMPTY = "0"
    CARD = "1"  # put in, to be taken in by the next command that needs a card
    AWAITING_REMOVAL = "2"


@dataclass(frozen=True, slots=True)
class SensorStatus:
    """59h. ``inner``: sensors 2-4; which of them is lit at which idle position is not documented."""

    inlet: Inlet
    inner: tuple[bool, bool, bool]
    cover_open: bool

    @property
    def card_inside(self) -> bool:
        """Whether any of the inner sensors sees a card."""
        return any(self.inner)


def read(track_format: TrackFormat | None = None) -> bytes:
    """22h, or 24h "2,F" when the card's format is known and the firmware has it. Waits for a card."""
    return _by_format(Command.READ, Command.READ_FORMAT, track_format)


def read_now(track_format: TrackFormat | None = None) -> bytes:
    """26h, or 28h "2,F". A real pass over the head, unlike 2Ah; status 22h without data when no card is there."""
    return _by_format(Command.READ_NOW, Command.READ_FORMAT_NOW, track_format)


def read_buffer() -> bytes:
    """2Ah. No proof of anything on the stripe: after a write it returns what was written."""
    return bytes((Command.READ_BUFFER,))


def set_track(track: str, *, reverse: bool = False) -> bytes:
    """39h or 36h. Raises ``device.card_rewriter.track`` for what the device would refuse with DLE."""
    codes = [ord(character) for character in track]
    if len(codes) > TRACK_LEN_MAX or any(not is_track_code(code) for code in codes):
        raise EnishiError("device.card_rewriter.track", length=len(codes))
    return bytes((Command.SET_REVERSE if reverse else Command.SET_NORMAL, *codes))


def is_track_code(code: int) -> bool:
    """01h-7Eh without 02h and 03h, MD/19."""
    return TRACK_CODE_MIN <= code <= TRACK_CODE_MAX and code not in TRACK_FORBIDDEN


def write() -> bytes:
    """31h '2': waits for a card, so it may write on another card than the one meant."""
    return bytes((Command.WRITE,)) + b"2"


def write_now() -> bytes:
    """32h '2': never waits. Its BCC is 03h, the value of ETX."""
    return bytes((Command.WRITE_NOW,)) + b"2"


def clear_print() -> bytes:
    """40h."""
    return bytes((Command.CLEAR_PRINT,))


def clear_all() -> bytes:
    """49h; send 40h before it, because the 2003 edition clears only the image register here."""
    return bytes((Command.CLEAR_ALL,))


def print_text(orientation: Orientation, x: int, y: int, text: bytes) -> bytes:
    """41h "A,X,Y,text". ``y`` is the bottom edge of the cell. Raises ``device.card_rewriter.face_overflow``."""
    header = f"{orientation.value},{x},{y},".encode("ascii")
    if len(header) + len(text) > DATA_LEN_MAX:
        raise EnishiError("device.card_rewriter.face_overflow", length=len(text))
    return bytes((Command.PRINT_TEXT,)) + header + text


def encode_text(text: str) -> bytes:
    """Shift-JIS without control bytes: a name with an ESC in it must not steer the printer."""
    return bytes(byte for byte in encode_shift_jis(text) if byte >= 0x20 and byte != 0x7F)


def magnify(text: bytes, *, wide: bool, tall: bool) -> bytes:
    """ESC E: 12 double width, 21 double height, 22 both, and back to 11; MD/29."""
    if not (wide or tall):
        return text
    return b"\x1bE" + (b"2" if tall else b"1") + (b"2" if wide else b"1") + text + b"\x1bE11"


def with_gap(text: bytes, gap_dots: int) -> bytes:
    """ESC D and ESC d before the text: dots between characters, instead of the factory's 2; [300], [J8]."""
    if not 0 <= gap_dots <= GAP_DOTS_MAX:
        raise ValueError("a gap is 0 to 15 dots")
    digit = f"{gap_dots:X}".encode("ascii")
    return b"\x1bD" + digit + b"\x1bd" + digit + text


def print_face(*, discharge: bool, erase: bool = True, ink: bool = True) -> bytes:
    """46h "D,E,P". Prints whatever the buffers hold, also the last customer's face."""
    return bytes((Command.PRINT,)) + f"{discharge:d},{erase:d},{ink:d}".encode("ascii")


def discharge(*, complete: bool = True) -> bytes:
    """50h with its parameter: without it the device was seen to answer DLE."""
    return bytes((Command.DISCHARGE,)) + (b"1" if complete else b"0")


def front_idle() -> bytes:
    """53h."""
    return bytes((Command.FRONT_IDLE,))


def rear_idle() -> bytes:
    """51h."""
    return bytes((Command.REAR_IDLE,))


def cancel_insertion() -> bytes:
    """54h, priority: the command that waits for a card ends without a response."""
    return bytes((Command.CANCEL_INSERTION,))


def cancel_removal() -> bytes:
    """55h."""
    return bytes((Command.CANCEL_REMOVAL,))


def version() -> bytes:
    """58h."""
    return bytes((Command.VERSION,))


def status() -> bytes:
    """59h. Never waits; not accepted while another command runs."""
    return bytes((Command.STATUS,))


def indicate(buzzer: str, colour: str, action: str) -> bytes:
    """5Ah: buzzer and action ' ' keep, '0' off, '1' on, '2' blink, '3' once, '4' three times; colour G, O or R."""
    return bytes((Command.INDICATE,)) + (buzzer + colour + action).encode("ascii")


def reset() -> bytes:
    """5Fh, priority: about 3 s; buffers gone, a card inside discharged."""
    return bytes((Command.RESET,))


def parse_status(data: bytes) -> SensorStatus | None:
    """The six (2003: seven) characters of 59h; None when it is not that."""
    text = data.decode("ascii", "replace")
    if len(text) not in (6, 7) or text[0] not in "012" or text[5] != "0" or any(c not in "01" for c in text[1:5]):
        return None
    return SensorStatus(Inlet(text[0]), (text[1] == "1", text[2] == "1", text[3] == "1"), text[4] == "1")


def parse_version(data: bytes) -> str:
    """The ROM version as one line; where its blanks stand differs between editions, so runs of them become one."""
    return " ".join(data.decode("ascii", "replace").split())


def parse_track(data: bytes) -> str:
    """The stripe's characters, one for each byte, whatever a foreign card holds."""
    return data.decode("latin-1")


def _by_format(plain: Command, given: Command, track_format: TrackFormat | None) -> bytes:
    if track_format is None:
        return bytes((plain,))
    return bytes((given,)) + b"2," + track_format.value.encode("ascii")

"""What a reader makes of a computer's commands: three families of readers, each in the words of its manual.

ACS: API manuals of ACR122U (V2.04) and ACR1252U. Sony: the commands that its PC/SC driver takes.
"""

from __future__ import annotations

from simulators.ic_card.chip import Chip
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.tags import Classic, Pages

OK, FAILED, NO_SUCH, WRONG_LENGTH = b"\x90\x00", b"\x63\x00", b"\x6d\x00", b"\x67\x00"
NO_CARD_IN_PN532 = b"\xd5\x41\x01"  # time-out, PN532 user manual, table of errors


class Front:
    """A reader with pages and Classic blocks; FeliCa is each family's own."""

    name = "Generic PC/SC Reader 00 00"

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = {}

    def command(self, chip: Chip, command: bytes) -> bytes:
        """The answer with its status word. Raises FieldLost and Silence as the chip does."""
        if len(command) < 4 or command[0] != 0xFF:
            return b"\x6e\x00"
        ins, place = command[1], command[2] << 8 | command[3]
        length = command[4] if len(command) > 4 else 0
        data = command[5 : 5 + length] if len(command) > 5 else b""
        if ins == 0xCA and place == 0:
            chip.listen()
            return chip.uid + OK
        if isinstance(chip, LiteS):
            return self.felica(chip, command, data)
        if ins == 0x82:
            self._keys[command[3]] = data
            return OK
        if ins == 0x86 and len(data) == 5 and isinstance(chip, Classic):
            return OK if chip.authenticate(data[2], data[3], self._keys.get(data[4], b"")) else FAILED
        if isinstance(chip, Pages | Classic) and ins == 0xB0:
            read = chip.read(place)
            return FAILED if read is None else read[: length or 16] + OK
        if isinstance(chip, Pages | Classic) and ins == 0xD6:
            if length not in (4, 16) or len(data) != length:
                return WRONG_LENGTH
            return OK if chip.write(place, data) else FAILED
        return NO_SUCH

    def felica(self, chip: LiteS, command: bytes, data: bytes) -> bytes:
        return NO_SUCH


class Acr122u(Front):
    """Everything for a FeliCa card through the PN532."""

    name = "ACS ACR122U PICC Interface 00 00"

    def felica(self, chip: LiteS, command: bytes, data: bytes) -> bytes:
        if command[1:4] != b"\x00\x00\x00" or data[:3] != b"\xd4\x40\x01":
            return NO_SUCH
        answer = chip.frame(data[3:])
        return (NO_CARD_IN_PN532 if answer is None else b"\xd5\x41\x00" + answer) + OK


class Acr1252(Front):
    """Frames as they are."""

    name = "ACS ACR1252 1S CL Reader PICC 00 00"

    def felica(self, chip: LiteS, command: bytes, data: bytes) -> bytes:
        if command[1:4] != b"\x00\x00\x00":
            return NO_SUCH
        answer = chip.frame(data)
        return FAILED if answer is None else answer + OK


class Rcs300(Front):
    """Services are selected, blocks are read and written by lists."""

    name = "SONY FeliCa RC-S300/P 00 00"

    def __init__(self) -> None:
        super().__init__()
        self._service = b""

    def felica(self, chip: LiteS, command: bytes, data: bytes) -> bytes:
        ins, p1, p2 = command[1:4]
        if ins == 0xA4 and (p1, p2) == (0, 1):
            self._service = data
            return OK if data in (b"\x09\x00", b"\x0b\x00") else b"\x6a\x82"
        if not self._service or ins not in (0xB0, 0xD6):
            return NO_SUCH
        blocks, rest = ([p2], data)
        if p1 == 0x80:
            blocks, rest = [int.from_bytes(data[3 * i + 1 : 3 * i + 3], "little") for i in range(p2)], data[3 * p2 :]
        if ins == 0xB0:
            flag, read = chip.read(blocks)
            return bytes((1, flag)) + b"\x91\x00" if flag else read + OK
        flag = chip.write(blocks, rest) if self._service == b"\x09\x00" else 0xA6
        return bytes((1, flag)) + b"\x91\x00" if flag else OK


FRONTS: dict[str, type[Front]] = {"acr122u": Acr122u, "acr1252": Acr1252, "rcs300": Rcs300}

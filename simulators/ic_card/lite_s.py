"""A FeliCa Lite-S by its manual: blocks, status flags, RC, WCNT, MC, and MACs made block by block."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.ic_card.chip import SS_FELICA, Chip, FieldLost

BLOCK = 16
PMM = bytes.fromhex("00F1000000014300")
SYSTEM = b"\x88\xb4"
RC, MAC, ID, D_ID, CK, MC, WCNT, MAC_A, STATE = 0x80, 0x81, 0x82, 0x83, 0x87, 0x88, 0x90, 0x91, 0x92
PADS = range(0x0E)
KNOWN = (*PADS, 0x0E, RC, MAC, ID, D_ID, 0x84, 0x85, 0x86, CK, MC, WCNT, MAC_A, STATE, 0xA0)
SYSTEM_BLOCKS = (ID, 0x84, 0x86, CK, MC)
NEW_MC = bytes.fromhex("FFFFFF0107").ljust(BLOCK, b"\x00")
READ_MAX = 4
WCNT_MAX = 0xFFFFFF

OK = 0x00
TOO_MANY, NO_SERVICE, NO_BLOCK, NOT_ALLOWED, NO_MAC = 0xA2, 0xA6, 0xA8, 0xB1, 0xB2  # second status flag, first is 01h


class LiteS(Chip):
    """``key``: block CK; a card from the factory has zeros there."""

    standard = SS_FELICA
    card_name = 0x003B

    def __init__(self, idm: bytes, key: bytes = bytes(BLOCK), memory: dict[int, bytes] | None = None) -> None:
        super().__init__(idm)
        self.blocks = {number: bytearray(BLOCK) for number in KNOWN}
        for number, content in {MC: NEW_MC, ID: idm, D_ID: idm + PMM, CK: key, **(memory or {})}.items():
            self.blocks[number][: len(content)] = content
        self._session: tuple[bytes, bytes] | None = None

    def power_off(self) -> None:
        self._session = None
        self.blocks[STATE][:] = bytes(BLOCK)

    def copy(self) -> LiteS:
        """Everything that can be read. The key cannot; the thief's chip has one that the thief chose."""
        readable = {number: bytes(self.blocks[number]) for number in (*PADS, 0x86, MC, WCNT)}
        twin_idm = self.uid[:-1] + bytes((self.uid[-1] ^ 0x01,))
        return LiteS(twin_idm, b"the thief's key!", readable)

    def copy_with_number(self) -> LiteS:
        """The same on an emulator that can also pretend the number."""
        twin = self.copy()
        return LiteS(self.uid, bytes(twin.blocks[CK]), {number: bytes(twin.blocks[number]) for number in PADS})

    def store(self, memory: bytearray, place: int, data: bytes) -> None:
        """A block is taken whole or not at all: the chip writes elsewhere first and then turns over."""
        if self.tear_after is not None and self.tear_after < len(data):
            self.tear_after = None
            raise FieldLost
        super().store(memory, place, data)

    # --- frames --------------------------------------------------------------------------------------------------

    def frame(self, data: bytes) -> bytes | None:
        """The answer to one frame; None when a real card would say nothing."""
        self.listen()
        if len(data) < 2 or data[0] != len(data):
            return None
        if data[1] == 0x00 and len(data) == 6:
            is_wanted = all(mask in (0xFF, byte) for mask, byte in zip(data[2:4], SYSTEM, strict=True))
            return self._frame(0x01, self.uid + PMM + (SYSTEM if data[4] == 1 else b"")) if is_wanted else None
        if data[1] not in (0x06, 0x08) or data[2:10] != self.uid:
            return None
        parsed = _lists(data[10:])
        if parsed is None:
            return None
        services, blocks, rest = parsed
        if data[1] == 0x06:
            return self._frame(0x07, self.uid + self._answer_read(services, blocks))
        return self._frame(0x09, self.uid + self._answer_write(services, blocks, rest))

    def _answer_read(self, services: Sequence[int], blocks: Sequence[int]) -> bytes:
        if list(services) not in ([0x000B], [0x0009]):
            return bytes((1, NO_SERVICE))
        flag, data = self.read(blocks)
        return bytes((1, flag)) if flag else bytes((0, 0, len(blocks))) + data

    def _answer_write(self, services: Sequence[int], blocks: Sequence[int], data: bytes) -> bytes:
        if list(services) != [0x0009]:
            return bytes((1, NO_SERVICE))
        flag = self.write(blocks, data)
        return bytes((1, flag)) if flag else b"\x00\x00"

    def _frame(self, code: int, body: bytes) -> bytes:
        return bytes((len(body) + 2, code)) + body

    # --- blocks --------------------------------------------------------------------------------------------------

    def read(self, blocks: Sequence[int]) -> tuple[int, bytes]:
        """Second status flag and data."""
        self.listen()
        if not 1 <= len(blocks) <= READ_MAX:
            return TOO_MANY, b""
        if any(block not in self.blocks for block in blocks):
            return NO_BLOCK, b""
        data = b""
        for block in blocks:
            if block in (MAC, MAC_A):
                if self._session is None:
                    return NOT_ALLOWED, b""
                numbers = b"".join(bytes((number, 0)) for number in blocks).ljust(8, b"\xff")
                data += self._mac((numbers if block == MAC_A else b"") + data).ljust(BLOCK, b"\x00")
            else:
                data += bytes(BLOCK) if block in (RC, CK) else bytes(self.blocks[block])
        return OK, data

    def write(self, blocks: Sequence[int], data: bytes) -> int:
        """Second status flag."""
        self.listen()
        if len(blocks) not in (1, 2) or len(data) != BLOCK * len(blocks) or blocks[1:] not in ([], [MAC_A]):
            return TOO_MANY
        block, with_mac = blocks[0], len(blocks) == 2
        refusal = self._refusal(block, with_mac)
        if refusal:
            return refusal
        if with_mac and not self._is_right(block, data):
            return NO_MAC
        if block == RC:  # volatile: not stored, not counted
            self._session = _session(bytes(self.blocks[CK]), data[:BLOCK])
            return OK
        self.store(self.blocks[block], 0, data[:BLOCK])
        self.blocks[WCNT][:3] = min(self.count + 1, WCNT_MAX).to_bytes(3, "little")
        return OK

    @property
    def count(self) -> int:
        return int.from_bytes(self.blocks[WCNT][:3], "little")

    def _refusal(self, block: int, with_mac: bool) -> int:
        mc = self.blocks[MC]
        if block == RC:
            return OK
        if self.count == WCNT_MAX:
            return NO_MAC
        if block == STATE:
            return OK if with_mac else NO_MAC
        if block in SYSTEM_BLOCKS:
            by_mac = mc[5] & 1 and block in (0x86, CK) and with_mac
            return OK if mc[2] == 0xFF or by_mac else NO_BLOCK
        if block not in (*PADS, 0x0E) or not _bit(mc[0:2], block):
            return NO_BLOCK
        if _bit(mc[8:10], block) and not self.blocks[STATE][0] & 1:
            return NOT_ALLOWED
        return NO_MAC if _bit(mc[10:12], block) and not with_mac else OK

    def _is_right(self, block: int, data: bytes) -> bool:
        count = bytes(self.blocks[WCNT][:3])
        if self._session is None or data[24:27] != count:
            return False
        return self._mac(count + bytes((0, block, 0, MAC_A, 0)) + data[:BLOCK], for_write=True) == data[16:24]

    def _mac(self, text: bytes, *, for_write: bool = False) -> bytes:
        """Chained block by block; the manual's figures, not the driver's."""
        assert self._session is not None
        key, state = self._session
        if for_write:
            key = key[8:] + key[:8]
        for place in range(0, len(text), 8):
            state = _encrypt(key, bytes(a ^ b for a, b in zip(state, text[place : place + 8][::-1], strict=True)))
        return state[::-1]


def _session(key: bytes, challenge: bytes) -> tuple[bytes, bytes]:
    """SK1 = E(CK, RC1), SK2 = E(CK, RC2 xor SK1); the MAC begins from RC1. All big-endian here."""
    big = key[7::-1] + key[:7:-1]
    first, second = challenge[7::-1], challenge[:7:-1]
    session_first = _encrypt(big, first)
    session_second = _encrypt(big, bytes(a ^ b for a, b in zip(second, session_first, strict=True)))
    return session_first + session_second, first


def _encrypt(key: bytes, block: bytes) -> bytes:
    """One block of two-key 3DES; loaded late, for a bench without FeliCa cards does not need the library."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    encryptor = Cipher(TripleDES(key + key[:8]), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def _bit(mask: bytes | bytearray, number: int) -> int:
    return int.from_bytes(mask, "little") >> number & 1


def _lists(body: bytes) -> tuple[list[int], list[int], bytes] | None:
    """Services, blocks and what follows; None for lists that end too early. A block may take two or three bytes."""
    try:
        place = 1 + 2 * body[0]
        services = [int.from_bytes(body[1 + 2 * i : 3 + 2 * i], "little") for i in range(body[0])]
        number, place = body[place], place + 1
        blocks = []
        for _ in range(number):
            wide = not body[place] & 0x80
            blocks.append(body[place + 1] | (body[place + 2] << 8 if wide else 0))
            place += 3 if wide else 2
    except IndexError:
        return None
    return services, blocks, body[place:]

"""NTAG213 and MIFARE Ultralight (pages), MIFARE Classic 1K (blocks behind keys). NXP's data sheets."""

from __future__ import annotations

from simulators.ic_card.chip import SS_TYPE_A, Chip


class Pages(Chip):
    """A type 2 tag. ``size``: bytes of user memory; 144 = NTAG213, 48 = Ultralight."""

    standard = SS_TYPE_A
    card_name = 0x0003

    def __init__(self, uid: bytes, size: int = 144) -> None:
        super().__init__(uid)
        self.pages = 4 + size // 4
        self.memory = bytearray(4 * self.pages)
        self.memory[0:3], self.memory[4:8] = uid[:3], uid[3:7]
        self.memory[12:16] = bytes((0xE1, 0x10, size // 8, 0x00))
        self.memory[16:24] = bytes.fromhex("0103A00C340300FE")  # NTAG213 data sheet, 8.5.6: as delivered

    def power_off(self) -> None:
        """It remembers nothing."""

    def copy(self) -> Pages:
        """User memory on a bought chip."""
        twin = Pages(self.uid[:-1] + bytes((self.uid[-1] ^ 0x01,)), 4 * (self.pages - 4))
        twin.memory[16:] = self.memory[16:]
        return twin

    def read(self, page: int) -> bytes | None:
        """Four pages, round to the first past the end; None = NAK."""
        self.listen()
        if page >= self.pages:
            return None
        return (bytes(self.memory) * 2)[4 * page : 4 * page + 16]

    def write(self, page: int, data: bytes) -> bool:
        """One page; the first four hold number and locks."""
        self.listen()
        if not 4 <= page < self.pages or len(data) != 4:
            return False
        self.store(self.memory, 4 * page, data)
        return True


class Classic(Chip):
    """1 KiB in 16 sectors; every fourth block holds key A, access bits, key B."""

    standard = SS_TYPE_A
    card_name = 0x0001

    def __init__(self, uid: bytes, key: bytes = b"\xff" * 6) -> None:
        super().__init__(uid)
        self.memory = bytearray(1024)
        self.memory[:4] = uid
        for sector in range(16):
            trailer = key + bytes.fromhex("FF078069") + key
            self.memory[64 * sector + 48 : 64 * sector + 64] = trailer
        self._open: int | None = None

    def power_off(self) -> None:
        self._open = None

    def copy(self) -> Classic:
        """Everything: chips on which even the number can be chosen are sold. This thief bought an ordinary one."""
        twin = Classic(self.uid[:-1] + bytes((self.uid[-1] ^ 0x01,)))
        twin.memory[64:] = self.memory[64:]
        return twin

    def authenticate(self, block: int, kind: int, key: bytes) -> bool:
        self.listen()
        trailer = self.memory[64 * (block // 4) + 48 :][:16]
        is_right = block < 64 and key == bytes(trailer[:6] if kind == 0x60 else trailer[10:])
        self._open = block // 4 if is_right else None
        return is_right

    def read(self, block: int) -> bytes | None:
        self.listen()
        return bytes(self.memory[16 * block : 16 * block + 16]) if block // 4 == self._open else None

    def write(self, block: int, data: bytes) -> bool:
        self.listen()
        if block // 4 != self._open or block == 0 or len(data) != 16:
            return False
        self.store(self.memory, 16 * block, data)
        return True

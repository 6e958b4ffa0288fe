"""FeliCa frames as a reader passes them on, and the MAC arithmetic of FeliCa Lite-S.

A frame is ``length | code | IDm | …``; the length counts itself. Every eight bytes of a card's values are
little-endian, 3DES works on big-endian ones: ``_turned`` stands between the two. Source: Sony, FeliCa Lite-S User's
Manual; held by two published logs of real cards in tests/golden/test_felica.py.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from shared.errors import EnishiError

POLLING, POLLED = 0x00, 0x01
READ, READ_DONE = 0x06, 0x07  # Read Without Encryption
WRITE, WRITTEN = 0x08, 0x09  # Write Without Encryption
SERVICE_READ = 0x000B  # random access, read only
SERVICE_WRITE = 0x0009  # random access, read and write
SYSTEM_ANY = 0xFFFF

BLOCK_BYTES = 16
READ_BLOCKS_MAX = 4  # in one command to a Lite-S, the MAC_A block included
IDM_BYTES = 8
KEY_BYTES = 16

# Lite-S blocks
S_PAD = range(14)  # 00h..0Dh, free for use
RC, MAC, ID, D_ID = 0x80, 0x81, 0x82, 0x83
CKV, CK, MC = 0x86, 0x87, 0x88
WCNT, MAC_A, STATE = 0x90, 0x91, 0x92

FACTORY_KEY = bytes(KEY_BYTES)
LITE_S_CODES = (0xF1, 0xF2)  # second byte of PMm: RC-S966, and FeliCa Link in Lite-S mode
MC_SYSTEM = 2  # FFh: system blocks are open; 00h: closed for good
MC_KEY_BY_MAC = 5  # 01h: CK and CKV may still be written with a MAC
MC_WRITE_BY_MAC = slice(10, 12)  # bit n: block n is written with a MAC only, little-endian
_ALL_PADS = (1 << len(S_PAD)) - 1


def frame(code: int, body: bytes) -> bytes:
    """With its length in front."""
    return bytes((len(body) + 2, code)) + body


def polling(system: int = SYSTEM_ANY) -> bytes:
    """Ask whatever is in the field for IDm, PMm and its system code."""
    return frame(POLLING, system.to_bytes(2, "big") + b"\x01\x00")


def read_frame(idm: bytes, blocks: Sequence[int], service: int = SERVICE_READ) -> bytes:
    """Read Without Encryption of up to ``READ_BLOCKS_MAX`` blocks."""
    return frame(READ, idm + _service(service) + _block_list(blocks))


def write_frame(idm: bytes, blocks: Sequence[int], data: bytes, service: int = SERVICE_WRITE) -> bytes:
    """Write Without Encryption; ``data`` has 16 bytes for each block."""
    return frame(WRITE, idm + _service(service) + _block_list(blocks) + data)


def parse_read(answer: bytes, idm: bytes, count: int) -> bytes:
    """The blocks of a read's answer. Raises ``device.ic_card.felica_status`` or ``device.ic_card.refused``."""
    body = _body(answer, READ_DONE, idm)
    if len(body) < 3 + count * BLOCK_BYTES or body[2] != count:
        raise EnishiError("device.ic_card.refused", status="0000")
    return body[3 : 3 + count * BLOCK_BYTES]


def parse_write(answer: bytes, idm: bytes) -> None:
    """Raises as ``parse_read`` does."""
    _body(answer, WRITTEN, idm)


def card_key(master: bytes, idm: bytes) -> bytes:
    """The key of one card: who opens one card has the key of no other. In the order of block CK."""
    return hmac.digest(master, b"felica-lite-s-ck-v1\0" + idm, "sha256")[:KEY_BYTES]


def challenge(nonce: bytes, number: int) -> bytes:
    """The ``number``-th value for block RC since the card came; never the same twice."""
    return hashlib.sha256(b"felica-rc\0" + nonce + number.to_bytes(4, "big")).digest()[:BLOCK_BYTES]


def session_keys(key: bytes, rc: bytes) -> tuple[bytes, bytes]:
    """Session key (16) and IV (8) after ``rc`` was written into block RC of a card with ``key``."""
    turned = _turned(rc)
    return _tdes_cbc(_turned(key), bytes(8), turned), turned[:8]


def read_mac(session: tuple[bytes, bytes], blocks: Sequence[int], data: bytes) -> bytes:
    """What block MAC_A must hold behind ``data``; ``blocks`` are those of the command, MAC_A last."""
    numbers = b"".join(bytes((block, 0)) for block in blocks)
    return _mac(*session, numbers.ljust(8, b"\xff") + data)


def write_mac(session: tuple[bytes, bytes], count: bytes, block: int, data: bytes) -> bytes:
    """The MAC of a write; ``count``: the three bytes of WCNT as read."""
    key, iv = session
    header = count + b"\x00" + bytes((block, 0, MAC_A, 0))
    return _mac(key[8:] + key[:8], iv, header + data)


def mac_block(mac: bytes, count: bytes = b"") -> bytes:
    """The block MAC_A as it travels with a write."""
    return (mac + count).ljust(BLOCK_BYTES, b"\x00")


def is_lite_s(d_id: bytes) -> bool:
    """Whether block D_ID is that of a Lite-S: IDm and PMm, whose second byte names the chip."""
    return len(d_id) == BLOCK_BYTES and d_id[IDM_BYTES + 1] in LITE_S_CODES


def is_locked(mc: bytes) -> bool:
    """Whether the memory is as ``locked`` makes it."""
    return mc[MC_SYSTEM] == 0 and int.from_bytes(mc[MC_WRITE_BY_MAC], "little") & _ALL_PADS == _ALL_PADS


def locked(mc: bytes) -> bytes:
    """``mc`` with the system blocks closed, the key changeable by MAC only, and every pad written by MAC only.

    One-way: a card that has taken this can never be opened again.
    """
    block = bytearray(mc)
    block[MC_SYSTEM] = 0x00
    block[MC_KEY_BY_MAC] = 0x01
    block[MC_WRITE_BY_MAC] = _ALL_PADS.to_bytes(2, "little")
    return bytes(block)


def _service(code: int) -> bytes:
    return b"\x01" + code.to_bytes(2, "little")


def _block_list(blocks: Sequence[int]) -> bytes:
    return bytes((len(blocks),)) + b"".join(bytes((0x80, block)) for block in blocks)


def _body(answer: bytes, code: int, idm: bytes) -> bytes:
    """From the status flags on. A reader may leave bytes behind the frame."""
    if len(answer) < 12 or answer[0] > len(answer) or answer[1] != code or answer[2:10] != idm:
        raise EnishiError("device.ic_card.refused", status="0000")
    body = answer[10 : answer[0]]
    if len(body) < 2 or body[0] != 0:
        raise EnishiError("device.ic_card.felica_status", status=body[:2].hex().upper())
    return body


def _mac(key: bytes, iv: bytes, data: bytes) -> bytes:
    return _tdes_cbc(key, iv, _turned(data))[-8:][::-1]


def _turned(data: bytes) -> bytes:
    """Every eight bytes the other way round."""
    return b"".join(data[place : place + 8][::-1] for place in range(0, len(data), 8))


def _tdes_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Two-key 3DES. The library is loaded here: a terminal without FeliCa cards never needs it."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    encryptor = Cipher(TripleDES(key + key[:8]), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()

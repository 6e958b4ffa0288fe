"""HDLC-like frames after RFC 1662: flag 7Eh, octet stuffing with 7Dh, FCS-16, in both directions.

On the wire: ``7E <payload and FCS, stuffed> 7E``. Two neighbours may share one flag; a run of flags is no frame.
"""

from __future__ import annotations

from collections.abc import Callable

import crcmod

FLAG = b"\x7e"
_FLAG = 0x7E
ESCAPE = b"\x7d"
STUFFED_FLAG = b"\x7d\x5e"  # RFC 1662, 4.2: the octet after the escape is sent with bit 5 inverted
STUFFED_ESCAPE = b"\x7d\x5d"
FCS_LEN = 2
FCS_GOOD = 0x0F47  # FCS over payload and FCS; F0B8h in RFC 1662, C.1, before the final inversion
PAYLOAD_MAX = 64  # bytes; the panel board's longest message has 42. Longer means noise: wait for the next flag.

# RFC 1662, C.2: x^16 + x^12 + x^5 + 1, least significant bit first, preset FFFFh, inverted at the end.
fcs: Callable[[bytes], int] = crcmod.mkCrcFun(0x11021, initCrc=0, rev=True, xorOut=0xFFFF)


def encode(payload: bytes) -> bytes:
    """One whole frame with both flags. An empty payload cannot be told from idle flags and is refused."""
    if not payload:
        raise ValueError("an HDLC frame wants at least one byte")
    body = payload + fcs(payload).to_bytes(FCS_LEN, "little")
    return FLAG + body.replace(ESCAPE, STUFFED_ESCAPE).replace(FLAG, STUFFED_FLAG) + FLAG


def unstuff(raw: bytes) -> bytes | None:
    """The octets as they were before stuffing; None if an escape is followed by anything but 5Dh or 5Eh."""
    plain = raw.replace(STUFFED_FLAG, FLAG).replace(STUFFED_ESCAPE, ESCAPE)
    every_escape_was_used = len(raw) - len(plain) == raw.count(ESCAPE)
    return plain if every_escape_was_used else None


class HdlcDecoder:
    """Finds the good frames in a stream that comes in any pieces. Never raises; time is linear in the input.

    Only new bytes are searched for a flag, so a flood without flags costs no more than one with them. At most
    ``2 * (payload_max + 2)`` bytes wait here between two calls. ``damaged`` counts frames thrown away since the start.
    """

    __slots__ = ("_body_max", "_raw_max", "_skipping", "_tail", "damaged")

    def __init__(self, payload_max: int = PAYLOAD_MAX) -> None:
        self._body_max = payload_max + FCS_LEN
        self._raw_max = 2 * self._body_max  # every octet stuffed
        self._tail = bytearray()
        self._skipping = False  # the frame is already too long: drop everything up to the next flag
        self.damaged = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads of the frames that ``data`` completes, in order."""
        if _FLAG not in data:
            self._tail += data  # the bulk of byte-by-byte reads
            if len(self._tail) > self._raw_max:
                self._overflow()
            return []
        pieces = data.split(FLAG)
        pieces[0] = bytes(self._tail) + pieces[0]
        if self._skipping:
            pieces[0] = b""
        self._tail.clear()
        self._skipping = False
        self._tail += pieces.pop()
        if len(self._tail) > self._raw_max:
            self._overflow()
        return self._good(pieces)

    def reset(self) -> None:
        """Forget a half received frame, as after a reconnection."""
        self._tail.clear()
        self._skipping = False

    @property
    def waiting(self) -> int:
        """Bytes kept of an unfinished frame, or of one that will be skipped."""
        return len(self._tail)

    def _overflow(self) -> None:
        self._tail.clear()
        if not self._skipping:
            self._skipping = True
            self.damaged += 1

    def _good(self, pieces: list[bytes]) -> list[bytes]:
        payloads = []
        for raw in pieces:
            if not raw:
                continue
            body = unstuff(raw) if ESCAPE in raw else raw
            if body is None or not FCS_LEN < len(body) <= self._body_max or fcs(body) != FCS_GOOD:
                self.damaged += 1
            else:
                payloads.append(body[:-FCS_LEN])
        return payloads

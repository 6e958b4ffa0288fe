"""Datagrams on the way between a link and its core: a link moves bytes without borders, so each gets a length.

``kind (1) | length (2, big-endian) | payload``. INTRODUCTION: empty from the core (who am I?), then the answer.
DATAGRAM: ``port (2) | length of host (1) | host | data``, towards or from that address.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from terminal.protocol.sip import Address

INTRODUCTION: Final = 0x49
DATAGRAM: Final = 0x44
PAYLOAD_MAX: Final = 65_535

_HEAD = struct.Struct(">BH")
_ADDRESS = struct.Struct(">HB")


@dataclass(frozen=True, slots=True)
class Introduction:
    """``line``: see :mod:`terminal.protocol.sip_account`; empty from the core."""

    line: bytes = b""


@dataclass(frozen=True, slots=True)
class Datagram:
    peer: Address
    data: bytes


Parcel = Introduction | Datagram


def encode(parcel: Parcel) -> bytes:
    """One parcel."""
    match parcel:
        case Introduction(line):
            kind, payload = INTRODUCTION, line
        case Datagram(peer, data):
            host = peer.host.encode("ascii")
            kind, payload = DATAGRAM, _ADDRESS.pack(peer.port, len(host)) + host + data
    return _HEAD.pack(kind, len(payload)) + payload


class ParcelDecoder:
    """Parcels out of any pieces. What follows an unknown kind is skipped with its length."""

    def __init__(self) -> None:
        self._left = bytearray()

    def reset(self) -> None:
        """Forget the parcel that was under way."""
        self._left.clear()

    def feed(self, data: bytes) -> list[Parcel]:
        """What became complete."""
        self._left += data
        parcels = []
        while len(self._left) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._left)
            end = _HEAD.size + length
            if len(self._left) < end:
                break
            parcel = _decode(kind, bytes(self._left[_HEAD.size : end]))
            del self._left[:end]
            if parcel is not None:
                parcels.append(parcel)
        return parcels


def _decode(kind: int, payload: bytes) -> Parcel | None:
    if kind == INTRODUCTION:
        return Introduction(payload)
    if kind != DATAGRAM or len(payload) < _ADDRESS.size:
        return None
    port, length = _ADDRESS.unpack_from(payload)
    host = payload[_ADDRESS.size : _ADDRESS.size + length]
    if len(host) < length or not host.isascii():
        return None
    return Datagram(Address(host.decode("ascii"), port), payload[_ADDRESS.size + length :])

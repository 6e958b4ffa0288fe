"""The hash chain of a journal stream, and the canonical form of event bodies."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from shared.errors import EnishiError
from shared.sync.messages import UNREADABLE
from shared.visit.journal import NAMES, TYPES, Body

ZERO_HASH = bytes(32)
_encoder = msgspec.json.Encoder(order="sorted")
_decoders = {name: msgspec.json.Decoder(body) for name, body in TYPES.items()}


def event_hash(prev: bytes, stream: bytes, seq: int, kind: str, body: bytes) -> bytes:
    """SHA-256(prev, stream, seq as 8 bytes, type and a zero byte, body)."""
    return sha256(b"".join((prev, stream, seq.to_bytes(8, "big"), kind.encode("ascii"), b"\0", body))).digest()


def encode_body(body: Body) -> tuple[str, bytes]:
    """The event's type and its canonical JSON (sorted keys, no spaces, integers only)."""
    return NAMES[type(body)], _encoder.encode(body)


def decode_body(kind: str, body: bytes) -> Body | None:
    """The body of a stored event; None for a type that this version does not know. Raises ``sync.body``."""
    decoder = _decoders.get(kind)
    if decoder is None:
        return None
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise EnishiError("sync.body", type=kind[:16], detail=str(error)[:200]) from error

"""The hash chain of a journal stream, and the canonical form of event bodies."""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256

import msgspec

from shared.errors import EnishiError
from shared.sale.basket import EMPTY
from shared.sync.messages import UNREADABLE
from shared.visit.journal import NAMES, TYPES, Body, Intent, OffCard, Reissue, Seen

ZERO_HASH = bytes(32)
# Fields that a type got after its first release: left out while they hold their default, so that the bytes of what was
# always sayable never change. Decoding fills them in.
_LATER: dict[type[Body], dict[str, object]] = {
    Intent: {"basket": EMPTY, "staff": 0, "uid": "", "why": ()},
    OffCard: {"basket": EMPTY, "staff": 0, "reasons": ()},
    Reissue: {"uid": ""},
    Seen: {"uid": ""},
}
_FIELDS = {body: tuple(field.name for field in fields(body)) for body in _LATER}
_encoder = msgspec.json.Encoder(order="sorted")
_decoders = {name: msgspec.json.Decoder(body) for name, body in TYPES.items()}


def event_hash(prev: bytes, stream: bytes, seq: int, kind: str, body: bytes) -> bytes:
    """SHA-256(prev, stream, seq as 8 bytes, type and a zero byte, body)."""
    return sha256(b"".join((prev, stream, seq.to_bytes(8, "big"), kind.encode("ascii"), b"\0", body))).digest()


def encode_body(body: Body) -> tuple[str, bytes]:
    """The event's type and its canonical JSON (sorted keys, no spaces, integers only)."""
    kind = type(body)
    later = _LATER.get(kind)
    if later is None:
        return NAMES[kind], _encoder.encode(body)
    told = {name: getattr(body, name) for name in _FIELDS[kind]}
    for name, default in later.items():
        if told[name] == default:
            del told[name]
    return NAMES[kind], _encoder.encode(told)


def decode_body(kind: str, body: bytes) -> Body | None:
    """The body of a stored event; None for a type that this version does not know. Raises ``sync.body``."""
    decoder = _decoders.get(kind)
    if decoder is None:
        return None
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise EnishiError("sync.body", type=kind[:16], detail=str(error)[:200]) from error

"""The exact bytes that terminals and head office sign, and the headers that carry them. The arithmetic is elsewhere.

A request is signed as lines of ASCII, each ended by a newline: label, method, path with query, terminal, stream in hex,
counter, head office's epoch, protocol, SHA-256 of the unpacked body in hex. A reply repeats the request's stream and
counter, so that no earlier answer fits a later question. What compresses or repacks a body on its way harms nothing.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from shared.ids import TERMINAL_ID_MAX
from shared.sync.messages import NUMBER_MAX

REQUEST_LABEL, REPLY_LABEL = "enishi-request-v1", "enishi-reply-v1"
STREAM_BYTES = 10  # 2 bytes terminal, 8 bytes nonce of the boot
KEY_BYTES, SIGNATURE_BYTES = 32, 64  # Ed25519
DIGITS_MAX = 18  # of a number in a header; below 2**63
SIGNATURE_HEADER = "X-Signature"
NOBODY = (bytes(STREAM_BYTES), 0)  # stream and counter in the reply to a request that names none


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says that a request is theirs: everything that is signed but method, path and body."""

    terminal: int
    stream: bytes
    counter: int  # rises with every request of a stream; the first is 1
    epoch: int  # head office's, as last heard; 0 = not heard yet
    protocol: int


def body_hash(body: bytes) -> bytes:
    """SHA-256 of the unpacked body; of nothing for a request without one."""
    return hashlib.sha256(body).digest()


def request_bytes(claim: Claim, method: str, path: str, digest: bytes) -> bytes:
    """What a terminal signs. ``path``: as asked for below head office's address, with its query."""
    parts = (
        REQUEST_LABEL, method, path, str(claim.terminal), claim.stream.hex(), str(claim.counter), str(claim.epoch),
        str(claim.protocol), digest.hex(),
    )  # fmt: skip
    return _lines(parts)


def reply_bytes(stream: bytes, counter: int, status: int, digest: bytes) -> bytes:
    """What head office signs. ``stream`` and ``counter``: of the request, or :data:`NOBODY`'s."""
    return _lines((REPLY_LABEL, str(status), stream.hex(), str(counter), digest.hex()))


def _lines(parts: tuple[str, ...]) -> bytes:
    """A part can hold no newline of its own: one text has one meaning."""
    return "".join(part.replace("\n", "\\n") + "\n" for part in parts).encode("utf-8", "backslashreplace")


def claim_headers(claim: Claim, signature: bytes) -> dict[str, str]:
    """The headers of a signed request."""
    return {
        "X-Tid": str(claim.terminal),
        "X-Stream": claim.stream.hex(),
        "X-Rctr": str(claim.counter),
        "X-Epoch": str(claim.epoch),
        "X-Proto": str(claim.protocol),
        SIGNATURE_HEADER: b64encode(signature).decode("ascii"),
    }


def read_claim(headers: Mapping[str, str]) -> tuple[Claim, bytes] | None:
    """Claim and signature; None when a header is missing or not in its only form."""
    numbers = [_number(headers.get(name, "")) for name in ("X-Tid", "X-Rctr", "X-Epoch", "X-Proto")]
    stream, signature = _stream(headers.get("X-Stream", "")), read_signature(headers)
    if stream is None or signature is None or None in numbers:
        return None
    terminal, counter, epoch, protocol = (number or 0 for number in numbers)
    if terminal > TERMINAL_ID_MAX:
        return None
    return Claim(terminal, stream, counter, epoch, protocol), signature


def read_signature(headers: Mapping[str, str]) -> bytes | None:
    """The 64 bytes of the signature header; None when it is missing or something else."""
    try:
        signature = b64decode(headers.get(SIGNATURE_HEADER, ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return signature if len(signature) == SIGNATURE_BYTES else None


def answered(headers: Mapping[str, str]) -> tuple[bytes, int]:
    """Stream and counter that the reply to a request with these headers is signed for."""
    stream, counter = _stream(headers.get("X-Stream", "")), _number(headers.get("X-Rctr", ""))
    return NOBODY if stream is None or counter is None else (stream, counter)


def _stream(text: str) -> bytes | None:
    try:
        stream = bytes.fromhex(text)
    except ValueError:
        return None
    return stream if len(stream) == STREAM_BYTES and stream.hex() == text else None


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX) or text != str(int(text)):
        return None
    return int(text) if int(text) <= NUMBER_MAX else None

"""Sync without a line: what terminal and head office have to tell each other, as files in a folder, carried by hand.

A folder holds ``manifest.json`` and the files it names, each an :class:`Envelope` with a signature of its own. The
manifest finds what a stick lost or damaged; the signatures find what somebody changed. What is in a folder may be
taken in twice, and folders in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from shared.errors import EnishiError
from shared.ids import TERMINAL_ID_MAX
from shared.sync.messages import KEY_ID_MAX, UNREADABLE, Count, Hash, KeyPackage, Number, StreamHead, StreamId
from shared.sync.signing import SIGNATURE_BYTES, Claim, body_hash, reply_bytes, request_bytes

FORMAT = 1
MANIFEST = "manifest.json"
REQUEST, ANSWER = "request", "answer"  # from a terminal; to a terminal
FILES_MAX = 2_000  # of one folder; a month of a terminal alone is 60, a feed of 100,000 members 200
MANIFEST_BYTES_MAX = 1 << 20
FILE_BYTES_MAX = 4 << 20  # a push of 1 MiB as base64, a page of 1,000 members sealed
METHOD = "BUNDLE"  # signed in the place of GET and POST: a file cannot be sent over the line, nor a request be carried
NO_STATUS = 0  # signed in the place of an answer's status

Kind = Literal["hello", "push", "welcome", "page"]
HELLO: Kind = "hello"  # the first of a request
PUSH: Kind = "push"
WELCOME: Kind = "welcome"  # the first of an answer
PAGE: Kind = "page"


class File(Struct, frozen=True):
    name: Annotated[str, Meta(pattern=r"^[0-9]{4}\.json\Z")]
    bytes: Count
    sha256: Hash


class Manifest(Struct, frozen=True):
    format: Number
    kind: str  # REQUEST or ANSWER
    terminal: Annotated[int, Meta(ge=1, le=TERMINAL_ID_MAX)]
    files: Annotated[tuple[File, ...], Meta(min_length=1, max_length=FILES_MAX)]  # in the order of their use


class Envelope(Struct, frozen=True):
    """One signed body. ``stream``: 2 bytes terminal, 8 of this bundle; an answer repeats its request's."""

    kind: Kind
    terminal: Annotated[int, Meta(ge=1, le=TERMINAL_ID_MAX)]
    stream: StreamId
    counter: Count
    epoch: Count  # head office's, as last heard
    protocol: Count
    body: bytes  # JSON; in an answer sealed to the terminal
    signature: Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class Welcome(Struct, frozen=True):
    """The first file of an answer. ``streams``: how far head office holds those that the request named."""

    server_epoch: Count
    told_ms: Number  # UTC; when the answer was written
    streams: tuple[StreamHead, ...]
    kid: Annotated[int, Meta(ge=0, le=KEY_ID_MAX)] = 0
    keys: tuple[KeyPackage, ...] = ()


class Page(Struct, frozen=True):
    """A page of the feed, for a terminal that has read up to ``after``."""

    after: Count
    pull: bytes  # JSON of Pull


_manifest_decoder = msgspec.json.Decoder(Manifest)
_envelope_decoder = msgspec.json.Decoder(Envelope)


def claim_of(envelope: Envelope) -> Claim:
    """What the terminal signed for."""
    return Claim(envelope.terminal, envelope.stream, envelope.counter, envelope.epoch, envelope.protocol)


def asked_bytes(claim: Claim, kind: str, body: bytes) -> bytes:
    """What a terminal signs."""
    return request_bytes(claim, METHOD, asked_path(kind), body_hash(body))


def asked_path(kind: str) -> str:
    """In the place of a request's path."""
    return f"/{kind}"


def told_bytes(stream: bytes, counter: int, kind: str, body: bytes) -> bytes:
    """What head office signs. ``body``: as it lies in the file, sealed."""
    return reply_bytes(stream, counter, NO_STATUS, body_hash(kind.encode("ascii") + b"\0" + body))


def folder(kind: str, terminal: int, envelopes: Sequence[Envelope]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a folder's files, the manifest last. Raises ``sync.bundle_too_large``."""
    if len(envelopes) > FILES_MAX:
        raise EnishiError("sync.bundle_too_large", limit=FILES_MAX)
    files = []
    for number, envelope in enumerate(envelopes, 1):
        name, content = f"{number:04d}.json", msgspec.json.encode(envelope)
        files.append(File(name, len(content), hashlib.sha256(content).digest()))
        yield name, content
    yield MANIFEST, msgspec.json.format(msgspec.json.encode(Manifest(FORMAT, kind, terminal, tuple(files))), indent=1)


def read_folder(kind: str, read: Callable[[str, int], bytes]) -> tuple[int, tuple[Envelope, ...]]:
    """Terminal and envelopes of a whole folder; the signatures are still to be compared.

    ``read``: name and limit -> at most limit + 1 bytes. Raises what it raises, ``sync.bundle_damaged`` and
    ``sync.bundle_foreign``.
    """
    manifest = _manifest(read(MANIFEST, MANIFEST_BYTES_MAX))
    if manifest.format != FORMAT or manifest.kind != kind:
        raise EnishiError("sync.bundle_foreign", theirs=f"{manifest.kind[:20]} {manifest.format}", ours=kind)
    files = manifest.files
    return manifest.terminal, tuple(_envelope(manifest, file, read(file.name, FILE_BYTES_MAX)) for file in files)


def _manifest(content: bytes) -> Manifest:
    try:
        if len(content) > MANIFEST_BYTES_MAX:
            raise EnishiError("sync.bundle_damaged", file=MANIFEST)
        return _manifest_decoder.decode(content)
    except UNREADABLE as error:
        raise EnishiError("sync.bundle_damaged", file=MANIFEST) from error


def _envelope(manifest: Manifest, file: File, content: bytes) -> Envelope:
    whole = len(content) == file.bytes <= FILE_BYTES_MAX and hashlib.sha256(content).digest() == file.sha256
    if not whole:
        raise EnishiError("sync.bundle_damaged", file=file.name)
    try:
        envelope = _envelope_decoder.decode(content)
    except UNREADABLE as error:
        raise EnishiError("sync.bundle_damaged", file=file.name) from error
    for terminal in (envelope.terminal, int.from_bytes(envelope.stream[:2], "big")):
        if terminal != manifest.terminal:
            raise EnishiError("sync.bundle_foreign", theirs=terminal, ours=manifest.terminal)
    return envelope

"""Sync by hand at head office: a terminal's folder goes through the same services as its requests, and is answered.

Counters and the epoch of a request are not looked at: a folder may be taken in twice and late, and what it says is
then known already. Its signatures are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from nacl.public import SealedBox
from nacl.signing import VerifyKey
from sqlalchemy.orm import Session

from server.db.database import Database
from server.feed import service as feed
from server.keys import service as keys
from server.sync import door, service
from server.terminals import service as terminals
from server.terminals.models import REPLACED, Terminal
from server.vault import Vault
from shared.errors import EnishiError, Refused
from shared.sync.bundle import (
    ANSWER,
    FILES_MAX,
    HELLO,
    METHOD,
    PAGE,
    PUSH,
    REQUEST,
    WELCOME,
    Envelope,
    Kind,
    Page,
    Welcome,
    asked_path,
    claim_of,
    folder,
    read_folder,
    told_bytes,
)
from shared.sync.messages import PROTOCOL, PULL_ITEMS_MAX, UNREADABLE, Hello, Push, StreamHead

PRIVATE_FILE = 0o600
_hello_decoder, _push_decoder = msgspec.json.Decoder(Hello), msgspec.json.Decoder(Push)


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole request, every signature compared. ``stream``: what its answer is signed for."""

    terminal: int
    stream: bytes
    hello: Hello
    pushes: Sequence[Push]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. ``refused``: codes of pushes that were not stored."""

    terminal: int
    events: int
    refused: Sequence[str]


def read_request(database: Database, path: Path) -> Asked:
    """Look at everything and change nothing.

    Raises ``sync.bundle_*``, ``sync.signature``, ``sync.revoked``, ``sync.protocol``, ``sync.unauthorised``.
    """
    number, envelopes = read_folder(REQUEST, lambda name, limit: read_file(path / name, limit))
    with database.reading() as session:
        terminal = terminals.recognise(session, number)
        if isinstance(terminal, Refused):
            raise EnishiError(terminal.code, **terminal.facts)
        if not terminal.is_open and terminal.state != REPLACED:
            raise EnishiError("sync.revoked")
        for envelope in envelopes:
            _check(terminal, envelope)
    first, *rest = envelopes
    if first.kind != HELLO or any(one.kind != PUSH or one.stream != first.stream for one in rest):
        raise EnishiError("sync.bundle_foreign", theirs=first.kind, ours=REQUEST)
    try:
        pushes = tuple(_push_decoder.decode(envelope.body) for envelope in rest)
        return Asked(number, first.stream, _hello_decoder.decode(first.body), pushes)
    except UNREADABLE as error:
        raise EnishiError("sync.malformed", detail=str(error)[:200]) from error


def _check(terminal: Terminal, envelope: Envelope) -> None:
    claim = claim_of(envelope)
    refused = door.check_protocol(claim)
    if refused is not None:
        raise EnishiError(refused.code, **refused.facts)
    path = asked_path(envelope.kind)
    if not door.is_signed(terminal.sign_key, claim, envelope.signature, METHOD, path, envelope.body):
        raise EnishiError("sync.signature")


def take(database: Database, vault: Vault, asked: Asked, now_ms: int) -> Taken:
    """Store and apply every push, each in a transaction of its own. Twice is once."""
    events, refused = 0, []
    for push in asked.pushes:
        with database.side_by_side() as session:
            terminal = terminals.recognise(session, asked.terminal, locks=True)
            if isinstance(terminal, Refused):
                raise EnishiError(terminal.code, **terminal.facts)
            terminals.heard(session, terminal, now_ms)
            reply = service.push(session, terminal, push, now_ms, keys.ring(session, vault), vault.unseal)
        if isinstance(reply, Refused):
            refused.append(reply.code)
        else:
            events += len(push.events)
    return Taken(asked.terminal, events, tuple(refused))


def answer(database: Database, vault: Vault, asked: Asked, now_ms: int) -> Iterator[tuple[str, bytes]]:
    """The files of the answer as of now: acknowledgements, keys, and the feed since the terminal's cursor.

    A feed longer than a folder ends in it; the next request goes on there.
    """
    with database.transaction() as session:  # a key may have to be sealed for the first time
        terminal = terminals.recognise(session, asked.terminal)
        if isinstance(terminal, Refused) or not terminal.is_open:
            raise EnishiError("sync.revoked")
        key = terminal.sign_key
        bodies: list[tuple[Kind, bytes]] = [(WELCOME, _welcome(session, vault, terminal, asked, now_ms))]
        bodies.extend((PAGE, msgspec.json.encode(page)) for page in _pages(session, asked.hello))
        epoch = feed.server_epoch(session)
    seal = SealedBox(VerifyKey(key).to_curve25519_public_key())
    envelopes = []
    for counter, (kind, body) in enumerate(bodies, 1):
        sealed = bytes(seal.encrypt(body))
        signature = vault.sign(told_bytes(asked.stream, counter, kind, sealed))
        envelopes.append(Envelope(kind, asked.terminal, asked.stream, counter, epoch, PROTOCOL, sealed, signature))
    return folder(ANSWER, asked.terminal, envelopes)


def _welcome(session: Session, vault: Vault, terminal: Terminal, asked: Asked, now_ms: int) -> bytes:
    kid, packages = terminals.packages(session, vault, terminal)
    found = (service.find_stream(session, head.stream) for head in asked.hello.streams)
    heads = tuple(StreamHead(row.stream, row.head_seq, row.head_hash) for row in found if row and row.head_seq)
    return msgspec.json.encode(Welcome(feed.server_epoch(session), now_ms, heads, kid, packages))


def _pages(session: Session, hello: Hello) -> Iterator[Page]:
    after = hello.cursor if hello.feed_epoch == feed.epoch(session) else 0
    for _ in range(FILES_MAX - 1):
        pull = feed.pull(session, after, PULL_ITEMS_MAX)
        yield Page(after, msgspec.json.encode(pull))
        if not pull.more:
            return
        after = pull.next


def write_folder(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Whole or not at all; what a cut attempt left is replaced. Raises ``sync.bundle_exists``, ``sync.bundle_file``."""
    unborn = path.with_name(path.name + ".part")
    if path.exists():
        raise EnishiError("sync.bundle_exists", path=str(path))
    try:
        unborn.mkdir(parents=True, exist_ok=True)
        for leftover in unborn.glob("*.json"):
            leftover.unlink()
        for name, content in files:
            (unborn / name).touch(mode=PRIVATE_FILE, exist_ok=False)
            (unborn / name).write_bytes(content)
            _make_durable(unborn / name)
        _make_durable(unborn)
        unborn.rename(path)
        _make_durable(path.parent)
    except OSError as error:
        raise EnishiError("sync.bundle_file", path=str(error.filename or path)) from error


def _make_durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_file(path: Path, limit: int) -> bytes:
    """At most ``limit`` + 1 bytes. Raises ``sync.bundle_file``."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise EnishiError("sync.bundle_file", path=str(path)) from error

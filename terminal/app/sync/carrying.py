"""Sync by hand: what would be asked over the line is written into a folder, and head office's answer taken from one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from shared.clock import Clock
from shared.errors import EnishiError
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
    folder,
    read_folder,
    told_bytes,
)
from shared.sync.messages import PROTOCOL, PUSH_EVENTS_MAX, PUSH_UNPACKED_MAX, UNREADABLE, Hello, Pull, Push, StreamHead
from shared.sync.signing import read_claim
from terminal.app.identity import Signer
from terminal.app.store.outbox import Outbox
from terminal.app.sync.pages import parse_page
from terminal.app.sync.results import OfficeNote, PageArrived

_welcome_decoder = msgspec.json.Decoder(Welcome)
_page_decoder = msgspec.json.Decoder(Page)

Body = TypeVar("Body")
Files = Iterator[tuple[str, bytes]]


class Read(Protocol):
    """A file of the folder, at most ``limit`` + 1 bytes. Raises ``sync.bundle_*``."""

    def __call__(self, name: str, limit: int) -> bytes: ...


class Books(Protocol):
    """What is needed of the store."""

    def feed_position(self) -> tuple[int, int]: ...
    def apply_feed(self, pull: Pull, skipped: int = 0) -> None: ...
    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None: ...
    def synced_ms(self) -> int: ...
    def record_synced(self, wall_ms: int = 0) -> None: ...
    def remember_office(self, note: OfficeNote) -> None: ...


# --- to head office ----------------------------------------------------------------------------------------------


def request_files(
    outbox: Outbox, position: tuple[int, int], signer: Signer, clock: Clock, software: str, board: str
) -> Files:
    """Everything that head office has not acknowledged, and from where on this terminal wants the feed.

    ``signer``: for a stream that nothing else is signed under. Raises ``sync.bundle_too_large``, ``store.*``.
    """
    epoch, cursor = position
    heads = outbox.heads()
    hello = Hello(PROTOCOL, software, heads, cursor, epoch, clock.now().wall_ms, signer.epoch, board)
    envelopes = [_sign(signer, HELLO, hello)]
    for head in heads:
        for push in _pushes(outbox, head):
            envelopes.append(_sign(signer, PUSH, push))
            if len(envelopes) > FILES_MAX:
                raise EnishiError("sync.bundle_too_large", limit=FILES_MAX)
    return folder(REQUEST, envelopes[0].terminal, envelopes)


def _pushes(outbox: Outbox, head: StreamHead) -> Iterator[Push]:
    seq, limit = outbox.acknowledged(head.stream), PUSH_EVENTS_MAX
    while seq < head.seq:
        prev_hash, events = outbox.batch(head.stream, seq, min(limit, head.seq - seq))
        push = Push(head.stream, prev_hash, events)
        if len(events) > 1 and len(msgspec.json.encode(push)) > PUSH_UNPACKED_MAX:
            limit = len(events) // 2
            continue
        seq, limit = events[-1].seq, PUSH_EVENTS_MAX
        yield push


def _sign(signer: Signer, kind: Kind, message: msgspec.Struct) -> Envelope:
    body = msgspec.json.encode(message)
    _, headers = signer.sign(METHOD, asked_path(kind), body)
    said = read_claim(headers)
    assert said is not None, "our own headers"
    claim, signature = said
    return Envelope(kind, claim.terminal, claim.stream, claim.counter, claim.epoch, claim.protocol, body, signature)


# --- from head office ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, every signature compared."""

    welcome: Welcome
    pages: tuple[tuple[Page, PageArrived], ...]


def read_answer(read: Read, signer: Signer, terminal: int) -> Answer:
    """Looks at everything and changes nothing.

    Raises ``sync.bundle_damaged``, ``sync.bundle_foreign``, ``sync.bundle_older``, ``sync.not_head_office``.
    """
    addressee, envelopes = read_folder(ANSWER, read)
    if addressee != terminal:
        raise EnishiError("sync.bundle_foreign", theirs=addressee, ours=terminal)
    opened = [(envelope.kind, _open(envelope, signer)) for envelope in envelopes]
    (first, welcome_body), *rest = opened
    if first != WELCOME or any(kind != PAGE for kind, _ in rest):
        raise EnishiError("sync.bundle_foreign", theirs=first, ours=WELCOME)
    welcome = _decoded(_welcome_decoder.decode, welcome_body)
    if welcome.server_epoch < signer.note.server_epoch:
        raise EnishiError("sync.bundle_older")
    pages = [_decoded(_page_decoder.decode, body) for _, body in rest]
    return Answer(welcome, tuple((page, _decoded(parse_page, page.pull)) for page in pages))


def take_answer(books: Books, outbox: Outbox, answer: Answer, signer: Signer) -> int:
    """Apply what is new; how many pages that were. What was cut off is finished by taking the answer again.

    Raises ``sync.bundle_gap`` when an earlier answer is missing, ``sync.key_package``, ``store.*``.
    """
    welcome = answer.welcome
    for head in welcome.streams:
        if _is_ours(outbox, head):
            books.acknowledge(head.stream, head.seq, 0)
    if welcome.keys:
        signer.open_ring(welcome.kid, welcome.keys)
        note = OfficeNote(welcome.server_epoch, signer.note.verdict, welcome.kid, welcome.keys)
        books.remember_office(note)
    taken = 0
    for page, arrived in answer.pages:
        if _is_next(page, arrived.pull, books.feed_position()):
            books.apply_feed(arrived.pull, arrived.skipped)
            taken += 1
    if taken and not answer.pages[-1][1].pull.more and books.synced_ms() < welcome.told_ms:
        books.record_synced(welcome.told_ms)
    return taken


def _is_ours(outbox: Outbox, head: StreamHead) -> bool:
    """Whether head office holds what this journal holds. Where it does not, the next round over the line says so."""
    try:
        return outbox.batch(head.stream, head.seq, 0)[0] == head.hash
    except EnishiError as error:
        if error.code != "sync.rolled_back":
            raise
        return False


def _is_next(page: Page, pull: Pull, position: tuple[int, int]) -> bool:
    """False for a page that is known. A page twice does no harm, but never one before what was read since."""
    epoch, cursor = position
    if pull.feed_epoch != epoch:
        follows, is_known = page.after == 0, False  # another feed is read from its beginning
    else:
        follows, is_known = page.after <= cursor, cursor > pull.next
    if not follows:
        raise EnishiError("sync.bundle_gap", cursor=cursor, after=page.after)
    return not is_known


def _open(envelope: Envelope, signer: Signer) -> bytes:
    message = told_bytes(envelope.stream, envelope.counter, envelope.kind, envelope.body)
    if not signer.is_signed_by_head_office(message, envelope.signature):
        raise EnishiError("sync.not_head_office", status=0)
    return signer.unseal(envelope.body)


def _decoded(decode: Callable[[bytes], Body], content: bytes) -> Body:
    """Head office signed it, so a newer head office means something by it."""
    try:
        return decode(content)
    except UNREADABLE as error:
        raise EnishiError("sync.bundle_damaged", file=str(error)[:80]) from error

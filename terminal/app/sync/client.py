"""One round of sync: hello, push every stream, pull the feed. Results are handed out in the order of their requests.

While head office works on a push, the next one is packed; while a result is applied, head office has the next push.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial

import msgspec
import requests
from msgspec import UNSET, UnsetType

from shared.clock import Clock
from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH
from shared.sync.health import Health
from shared.sync.messages import (
    PROTOCOL,
    PULL_ITEMS_MAX,
    PUSH_EVENTS_MAX,
    PUSH_PACKED_MAX,
    PUSH_UNPACKED_MAX,
    Hello,
    HelloReply,
    Push,
    PushReply,
    RosterHeld,
    StreamHead,
    Verdict,
)
from terminal.app.identity import Signer
from terminal.app.store.engine import CipherEngine
from terminal.app.store.outbox import Outbox
from terminal.app.sync.beside import Side, UnderWay, WhenAsked
from terminal.app.sync.fetching import DAMAGED, PATIENCE, Fetcher
from terminal.app.sync.line import Line, Question, Refusal, pack
from terminal.app.sync.pages import parse_page
from terminal.app.sync.results import Acknowledged, Failed, OfficeNote, PageArrived, Synced, SyncResult, Welcomed

HELLO_STREAMS_MAX = 100  # unsent boots named in one hello; the rest follow in the next rounds
GAPS_MAX = 3  # times that head office may send us back within one stream and round
RESTARTS_MAX = 1  # times that the feed may begin anew within one round

_CONFLICT, _GONE, _TOO_LARGE = 409, 410, 413

_parse_hello = msgspec.json.Decoder(HelloReply).decode
_parse_push = msgspec.json.Decoder(PushReply).decode


@dataclass(frozen=True, slots=True)
class _Batch:
    """A packed and signed push: ``count`` events after event ``after``, up to ``last``."""

    after: int
    last: int
    count: int
    question: Question


class SyncClient:
    """Speaks ``shared.sync.messages`` over a requests session. Used by one thread; remembers only its batch size.

    ``hear_time`` is told head office's time (UTC milliseconds) at every hello.
    """

    def __init__(
        self,
        session: requests.Session,
        base_url: str,
        signer: Signer,
        outbox: Outbox,
        clock: Clock,
        software: str,
        hear_time: Callable[[int], None] = lambda _: None,
        board: str = "",
        health: Callable[[], Health | UnsetType] = lambda: UNSET,
    ) -> None:
        """``signer``: of this boot, shared by all that ask head office. ``board``: digest of its serial number.
        ``health``: how the terminal is; asked in the thread that syncs."""
        self._line = Line(session, base_url, signer, software, clock)
        self._signer = signer
        self._board = board
        self._health = health
        self._outbox = outbox
        self._clock = clock
        self._software = software
        self._hear_time = hear_time
        self._push_limit = PUSH_EVENTS_MAX
        self._fetcher: Fetcher | None = None
        if isinstance(outbox.engine, CipherEngine):  # members files lie beside encrypted journals only
            patient = Line(session, base_url, signer, software, clock, PATIENCE)
            self._fetcher = Fetcher(patient, signer, outbox, outbox.path, outbox.engine)

    def run_once(self, position: tuple[int, int], side: Side = WhenAsked) -> Iterator[SyncResult]:
        """One round from feed epoch and cursor ``position``. Apply each result before asking for the next.

        ``side``: where a push waits for its answer; one at a time.

        Ends by itself: with Synced, or with a Failed where the round broke off. A stream that head office does not
        take breaks nothing off.
        """
        try:
            heads = self._outbox.heads()[:HELLO_STREAMS_MAX]
            reply = self._hello(heads, position)
            yield from self._take_note(reply)
            if reply.verdict == Verdict.REVOKED:
                yield Failed("sync.revoked")
                return
            theirs = {head.stream: head for head in reply.streams}
            for head in heads:
                pause = yield from self._push_stream(head, theirs.get(head.stream), side)
                if pause:
                    break
            yield from self._fetch(reply, side)
            yield from self._pull(reply.feed_epoch, position)
            yield Synced()
        except Refusal as refusal:
            yield _refused(refusal)
        except EnishiError as error:
            yield _failed(error)

    def _hello(self, heads: tuple[StreamHead, ...], position: tuple[int, int]) -> HelloReply:
        epoch, cursor = position
        wall_ms = self._clock.now().wall_ms
        last_heard = self._signer.note.server_epoch
        about = (last_heard, self._board, self._held(), self._health())
        hello = Hello(PROTOCOL, self._software, heads, cursor, epoch, wall_ms, *about)
        reply = self._line.post("/v1/hello", pack(hello), _parse_hello)
        if reply.min_protocol > PROTOCOL:
            raise EnishiError("sync.protocol", ours=PROTOCOL, theirs=reply.min_protocol)
        self._signer.epoch = reply.server_epoch
        self._hear_time(reply.server_time_ms)
        return reply

    def _take_note(self, reply: HelloReply) -> Iterator[SyncResult]:
        """What is new of head office and of the keys. Keys that do not open leave the ones that are here."""
        known = self._signer.note
        kid, keys = (reply.kid, reply.keys) if reply.keys else (known.kid, known.keys)
        note = OfficeNote(reply.server_epoch, reply.verdict, kid, keys)
        if note == known:
            return
        try:
            ring = self._signer.open_ring(note.kid, note.keys)
        except EnishiError as error:
            yield _failed(error)
            return
        yield Welcomed(note, ring)
        self._signer.note = note  # asked for again only when it was applied

    # --- push --------------------------------------------------------------------------------------------------------

    def _push_stream(
        self, head: StreamHead, theirs: StreamHead | None, side: Side
    ) -> Generator[SyncResult, None, bool]:
        """Whether head office wants a pause. A stream that it cannot take does not hold up the others."""
        try:
            have = self._agreed(head, theirs)
            if have:
                yield Acknowledged(head.stream, have, 0)  # an earlier answer may have been lost
            return (yield from self._push_events(head, have, side))
        except Refusal as refusal:
            yield _refused(refusal)
        except EnishiError as error:
            if error.code not in ("sync.rolled_back", "sync.fork", "sync.no_progress"):
                raise
            yield _failed(error)
        return False

    def _agreed(self, head: StreamHead, theirs: StreamHead | None) -> int:
        """Up to which event both hold the same. Raises ``sync.fork`` or ``sync.rolled_back``."""
        have = 0 if theirs is None else theirs.seq
        prev_hash, _ = self._outbox.batch(head.stream, have, 0)
        if prev_hash != (ZERO_HASH if theirs is None else theirs.hash):
            raise EnishiError("sync.fork", stream=head.stream.hex(), seq=have)
        return have

    def _push_events(self, head: StreamHead, have: int, side: Side) -> Generator[SyncResult, None, bool]:
        gaps = 0
        batch, under_way = None, None
        try:
            while have < head.seq:
                if batch is None or under_way is None:
                    batch = self._fitting(head.stream, have)
                    under_way = self._send(batch, side)
                under_way.depart()  # or both threads wait for each other again and again
                ahead = self._packed_ahead(head, batch)
                sent, batch = batch, None
                try:
                    reply = self._answer(sent, under_way)
                except Refusal as refusal:
                    if refusal.status == _TOO_LARGE and sent.count > 1:
                        continue
                    have, gaps = self._resume_after(refusal, head, gaps), gaps + 1
                    continue
                finally:
                    under_way = None
                if reply.acked_seq <= have:
                    raise EnishiError("sync.no_progress", stream=head.stream.hex(), seq=have)
                have = reply.acked_seq
                if ahead is not None and ahead.after == have and not reply.backoff_s:
                    batch, under_way = ahead, self._send(ahead, side)
                yield Acknowledged(head.stream, have, reply.durable_seq, reply.quarantined, reply.backoff_s)
                if reply.backoff_s:
                    return True
        finally:
            if under_way is not None:
                under_way.leave()
        return False

    def _send(self, batch: _Batch, side: Side) -> UnderWay[PushReply]:
        return side(partial(self._line.push, batch.question, _parse_push))

    def _answer(self, batch: _Batch, under_way: UnderWay[PushReply]) -> PushReply:
        """The reply to a push. The next are of fewer events when these were too many, of more when they were not."""
        try:
            reply = under_way.outcome()
        except Refusal as refusal:
            if refusal.status == _TOO_LARGE:
                self._push_limit = max(1, batch.count // 2)
            raise
        except EnishiError as error:
            if error.code == "sync.timeout":
                self._push_limit = max(1, batch.count // 2)  # for the next round; now the line is too bad
            raise
        self._push_limit = min(PUSH_EVENTS_MAX, 2 * self._push_limit)
        return reply

    def _packed_ahead(self, head: StreamHead, batch: _Batch) -> _Batch | None:
        """What follows ``batch``; None when nothing does. What is wrong with it comes to light when it is its turn."""
        if batch.last >= head.seq:
            return None
        try:
            return self._fitting(head.stream, batch.last)
        except EnishiError:
            return None

    def _fitting(self, stream: bytes, after_seq: int) -> _Batch:
        limit = self._push_limit
        while True:
            prev_hash, events = self._outbox.batch(stream, after_seq, limit)
            if not events:
                raise EnishiError("sync.rolled_back", stream=stream.hex(), seq=after_seq)
            packed = pack(Push(stream, prev_hash, events))
            fits = len(packed.text) <= PUSH_UNPACKED_MAX and len(packed.gzipped) <= PUSH_PACKED_MAX
            if len(events) == 1 or fits:
                question = self._line.prepare("POST", "/v1/push", packed)
                return _Batch(after_seq, events[-1].seq, len(events), question)
            limit = max(1, len(events) // 2)

    def _resume_after(self, refusal: Refusal, head: StreamHead, gaps: int) -> int:
        """Where head office wants us to go on after a conflict."""
        reply = refusal.reply
        if refusal.status != _CONFLICT or reply is None:
            raise refusal
        if reply.code == "sync.fork":
            raise EnishiError("sync.fork", stream=head.stream.hex(), seq=head.seq)
        if reply.code != "sync.gap" or reply.have_seq < 0:
            raise refusal
        if gaps >= GAPS_MAX:
            raise EnishiError("sync.no_progress", stream=head.stream.hex(), seq=reply.have_seq)
        return reply.have_seq

    # --- members files -----------------------------------------------------------------------------------------------

    def _held(self) -> RosterHeld | UnsetType:
        if self._fetcher is None:
            return UNSET
        files = self._outbox.rosters()
        return RosterHeld(tuple(file.id for file in files), max((file.upto for file in files), default=0))

    def _fetch(self, reply: HelloReply, side: Side) -> Iterator[SyncResult]:
        """What cannot be used is no reason to do without the feed."""
        if self._fetcher is None or reply.rosters is UNSET:
            return
        try:
            yield from self._fetcher.fetch(reply.rosters, reply.feed_epoch, side)
        except Refusal as refusal:
            yield _refused(refusal)
        except EnishiError as error:
            if error.code not in (DAMAGED, "store.full"):
                raise
            yield _failed(error)

    # --- pull --------------------------------------------------------------------------------------------------------

    def _pull(self, epoch: int, position: tuple[int, int]) -> Iterator[SyncResult]:
        """Page after page. Another epoch, or a cursor that head office no longer keeps: from the beginning."""
        cursor, members_after = self._begin(epoch, position)
        restarts, anew = 0, False
        while True:
            page = self._page(cursor, anew, members_after)
            if page is None or (page.pull.feed_epoch != epoch and cursor != 0):
                if restarts >= RESTARTS_MAX:
                    raise EnishiError("sync.no_progress", cursor=cursor)
                restarts, cursor, anew, members_after = restarts + 1, 0, page is None, 0
                continue
            anew = False
            epoch = page.pull.feed_epoch
            if page.pull.next < cursor or (page.pull.more and page.pull.next == cursor):
                raise EnishiError("sync.no_progress", cursor=cursor)
            cursor = page.pull.next
            yield page
            if not page.pull.more:
                return

    def _begin(self, epoch: int, position: tuple[int, int]) -> tuple[int, int]:
        """The cursor, and up to where members need not be told: they lie in the files.

        A file that was lost since sets the feed back to its beginning, and only the journal knows.
        """
        known_epoch, known = self._outbox.position()
        cursor = min(position[1], known) if position[0] == known_epoch == epoch else 0
        upto = max((file.upto for file in self._outbox.rosters() if file.feed_epoch == epoch), default=0)
        return cursor, max(upto, 0)

    def _page(self, cursor: int, anew: bool, members_after: int) -> PageArrived | None:
        """None: head office does not keep the feed that far back."""
        more = f"&members_after={members_after}" if members_after > cursor else ""
        path = f"/v1/pull?cursor={cursor}&limit={PULL_ITEMS_MAX}{more}"
        try:
            return replace(self._line.get(path, parse_page), anew=anew)
        except Refusal as refusal:
            if refusal.status != _GONE:
                raise
            return None


def _failed(error: EnishiError) -> Failed:
    wait_s = error.facts.get("wait_s", 0)
    return Failed(error.code, error.facts, int(wait_s))


def _refused(refusal: Refusal) -> Failed:
    """Head office's own code if it gave one; without one it may be anybody who answers there."""
    if refusal.reply is None:
        return Failed("sync.not_head_office", {"status": refusal.status})
    return Failed(refusal.reply.code, {**refusal.reply.facts, "status": refusal.status})

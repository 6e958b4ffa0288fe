"""Who may push, in what form, and how much: everything else is refused with a named code before it costs anything."""

from __future__ import annotations

import gzip
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.sync.api import unpack
from server.sync.models import JournalStream
from server.terminals import service as terminals
from server.terminals.models import Terminal as TerminalRow
from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH
from shared.sync.messages import PUSH_EVENTS_MAX, PUSH_PACKED_MAX, PUSH_UNPACKED_MAX
from shared.visit.journal import Eject
from tests.contract.head_office_bench import BOOT, Bench, Terminal, commit, intent, refusal, visit_id


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


def test_a_revoked_terminal_is_told_so(bench: Bench, terminal: Terminal) -> None:
    with bench.database.transaction() as session:
        row = session.get(TerminalRow, 12)
        assert row is not None
        terminals.revoke(session, row, bench.now_ms)
    terminal.write(BOOT)
    for answer in (terminal.send("/v1/push", terminal.packet()), terminal.get("/v1/pull")):
        assert (answer.status_code, refusal(answer).code) == (403, "sync.revoked")


def test_a_terminal_cannot_write_into_the_stream_of_another(bench: Bench, terminal: Terminal) -> None:
    other = bench.terminal(13)
    other.write(BOOT)
    answer = terminal.send("/v1/push", other.packet())
    assert (answer.status_code, refusal(answer).code) == (403, "sync.wrong_terminal")
    assert bench.count(JournalStream) == 0


def test_a_zip_bomb_is_stopped_while_it_unfolds(terminal: Terminal) -> None:
    bomb = gzip.compress(bytes(200 * PUSH_UNPACKED_MAX), compresslevel=9)
    assert len(bomb) < PUSH_PACKED_MAX
    answer = terminal.post("/v1/push", bomb)
    assert (answer.status_code, refusal(answer).code) == (413, "sync.too_large")


def test_bodies_beyond_the_limits_are_not_read(terminal: Terminal) -> None:
    for path in ("/v1/push", "/v1/hello"):
        packed = terminal.post(path, bytes(PUSH_PACKED_MAX + 1))
        plain = terminal.post(path, bytes(PUSH_UNPACKED_MAX + 1), **{"Content-Encoding": "identity"})
        for answer in (packed, plain):
            assert (answer.status_code, refusal(answer).code) == (413, "sync.too_large")


def test_an_unpacked_body_is_taken_too(terminal: Terminal) -> None:
    terminal.write(BOOT)
    answer = terminal.post("/v1/push", msgspec.json.encode(terminal.packet()), **{"Content-Encoding": "identity"})
    assert answer.status_code == 200


def test_what_is_no_message_is_named_so(terminal: Terminal) -> None:
    terminal.write(BOOT)
    good = gzip.compress(msgspec.json.encode(terminal.packet()))
    deep, latin = gzip.compress(b'{"x":' + b"[" * 5_000), gzip.compress(b'{"stream":"\xff"}')
    huge = gzip.compress(b'{"stream":"' + b"9" * 5_000 + b'","prev_hash":' + b"9" * 5_000 + b"}")
    wrong = (gzip.compress(b"{}"), gzip.compress(b'{"stream":1}'), deep, latin, huge)
    for data in (b"", b"x", good[:-3], good + b"more", *wrong):
        answer = terminal.post("/v1/push", data)
        assert (answer.status_code, refusal(answer).code) == (400, "sync.malformed")
    other = terminal.post("/v1/push", good, **{"Content-Encoding": "br"})
    assert (other.status_code, refusal(other).code) == (415, "sync.encoding")


names = st.sampled_from(["stream", "streams", "events", "protocol", "software", "cursor", "feed_epoch", "wall_ms"])
told = st.recursive(
    st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner) | st.dictionaries(names, inner)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/v1/push", "/v1/hello"]),
    st.binary(max_size=80) | told.map(lambda value: json.dumps(value).encode()),
    st.booleans(),
)
def test_any_bytes_are_a_message_or_refused(
    bench: Bench, terminal: Terminal, path: str, body: bytes, packed: bool
) -> None:
    before = len(bench.events())
    encoding = {} if packed else {"Content-Encoding": "identity"}
    answer = terminal.post(path, gzip.compress(body) if packed else body, **encoding)
    assert (answer.status_code, refusal(answer).code) in ((400, "sync.malformed"), (400, "sync.protocol"))
    assert len(bench.events()) == before


@given(st.binary(max_size=200))
def test_any_packed_bytes_unfold_or_are_refused(packed: bytes) -> None:
    for data in (packed, gzip.compress(packed), gzip.compress(packed)[:-1], gzip.compress(packed) + packed):
        try:
            assert len(unpack(data)) <= PUSH_UNPACKED_MAX
        except EnishiError as error:
            if error.code not in ("sync.malformed", "sync.too_large"):
                raise


def test_too_many_events_in_one_push_are_refused(terminal: Terminal) -> None:
    for _ in range(PUSH_EVENTS_MAX + 1):
        terminal.write(Eject(visit_id(1)))
    assert refusal(terminal.send("/v1/push", terminal.packet())).code == "sync.malformed"
    assert terminal.push(last=PUSH_EVENTS_MAX).acked_seq == PUSH_EVENTS_MAX


def test_an_address_that_does_not_exist_answers_in_the_protocol(terminal: Terminal) -> None:
    assert refusal(terminal.get("/v1/nothing")).code == "server.not_found"


# --- hello -----------------------------------------------------------------------------------------------------------


def test_hello_says_what_is_held_and_notes_what_waits(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    (nothing,) = terminal.hello().streams
    assert (nothing.seq, nothing.hash) == (0, ZERO_HASH)
    terminal.push(last=2)
    (held,) = terminal.hello().streams
    assert (held.seq, held.hash) == (2, terminal.events[1].hash)
    with bench.database.reading() as session:
        row = session.get(TerminalRow, 12)
        assert row is not None
        assert (row.waiting, row.software, row.contact_ms) == (1, "enishi 0.1", bench.now_ms)

"""A round of sync against a small head office, with faults on either leg."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import ClockQuality, Now
from shared.errors import TEXTS
from shared.ids import TerminalId, make_card_no
from shared.sync.messages import (
    PUSH_EVENTS_MAX,
    CardHighWaterItem,
    ErrorReply,
    Pull,
    TombstoneItem,
)
from shared.visit.journal import How, Intent
from terminal.app.identity import Counter, Signer
from terminal.app.store import Outbox, Store
from terminal.app.sync.client import SyncClient
from terminal.app.sync.line import ANSWER_BYTES_MAX
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, Synced
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import (
    IDENTITY,
    PORTAL,
    TIME_MS,
    Answer,
    Fault,
    HeadOffice,
    answers,
    lost_reply,
    lost_request,
    lost_request_slowly,
    ok,
    says,
    truncated,
)

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


def see(store: Store, times: int) -> None:
    for turn in range(times):
        store.record_seen(f"{turn:069d}", "card.foreign")


def held(office: HeadOffice) -> int:
    return sum(len(events) for events in office.streams.values())


def test_a_round_delivers_every_boot_and_fetches_the_whole_feed(
    boot: Boot, intend: Intend, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    first = boot()
    first.commit(intend(first).visit, How.VERIFIED)
    first.close()
    office.feed = [CardHighWaterItem(make_card_no(serial), 1, 3, b"h" * 32) for serial in range(8)]
    office.durable = 2
    second = connect(boot())
    results = second.round()
    assert [type(result).__name__ for result in results] == ["Acknowledged"] * 2 + ["PageArrived"] * 3 + ["Synced"]
    assert results[0] == Acknowledged(first.stream, 3, 2)
    assert (held(office), second.store.unsent(), second.store.feed_position()) == (4, 0, (1, 8))
    assert second.store.look_up(make_card_no(7)).shadow is not None
    assert office.asked == ["/v1/hello", "/v1/push", "/v1/push", "/v1/pull", "/v1/pull", "/v1/pull"]


def test_a_round_with_nothing_to_say_asks_only_for_news(terminal: Terminal, office: HeadOffice) -> None:
    terminal.round()
    office.asked.clear()
    results = terminal.round()
    assert office.asked == ["/v1/hello", "/v1/pull"]
    assert [type(result) for result in results] == [PageArrived, Synced]


def test_large_journals_go_in_batches_within_the_limits(terminal: Terminal, office: HeadOffice) -> None:
    see(terminal.store, 1_100)
    terminal.round()
    assert held(office) == 1_101
    assert max(office.pushed) <= PUSH_EVENTS_MAX
    assert len(office.pushed) == 3


def test_a_batch_that_is_too_large_is_halved_until_it_fits(terminal: Terminal, office: HeadOffice) -> None:
    see(terminal.store, 199)
    office.packed_max = 5_000
    assert terminal.store.unsent() == 200
    results = terminal.round()
    assert not [result for result in results if isinstance(result, Failed)]
    assert (held(office), terminal.store.unsent()) == (200, 0)
    assert max(office.pushed) < 200


def test_an_event_that_head_office_finds_too_large_does_not_hold_up_other_boots_or_the_feed(
    boot: Boot, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    first = boot()
    first.close()
    terminal = connect(boot())
    refuse = says(413, msgspec.json.encode(ErrorReply("sync.too_large")))
    office.faults = [None, refuse]
    results = terminal.round()
    assert [type(result) for result in results] == [Failed, Acknowledged, PageArrived, Synced]
    assert results[0] == Failed("sync.too_large", {"status": 413})
    assert terminal.store.unsent() == 1


@pytest.mark.parametrize("fault", [lost_request, lost_reply, truncated], ids=lambda fault: str(fault.__name__))
@pytest.mark.parametrize("request_number", [0, 1, 2])
def test_after_a_fault_on_either_leg_the_next_round_finishes_without_doubles(
    terminal: Terminal, office: HeadOffice, fault: Fault, request_number: int
) -> None:
    see(terminal.store, 4)
    office.feed = [TombstoneItem(number) for number in range(5)]
    office.faults = [None] * request_number + [fault]
    assert isinstance(terminal.round()[-1], Failed)
    assert not [result for result in terminal.round() if isinstance(result, Failed)]
    assert (held(office), terminal.store.unsent(), terminal.store.feed_position()) == (5, 0, (1, 5))


def test_a_lost_answer_to_a_push_is_learned_from_the_next_hello(terminal: Terminal, office: HeadOffice) -> None:
    office.faults = [None, lost_reply]
    assert terminal.failure().code == "sync.timeout"
    assert terminal.store.unsent() == 1
    office.asked.clear()
    assert terminal.round()[0] == Acknowledged(terminal.store.stream, 1, 0)
    assert "/v1/push" not in office.asked


def test_a_time_out_halves_the_batches_and_good_ones_double_them(terminal: Terminal, office: HeadOffice) -> None:
    see(terminal.store, 399)
    office.faults = [None, lost_request_slowly]
    terminal.round()
    terminal.round()
    assert office.pushed == [200, 200]
    see(terminal.store, 450)
    terminal.round()
    assert office.pushed[2:] == [450]


def test_a_gap_sends_the_terminal_back_to_what_head_office_has(terminal: Terminal, office: HeadOffice) -> None:
    see(terminal.store, 9)
    terminal.round()
    see(terminal.store, 10)

    def forgets(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
        stream = terminal.store.stream
        told = office.answer(request)
        del office.streams[stream][4:]  # restored from a backup just after the hello
        return told

    office.faults = [forgets]
    results = terminal.round()
    assert not [result for result in results if isinstance(result, Failed)]
    assert (held(office), terminal.store.unsent()) == (20, 0)


def test_endless_gaps_end_the_stream_but_not_the_round(terminal: Terminal, office: HeadOffice) -> None:
    gap = says(409, msgspec.json.encode(ErrorReply("sync.gap", {}, 0)))
    office.faults = [None, gap, gap, gap, gap]
    results = terminal.round()
    assert [type(result) for result in results] == [Failed, PageArrived, Synced]
    assert isinstance(results[0], Failed)
    assert results[0].code == "sync.no_progress"


def test_a_fork_is_named_and_does_not_stop_the_other_streams(
    boot: Boot, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    first = boot()
    see(first, 2)
    first.close()
    terminal = connect(boot())
    office.streams[first.stream] = [(b"x" * 32, None)]
    results = terminal.round()
    assert [type(result) for result in results] == [Failed, Acknowledged, PageArrived, Synced]
    assert isinstance(results[0], Failed)
    assert results[0].code == "sync.fork"


def test_a_terminal_restored_from_an_old_copy_is_noticed(terminal: Terminal, office: HeadOffice) -> None:
    office.streams[terminal.store.stream] = [(b"x" * 32, None)] * 50
    assert terminal.failure().code == "sync.rolled_back"


@pytest.mark.parametrize(
    ("fault", "code", "wait_s"),
    [
        (answers(503), "sync.busy", 0),
        (answers(503, Retry_After="120"), "sync.busy", 120),
        (answers(429, PORTAL, Retry_After="7"), "sync.busy", 7),
        (answers(503, Retry_After="soon"), "sync.busy", 0),
        (answers(503, Retry_After="Mon, 21 Sep 2026 14:14:20 GMT"), "sync.busy", 60),
        (answers(500, PORTAL), "sync.busy", 0),
        (answers(200, PORTAL), "sync.not_head_office", 0),
        (answers(200, b""), "sync.not_head_office", 0),
        (answers(200, b"{}"), "sync.not_head_office", 0),
        (answers(200, b"\xff\xfe"), "sync.not_head_office", 0),
        (answers(200, b'{"x":"\xff"}'), "sync.not_head_office", 0),
        (answers(200, b'{"x":' + b"[" * 5_000), "sync.not_head_office", 0),
        (says(200, b"{}"), "sync.not_head_office", 0),
        (says(200, b"\xff\xfe"), "sync.not_head_office", 0),
        (says(200, b'{"x":' + b"[" * 5_000), "sync.not_head_office", 0),
        (says(404, b'{"x":' + b"[" * 5_000), "sync.not_head_office", 0),
        (says(409, msgspec.json.encode({"code": "sync.gap", "have_seq": 1 << 63})), "sync.not_head_office", 0),
        (answers(302, PORTAL, Location="http://portal.test/"), "sync.not_head_office", 0),
        (answers(404, PORTAL), "sync.not_head_office", 0),
        (answers(511, PORTAL), "sync.busy", 0),
        (answers(401, PORTAL), "sync.not_head_office", 0),
        (answers(403, msgspec.json.encode(ErrorReply("sync.revoked"))), "sync.not_head_office", 0),
        (says(401, msgspec.json.encode(ErrorReply("sync.unauthorised"))), "sync.unauthorised", 0),
        (says(403, msgspec.json.encode(ErrorReply("sync.revoked"))), "sync.revoked", 0),
        (answers(200, b" " * (ANSWER_BYTES_MAX + 1)), "sync.reply_too_large", 0),
        (lost_request, "sync.unreachable", 0),
        (lost_request_slowly, "sync.timeout", 0),
    ],
)
@pytest.mark.parametrize("request_number", [0, 2], ids=["hello", "pull"])
def test_every_odd_answer_has_its_name(
    terminal: Terminal, office: HeadOffice, clock: Any, fault: Fault, code: str, wait_s: int, request_number: int
) -> None:
    clock.wall_ms = 1_790_000_000_000  # 2026-09-21 14:13:20 UTC
    office.faults = [None] * request_number + [fault]
    failed = terminal.failure()
    assert (failed.code, failed.wait_s) == (code, wait_s)


STATUSES = (200, 204, 302, 400, 401, 403, 404, 409, 410, 413, 429, 500, 511)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(STATUSES), st.binary(max_size=60), st.text(max_size=12))
def test_whatever_answers_there_a_round_ends_in_a_named_failure(
    terminal: Terminal, office: HeadOffice, status: int, content: bytes, wait: str
) -> None:
    office.faults = [answers(status, content, Retry_After=wait.encode("ascii", "replace").decode())]
    assert terminal.failure().code in TEXTS


def test_another_protocol_is_refused_before_anything_is_sent(terminal: Terminal, office: HeadOffice) -> None:
    office.min_protocol = 2
    assert terminal.failure().code == "sync.protocol"
    assert office.asked == ["/v1/hello"]


def test_head_offices_time_is_handed_to_the_shops_clock(
    store: Store, office: HeadOffice, connect: Callable[..., Terminal], clock: Any
) -> None:
    clock.wall_ms = 0
    assert store.clock.now().quality is ClockQuality.BEHIND
    terminal = connect(store)
    terminal.round()
    told = store.clock.now()
    assert (told.wall_ms, told.quality) == (TIME_MS, ClockQuality.BEHIND)
    clock.wall_ms = TIME_MS
    assert store.clock.now().quality is ClockQuality.STEADY


def test_an_answer_that_trickles_is_cut_off(terminal: Terminal, office: HeadOffice, clock: Any) -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            clock.mono_s += 30
            return b" "

    office_send = office.send

    def trickling(request: requests.PreparedRequest, *args: object, **kwargs: Any) -> requests.Response:
        response = office_send(request, *args, **kwargs)
        response.raw = Trickle()
        return response

    office.send = trickling
    assert terminal.failure().code == "sync.timeout"


def test_a_pause_that_head_office_asks_for_ends_the_pushing(
    boot: Boot, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    boot().close()
    terminal = connect(boot())
    office.backoff_s = 30
    results = terminal.round()
    assert [type(result) for result in results] == [Acknowledged, PageArrived, Synced]
    assert isinstance(results[0], Acknowledged)
    assert results[0].wait_s == 30


def test_a_new_feed_epoch_is_read_from_its_beginning(terminal: Terminal, office: HeadOffice) -> None:
    office.feed = [TombstoneItem(number) for number in range(5)]
    terminal.round()
    office.feed_epoch, office.feed = 2, [TombstoneItem(number) for number in range(2)]
    terminal.round()
    assert terminal.store.feed_position() == (2, 2)


def test_an_epoch_that_changes_within_a_round_begins_the_feed_anew(terminal: Terminal, office: HeadOffice) -> None:
    office.feed = [TombstoneItem(number) for number in range(5)]

    def changes(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
        office.feed_epoch = 2
        return office.answer(request)

    office.faults = [None, None, None, changes]
    terminal.round()
    assert terminal.store.feed_position() == (2, 5)


def test_a_cursor_that_head_office_no_longer_keeps_begins_the_feed_anew(terminal: Terminal, office: HeadOffice) -> None:
    office.feed = [TombstoneItem(number) for number in range(5)]
    terminal.round()
    office.faults = [None, says(410, b"{}")]
    assert not [result for result in terminal.round() if isinstance(result, Failed)]
    assert terminal.store.feed_position() == (1, 5)


def test_a_feed_that_does_not_move_is_given_up(terminal: Terminal, office: HeadOffice) -> None:
    stuck = ok(Pull(1, (), 0, True))
    office.faults = [None, None, lambda office, request: stuck]
    assert terminal.failure().code == "sync.no_progress"


FAULTS: tuple[Fault | None, ...] = (
    None, None, None, lost_request, lost_reply, truncated, lost_request_slowly, answers(503), answers(200, PORTAL),
    says(413), says(409, msgspec.json.encode(ErrorReply("sync.gap", {}, 0))),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(FAULTS), max_size=25), st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_when_the_faults_end_everything_arrives_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, faults: list[Fault | None], boots: list[int]
) -> None:
    class Unwarmed(Store):
        wal_warm_bytes = 0

    class Still:
        def now(self) -> Now:
            return Now(0.0, 1_790_000_000_000)

    path = tmp_path_factory.mktemp("sync") / "journal.db"
    office, outbox, session = HeadOffice(), Outbox(path), requests.Session()
    office.faults, office.feed = list(faults), [TombstoneItem(number) for number in range(7)]
    session.mount("https://office.test", office)
    for number, seen in enumerate(boots):
        store = Unwarmed.open(path, TerminalId(12), number.to_bytes(8, "big"), "1", Still())
        see(store, seen)
        signer = Signer(IDENTITY, store.stream, Counter())
        client = SyncClient(session, "https://office.test", signer, outbox, Still(), "1")
        Terminal(store, client).round()
        if number < len(boots) - 1:
            store.close()
    office.faults = []
    results = Terminal(store, client).round()
    assert not [result for result in results if isinstance(result, Failed)]
    assert held(office) == sum(boots) + len(boots)
    assert (store.unsent(), store.feed_position()) == (0, (1, 7))
    store.close()
    outbox.close()

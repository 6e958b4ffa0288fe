"""Every way to send a request that a terminal did not sign just so, just once, for this head office and this moment."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import update

from server.feed.models import FeedState
from server.terminals import service as terminals
from server.terminals.models import FROZEN, REPLACED, REVOKED
from server.terminals.models import Terminal as Row
from server.terminals.window import WINDOW
from shared.sync.messages import PUSH_PACKED_MAX, PUSH_UNPACKED_MAX, HelloReply
from shared.sync.signing import SIGNATURE_HEADER
from tests.contract.head_office_bench import BOOT, Bench, Terminal, commit, intent, refusal

PULL, OTHER_PULL = "/v1/pull?cursor=0&limit=10", "/v1/pull?cursor=0&limit=11"
Headers = dict[str, str]
Change = Callable[[Headers], Headers]


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    made = bench.terminal()
    made.write(BOOT, intent(1, 1), commit(1))
    return made


def push(terminal: Terminal) -> bytes:
    return msgspec.json.encode(terminal.packet())


def with_state(bench: Bench, state: str) -> None:
    with bench.database.transaction() as session:
        row = session.get(Row, 12)
        assert row is not None
        row.state = state


# --- what is signed is what is asked ---------------------------------------------------------------------------------


def test_a_request_as_it_was_signed_is_served(terminal: Terminal) -> None:
    assert terminal.ask("GET", PULL, b"", terminal.signed("GET", PULL, b"")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", OTHER_PULL, b""),
        ("GET", "/v1/pull", b""),
        ("POST", PULL, b""),
        ("GET", PULL, b"more"),
        ("GET", "/v1/pull?limit=10&cursor=0", b""),
    ],
)
def test_another_method_path_or_body_is_not_what_was_signed(
    terminal: Terminal, method: str, path: str, body: bytes
) -> None:
    """The answer to a POST on a path that takes none is its own."""
    answer = terminal.ask("GET", PULL, b"", terminal.signed(method, path, body))
    assert (answer.status_code, refusal(answer).code) == (401, "sync.signature")


CHANGES: dict[str, Change] = {
    "X-Tid": lambda told: {"X-Tid": "13"},
    "X-Stream": lambda told: {"X-Stream": told["X-Stream"][:-1] + "7"},
    "X-Rctr": lambda told: {"X-Rctr": str(int(told["X-Rctr"]) + 1)},
    "X-Epoch": lambda told: {"X-Epoch": "2"},
    "X-Signature": lambda told: {"X-Signature": "A" * 86 + "=="},
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_signed_header_may_be_changed(bench: Bench, terminal: Terminal, name: str) -> None:
    bench.terminal(13)
    headers = terminal.signed("GET", PULL, b"")
    answer = terminal.ask("GET", PULL, b"", {**headers, **CHANGES[name](headers)})
    assert (answer.status_code, refusal(answer).code) == (401, "sync.signature")


MALFORMED = {
    "X-Tid": ("", "x", "-1", "16384", "012", "１２", "9" * 50),
    "X-Stream": ("", "00", "zz" * 10, "AB" * 10, "00" * 11),
    "X-Rctr": ("", "1.0", "+1", "01", "9" * 19),
    "X-Epoch": ("", "one"),
    "X-Proto": ("", "v1"),
    "X-Signature": ("", "AAAA", "!" * 88, "A" * 100),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_header_that_is_missing_or_malformed_is_named_so(terminal: Terminal, name: str) -> None:
    for value in MALFORMED[name]:
        headers = {**terminal.signed("GET", PULL, b""), name: value}
        if not value:
            del headers[name]
        sent = {key: told.encode().decode("latin-1") for key, told in headers.items()}
        answer = terminal.ask("GET", PULL, b"", sent)
        assert (answer.status_code, refusal(answer).code) == (400, "sync.headers"), value


def test_a_request_without_any_header_is_answered_to_nobody(terminal: Terminal) -> None:
    answer = terminal.ask("GET", PULL, b"", {})
    assert (answer.status_code, refusal(answer).code) == (400, "sync.headers")


def test_another_terminals_key_signs_nothing_for_us(bench: Bench, terminal: Terminal) -> None:
    other = bench.terminal(13)
    headers = other.signed("GET", PULL, b"", terminal=12, stream=terminal.stream)
    answer = terminal.ask("GET", PULL, b"", headers)
    assert (answer.status_code, refusal(answer).code) == (401, "sync.signature")
    unknown = terminal.ask("GET", PULL, b"", terminal.signed("GET", PULL, b"", terminal=99))
    assert (unknown.status_code, refusal(unknown).code) == (401, "sync.unauthorised")


def test_a_terminal_speaks_for_its_own_boots_only(bench: Bench, terminal: Terminal) -> None:
    foreign = terminal.signed("GET", PULL, b"", stream=bench.terminal(13).stream)
    answer = terminal.ask("GET", PULL, b"", foreign)
    assert (answer.status_code, refusal(answer).code) == (403, "sync.wrong_terminal")


@pytest.mark.parametrize("protocol", [0, 2, 99])
def test_another_version_is_refused_before_anything_else(terminal: Terminal, protocol: int) -> None:
    answer = terminal.ask("GET", PULL, b"", terminal.signed("GET", PULL, b"", protocol=protocol))
    told = refusal(answer)
    assert (answer.status_code, told.code, told.facts) == (400, "sync.protocol", {"theirs": protocol, "ours": 1})


# --- the body --------------------------------------------------------------------------------------------------------


def test_a_body_that_was_repacked_on_its_way_is_the_same_body(terminal: Terminal) -> None:
    text = push(terminal)
    for packed, encoding in ((gzip.compress(text, 1), "gzip"), (gzip.compress(text, 9), "gzip"), (text, "identity")):
        headers = {**terminal.signed("POST", "/v1/push", text), "Content-Encoding": encoding}
        assert terminal.ask("POST", "/v1/push", packed, headers).status_code == 200


def test_a_body_that_was_changed_or_cut_is_refused_and_nothing_is_stored(bench: Bench, terminal: Terminal) -> None:
    text = push(terminal)
    packed = gzip.compress(text)
    wrong = {
        gzip.compress(text.replace(b"INTENT", b"INTENS")): "sync.signature",
        gzip.compress(text[:-1]): "sync.signature",
        gzip.compress(b""): "sync.signature",
        packed[:-5]: "sync.malformed",
        packed + packed: "sync.malformed",
        b"": "sync.malformed",
    }
    for data, code in wrong.items():
        headers = {**terminal.signed("POST", "/v1/push", text), "Content-Encoding": "gzip"}
        answer = terminal.ask("POST", "/v1/push", data, headers)
        assert (answer.status_code, refusal(answer).code) == (401 if code == "sync.signature" else 400, code)
    assert len(bench.events()) == 0


def test_what_is_too_large_or_nested_too_deep_is_refused_whoever_signed_it(terminal: Terminal) -> None:
    bomb = gzip.compress(bytes(50 * PUSH_UNPACKED_MAX), compresslevel=9)
    noise = random.Random(1).randbytes(PUSH_PACKED_MAX + 1)
    for data in (bomb, noise):
        answer = terminal.post("/v1/push", data)
        assert (answer.status_code, refusal(answer).code) == (413, "sync.too_large")
    deep = terminal.post("/v1/push", gzip.compress(b'{"x":' + b"[" * 5_000))
    assert (deep.status_code, refusal(deep).code) == (400, "sync.malformed")


def test_a_stranger_makes_head_office_unpack_nothing(terminal: Terminal) -> None:
    bomb = gzip.compress(bytes(50 * PUSH_UNPACKED_MAX), compresslevel=9)
    headers = {**terminal.signed("POST", "/v1/push", b"", terminal=99), "Content-Encoding": "gzip"}
    assert refusal(terminal.ask("POST", "/v1/push", bomb, headers)).code == "sync.unauthorised"


# --- once ------------------------------------------------------------------------------------------------------------


def test_a_request_counts_once_also_after_other_requests(terminal: Terminal) -> None:
    text = push(terminal)
    headers = {**terminal.signed("POST", "/v1/push", text), "Content-Encoding": "gzip"}
    assert terminal.ask("POST", "/v1/push", gzip.compress(text), headers).status_code == 200
    terminal.pull()
    for packed in (gzip.compress(text), gzip.compress(text, 1)):
        answer = terminal.ask("POST", "/v1/push", packed, headers)
        assert (answer.status_code, refusal(answer).code) == (409, "sync.replayed")


def test_requests_may_overtake_each_other_inside_the_window_only(terminal: Terminal) -> None:
    early = [terminal.signed("GET", PULL, b"") for _ in range(3)]
    for _ in range(WINDOW - 2):
        terminal.pull()
    statuses = [terminal.ask("GET", PULL, b"", headers).status_code for headers in reversed(early)]
    assert statuses == [200, 200, 409]
    assert [terminal.ask("GET", PULL, b"", headers).status_code for headers in early] == [409] * 3


def test_each_boot_counts_for_itself(terminal: Terminal) -> None:
    terminal.pull()
    again = terminal.boot(2)
    assert again.get(PULL).status_code == 200


def test_a_refused_request_uses_up_its_number_only_if_it_was_signed(terminal: Terminal) -> None:
    headers = terminal.signed("GET", PULL, b"")
    terminal.ask("GET", OTHER_PULL, b"", headers)
    assert terminal.ask("GET", PULL, b"", headers).status_code == 200


# --- now -------------------------------------------------------------------------------------------------------------


def test_a_restored_head_office_takes_only_what_knows_of_it(bench: Bench, terminal: Terminal) -> None:
    assert terminal.get(PULL).status_code == 200
    with bench.database.transaction() as session:
        session.execute(update(FeedState).values(server_epoch=2))
    told = refusal(terminal.get(PULL))
    assert (told.code, told.facts) == ("sync.epoch", {"epoch": 2})
    reply = terminal.hello()
    assert (reply.server_epoch, reply.verdict) == (2, "OK")
    terminal.epoch = reply.server_epoch
    assert terminal.get(PULL).status_code == 200


@pytest.mark.parametrize(("state", "pushes"), [(REVOKED, 403), (REPLACED, 200), (FROZEN, 200)])
def test_a_terminal_that_was_stopped_gets_nothing_more(
    bench: Bench, terminal: Terminal, state: str, pushes: int
) -> None:
    with_state(bench, state)
    assert terminal.send("/v1/push", terminal.packet()).status_code == pushes
    pulled = terminal.get(PULL)
    assert pulled.status_code == (200 if state == FROZEN else 403)
    reply = terminal.hello()
    if state == FROZEN:
        assert reply.keys
    else:
        assert refusal(pulled).code == "sync.revoked"
        assert (reply.verdict, reply.keys, reply.streams) == ("REVOKED", (), ())


def test_a_revoked_terminal_has_no_keys_left_at_head_office(bench: Bench, terminal: Terminal) -> None:
    assert len(terminal.hello().keys) == 1
    with bench.database.transaction() as session:
        row = session.get(Row, 12)
        assert row is not None
        terminals.revoke(session, row, bench.now_ms)
    assert terminal.hello() == HelloReply(1, bench.now_ms, terminal.hello().feed_epoch, (), 1, "REVOKED")


# --- the answer ------------------------------------------------------------------------------------------------------


def test_every_answer_is_signed_also_those_of_no_view(terminal: Terminal) -> None:
    """``ask`` verifies each signature."""
    for method, path in (("GET", "/v1/nothing"), ("DELETE", PULL), ("GET", "/v1/hello"), ("POST", "/v1/pull")):
        answer = terminal.ask(method, path, b"", terminal.signed(method, path, b""))
        assert refusal(answer).code == "server.not_found"


def test_a_page_of_the_console_carries_no_signature(bench: Bench) -> None:
    assert SIGNATURE_HEADER not in bench.app.test_client().get("/sign-in").headers


def test_a_key_of_low_order_opens_nothing(bench: Bench, terminal: Terminal) -> None:
    """The all-zero key verifies crafted signatures in careless libraries."""
    with bench.database.transaction() as session:
        row = session.get(Row, 12)
        assert row is not None
        row.sign_key = bytes(32)
    headers = terminal.signed("GET", PULL, b"")
    for signature in (headers[SIGNATURE_HEADER], "A" * 86 + "=="):
        answer = terminal.ask("GET", PULL, b"", {**headers, SIGNATURE_HEADER: signature})
        assert refusal(answer).code == "sync.signature"

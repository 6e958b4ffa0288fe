"""Who is believed: signatures on both legs, numbers of requests, head office's epoch, card keys that open."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
import requests
from nacl.public import SealedBox

from shared.card.mac import KeyRing
from shared.sync.messages import ErrorReply, KeyPackage
from terminal.app.store import Store
from terminal.app.sync.results import Failed, Welcomed
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import (
    CARD_KEY,
    IDENTITY,
    SEALED,
    TERMINAL,
    Answer,
    HeadOffice,
)

Boot = Callable[..., Store]


def test_a_signature_by_another_key_is_refused(store: Store, connect: Callable[..., Terminal]) -> None:
    stranger = msgspec.structs.replace(IDENTITY, seed=b"x" * 32)
    assert connect(store, stranger).failure().code == "sync.signature"


def test_an_answer_by_another_office_is_not_believed(store: Store, connect: Callable[..., Terminal]) -> None:
    other = msgspec.structs.replace(IDENTITY, office_key=IDENTITY.office_key[::-1])
    assert connect(store, other).failure().code == "sync.not_head_office"


def test_an_answer_to_an_earlier_question_is_not_believed(terminal: Terminal, office: HeadOffice) -> None:
    heard: list[Answer] = []

    def hears(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
        answer = office.answer(request)
        heard.append(Answer(200, answer.content, {"X-Signature": office.signature(request, answer)}, signed=False))
        return answer

    office.faults = [None, None, hears]
    terminal.round()
    office.faults = [None, lambda office, request: heard[0]]
    assert terminal.failure().code == "sync.not_head_office"


def test_a_proxy_that_takes_the_headers_away_is_named(terminal: Terminal, office: HeadOffice) -> None:
    def strips(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
        content = msgspec.json.encode(ErrorReply("sync.headers"))
        bare = requests.Request("GET", "https://office.test", headers={"X-Stream": "00" * 10, "X-Rctr": "0"}).prepare()
        return Answer(400, content, {"X-Signature": office.signature(bare, Answer(400, content))}, signed=False)

    office.faults = [strips]
    assert terminal.failure().code == "sync.headers"


def test_every_request_of_a_boot_has_its_own_number_and_each_boot_begins_at_one(
    boot: Boot, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    first = connect(boot())
    first.round()
    first.round()
    first.store.close()
    connect(boot()).round()
    streams = list(dict.fromkeys(stream for stream, _ in office.counters))
    numbers = [[number for stream, number in office.counters if stream == one] for one in streams]
    assert numbers == [[1, 2, 3, 4, 5], [1, 2, 3]]


def test_head_offices_epoch_is_learned_from_hello_and_from_a_refusal(terminal: Terminal, office: HeadOffice) -> None:
    terminal.round()

    def restored(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
        told = office.answer(request)
        office.server_epoch = 2
        return told

    terminal.store.record_seen("x" * 69, "card.foreign")
    office.faults = [restored]
    assert not [result for result in terminal.round() if isinstance(result, Failed)]
    assert office.asked[-4:] == ["/v1/hello", "/v1/push", "/v1/push", "/v1/pull"]
    (note,) = [result.note for result in terminal.round() if isinstance(result, Welcomed)]
    assert (note.server_epoch, terminal.store.office_note()) == (2, note)
    assert not [result for result in terminal.round() if isinstance(result, Welcomed)]


def test_new_card_keys_are_opened_and_kept(terminal: Terminal, office: HeadOffice) -> None:
    newer = SealedBox(TERMINAL.verify_key.to_curve25519_public_key()).encrypt(b"n" * 32)
    office.kid, office.keys = 2, (KeyPackage(2, newer), KeyPackage(1, SEALED))
    (welcomed,) = [result for result in terminal.round() if isinstance(result, Welcomed)]
    assert welcomed.ring == KeyRing(7, 2, {2: b"n" * 32, 1: CARD_KEY})
    assert terminal.store.office_note() == welcomed.note
    assert not [result for result in terminal.round() if isinstance(result, Welcomed)]


@pytest.mark.parametrize("keys", [(KeyPackage(2, b"x" * 80),), (KeyPackage(1, SEALED),), (KeyPackage(2, b""),)])
def test_card_keys_that_do_not_open_leave_the_ones_that_are_here(
    terminal: Terminal, office: HeadOffice, keys: tuple[KeyPackage, ...]
) -> None:
    office.kid, office.keys = 2, keys
    assert terminal.failure().code == "sync.key_package"
    assert terminal.store.office_note() is None
    assert terminal.store.unsent() == 0


def test_a_stopped_terminal_says_so_and_asks_no_more(terminal: Terminal, office: HeadOffice) -> None:
    office.verdict = "REVOKED"
    assert terminal.failure().code == "sync.revoked"
    assert office.asked == ["/v1/hello"]

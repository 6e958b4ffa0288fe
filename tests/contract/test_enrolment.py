"""A new terminal and head office make sure of each other: the terminal's own program against the whole office."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import cast

import msgspec
import pytest
import requests
from mnemonic import Mnemonic
from nacl.signing import SigningKey
from werkzeug.serving import make_server

from server.access.scope import ALL
from server.terminals import enrolment
from server.terminals import service as terminals
from server.terminals.enrolment import ATTEMPTS_MAX
from server.terminals.models import CONFIRMED, REFUSED, Enrolment
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.sync.enrolment import CODE_LIFE_MS, in_words, shown_code, word_numbers
from shared.sync.identity import Identity
from shared.sync.messages import Enrol
from simulators.world.head_office import HeadOffice, Line
from terminal.app import enrol
from terminal.app.identity import open_ring
from tests.contract.head_office_bench import BOOT, Bench, Terminal, refusal

SEED, BOARD = b"s" * 32, "ab" * 32


def offered(bench: Bench, replaces: int = 0) -> tuple[int, str]:
    with bench.database.transaction() as session:
        row, code = enrolment.offer(session, "1", "1番レジ", replaces, 1, bench.now_ms, ALL)
        return row.id, code


def row_of(bench: Bench, number: int) -> Enrolment:
    with bench.database.reading() as session:
        row = enrolment.find(session, number, ALL)
        assert row is not None
        session.expunge(row)
        return row


def over_a_line(bench: Bench, seed: bytes = SEED) -> enrol.Enrolment:
    session = requests.Session()
    session.mount("http://", Line(cast(HeadOffice, bench), Random(1)))
    return enrol.Enrolment(session, "http://localhost", seed, "0.1.0", BOARD)


class Officer:
    """Compares the words and answers, while the terminal rests between two questions."""

    def __init__(self, bench: Bench, number: int, says_yes: bool = True) -> None:
        self.bench, self.number, self.says_yes = bench, number, says_yes
        self.shown: Sequence[int] = ()

    def show(self, numbers: Sequence[int]) -> None:
        self.shown = numbers

    def rest(self) -> None:
        row = row_of(self.bench, self.number)
        words = in_words(Mnemonic("japanese").wordlist, self.shown)
        assert enrolment.words(row, "ja") == words
        assert enrolment.words(row, "en") == in_words(Mnemonic("english").wordlist, self.shown)
        with self.bench.database.transaction() as session:
            held = enrolment.find(session, self.number, ALL)
            assert held is not None
            if self.says_yes:
                enrolment.confirm(session, held, self.bench.now_ms)
            else:
                enrolment.refuse(session, held, self.bench.now_ms)


def enrolled(bench: Bench, replaces: int = 0, seed: bytes = SEED) -> Identity:
    number, code = offered(bench, replaces)
    officer = Officer(bench, number)
    return over_a_line(bench, seed).run(code, officer.show, officer.rest)


def test_a_terminal_is_let_in_when_both_screens_say_the_same(bench: Bench) -> None:
    identity = enrolled(bench)
    assert (identity.terminal, identity.tenant, identity.store) == (1, 7, "1")
    assert (identity.store_name, identity.register_name) == ("駅前店", "1番レジ")
    vault = bench.app.extensions["enishi"].vault
    assert (identity.office_key, identity.server_epoch) == (vault.public_key, 1)
    assert open_ring(identity, identity.kid, identity.keys) == KeyRing(7, 1, {1: vault.epoch_key(1)})
    with bench.database.reading() as session:
        row = terminals.find(session, 1, ALL)
        assert row is not None
        assert (row.board, row.state, row.sign_key) == (BOARD, "pending", bytes(SigningKey(SEED).verify_key))
    terminal = Terminal(bench.app, 1, SigningKey(SEED))
    terminal.write(BOOT)
    assert terminal.push().acked_seq == 1


def test_nobody_is_let_in_when_the_words_differ(bench: Bench) -> None:
    number, code = offered(bench)
    officer = Officer(bench, number, says_yes=False)
    with pytest.raises(EnishiError, match=r"sync\.enrol_refused"):
        over_a_line(bench).run(code, officer.show, officer.rest)
    assert row_of(bench, number).state == REFUSED
    with bench.database.reading() as session:
        assert not terminals.all_terminals(session, ALL)


def test_somebody_in_between_shows_other_words(bench: Bench) -> None:
    """He takes the terminal's key for his own, or his own for head office's: either way six words differ."""
    number, code = offered(bench)
    vault = bench.app.extensions["enishi"].vault
    his = SigningKey(b"h" * 32)
    with bench.database.transaction() as session:
        told = Enrol(code, bytes(his.verify_key), BOARD, "x")
        assert not isinstance(enrolment.begin(session, vault, told, bench.now_ms), str)
    there = row_of(bench, number).words
    here = word_numbers(bytes(his.verify_key), bytes(SigningKey(SEED).verify_key), code)
    assert there != " ".join(map(str, here))


def test_a_code_is_for_one_key_and_asked_twice_gives_the_same(bench: Bench) -> None:
    _, code = offered(bench)
    vault = bench.app.extensions["enishi"].vault
    told = Enrol(code, bytes(SigningKey(SEED).verify_key), BOARD, "0.1.0")
    with bench.database.transaction() as session:
        first = enrolment.begin(session, vault, told, bench.now_ms)
        assert enrolment.begin(session, vault, told, bench.now_ms) == first
        stolen = msgspec.structs.replace(told, sign_key=b"x" * 32)
        used = enrolment.begin(session, vault, stolen, bench.now_ms)
        assert getattr(used, "code", "") == "sync.enrol_used"


def test_a_code_dies_after_a_quarter_of_an_hour_and_a_wrong_one_never_lived(bench: Bench) -> None:
    _, code = offered(bench)
    bench.now_ms += CODE_LIFE_MS + 1
    for tried in (code, "0" * 16, ""):
        with pytest.raises(EnishiError, match=r"sync\.enrol_code"):
            over_a_line(bench).run(tried, lambda _: None, lambda: None)


def test_words_that_nobody_compared_in_time_are_over(bench: Bench) -> None:
    number, code = offered(bench)

    def rest() -> None:
        bench.now_ms += CODE_LIFE_MS + 1
        with bench.database.transaction() as session:
            row = enrolment.find(session, number, ALL)
            assert row is not None
            assert enrolment.is_over(row, bench.now_ms)
            enrolment.confirm(session, row, bench.now_ms)

    with pytest.raises(EnishiError, match=r"input\.enrolment_over"):
        over_a_line(bench).run(code, lambda _: None, rest)


def test_the_door_opens_slowly_to_who_tries_often(bench: Bench) -> None:
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(EnishiError, match=r"sync\.enrol_code"):
            over_a_line(bench).run("0" * 16, lambda _: None, lambda: None)
    with pytest.raises(EnishiError, match=r"sync\.busy .*wait_s=900"):
        over_a_line(bench).run("0" * 16, lambda _: None, lambda: None)
    bench.now_ms += CODE_LIFE_MS + 1
    assert enrolled(bench).terminal == 1


def test_only_the_key_that_asked_is_told_what_became_of_it(bench: Bench) -> None:
    number, code = offered(bench)
    officer = Officer(bench, number)
    over_a_line(bench).run(code, officer.show, officer.rest)
    row = row_of(bench, number)
    assert row.state == CONFIRMED
    path = f"/v1/enrol/{row.name}"
    stranger = Terminal(bench.app, 0, SigningKey(b"x" * 32))
    own = Terminal(bench.app, 0, SigningKey(SEED))
    assert refusal(stranger.get(path)).code == "sync.signature"
    assert refusal(own.get(path)).code == "sync.replayed"
    assert own.ask("GET", path, b"", own.signed("GET", path, b"", counter=99)).status_code == 200
    assert refusal(own.get("/v1/enrol/nothing")).code == "sync.signature"


def test_a_replacement_gets_a_new_number_and_closes_the_old_one(bench: Bench) -> None:
    old = bench.terminal(12)
    old.write(BOOT)
    assert old.hello().keys
    identity = enrolled(bench, replaces=12)
    assert identity.terminal == 13
    with bench.database.reading() as session:
        row = terminals.find(session, 12, ALL)
        assert row is not None
        assert (row.state, row.successor, row.closed_ms) == ("replaced", 13, bench.now_ms)
    assert old.hello().verdict == "REVOKED"
    assert old.push().acked_seq == 1  # what its disk still held
    assert refusal(old.get("/v1/pull")).code == "sync.revoked"


@pytest.mark.parametrize(
    ("store", "name", "replaces", "code"),
    [
        ("9", "レジ", 0, "input.store_unknown"),
        ("1", " ", 0, "input.terminal_name"),
        ("1", "レジ", 99, "input.terminal_closed"),
    ],
)
def test_a_code_for_nothing_is_not_made(bench: Bench, store: str, name: str, replaces: int, code: str) -> None:
    with bench.database.transaction() as session, pytest.raises(EnishiError) as caught:
        enrolment.offer(session, store, name, replaces, 1, bench.now_ms, ALL)
    assert caught.value.code == code


def test_the_command_writes_the_identity_and_says_the_words(bench: Bench, tmp_path: Path) -> None:
    """Over a real socket, with an officer in another thread."""
    number, code = offered(bench)
    server = make_server("127.0.0.1", 0, bench.app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    out, path = io.StringIO(), tmp_path / "identity.json"

    def confirm_when_asked() -> None:
        while not row_of(bench, number).words:
            done.wait(0.05)
        with bench.database.transaction() as session:
            row = enrolment.find(session, number, ALL)
            assert row is not None
            enrolment.confirm(session, row, bench.now_ms)

    done = threading.Event()
    officer = threading.Thread(target=confirm_when_asked, daemon=True)
    officer.start()
    arguments = ["--url", f"http://127.0.0.1:{server.port}", "--identity", str(path)]
    try:
        assert enrol.main(arguments, {}, out, lambda: shown_code(code) + "\n") == 0
        officer.join()
        assert all(word in out.getvalue() for word in enrolment.words(row_of(bench, number), "ja"))
        assert msgspec.json.decode(path.read_bytes(), type=Identity).terminal == 1
        assert enrol.main(arguments, {}, out, lambda: code) == 2  # it exists
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["--url", "x"], ["--url", "http://office.example", "--identity", "i"],
        ["--url", "office", "--identity", "i"], ["--url", "https://office.example", "--identity", "i", "--code", "x"],
    ],
)  # fmt: skip
def test_nonsense_is_said_in_two_sentences(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert enrol.main(arguments, {}, io.StringIO()) == 2
    text, remedy, _ = capsys.readouterr().err.splitlines()
    assert text.endswith("。")
    assert remedy.endswith("。")

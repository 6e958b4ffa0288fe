"""What hello says of a terminal: copies, disks from the past, other machines, a restored head office."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import update

from server.access.scope import ALL
from server.feed.models import FeedState
from server.keys import service as keys
from server.terminals import service as terminals
from server.terminals.commands import stolen
from server.terminals.models import ACTIVE, FROZEN
from server.terminals.models import Terminal as Row
from shared.sync.messages import Hello, HelloReply, KidPolicyItem, StreamHead, WriterDenyItem
from shared.visit.journal import Eject, Stream
from tests.contract.head_office_bench import BOOT, START_MS, Bench, Terminal, refusal, visit_id

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    made = bench.terminal()
    made.write(BOOT)
    return made


def hello(terminal: Terminal, board: str = "", server_epoch: int = 1, seq: int | None = None) -> HelloReply:
    head = terminal.events[-1] if seq is None else terminal.events[seq - 1]
    told = Hello(1, "x", (StreamHead(terminal.stream, head.seq, head.hash),), 0, 0, START_MS, server_epoch, board)
    answer = terminal.send("/v1/hello", told)
    assert answer.status_code == 200
    return msgspec.json.decode(answer.data, type=HelloReply)


def boot_after(parent: Terminal, seq: int, nonce: int) -> Terminal:
    """Another boot, which says that it follows event ``seq`` of ``parent``."""
    made = parent.boot(nonce)
    last = parent.events[seq - 1]
    made.write(Stream(12, parent.stream.hex(), last.seq, last.hash.hex(), "boot", "x"))
    return made


def row(bench: Bench) -> Row:
    with bench.database.reading() as session:
        found = terminals.find(session, 12, ALL)
        assert found is not None
        return found


def settle(bench: Bench) -> None:
    with bench.database.transaction() as session:
        found = terminals.find(session, 12, ALL)
        assert found is not None
        terminals.settle(session, found, bench.now_ms)


def test_an_ordinary_day_is_ok(bench: Bench, terminal: Terminal) -> None:
    assert row(bench).state == "pending"
    assert hello(terminal, A).verdict == "OK"
    assert row(bench).state == ACTIVE
    terminal.push()
    terminal.write(Eject(visit_id(1)))
    terminal.push(2)
    later = boot_after(terminal, 2, 2)
    assert hello(later, A).verdict == "OK"
    later.push()
    last = boot_after(later, 1, 3)
    last.push()
    assert hello(last, A).verdict == "OK"


def test_boots_may_be_delivered_in_any_order(terminal: Terminal) -> None:
    terminal.write(Eject(visit_id(1)))
    later = boot_after(terminal, 2, 2)
    later.push()
    for packet in (terminal.packet(1, 1), terminal.packet(2)):  # the boot that runs delivers what earlier ones left
        assert later.send("/v1/push", packet).status_code == 200
    assert hello(later).verdict == "OK"


def test_a_stream_that_is_shorter_than_what_we_hold_of_it_was_rolled_back(terminal: Terminal) -> None:
    terminal.write(Eject(visit_id(1)), Eject(visit_id(2)))
    terminal.push()
    assert hello(terminal, seq=3).verdict == "OK"
    assert hello(terminal, seq=2).verdict == "TERMINAL_ROLLED_BACK"
    assert hello(terminal, seq=3).verdict == "TERMINAL_ROLLED_BACK"  # until a person has looked


@pytest.mark.parametrize("child_first", [False, True])
def test_a_boot_that_begins_behind_what_we_hold_was_rolled_back(terminal: Terminal, child_first: bool) -> None:
    terminal.write(Eject(visit_id(1)), Eject(visit_id(2)))
    restored = boot_after(terminal, 2, 9)
    for one in (restored, terminal) if child_first else (terminal, restored):
        assert restored.send("/v1/push", one.packet()).status_code == 200
    assert hello(restored).verdict == "TERMINAL_ROLLED_BACK"


def test_two_boots_that_follow_the_same_one_were_not_one_disk(terminal: Terminal) -> None:
    terminal.push()
    first, second = boot_after(terminal, 1, 2), boot_after(terminal, 1, 3)
    first.push()
    assert hello(first).verdict == "OK"
    second.push()
    assert hello(second).verdict == "TERMINAL_ROLLED_BACK"


def test_a_disk_in_another_machine_is_told_until_settled(bench: Bench, terminal: Terminal) -> None:
    assert hello(terminal, A).verdict == "OK"
    assert hello(terminal, B).verdict == "BOARD_CHANGED"
    assert row(bench).state == ACTIVE
    settle(bench)
    assert hello(terminal, B).verdict == "OK"


@pytest.mark.parametrize("boards", [(A, B, A), (A, B, C), (A, B, A, B)])
def test_two_boards_in_turn_are_two_machines_and_redeeming_rests(
    bench: Bench, terminal: Terminal, boards: tuple[str, ...]
) -> None:
    for board in boards:
        reply = hello(terminal, board)
    assert reply.verdict == "DUPLICATE_ID"
    assert row(bench).state == FROZEN
    assert terminal.push().acked_seq == 1  # what happened is taken all the same
    settle(bench)
    assert row(bench).state == ACTIVE
    assert hello(terminal, boards[-1]).verdict == "OK"
    assert hello(terminal, C if boards[-1] != C else A).verdict == "BOARD_CHANGED"


def test_two_boots_that_speak_in_turn_are_two_machines(bench: Bench, terminal: Terminal) -> None:
    other = terminal.boot(2)
    other.write(BOOT)
    assert [hello(one).verdict for one in (terminal, other, terminal)] == ["OK", "OK", "DUPLICATE_ID"]
    assert row(bench).state == FROZEN
    assert hello(other).verdict == "DUPLICATE_ID"


def test_a_terminal_that_remembers_an_older_head_office_is_told(bench: Bench, terminal: Terminal) -> None:
    with bench.database.transaction() as session:
        session.execute(update(FeedState).values(server_epoch=3))
    assert (hello(terminal).verdict, hello(terminal).server_epoch) == ("SERVER_RESTORED", 3)
    assert hello(terminal, server_epoch=0).verdict == "OK"
    assert hello(terminal, server_epoch=3).verdict == "OK"


def test_keys_are_the_current_and_the_two_before(bench: Bench, terminal: Terminal) -> None:
    first = hello(terminal)
    assert (first.kid, [package.kid for package in first.keys]) == (1, [1])
    assert hello(terminal).keys == first.keys  # sealed once
    with bench.database.transaction() as session:
        assert [keys.rotate(session, bench.now_ms) for _ in range(3)] == [2, 3, 4]
    reply = hello(terminal)
    assert (reply.kid, [package.kid for package in reply.keys]) == (4, [4, 3, 2])
    with bench.database.transaction() as session:
        keys.withdraw(session, 3, bench.now_ms)
    assert [package.kid for package in hello(terminal).keys] == [4, 2, 1]


def test_after_a_theft_the_thief_gets_nothing_and_the_others_are_warned(bench: Bench, terminal: Terminal) -> None:
    other = bench.terminal(13)
    other.write(BOOT)
    hello(terminal)
    hello(other)
    with bench.database.transaction() as session:
        found = terminals.find(session, 12, ALL)
        assert found is not None
        said = list(stolen(session, found, "", bench.now_ms))
    assert len(said) == 4
    assert (hello(terminal).verdict, hello(terminal).keys) == ("REVOKED", ())
    assert refusal(terminal.send("/v1/push", terminal.packet())).code == "sync.revoked"
    assert hello(other).kid == 2
    items = [entry.item for entry in other.pull().items]
    assert KidPolicyItem(1, True, "online") in items
    assert [item for item in items if isinstance(item, WriterDenyItem)] == [WriterDenyItem(12, 1052)]

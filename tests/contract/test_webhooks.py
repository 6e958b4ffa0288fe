"""Webhooks on both databases, brought to a real socket: told, signed, in order, again and again, then paused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from threading import Event, Thread

import pytest

from server.access.scope import ALL
from server.adjustments import service as adjustments
from server.api import events, hooks, wire
from server.api.courier import BASE_MS, CAP_MS, GIVE_UP_MS, LEASE_MS
from server.api.models import ACTIVE, PAUSED, Hook, HookDelivery, HookEvent
from server.cards import acts
from server.cards.models import Card
from server.ledger.models import Visit
from server.members import merging
from server.members import service as members
from server.members.models import Member
from server.members.values import Person
from server.messages import service as messages
from server.messages.models import PRINTED
from server.messages.service import Draft, Proof
from server.privacy import erasing
from server.vault import open_vault
from shared.ids import CardNo
from tests.contract.api_bench import Peer, bring, courier, is_genuine, listening, subscribe
from tests.contract.head_office_bench import CARD, DAY, OTHER_CARD, START_MS, Bench, commit, intent, visit_id

HOUR_MS = 3_600_000
ALL_KINDS = tuple(events.KINDS)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with listening() as peer:
        yield peer


def register(bench: Bench, name: str, store: str = "1", card: CardNo | None = None) -> int:
    with bench.database.transaction() as session:
        return members.register(session, Person(name), card, store, DAY, bench.now_ms)


def change(bench: Bench, number: int, phone: str) -> None:
    with bench.database.transaction() as session:
        member = session.get_one(Member, number)
        members.change(session, member, Person(member.family_name, phone=phone), bench.now_ms)


def hook(bench: Bench, number: int) -> Hook:
    with bench.database.reading() as session:
        found = session.get_one(Hook, number)
        session.expunge(found)
        return found


def test_everything_that_happens_is_told_in_numbers_only(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, *ALL_KINDS)
    kept, gone = register(bench, "高橋", card=CARD), register(bench, "山田", card=OTHER_CARD)
    change(bench, kept, "0312345678")
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.hello()
    terminal.push()
    with bench.database.transaction() as session:
        adjustments.ask(session, CARD, 30, "付け忘れ", 1, START_MS, ALL)
        message = messages.write(session, Draft(CARD, "こんにちは", 0, ""), 1, date.fromisoformat(DAY), START_MS, ALL)
        proof = Proof(b"s" * 10, 1, message.id, PRINTED, visit_id(1), 12, "1", START_MS)
        messages.record_proofs(session, [proof], START_MS)
        acts.stop(session, session.get_one(Card, OTHER_CARD), "lost", "", 1, START_MS)
        merging.merge(session, session.get_one(Member, kept), session.get_one(Member, gone), {}, 1, START_MS)
    with bench.database.transaction() as session:
        erasing.erase(session, session.get_one(Member, kept), bench.settings.erasures_path, START_MS)
    bring(bench)
    assert set(peer.kinds()) == set(ALL_KINDS) - {"visit.uncounted"}
    told = {body["event"]: body for body in peer.bodies()}
    assert told["member.created"]["subject"] == {"member": gone, "card": None}
    assert told["member.merged"]["data"] == {"into": kept}
    assert told["visit.counted"]["subject"] == {"member": None, "card": int(CARD)}  # erased by the time it is told
    assert told["visit.counted"]["data"]["visit"] == visit_id(1)
    assert told["points.corrected"]["data"]["points"] == 30
    assert told["message.printed"]["data"] == {"message": 1}
    for word in ("高橋", "山田", "0312345678", "こんにちは", "付け忘れ"):
        assert word.encode() not in b"".join(body for _, body in peer.got)


def test_a_visit_that_no_longer_counts_is_told_too(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "visit.counted", "visit.uncounted")
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.hello()
    terminal.push()
    bring(bench)
    with bench.database.transaction() as session:
        session.get_one(Visit, visit_id(1)).state = "aborted"
    bring(bench)
    assert peer.kinds() == ["visit.counted", "visit.uncounted"]


def test_what_is_rolled_back_is_told_to_nobody(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    session = bench.database.open_session(writes=True)
    members.register(session, Person("高橋"), None, "1", DAY, START_MS)
    assert session.query(HookEvent).count() == 1
    session.close()
    assert bring(bench) == 0
    assert not peer.got


def test_nothing_is_written_down_while_nobody_listens(bench: Bench, peer: Peer) -> None:
    register(bench, "高橋")
    assert bench.count(HookEvent) == 0
    number, _ = subscribe(bench, peer, "member.created")
    register(bench, "山田")
    assert bench.count(HookEvent) == 1
    with bench.database.transaction() as session:
        hooks.remove(session, session.get_one(Hook, number))
    assert bench.count(HookEvent) == 0
    register(bench, "佐藤")
    assert (bench.count(HookEvent), bench.count(HookDelivery)) == (0, 0)


def test_every_delivery_is_signed_as_the_page_says(bench: Bench, peer: Peer) -> None:
    number, secret = subscribe(bench, peer, "member.created")
    register(bench, "高橋")
    bring(bench)
    ((headers, body),) = peer.got
    assert is_genuine(headers, body, secret)
    assert not is_genuine(headers, body + b" ", secret)
    assert not is_genuine({**headers, "webhook-timestamp": "1"}, body, secret)
    assert headers["webhook-timestamp"] == str(START_MS // 1000)
    with bench.database.transaction() as session:
        row = session.get_one(Hook, number)
        hooks.renew_secret(session, row)
        hooks.ping(session, row, START_MS)
        other = hooks.secret(open_vault(bench.settings), row)
    bring(bench)
    headers, body = peer.got[-1]
    assert is_genuine(headers, body, other)
    assert not is_genuine(headers, body, secret)


def test_only_what_was_asked_for_and_only_of_the_own_shops(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created", stores=["2"])
    register(bench, "駅前の人")
    mine = register(bench, "緑町の人", "2")
    change(bench, mine, "0312345678")
    bring(bench)
    assert [body["subject"]["member"] for body in peer.bodies()] == [mine]


def test_a_refusal_is_tried_again_later_each_time_with_the_same_words(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    peer.status, peer.words = 500, b"broken"
    register(bench, "高橋")
    waits = []
    for _ in range(13):
        bring(bench)
        with bench.database.reading() as session:
            (row,) = session.query(HookDelivery)
            assert (row.status, row.answer) == (500, "broken")
            waits.append(row.due_ms - bench.now_ms)
            bench.now_ms = row.due_ms
    assert waits == [min(CAP_MS, BASE_MS << n) for n in range(13)]
    assert len({body for _, body in peer.got}) == 1
    assert len({headers["webhook-id"] for headers, _ in peer.got}) == 1
    peer.status = 200
    bring(bench)
    assert bring(bench) == 0


def test_waits_are_thrown_evenly_below_their_bound(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    peer.status = 500
    register(bench, "高橋")
    bring(bench, courier(bench, dice=0.5))
    with bench.database.reading() as session:
        assert [row.due_ms - START_MS for row in session.query(HookDelivery)] == [BASE_MS // 2]


def test_after_three_days_the_webhook_rests_and_nothing_is_lost(bench: Bench, peer: Peer) -> None:
    number, _ = subscribe(bench, peer, "member.created")
    peer.status = 503
    first = register(bench, "高橋")
    bring(bench)
    bench.now_ms += GIVE_UP_MS
    bring(bench)
    assert (hook(bench, number).state, hook(bench, number).paused_ms) == (PAUSED, bench.now_ms)
    second = register(bench, "山田")
    asked = len(peer.got)
    bench.now_ms += HOUR_MS
    bring(bench)
    assert len(peer.got) == asked
    peer.status = 200
    with bench.database.transaction() as session:
        hooks.resume(session, session.get_one(Hook, number), bench.now_ms)
    bring(bench)
    assert hook(bench, number).state == ACTIVE
    assert [body["subject"]["member"] for body in peer.bodies()[asked:]] == [first, second]


def test_what_is_about_one_subject_comes_in_order_and_holds_nobody_else_up(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created", "member.changed")
    peer.status = 500
    one = register(bench, "高橋")
    change(bench, one, "0312345678")
    bring(bench)
    assert peer.kinds() == ["member.created"]
    peer.status = 200
    other = register(bench, "山田")
    bring(bench)
    assert [(body["event"], body["subject"]["member"]) for body in peer.bodies()[1:]] == [("member.created", other)]
    bench.now_ms += HOUR_MS
    bring(bench)
    assert [(body["event"], body["subject"]["member"]) for body in peer.bodies()[2:]] == [
        ("member.created", one), ("member.changed", one),
    ]  # fmt: skip


def test_a_peer_that_is_not_there_is_left_alone_for_a_while(bench: Bench, peer: Peer) -> None:
    number, _ = subscribe(bench, peer, "member.created")
    with bench.database.transaction() as session:
        session.get_one(Hook, number).url = "http://127.0.0.1:9/nobody"
    for n in range(5):
        register(bench, f"会員{n}")
    bring(bench)
    with bench.database.reading() as session:
        assert sum(row.attempts for row in session.query(HookDelivery)) == 1
    assert hook(bench, number).rest_ms > bench.now_ms


def test_a_redirect_is_not_followed(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    peer.status = 307
    register(bench, "高橋")
    bring(bench)
    assert len(peer.got) == 1
    with bench.database.reading() as session:
        assert [(row.status, row.state) for row in session.query(HookDelivery)] == [(307, "waiting")]


def test_a_delivery_whose_courier_died_is_brought_by_the_next(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    register(bench, "高橋")
    with bench.database.transaction() as session:
        events.fan_out(session, bench.now_ms)
        (row,) = session.query(HookDelivery)
        row.attempts, row.first_ms, row.due_ms = 1, bench.now_ms, bench.now_ms + LEASE_MS
    assert bring(bench) == 0
    bench.now_ms += LEASE_MS
    bring(bench)
    assert peer.kinds() == ["member.created"]


def test_send_again_brings_the_same_delivery_once_more(bench: Bench, peer: Peer) -> None:
    number, _ = subscribe(bench, peer, "member.created")
    register(bench, "高橋")
    bring(bench)
    with bench.database.transaction() as session:
        row = session.get_one(Hook, number)
        (delivery,) = hooks.deliveries(session, number)
        hooks.send_again(session, delivery, bench.now_ms)
        assert hooks.find_delivery(session, row, delivery.id) is delivery
    bring(bench)
    assert len(peer.got) == 2
    assert peer.got[0][1] == peer.got[1][1]


def test_a_host_that_turns_inside_is_not_asked(bench: Bench, peer: Peer) -> None:
    number, _ = subscribe(bench, peer, "member.created")
    with bench.database.transaction() as session:
        session.get_one(Hook, number).url = f"http://localhost:{peer.port}/"  # not named in the settings
    register(bench, "高橋")
    bring(bench)
    assert not peer.got
    with bench.database.reading() as session:
        assert [row.answer for row in session.query(HookDelivery)] == ["hook.plain"]


def test_the_courier_s_thread_brings_what_happens_while_it_runs(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    hands = courier(bench)
    hands.start()
    register(bench, "高橋")
    assert peer.came.wait(20)
    hands.stop()
    assert peer.kinds() == ["member.created"]


def test_a_peer_that_answers_drop_by_drop_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        left = Event()

        def drip() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not left.wait(0.05):
                    line.sendall(b"x")

        thread = Thread(target=drip, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        answer = wire.post(url, {}, b"{}", ["127.0.0.1"], whole_s=0.5)
        left.set()
        thread.join()
    assert answer.status == 0


def test_a_long_answer_is_read_a_little_and_kept_in_one_line(bench: Bench, peer: Peer) -> None:
    subscribe(bench, peer, "member.created")
    peer.status, peer.words = 400, b"a\nb\x00" + b"x" * 10_000
    register(bench, "高橋")
    bring(bench)
    with bench.database.reading() as session:
        (row,) = session.query(HookDelivery)
        assert row.answer.startswith("a b x")
        assert len(row.answer) <= wire.ANSWER_BYTES

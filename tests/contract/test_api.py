"""What other programs do, on both databases: members, cards, points once, lists by cursor, nobody else's shop."""

from __future__ import annotations

import pytest

from server.access.scope import ALL
from server.adjustments import service as adjustments
from server.adjustments.service import ALONE_MAX
from server.api import keys
from server.api.models import ApiReference, MemberReference
from server.api.routes.ledger import SETTLED_MS
from server.approvals import service as approvals
from server.audit import service as audit
from server.audit.service import Wanted
from server.ledger.models import Entry
from server.members import merging
from server.members import service as members
from server.members.models import Member
from server.members.values import Person
from server.privacy import erasing
from server.sales import service as sales
from server.sales.service import Goods, NewPlainSale
from server.segments import service as segments
from server.segments.models import FIXED
from server.segments.rules import EVERYBODY
from shared.sale.basket import Basket, Line
from shared.sale.product import TaxRate
from shared.sync.messages import AdjustmentItem
from tests.contract.api_bench import Program
from tests.contract.head_office_bench import CARD, DAY, OTHER_CARD, START_MS, Bench, commit, intent

HANAKO = {
    "store": "1", "family_name": "山田", "given_name": "花子", "family_kana": "ﾔﾏﾀﾞ", "phone": "090-1234-5678",
    "birthday": "S40.2.3", "card": int(CARD), "external_reference": "ec:1", "may": {"mail": True},
}  # fmt: skip


@pytest.fixture
def program(bench: Bench) -> Program:
    return Program(bench)


def registered(program: Program, **more: object) -> int:
    answer = program.call("POST", "/members", {**HANAKO, **more})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.json is not None
    assert answer.headers["Location"] == f"/api/v1/members/{answer.json['number']}"
    return int(answer.json["number"])


def people(bench: Bench, count: int, store: str = "1") -> list[int]:
    with bench.database.transaction() as session:
        return [
            members.register(session, Person(f"会員{n}", phone=f"0900000{n:04d}"), None, store, DAY, START_MS)
            for n in range(count)
        ]


def test_a_member_is_registered_found_and_changed(program: Program) -> None:
    number = registered(program)
    found = program.get("/members/by-reference/ec:1")
    assert found == program.get(f"/members/{number}")
    assert (found["phone"], found["birthday"], found["family_kana"]) == ("09012345678", "1965-02-03", "ヤマダ")
    assert (found["cards"], found["references"], found["balance"]) == ([int(CARD)], ["ec:1"], 0)
    assert found["may"] == {"mail": True, "post": True, "phone": True, "print": True}
    changed = program.call("PATCH", f"/members/{number}", {"phone": "03-1234-5678", "may": {"post": False}})
    assert changed.json == {"number": number, "fields": ["phone", "may.post"]}
    after = program.get(f"/members/{number}")
    assert after == {
        **found, "phone": "0312345678", "may": {**found["may"], "post": False}, "changed_ms": after["changed_ms"],
    }  # fmt: skip


def test_every_wrong_field_is_named_with_its_reason(program: Program) -> None:
    answer = program.call("POST", "/members", {"store": "9", "family_name": "山田", "birthday": "x", "email": "y"})
    assert answer.json is not None
    assert answer.status_code == 422
    assert {one["field"]: one["code"] for one in answer.json["errors"]} == {
        "birthday": "input.date", "email": "input.email", "store": "input.store_unknown",
    }  # fmt: skip
    assert program.refused("POST", "/members", {"store": "1"}) == (422, "api.fields")


@pytest.mark.parametrize("field", ["rank", "state", "number", "provisional", "memo", "balance", "may_mail", "joined"])
def test_nothing_can_be_set_that_no_shape_names(program: Program, field: str) -> None:
    number = registered(program)
    before = program.get(f"/members/{number}")
    assert program.refused("PATCH", f"/members/{number}", {field: "1"}) == (422, "api.field_unknown")
    assert program.refused("POST", "/members", {**HANAKO, field: "1"}) == (422, "api.field_unknown")
    assert program.get(f"/members/{number}") == before


def test_a_form_sent_twice_makes_one_member(program: Program) -> None:
    first = program.call("POST", "/members", HANAKO, Idempotency_Key="m-1")
    again = program.call("POST", "/members", HANAKO, Idempotency_Key="m-1")
    assert (again.status_code, again.data, again.headers["Location"]) == (201, first.data, first.headers["Location"])
    assert again.headers["Idempotent-Replay"] == "true"
    assert program.refused("POST", "/members", {**HANAKO, "card": 0, "external_reference": ""}) == (
        409, "api.member_twice",
    )  # fmt: skip


def test_another_program_s_name_means_one_member_only(program: Program) -> None:
    number = registered(program)
    (other,) = people(program.bench, 1)
    assert program.refused("PUT", f"/members/{other}/references/ec:1") == (409, "api.member_reference_taken")
    assert program.call("PUT", f"/members/{number}/references/ec:1").status_code == 200
    assert program.call("PUT", f"/members/{other}/references/ec:2").json == {"reference": "ec:2", "member": other}
    assert program.refused("DELETE", f"/members/{number}/references/ec:2") == (404, "api.not_found")
    assert program.call("DELETE", f"/members/{other}/references/ec:2").status_code == 200
    assert program.refused("GET", "/members/by-reference/ec:2") == (404, "api.not_found")


def test_after_a_merge_the_old_name_leads_to_the_member_of_today(program: Program) -> None:
    gone = registered(program)
    (kept,) = people(program.bench, 1)
    with program.bench.database.transaction() as session:
        merging.merge(session, session.get_one(Member, kept), session.get_one(Member, gone), {}, 1, START_MS)
    assert program.get("/members/by-reference/ec:1")["number"] == kept
    assert program.get(f"/members/{gone}")["number"] == kept
    assert program.get(f"/members/{kept}")["references"] == ["ec:1"]


def test_who_is_erased_is_forgotten_here_too(program: Program) -> None:
    number = registered(program)
    with program.bench.database.transaction() as session:
        erasing.erase(session, session.get_one(Member, number), program.bench.settings.erasures_path, START_MS)
    assert program.bench.count(MemberReference) == 0
    assert program.refused("GET", f"/members/{number}") == (404, "api.not_found")
    with program.bench.database.reading() as session:
        kept = b"".join(row.answer for row in session.query(ApiReference))
    assert "山田".encode() not in kept


def test_a_long_list_is_read_to_its_end_page_by_page(program: Program) -> None:
    numbers = people(program.bench, 23)
    assert [one["number"] for one in program.every("/members", 7)] == sorted(numbers)
    assert [one["number"] for one in program.every("/members?q=会員1", 2)] == [
        number for number, n in zip(numbers, range(23), strict=True) if str(n).startswith("1")
    ]
    assert [one["number"] for one in program.every("/members?phone=09000000003", 2)] == [numbers[3]]
    assert program.get(f"/members?changed_since_ms={START_MS + 1}")["items"] == []


def test_points_are_given_once_and_reach_the_card_as_a_correction(program: Program) -> None:
    number = registered(program)
    order = {"member": number, "points": 120, "why": "お買い上げ", "reference": "order-1"}
    first = program.call("POST", "/points", order)
    assert first.status_code == 201
    assert first.json == {
        "number": 1, "state": "done", "card": int(CARD), "points": 120, "before": 0, "after": 120,
    }  # fmt: skip
    for _ in range(3):
        again = program.call("POST", "/points", order)
        assert (again.status_code, again.data) == (201, first.data)
    assert program.refused("POST", "/points", {**order, "points": 121}) == (409, "api.reference_used")
    assert program.refused("POST", "/points", {**order, "reference": ""}) == (400, "api.reference_missing")
    assert program.get(f"/members/{number}/balance")["balance"] == 120
    assert program.get("/points/1") == first.json
    assert program.bench.count(Entry) == 1


def test_what_is_given_goes_to_the_card_at_its_next_insertion(program: Program) -> None:
    number = registered(program)
    terminal = program.bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.hello()
    terminal.push()
    order = {"member": number, "points": 120, "why": "お買い上げ", "reference": "order-1"}
    program.call("POST", "/points", order)
    program.call("POST", "/points", order)
    told = [entry.item for entry in terminal.pull().items]
    sent = [item for item in told if isinstance(item, AdjustmentItem)]
    assert [sum(points for _, points in item.lots) for item in sent] == [120]


def test_the_same_order_under_another_reference_counts_again(program: Program) -> None:
    number = registered(program)
    for reference in ("a", "b"):
        order = {"member": number, "points": 5, "why": "お買い上げ", "reference": reference}
        assert program.call("POST", "/points", order).status_code == 201
    assert program.get(f"/cards/{CARD}")["balance"] == 10


def test_the_head_s_reference_counts_before_the_body_s(program: Program) -> None:
    number = registered(program)
    order = {"member": number, "points": 5, "why": "x"}
    assert program.call("POST", "/points", order, Idempotency_Key="k").status_code == 201
    assert program.call("POST", "/points", order, Idempotency_Key="k").headers["Idempotent-Replay"] == "true"
    assert program.refused("POST", "/points", order, Idempotency_Key="あ") == (422, "api.reference")


def test_two_programs_may_use_the_same_reference(program: Program) -> None:
    number = registered(program)
    pos = Program(program.bench, name="POS")
    order = {"member": number, "points": 5, "why": "x", "reference": "1"}
    assert [one.call("POST", "/points", order).status_code for one in (program, pos)] == [201, 201]
    assert pos.refused("GET", "/points/1") == (404, "api.not_found")


def test_beyond_the_limit_somebody_decides(program: Program) -> None:
    number = registered(program)
    order = {"member": number, "points": ALONE_MAX + 1, "why": "x", "reference": "big"}
    asked = program.call("POST", "/points", order)
    assert asked.status_code == 202
    assert asked.json is not None
    assert (asked.json["state"], program.get(f"/cards/{CARD}")["balance"]) == ("waiting", 0)
    with program.bench.database.transaction() as session:
        handlers = {adjustments.KIND: adjustments.carry_out}
        approvals.decide(session, handlers, asked.json["number"], 1, True, "", START_MS)
    assert program.get(f"/points/{asked.json['number']}")["state"] == "granted"
    assert program.get(f"/cards/{CARD}")["balance"] == ALONE_MAX + 1
    assert program.call("POST", "/points", order).data == asked.data


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"points": True}, (422, "api.field")), ({"points": 1.5}, (422, "api.field")),
        ({"points": "1"}, (422, "api.field")), ({"points": 0}, (422, "adjust.points")),
        ({"points": 1 << 80}, (422, "api.field")), ({"points": -1}, (409, "adjust.too_much")),
        ({"member": 99}, (404, "api.not_found")), ({"member": 0}, (422, "api.card_missing")),
        ({"card": 7}, (404, "api.not_found")), ({"why": ""}, (422, "api.field")),
        ({"why": "a\0"}, (422, "api.field")),
    ],
)  # fmt: skip
def test_points_that_cannot_be_are_refused_and_nothing_is_kept(
    program: Program, body: dict[str, object], refused: tuple[int, str]
) -> None:
    number = registered(program)
    order = {"member": number, "points": 1, "why": "x", "reference": "r"}
    assert program.refused("POST", "/points", {**order, **body}) == refused
    assert program.call("POST", "/points", order).status_code == 201


def test_of_several_cards_one_must_be_named_and_a_stopped_one_gets_nothing(program: Program) -> None:
    number = registered(program)
    with program.bench.database.transaction() as session:
        members.give_card(session, session.get_one(Member, number), OTHER_CARD, START_MS)
    order = {"member": number, "points": 1, "why": "x", "reference": "r"}
    assert program.refused("POST", "/points", order) == (409, "api.card_choice")
    assert program.call("POST", f"/cards/{CARD}/stops", {"why": "lost"}).json == {
        "number": int(CARD), "status": "stopped",
    }  # fmt: skip
    assert program.refused("POST", f"/cards/{CARD}/stops", {"why": "lost"}) == (409, "card.is_stopped")
    assert program.refused("POST", "/points", {**order, "card": int(CARD)}) == (409, "adjust.card_stopped")
    told = program.call("POST", "/points", order).json
    assert told is not None
    assert told["card"] == int(OTHER_CARD)
    assert [card["balance"] for card in program.get(f"/members/{number}/cards")["items"]] == [0, 1]


def test_the_books_are_followed_without_a_gap_and_visits_looked_through(program: Program) -> None:
    registered(program)
    terminal = program.bench.terminal()
    for n in range(1, 6):
        terminal.write(intent(n, n), commit(n))
    terminal.hello()
    terminal.push()
    young = program.get("/entries")
    assert (young["items"], young["next"]) == ([], "")
    own = program.every(f"/entries?card={CARD}", 2)
    program.bench.now_ms += SETTLED_MS
    assert program.every("/entries", 2) == own
    assert sum(one["points"] for one in own) == program.get(f"/cards/{CARD}")["balance"]
    visits = program.every("/visits", 2)
    assert len(visits) == 5
    assert visits == sorted(visits, key=lambda one: (one["at_ms"], one["visit"]), reverse=True)
    assert program.get(f"/visits?card={CARD}&day=2020-01-01")["items"] == []


def test_goods_of_a_day_come_with_their_stores(program: Program) -> None:
    basket = Basket(tuple(Line(f"{n}", f"品{n}", "", 100, 1, TaxRate.STANDARD) for n in range(5)))
    with program.bench.database.transaction() as session:
        sales.record_plain_sales(session, [NewPlainSale(b"s" * 10, 1, 12, "1", 0, 0, 500, 0, "", DAY, START_MS)])
        sales.record_goods(session, [Goods(b"s" * 10, 1, "", basket, 0)])
    found = program.every(f"/sales?day={DAY}", 2)
    assert [(one["name"], one["store"], one["visit"]) for one in found] == [(f"品{n}", "1", "") for n in range(5)]
    assert program.get(f"/sales?day={DAY}&store=2")["items"] == []
    assert Program(program.bench, stores=["2"]).get(f"/sales?day={DAY}")["items"] == []


def test_a_message_waits_for_its_card_and_can_be_withdrawn(program: Program) -> None:
    number = registered(program)
    told = {"member": number, "text": "ご注文の品が届きました", "priority": 5, "valid_until": "2026-12-31"}
    assert program.call("POST", "/messages", told).json == {"number": 1}
    assert program.refused("POST", "/messages", told) == (409, "api.message_twice")
    assert program.refused("POST", "/messages", {**told, "valid_until": "2026-02-31"}) == (422, "input.date")
    assert program.refused("POST", "/messages", {**told, "priority": 1}) == (422, "api.field")
    (one,) = program.get(f"/messages?card={CARD}")["items"]
    assert (one["text"], one["state"]) == ("ご注文の品が届きました", "waiting")
    assert program.call("POST", "/messages/1/withdrawals").json == {"number": 1, "state": "withdrawn"}
    assert program.refused("POST", "/messages/1/withdrawals") == (409, "input.message_closed")


def test_segments_are_counted_and_their_members_read(program: Program) -> None:
    numbers = people(program.bench, 9)
    with program.bench.database.transaction() as session:
        draft = segments.Draft("全員", EVERYBODY, FIXED)
        segments.save(session, draft, 0, 1, ALL, START_MS)
    (segment,) = program.get("/segments")["items"]
    assert program.get(f"/segments/{segment['number']}") == segment
    counted = program.get(f"/segments/{segment['number']}/count")
    assert (counted["members"], counted["opted_out"]["mail"]) == (9, 9)
    read = program.every(f"/segments/{segment['number']}/members?channel=mail", 4)
    assert read == [{"member": number, "may": False} for number in sorted(numbers)]
    assert program.refused("GET", "/segments/99/count") == (404, "api.not_found")


def test_what_another_shop_knows_is_not_there(program: Program) -> None:
    registered(program)
    program.call("POST", "/messages", {"card": int(CARD), "text": "こんにちは"})
    terminal = program.bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.hello()
    terminal.push()
    program.bench.now_ms += SETTLED_MS
    other = Program(program.bench, stores=["2"], name="緑町のレジ")
    for path in ("/members/13", "/members/by-reference/ec:1", "/members/13/cards", "/members/13/balance",
                 f"/cards/{CARD}", "/messages/1", f"/entries?card={CARD}", "/visits?member=13",
                 f"/messages?card={CARD}"):  # fmt: skip
        assert program.call("GET", path).status_code == 200, path
        assert other.refused("GET", path) == (404, "api.not_found"), path
    for path in ("/members", "/members?q=山田", "/members?store=1", "/entries", "/visits", "/messages", "/terminals"):
        assert program.get(path)["items"], path
        assert other.get(path)["items"] == [], path
    assert [one["code"] for one in other.get("/stores")["items"]] == ["2"]
    points = {"points": 1, "why": "x", "reference": "r"}
    assert other.refused("POST", "/points", {**points, "member": 13}) == (404, "api.not_found")
    assert other.refused("POST", "/points", {**points, "card": int(CARD)}) == (404, "api.not_found")
    assert other.refused("PATCH", "/members/13", {"phone": ""}) == (404, "api.not_found")
    assert other.refused("POST", f"/cards/{CARD}/stops", {"why": "lost"}) == (404, "api.not_found")
    assert other.refused("POST", "/messages/1/withdrawals") == (404, "api.not_found")
    assert other.refused("POST", "/messages", {"card": int(CARD), "text": "x"}) == (404, "api.not_found")
    taken = {**HANAKO, "store": "2", "external_reference": "", "family_name": "別人"}
    assert other.refused("POST", "/members", taken) == (422, "api.fields")
    assert other.refused("POST", "/members", {**taken, "store": "1", "card": 0}) == (422, "api.fields")


def test_every_change_stands_in_the_log_under_the_key_s_name(program: Program) -> None:
    number = registered(program)
    program.call("POST", "/points", {"member": number, "points": 3, "why": "x", "reference": "r"})
    program.call("POST", "/points", {"member": number, "points": 3, "why": "x", "reference": "r"})
    program.refused("POST", "/points", {"member": number, "points": 4, "why": "x", "reference": "r"})
    with program.bench.database.reading() as session:
        lines = list(reversed(audit.lines(session, Wanted(actor=program.staff))))
        assert [(row.act, row.about, row.role) for row in lines] == [
            ("api.member_registered", f"member:{number}", "api"), ("api.points_given", f"card:{CARD}", "api"),
        ]  # fmt: skip
        assert not audit.verify(session).faults
        assert audit.facts_of(lines[1])["reference"] == "r"


def test_a_key_opens_until_it_ends_is_renewed_or_revoked(bench: Bench) -> None:
    program = Program(bench)
    assert program.get("/health")["key"] == "EC"
    with bench.database.transaction() as session:
        row = session.get_one(keys.ApiKey, program.key)
        assert row.used_ms == START_MS
        old, program.token = program.token, keys.renew(session, row, bench.now_ms)
    assert program.call("GET", "/health").status_code == 200
    assert program.client.get("/api/v1/health", headers={"Authorization": f"Bearer {old}"}).status_code == 401
    bench.now_ms += 366 * 86_400_000
    assert program.refused("GET", "/health") == (401, "api.unauthorised")
    with bench.database.transaction() as session:
        program.token = keys.renew(session, session.get_one(keys.ApiKey, program.key), bench.now_ms)
    assert program.call("GET", "/health").status_code == 200
    with bench.database.transaction() as session:
        keys.revoke(session, session.get_one(keys.ApiKey, program.key), bench.now_ms)
    assert program.refused("GET", "/health") == (401, "api.unauthorised")


def test_no_key_stands_in_the_database(bench: Bench) -> None:
    program = Program(bench)
    with bench.database.reading() as session:
        row = session.get_one(keys.ApiKey, program.key)
        held = b"".join(str(value).encode() for value in (row.digest, row.hint, row.name, row.scopes))
        assert program.token.encode() not in held
        assert row.digest == keys.digest(program.token)

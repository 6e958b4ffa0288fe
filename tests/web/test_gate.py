"""Who may open what: every address says what it asks for, every role gets that and no more, no other shop's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.access.rights import RIGHTS, Right, Role
from server.access.scope import ALL
from server.adjustments import service as adjustments
from server.benefits import service as benefits
from server.ledger import cases
from server.ledger.cases import Found
from server.members import service as members
from server.members.values import Person
from server.messages import service as messages
from server.messages.service import Draft
from server.terminals import enrolment
from server.web.security import OPEN_BLUEPRINTS, OPEN_ENDPOINTS, is_open, need_of
from tests.contract.head_office_bench import CARD, DAY, START_MS, Bench, post

FOREIGN = {  # of a blueprint: what stands in store 1, as its addresses name it
    "members": 13, "cards": int(CARD), "terminals": 12, "messages": 1, "benefits": 1, "reconcile": 1, "approvals": 1,
}  # fmt: skip
ENROLMENT = 1
CHAIN_WIDE = {"reconcile.line", "members.undo_import"}  # their numbers name nothing of one shop
SILENT = {  # POST addresses that change nothing, or note what they do in a transaction of their own
    "staff.sign_out", "staff.second_factor", "staff.step_up", "staff.new_passkey_question", "messages.preview",
    "reconcile.step", "adjustments.preview",
}  # fmt: skip
SECRET = "鷹匠"  # of the member of store 1


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Everything that a shop has, in store 1; store 2 has nothing."""
    bench = Bench(tmp_path / "office")
    bench.app.config["WTF_CSRF_ENABLED"] = False
    bench.terminal()
    day = date.fromisoformat(DAY)
    with bench.database.transaction() as session:
        person = Person(SECRET, "美智子", "タカジョウ", "ミチコ", "09012345678", birthday="1965-02-03", memo="くるみ")
        members.register(session, person, CARD, "1", DAY, START_MS)
        messages.write(session, Draft(CARD, "こんにちは", 0, ""), 1, day, START_MS, ALL)
        benefits.grant(session, CARD, "菖蒲", "", 1, day, START_MS, ALL)
        enrolment.offer(session, "1", "レジ2", 0, 1, START_MS, ALL)
        cases.report(session, Found(cases.FORK, "00" * 32, CARD, 0, {"gen": 1, "seq": 1, "images": 2}), START_MS)
        adjustments.ask(session, CARD, adjustments.ALONE_MAX + 1, "付け忘れ", 1, START_MS, ALL)
    yield bench
    bench.close()


def guarded(bench: Bench) -> list[Rule]:
    """Every address behind the gate."""
    return [rule for rule in bench.app.url_map.iter_rules() if not is_open(rule.endpoint)]


def path_of(bench: Bench, rule: Rule, number: int) -> str:
    """An address of the rule; words stand for what is no number."""
    values = {
        name: number if type(rule._converters[name]).__name__ == "RowNumber" else "phone" for name in rule.arguments
    }
    method = "POST" if "POST" in (rule.methods or ()) else "GET"
    return str(bench.app.url_map.bind("localhost").build(rule.endpoint, values, method=method))


def ask(client: FlaskClient, bench: Bench, rule: Rule, number: int) -> list[TestResponse]:
    """By every method that the rule answers."""
    path = path_of(bench, rule, number)
    return [client.open(path, method=method) for method in sorted({"GET", "POST"} & set(rule.methods or ()))]


def test_every_address_says_what_it_needs_or_is_named_as_open(bench: Bench) -> None:
    with bench.app.app_context():
        undeclared = [rule.endpoint for rule in guarded(bench) if need_of(rule.endpoint) is None]
    assert not undeclared
    known = {rule.endpoint for rule in bench.app.url_map.iter_rules()}
    assert known >= OPEN_ENDPOINTS
    assert sorted(OPEN_BLUEPRINTS) == ["api", "sync"]


def test_an_address_that_says_nothing_is_closed_to_everybody(bench: Bench) -> None:
    bench.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    answer = bench.signed_in().get("/forgotten")
    assert answer.status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_exactly_what_its_rights_say(bench: Bench, role: Role) -> None:
    for rule in guarded(bench):
        with bench.app.app_context():
            need = need_of(rule.endpoint)
        assert need is not None
        allowed = need.right is None or need.right in RIGHTS[role]
        for answer in ask(bench.client_of(role.value, "1"), bench, rule, 1):
            assert (answer.status_code != 403) is allowed, (rule.endpoint, answer.status_code)
            assert answer.status_code != 500, rule.endpoint


@pytest.mark.parametrize(
    ("role", "closed", "open_"),
    [
        ("clerk", ("/members/new", "/messages", "/staff", "/audit", "/adjustments/new", "/reconciliation", "/shop"),
         ("/", "/members", "/programs", "/me")),
        ("manager", ("/staff", "/audit", "/stores/new", "/terminals/enrolments/new", "/shop"),
         ("/members/new", "/messages/new", "/adjustments/new", "/reconciliation", "/terminals")),
        ("office", ("/staff", "/audit"), ("/shop", "/stores/new", "/terminals/enrolments/new", "/members")),
        ("association", ("/members", "/messages", "/staff", "/audit"), ("/sales/days", "/programs", "/terminals")),
        ("auditor", ("/staff", "/members/new", "/messages", "/shop"), ("/audit", "/members", "/reconciliation")),
        ("admin", (), ("/staff", "/audit", "/members", "/shop", "/approvals")),
    ],
)  # fmt: skip
def test_the_roles_are_what_their_names_say(
    bench: Bench, role: str, closed: tuple[str, ...], open_: tuple[str, ...]
) -> None:
    client = bench.client_of(role, "1")
    assert [client.get(path).status_code for path in closed] == [403] * len(closed)
    assert [client.get(path).status_code for path in open_] == [200] * len(open_)


def test_what_belongs_to_another_shop_is_not_there(bench: Bench) -> None:
    """Every address with a number, as an administrator of that shop only: rights never hide a missing scope."""
    asked = 0
    for rule in guarded(bench):
        blueprint = rule.endpoint.partition(".")[0]
        if not rule.arguments or blueprint not in FOREIGN or rule.endpoint in CHAIN_WIDE:
            continue
        number = ENROLMENT if "enrolments" in rule.rule else FOREIGN[blueprint]
        for answer in ask(bench.client_of("manager", "2"), bench, rule, number):
            asked += 1
            assert answer.status_code in (403, 404), (rule.endpoint, answer.status_code)
            assert SECRET not in answer.get_data(as_text=True)
    assert asked >= 25


def test_one_s_own_shop_is_there(bench: Bench) -> None:
    client = bench.client_of("manager", "1")
    for path in ("/members/13", f"/cards/{CARD}", "/terminals/12", "/reconciliation/cases/1", "/approvals/1"):
        assert client.get(path).status_code == 200, path


def test_no_list_shows_anything_of_another_shop(bench: Bench) -> None:
    client = bench.client_of("manager", "2")
    for rule in guarded(bench):
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        answer = client.get(rule.rule)
        page = "" if answer.mimetype == "text/event-stream" else answer.get_data(as_text=True)  # that one never ends
        answer.close()
        for word in (SECRET, f"{CARD:010d}", "レジ12", "レジ2", "菖蒲"):
            assert word not in page, rule.endpoint


def test_a_form_cannot_name_another_shop(bench: Bench) -> None:
    client = bench.client_of("manager", "2")
    for path, fields in (
        ("/members", {"family_name": "山田", "store": "1"}),
        ("/messages", {"card": f"{CARD:010d}", "text": "こんにちは", "priority": "0"}),
        ("/benefits", {"card": f"{CARD:010d}", "text": "お花"}),
        ("/adjustments", {"card": f"{CARD:010d}", "points": "1", "why": "x", "way": "give"}),
    ):
        assert client.post(path, data=fields).status_code == 422, path


def test_the_refusal_is_in_words_for_pages_parts_and_scripts(bench: Bench) -> None:
    client = bench.client_of("clerk", "1")
    page = client.get("/staff")
    assert "この画面や操作は、あなたの役割では使えません。" in page.get_data(as_text=True)
    assert "<html" in page.get_data(as_text=True)
    part = client.get("/staff", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (403, "#main")
    assert "<html" not in part.get_data(as_text=True)
    told = client.get("/staff", headers={"Accept": "application/json"})
    assert told.json is not None
    assert told.json["code"] == "server.not_allowed"


def test_the_menu_and_the_tiles_hide_what_the_role_cannot_open(bench: Bench) -> None:
    admin, clerk = bench.client_of("admin"), bench.client_of("clerk", "1")
    everything, little = (client.get("/").get_data(as_text=True) for client in (admin, clerk))
    for word in (
        'href="/staff"',
        'href="/audit"',
        'href="/messages"',
        'href="/reconciliation"',
    ):
        assert word in everything
        assert word not in little
    assert 'href="/members"' in little


def test_a_manager_lands_on_a_home_of_the_own_stores(bench: Bench) -> None:
    page = bench.client_of("manager", "1").get("/").get_data(as_text=True)
    assert "駅前店" in page
    assert "担当の店舗" in page
    other = bench.client_of("manager", "2").get("/").get_data(as_text=True)
    assert "レジ12" not in other
    assert "担当の店舗" not in bench.client_of("admin").get("/").get_data(as_text=True)


def test_a_form_of_another_site_is_refused_even_with_the_token(bench: Bench) -> None:
    bench.app.config["WTF_CSRF_ENABLED"] = True
    client = bench.signed_in()
    token = client.get("/stores/new").get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
    fields = {"csrf_token": token, "code": "N1", "name": "北店"}
    for site in ("cross-site", "same-site"):
        assert client.post("/stores", data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.post("/stores", data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_change_that_leaves_no_line_in_the_log_does_not_happen(bench: Bench) -> None:
    from server.stores import service as stores
    from server.web.access import needs
    from server.web.context import db

    @needs(Right.STORES_EDIT)
    def secretly() -> str:
        stores.add(db(), "X9", "だまって", START_MS)
        return "done"

    bench.app.add_url_rule("/secretly", "secretly", secretly, methods=["POST"])
    assert bench.signed_in().post("/secretly").status_code == 500
    with bench.database.reading() as session:
        assert "X9" not in stores.names(session)


def test_what_may_stay_silent_is_named_here(bench: Bench) -> None:
    with bench.app.app_context():
        silent = {
            rule.endpoint
            for rule in guarded(bench)
            if "POST" in (rule.methods or ()) and (need := need_of(rule.endpoint)) is not None and need.silent
        }
    assert silent >= SILENT


def test_every_form_that_works_in_a_browser_carries_its_token(bench: Bench) -> None:
    bench.app.config["WTF_CSRF_ENABLED"] = True
    client = bench.signed_in()
    assert post(client, "/stores/new", "/stores", code="N1", name="北店").status_code == 303
    assert client.post("/stores", data={"code": "N2", "name": "南店"}).status_code == 400

"""The desk's later forms and input that nobody can mean: one sentence at the field, and the books as they were."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from server.access.scope import ALL
from server.members import attributes, households
from server.members import service as members
from server.members.models import CHOICE
from server.members.record_pages import MEMO_MAX
from server.members.values import Person
from shared.errors import TEXTS
from shared.ids import format_card_no, format_member_no, make_card_no, make_member_no
from tests.contract.head_office_bench import CARD, DAY, OTHER_CARD, START_MS, Bench
from tests.web.test_console_bad_input import content, says_why

ONE, OTHER = make_member_no(1), make_member_no(2)
SERIAL = {number: format_card_no(make_card_no(number)) for number in (1, 50, 99, 150)}
ROW = {"g0r0-field": "name", "g0r0-op": "contains", "g0r0-text": "山田"}
NOTICE = {"name": "冬", "segment": "1", "text": "はい", "promotes": "1", "holdout": "0"}
LOT = {"name": "秋", "first": SERIAL[50], "last": SERIAL[150]}
WRONG: tuple[tuple[str, dict[str, str], str], ...] = (
    ("/members/attributes", {"name": "", "kind": "text"}, "attribute.name"),
    ("/members/attributes", {"name": "x" * (attributes.NAME_MAX + 1), "kind": "text"}, "attribute.name"),
    ("/members/attributes", {"name": "色", "kind": "colour"}, "attribute.kind"),
    ("/members/attributes", {"name": "色", "kind": "choice", "choices": ""}, "attribute.choices"),
    ("/members/attributes", {"name": "好きな色", "kind": "text"}, "attribute.taken"),
    ("/members/attributes/1", {"name": "", "choices": "赤"}, "attribute.name"),
    (f"/members/{ONE}/parts/own", {"attribute-1": "緑"}, "attribute.value"),
    (f"/members/{ONE}/parts/contact", {"email": "a@b@c"}, "input.email"),
    (f"/members/{ONE}/memos", {"text": "\0 \x07"}, "members.memo"),
    (f"/members/{ONE}/memos", {"text": "x" * (MEMO_MAX + 1)}, "members.memo"),
    (f"/members/{ONE}/cards", {"card": "12"}, "input.card_no"),
    (f"/members/{ONE}/cards", {"card": format_card_no(OTHER_CARD)}, "input.card_taken"),
    (f"/members/{ONE}/households", {"kind": "family", "name": ""}, "household.name"),
    (f"/members/{ONE}/households", {"kind": "club", "name": "会"}, "household.kind"),
    ("/members/households/1", {"name": "x" * (households.NAME_MAX + 1)}, "household.name"),
    ("/members/households/1/members", {"member": format_member_no(ONE)}, "household.member"),
    ("/members/households/1/members", {"member": "0000"}, "input.member_no"),
    (f"/cards/{CARD}/stops", {"why": "nothing"}, "card.why"),
    ("/cards/stock", {**LOT, "name": ""}, "stock.name"),
    ("/cards/stock", {**LOT, "first": SERIAL[150], "last": SERIAL[50]}, "stock.range"),
    ("/cards/stock", {**LOT, "first": SERIAL[1]}, "stock.overlap"),
    ("/cards/stock", {**LOT, "first": "9" * 400}, "input.card_no"),
    ("/cards/stock/counts", {"count-first": SERIAL[1], "count-last": SERIAL[99], "counted": "-1"}, "stock.counted"),
    ("/cards/stock/counts", {"count-first": SERIAL[1], "count-last": SERIAL[99], "counted": "9" * 40}, "stock.counted"),
    ("/privacy", {"member": "1", "kind": "disclosure"}, "input.member_no"),
    ("/privacy", {"member": format_member_no(ONE), "kind": "everything"}, "privacy.kind"),
    ("/privacy/1/checks", {"identity": ""}, "privacy.identity"),
    ("/privacy/1/ends", {"state": "done", "answer": "消去"}, "privacy.word"),
    ("/privacy/1/erasures", {"sure": "消去"}, "privacy.unchecked"),
    ("/segments", {**ROW, "name": ""}, "segment.name"),
    ("/segments", {**ROW, "name": "山田さん"}, "segment.name_taken"),
    ("/segments", {"name": "二", "g0r0-field": "visits", "g0r0-low": "x"}, "segment.value"),
    ("/segments", {"name": "二", "g0r0-field": "nothing"}, "segment.value"),
    ("/notices", {**NOTICE, "text": " "}, "notice.text"),
    ("/notices", {**NOTICE, "text": "{nmae}様"}, "notice.field"),
    ("/notices", {**NOTICE, "segment": "77"}, "notice.segment"),
    ("/notices", {**NOTICE, "holdout": "90"}, "notice.holdout"),
    ("/notices", {**NOTICE, "valid_until": "2000-01-01"}, "notice.days"),
    ("/notices", {**NOTICE, "valid_until": "いつか"}, "input.date"),
)
FORMS: dict[str, tuple[str, ...]] = {
    "/members/attributes": ("name", "kind", "choices"),
    "/members/attributes/1": ("name", "choices", "place", "gone"),
    f"/members/{ONE}/parts/own": ("attribute-1",),
    f"/members/{ONE}/parts/contact": ("phone", "email", "postal_code", "street"),
    f"/members/{ONE}/memos": ("text",),
    f"/members/{ONE}/consents": ("consent-mail", "consent-print", "consent-nothing"),
    f"/members/{ONE}/households": ("kind", "name"),
    "/members/households/1/members": ("member",),
    f"/cards/{CARD}/stops": ("why", "note"),
    "/cards/stock": ("name", "first", "last", "kind", "store", "received"),
    "/cards/stock/counts": ("count-first", "count-last", "counted", "note"),
    "/privacy": ("member", "kind", "wish"),
    "/privacy/1/checks": ("identity",),
    "/segments": ("name", "note", "kind", "g0r0-field", "g0r0-op", "g0r0-text", "g0r0-low", "g0-join", "join"),
    "/segments/forms": ("do", "number", "g0r0-field", "g9r9-field"),
    "/notices/checks": ("name", "segment", "text", "starts", "valid_until", "holdout", "priority", "replaces"),
}


def furnished(folder: Path) -> Bench:
    """One of everything that the forms are about."""
    bench = Bench(folder)
    bench.app.config["WTF_CSRF_ENABLED"] = False
    clerk = bench.signed_in()
    with bench.database.transaction() as session:
        members.register(session, Person("高橋", "花子", "タカハシ", "ハナコ"), CARD, "1", DAY, START_MS)
        members.register(session, Person("山田", "花子", "ヤマダ", "ハナコ"), OTHER_CARD, "1", DAY, START_MS)
        attributes.define(session, "好きな色", CHOICE, ["赤", "青"])
        households.begin(session, "family", "高橋家", [ONE], START_MS, ALL)
    for path, fields in (
        ("/segments", {**ROW, "name": "山田さん"}),
        ("/cards/stock", {"name": "夏", "first": SERIAL[1], "last": SERIAL[99]}),
        ("/privacy", {"member": format_member_no(ONE), "kind": "erasure"}),
    ):
        assert clerk.post(path, data=fields).status_code == 303, path
    return bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One for all: nothing here changes anything."""
    bench = furnished(tmp_path_factory.mktemp("desk") / "office")
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


@pytest.mark.parametrize(("form", "fields", "code"), WRONG)
def test_one_wrong_field_of_a_later_form_is_named(
    bench: Bench, clerk: FlaskClient, form: str, fields: dict[str, str], code: str
) -> None:
    before = content(bench)
    answer = clerk.post(form, data=fields)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert TEXTS[code].text.partition("{")[0] in page
    assert "problems" in page
    assert content(bench) == before


def test_a_file_of_members_that_is_none_is_refused_at_its_field(bench: Bench, clerk: FlaskClient) -> None:
    before = content(bench)
    for data, store, code in ((b"", "1", "intake.columns"), (b"a,b\n1,2\n", "99", "input.store_unknown")):
        file = (io.BytesIO(data), "顧客.csv")
        answer = clerk.post("/members/imports", data={"store": store, "file": file})
        assert (answer.status_code, says_why(answer.get_data(as_text=True))) == (422, True), code
        assert TEXTS[code].text.partition("{")[0] in answer.get_data(as_text=True)
    assert clerk.post("/members/imports", data={"store": "1"}).status_code == 422
    assert content(bench) == before


sent = st.sampled_from(sorted(FORMS)).flatmap(
    lambda form: st.tuples(st.just(form), st.dictionaries(st.sampled_from(FORMS[form]), st.text(max_size=60)))
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Another one, in which anything may be written."""
    bench = furnished(tmp_path_factory.mktemp("sandbox") / "office")
    yield bench.signed_in()
    bench.close()


@settings(max_examples=15)
@given(st.lists(sent, min_size=3, max_size=8))
def test_no_later_form_whatever_breaks_a_page(sandbox: FlaskClient, forms: list[tuple[str, dict[str, Any]]]) -> None:
    for form, typed in forms:
        readable = {name: value.encode("utf-8", "surrogatepass") for name, value in typed.items()}
        assert sandbox.post(form, data=readable).status_code in (200, 303, 400, 409, 422), (form, typed)

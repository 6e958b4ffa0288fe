"""Lists in pages and files: the address says what is seen, and no file carries a formula or what is masked."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from server.audit.models import AuditRow
from server.members import service as members
from server.members.values import Person
from server.products import service as products
from server.staff.models import Staff
from server.staff.service import FRESH_MS
from server.web import export
from server.web.export import MASKED
from server.web.finding import PAGE_ROWS, SEARCH_MAX
from shared.sale.product import Product, TaxRate
from tests.contract.head_office_bench import CARD, DAY, START_MS, Bench, post

FORMULAS = ["=1+1", "+81", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1"]
LISTS = (
    "/members", "/products", "/stores", "/terminals", "/messages", "/benefits", "/sales/days", "/sales/voices",
    "/reconciliation/cases", "/jobs",
)  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    entries = [
        products.Entry(Product(f"{n:04d}", f"パン{n}", "パン", 100 + n, TaxRate(8 if n % 2 else 10), "食品"))
        for n in range(PAGE_ROWS + 5)
    ]
    with bench.database.transaction() as session:
        products.put(session, entries, START_MS)
        person = Person("髙橋", "美智子", "タカハシ", "ミチコ", "09012345678", birthday="1965-02-03")
        members.register(session, person, CARD, "1", DAY, START_MS)
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(clerk: FlaskClient, path: str) -> str:
    answer = clerk.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def rows(page: str) -> list[str]:
    return re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)


def table(answer: TestResponse, code: str) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode(code), newline="")))


def put(bench: Bench, code: str, name: str) -> None:
    with bench.database.transaction() as session:
        products.put(session, [products.Entry(Product(code, "x", "", 1))], START_MS)
        session.get_one(products.Product, code).name = name


def change_role(bench: Bench, role: str) -> None:
    with bench.database.transaction() as session:
        session.get_one(Staff, 1).role = role


# --- pages -----------------------------------------------------------------------------------------------------------


ODD = (
    "", "?sort=nonsense", "?after=x", "?before=x", "?state=%00", "?store=%27", "?q=%00", "?gone=9", "?sort=-", "?q=%25",
    "?q=" + "あ" * 500, "?after=" + "A" * 5000, "?sort=" + "x" * 3000, "?state=" + "9" * 400,
)  # fmt: skip


def test_no_address_breaks_a_list(clerk: FlaskClient) -> None:
    for path in LISTS:
        for asked in ODD:
            text(clerk, path + asked)


def test_a_place_that_is_none_is_said_in_words(clerk: FlaskClient) -> None:
    page = text(clerk, "/products?after=nonsense")
    assert "はじめから表示しています" in page
    assert len(rows(page)) == PAGE_ROWS


def test_the_address_of_a_narrowed_list_is_the_same_list_again(clerk: FlaskClient) -> None:
    page = text(clerk, "/products?tax=8&q=パン1&sort=-price")
    assert f"「パン1」に合うもの：{len(rows(page))}件" in page
    found = [int(price) for price in re.findall(r">(\d+)円<", page)]
    assert found == sorted(found, reverse=True)
    assert all("8%" in row for row in rows(page))
    assert 'value="パン1"' in page
    assert 'aria-sort="descending"' in page


def test_pages_lead_forward_and_back(clerk: FlaskClient) -> None:
    def follow(page: str, relation: str) -> str:
        found = re.search(rf'href="([^"]+)" rel="{relation}"', page)
        assert found
        return text(clerk, found[1].replace("&amp;", "&"))

    first = text(clerk, "/products")
    second = follow(first, "next")
    assert (len(rows(first)), len(rows(second))) == (PAGE_ROWS, 5)
    assert 'rel="next"' not in second
    assert rows(follow(second, "prev")) == rows(first)


def test_htmx_gets_the_list_alone(clerk: FlaskClient) -> None:
    answer = clerk.get("/products?q=パン1", headers={"HX-Request": "true", "HX-Target": "listing"})
    page = answer.get_data(as_text=True)
    assert page.lstrip().startswith('<div id="listing"')
    assert "<html" not in page


def test_what_is_typed_into_a_list_comes_back_as_text(clerk: FlaskClient) -> None:
    page = text(clerk, "/products?q=<script>alert(1)</script>&category=<b>")
    assert "<script>alert" not in page
    assert "category=%3Cb%3E" in page
    assert len("x" * SEARCH_MAX) == SEARCH_MAX


# --- files -----------------------------------------------------------------------------------------------------------


def test_every_list_is_a_file_of_every_kind(clerk: FlaskClient) -> None:
    for path in LISTS:
        for kind in export.KINDS:
            answer = clerk.get(f"{path}?format={kind}")
            assert answer.status_code == 200, (path, kind)
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
            assert answer.data


def test_a_file_holds_what_is_seen_and_all_of_it(clerk: FlaskClient) -> None:
    everything = table(clerk.get("/products?format=csv-utf8"), "utf-8-sig")
    assert len(everything) == PAGE_ROWS + 5 + 1
    assert everything[1][:2] == ["0000", "パン0"]
    narrowed = table(clerk.get("/products?format=csv-utf8&tax=8&sort=-code"), "utf-8-sig")
    assert [row[0] for row in narrowed[1:3]] == ["0053", "0051"]
    told = json.loads(clerk.get("/products?format=json&tax=8").data)
    assert told["list"] == "products"
    assert len(told["rows"]) == len(narrowed) - 1
    assert told["rows"][0]["code"] == "0001"
    assert told["rows"][0]["price"] == 101


def test_no_spreadsheet_takes_a_cell_for_a_formula(bench: Bench, clerk: FlaskClient) -> None:
    for number, name in enumerate(FORMULAS):
        put(bench, f"F{number}", name)
        cells = table(clerk.get(f"/products?format=csv-utf8&q=F{number}"), "utf-8-sig")[1]
        assert cells[1] == "'" + name
        book = load_workbook(io.BytesIO(clerk.get(f"/products?format=xlsx&q=F{number}").data))
        cell = book.active.cell(2, 2)
        assert (cell.data_type, cell.value) == ("s", name.replace("\r", "_x000D_"))


def test_leading_zeros_stay_and_numbers_stay_numbers(clerk: FlaskClient) -> None:
    book = load_workbook(io.BytesIO(clerk.get("/products?format=xlsx").data)).active
    assert (book.cell(2, 1).value, book.cell(2, 1).data_type, book.cell(2, 1).number_format) == ("0000", "s", "@")
    assert [cell.value for cell in book[1]][:2] == ["コード", "商品名"]
    assert "n" in {cell.data_type for cell in book[2]}
    assert book.freeze_panes == "A2"


def test_a_letter_that_the_code_lacks_is_replaced_and_counted(bench: Bench, clerk: FlaskClient) -> None:
    put(bench, "G1", "𠮷野家の髙いパン①〜🍞")
    lines = table(clerk.get("/products?format=csv&q=G1"), "cp932")
    assert lines[1][1] == "〓野家の髙いパン①～〓"
    assert "2字" in lines[-1][0]
    assert table(clerk.get("/products?format=csv-utf8&q=G1"), "utf-8-sig")[1][1] == "𠮷野家の髙いパン①〜🍞"
    assert "字" not in table(clerk.get("/products?format=csv&q=パン1"), "cp932")[-1][0]


def test_an_unknown_kind_is_no_page(clerk: FlaskClient) -> None:
    assert clerk.get("/products?format=exe").status_code == 404


def test_a_file_is_noted_without_a_word_of_what_was_searched(bench: Bench, clerk: FlaskClient) -> None:
    before = bench.count(AuditRow)
    clerk.get("/members?format=csv&q=たかはし")
    assert bench.count(AuditRow) == before + 1
    with bench.database.reading() as session:
        row = session.query(AuditRow).order_by(AuditRow.n.desc()).first()
        assert row is not None
        assert (row.act, row.about, row.actor, row.role) == ("export.file", "members", 1, "admin")
        assert json.loads(row.facts) == {
            "format": "csv", "rows": 1, "narrowed": [], "searched": True, "revealed": False,
        }  # fmt: skip


def test_without_the_right_there_is_no_file_and_no_offer_of_one(bench: Bench, clerk: FlaskClient) -> None:
    assert "この一覧をファイルにする" in text(clerk, "/products")
    for role in ("manager", "clerk", "association", "auditor"):
        change_role(bench, role)
        assert clerk.get("/products?format=csv").status_code == 403
        assert "この一覧をファイルにする" not in text(clerk, "/products")


def test_what_is_masked_on_pages_is_masked_in_files_until_a_proof_was_shown(bench: Bench, clerk: FlaskClient) -> None:
    head, row = table(clerk.get("/members?format=csv-utf8"), "utf-8-sig")
    cells = dict(zip(head, row, strict=True))
    assert (cells["電話番号"], cells["誕生日"], cells["氏名"]) == (MASKED, MASKED, "髙橋 美智子")
    bench.now_ms += 60 * 60_000 // 5  # longer than the proof of signing in lasts
    asked = clerk.get("/members?format=csv-utf8&pii=1")
    assert (asked.status_code, "step-up" in asked.headers["Location"]) == (303, True)


def test_persons_become_a_file_only_for_who_has_just_proved_it(bench: Bench, clerk: FlaskClient) -> None:
    row = {"g0r0-field": "name", "g0r0-op": "contains", "g0r0-text": "髙橋"}
    notice = {"segment": "1", "text": "はい", "promotes": "1", "holdout": "0"}
    assert post(clerk, "/segments/new", "/segments", name="高橋さん", **row).status_code == 303
    assert post(clerk, "/notices/new", "/notices", name="冬", **notice).status_code == 303
    lists = ("/members", "/segments/1/members", "/notices/1/members/waiting")
    assert {clerk.get(f"{path}?format=json").status_code for path in lists} == {200}
    bench.now_ms += FRESH_MS
    for path in (*(f"{path}?format=json" for path in lists), "/members/imports/1/report.csv"):
        asked = clerk.get(path)
        assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (303, "/step-up"), path
    assert clerk.get("/products?format=json").status_code == 200


def test_too_many_rows_are_refused_in_words(bench: Bench, clerk: FlaskClient) -> None:
    many = (
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?) INSERT INTO product SELECT 'X' ||"
        " n, 'x', '', 1, 8, '', 1, 0, 'x', 0 FROM n"
    )
    with bench.database.transaction() as session:
        session.connection().exec_driver_sql(many, (export.EXPORT_ROWS_MAX,))
    answer = clerk.get("/products?format=csv")
    assert answer.status_code == 409
    assert "条件で絞り込んで" in answer.get_data(as_text=True)

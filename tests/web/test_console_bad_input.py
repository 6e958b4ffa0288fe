"""What the console does with input that nobody can mean: words and a 4xx, and the books stay as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from server.app import RowNumber
from server.benefits.models import TEXT_MAX as BENEFIT_TEXT_MAX
from server.members.values import FIELD_MAX_DEFAULT
from server.messages.models import TEXT_MAX
from server.web.security import CONTENT_MAX, FORM_FIELDS_MAX, is_open
from shared.errors import TEXTS
from shared.ids import format_card_no
from tests.contract.head_office_bench import CARD, Bench, commit, intent, post

HUGE = (0, 1 << 31, (1 << 63) - 1, 1 << 63, 10**40)
FORMS: Mapping[str, tuple[str, ...]] = {
    "/members": (
        "family_name", "given_name", "family_kana", "given_kana", "phone", "postal_code", "prefecture", "city",
        "street", "birthday", "memo", "card", "store",
    ),
    "/messages": ("card", "text", "priority", "valid_until"),
    "/messages/previews": ("text",),
    "/stores": ("code", "name"),
    "/benefits": ("card", "text", "valid_until"),
    "/shop": (
        "price_basis", "tax_rounding", "prefixes", "price_digits", "has_price_check", "invoice_number", "voices",
        "needs_duty",
    ),
    "/sign-in": ("login", "password", "next"),
    "/language": ("language", "next"),
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def content(bench: Bench) -> dict[str, int]:
    """How many rows every table has; sessions and sign-in attempts are no records of the shop."""
    with bench.database.reading() as session:
        names = inspect(session.connection()).get_table_names()
        kept = [name for name in names if "session" not in name and "attempt" not in name and "failure" not in name]
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in kept}


def known_card(bench: Bench) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()


def says_why(page: str) -> bool:
    """Whether one of our sentences stands on the page; facts fill it at other places, so its beginning is enough."""
    return any(part and part in page for part in (error.text.partition("{")[0][:30] for error in TEXTS.values()))


def test_numbers_beyond_every_column_are_not_found(bench: Bench, clerk: FlaskClient) -> None:
    before = content(bench)
    adapter = bench.app.url_map.bind("localhost")
    bench.app.config["WTF_CSRF_ENABLED"] = False
    for rule in bench.app.url_map.iter_rules():
        if "number" in rule.arguments and not is_open(rule.endpoint):
            for number in HUGE:
                method = "GET" if "GET" in (rule.methods or ()) else "POST"
                values = {
                    name: number if isinstance(rule._converters[name], RowNumber) else "any" for name in rule.arguments
                }
                answer = clerk.open(adapter.build(rule.endpoint, values, method=method), method=method)
                page = answer.get_data(as_text=True)
                assert answer.status_code in (404, 405), (rule.rule, number)
                assert says_why(page), (rule.rule, number)
    for path in ("/members/" + "9" * 5_000, "/members/-1", "/members/%00", "/members/1%0a", "/setup/%00"):
        assert clerk.get(path).status_code in (404, 409), path[:20]
    assert content(bench) == before


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ("/members", {"family_name": ""}),
        ("/members", {"family_name": "高" * (FIELD_MAX_DEFAULT + 1)}),
        ("/members", {"family_name": "\0\x1b\x7f"}),
        ("/members", {"birthday": "2999-01-01"}),
        ("/members", {"birthday": "-1"}),
        ("/members", {"phone": "-" * 50}),
        ("/members", {"postal_code": "9" * 400}),
        ("/members", {"card": "9" * 5_000}),
        ("/members", {"card": "-1234567890"}),
        ("/members", {"store": "99"}),
        ("/members", {"store": "\0"}),
        ("/messages", {"text": ""}),
        ("/messages", {"text": "\0\x07"}),
        ("/messages", {"text": "あ" * (TEXT_MAX + 1)}),
        ("/messages", {"priority": "10000000000000000000000"}),
        ("/messages", {"priority": "-5"}),
        ("/messages", {"valid_until": "2000-01-01"}),
        ("/messages", {"valid_until": "9" * 300}),
        ("/messages", {"card": "0000-000-000"}),
        ("/benefits", {"text": ""}),
        ("/benefits", {"text": "\0\x07"}),
        ("/benefits", {"text": "花" * (BENEFIT_TEXT_MAX + 1)}),
        ("/benefits", {"valid_until": "2000-01-01"}),
        ("/benefits", {"valid_until": "9" * 300}),
        ("/benefits", {"card": "0000-000-000"}),
        ("/benefits", {"card": "-1"}),
        ("/benefits", {"card": ""}),
        ("/stores", {"code": "１２３４５６７８９"}),
        ("/stores", {"code": "\u0661"}),
        ("/stores", {"code": "1"}),
        ("/stores", {"name": ""}),
        ("/stores", {"name": "\0\x1b"}),
        ("/stores", {"name": "店" * 41}),
    ],
)
def test_one_wrong_field_is_named_and_nothing_is_written(
    form: str, wrong: dict[str, str], bench: Bench, clerk: FlaskClient
) -> None:
    known_card(bench)
    right = {
        "/members": {"family_name": "高橋", "store": "1", "phone": "0312345678"},
        "/messages": {"card": format_card_no(CARD), "text": "お待ちしています", "priority": "0"},
        "/stores": {"code": "9", "name": "港店"},
        "/benefits": {"card": format_card_no(CARD), "text": "お花 1本"},
    }[form]
    before = content(bench)
    answer = post(clerk, f"{form}/new", form, **(right | wrong))
    assert (answer.status_code, says_why(answer.get_data(as_text=True))) == (422, True)
    assert content(bench) == before


def test_control_characters_never_reach_the_books(bench: Bench, clerk: FlaskClient) -> None:
    assert post(clerk, "/stores/new", "/stores", code="9", name="港\0店\x1b[31m").status_code == 303
    page = clerk.get("/stores").get_data(as_text=True)
    assert "港店[31m" in page


@pytest.mark.parametrize("form", ["/members", "/messages", "/stores", "/benefits"])
def test_a_form_sent_twice_counts_once(form: str, bench: Bench, clerk: FlaskClient) -> None:
    known_card(bench)
    fields: dict[str, str] = {
        "/members": {"family_name": "高橋", "given_name": "美智子", "store": "1", "phone": "0312345678"},
        "/messages": {"card": format_card_no(CARD), "text": "お待ちしています", "priority": "0"},
        "/stores": {"code": "9", "name": "港店"},
        "/benefits": {"card": format_card_no(CARD), "text": "お花 1本"},
    }[form]
    assert post(clerk, f"{form}/new", form, **fields).status_code == 303
    before = content(bench)
    again = post(clerk, f"{form}/new", form, **fields)
    assert (again.status_code, says_why(again.get_data(as_text=True))) == (422, True)
    assert content(bench) == before


def test_a_body_beyond_the_limits_is_not_read(bench: Bench, clerk: FlaskClient) -> None:
    before = content(bench)
    large = clerk.post("/members", data={"memo": "x" * (CONTENT_MAX + 1)})
    fields = {f"f{n}": "x" for n in range(FORM_FIELDS_MAX + 1)}
    many = clerk.post("/members", data=fields, content_type="multipart/form-data")
    for answer in (large, many):
        assert (answer.status_code, says_why(answer.get_data(as_text=True))) == (413, True)
    assert content(bench) == before


def test_bytes_that_are_no_form_are_answered_in_words(bench: Bench, clerk: FlaskClient) -> None:
    before = content(bench)
    form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    for kind in (form, parts, "application/json", "nonsense"):
        answer = clerk.post("/members", data=b"\xff\xfe%zz%&==;--x\r\n\0", content_type=kind)
        assert (answer.status_code, says_why(answer.get_data(as_text=True))) == (400, True), kind
    assert content(bench) == before


fields_of_a_form = st.sampled_from(sorted(FORMS)).flatmap(
    lambda form: st.tuples(st.just(form), st.dictionaries(st.sampled_from(FORMS[form]), st.text(max_size=60)))
)


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, FlaskClient]]:
    """A head office that has seen every example before, and a clerk whose forms need no token."""
    bench = Bench(tmp_path_factory.mktemp("worn") / "office")
    clerk = bench.signed_in()
    bench.app.config["WTF_CSRF_ENABLED"] = False
    yield bench, clerk
    bench.close()


@settings(max_examples=60)
@given(st.lists(fields_of_a_form, min_size=3, max_size=12), st.text(max_size=40))
def test_no_form_and_no_search_whatever_breaks_a_page(
    worn: tuple[Bench, FlaskClient], forms: list[tuple[str, dict[str, Any]]], query: str
) -> None:
    _, clerk = worn
    assert clerk.get("/members").status_code == 200, "signed out"
    for form, typed in forms:
        readable = {name: value.encode("utf-8", "surrogatepass") for name, value in typed.items()}
        assert clerk.post(form, data=readable).status_code in (200, 303, 400, 422, 429), (form, typed)
    for page in ("/members", "/cards", "/messages", "/benefits"):
        words = {"q": query, "number": query, "state": query, "next": query}
        answer = clerk.get(page, query_string={k: v.encode("utf-8", "replace") for k, v in words.items()})
        assert answer.status_code in (200, 303, 422), page

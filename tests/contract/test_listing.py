"""Lists on both databases: every row once whatever the order, honest numbers beside facets, and no address harms."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from server.products import service as products
from server.products.models import Product
from server.web import finding
from server.web.finding import PLACE_MAX, SEARCH_MAX, Asked, Facet, Question
from shared.sale.product import Product as Sold
from shared.sale.product import TaxRate
from tests.contract.head_office_bench import START_MS, Bench
from tests.postgres import PostgresServer

ROWS = 137
PRICE = case((Product.unit_yen < 150, "cheap"), (Product.unit_yen < 300, "middle"), else_="dear")
QUESTION = Question(
    select(Product),
    (
        Facet("gone", "状態", Product.gone, {False: "取扱中", True: "取扱終了"}),
        Facet("tax", "税率", Product.tax),
        Facet("category", "部門", Product.category),
        Facet("price", "価格帯", PRICE),
    ),
    {"code": Product.code, "name": Product.name, "price": Product.unit_yen, "gone": Product.gone},
    products.matches,
    (Product.code,),
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The goods, which nobody here changes."""
    with ExitStack() as stack:
        url = ""
        if request.param == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres")
            url = stack.enter_context(server.fresh(request.getfixturevalue("furnished")))
        bench = Bench(tmp_path_factory.mktemp("shelf") / "office", database_url=url)
        stack.callback(bench.close)
        with bench.database.transaction() as session:
            products.put(session, [entry(number) for number in range(ROWS)], START_MS)
        yield bench


@pytest.fixture
def session(shelf: Bench) -> Iterator[Session]:
    with shelf.database.reading() as session:
        yield session


def entry(number: int) -> products.Entry:
    tax, category = TaxRate(8 if number % 3 else 10), "食品" if number % 2 else ""
    sold = Sold(f"{number:04d}", f"パン{number % 7}", "パン", 100 + number * 37 % 250, tax, category)
    return products.Entry(sold, gone=number % 5 == 0)


def ask(**args: str) -> Asked:
    return finding.read(QUESTION, args, "code")


def codes(session: Session, asked: Asked) -> list[str]:
    return [row.code for piece in finding.every(session, QUESTION, asked, 10, 10_000) for row in piece]


@pytest.mark.parametrize("sort", ["code", "-code", "name", "-name", "price", "-price", "gone", "-gone"])
@pytest.mark.parametrize("narrowed", [{}, {"tax": "10"}, {"q": "ぱん3"}])
def test_walking_shows_every_row_once_in_its_order_and_the_same_backwards(
    session: Session, sort: str, narrowed: dict[str, str]
) -> None:
    whole = codes(session, ask(sort=sort, **narrowed))
    assert len(whole) == len(set(whole)) == finding.count(session, QUESTION, ask(**narrowed), 0)
    forward, args = [], {}
    while True:
        page = finding.page(session, QUESTION, ask(sort=sort, **narrowed, **args), 9)
        forward += [row.code for row in page.rows]
        if not page.after:
            break
        args = {"after": page.after}
    assert forward == whole
    backward: list[str] = [row.code for row in page.rows]
    while page.before:
        page = finding.page(session, QUESTION, ask(sort=sort, **narrowed, before=page.before), 9)
        backward = [row.code for row in page.rows] + backward
    assert backward == whole
    values = [getattr(row, {"price": "unit_yen"}.get(sort.lstrip("-"), sort.lstrip("-"))) for row in page.rows]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_the_numbers_of_a_facet_are_those_that_its_values_leave(session: Session) -> None:
    for facet in QUESTION.facets:
        for narrowed in ({}, {"tax": "8"}, {"gone": "1", "category": finding.NOTHING}, {"q": "パン1"}):
            numbers = finding.facet_counts(session, QUESTION, ask(**narrowed), facet)
            others = {name: value for name, value in narrowed.items() if name != facet.name}
            for value, number in numbers.items():
                chosen = ask(**others, **{facet.name: finding.written_value(value)})
                assert number == finding.count(session, QUESTION, chosen, 0) == len(codes(session, chosen))
            assert sum(numbers.values()) == finding.count(session, QUESTION, ask(**others), 0)


def test_beyond_its_end_nobody_counts(session: Session) -> None:
    assert finding.count(session, QUESTION, ask(), 0) == ROWS
    assert finding.count(session, QUESTION, ask(), 100) == 101
    assert finding.count(session, QUESTION, ask(), ROWS) == ROWS


def test_a_file_takes_no_more_rows_than_it_may(session: Session) -> None:
    assert len([row for piece in finding.every(session, QUESTION, ask(), 50, 120) for row in piece]) == 120


@pytest.mark.parametrize("value", ["nonsense", "2", "-1", "1e9", "9" * 30, "\0", "١", "~", "' OR 1=1 --"])
@pytest.mark.parametrize("facet", ["gone", "tax", "category", "price"])
def test_a_facet_that_no_column_can_hold_matches_nothing(session: Session, facet: str, value: str) -> None:
    expected = 69 if (facet, value) == ("category", "~") else 0
    assert finding.count(session, QUESTION, ask(**{facet: value}), 0) == expected


@pytest.mark.parametrize("sort", ["unit_yen", "--code", "code; DROP TABLE product", "-", "\0", "search_key"])
def test_a_sort_that_there_is_not_is_the_usual_one(session: Session, sort: str) -> None:
    assert codes(session, ask(sort=sort)) == [f"{n:04d}" for n in range(ROWS)]


def place(text: bytes) -> str:
    return urlsafe_b64encode(text).decode()


NO_PLACES = (
    b"[]", b"[1,2]", b'["a"]', b'["a","b","c"]', b'[null,"b"]', b'["a\\u0000","b"]', b"[true,1]", b'{"a":1}',
    b"[" * 900, b'[99999999999999999999999,"b"]', b'[1e999,"b"]', b"\xff\xfe",
)  # fmt: skip


@pytest.mark.parametrize("after", ["x", "===", "あ", "\0", "A" * (PLACE_MAX + 1), *map(place, NO_PLACES)])
def test_a_place_that_is_none_starts_at_the_beginning_and_says_so(session: Session, after: str) -> None:
    for sort in ("code", "price", "gone"):
        asked = ask(sort=sort, after=after)
        assert asked.lost
        assert len(finding.page(session, QUESTION, asked).rows) == finding.PAGE_ROWS
    assert ask(before=after).lost


def test_a_long_search_is_cut_and_odd_letters_fall_out(session: Session) -> None:
    assert ask(q="パ" * (SEARCH_MAX + 5)).query == "パ" * SEARCH_MAX
    assert ask(q="\0パン\x07 ").query == "パン"
    assert finding.count(session, QUESTION, ask(q="%"), 0) == 0


def test_a_facet_with_a_default_can_be_given_up(session: Session) -> None:
    only = Question(select(Product), (Facet("gone", "状態", Product.gone, default="0"),), {}, None, (Product.code,))
    narrow, whole = finding.read(only, {}, ""), finding.read(only, {"gone": "*"}, "")
    assert finding.count(session, only, narrow, 0) == ROWS - 28
    assert finding.count(session, only, whole, 0) == ROWS

"""Tables of products as people send them: any codepage, any order of columns, every bad row named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.config import Settings
from server.db.database import Database
from server.products import importing, service
from server.products.commands import run
from server.products.importing import CHANGED, NEW, REFUSED, SAME
from server.products.models import Product as Row
from server.setup import prepare
from shared.errors import EnishiError
from shared.locale import japanese
from shared.sale.product import Product, TaxRate
from shared.sync.messages import ProductItem

NOW_MS = 1_795_000_000_000
JAN = "4901234567894"
HEAD = "コード,商品名,カナ,価格,税率,部門,ポイント対象,取扱終了"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = prepare(Settings(data_dir=tmp_path / "office"))
    yield database
    database.close()


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "products.csv"
    path.write_bytes(text.encode(encoding))
    return path


def taken(database: Database, path: Path, dry: bool = False) -> list[tuple[int, str, str]]:
    with database.transaction() as session:
        return [(row.line, row.code, row.what) for row in importing.take_in(session, importing.read(path), NOW_MS, dry)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_table_is_read_in_each_codepage_that_spreadsheets_write(
    database: Database, tmp_path: Path, encoding: str
) -> None:
    path = written(tmp_path, f'{HEAD}\r\n{JAN},"食パン, 6枚",ショクパン,"￥1,280円",８％,パン,○,\r\n', encoding)
    assert taken(database, path) == [(2, JAN, NEW)]
    with database.reading() as session:
        expected = Product(JAN, "食パン, 6枚", "ショクパン", 1280, TaxRate.REDUCED, "パン", True)
        assert service.known(session, [JAN]) == {JAN: service.Entry(expected)}


def test_what_is_left_out_is_the_usual(database: Database, tmp_path: Path) -> None:
    assert taken(database, written(tmp_path, "price,code,name\n100,A-1,りんご\n")) == [(2, "A-1", NEW)]
    with database.reading() as session:
        assert service.known(session, ["A-1"])["A-1"] == service.Entry(Product("A-1", "りんご", "", 100))


def test_every_row_is_told_what_becomes_of_it(database: Database, tmp_path: Path) -> None:
    taken(database, written(tmp_path, "code,name,price\nA,あ,1\nB,い,2\n"))
    path = written(
        tmp_path, "code,name,price,gone\nA,あ,1,\nB,い,3,\nC,う,4,はい\nC,え,5,\n4901234567890,x,1,\nD,,1,\nE,x,?,\n"
    )
    assert taken(database, path, dry=True) == (expected := [
        (2, "A", SAME), (3, "B", CHANGED), (4, "C", NEW), (5, "C", REFUSED), (6, "4901234567890", REFUSED),
        (7, "D", REFUSED), (8, "E", REFUSED),
    ])  # fmt: skip
    with database.reading() as session:
        assert set(service.known(session, ["A", "B", "C"])) == {"A", "B"}
    assert taken(database, path) == expected
    assert [what for _, _, what in taken(database, path)] == [SAME, SAME, SAME, *[REFUSED] * 4]
    with database.reading() as session:
        sold = select(Row.code).where(Row.gone.is_(False)).order_by(Row.code)
        assert session.scalars(sold).all() == ["A", "B"]
        assert session.scalars(select(Row.code).where(service.matches("ウ"))).all() == ["C"]


def test_terminals_are_told_of_what_changed_only(database: Database, tmp_path: Path) -> None:
    from server.feed import service as feed

    taken(database, written(tmp_path, "code,name,price\nA,あ,1\nB,い,2\n"))
    with database.reading() as session:
        before = feed.pull(session, 0, 100).next
    taken(database, written(tmp_path, "code,name,price,gone\nA,あ,1,\nB,い,2,1\n"))
    with database.reading() as session:
        items = [entry.item for entry in feed.pull(session, before, 100).items]
    assert items == [ProductItem(Product("B", "い", "", 2), True)]


def test_the_command_names_refused_rows_and_counts_the_others(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,price\nA,あ,1\nB,,1\n")
    with database.transaction() as session:
        lines = list(run(session, path, True, japanese, NOW_MS))
    assert [refused for refused, _ in lines] == [False, True, False]
    assert "商品 B の項目「name」" in lines[1][1]
    assert lines[2][1] == "2 rows: 1 new, 0 changed, 0 same, 1 refused (nothing was changed)"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"code,\xff\x00\x81", "products.encoding"),
        (b"code,name\n", "products.columns"),
        ("code,name,price,色\n".encode(), "products.column"),
        (b"code,name,price,code\n", "products.column"),
        (b"", "products.columns"),
        (b'code,name,price\n"' + b"x" * 200_000, "products.columns"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_whole(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(EnishiError, match=code.replace(".", r"\.")):
        importing.read(path)
    with pytest.raises(EnishiError, match=r"server\.file"):
        importing.read(tmp_path / "nothing.csv")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused_by_name(database: Database, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"code,name,price,tax,earns,gone,kana,category\n" + content)
    rows = []
    with suppress(EnishiError):  # by name; anything else fails
        rows = list(importing.read(path))
    with database.transaction() as session:
        assert len(importing.take_in(session, rows, NOW_MS, False)) == len(rows)

"""From the books into the columnar copy: whole, or what has changed since. Every row is read from one snapshot.

Rows travel as CSV: both drivers and DuckDB write and read it without a Python object per row.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import duckdb
import psycopg
from sqlalchemy.orm import Session

from server.db.database import chunks
from server.members.models import LIVING
from server.segments.columns import anew, values_list
from shared.text.kana import search_key

CSV = "header = false, nullstr = '', delim = ',', quote = '\"', escape = '\"', auto_detect = false"
_VISITS = """
    SELECT v.visit, v.card, coalesce(c.member, 0), v.business_day, v.at_ms, v.store, v.kind, v.refund_of,
           v.amount_yen, v.earn, v.redeem
    FROM visit v JOIN card c ON c.number = v.card WHERE v.state = 'counted' {of_cards} ORDER BY v.business_day
"""
_LINES = """
    SELECT l.visit, {stream}, l.seq, l.place, l.code, l.category, l.unit_yen, l.quantity, l.discount_yen
    FROM sale_line l {of_cards}
"""
_LOTS = """
    SELECT e.card, coalesce(c.member, 0), e.month, sum(e.points) FROM entry e JOIN card c ON c.number = e.card
    {of_cards} GROUP BY e.card, c.member, e.month HAVING sum(e.points) <> 0
"""
_MEMBERS = f"""
    SELECT m.number, m.family_name, m.given_name, m.family_kana, m.given_kana, m.kana_key, m.search_key, m.phone,
           m.email, m.postal_code, m.prefecture, m.city, m.street, m.memo, m.birthday, m.rank, m.joined, m.store,
           m.provisional, m.may_print, m.may_mail, m.may_post, m.may_phone
    FROM member m WHERE m.state = '{LIVING}' {{of_members}}
"""
_OWN = "SELECT m.member, m.attribute, m.text, m.number FROM member_attribute m {of_members}"
_HOUSE = """
    SELECT m.member, h.kind FROM household_member m JOIN household h ON h.id = m.household {of_members}
"""
_KNOWN = "SELECT m.member, m.store FROM member_store m {of_members}"
_FIXED = "SELECT m.segment, m.member FROM segment_member m {of_segments}"
_VISIT_IN = """visit VARCHAR, card BIGINT, member INTEGER, day DATE, at_ms BIGINT, store VARCHAR, kind VARCHAR,
    refund_of VARCHAR, amount INTEGER, earn INTEGER, redeem INTEGER"""
_LINE_IN = """visit VARCHAR, stream VARCHAR, seq BIGINT, place INTEGER, code VARCHAR, category VARCHAR,
    unit_yen INTEGER, quantity INTEGER, discount_yen INTEGER"""
_MEMBER_IN = """number INTEGER, name VARCHAR, name_key VARCHAR, kana_key VARCHAR, sort_key VARCHAR, search_key VARCHAR,
    phone VARCHAR, email VARCHAR, postal_code VARCHAR, prefecture VARCHAR, city VARCHAR, street VARCHAR,
    memo VARCHAR, birthday DATE, birth_month TINYINT, birth_md SMALLINT, rank VARCHAR, joined DATE, store VARCHAR,
    provisional BOOLEAN, may_print BOOLEAN, may_mail BOOLEAN, may_post BOOLEAN, may_phone BOOLEAN"""
_NUMBER_VISITS = """
    CREATE OR REPLACE TEMP TABLE numbered AS
    SELECT (SELECT coalesce(max(n), 0) FROM visit) + row_number() OVER (ORDER BY v.day, v.at_ms, v.visit) AS n, v.visit,
           v.card, v.member, v.day, isodow(v.day) - 1 AS weekday, (v.at_ms // 60000 + 540) % 1440 AS minute, v.store,
           v.kind = 'refund' AS refund, CASE WHEN v.kind = 'refund' THEN -v.amount ELSE v.amount END AS amount,
           CASE WHEN v.kind = 'refund' THEN 0 ELSE v.amount - coalesce(r.yen, 0) END AS net,
           CASE WHEN v.kind = 'refund' THEN -v.redeem ELSE v.earn END AS earned,
           CASE WHEN v.kind = 'refund' THEN -v.earn ELSE v.redeem END AS used
    FROM visit_in v LEFT JOIN (
        SELECT refund_of, sum(amount)::INTEGER AS yen FROM visit_in WHERE kind = 'refund' GROUP BY refund_of
    ) r ON r.refund_of = v.visit
"""
_ADD_VISITS = """
    INSERT INTO visit
    SELECT n, card, member, day, weekday, minute, store, refund, amount, net, earned, used FROM numbered ORDER BY n
"""
# Goods are those of the first event that told of a visit (server.sales.service.lines_of).
_DROP_TWICE = """
    DELETE FROM line_in USING (
        SELECT visit, stream, seq, row_number() OVER (PARTITION BY visit ORDER BY stream, seq) AS place FROM line_in
        WHERE place = 0 AND visit IN (SELECT visit FROM line_in WHERE place = 0 GROUP BY visit HAVING count(*) > 1)
    ) t WHERE t.place > 1 AND t.visit = line_in.visit AND t.stream = line_in.stream AND t.seq = line_in.seq
"""
_ADD_LINES = """
    INSERT INTO line
    SELECT v.n, v.member, v.day, v.weekday, v.minute, v.store, l.code, l.category, l.unit_yen, l.quantity,
           l.unit_yen * l.quantity - l.discount_yen
    FROM line_in l JOIN numbered v ON v.visit = l.visit WHERE NOT v.refund ORDER BY v.n
"""
# The middle of the gaps between days of visits, the lower of two middles; NULL with fewer than two days.
HABITS = """
    SELECT sums.member, any_value(sums.visits), any_value(sums.sales), min(days.day), max(days.day),
           quantile_disc(days.gap, 0.5)
    FROM (
        SELECT member, count(*) FILTER (NOT refund) AS visits, sum(amount) AS sales FROM visit
        WHERE member > 0 {of_members} GROUP BY member
    ) sums LEFT JOIN (
        SELECT member, day, date_diff('day', lag(day) OVER (PARTITION BY member ORDER BY day), day) AS gap
        FROM (SELECT DISTINCT member, day FROM visit WHERE NOT refund AND member > 0 {of_members})
    ) days ON days.member = sums.member
    GROUP BY sums.member
"""


@dataclass(slots=True)
class Loader:
    """Between one snapshot of the books and one transaction of the copy."""

    session: Session
    cursor: duckdb.DuckDBPyConnection
    folder: Path

    @property
    def is_sqlite(self) -> bool:
        return self.session.connection().dialect.name == "sqlite"

    def whole(self) -> None:
        """Everything, into empty tables."""
        anew(self.cursor)
        self._members("")
        self._visits("", "WHERE l.visit <> ''", "")
        self._fill("fixed", "segment INTEGER, member INTEGER", _FIXED.format(of_segments=""))
        self.cursor.execute("INSERT INTO habit " + HABITS.format(of_members=""))

    def members(self, numbers: Collection[int]) -> None:
        for piece in chunks(sorted(numbers)):
            listed = values_list(piece)
            for table, column in (("member", "number"), ("own", "member"), ("house", "member"), ("known", "member")):
                self.cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({listed})")
            self._members(listed)

    def cards(self, numbers: Collection[int]) -> None:
        """Visits, goods and points of these cards, and the habits of whoever held or holds one."""
        touched: set[int] = set()
        for piece in chunks(sorted(numbers)):
            listed = values_list(piece)
            touched |= self._holders(listed)
            self.cursor.execute(f"DELETE FROM line WHERE n IN (SELECT n FROM visit WHERE card IN ({listed}))")
            self.cursor.execute(f"DELETE FROM visit WHERE card IN ({listed})")
            self.cursor.execute(f"DELETE FROM lot WHERE card IN ({listed})")
            self._visits(
                f"AND v.card IN ({listed})",
                f"JOIN visit v ON v.visit = l.visit WHERE v.card IN ({listed})",
                f"WHERE e.card IN ({listed})",
            )
            touched |= self._holders(listed)
        for members in chunks(sorted(touched)):
            listed = values_list(members)
            self.cursor.execute(f"DELETE FROM habit WHERE member IN ({listed})")
            self.cursor.execute("INSERT INTO habit " + HABITS.format(of_members=f"AND member IN ({listed})"))

    def segments(self, numbers: Collection[int]) -> None:
        for piece in chunks(sorted(numbers)):
            listed = values_list(piece)
            self.cursor.execute(f"DELETE FROM fixed WHERE segment IN ({listed})")
            self._fill(
                "fixed",
                "segment INTEGER, member INTEGER",
                _FIXED.format(of_segments=f"WHERE m.segment IN ({listed})"),
            )

    def _holders(self, cards: str) -> set[int]:
        found = self.cursor.execute(f"SELECT DISTINCT member FROM visit WHERE card IN ({cards})").fetchall()
        return {member for (member,) in found}

    def _members(self, listed: str) -> None:
        """``listed`` "": all."""
        rows = map(_member_row, self._rows(_MEMBERS.format(of_members=f"AND m.number IN ({listed})" if listed else "")))
        self._take("member", _MEMBER_IN, rows)
        where = f"WHERE m.member IN ({listed})" if listed else ""
        self._fill(
            "own", "member INTEGER, attribute INTEGER, text VARCHAR, number BIGINT", _OWN.format(of_members=where)
        )
        self._fill("house", "member INTEGER, kind VARCHAR", _HOUSE.format(of_members=where))
        self._fill("known", "member INTEGER, store VARCHAR", _KNOWN.format(of_members=where))

    def _visits(self, visits_of: str, lines_of: str, lots_of: str) -> None:
        stream = "hex(l.stream)" if self.is_sqlite else "upper(encode(l.stream, 'hex'))"
        self._stage("visit_in", _VISIT_IN, _VISITS.format(of_cards=visits_of))
        self._stage("line_in", _LINE_IN, _LINES.format(of_cards=lines_of, stream=stream))
        for statement in (_NUMBER_VISITS, _ADD_VISITS, _DROP_TWICE, _ADD_LINES):
            self.cursor.execute(statement)
        for name in ("visit_in", "line_in", "numbered"):
            self.cursor.execute(f"DROP TABLE {name}")
        lots = "card BIGINT, member INTEGER, month SMALLINT, points INTEGER"
        self._fill("lot", lots, _LOTS.format(of_cards=lots_of))

    def _stage(self, table: str, columns: str, sql: str) -> None:
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        self._fill(table, columns, sql)

    def _fill(self, table: str, columns: str, sql: str) -> None:
        if self.is_sqlite:
            self._take(table, columns, self._rows(sql))
            return
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".csv") as file:
            asked = f"COPY ({sql}) TO STDOUT (FORMAT csv)".encode()
            with _psycopg(self.session).cursor() as reader, reader.copy(asked) as told:
                for block in told:
                    file.write(block)
            file.flush()
            self._read(table, columns, file.name)

    def _take(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".csv", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
            file.flush()
            self._read(table, columns, file.name)

    def _read(self, table: str, columns: str, path: str) -> None:
        if Path(path).stat().st_size == 0:
            return
        listed = ", ".join(f"'{name}': '{kind}'" for name, kind in (part.split() for part in columns.split(",")))
        self.cursor.execute(
            f"INSERT INTO {table} SELECT {_whole(columns)} FROM read_csv('{path}', columns = {{{listed}}}, {CSV})"
        )

    def _rows(self, sql: str) -> Iterator[Sequence[Any]]:
        """Straight from the driver, as they come."""
        if self.is_sqlite:
            return cast(
                "Iterator[Sequence[Any]]", cast(Any, self.session.connection().connection).cursor().execute(sql)
            )
        return _streamed(self.session, sql)


def _streamed(session: Session, sql: str) -> Iterator[Sequence[Any]]:
    with _psycopg(session).cursor("copy_members") as reader:
        reader.itersize = 5_000
        yield from reader.execute(sql.encode())


def _psycopg(session: Session) -> psycopg.Connection[tuple[Any, ...]]:
    return cast("psycopg.Connection[tuple[Any, ...]]", session.connection().connection)


def _whole(columns: str) -> str:
    """CSV cannot tell an empty text from none: texts are empty, days are none."""
    parts = (part.split() for part in columns.split(","))
    return ", ".join(f"coalesce({name}, '')" if kind == "VARCHAR" else name for name, kind in parts)


def _member_row(row: Sequence[Any]) -> Sequence[Any]:
    (
        number, family, given, family_kana, given_kana, sort_key, found_by, phone, email, postal, prefecture, city,
        street, memo, birthday, rank, joined, store, provisional, *consents,
    ) = row  # fmt: skip
    month, day = (int(birthday[5:7]), int(birthday[8:10])) if birthday else (0, 0)
    return (
        number, f"{family} {given}".strip(), search_key(family + given), search_key(family_kana + given_kana), sort_key,
        found_by.replace("\n", " "), phone, email.lower(), postal, prefecture, search_key(city), search_key(street),
        search_key(memo), birthday, month or "", month * 100 + day or "", rank, joined[:10], store, int(provisional),
        *(int(consent) for consent in consents),
    )  # fmt: skip

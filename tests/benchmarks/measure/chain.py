"""A chain of any size in the columnar copy's own tables, made by DuckDB itself: a million members take a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator

from server.members.values import Person
from server.segments.columns import Columns, anew
from server.segments.taking import HABITS
from shared.ids import make_member_no
from shared.text.kana import search_key

TODAY = "2026-11-18"
DAYS = 730
VISITS_EACH = 7  # in two years; 6.7 visits with three lines each are what performance.md measured at
LINES_EACH = 3
_PEOPLE = """
    SELECT i, i * 10 + 3 AS number, (hash(i, 1) // 2)::BIGINT AS a, (hash(i, 2) // 2)::BIGINT AS b,
           (hash(i, 3) // 2)::BIGINT AS c, (hash(i, 4) // 2)::BIGINT AS d
    FROM range({0}) t(i)
"""
_MEMBER = """
    INSERT INTO member
    SELECT number, '会員 ' || i, '会員' || i, 'カイイン' || i, 'カ' || lpad((a % 1000000)::VARCHAR, 7, '0'),
        'カイイン' || i, '090' || lpad((a % 100000000)::VARCHAR, 8, '0'), '',
        ['1500043', '2200011', '9800811'][b % 3 + 1],
        ['東京都', '神奈川県', '宮城県', '大阪府', '福岡県'][b % 5 + 1],
        ['渋谷区', '横浜市', '仙台市'][b % 3 + 1], '', '', born, month(born), month(born) * 100 + day(born),
        ['', 'ゴールド', 'シルバー'][(d % 10 > 7)::INTEGER + (d % 10 > 8)::INTEGER + 1],
        DATE '{today}' - (d % 1500)::INTEGER, (a % 20 + 1)::VARCHAR, false,
        c % 10 > 0, c % 3 = 0, c % 11 > 0, c % 13 > 0
    FROM (SELECT *, DATE '1940-01-01' + (c % 27000)::INTEGER AS born FROM ({people}))
"""
_OWN = """
    INSERT INTO own
    SELECT number, 1, ['甘いもの', 'しょっぱいもの', '辛いもの'][a % 3 + 1], 0 FROM ({people}) WHERE b % 2 = 0
"""
# Regulars come ten times as often as the rest; afternoons and Saturdays are full.
_VISIT = """
    INSERT INTO visit SELECT row_number() OVER (ORDER BY day, h), 10 * number + 1, number, day, isodow(day) - 1,
        (600 + h % 720 + CASE WHEN h % 20 = 0 THEN 600 ELSE 0 END) % 1440, ((h // 64) % 20 + 1)::VARCHAR, false,
        yen, yen, yen // 100, CASE WHEN h % 17 = 0 THEN 50 ELSE 0 END
    FROM (
        SELECT number, (hash(i, k, 9) // 2)::BIGINT AS h, (300 + (hash(i, k, 8) // 2)::BIGINT % 6000)::INTEGER AS yen,
               DATE '{today}' - ((hash(i, k, 7) // 2)::BIGINT % {days})::INTEGER AS day
        FROM ({people}), range(1, 1 + {most}) k(k)
        WHERE k <= CASE WHEN a % 10 = 0 THEN {often} ELSE 1 + b % {seldom} END
    )
"""
_LINE = """
    INSERT INTO line SELECT n, member, day, weekday, minute, store, code, category, unit, quantity, unit * quantity
    FROM (
        SELECT v.*, '49' || lpad((h % 3000)::VARCHAR, 11, '0') AS code, 'C' || (h % 30) AS category,
               (100 + 10 * (h % 300))::INTEGER AS unit, (1 + h % 3)::INTEGER AS quantity
        FROM (SELECT visit.*, (hash(n, p, 5) // 2)::BIGINT AS h FROM visit, range({lines}) p(p)) v
    ) ORDER BY n
"""
_LOT = """
    INSERT INTO lot
    SELECT 10 * number + 1, number, 34 + (a % 12)::INTEGER, (10 + b % 900)::INTEGER FROM ({people}) WHERE c % 5 > 0
"""


def fill(columns: Columns, members: int, epoch: int, server_epoch: int, schema: int) -> Iterator[tuple[str, float]]:
    """Every table; what was made and the seconds it took."""
    people = _PEOPLE.format(members)
    often = VISITS_EACH * 4
    seldom = VISITS_EACH * 10 // 9
    told = {
        "people": people, "today": TODAY, "days": DAYS, "often": often, "seldom": seldom, "most": often,
        "lines": LINES_EACH,
    }  # fmt: skip
    with columns.writing() as cursor:
        anew(cursor)
        for name, statement in (("member", _MEMBER), ("own", _OWN), ("visit", _VISIT), ("line", _LINE), ("lot", _LOT)):
            began = time.monotonic()
            cursor.execute(statement.format(**told))
            yield name, time.monotonic() - began
        began = time.monotonic()
        cursor.execute("INSERT INTO known SELECT number, store FROM member")
        cursor.execute("INSERT INTO habit " + HABITS.format(of_members=""))
        cursor.execute(f"INSERT INTO position VALUES ({schema}, {epoch}, {server_epoch}, 0, 0)")
        yield "habit", time.monotonic() - began


def people(serials: range) -> Iterator[tuple[int, Person]]:
    """For the search box: names as common as they are in Japan, telephone numbers, readings."""
    families = tuple(zip(("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺"), _READINGS, strict=True))
    given = (("花子", "ハナコ"), ("太郎", "タロウ"), ("美咲", "ミサキ"), ("健一", "ケンイチ"), ("陽子", "ヨウコ"))
    for serial in serials:
        mixed = serial * 2_654_435_761 % (1 << 32)
        family, first = families[mixed % 6], given[mixed // 6 % 5]
        tail = "" if mixed % 3 else "藤川本村井上"[mixed // 30 % 6]
        name = (family[0] + tail, first[0], family[1], first[1])
        yield make_member_no(serial), Person(*name, phone=f"090{mixed % 100_000_000:08d}", postal_code="1500043")


_READINGS = ("サトウ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ")
MEMBER_COLUMNS = (
    "number", "family_name", "given_name", "family_kana", "given_kana", "phone", "postal_code", "prefecture", "city",
    "street", "birthday", "memo", "rank", "joined", "store", "search_key", "kana_key", "changed_ms", "provisional",
)  # fmt: skip


def row(number: int, one: Person) -> tuple[object, ...]:
    kana = search_key(one.family_kana + one.given_kana)
    return (
        number, one.family_name, one.given_name, one.family_kana, one.given_kana, one.phone, one.postal_code, "", "",
        "", "", "", "", TODAY, "1", kana, kana, 1, False,
    )  # fmt: skip

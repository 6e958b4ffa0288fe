"""Searches of head office: how long until the number of members and the first page of them are there, at a million
members with twenty million lines; and the member search box.

``python -m tests.benchmarks.segment [--members N] [--rounds N] [--no-box]``. Every search is asked through the
product's own service and, in turn with it, as the best plain SQL that we know for the same engine and the same answer.
The data are made once and kept below var/bench. Ends with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.config import Settings
from server.db.bulk import add_rows
from server.db.database import Database, database_of
from server.db.migrate import SCRIPTS
from server.feed.models import FeedState
from server.members import finding
from server.members.models import Attribute, Member
from server.segments import copying, service
from server.segments.columns import SCHEMA
from server.segments.rules import All, Any, Is, Not, Period, Rule, Window
from server.setup import prepare
from server.stores import service as stores
from shared.clock import JST
from shared.units import format_number
from tests.benchmarks.measure import chain
from tests.benchmarks.measure.goals import Goal, judge, say, table

MEMBERS = 1_000_000
ROUNDS = 15
P95_MAX_S, RATIO_MAX, BOX_P95_MAX_MS = 1.0, 1.3, 100.0
BOX_QUERIES = 400
BATCH = 20_000
FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
SHAPE = max(path.name for path in (SCRIPTS / "versions").glob("*.py"))[:4]  # data of an older revision are made anew
NOW_MS = (
    int(datetime.combine(date.fromisoformat(chain.TODAY), datetime.min.time(), JST).timestamp() * 1000) + 43_200_000
)
YEAR, MAY = Period("last_days", 365), Period("between", 0, "2026-05-01", "2026-05-31")
_HEAD = """WITH hit AS MATERIALIZED (
    SELECT m.number, m.name, m.sort_key, m.may_print, m.may_mail, m.may_post, m.may_phone FROM member m"""
_TAIL = """) SELECT (SELECT count(*) FROM hit), count(*) FILTER (NOT may_print), count(*) FILTER (NOT may_mail),
    count(*) FILTER (NOT may_post), count(*) FILTER (NOT may_phone),
    (SELECT list([number::VARCHAR, name] ORDER BY sort_key, number) FROM (
        SELECT * FROM hit ORDER BY sort_key, number LIMIT 50)) FROM hit"""
# The ten typical searches, by the numbers of the wish list: as rules, and as somebody would write them by hand.
SEARCHES: Mapping[str, tuple[Rule, str]] = {
    "04 profile": (
        All(
            (
                Is("prefecture", "is", ("東京都",)),
                Any((Is("birth_month", "any", ("11", "12")), Is("age", "between", low=60))),
            )
        ),
        "WHERE prefecture = '東京都' AND (birth_month IN (11, 12) OR birthday <= DATE '1966-11-18')",
    ),
    "05 own attribute": (
        All((Is("own:1", "any", ("甘いもの",)), Is("rank", "any", ("ゴールド", "シルバー")))),
        "SEMI JOIN own o ON o.member = m.number AND o.attribute = 1 AND o.text = '甘いもの'"
        " WHERE rank IN ('ゴールド', 'シルバー')",
    ),
    "06 visits": (
        Is("visits", "between", low=2, window=Window(MAY, ("3",))),
        "SEMI JOIN (SELECT member FROM visit WHERE day BETWEEN DATE '2026-05-01' AND DATE '2026-05-31' AND store = '3'"
        " AND NOT refund GROUP BY member HAVING count(*) >= 2) v ON v.member = m.number",
    ),
    "07 sales": (
        Is("sales", "between", low=30_000, window=Window(YEAR)),
        "SEMI JOIN (SELECT member FROM visit WHERE day BETWEEN DATE '2025-11-19' AND DATE '2026-11-18'"
        " GROUP BY member HAVING sum(amount) >= 30000) v ON v.member = m.number",
    ),
    "08 points": (
        Is("points_expiring", "between", low=100, window=Window(Period("next_days", 30))),
        "SEMI JOIN (SELECT member FROM lot WHERE month = 34 GROUP BY member HAVING sum(points) >= 100) l"
        " ON l.member = m.number",
    ),
    "09 goods": (
        Is("goods_yen", "between", low=3_000, window=Window(YEAR, categories=("C3", "C7"), unit_low=1_000)),
        "SEMI JOIN (SELECT member FROM line WHERE day BETWEEN DATE '2025-11-19' AND DATE '2026-11-18'"
        " AND category IN ('C3', 'C7') AND unit_yen >= 1000 GROUP BY member HAVING sum(yen) >= 3000) l"
        " ON l.member = m.number",
    ),
    "10 Tuesdays": (
        Is("visits", "between", low=3, window=Window(Period("last_days", 90), weekdays=(1,))),
        "SEMI JOIN (SELECT member FROM visit WHERE day BETWEEN DATE '2026-08-21' AND DATE '2026-11-18' AND weekday = 1"
        " AND NOT refund GROUP BY member HAVING count(*) >= 3) v ON v.member = m.number",
    ),
    "11 night": (
        Is("visits", "between", low=2, window=Window(YEAR, start=22 * 60, until=2 * 60)),
        "SEMI JOIN (SELECT member FROM visit WHERE day BETWEEN DATE '2025-11-19' AND DATE '2026-11-18'"
        " AND (minute >= 1320 OR minute < 120) AND NOT refund GROUP BY member HAVING count(*) >= 2) v"
        " ON v.member = m.number",
    ),
    "001-12 top 20 %": (
        Is("sales_top", "percent", low=20, window=Window(YEAR)),
        "SEMI JOIN (SELECT member FROM (SELECT member, rank() OVER (ORDER BY yen DESC) AS place, count(*) OVER () AS n"
        " FROM (SELECT member, sum(amount) AS yen FROM visit WHERE day BETWEEN DATE '2025-11-19' AND DATE '2026-11-18'"
        " GROUP BY member HAVING sum(amount) > 0) WHERE member IN (SELECT number FROM member))"
        " WHERE place <= ceil(n * 0.2)) v ON v.member = m.number",
    ),
    "001-13 lapsing": (
        All(
            (
                Is("lifecycle", "any", ("lapsing", "lapsed")),
                Is("sales", "between", low=20_000),
                Not(Is("may_print", "no")),
            )
        ),
        "JOIN habit h ON h.member = m.number WHERE may_print AND h.sales >= 20000"
        " AND CASE WHEN h.last_day IS NULL THEN joined < DATE '2026-09-19'"
        " WHEN h.visits < 3 AND h.last_day >= DATE '2026-09-19' THEN false"
        " ELSE 2 * (DATE '2026-11-18' - h.last_day) > 3 * greatest(coalesce(h.gap, 30), 7) END",
    ),
}  # fmt: skip


def made(folder: Path, members: int) -> Database:
    """The office of an earlier run, or a new one with its copy filled."""
    database = prepare(Settings(data_dir=folder))
    columns = copying.open_copy(database)
    found = columns.rows("SELECT count(*) FROM position")[0][0]
    if found:
        return database
    with database.transaction() as session:
        if not stores.exists(session, "1", ALL):
            stores.add(session, "1", "駅前店", 1)
            session.add(Attribute(id=1, name="好み", kind="choice", choices=b"[]", place=1, gone=False))
        state = session.scalars(select(FeedState)).one()
        epoch, server_epoch = state.epoch, state.server_epoch
    for name, seconds in chain.fill(columns, members, epoch, server_epoch, SCHEMA):
        say(f"made {name:<8} {seconds:6.1f} s")
    columns.execute("CHECKPOINT")
    return database


def searches(session: Session, rounds: int) -> Sequence[Goal]:
    columns = copying.open_copy(database_of(session))
    sizes = [columns.rows(f"SELECT count(*) FROM {name}")[0][0] for name in ("member", "visit", "line")]
    say(f"members, visits, lines: {', '.join(map(format_number, sizes))}")
    rows, slowest, worst = [], 0.0, 0.0
    for name, (rule, by_hand) in SEARCHES.items():
        plain = f"{_HEAD} {by_hand} {_TAIL}"
        ours = service.count(session, rule, ALL, NOW_MS)
        theirs = columns.rows(plain)[0]
        assert (ours.members, list(map(str, ours.numbers))) == (theirs[0], [one for one, _ in theirs[5] or ()]), name
        times = [_both(session, rule, plain) for _ in range(rounds)]
        own, hand = [one for one, _ in times], [other for _, other in times]
        p95, ratio = sorted(own)[-max(rounds // 20, 1)], median(own) / median(hand)
        slowest, worst = max(slowest, p95), max(worst, ratio)
        figures = (f"{median(own) * 1000:.0f}", f"{p95 * 1000:.0f}", f"{median(hand) * 1000:.0f}", f"{ratio:.2f}")
        rows.append((name, format_number(ours.members), *figures))
    table(("search", "members", "ms", "p95 ms", "by hand ms", "ratio"), rows)
    return [
        Goal("count and first page, p95 of the slowest search, s", slowest, P95_MAX_S, at_most=True),
        Goal("to the best plain SQL on the same engine, worst", worst, RATIO_MAX, at_most=True),
    ]


def box(database: Database, members: int) -> Goal:
    """The search box: what people type, letter by letter, and whole telephone numbers."""
    with database.reading() as session:
        there = session.scalar(select(func.count()).select_from(Member)) or 0
    for start in range(there + 1, members + 1, BATCH):
        some = list(chain.people(range(start, min(start + BATCH, members + 1))))
        with database.transaction() as session:
            add_rows(session, Member, chain.MEMBER_COLUMNS, [chain.row(number, one) for number, one in some])
            finding.add(session, some)
        say(f"members in the books: {format_number(start + len(some) - 1)}")
    dice, asked = Random(5), []
    people = list(chain.people(range(1, min(members, 5_000))))
    for _ in range(BOX_QUERIES // 4):
        _, one = dice.choice(people)
        asked += [one.family_name[:1], one.family_kana[:2], one.phone[-4:], f"{one.family_name} {one.given_name}"]
    with database.reading() as session:
        took = sorted(_seconds(partial(finding.match, session, query, ALL)) * 1000 for query in asked)
    say(f"search box: median {median(took):.1f} ms, p95 {took[-len(took) // 20]:.1f} ms, {len(took)} queries")
    return Goal("search box, p95, ms", took[-len(took) // 20], BOX_P95_MAX_MS, at_most=True)


def _both(session: Session, rule: Rule, plain: str) -> tuple[float, float]:
    """Ours and by hand, one after the other."""
    columns = copying.open_copy(database_of(session))
    return _seconds(partial(service.count, session, rule, ALL, NOW_MS)), _seconds(partial(columns.rows, plain))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="searches of head office")
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-box", action="store_true", help="leave the search box out")
    chosen = parser.parse_args(arguments)
    folder = FOLDER / f"segment-{chosen.members}-{SHAPE}"
    database = made(folder, chosen.members)
    goals: list[Goal] = []
    with database.reading() as session:
        goals += searches(session, chosen.rounds)
    database.close()
    if not chosen.no_box:
        other = prepare(Settings(data_dir=FOLDER / f"box-{chosen.members}-{SHAPE}"))
        with other.transaction() as session:
            if not stores.exists(session, "1", ALL):
                stores.add(session, "1", "駅前店", 1)
        goals.append(box(other, chosen.members))
        other.close()
    return judge(goals)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How fast one member is found among a million.

``python -m tests.benchmarks.members [--members N] [--postgres]``. The search box is asked as people type: the beginning
of a reading, a name, a number, the end of a telephone number, letter by letter; and the record of a member with a
thousand visits is opened. ``search_box`` is for ``./enishi bench``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.config import Settings
from server.db.bulk import add_rows
from server.members import finding, service
from server.members.models import Member, MemberStore
from server.members.values import Person, keys
from server.seed import Seed, SeedCard, SeedMember, SeedVisit, take_over
from server.setup import prepare
from server.stores import service as stores
from shared.ids import make_card_no, make_member_no
from tests.contract.head_office_bench import Bench
from tests.postgres import running_server

SEED = 20261122
BATCH = 20_000
GOAL_S, PAGE_GOAL_S = 0.100, 0.300
VISITS = 1_000
QUERIES = 400
FAMILIES = (
    ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("高橋", "タカハシ"), ("田中", "タナカ"), ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"), ("山本", "ヤマモト"), ("中村", "ナカムラ"), ("小林", "コバヤシ"), ("加藤", "カトウ"),
)  # fmt: skip
SYLLABLES = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
SIGNS = "一二三花美子郎太智恵香菜翔真由奈健陽斗結衣大和葵蓮"


def people(count: int) -> Iterator[tuple[int, Person]]:
    """As unlike and as alike as a town's."""
    dice = random.Random(SEED)
    for serial in range(1, count + 1):
        name, kana = dice.choice(FAMILIES) if dice.random() < 0.2 else _rare(dice)
        given = "".join(dice.choices(SIGNS, k=2)), "".join(dice.choices(SYLLABLES, k=3))
        phone = f"0{dice.choice('789')}0{dice.randrange(10**8):08d}"
        yield make_member_no(serial), Person(name, given[0], kana, given[1], phone)


def _rare(dice: random.Random) -> tuple[str, str]:
    return "".join(dice.choices(SIGNS, k=2)), "".join(dice.choices(SYLLABLES, k=4))


def fill(session: Session, count: int) -> None:
    """Members of two stores, without cards."""
    told = people(count)
    while piece := list(islice(told, BATCH)):
        session.execute(insert(Member), [_row(number, person) for number, person in piece])
        finding.add(session, piece)
        add_rows(session, MemberStore, ("member", "store"), [(number, _store(number)) for number, _ in piece])


def _row(number: int, person: Person) -> dict[str, object]:
    found_by, sorted_by = keys(number, person)
    return asdict(person) | {
        "number": number, "rank": "", "joined": "2026-01-01", "store": _store(number), "changed_ms": 1,
        "search_key": found_by, "kana_key": sorted_by, "provisional": False,
    }  # fmt: skip


def _store(number: int) -> str:
    return str(1 + number % 2)


def typed(count: int) -> Iterator[str]:
    """What people type into the box, letter by letter."""
    dice = random.Random(SEED + 1)
    everybody = dice.sample(list(people(min(count, 20_000))), 60)
    for number, person in everybody:
        kana = person.family_kana + person.given_kana
        yield from (kana[:end] for end in range(1, len(kana) + 1))
        yield person.family_name
        yield person.family_name + person.given_name
        yield person.phone[-4:]
        yield person.phone[:6]
        yield f"{number:08d}"[:6]


def search_box(session: Session, count: int, scope: Scope = ALL) -> list[float]:
    """Seconds of each search, with the first page's rows; rising."""
    queries = list(typed(count))[:QUERIES]
    return sorted(_timed(session, query, scope) for query in queries)


def _timed(session: Session, query: str, scope: Scope) -> float:
    began = time.perf_counter()
    service.search(session, query, scope)
    return time.perf_counter() - began


def record_page(folder: Path) -> list[float]:
    """Seconds of each opening of a record with ``VISITS`` visits, through the whole console; rising."""
    bench, card = Bench(folder), make_card_no(1)
    visits = [
        SeedVisit(f"{n:032x}", card, "1", 1_790_000_000_000 + n * 3_600_000, 1_000, 10, 0, ((0, 10),))
        for n in range(VISITS)
    ]
    member = SeedMember(make_member_no(1), "常連", "2026-01-01", "1", cards=(card,))
    seed = Seed(7, "bakery", (), (member,), (SeedCard(card, 1, 0, "00" * 32, "1"),), tuple(visits))
    with bench.database.transaction() as session:
        take_over(session, seed, 1)
    clerk, times = bench.signed_in(), []
    for _ in range(40):
        began = time.perf_counter()
        assert clerk.get(f"/members/{member.member}").status_code == 200
        times.append(time.perf_counter() - began)
    bench.close()
    return sorted(times)


def report(name: str, times: Sequence[float], goal: float) -> None:
    at95 = times[int(len(times) * 0.95)]
    verdict = "met" if at95 <= goal else "not met"
    sys.stdout.write(
        f"{name:28} p50 {statistics.median(times) * 1e3:7.2f} ms  p95 {at95 * 1e3:7.2f} ms  "
        f"max {times[-1] * 1e3:7.2f} ms  (goal {goal * 1e3:.0f} ms: {verdict})\n"
    )


def measure(url: str, count: int) -> None:
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "office", database_url=url)
        database = prepare(settings)
        began = time.perf_counter()
        with database.transaction() as session:
            for code in ("1", "2"):
                stores.add(session, code, f"店{code}", 1)
            fill(session, count)
        sys.stdout.write(f"{count:,} members in {time.perf_counter() - began:.0f} s\n")
        if url:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
        with database.reading() as session:
            report("search box", search_box(session, count), GOAL_S)
            report("search box, one store", search_box(session, count, Scope(frozenset({"1"}))), GOAL_S)
        database.close()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args(arguments)
    if not given.postgres:
        with TemporaryDirectory() as folder:
            report("record with 1,000 visits", record_page(Path(folder) / "office"), PAGE_GOAL_S)
        measure("", given.members)
        return
    with running_server() as server, server.fresh() as url:
        measure(url, given.members)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Taking over a shop's history: whole, once, and told to the terminals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from msgspec import structs

from server.access.scope import ALL
from server.cli import main
from server.ledger import service as ledger
from server.ledger.models import Visit
from server.members import service as members
from server.members.models import Member
from server.programs import service as programs
from server.seed import (
    Seed,
    SeedCard,
    SeedClerk,
    SeedMember,
    SeedProduct,
    SeedStore,
    SeedVisit,
    Taken,
    read_seed,
    take_over,
)
from server.shop.service import Settings
from server.stores.models import Store
from shared.errors import EnishiError
from shared.sale.product import TaxRate
from shared.sync.messages import CardHighWaterItem, MemberItem, ProductItem, ShopItem, StaffItem
from shared.sync.pin import pin_mark
from tests.contract.head_office_bench import CARD, START_MS, Bench, all_is_well, commit, intent, visit_id

HASH = "ab" * 32
SEED = Seed(
    tenant=7,
    programme_template="bakery",
    stores=(SeedStore("2", "緑町店"), SeedStore("3", "港店")),
    members=(
        SeedMember(
            member=13, family_name="高橋", joined="2025-04-01T09:00:00", store="3", phone="090-1234-5678", cards=(CARD,)
        ),
    ),
    cards=(SeedCard(CARD, 1, 2, HASH, "3"),),
    visits=(
        SeedVisit(visit_id(1), CARD, "3", START_MS - 90_000_000, 1_000, 10, 0, ((30, 10),)),
        SeedVisit(visit_id(2), CARD, "3", START_MS - 9_000_000, 500, 4, 6, ((20, -3), (30, -6), (36, 4))),
    ),
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


def seed(bench: Bench, what: Seed = SEED) -> Taken:
    with bench.database.transaction() as session:
        return take_over(session, what, START_MS)


def test_everything_new_is_taken_and_a_second_run_takes_nothing(bench: Bench) -> None:
    assert seed(bench) == Taken(stores=1, members=1, cards=1, visits=2)
    books = bench.books()
    assert seed(bench) == Taken(0, 0, 0, 0)
    assert bench.books() == books
    assert all_is_well(bench)


def test_balances_are_the_sums_of_the_visits_and_what_is_missing_has_lapsed(bench: Bench) -> None:
    seed(bench)
    with bench.database.reading() as session:
        assert ledger.balances(session, [CARD]) == {CARD: 5}
        assert ledger.lots(session, [CARD]) == [(20, -3), (30, 4), (36, 4)]
    second = {key[1:]: points for key, points in bench.books()["entries"].items() if key[0] == visit_id(2)}
    assert second == {("EARN", 36): 4, ("EXPIRE", 20): -3, ("REDEEM", 30): -6}


def test_terminals_learn_members_and_images(bench: Bench) -> None:
    seed(bench)
    items = [entry.item for entry in bench.terminal().pull().items]
    assert CardHighWaterItem(CARD, 1, 2, bytes.fromhex(HASH)) in items
    (member,) = (item for item in items if isinstance(item, MemberItem))
    assert (member.visits, member.last_store, member.cards) == (2, "港店", (CARD,))


def test_a_member_taken_over_is_found_by_telephone(bench: Bench) -> None:
    seed(bench)
    with bench.database.reading() as session:
        (line,) = members.search(session, "1234-5678", ALL).found
    assert (line.member.joined, line.member.phone) == ("2025-04-01", "09012345678")


def test_visits_go_on_from_the_history(bench: Bench) -> None:
    seed(bench)
    terminal = bench.terminal()
    terminal.write(intent(3, 3), commit(3))
    terminal.push()
    with bench.database.reading() as session:
        assert ledger.balances(session, [CARD]) == {CARD: 15}
    assert all_is_well(bench)


def test_goods_people_and_rules_of_the_counters_come_with_it_once(bench: Bench) -> None:
    what = structs.replace(
        SEED,
        shop=Settings(invoice_number="T1234567890123"),
        products=(SeedProduct("4901234567894", "ジャム", 680, "ジャム", TaxRate.REDUCED, "食品"),),
        staff=(SeedClerk("佐藤", "4711", "leader"),),
    )
    seed(bench, what)
    seed(bench, structs.replace(what, shop=Settings(invoice_number="T9999999999999")))
    items = [entry.item for entry in bench.terminal().pull().items]
    (said,) = (item for item in items if isinstance(item, ShopItem))
    (product,) = (item for item in items if isinstance(item, ProductItem))
    (clerk,) = (item for item in items if isinstance(item, StaffItem) and item.name == "佐藤")
    assert said.invoice_number == "T1234567890123"
    assert (product.product.code, clerk.role) == ("4901234567894", "leader")
    assert clerk.pin == pin_mark("4711", said.pin_salt)


def test_files_that_are_something_else_are_named(bench: Bench, tmp_path: Path) -> None:
    good = tmp_path / "seed.json"
    good.write_bytes(msgspec.json.encode(SEED))
    assert read_seed(good, bench.settings) == SEED
    bad = tmp_path / "bad.json"
    bad.write_text('{"tenant": "x"}', "utf-8")
    odd = {"deep": b'{"x":' + b"[" * 5_000, "latin": b'{"tenant":7,"programme_template":"\xff"}', "huge": b"9" * 5_000}
    for name, content in odd.items():
        (tmp_path / name).write_bytes(content)
    cases = (
        *((tmp_path / name, bench.settings, "server.seed_malformed") for name in odd),
        (tmp_path, bench.settings, "server.file"),
        (tmp_path / "none.json", bench.settings, "server.file"),
        (bad, bench.settings, "server.seed_malformed"),
        (good, replace(bench.settings, tenant=8), "server.seed_tenant"),
    )
    for path, settings, code in cases:
        with pytest.raises(EnishiError) as caught:
            read_seed(path, settings)
        assert caught.value.code == code


WRONG = (
    ("stores", "code", "123456789"),
    ("members", "member", -1),
    ("members", "member", 1 << 63),
    ("members", "family_name", "高" * 201),
    ("members", "store", "9"),
    ("cards", "hash", "ab"),
    ("cards", "hash", "zz" * 32),
    ("cards", "card", 10**40),
    ("visits", "visit", "x"),
    ("visits", "at_ms", 1 << 62),
    ("visits", "amount_yen", -500),
    ("visits", "earn", 1 << 31),
    ("visits", "lots", [[600, 1]]),
    ("visits", "lots", [[36, 1 << 40]]),
    ("visits", "store", "9"),
)


@pytest.mark.parametrize(("kind", "field", "value"), WRONG)
def test_one_wrong_value_refuses_the_whole_file(
    kind: str, field: str, value: object, bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = msgspec.to_builtins(SEED)
    told[kind][0][field] = value
    path = tmp_path / "seed.json"
    path.write_bytes(msgspec.json.encode(told))
    before = (bench.count(Store), bench.count(Member), bench.count(Visit))
    assert main(["seed", str(path), "--data", str(bench.folder)]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    assert (bench.count(Store), bench.count(Member), bench.count(Visit)) == before


def test_an_unknown_template_refuses_the_whole_file(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(EnishiError, match=r"input\.programme_template"):
        programs.template("moon phase")


told = st.dictionaries(st.sampled_from(Seed.__struct_fields__), st.integers() | st.text())


@profile(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | told.map(msgspec.json.encode))
def test_any_file_is_a_seed_or_refused_by_name(bench: Bench, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.json"
    path.write_bytes(content)
    with pytest.raises(EnishiError, match=r"server\.seed_malformed"):
        read_seed(path, bench.settings)

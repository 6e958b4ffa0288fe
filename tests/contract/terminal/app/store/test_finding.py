"""What staff look for: people without their card, visits to be refunded, goods, and who they are themselves."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ids import CardNo, MemberNo, TerminalId, make_card_no
from shared.sale.basket import Basket, Line
from shared.sale.codes import PriceInCode, jan_check_digit
from shared.sale.product import Product, TaxRate
from shared.sale.rules import PriceBasis, SaleRules
from shared.sync.messages import (
    CardDenyItem,
    FeedEntry,
    FeedItem,
    MemberItem,
    PhoneMark,
    ProductItem,
    Pull,
    ShopItem,
    StaffItem,
)
from shared.sync.pin import pin_mark
from shared.text.kana import search_key
from shared.text.phone_mark import check_of, tail_of
from shared.visit.facts import Duty, FoundMember, Role
from shared.visit.journal import How, Intent, Newcomer, OffCard, StopCard, VisitKind
from terminal.app.store import Store, sql
from terminal.app.store.finding import FOUND_MAX, VISITS_MAX
from terminal.app.store.pins import REST_S, WRONG_MAX
from terminal.app.store.schema import migrate
from tests.contract.terminal.app.conftest import HandClock, UnwarmedStore

Boot = Callable[..., Store]
CARD, OTHER_CARD = make_card_no(1), make_card_no(2)
DAY = "2026-09-21"  # of the tests' clock
HANAKO, TARO = "09012345678", "0312345678"  # two numbers with one end
SALT = "00ff"


def told(store: Store, *items: FeedItem) -> None:
    _, after = store.feed_position()
    entries = tuple(FeedEntry(after + number, item) for number, item in enumerate(items, 1))
    store.apply_feed(Pull(1, entries, after + len(items), False))


def member(number: int, kana: str, *phones: str, cards: tuple[CardNo, ...] = ()) -> MemberItem:
    marks = tuple(PhoneMark(tail_of(phone), check_of(phone)) for phone in phones)
    return MemberItem(number, f"会員{number}", kana, "", "", 0, "", "", "", cards or (make_card_no(number),), marks)


def found(store: Store, phone: str = "", kana: str = "") -> list[int]:
    people, more = store.find_members(phone, kana)
    assert not more
    return [one.member for one in people]


# --- people -------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(store: Store) -> Store:
    told(store, member(1, "ヤマダ ハナコ", HANAKO, "0451112222"), member(2, "ヤマモト タロウ", TARO), member(3, ""))
    return store


@pytest.mark.parametrize(
    ("phone", "numbers"),
    [
        (HANAKO, [1]),
        ("090-1234-5678", [1]),
        (TARO, [2]),
        ("0451112222", [1]),
        ("5678", [1, 2]),
        ("345678", [1, 2]),  # an end: only its last four can be held against a mark
        ("2222", [1]),
        ("08012345678", []),
        ("9999", []),
        ("678", []),
    ],
)
def test_people_are_found_by_their_number_or_its_end(known: Store, phone: str, numbers: list[int]) -> None:
    assert found(known, phone) == numbers


@pytest.mark.parametrize(
    ("kana", "numbers"),
    [
        ("ヤマ", [1, 2]),
        ("やまだ", [1]),
        ("ﾔﾏﾓ", [2]),
        ("ヤマダハナコ", [1]),
        ("ハナコ", []),
        ("%", []),
        ("", []),
        ("ー", []),
    ],
)
def test_people_are_found_by_the_beginning_of_their_kana(known: Store, kana: str, numbers: list[int]) -> None:
    assert found(known, "", kana) == numbers


def test_somebody_found_is_told_apart_by_kana_end_of_number_and_cards_in_use(store: Store) -> None:
    cards = tuple(make_card_no(serial) for serial in (1, 2, 3))
    told(store, member(1, "ヤマダ", HANAKO, cards=cards), CardDenyItem(cards[0], "online_only"))
    store.note(StopCard(cards[1], "lost", 0))
    person = FoundMember(MemberNo(1), "会員1", "ヤマダ", "5678", (cards[2], cards[0]))
    for phone, kana in ((HANAKO, ""), ("5678", ""), ("", "ヤマ")):
        assert store.find_members(phone, kana) == ((person,), False)


def test_of_many_six_are_shown_and_it_is_said_that_there_are_more(store: Store) -> None:
    told(store, *(member(number, "ヤマダ", f"0901{number:03}5678") for number in range(1, FOUND_MAX + 1)))
    assert [len(store.find_members(*asked)[0]) for asked in (("5678", ""), ("", "ヤ"))] == [FOUND_MAX] * 2
    assert not store.find_members("5678", "")[1]
    told(store, member(99, "ヤマダ", "09099995678"))
    for asked in (("5678", ""), ("", "ヤ")):
        people, more = store.find_members(*asked)
        assert (len(people), more) == (FOUND_MAX, True)


def test_numbers_and_kana_that_a_member_has_no_more_find_nobody(known: Store) -> None:
    told(known, member(1, "サトウ", "0451112222"))
    assert (found(known, HANAKO), found(known, "", "ヤマダ")) == ([], [])
    assert found(known, "", "サトウ") == found(known, "2222") == [1]


def test_whoever_was_enrolled_here_is_found_before_head_office_has_answered(known: Store) -> None:
    known.note(Newcomer(make_card_no(9), "0801115678", "ヤマカワ", 1, DAY))
    known.note(Newcomer(make_card_no(8), "", "", 1, DAY))
    person = FoundMember(MemberNo(0), "", "ヤマカワ", "5678", (make_card_no(9),))
    assert known.find_members("0801115678", "")[0] == known.find_members("", "やまか")[0] == (person,)
    assert found(known, "5678") == [1, 2, 0]
    assert found(known, "", "ヤマ") == [1, 2, 0]
    told(known, member(4, "ヤマカワ", "0801115678", cards=(make_card_no(9),)))
    assert found(known, "5678") == [1, 2, 4]


@pytest.mark.parametrize(
    ("statement", "index", "asked"),
    [
        (sql.MEMBERS_BY_PHONE, "member_phone USING PRIMARY KEY (tail=? AND mark=?)", 4),
        (sql.MEMBERS_BY_TAIL, "member_phone USING PRIMARY KEY (tail=?)", 3),
        (sql.MEMBERS_BY_KANA, "member USING INDEX member_search_key (search_key>? AND search_key<?)", 4),
        (sql.OWN_CARDS, "member_card USING COVERING INDEX member_card_member (member=?)", 2),
        (sql.CARDS_IN_USE, "noted USING INDEX noted_old (old=?)", 1),
    ],
)
def test_people_are_found_by_an_index(statement: str, index: str, asked: int) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", (1,) * asked)]
    assert any(index in step for step in plan), plan
    scans = [step for step in plan if step.startswith("SCAN") and "json_each" not in step]
    assert [step for step in scans if step != "SCAN owned"] == []


phones = st.from_regex(r"\A0[0-9]{5}(12|34)(56|78)\Z")
kanas = st.text("ヤマダハナコー 山aｱ", max_size=4)
people = st.lists(st.tuples(kanas, st.lists(phones, unique=True, max_size=2)), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people, phones, kanas)
def test_finding_is_looking_at_everybody(
    tmp_path_factory: pytest.TempPathFactory,
    clock: HandClock,
    people: list[tuple[str, list[str]]],
    phone: str,
    kana: str,
) -> None:
    path = tmp_path_factory.mktemp("find") / "journal.db"
    with closing(UnwarmedStore.open(path, TerminalId(12), bytes(8), "1", clock)) as store:
        told(store, *(member(number, kana, *owned) for number, (kana, owned) in enumerate(people, 1)))
        numbered = list(enumerate(people, 1))
        assert found(store, phone) == [n for n, (_, owned) in numbered if phone in owned]
        ending = [n for n, (_, owned) in numbered if any(one[-4:] == phone[-4:] for one in owned)]
        assert found(store, phone[-4:]) == ending
        key = search_key(kana)
        beginning = [n for n, (theirs, _) in numbered if key and search_key(theirs).startswith(key)]
        assert sorted(found(store, "", kana)) == beginning


# --- visits that may be refunded ----------------------------------------------------------------------------------


def sell(store: Store, amount_yen: int = 1_000, card: CardNo = CARD, **changed: object) -> Intent:
    facts = store.look_up(card)
    image = "A" * 69
    visit, slip = facts.next_visit, facts.slip
    intent = Intent(visit, card, 1, slip, image, image, amount_yen, 10, 0, 0, 0, ((36, 10),), slip, 1, DAY)
    intent = replace(intent, **changed)
    store.intend(intent)
    return intent


def counted(store: Store, amount_yen: int = 1_000, **changed: object) -> Intent:
    intent = sell(store, amount_yen, **changed)
    store.commit(intent.visit, How.VERIFIED)
    return intent


def refund(store: Store, sale: Intent, amount_yen: int) -> Intent:
    return counted(store, amount_yen, kind=VisitKind.REFUND, refund_of=sale.visit)


def test_counted_sales_of_the_card_come_newest_first_and_whole(store: Store, clock: HandClock) -> None:
    basket = Basket((Line("4901234567894", "牛乳", "食品", 198, 2, TaxRate.REDUCED),))
    first = counted(store, 396, basket=basket)
    first_ms, clock.wall_ms = clock.wall_ms, clock.wall_ms + 60_000
    honoured = sell(store)
    store.doubt(honoured.visit, "unreadable")
    store.honour(honoured.visit, "unreadable")
    second = counted(store, 500)  # its COMMIT lags
    found = store.find_visits(CARD)
    assert [(past.intent, past.wall_ms, past.left_yen) for past in found] == [
        (second, clock.wall_ms, 500),
        (honoured, clock.wall_ms, 1_000),
        (first, first_ms, 396),
    ]


def test_what_was_not_sold_on_this_card_here_cannot_be_refunded(store: Store) -> None:
    counted(store, 0)
    counted(store, card=OTHER_CARD)
    sell(store)
    aborted = sell(store)
    store.abort(aborted.visit, "at base")
    facts = store.look_up(CARD)
    store.record_off_card(OffCard(facts.next_visit, CARD, "card.torn", 900, 9, ((36, 9),), facts.slip, 1, DAY))
    assert store.find_visits(CARD) == ()


def test_what_refunds_took_is_not_left(store: Store) -> None:
    first, second = counted(store), counted(store)
    refund(store, first, 300)
    refund(store, first, 200)
    void = sell(store, 100, kind=VisitKind.REFUND, refund_of=first.visit)
    store.abort(void.visit, "at base")
    assert [(past.intent.visit, past.left_yen) for past in store.find_visits(CARD)] == [
        (second.visit, 1_000),
        (first.visit, 500),
    ]
    refund(store, second, 1_000)
    assert [past.intent.visit for past in store.find_visits(CARD)] == [first.visit]


def test_of_many_visits_the_last_twelve_of_which_something_is_left_are_shown(store: Store) -> None:
    sales = [counted(store) for _ in range(VISITS_MAX + 3)]
    refund(store, sales[-1], 1_000)
    shown = [past.intent for past in store.find_visits(CARD)]
    assert shown == sales[-2 : -2 - VISITS_MAX : -1]


# --- goods --------------------------------------------------------------------------------------------------------

MILK = Product("4901234567894", "牛乳", "ギュウニュウ", 198, TaxRate.REDUCED, "食品")
HAM = Product("0212345", "ハム", "ハム", 0, TaxRate.REDUCED, "精肉", earns=False)
LABEL = "021234500398"
LABEL += str(jan_check_digit(LABEL))


def shop(*prefixes: str, digits: int = 5) -> ShopItem:
    return ShopItem(SaleRules(PriceBasis.INCLUSIVE, price_in_code=PriceInCode(prefixes, digits)), pin_salt=SALT)


def test_a_product_is_found_by_its_code_as_it_was_told(store: Store) -> None:
    told(store, ProductItem(MILK), ProductItem(HAM))
    assert store.find_product(MILK.code) == store.find_product("４９０１２３４５６７８９４") == MILK
    assert store.find_product(HAM.code) == HAM
    told(store, ProductItem(replace(MILK, unit_yen=210)))
    assert store.find_product(MILK.code) == replace(MILK, unit_yen=210)
    told(store, ProductItem(MILK, gone=True), ProductItem(MILK, gone=True))
    assert store.find_product(MILK.code) is None


@pytest.mark.parametrize("code", ["", "4901234567890", "NOBODYS", "縁", "x" * 99, "49012345678\x00"])
def test_what_is_no_product_is_none(store: Store, code: str) -> None:
    told(store, ProductItem(MILK), shop("02"))
    assert store.find_product(code) is None


def test_a_label_says_its_price_where_the_shop_prints_such(boot: Boot) -> None:
    store = boot()
    told(store, ProductItem(HAM))
    assert store.find_product(LABEL) is None
    told(store, shop("02"))
    assert store.find_product(LABEL) == replace(HAM, unit_yen=398)
    store.close()
    again = boot()
    assert again.find_product(LABEL) == replace(HAM, unit_yen=398)
    told(again, shop("02", digits=13))  # labels that nobody can read
    assert again.find_product(LABEL) is None
    assert again.shop_settings().sale_rules == SaleRules()


def test_a_shop_that_was_told_nothing_sells_all_the_same(boot: Boot) -> None:
    store = boot()
    assert store.shop_settings() == ShopItem(SaleRules())
    item = ShopItem(SaleRules(PriceBasis.EXCLUSIVE), "T1234567890123", ("味", "接客"), True, SALT)
    told(store, item)
    assert store.shop_settings() == item
    store.close()
    assert boot().shop_settings() == item


# --- who serves ---------------------------------------------------------------------------------------------------


def staff(number: int, pin: str, role: str = "staff", salt: str = SALT) -> StaffItem:
    return StaffItem(number, f"係{number}", role, pin_mark(pin, salt) if pin else "")


@pytest.fixture
def staffed(store: Store) -> Store:
    people = (staff(1, "1111"), staff(2, "2222", "leader"), staff(3, "3333", "manager"), staff(4, "4444", "emperor"))
    told(store, shop(), *people, staff(5, ""))
    return store


@pytest.mark.parametrize(
    ("pin", "person"),
    [
        ("1111", Duty(1, "係1", Role.STAFF)),
        ("2222", Duty(2, "係2", Role.LEADER)),
        ("3333", Duty(3, "係3", Role.MANAGER)),
        ("4444", Duty(4, "係4", Role.STAFF)),  # a role that this software does not know is the least
        ("", Duty()),
        ("9999", "pin.unknown"),
        ("111", "pin.unknown"),
        ("縁縁縁縁", "pin.unknown"),
    ],
)
def test_a_pin_is_somebodys_or_nobodys(staffed: Store, pin: str, person: Duty | str) -> None:
    assert staffed.begin_duty(pin) == person


def test_whoever_left_or_has_a_new_pin_is_not_known_by_the_old_one(staffed: Store) -> None:
    told(staffed, staff(1, ""), staff(2, "5555", "leader"))
    assert [staffed.begin_duty(pin) for pin in ("1111", "2222")] == ["pin.unknown"] * 2
    assert staffed.begin_duty("5555") == Duty(2, "係2", Role.LEADER)


def test_without_a_readable_salt_nobody_is_known(store: Store) -> None:
    told(store, ShopItem(SaleRules(), pin_salt="salt"), staff(1, "1111"))
    assert store.begin_duty("1111") == "pin.unknown"


def test_after_five_wrong_pins_nobody_is_known_for_a_minute(staffed: Store, clock: HandClock) -> None:
    assert (WRONG_MAX, REST_S) == (5, 60.0)
    assert {staffed.begin_duty("9999") for _ in range(WRONG_MAX)} == {"pin.unknown"}
    assert [staffed.begin_duty(pin) for pin in ("1111", "9999")] == ["pin.rest"] * 2
    assert staffed.begin_duty("") == Duty()
    clock.mono_s += REST_S - 1
    assert staffed.begin_duty("1111") == "pin.rest"
    clock.mono_s += 1
    assert staffed.begin_duty("1111") == Duty(1, "係1", Role.STAFF)


def test_a_right_pin_forgives_the_wrong_ones_before_it(staffed: Store) -> None:
    for _ in range(3):
        for _ in range(WRONG_MAX - 1):
            assert staffed.begin_duty("9999") == "pin.unknown"
        assert isinstance(staffed.begin_duty("1111"), Duty)


def test_no_pin_is_written_down(staffed: Store, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = staffed._db.total_changes
    staffed.begin_duty("86420975")
    assert staffed._db.total_changes == before
    staffed.close()
    files = [file.read_bytes() for file in path.parent.iterdir()]
    assert all(b"86420975" not in content for content in files)
    assert caplog.records == []

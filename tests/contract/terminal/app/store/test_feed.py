"""Head office's feed: applied once or twice, in one page or many, cut anywhere, the terminal knows the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.card.layout import USUAL
from shared.ids import MessageId, TerminalId, make_card_no
from shared.points.program import EarnRule, Programme
from shared.sale.product import Product, TaxRate
from shared.sale.rules import PriceBasis, SaleRules
from shared.sync.messages import (
    AdjustmentItem,
    BenefitItem,
    CardDenyItem,
    CardHighWaterItem,
    FeedEntry,
    FeedItem,
    KidPolicyItem,
    LayoutItem,
    MemberItem,
    MessageClosedItem,
    MessageItem,
    PhoneMark,
    ProductItem,
    ProgrammeItem,
    Pull,
    ShopItem,
    StaffItem,
    TombstoneItem,
    WriterDenyItem,
)
from shared.visit.journal import How, Intent
from shared.visit.shop import KidPolicy
from terminal.app.store import Store

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
CARDS = tuple(make_card_no(serial) for serial in range(1, 5))
RULE_TABLES = ("adjust", "deny_card", "deny_writer", "kid_policy")
COUNTER_TABLES = ("product", "staff", "shop", "benefit", "member_phone", "layout")
TABLES = ("member", "member_card", "message", "card_shadow", "programme", "cursor", *RULE_TABLES, *COUNTER_TABLES)


def page(*items: FeedItem, epoch: int = 1, after: int = 0, more: bool = False) -> Pull:
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, after + 1))
    return Pull(epoch, entries, after + len(items), more)


def member(number: int, *cards: int, name: str = "山田 花子") -> MemberItem:
    return MemberItem(number, name, "ヤマダ ハナコ", "", "", 3, "2026-09-01", "本店", "", cards)


def message(number: int, card: int, text: str = "本日2倍") -> MessageItem:
    return MessageItem(number, card, text, 0, "")


def known(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return {table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in TABLES}


def test_page_and_cursor_are_applied_together(store: Store) -> None:
    assert store.feed_position() == (0, 0)
    store.apply_feed(page(member(1, CARDS[0])))
    assert store.feed_position() == (1, 1)


def test_a_member_replaces_what_was_known_of_it(store: Store) -> None:
    store.apply_feed(page(member(1, CARDS[0], CARDS[1]), member(2, CARDS[2])))
    store.apply_feed(page(member(1, CARDS[1], CARDS[2], name="山田 桜"), after=2))
    names = [found.name if (found := store.look_up(card).member) else None for card in CARDS]
    assert names == [None, "山田 桜", "山田 桜", None]


def test_a_tombstone_forgets_the_member_and_its_messages(store: Store, path: Path) -> None:
    store.apply_feed(
        page(member(1, *CARDS[:2], name="消える 人"), message(1, CARDS[0], "消える 人 様"), message(2, CARDS[3]))
    )
    store.apply_feed(page(TombstoneItem(1), after=3))
    facts = store.look_up(CARDS[0])
    assert (facts.member, facts.messages) == (None, ())
    assert len(store.look_up(CARDS[3]).messages) == 1
    store.close()
    assert "消える".encode() not in path.read_bytes()


def test_a_closed_message_stays_closed(store: Store) -> None:
    pages = page(message(1, CARDS[0]), MessageClosedItem(1), MessageClosedItem(99))
    store.apply_feed(pages)
    store.apply_feed(pages)
    store.apply_feed(page(message(1, CARDS[0])))
    assert store.look_up(CARDS[0]).messages == ()


def test_a_high_water_raises_the_shadow_and_never_lowers_it(store: Store, intend: Intend) -> None:
    intent = intend(store, card=CARDS[0], seq=4)
    store.commit(intent.visit, How.VERIFIED)
    store.apply_feed(page(CardHighWaterItem(CARDS[0], 1, 3, bytes(32)), CardHighWaterItem(CARDS[0], 1, 4, bytes(32))))
    own = store.look_up(CARDS[0]).shadow
    assert own is not None
    assert (own.seq, own.hash != bytes(32)) == (4, True)
    store.apply_feed(page(CardHighWaterItem(CARDS[0], 2, 0, b"h" * 32), after=2))
    raised = store.look_up(CARDS[0]).shadow
    assert raised is not None
    assert (raised.gen, raised.seq, raised.hash) == (2, 0, b"h" * 32)


def test_the_rules_are_those_sent_last(boot: Boot) -> None:
    store = boot()
    assert store.programme() == Programme()
    newer = Programme(version=4, name="秋", earn=EarnRule(points=2))
    store.apply_feed(page(ProgrammeItem(Programme(version=3)), ProgrammeItem(newer)))
    assert store.programme() == newer
    store.close()
    assert boot().programme() == newer


def test_a_new_epoch_replaces_everything_only_when_it_was_read_to_its_end(store: Store) -> None:
    store.apply_feed(page(member(1, CARDS[0]), member(2, CARDS[1]), message(1, CARDS[0]), message(2, CARDS[1])))
    store.apply_feed(page(member(1, CARDS[0], name="新しい 名"), message(1, CARDS[0]), epoch=2, more=True))
    assert store.look_up(CARDS[1]).member is not None
    store.apply_feed(page(member(3, CARDS[2]), epoch=2, after=2))
    found = [store.look_up(card).member for card in CARDS]
    assert [one and one.member for one in found] == [1, None, 3, None]
    assert store.look_up(CARDS[1]).messages == ()
    assert len(store.look_up(CARDS[0]).messages) == 1


def test_a_restored_head_office_may_give_a_printed_messages_number_to_another_text(
    store: Store, intend: Intend
) -> None:
    store.apply_feed(page(message(1, CARDS[0]), message(2, CARDS[0])))
    intent = intend(store, card=CARDS[0])
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, "", (MessageId(1), MessageId(2)), ())
    store.apply_feed(page(message(1, CARDS[0], "別の知らせ"), message(2, CARDS[0]), epoch=2))
    assert [due.id for due in store.look_up(CARDS[0]).messages] == [1]


def test_a_restored_head_office_gets_again_what_its_backup_may_lack(store: Store) -> None:
    for _ in range(4):
        store.record_seen("x", "card.foreign")
    store.apply_feed(page())
    store.acknowledge(store.stream, 5, 2)
    assert store.unsent() == 0
    store.apply_feed(page(epoch=2))
    assert store.unsent() == 3


# --- what head office decides about cards -------------------------------------------------------------------------


def adjustment(number: int, card: int = CARDS[0], points: int = 5) -> AdjustmentItem:
    return AdjustmentItem(card, number, ((36, points), (48, -1)))


def rules_of(store: Store) -> tuple[object, ...]:
    facts = store.look_up(CARDS[0])
    numbers = [one.number for one in facts.adjustments]
    return numbers, facts.denied, facts.denied_writers, dict(store.kid_policies())


def test_what_is_decided_about_a_card_stands_in_its_facts_until_it_is_lifted(store: Store) -> None:
    told = (adjustment(64), adjustment(3), CardDenyItem(CARDS[0], "online_only"), WriterDenyItem(9, 700))
    store.apply_feed(page(*told, WriterDenyItem(4, 0), KidPolicyItem(1, True, "online")))
    assert rules_of(store) == ([3, 64], "online_only", ((4, 0), (9, 700)), {1: KidPolicy(True, "online")})
    assert store.look_up(CARDS[0]).adjustments[0].lots == ((36, 5), (48, -1))
    assert (store.look_up(CARDS[1]).adjustments, store.look_up(CARDS[1]).denied) == ((), "")
    changed = (CardDenyItem(CARDS[0], "stopped"), WriterDenyItem(9, 650), KidPolicyItem(1, False, "no"))
    store.apply_feed(page(*changed, adjustment(3, points=6), after=6))
    assert rules_of(store) == ([3, 64], "stopped", ((4, 0), (9, 650)), {1: KidPolicy(False, "no")})
    assert store.look_up(CARDS[0]).adjustments[0].lots == ((36, 6), (48, -1))
    store.apply_feed(page(CardDenyItem(CARDS[0], ""), WriterDenyItem(9, -1), WriterDenyItem(4, -1), after=10))
    assert rules_of(store) == ([3, 64], "", (), {1: KidPolicy(False, "no")})


def product(code: str, unit_yen: int = 198, gone: bool = False) -> ProductItem:
    return ProductItem(Product(code, "牛乳", "ギュウニュウ", unit_yen, TaxRate.REDUCED, "食品"), gone)


def counter_of(path: Path) -> list[list[tuple[object, ...]]]:
    """Codes and prices, people, benefits: as the files say."""
    with closing(sqlite3.connect(path)) as db:
        asked = (
            "SELECT code, unit_yen FROM product",
            "SELECT number, name FROM staff",
            "SELECT id, text, state FROM benefit",
        )
        return [db.execute(statement).fetchall() for statement in asked]


def test_what_a_counter_needs_is_replaced_as_it_is_told(store: Store, path: Path) -> None:
    store.apply_feed(page(product("A"), product("B"), StaffItem(1, "佐藤", "staff", ""), StaffItem(2, "林", "x", "00")))
    store.apply_feed(
        page(BenefitItem(4, CARDS[0], "花束", ""), BenefitItem(4, CARDS[0], "花束", "", open=False), after=4)
    )
    store.apply_feed(page(product("A", 210), product("B", gone=True), StaffItem(1, "鈴木", "staff", ""), after=6))
    assert counter_of(path) == [[("A", 210)], [(1, "鈴木"), (2, "林")], [(4, "花束", "closed")]]
    rules = SaleRules(PriceBasis.EXCLUSIVE)
    store.apply_feed(page(ShopItem(SaleRules(), voices=("味",)), ShopItem(rules), after=9))
    assert store.shop_settings() == ShopItem(rules)


def test_a_feed_that_is_read_anew_takes_back_goods_people_and_benefits(store: Store, path: Path) -> None:
    told = (product("A"), product("B"), StaffItem(1, "佐藤", "", ""), StaffItem(2, "林", "", ""))
    benefits = tuple(BenefitItem(number, CARDS[0], "花束", "") for number in (4, 5))
    store.apply_feed(page(*told, *benefits, ShopItem(SaleRules(), needs_duty=True)))
    before = counter_of(path)
    store.apply_feed(page(product("B", 300), StaffItem(2, "林", "", ""), more=True), anew=True)
    assert [len(rows) for rows in counter_of(path)] == [len(rows) for rows in before]
    store.apply_feed(page(benefits[1], after=2))
    assert counter_of(path) == [[("B", 300)], [(2, "林")], [(5, "花束", "due")]]
    assert store.shop_settings().needs_duty  # as with the rules: what is not told again is not taken back


DENIED = (CardDenyItem(CARDS[0], "stopped"), WriterDenyItem(9, 1))
EVERYTHING = (adjustment(1), adjustment(2), *DENIED, KidPolicyItem(1, True, "no"))


def test_a_restored_head_office_takes_back_only_what_its_whole_feed_does_not_tell(store: Store) -> None:
    store.apply_feed(page(*EVERYTHING))
    before = rules_of(store)
    store.apply_feed(page(adjustment(2), epoch=2, more=True))
    assert rules_of(store) == before
    store.apply_feed(page(adjustment(64), epoch=2, after=1))
    assert rules_of(store) == ([2, 64], "", (), {})


def test_a_feed_that_is_read_anew_takes_back_what_it_does_not_tell_any_more(store: Store) -> None:
    store.apply_feed(page(*EVERYTHING, member(1, CARDS[0]), message(1, CARDS[0])))
    store.acknowledge(store.stream, 1, 0)
    store.apply_feed(page(adjustment(2), more=True), anew=True)
    assert store.feed_position() == (1, 1)
    assert store.look_up(CARDS[0]).member is not None
    store.apply_feed(page(message(1, CARDS[0]), after=1))
    assert rules_of(store) == ([2], "", (), {})
    facts = store.look_up(CARDS[0])
    assert (facts.member, len(facts.messages)) == (None, 1)
    assert store.unsent() == 0  # the same head office: what it acknowledged it still has


def test_a_message_that_was_printed_stays_printed_when_the_feed_is_read_anew(store: Store, intend: Intend) -> None:
    store.apply_feed(page(message(1, CARDS[0])))
    intent = intend(store, card=CARDS[0])
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, "", (MessageId(1),), ())
    store.apply_feed(page(message(1, CARDS[0])), anew=True)
    assert store.look_up(CARDS[0]).messages == ()


def test_a_reading_that_a_second_restoration_breaks_off_is_begun_anew(store: Store) -> None:
    store.apply_feed(page(*EVERYTHING))
    store.apply_feed(page(adjustment(1), epoch=2, more=True))
    store.apply_feed(page(adjustment(2), epoch=3, more=True))
    store.apply_feed(page(epoch=3, after=1))
    assert rules_of(store) == ([2], "", (), {})


def test_entries_that_the_old_software_skipped_are_read_again_after_an_update(boot: Boot) -> None:
    store = boot()
    store.apply_feed(page(member(1, CARDS[0])), skipped=2)
    store.close()
    assert boot().feed_position() == (1, 1)
    updated = boot(software="1.1.0")
    assert updated.feed_position() == (1, 0)
    updated.apply_feed(page(member(1, CARDS[0])))
    updated.close()
    assert boot(software="1.2.0").feed_position() == (1, 1)


class CutOnce(Store):
    """Loses power inside the next transaction when ``armed``."""

    wal_warm_bytes = 0
    armed: ClassVar[bool] = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with super().transaction() as db:
            yield db
            if self.armed:
                type(self).armed = False
                raise KeyboardInterrupt


def test_a_cut_inside_a_page_applies_nothing_of_it(boot: Boot, path: Path) -> None:
    store = boot(CutOnce)
    before = known(path)
    CutOnce.armed = True
    with pytest.raises(KeyboardInterrupt):
        store.apply_feed(page(member(1, CARDS[0]), message(1, CARDS[0])))
    assert known(path) == before


def replace_phones(item: MemberItem, phones: list[PhoneMark]) -> MemberItem:
    return msgspec.structs.replace(item, phones=tuple(phones))


cards = st.sampled_from(CARDS)
numbers = st.integers(1, 4)
marks = st.builds(PhoneMark, st.sampled_from(["1234", "5678"]), st.integers(0, 2))
items = st.one_of(
    st.builds(
        lambda number, owned, phones: replace_phones(member(number, owned), phones),
        numbers,
        cards,
        st.lists(marks, max_size=3),
    ),
    st.builds(product, st.sampled_from("AB"), st.integers(0, 2), st.booleans()),
    st.builds(StaffItem, numbers, st.just("佐藤"), st.sampled_from(["staff", "?"]), st.sampled_from(["", "00"])),
    st.builds(ShopItem, st.builds(SaleRules), voices=st.sampled_from([(), ("味",)])),
    st.builds(BenefitItem, numbers, cards, st.sampled_from(["一", "二"]), st.just(""), st.booleans()),
    st.builds(LayoutItem, st.sampled_from(["", "1"]), numbers, st.sampled_from([None, USUAL])),
    st.builds(lambda number, owned: member(number, *owned), numbers, st.lists(cards, unique=True, max_size=3)),
    st.builds(message, numbers, cards, st.sampled_from(["一", "二"])),
    st.builds(MessageClosedItem, numbers),
    st.builds(CardHighWaterItem, cards, st.integers(1, 2), st.integers(0, 3), st.just(b"h" * 32)),
    st.builds(ProgrammeItem, st.builds(Programme, version=st.integers(1, 9))),
    st.builds(TombstoneItem, numbers),
    st.builds(AdjustmentItem, cards, numbers, st.sampled_from([(), ((36, 5),), ((36, -5), (0, 9))])),
    st.builds(CardDenyItem, cards, st.sampled_from(["", "online_only", "stopped"])),
    st.builds(WriterDenyItem, numbers, st.integers(-1, 2)),
    st.builds(KidPolicyItem, numbers, st.booleans(), st.sampled_from(["offline", "online", "no"])),
)


def as_head_office_writes(told: list[FeedItem]) -> list[FeedItem]:
    """A closed message or benefit is never opened again, the number of a member who went is never given again."""
    closed: set[int] = set()
    over: set[int] = set()
    gone: set[int] = set()
    feed: list[FeedItem] = []
    for item in told:
        match item:
            case MessageItem(id=number) if number in closed:
                continue
            case MemberItem(member=number) if number in gone:
                continue
            case BenefitItem(id=number, open=True) if number in over:
                continue
            case BenefitItem(id=number, open=False):
                over.add(number)
            case MessageClosedItem(id=number):
                closed.add(number)
            case TombstoneItem(member=number):
                gone.add(number)
        feed.append(item)
    return feed


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(items, max_size=12).map(as_head_office_writes), st.integers(1, 5))
def test_any_feed_read_twice_and_in_any_pages_leaves_the_same(
    tmp_path_factory: pytest.TempPathFactory, clock: object, told: list[FeedItem], size: int
) -> None:
    directory = tmp_path_factory.mktemp("feed")
    results = []
    for name, times, step in (("whole", 1, max(len(told), 1)), ("pieces", 2, size)):
        path = directory / name
        store = CutOnce.open(path, TerminalId(12), bytes(8), "1", clock)
        for _ in range(times):
            for start in range(0, max(len(told), 1), step):
                more = start + step < len(told)
                store.apply_feed(page(*told[start : start + step], after=start, more=more))
        store.close()
        results.append(known(path))
    once, twice = results
    assert once == twice

"""Members files under the journal: whatever is fresher wins by member, and no file that is spoilt stops the counter."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sync.messages import (
    FeedEntry,
    FeedItem,
    MemberItem,
    MessageItem,
    Pull,
    TombstoneItem,
    Verdict,
)
from shared.visit.calls import Caller
from shared.visit.facts import Member
from shared.visit.journal import Newcomer, Replace
from terminal.app.store import Outbox, Store
from terminal.app.store.engine import CipherEngine, cipher
from terminal.app.store.roster import path_of
from terminal.app.store.taking import SWEEP_MAX
from terminal.app.sync.results import OfficeNote, Roster
from tests.contract.terminal.app.conftest import UnwarmedStore
from tests.contract.terminal.app.store.roster_bench import BASE, FILE_KEY, LATER, NEXT, lay, person

Boot = Callable[..., Store]
CARDS = tuple(make_card_no(serial) for serial in range(1, 9))
HANAKO, TARO = "09012345678", "08087654321"
KEY = bytes(range(32))
FIRST = (
    person(1, "山田 花子", "ヤマダ ハナコ", CARDS[0], CARDS[1], phone=HANAKO),
    person(2, "佐藤 太郎", "サトウ タロウ", CARDS[2], phone=TARO),
    person(3, "林 桜", "ハヤシ サクラ"),
)


@pytest.fixture(scope="module")
def engine() -> CipherEngine:
    return cipher(KEY)


@pytest.fixture
def start(boot: Boot, engine: CipherEngine) -> Callable[..., Store]:
    return lambda kind=UnwarmedStore, **more: boot(kind, engine=engine, **more)


@pytest.fixture
def filed(start: Callable[..., Store], path: Path) -> Store:
    """A store with a base of three members, up to number 100 of the feed."""
    store = start()
    store.take_roster(lay(path, FIRST, 100))
    return store


def told(store: Store, after: int, *items: FeedItem, epoch: int = 1, more: bool = False, anew: bool = False) -> None:
    """From the number behind ``after`` on."""
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, after + 1))
    store.apply_feed(Pull(epoch, entries, after + len(items), more), anew=anew)


def name_of(store: Store, card: int) -> str:
    member = store.look_up(card).member
    return "" if member is None else member.name


def found(store: Store, phone: str = "", kana: str = "") -> list[int]:
    return [one.member for one in store.find_members(phone, kana)[0]]


def codes(store: Store) -> list[str]:
    return [notice.code for notice in store.troubles()]


def test_a_member_of_the_file_is_found_in_every_way(filed: Store) -> None:
    whole = Member(
        1, "山田 花子", "ヤマダ ハナコ", "ゴールド", "犬が好き", 3, "2026-09-01", "本店", "1960-02-03", "2020-01-05",
        ("3", "17"),
    )  # fmt: skip
    assert filed.look_up(CARDS[0]).member == filed.look_up(CARDS[1]).member == whole
    assert filed.look_up(CARDS[3]).member is None
    (person,), more = filed.find_members(HANAKO, "")
    assert (person.member, person.name, person.phone_tail, person.cards) == (
        1,
        "山田 花子",
        "5678",
        (CARDS[1], CARDS[0]),
    )
    assert not more
    assert found(filed, "5678") == found(filed, kana="やまだ") == [1]
    assert found(filed, kana="ハヤシ") == [3]
    assert filed.find_members("", "ハヤシ")[0][0].cards == ()
    assert filed.find_callers(HANAKO) == (Caller(whole, 50),)
    assert filed.feed_position() == (1, 0)


def test_what_the_feed_tells_since_hides_name_cards_and_number_of_the_file(filed: Store) -> None:
    told(filed, 100, person(1, "山田 桜", "ヤマダ サクラ", CARDS[1], phone=TARO))
    assert [name_of(filed, card) for card in CARDS[:3]] == ["", "山田 桜", "佐藤 太郎"]
    assert (found(filed, HANAKO), found(filed, TARO), found(filed, kana="ヤマダハ")) == ([], [1, 2], [])
    assert [caller.member.name for caller in filed.find_callers(TARO)] == ["山田 桜", "佐藤 太郎"]


def test_a_card_that_went_to_somebody_else_is_theirs_alone(filed: Store) -> None:
    told(filed, 100, person(4, "森 一", "モリ ハジメ", CARDS[1]))
    assert [name_of(filed, card) for card in CARDS[:2]] == ["山田 花子", "森 一"]
    (person_1,) = filed.find_members("", "ヤマダ")[0]
    assert person_1.cards == (CARDS[0],)


def test_what_was_told_before_the_file_was_made_is_not_taken_again(filed: Store) -> None:
    told(filed, 50, person(1, "古い 名", "フルイ", CARDS[0]), TombstoneItem(9))
    assert name_of(filed, CARDS[0]) == "山田 花子"
    assert found(filed, kana="フルイ") == []


def test_what_the_journal_knew_before_counts_no_more_and_goes_bit_by_bit(
    start: Callable[..., Store], path: Path
) -> None:
    store = start()
    told(store, 0, *(person(number, "前の 名", "マエ", make_card_no(number)) for number in range(1, SWEEP_MAX + 5)))
    told(store, 2_000, person(2, "新しい 名", "アタラシ", CARDS[2]), person(7, "残る 人", "ノコル", CARDS[6]))
    told(store, 2_002, MessageItem(5, make_card_no(900), "消える 人 様", 0, ""))
    store.take_roster(lay(path, FIRST, 2_000))
    assert [name_of(store, card) for card in (CARDS[0], CARDS[2], CARDS[6])] == ["山田 花子", "新しい 名", "残る 人"]
    assert found(store, kana="マエ") == []
    for more, left in ((True, 4), (False, 2), (False, 2)):
        assert store.tend() is more
        assert store._db.execute("SELECT count(*) FROM member").fetchall() == [(left,)]
    assert store._db.execute("SELECT count(*) FROM member_card").fetchall() == [(2,)]
    assert store.look_up(make_card_no(900)).messages == ()  # nobody knows whose it was: they were forgotten


def test_a_supplement_hides_whom_it_knows_better_and_brings_new_ones(filed: Store, path: Path) -> None:
    told(filed, 100, person(2, "間の 名", "アイダ", CARDS[2]))
    changed = (person(1, "山田 桜", "ヤマダ サクラ", CARDS[1]), person(5, "谷 五郎", "タニ ゴロウ", CARDS[4]))
    filed.take_roster(lay(path, (person(2, "佐藤 改", "サトウ カイ", CARDS[2]), *changed), 200, LATER, BASE))
    names = [name_of(filed, card) for card in (*CARDS[:3], CARDS[4])]
    assert names == ["", "山田 桜", "佐藤 改", "谷 五郎"]
    assert (found(filed, HANAKO), found(filed, TARO)) == ([], [])
    assert (found(filed, kana="ヤマダ"), found(filed, kana="タニ"), found(filed, kana="サ")) == ([1], [5], [2])
    told(filed, 200, person(5, "谷 六郎", "タニ ロクロウ", CARDS[4]))
    assert name_of(filed, CARDS[4]) == "谷 六郎"


def test_what_was_found_before_is_not_what_a_newer_file_or_page_says(filed: Store, path: Path) -> None:
    """A card in use, a further one, one that nobody had; nothing of a look-up outlives a transaction."""
    asked = (CARDS[0], CARDS[1], CARDS[4])
    assert [name_of(filed, card) for card in asked] == ["山田 花子", "山田 花子", ""]
    newer = (person(1, "山田 花子", "ヤマダ ハナコ", CARDS[0]), person(4, "林 椿", "ハヤシ ツバキ", CARDS[1], CARDS[4]))
    filed.take_roster(lay(path, newer, 110, LATER, BASE))
    assert [name_of(filed, card) for card in asked] == ["山田 花子", "林 椿", "林 椿"]
    told(filed, 110, person(4, "林 椿", "ハヤシ ツバキ", CARDS[4]), person(1, "川口 花子", "カワグチ ハナコ", CARDS[0]))
    assert [name_of(filed, card) for card in asked] == ["川口 花子", "", "林 椿"]
    filed.take_roster(lay(path, (person(5, "森 葵", "モリ アオイ", *asked),), 120, NEXT))
    assert [name_of(filed, card) for card in asked] == ["森 葵"] * 3


def test_a_supplement_that_is_damaged_inside_is_given_up_as_soon_as_it_is_taken(filed: Store, path: Path) -> None:
    many = [person(number, f"会員 {number}", "カイイン", make_card_no(number)) for number in range(10, 900)]
    supplement = lay(path, many, 110, LATER, BASE)
    with path_of(path, LATER).open("r+b") as content:
        content.seek(12 * 4_096)
        content.write(bytes(supplement.size - 12 * 4_096))
    filed.take_roster(supplement)
    assert (name_of(filed, CARDS[0]), codes(filed)) == ("", ["store.roster_lost"])


def test_whoever_is_forgotten_is_hidden_with_every_trace(filed: Store, path: Path) -> None:
    told(filed, 100, MessageItem(1, CARDS[0], "山田様", 0, ""), MessageItem(2, CARDS[2], "佐藤様", 0, ""))
    told(filed, 102, TombstoneItem(1))
    assert (filed.look_up(CARDS[0]).member, filed.look_up(CARDS[0]).messages) == (None, ())
    assert (found(filed, HANAKO), found(filed, kana="ヤマダ"), filed.find_callers(HANAKO)) == ([], [], ())
    filed.take_roster(lay(path, (TombstoneItem(1), TombstoneItem(2)), 200, LATER, BASE))
    assert [name_of(filed, card) for card in CARDS[:3]] == ["", "", ""]
    assert filed._db.execute("SELECT count(*) FROM gone").fetchone() == (0,)  # the file says so itself
    told(filed, 103, TombstoneItem(2))  # head office tells it all the same
    assert filed.look_up(CARDS[2]).messages == ()


def test_a_new_base_without_somebody_takes_their_traces_along(filed: Store, path: Path) -> None:
    told(filed, 100, MessageItem(1, CARDS[0], "山田様", 0, ""), MessageItem(2, CARDS[2], "佐藤様", 0, ""))
    filed.take_roster(lay(path, FIRST[1:], 200, NEXT), (CARDS[0], CARDS[1]))
    assert filed.look_up(CARDS[0]).messages == ()
    assert len(filed.look_up(CARDS[2]).messages) == 1


def test_staffs_notes_of_newcomers_and_replacements_meet_the_file(start: Callable[..., Store], path: Path) -> None:
    store = start()
    store.note(Newcomer(CARDS[2], TARO, "サトウ", 1, "2026-09-21"))
    store.note(Newcomer(CARDS[5], "", "モリ", 1, "2026-09-21"))
    store.note(Replace(CARDS[0], CARDS[6], 1))
    store.take_roster(lay(path, FIRST, 100))
    assert (found(store, TARO), found(store, kana="モリ")) == ([2], [0])
    assert store._db.execute("SELECT count(*) FROM noted WHERE type = 'ENROL' AND card IS NOT NULL").fetchone() == (1,)
    assert name_of(store, CARDS[6]) == "山田 花子"
    assert store.find_members(HANAKO, "")[0][0].cards == (CARDS[6], CARDS[1])


def test_the_files_are_in_force_after_every_start(filed: Store, start: Callable[..., Store], path: Path) -> None:
    filed.take_roster(lay(path, (TombstoneItem(2),), 200, LATER, BASE))
    filed.close()
    again = start()
    assert [name_of(again, card) for card in CARDS[:3]] == ["山田 花子", "山田 花子", ""]
    with closing(Outbox(path, cipher(KEY))) as outbox:
        assert [(one.id, one.base, one.upto) for one in outbox.rosters()] == [(BASE, "", 100), (LATER, BASE, 200)]
        assert outbox.position() == again.feed_position()


def missing(path: Path) -> None:
    path.unlink()


def short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4_096])


def scribbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(100)
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [missing, short, scribbled])
def test_a_file_that_is_spoilt_at_a_start_is_fetched_again_and_stops_nothing(
    filed: Store, start: Callable[..., Store], path: Path, spoil: Callable[[Path], None]
) -> None:
    told(filed, 100, person(4, "森 一", "モリ", CARDS[3]))
    filed.close()
    spoil(path_of(path, BASE))
    again = start()
    assert (name_of(again, CARDS[0]), name_of(again, CARDS[3])) == ("", "森 一")
    assert codes(again) == ["store.roster_lost"]
    assert again.feed_position() == (1, 0)
    with closing(Outbox(path, cipher(KEY))) as outbox:
        assert outbox.rosters() == ()
    again.take_roster(lay_again(path))
    assert (name_of(again, CARDS[0]), name_of(again, CARDS[3]), codes(again)) == ("山田 花子", "森 一", [])


def lay_again(path: Path) -> Roster:
    path_of(path, BASE).unlink(missing_ok=True)
    return lay(path, FIRST, 100)


def test_a_page_that_decays_while_the_counter_works_gives_the_file_up(filed: Store, path: Path) -> None:
    """The pages of a larger file; the first few are read at the start."""
    many = [person(number, f"会員 {number}", f"カイイン{number}", make_card_no(number)) for number in range(1, 900)]
    filed.take_roster(lay(path, many, 200, NEXT))
    file = path_of(path, NEXT)
    with file.open("r+b") as content:
        content.seek(6 * 4_096)
        content.write(bytes(file.stat().st_size - 6 * 4_096))
    cards = [make_card_no(number) for number in range(1, 900)]
    assert "" in [name_of(filed, card) for card in cards]
    assert (codes(filed), filed.find_callers(HANAKO), found(filed, kana="カ")) == (["store.roster_lost"], (), [])
    assert not filed.tend()
    assert (filed.feed_position(), codes(filed), file.exists()) == ((1, 0), ["store.roster_lost"], False)
    filed.record_synced()
    assert codes(filed) == []


def test_another_key_opens_nothing(start: Callable[..., Store], path: Path) -> None:
    store = start()
    file = lay(path, FIRST, 100)
    store.take_roster(Roster(file.id, "", 1, 100, 3, file.size, bytes(32)))
    assert (name_of(store, CARDS[0]), codes(store)) == ("", ["store.roster_lost"])
    assert FILE_KEY.hex() not in repr(file)
    assert str(FILE_KEY) not in repr(file)


def test_a_supplement_of_another_base_is_refused(filed: Store, path: Path) -> None:
    with pytest.raises(EnishiError, match=r"store\.roster_lost"):
        filed.take_roster(lay(path, (), 200, LATER, NEXT))
    assert name_of(filed, CARDS[0]) == "山田 花子"


def test_a_restored_head_office_is_read_anew_while_the_old_files_stand_in(filed: Store, path: Path) -> None:
    told(filed, 0, person(6, "木 六", "キ", CARDS[5]), epoch=2, more=True)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[5])] == ["山田 花子", "木 六"]
    told(filed, 1, TombstoneItem(1), person(2, "佐藤 新", "サトウ", CARDS[2]), epoch=2, more=True)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[2])] == ["", "佐藤 新"]
    told(filed, 3, epoch=2)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[2], CARDS[5])] == ["", "佐藤 新", "木 六"]
    assert found(filed, kana="ハヤシ") == []  # not told again
    assert filed._db.execute("SELECT count(*) FROM roster").fetchone() == (0,)


def test_a_base_of_another_epoch_begins_the_feed_anew(filed: Store, path: Path) -> None:
    told(filed, 100, person(4, "森 一", "モリ", CARDS[3]))
    filed.take_roster(lay(path, FIRST[:1], 300, NEXT, epoch=2))
    assert filed.feed_position() == (2, 0)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[2])] == ["山田 花子", ""]
    told(filed, 300, epoch=2)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[3])] == ["山田 花子", ""]


def test_a_feed_that_is_read_anew_in_the_same_epoch_outlives_its_files(filed: Store) -> None:
    told(filed, 0, person(1, "山田 新", "ヤマダ", CARDS[0]), anew=True, more=True)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[2])] == ["山田 新", "佐藤 太郎"]
    told(filed, 1)
    assert [name_of(filed, card) for card in (CARDS[0], CARDS[2])] == ["山田 新", ""]


def test_a_terminal_that_was_dismissed_keeps_no_file(filed: Store, path: Path) -> None:
    filed.remember_office(OfficeNote(1, Verdict.REVOKED, 1, ()))
    assert not path_of(path, BASE).exists()
    assert (name_of(filed, CARDS[0]), codes(filed)) == ("", [])


class CutIn(Store):
    """Loses power in the ``left``-th transaction from now on."""

    wal_warm_bytes = 0
    left: ClassVar[int] = -1

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with super().transaction() as db:
            yield db
            type(self).left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


@pytest.mark.parametrize("transaction", [1, 2])
def test_a_cut_in_the_middle_of_taking_a_file_leaves_the_old_or_the_new_state(
    start: Callable[..., Store], path: Path, transaction: int
) -> None:
    first = start()
    first.take_roster(lay(path, FIRST[:2], 100))
    first.note(Newcomer(CARDS[4], "", "タニ", 1, "2026-09-21"))
    told(first, 100, MessageItem(1, CARDS[0], "山田様", 0, ""))
    first.close()
    store = start(CutIn)
    new = lay(path, (FIRST[1], person(5, "谷 五郎", "タニ ゴロウ", CARDS[4])), 200, NEXT)
    CutIn.left = transaction
    with pytest.raises(KeyboardInterrupt):
        store.take_roster(new, (CARDS[0], CARDS[1]))
    CutIn.left = -1
    store.close()
    again = start()
    expected = ["山田 花子", ""] if transaction == 1 else ["", "谷 五郎"]
    assert [name_of(again, card) for card in (CARDS[0], CARDS[4])] == expected
    again.take_roster(new, (CARDS[0], CARDS[1]))
    assert [name_of(again, card) for card in (CARDS[0], CARDS[4])] == ["", "谷 五郎"]
    assert (again.look_up(CARDS[0]).messages, found(again, kana="タニ")) == ((), [5])


def test_a_file_keeps_no_readable_word(filed: Store, path: Path) -> None:
    content = path_of(path, BASE).read_bytes()
    for text in ("山田 花子", "ヤマダ ハナコ", "犬が好き", "1960-02-03", "ゴールド"):
        assert text.encode() not in content
    assert not content.startswith(b"SQLite format 3")
    assert path_of(path, BASE).stat().st_mode & 0o077 == 0


def test_an_item_of_an_older_head_office_has_neither_tags_nor_a_day_of_joining(filed: Store) -> None:
    old = b'{"kind":"member","member":8,"name":"\xe6\x9c\xa8","kana":"","rank":"","memo":"","visits":0,'
    old += b'"last_visit":"","last_store":"","birthday":"","cards":[%d]}' % CARDS[7]
    told(filed, 100, msgspec.json.decode(old, type=MemberItem))
    member = filed.look_up(CARDS[7]).member
    assert member is not None
    assert (member.name, member.joined, member.tags) == ("木", "", ())

"""Layered or not, the terminal knows the same: base, supplement and feed together say what the feed alone says."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ids import TerminalId, make_card_no
from shared.sync.messages import FeedEntry, FeedItem, MemberItem, Pull, TombstoneItem
from terminal.app.store import Store
from terminal.app.store.engine import cipher
from terminal.app.store.people import People
from tests.contract.terminal.app.conftest import HandClock, UnwarmedStore
from tests.contract.terminal.app.store.roster_bench import BASE, LATER, lay, person

CARDS = tuple(make_card_no(serial) for serial in range(1, 9))
HANAKO, TARO = "09012345678", "08087654321"
KEY = bytes(range(32))


def told(store: Store, after: int, *items: FeedItem) -> None:
    """From the number behind ``after`` on."""
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, after + 1))
    store.apply_feed(Pull(1, entries, after + len(items), False))


def found(store: Store, phone: str = "", kana: str = "") -> list[int]:
    return [one.member for one in store.find_members(phone, kana)[0]]


def name_of(store: Store, card: int) -> str:
    member = store.look_up(card).member
    return "" if member is None else member.name


numbers = st.integers(1, 5)
owned = st.lists(st.sampled_from(CARDS[:4]), unique=True, max_size=2)
kanas = st.sampled_from(["ヤマダ", "ヤマカワ", "サトウ"])
phones = st.sampled_from(["", HANAKO, TARO, "07000005678"])
members = st.builds(
    lambda number, kana, cards, phone, visits: person(number, kana, kana, *cards, phone=phone, visits=visits),
    numbers, kanas, owned, phones, st.integers(0, 9),
)  # fmt: skip
words = st.lists(st.one_of(members, members, members, st.builds(TombstoneItem, numbers)), max_size=14)


def as_published(told: list[FeedItem]) -> list[FeedItem]:
    """With head office's word on whoever lost a card to somebody else."""
    people: dict[int, MemberItem] = {}
    items: list[FeedItem] = []
    for item in told:
        if isinstance(item, MemberItem):
            for other in [one for one in people.values() if one.member != item.member]:
                kept = tuple(card for card in other.cards if card not in item.cards)
                if kept != other.cards:
                    people[other.member] = msgspec.structs.replace(other, cards=kept)
                    items.append(people[other.member])
            people[item.member] = item
        elif isinstance(item, TombstoneItem):
            people.pop(item.member, None)
        items.append(item)
    return items


def newest(items: list[FeedItem]) -> list[tuple[int, FeedItem]]:
    """As the feed keeps them: the newest word on each member only, under the number that it was given."""
    last = {item.member: place for place, item in enumerate(items, 1) if isinstance(item, MemberItem | TombstoneItem)}
    return [(place, items[place - 1]) for place in sorted(last.values())]


def known(store: Store) -> object:
    people: People = store._people
    return (
        [
            member and (member.member, member.name, member.visits)
            for member in (store.look_up(card).member for card in CARDS[:4])
        ],
        [sorted(found(store, phone)) for phone in (HANAKO, TARO, "5678", "4321")],
        [sorted(found(store, kana=kana)) for kana in ("ヤマ", "サ", "ヤマダ")],
        [sorted(caller.member.member for caller in store.find_callers(phone)) for phone in (HANAKO, TARO)],
        [sorted(people.cards_of(number)) for number in range(1, 6)],
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(as_published, words), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_base_supplement_and_feed_together_say_what_the_feed_alone_says(
    tmp_path_factory: pytest.TempPathFactory, items: list[FeedItem], first: int, second: int, read: int
) -> None:
    """``read``: how much of the feed was read before the files came."""
    first, second = sorted((min(first, len(items)), min(second, len(items))))
    engine, folder = cipher(KEY), tmp_path_factory.mktemp("layers")
    nonces = iter(range(1, 9))

    def opened(name: str) -> Store:
        path = folder / name / "journal.db"
        path.parent.mkdir()
        nonce = next(nonces).to_bytes(8, "big")
        return UnwarmedStore.open(path, TerminalId(12), nonce, "1", HandClock(), engine=engine)

    with closing(opened("alone")) as alone, closing(opened("layered")) as layered:
        told(alone, 0, *items)
        for place, item in enumerate(items[:read]):
            told(layered, place, item)
        path = layered.path
        base = [item for _, item in newest(items[:first])]
        layered.take_roster(lay(path, base, first))
        later = [item for number, item in newest(items[:second]) if number > first]
        layered.take_roster(lay(path, later, second, LATER, BASE))
        for number, item in newest(items):
            if number > read and (number > second or isinstance(item, TombstoneItem)):
                told(layered, number - 1, item)
        assert known(layered) == known(alone)
        while layered.tend():
            pass
        assert known(layered) == known(alone)

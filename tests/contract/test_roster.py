"""Members files at head office: when one is due, what is in it, who is offered it, and which bytes anybody gets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nacl.public import SealedBox
from werkzeug.test import TestResponse

from server.access.scope import ALL
from server.feed import service as feed
from server.roster.building import CIPHER_MODULE, cipher
from server.roster.commands import Due, bring_up_to_date, due, make
from server.roster.service import shelf_of
from server.roster.shelf import Label, Shelf
from server.terminals import service as terminals
from server.vault import open_vault
from shared.sync.messages import (
    FeedItem,
    Hello,
    HelloReply,
    MemberItem,
    MessageClosedItem,
    PhoneMark,
    Pull,
    RosterHeld,
    RosterOffer,
    TombstoneItem,
)
from shared.sync.roster import APPLICATION_ID, BEHIND_MIN, MEMBERS_MIN, PART_BYTES
from tests.contract.head_office_bench import START_MS, Bench, Terminal, refusal

FIRST = Due(None, "a test")


def person(number: int, *cards: int, name: str = "山田 花子", phone: tuple[str, int] | None = None) -> MemberItem:
    phones = () if phone is None else (PhoneMark(*phone),)
    return MemberItem(
        number, name, "ヤマダ ハナコ", "", "", 1, "", "本店", "", cards, phones, 7, ("3", "4"), "2020-01-02"
    )


def publish(bench: Bench, items: Iterable[FeedItem]) -> int:
    """The feed's last number afterwards."""
    with bench.database.transaction() as session:
        feed.publish(session, {_topic(item): item for item in items}, START_MS)
    with bench.database.reading() as session:
        return feed.last(session)


def _topic(item: FeedItem) -> str:
    assert isinstance(item, MemberItem | TombstoneItem | MessageClosedItem)
    return f"closed:{item.id}" if isinstance(item, MessageClosedItem) else f"member:{item.member}"


def shelf(bench: Bench) -> Shelf:
    return shelf_of(bench.settings)


def made(bench: Bench, found: Due = FIRST) -> Label:
    """A file whether one is due or not."""
    module = cipher()
    assert module is not None
    with shelf(bench).lock() as is_mine, bench.database.reading() as session:
        assert is_mine
        list(make(session, module, open_vault(bench.settings), shelf(bench), found))
        base, supplement = shelf(bench).current(feed.epoch(session))
    label = supplement if found.base else base
    assert label is not None
    return label


def is_due(bench: Bench, night: bool = False) -> str:
    """ "" = none; "base" or "supplement"."""
    with bench.database.reading() as session:
        found = due(session, shelf(bench), night)
    return "" if found is None else "supplement" if found.base else "base"


def rows(bench: Bench, label: Label, table: str) -> list[tuple[Any, ...]]:
    """Of the file, opened with its key."""
    module = cipher()
    assert module is not None
    key = open_vault(bench.settings).roster_key(label.id)
    with closing(module.connect(str(shelf(bench).file(label.id)))) as db:
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"").fetchall()
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found: list[tuple[Any, ...]] = db.execute(f"SELECT * FROM {table}").fetchall()
        return found


def hello(
    terminal: Terminal, *held: str, upto: int = 0, cursor: int = 0, epoch: int = 0, can: bool = True
) -> HelloReply:
    told = Hello(1, "enishi 0.1", (), cursor, epoch, START_MS)
    if can:
        told = msgspec.structs.replace(told, roster=RosterHeld(held, upto))
    return msgspec.json.decode(terminal.send("/v1/hello", told).data, type=HelloReply)


def offered(reply: HelloReply) -> list[RosterOffer]:
    return list(reply.rosters) if isinstance(reply.rosters, tuple) else []


def part(terminal: Terminal, id: str, number: int = 0) -> TestResponse:
    return terminal.get(f"/v1/snapshot/{id}?part={number}")


# --- what is in it ---------------------------------------------------------------------------------------------------


def test_a_base_has_the_newest_word_on_everybody_laid_out_for_look_ups(bench: Bench) -> None:
    publish(bench, [person(1, 10, 30, name="前の 名"), person(2, 20), MessageClosedItem(1)])
    publish(bench, [person(1, 10, 30, phone=("5678", 9)), person(3), TombstoneItem(4)])
    upto = publish(bench, [person(2, 20, 10), MessageClosedItem(2)])  # card 10 is theirs now; not said of member 1 yet
    label = made(bench)
    assert (label.base, label.upto, label.members) == ("", upto, 3)
    people = {row[1]: (row[0], row[2]) for row in rows(bench, label, "person")}
    assert people == {1: (30, "山田 花子"), 2: (20, "山田 花子"), 3: (-3, "山田 花子")}
    assert rows(bench, label, "further_card") == [(10, 20)]
    assert rows(bench, label, "member") == [(1, 30), (2, 20), (3, -3), (4, None)]
    assert rows(bench, label, "phone") == [("5678", 9, 30)]
    assert rows(bench, label, "kana") == [("ヤマダハナコ", place) for place in (-3, 20, 30)]
    assert sorted(text for _, text in rows(bench, label, "word")) == ["", "本店"]
    assert rows(bench, label, "person")[0][-4:] == (7, "", "2020-01-02", "3 4")


def test_a_supplement_has_those_only_who_were_told_since(bench: Bench) -> None:
    publish(bench, [person(1, 10), person(2, 20)])
    base = made(bench)
    upto = publish(bench, [person(2, 20, name="山田 桜"), person(5, 50), TombstoneItem(1)])
    label = made(bench, Due(base, "a test"))
    assert (label.base, label.upto, label.members) == (base.id, upto, 2)
    assert rows(bench, label, "member") == [(1, None), (2, 20), (5, 50)]


def test_the_file_is_private_and_tells_nobody_anything(bench: Bench) -> None:
    publish(bench, [person(1, 10)])
    label = made(bench)
    path = shelf(bench).file(label.id)
    assert (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)
    assert hashlib.sha256(path.read_bytes()).digest() == label.digest
    for beside in sorted(path.parent.iterdir()):
        content = beside.read_bytes()
        assert not any(text.encode() in content for text in ("山田", "ヤマダ", "本店"))
        assert open_vault(bench.settings).roster_key(label.id) not in content


# --- when one is due -------------------------------------------------------------------------------------------------


def test_a_small_chain_has_no_file_and_a_large_one_gets_what_is_due(bench: Bench) -> None:
    publish(bench, (person(number, number) for number in range(1, MEMBERS_MIN)))
    assert is_due(bench) == ""
    publish(bench, [person(MEMBERS_MIN, MEMBERS_MIN)])
    assert is_due(bench) == "base"
    vault = open_vault(bench.settings)
    said = list(bring_up_to_date(bench.database, vault, shelf(bench)))
    assert f"{MEMBERS_MIN:,} members" in said[-1]
    assert is_due(bench) == ""
    publish(bench, (person(number, number, name="新") for number in range(1, BEHIND_MIN)))
    assert is_due(bench) == ""
    publish(bench, [TombstoneItem(MEMBERS_MIN)])
    assert (is_due(bench), is_due(bench, night=True)) == ("supplement", "base")
    list(bring_up_to_date(bench.database, vault, shelf(bench)))
    assert is_due(bench) == ""
    publish(bench, (person(number, number) for number in range(BEHIND_MIN, 2 * BEHIND_MIN + 1)))
    assert is_due(bench) == "base"  # more than a quarter was told anew
    list(bring_up_to_date(bench.database, vault, shelf(bench), night=True))
    files = sorted(path.suffix for path in shelf(bench).folder.iterdir())
    assert files == ["", ".db", ".json"]  # the older ones are gone


def test_two_never_build_at_once_and_what_a_cut_left_is_removed(bench: Bench) -> None:
    vault = open_vault(bench.settings)
    with shelf(bench).lock() as first:
        assert first
        assert "another process" in "".join(bring_up_to_date(bench.database, vault, shelf(bench)))
    (shelf(bench).folder / "unborn.db").write_bytes(b"half")
    (shelf(bench).folder / f"{'a' * 32}.db").write_bytes(b"without a label")
    (shelf(bench).folder / f"{'b' * 32}.json").write_bytes(b"no label")
    assert "none is due" in "".join(bring_up_to_date(bench.database, vault, shelf(bench)))
    assert [path.name for path in shelf(bench).folder.iterdir()] == ["lock"]


def test_a_restored_head_office_offers_no_file_of_before(bench: Bench) -> None:
    terminal = bench.terminal()
    publish(bench, [person(1, 10)])
    made(bench)
    assert len(offered(hello(terminal))) == 1
    with bench.database.transaction() as session:
        feed.restart(session, 77)
    assert offered(hello(terminal)) == []
    assert cipher() is not None, CIPHER_MODULE


# --- who is offered what ---------------------------------------------------------------------------------------------


def test_a_terminal_that_can_is_offered_what_it_lacks(bench: Bench) -> None:
    terminal = bench.terminal()
    upto = publish(bench, [person(1, 10), person(2, 20)])
    base = made(bench)
    assert hello(terminal, can=False).rosters is msgspec.UNSET
    (offer,) = offered(hello(terminal))
    assert (offer.id, offer.base, offer.upto, offer.members, offer.size) == (base.id, "", upto, 2, base.size)
    box = SealedBox(terminal.key.to_curve25519_private_key())
    assert box.decrypt(offer.key) == open_vault(bench.settings).roster_key(base.id)
    assert offered(hello(terminal, base.id, upto=upto)) == []
    publish(bench, (person(number, number) for number in range(100, 100 + BEHIND_MIN)))
    later = made(bench, Due(base, "a test"))
    assert [one.id for one in offered(hello(terminal))] == [base.id, later.id]
    assert [one.id for one in offered(hello(terminal, base.id, upto=upto))] == [later.id]
    assert offered(hello(terminal, base.id, later.id, upto=later.upto)) == []
    epoch = hello(terminal).feed_epoch
    assert (
        offered(hello(terminal, base.id, upto=upto, cursor=upto + 1, epoch=epoch)) == []
    )  # nearly all came by the feed
    assert [one.id for one in offered(hello(terminal, "f" * 32, upto=upto))] == [base.id, later.id]


def test_a_dismissed_terminal_is_offered_nothing_and_gets_no_part(bench: Bench) -> None:
    terminal = bench.terminal()
    publish(bench, [person(1, 10)])
    label = made(bench)
    with bench.database.transaction() as session:
        row = terminals.find(session, terminal.number, ALL)
        assert row is not None
        terminals.revoke(session, row, START_MS)
    assert hello(terminal).rosters is msgspec.UNSET
    answer = part(terminal, label.id)
    assert (answer.status_code, refusal(answer).code) == (403, "sync.revoked")


# --- the bytes -------------------------------------------------------------------------------------------------------


def test_the_parts_are_the_file_and_every_one_is_signed(bench: Bench, tmp_path: Path) -> None:
    terminal = bench.terminal()
    publish(bench, [person(1, 10)])
    label = made(bench)
    answer = part(terminal, label.id)
    assert answer.content_type == "application/octet-stream"
    assert answer.data == shelf(bench).file(label.id).read_bytes()
    assert len(answer.data) <= PART_BYTES


@pytest.mark.parametrize("id", ["f" * 32, "..", "x", "%2e%2e%2fsecret_key", "F" * 32, "a" * 33])
def test_a_file_that_is_not_offered_is_gone_whatever_it_is_called(bench: Bench, id: str) -> None:
    terminal = bench.terminal()
    publish(bench, [person(1, 10)])
    made(bench)
    answer = part(terminal, id) if "%" not in id and id != ".." else part(terminal, "..x")
    assert (answer.status_code, refusal(answer).code) == (410, "sync.roster_gone")


@pytest.mark.parametrize("number", ["1", "-1", "x", "9" * 20])
def test_a_part_that_is_none_is_refused(bench: Bench, number: str) -> None:
    terminal = bench.terminal()
    publish(bench, [person(1, 10)])
    label = made(bench)
    assert refusal(terminal.get(f"/v1/snapshot/{label.id}?part={number}")).code == "sync.malformed"


def test_a_part_is_asked_for_with_a_fresh_signature_of_ones_own(bench: Bench) -> None:
    terminal, other = bench.terminal(), bench.terminal(13)
    publish(bench, [person(1, 10)])
    path = f"/v1/snapshot/{made(bench).id}?part=0"
    headers = terminal.signed("GET", path, b"")
    assert terminal.ask("GET", path, b"", headers).status_code == 200
    assert refusal(terminal.ask("GET", path, b"", headers)).code == "sync.replayed"
    forged = {**other.signed("GET", path, b""), "X-Tid": "12"}
    assert refusal(terminal.ask("GET", path, b"", forged)).code == "sync.signature"


def test_a_file_that_is_removed_in_between_is_gone(bench: Bench) -> None:
    terminal = bench.terminal()
    publish(bench, [person(1, 10)])
    label = made(bench)
    shelf(bench).file(label.id).unlink()
    assert refusal(part(terminal, label.id)).code == "sync.roster_gone"


# --- the feed without them -------------------------------------------------------------------------------------------


def test_the_feed_leaves_out_members_up_to_a_number_and_nothing_else(bench: Bench) -> None:
    terminal = bench.terminal()
    start = terminal.pull().next
    publish(bench, [person(1, 10), MessageClosedItem(1), person(2, 20), TombstoneItem(3)])
    upto = publish(bench, [person(4, 40)])
    last = publish(bench, [MessageClosedItem(2), person(5, 50)])

    def without(members_after: int, cursor: int, limit: int = 1000) -> Pull:
        path = f"/v1/pull?cursor={cursor}&limit={limit}&members_after={members_after}"
        return msgspec.json.decode(terminal.get(path).data, type=Pull)

    whole = without(upto, start)
    assert [type(entry.item).__name__ for entry in whole.items] == [
        "MessageClosedItem", "TombstoneItem", "MessageClosedItem", "MemberItem",
    ]  # fmt: skip
    assert (whole.next, whole.more) == (last, False)
    pages, cursor = [], start
    while True:
        page = without(upto, cursor, 1)
        pages += page.items
        cursor = page.next
        if not page.more:
            break
    assert (tuple(pages), cursor) == (whole.items, last)
    assert without(10**14, start).next == last  # a number that was never given is not passed over
    assert without(0, start) == terminal.pull(start)
    quiet = without(last, last - 1)
    assert (quiet.items, quiet.next) == ((), last)

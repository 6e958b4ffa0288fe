"""Layouts on both databases: versions that stay, roll-out by store, who has fetched what."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from server.access.scope import ALL, Scope
from server.feed import service as feed
from server.layouts import service
from server.layouts.models import LayoutDraft
from server.layouts.service import EVERYWHERE
from shared.card.layout import USUAL, Layout, Part
from shared.card.stock import FaceStock
from shared.errors import EnishiError
from shared.sync.messages import LayoutItem
from tests.contract.head_office_bench import START_MS, Bench, Terminal, commit, intent

AUTUMN = Layout(own=("毎月5日は2倍",), head=("電話 03-1234-5678",))
WINTER = Layout(hidden=(Part.SHOP,), closing=("よいお年を",))


def drafted(bench: Bench, layout: Layout, stock: FaceStock | None = None) -> int:
    with bench.database.transaction() as session:
        made = service.new_draft(session, None, "いつもの形", 1, START_MS)
        service.save(session, made, "秋の形", layout, stock or FaceStock(), START_MS)
        return made.number


def rolled_out(bench: Bench, layout: Layout, targets: Collection[str], scope: Scope = ALL) -> int:
    number = drafted(bench, layout)
    with bench.database.transaction() as session:
        found = service.draft(session, number)
        assert found is not None
        return service.roll_out(session, found, targets, "秋から", 1, bench.now_ms, scope).number


def told(bench: Bench) -> dict[str, LayoutItem]:
    """By store, to every terminal."""
    with bench.database.reading() as session:
        items = [entry.item for entry in feed.pull(session, 0, 1000).items]
    return {item.store: item for item in items if isinstance(item, LayoutItem)}


def in_force(bench: Bench, scope: Scope = ALL) -> list[tuple[str, int, bool]]:
    with bench.database.reading() as session:
        return [
            (one.store.code, one.version.number if one.version else 0, one.is_own)
            for one in service.standing(session, scope)
        ]


def behind(bench: Bench, store: str) -> list[int]:
    with bench.database.reading() as session:
        return [
            terminal.id for one in service.standing(session, ALL) if one.store.code == store for terminal in one.behind
        ]


def at_work(bench: Bench, number: int) -> Terminal:
    terminal = bench.terminal(number)
    terminal.write(intent(number, 1), commit(number))
    terminal.hello()
    return terminal


def test_before_anything_is_rolled_out_every_store_prints_the_usual(bench: Bench) -> None:
    assert in_force(bench) == [("1", 0, False), ("2", 0, False)]
    assert told(bench) == {}


def test_a_layout_for_all_stores_ends_what_single_ones_had(bench: Bench) -> None:
    first = rolled_out(bench, AUTUMN, {EVERYWHERE})
    second = rolled_out(bench, WINTER, {"2"})
    assert in_force(bench) == [("1", first, False), ("2", second, True)]
    assert told(bench) == {"": LayoutItem("", first, AUTUMN), "2": LayoutItem("2", second, WINTER)}
    third = rolled_out(bench, USUAL, {EVERYWHERE})
    assert in_force(bench) == [("1", third, False), ("2", third, False)]
    assert told(bench) == {"": LayoutItem("", third, USUAL), "2": LayoutItem("2", third)}
    assert in_force(bench, Scope(frozenset({"2"}))) == [("2", third, False)]


def test_going_back_is_a_new_version_of_the_same_content(bench: Bench) -> None:
    first = rolled_out(bench, AUTUMN, {"1"})
    rolled_out(bench, WINTER, {"1"})
    with bench.database.transaction() as session:
        old = service.version(session, first)
        assert old is not None
        again = service.roll_out(session, old, {"1"}, "", 1, bench.now_ms, ALL)
        assert (again.number > first, again.based_on, again.name) == (True, first, "秋の形")
        assert service.layout_of(again) == AUTUMN
        assert [row.number for row in service.versions(session)][-1] == first
        assert service.went_to(session, [first, again.number]) == {first: ("1",), again.number: ("1",)}
    assert told(bench)["1"].layout == AUTUMN


def test_a_terminal_counts_as_reached_when_its_cursor_has_passed(bench: Bench) -> None:
    terminal = at_work(bench, 12)
    rolled_out(bench, AUTUMN, {"1"})
    assert behind(bench, "1") == [12]
    page = terminal.pull()
    assert behind(bench, "1") == [12], "it was sent; whether it was kept is said with the next question"
    terminal.pull(page.next)
    assert behind(bench, "1") == []
    rolled_out(bench, WINTER, {"2"})
    assert behind(bench, "1") == []
    rolled_out(bench, WINTER, {EVERYWHERE})
    assert behind(bench, "1") == [12]


@pytest.mark.parametrize(
    ("targets", "scope"),
    [
        ((), ALL),
        (("9",), ALL),
        (("1\0",), ALL),
        ((EVERYWHERE, "1"), ALL),
        ((EVERYWHERE,), Scope(frozenset({"1"}))),
        (("1", "2"), Scope(frozenset({"1"}))),
    ],
)
def test_stores_that_cannot_be_meant_are_refused(bench: Bench, targets: tuple[str, ...], scope: Scope) -> None:
    with pytest.raises(EnishiError, match=r"layout\.stores"):
        rolled_out(bench, AUTUMN, targets, scope)
    assert told(bench) == {}


@pytest.mark.parametrize(
    ("layout", "stock", "code"),
    [
        (Layout(own=("あ" * 13,)), FaceStock(), "layout.line"),
        (Layout(own=("あ" * 12, "い")), FaceStock(top=120), "layout.no_room"),
        (Layout(closing=("あ",) * 5), FaceStock(), "layout.lines"),
        (Layout(hidden=(Part.EXPIRY,)), FaceStock(), "layout.hidden"),
    ],
)
def test_what_cannot_be_printed_is_neither_kept_nor_rolled_out(
    bench: Bench, layout: Layout, stock: FaceStock, code: str
) -> None:
    with pytest.raises(EnishiError) as refused:
        drafted(bench, layout, stock)
    assert refused.value.code == code
    with bench.database.reading() as session:
        assert not session.query(LayoutDraft).count()


def test_a_draft_that_was_rolled_out_or_dropped_is_closed(bench: Bench) -> None:
    rolled_out(bench, AUTUMN, {"1"})
    number = drafted(bench, WINTER)
    with bench.database.transaction() as session:
        (left,) = service.open_drafts(session)
        assert left.number == number
        service.drop(session, left, bench.now_ms)
        assert (service.draft(session, number), service.open_drafts(session)) == (None, [])

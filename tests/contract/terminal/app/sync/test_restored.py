"""When head office was restored from a backup, or keeps the feed no longer as far back as this terminal has read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.ids import make_card_no
from shared.sync.messages import AdjustmentItem, CardDenyItem, FeedItem, WriterDenyItem
from terminal.app.store import Store
from terminal.app.sync.results import Acknowledged, Failed, Synced
from tests.contract.terminal.app.conftest import HandClock
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import HeadOffice, answers, lost_reply, lost_request, says

CARD = make_card_no(1)


def see(store: Store, times: int) -> None:
    for turn in range(times):
        store.record_seen(f"{turn:069d}", "card.foreign")


def adjustment(number: int) -> AdjustmentItem:
    return AdjustmentItem(CARD, number, ((36, 5),))


FEED: list[FeedItem] = [adjustment(1), adjustment(2), CardDenyItem(CARD, "stopped"), WriterDenyItem(9, 0)]


def numbers(store: Store) -> list[int]:
    return [one.number for one in store.look_up(CARD).adjustments]


def restore(office: HeadOffice, durable: int, feed: list[FeedItem]) -> None:
    """As the backup had it: the first ``durable`` events of every stream, and an epoch of its own."""
    for events in office.streams.values():
        del events[durable:]
    office.server_epoch += 1
    office.feed_epoch += 1
    office.feed = feed


def test_everything_that_was_not_in_a_backup_is_sent_again(
    boot: Callable[..., Store], office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    first = boot()
    see(first, 9)
    office.durable = 4
    connect(first).round()
    first.close()
    terminal = connect(boot())
    see(terminal.store, 9)
    terminal.round()
    whole = {stream: list(events) for stream, events in office.streams.items()}
    assert [len(events) for events in whole.values()] == [10, 10]
    assert terminal.store.unsent() == 0
    restore(office, 4, [])
    terminal.round()  # learns of the new epoch
    assert terminal.store.unsent() == 12
    terminal.round()
    assert office.streams == whole
    assert terminal.store.unsent() == 0


def test_what_the_old_epoch_decided_goes_only_when_the_new_feed_was_read_to_its_end(
    terminal: Terminal, office: HeadOffice
) -> None:
    office.feed = list(FEED)
    terminal.round()
    restore(
        office, 0, [adjustment(2), *(CardDenyItem(make_card_no(serial), "") for serial in range(2, 5)), adjustment(64)]
    )
    office.faults = [None, None, lost_reply]  # hello, first page, second page
    assert isinstance(terminal.round()[-1], Failed)
    facts = terminal.store.look_up(CARD)
    assert (numbers(terminal.store), facts.denied, facts.denied_writers) == ([1, 2], "stopped", ((9, 0),))
    office.asked.clear()
    terminal.round()
    facts = terminal.store.look_up(CARD)
    assert (numbers(terminal.store), facts.denied, facts.denied_writers) == ([2, 64], "", ())


GONE = says(410, b'{"code":"sync.cursor_gone"}')


def test_a_feed_that_is_gone_is_read_from_its_beginning_page_by_page(terminal: Terminal, office: HeadOffice) -> None:
    office.feed = list(FEED)
    terminal.round()
    office.feed = [adjustment(2), *(CardDenyItem(make_card_no(serial), "") for serial in range(2, 5)), adjustment(3)]
    office.faults = [None, GONE, None, lost_request]  # hello, pull, first page, second page
    assert isinstance(terminal.round()[-1], Failed)
    assert terminal.store.feed_position() == (1, 3)
    assert numbers(terminal.store) == [1, 2]
    office.asked.clear()
    terminal.round()
    assert office.asked == ["/v1/hello", "/v1/pull"]  # the rest only
    facts = terminal.store.look_up(CARD)
    assert (numbers(terminal.store), facts.denied, facts.denied_writers) == ([2, 3], "", ())


def test_the_last_whole_round_is_that_in_which_the_feed_came_to_its_end(
    terminal: Terminal, office: HeadOffice, clock: HandClock
) -> None:
    office.feed = list(FEED)
    for faults in ([lost_request], [None, lost_request], [None, None, None, lost_request]):
        office.faults = list(faults)
        terminal.round()
        assert terminal.store.synced_ms() == 0
    terminal.round()
    assert terminal.store.synced_ms() == terminal.store.clock.now().wall_ms
    synced_ms = terminal.store.synced_ms()
    clock.wall_ms += 60_000
    office.faults = [answers(503)]
    terminal.round()
    assert terminal.store.synced_ms() == synced_ms


@pytest.mark.parametrize("wait", ["600", ""])
def test_a_storm_of_503_costs_one_request_a_round(terminal: Terminal, office: HeadOffice, wait: str) -> None:
    see(terminal.store, 5)
    for _ in range(4):
        office.faults = [answers(503, Retry_After=wait)]
        assert terminal.failure().wait_s == int(wait or 0)
    assert office.asked == ["/v1/hello"] * 4
    results = terminal.round()
    assert [type(result) for result in results if isinstance(result, Acknowledged | Synced)] == [Acknowledged, Synced]

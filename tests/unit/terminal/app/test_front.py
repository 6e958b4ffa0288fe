"""What stands around the screen."""

from __future__ import annotations

from datetime import date

import pytest

from shared.card.mac import KeyRing
from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sync.messages import Pull
from shared.visit.events import PanelLost, PanelReady
from shared.visit.facts import Duty
from shared.visit.screens import Keying, Notice, Waiting
from terminal.app.clock import DAY_MS
from terminal.app.front import Front
from terminal.app.kiosk.stage import Stage
from terminal.app.log import silent
from terminal.app.sync.results import Acknowledged, Failed, OfficeNote, PageArrived, Synced, SyncResult, Welcomed

ACKNOWLEDGED = Acknowledged(b"s", 1, 1)
PAGE = PageArrived(Pull(1, (), 0, False))


class Counted:
    """The store's counts."""

    def __init__(self) -> None:
        self.events, self.asked, self.broken = 3, 0, False
        self.day = date(1, 1, 1)
        self.synced = 0

    def unsent(self) -> int:
        self.asked += 1
        if self.broken:
            raise EnishiError("store.full", free_mb=0)
        return self.events

    def visits_today(self, day: date) -> int:
        self.day = day
        return 12

    def synced_ms(self) -> int:
        return self.synced


class Night:
    """04:59 in Japan, before the shop's day begins."""

    def now(self) -> Now:
        return Now(1.0, 1_795_291_140_000)


@pytest.fixture
def counts() -> Counted:
    return Counted()


def welcomed(verdict: str) -> Welcomed:
    return Welcomed(OfficeNote(1, verdict, 1, ()), KeyRing(7, 1, {}))


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def front(stage: Stage, counts: Counted) -> Front:
    return Front(stage, counts, Night(), lambda: 300, silent, standalone=False)


def test_a_screen_comes_with_fresh_counts_of_the_business_day(front: Front, stage: Stage, counts: Counted) -> None:
    front.show(Waiting())
    assert stage.scene.screen == Waiting()
    assert (stage.scene.status.unsent, stage.scene.status.visits_today) == (3, 12)
    assert counts.day == date(2026, 11, 21)


def test_nothing_is_counted_while_someone_types(front: Front, counts: Counted) -> None:
    front.show(Keying(make_card_no(1), None, False, 0, 0, 0, -1, "amount", 0, 0, 0, 0, 0, ()))
    assert counts.asked == 0


def test_a_store_that_cannot_count_stops_no_screen(front: Front, stage: Stage, counts: Counted) -> None:
    counts.broken = True
    front.show(Waiting())
    assert stage.scene.screen == Waiting()


def test_a_missing_wire_is_shown_until_it_is_there(front: Front, stage: Stage) -> None:
    front.wire_changed("panel", EnishiError("device.link_missing", port="/dev/ttyPANEL"))
    assert stage.scene.status.troubles == (Notice("device.link_missing", {"port": "/dev/ttyPANEL"}),)
    front.wire_changed("panel", None)
    assert stage.scene.status.troubles == ()


@pytest.mark.parametrize(
    ("results", "unsent", "online", "codes"),
    [
        ([], 0, None, []),
        ([PAGE], 0, True, []),
        ([Failed("sync.unreachable")], 0, False, []),
        ([Failed("sync.timeout"), PAGE], 0, True, []),
        ([Failed("sync.unauthorised")], 0, True, ["sync.unauthorised"]),
        ([Failed("sync.unauthorised"), PAGE], 0, True, []),
        ([Failed("sync.not_head_office")], 0, False, ["sync.not_head_office"]),
        ([Failed("sync.not_head_office"), PAGE], 0, True, []),
        ([welcomed("DUPLICATE_ID")], 0, True, ["sync.duplicate_id"]),
        ([welcomed("TERMINAL_ROLLED_BACK"), PAGE, Synced()], 0, True, ["sync.terminal_rolled_back"]),
        ([welcomed("BOARD_CHANGED"), Failed("sync.busy")], 0, False, ["sync.board_changed"]),
        ([welcomed("BOARD_CHANGED"), welcomed("OK")], 0, True, []),
        ([welcomed("SERVER_RESTORED")], 0, True, []),
        ([welcomed("OF_TOMORROW")], 0, True, []),
        ([Failed("sync.fork"), PAGE], 5, True, ["sync.fork"]),
        ([Failed("sync.fork"), PAGE, Synced()], 5, True, ["sync.fork"]),
        ([Failed("sync.unreachable"), Synced()], 0, True, []),
        ([Failed("sync.protocol"), Synced()], 0, True, []),
        ([Failed("sync.fork"), ACKNOWLEDGED], 5, True, []),
        ([Failed("sync.fork"), Failed("sync.unreachable")], 5, False, []),
    ],
)
def test_head_office_is_shown_as_the_last_results_say(
    results: list[SyncResult],
    unsent: int,
    online: bool | None,
    codes: list[str],
    front: Front,
    stage: Stage,
    counts: Counted,
) -> None:
    counts.events = unsent
    front.refresh()
    for result in results:
        front.office_spoke(result)
    assert stage.scene.status.online is online
    assert [notice.code for notice in stage.scene.status.troubles] == codes


@pytest.mark.parametrize(
    ("unsent", "days_ago", "notices"),
    [
        (20_000, 0, []),
        (20_001, 0, [Notice("sync.many_unsent", {"count": 20_001})]),
        (0, 13.9, []),
        (0, 14, [Notice("sync.long_ago", {"days": 14})]),
        (0, None, []),  # never: a terminal that is being set up
        (30_000, 40, [Notice("sync.many_unsent", {"count": 30_000}), Notice("sync.long_ago", {"days": 40})]),
    ],
)
def test_a_terminal_that_is_alone_for_long_says_so(
    front: Front, stage: Stage, counts: Counted, unsent: int, days_ago: float | None, notices: list[Notice]
) -> None:
    counts.events = unsent
    counts.synced = 0 if days_ago is None else Night().now().wall_ms - int(days_ago * DAY_MS)
    front.refresh()
    front.refresh()
    assert list(stage.scene.status.troubles) == notices


def test_a_terminal_that_stands_alone_misses_nobody(stage: Stage, counts: Counted) -> None:
    front = Front(stage, counts, Night(), lambda: 300, silent, standalone=True)
    counts.events, counts.synced = 1_000_000, 1
    front.refresh()
    assert stage.scene.status.troubles == ()


def test_who_serves_stands_there_also_while_someone_types(stage: Stage, counts: Counted) -> None:
    duty = Duty()
    front = Front(stage, counts, Night(), lambda: 300, silent, standalone=False, duty=lambda: duty)
    front.show(Waiting())
    assert (stage.scene.status.duty, stage.scene.status.is_training) == ("", False)
    duty = Duty(3, "山田", is_training=True)
    front.show(Keying(make_card_no(1), None, False, 0, 0, 0, 0, "amount", 0, 0, 0, 0, 0, ()))
    assert (stage.scene.status.duty, stage.scene.status.is_training) == ("山田", True)
    assert counts.asked == 1


def test_a_silent_keypad_is_told_until_it_answers_again(front: Front, stage: Stage) -> None:
    front.device_spoke(PanelLost("device.panel_board.no_answer"))
    assert [notice.code for notice in stage.scene.status.troubles] == ["device.panel_board.no_answer"]
    front.wire_changed("panel", EnishiError("device.link_missing", port="/dev/ttyPANEL"))
    assert [notice.code for notice in stage.scene.status.troubles] == ["device.link_missing"]
    front.wire_changed("panel", None)
    front.device_spoke(PanelReady())
    assert stage.scene.status.troubles == ()


def test_what_the_keeper_of_the_journal_says_stands_there_until_it_says_otherwise(front: Front, stage: Stage) -> None:
    low = Notice("store.low_space", {"free_mb": 400})
    front.kept((low,))
    front.show(Waiting())
    assert low in stage.scene.status.troubles
    front.kept(())
    assert low not in stage.scene.status.troubles

"""What stands around the screen."""

from __future__ import annotations

from datetime import date

import pytest

from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sync.messages import Pull
from shared.visit.events import PanelLost, PanelReady
from shared.visit.screens import Keying, Notice, Waiting
from terminal.app.front import Front
from terminal.app.kiosk.stage import Stage
from terminal.app.log import silent
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, SyncResult

ACKNOWLEDGED = Acknowledged(b"s", 1, 1)
PAGE = PageArrived(Pull(1, (), 0, False))


class Counted:
    """The store's counts."""

    def __init__(self) -> None:
        self.events, self.asked, self.broken = 3, 0, False
        self.day = date(1, 1, 1)

    def unsent(self) -> int:
        self.asked += 1
        if self.broken:
            raise EnishiError("store.full", free_mb=0)
        return self.events

    def visits_today(self, day: date) -> int:
        self.day = day
        return 12


class Night:
    """04:59 in Japan, before the shop's day begins."""

    def now(self) -> Now:
        return Now(1.0, 1_795_291_140_000)


@pytest.fixture
def counts() -> Counted:
    return Counted()


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
        ([Failed("sync.token_refused")], 0, True, ["sync.token_refused"]),
        ([Failed("sync.token_refused"), PAGE], 0, True, []),
        ([Failed("sync.fork"), PAGE], 5, True, ["sync.fork"]),
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


def test_a_silent_keypad_is_told_until_it_answers_again(front: Front, stage: Stage) -> None:
    front.device_spoke(PanelLost("device.panel_board.no_answer"))
    assert [notice.code for notice in stage.scene.status.troubles] == ["device.panel_board.no_answer"]
    front.wire_changed("panel", EnishiError("device.link_missing", port="/dev/ttyPANEL"))
    assert [notice.code for notice in stage.scene.status.troubles] == ["device.link_missing"]
    front.wire_changed("panel", None)
    front.device_spoke(PanelReady())
    assert stage.scene.status.troubles == ()

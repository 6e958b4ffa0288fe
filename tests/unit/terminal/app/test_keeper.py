"""The keeper: tends between visits only, says each trouble once, and stops at a journal that decays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.visit.screens import Notice
from terminal.app.keeper import TEND_EVERY_S, Keeper, machine_start

LOW = Notice("store.low_space", {"free_mb": 400})
PLAIN = Notice("store.plain_journal")


class Journal:
    """A store whose troubles the test sets."""

    def __init__(self) -> None:
        self.tended = 0
        self.more = False
        self.error = ""
        self.notices: tuple[Notice, ...] = ()

    def tend(self) -> bool:
        self.tended += 1
        if self.error:
            raise EnishiError(self.error)
        return self.more

    def troubles(self) -> tuple[Notice, ...]:
        if self.error == "store.disk_failed":
            raise EnishiError(self.error)
        return self.notices


class Scene:
    """A keeper with everything round it."""

    def __init__(self, standing: tuple[Notice, ...] = ()) -> None:
        self.journal = Journal()
        self.idle = True
        self.told: list[tuple[Notice, ...]] = []
        self.logged: list[str] = []
        self.keeper = Keeper(self.journal, lambda: self.idle, self.told.append, self._log, standing)

    def _log(self, what: str, facts: Mapping[str, object]) -> None:
        self.logged.append(what)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_journal_is_tended_every_minute(scene: Scene) -> None:
    for second in range(181):
        scene.keeper.beat(float(second))
    assert scene.journal.tended == 1 + 180 // TEND_EVERY_S


def test_nothing_is_tended_during_a_visit(scene: Scene) -> None:
    scene.idle = False
    scene.keeper.beat(500.0)
    assert scene.journal.tended == 0
    scene.idle = True
    scene.keeper.beat(501.0)
    assert scene.journal.tended == 1


def test_what_is_not_done_goes_on_at_the_next_beat(scene: Scene) -> None:
    scene.journal.more = True
    for second in range(5):
        scene.keeper.beat(float(second))
    assert scene.journal.tended == 5


def test_a_trouble_is_shown_and_logged_once(scene: Scene) -> None:
    scene.journal.notices = (LOW,)
    for second in range(5):
        scene.keeper.beat(float(second))
    scene.journal.notices = ()
    scene.keeper.beat(6.0)
    assert scene.told == [(LOW,), ()]
    assert scene.logged == ["store.low_space"]


def test_a_journal_in_clear_is_said_for_the_whole_run() -> None:
    scene = Scene((PLAIN,))
    scene.keeper.beat(0.0)
    scene.journal.notices = (LOW,)
    scene.keeper.beat(1.0)
    assert scene.told == [(PLAIN,), (PLAIN, LOW)]
    assert scene.logged == ["store.plain_journal", "store.low_space"]


def test_what_the_store_refuses_is_logged_and_tried_again(scene: Scene) -> None:
    scene.journal.error = "store.full"
    scene.keeper.beat(0.0)
    scene.journal.error = ""
    scene.keeper.beat(TEND_EVERY_S)
    assert (scene.journal.tended, scene.logged) == (2, ["store.full"])


def test_a_disk_that_cannot_be_asked_is_a_trouble_itself(scene: Scene) -> None:
    scene.journal.error = "store.disk_failed"
    scene.keeper.beat(0.0)
    assert [notice.code for notice in scene.told[0]] == ["store.disk_failed"]


@pytest.mark.parametrize("code", ["store.corrupt", "store.chain_broken"])
def test_a_journal_that_decays_ends_the_program(scene: Scene, code: str) -> None:
    scene.journal.error = code
    with pytest.raises(EnishiError):
        scene.keeper.beat(0.0)


class Folder:
    """An intake that counts its looks."""

    def __init__(self) -> None:
        self.looks: list[float] = []
        self.notices: tuple[Notice, ...] = ()

    def beat(self, now_s: float) -> None:
        self.looks.append(now_s)

    def troubles(self) -> tuple[Notice, ...]:
        return self.notices


def test_the_poss_folder_is_looked_at_at_every_beat_also_during_a_visit(scene: Scene) -> None:
    folder = Folder()
    keeper = Keeper(scene.journal, lambda: False, scene.told.append, scene._log, (PLAIN,), folder)
    keeper.beat(0.0)
    folder.notices = (Notice("kiosk.pos_folder", {"path": "/srv/pos"}),)
    keeper.beat(1.0)
    assert folder.looks == [0.0, 1.0]
    assert scene.told == [(PLAIN,), (PLAIN, *folder.notices)]
    assert scene.logged == ["store.plain_journal", "kiosk.pos_folder"]


def test_a_start_of_the_machine_has_a_name(tmp_path: Path) -> None:
    source = tmp_path / "boot_id"
    source.write_text("3b8c\n")
    assert machine_start(source) == "3b8c"
    assert machine_start(tmp_path / "none") == ""

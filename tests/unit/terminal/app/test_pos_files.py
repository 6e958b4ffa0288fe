"""The folder of the POS: whole files only, one at a time, and each ends in one of two folders with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shared.ids import make_card_no
from shared.locale import japanese
from shared.visit.effects import AnswerPos
from terminal.app.log import silent
from terminal.app.pos import PosBoard
from terminal.app.pos_files import FILE_BYTES_MAX, FILES_MAX, STABLE_S, UNENDED_S, PosFiles, make_room

GOOD = b"reference,amount_yen\nR1,1980\n"


class Counter:
    """A folder, a board, and a loop that the test plays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.came: list[str] = []
        self.withdrawn: list[str] = []
        self.free = True
        self.now_s = 0.0
        self.board = PosBoard(lambda event: self.came.append(event.basket.reference), self.withdrawn.append)
        self.files = PosFiles(folder, self.board, lambda: self.free, japanese, silent)

    def drop(self, name: str, content: bytes, age: int = 0) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        os.utime(path, (1_700_000_000 + age, 1_700_000_000 + age))
        return path

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds) + 1):
            self.files.beat(self.now_s)
            self.now_s += 1.0

    def found(self, where: str) -> list[str]:
        folder = self.folder / where
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def reason(self, name: str) -> str:
        return (self.folder / "refused" / name).read_text("utf-8")


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path)


def test_a_sale_waits_for_its_card_and_its_file_is_put_away_with_the_answer(counter: Counter) -> None:
    path = counter.drop("sale.csv", GOOD)
    counter.wait(STABLE_S + 1)
    assert counter.came == ["R1"]
    assert path.exists()
    counter.board.answer(AnswerPos("R1", "done", make_card_no(7), 0, 1_980, 19, 0, 119))
    counter.wait(1)
    assert counter.found("done") == ["sale.csv", "sale.txt"]
    told = (counter.folder / "done/sale.txt").read_text("utf-8").splitlines()
    assert told[:1] == ["reference=R1"]
    assert told[1].startswith("card=****-**")
    assert told[-1] == "balance=119"


def test_a_file_that_still_grows_is_never_read(counter: Counter) -> None:
    for length in range(1, len(GOOD)):
        counter.drop("sale.csv", GOOD[:length], age=length)
        counter.wait(0)
    assert not counter.came
    counter.drop("sale.csv", GOOD, age=99)
    counter.wait(STABLE_S + 1)
    assert counter.came == ["R1"]


def test_a_file_without_an_end_gets_more_time(counter: Counter) -> None:
    counter.drop("sale.csv", GOOD[:-1])
    counter.wait(STABLE_S + 1)
    assert not counter.came
    counter.wait(UNENDED_S)
    assert counter.came == ["R1"]


def test_other_names_folders_and_links_are_left_alone(
    counter: Counter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    counter.drop("sale.tmp", GOOD)
    (counter.folder / "folder.csv").mkdir()
    (counter.folder / "link.csv").symlink_to(tmp_path_factory.mktemp("other") / "x")
    counter.wait(20)
    assert not counter.came


def test_the_oldest_comes_first_and_the_next_when_it_is_over(counter: Counter) -> None:
    counter.drop("b.csv", b"reference,amount_yen\nR2,1\n", age=2)
    counter.drop("c.CSV", GOOD, age=1)
    counter.wait(10)
    assert counter.came == ["R1"]
    counter.board.answer(AnswerPos("R1", "cancelled"))
    counter.wait(2)
    assert counter.came == ["R1", "R2"]
    assert counter.found("refused") == ["c.CSV", "c.txt"]
    assert "端末で取りやめ" in counter.reason("c.txt")


def test_a_counter_that_is_busy_is_not_bothered(counter: Counter) -> None:
    counter.free = False
    counter.drop("sale.csv", GOOD)
    counter.wait(10)
    assert not counter.came
    counter.free = True
    counter.wait(1)
    assert counter.came == ["R1"]
    counter.board.answer(AnswerPos("R1", "busy"))
    counter.free = False
    counter.wait(5)
    counter.free = True
    counter.wait(2)
    assert counter.came == ["R1", "R1"]


def test_a_file_that_is_removed_takes_its_sale_back(counter: Counter) -> None:
    path = counter.drop("sale.csv", GOOD)
    counter.wait(4)
    path.unlink()
    counter.wait(0)
    assert counter.withdrawn == ["R1"]
    counter.board.answer(AnswerPos("R1", "cancelled"))
    counter.drop("next.csv", b"amount_yen\n5\n", age=17)
    counter.wait(5)
    assert counter.came == ["R1", "next-1700000017000000000"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,unit_yen\nmilk,cheap\n", "kiosk.pos_file"),
        (b"x" * (FILE_BYTES_MAX + 1), "kiosk.pos_file_large"),
        (b"name,unit_yen\n,1\n", "sale.line"),
    ],
)
def test_what_is_no_sale_is_put_away_with_its_reason(counter: Counter, content: bytes, said: str) -> None:
    counter.drop("bad.csv", content)
    counter.drop("good.csv", GOOD, age=1)
    counter.wait(UNENDED_S + 2)
    assert counter.found("refused") == ["bad.csv", "bad.txt"]
    assert f"({said})" in counter.reason("bad.txt")
    assert counter.came == ["R1"]


def test_a_name_that_was_there_before_overwrites_nothing(counter: Counter) -> None:
    for age in (1, 2):
        counter.drop("bad.csv", b"?\n", age)
        counter.wait(4)
    assert len(counter.found("refused")) == 4


def test_a_folder_that_is_not_there_is_said_and_found_again(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "share")
    counter.wait(2)
    assert [notice.code for notice in counter.files.troubles()] == ["kiosk.pos_folder"]
    counter.folder.mkdir()
    counter.drop("sale.csv", GOOD)
    counter.wait(4)
    assert counter.files.troubles() == ()
    assert counter.came == ["R1"]


def test_more_files_than_are_looked_at_in_one_go_are_taken_bit_by_bit(counter: Counter) -> None:
    for number in range(FILES_MAX + 5):
        counter.drop(f"{number:03}.csv", b"?\n", age=number)
    counter.wait(3)
    assert 0 < len(counter.found("refused")) <= 2 * FILES_MAX
    counter.wait(10)
    assert len(counter.found("refused")) == 2 * (FILES_MAX + 5)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    make_room(tmp_path, kept_max=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.csv", "4.csv"]

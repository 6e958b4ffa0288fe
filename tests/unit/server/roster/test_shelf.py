"""The folder of members files: what has a label is whole, and one process at a time is at it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.roster.shelf import Label, Shelf, read_piece
from shared.errors import EnishiError
from shared.sync.roster import FORMAT


def put(shelf: Shelf, id: str, upto: int, base: str = "", epoch: int = 1, form: int = FORMAT) -> Label:
    label = Label(id * 32, base and base * 32, epoch, upto, 1, 4, bytes(32), form)
    shelf.unborn().write_bytes(b"file")
    shelf.put(label)
    return label


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_an_empty_or_missing_folder_offers_nothing(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "nowhere").current(1) == (None, None)


def test_the_newest_base_of_the_feed_and_its_own_newest_supplement_are_offered(shelf: Shelf) -> None:
    put(shelf, "a", 10)
    put(shelf, "b", 20, base="a")
    base = put(shelf, "c", 30)
    assert shelf.current(1) == (base, None)
    put(shelf, "d", 40, base="c")
    newest = put(shelf, "e", 50, base="c")
    put(shelf, "f", 60, epoch=2)
    put(shelf, "0", 70, form=FORMAT + 1)
    assert shelf.current(1) == (base, newest)
    shelf.tidy(1)
    assert sorted(path.name[0] for path in shelf.folder.iterdir()) == ["c", "c", "e", "e"]


def test_a_label_without_its_file_and_a_file_without_a_label_are_nothing(shelf: Shelf) -> None:
    label = put(shelf, "a", 10)
    shelf.file(label.id).unlink()
    shelf.file("b" * 32).write_bytes(b"file")
    assert shelf.current(1) == (None, None)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=50).map(lambda id: msgspec.json.encode({"id": id}))))
def test_any_bytes_are_a_label_or_none(shelf: Shelf, content: bytes) -> None:
    (shelf.folder / f"{'a' * 32}.json").write_bytes(content)
    assert shelf.current(1) == (None, None)


def test_a_piece_of_a_file_that_is_gone_says_so(shelf: Shelf) -> None:
    with pytest.raises(EnishiError, match=r"sync\.roster_gone"):
        read_piece(shelf.file("a" * 32), 0, 10)


def test_the_lock_is_for_one(shelf: Shelf) -> None:
    with shelf.lock() as first, shelf.lock() as second:
        assert (first, second) == (True, False)
    with shelf.lock() as third:
        assert third

"""The file of a mirror: it grows ahead of what is appended, and nobody ever takes the room for a frame."""

from __future__ import annotations

import shutil
from pathlib import Path

from terminal.app.store.medium import GROW_BYTES, FileMedium

ROUNDS = 40
PIECE = b"x" * (GROW_BYTES // 16)


def test_it_grows_by_many_events_at_once_and_ends_with_the_last_when_closed(tmp_path: Path) -> None:
    path = tmp_path / "mirror"
    medium = FileMedium(path)
    assert medium.open() == 0
    sizes = set()
    for _ in range(ROUNDS):
        medium.append(PIECE)
        sizes.add(path.stat().st_size)
    assert len(sizes) <= 1 + ROUNDS // 16
    medium.close()
    assert path.read_bytes() == PIECE * ROUNDS


def test_after_a_cut_the_room_is_zeros_and_what_comes_next_goes_where_it_is_told(tmp_path: Path) -> None:
    medium = FileMedium(tmp_path / "mirror")
    medium.open()
    medium.append(PIECE)
    left = Path(shutil.copy(medium.path, tmp_path / "left"))
    medium.close()
    again = FileMedium(left)
    assert again.open() == len(PIECE) + GROW_BYTES
    assert again.read(len(PIECE), GROW_BYTES) == bytes(GROW_BYTES)
    again.cut(len(PIECE))
    again.append(b"more")
    again.close()
    assert left.read_bytes() == PIECE + b"more"

"""The board's number: the first source that has one, never in clear."""

from __future__ import annotations

from pathlib import Path

from terminal.app.board import board_id


def test_the_first_serial_number_counts_and_is_not_shown(tmp_path: Path) -> None:
    missing, empty, serial, other = (tmp_path / name for name in ("missing", "empty", "serial", "other"))
    empty.write_bytes(b"\0\n")
    serial.write_bytes(b"10000000abcdef01\0")
    other.write_bytes(b"10000000abcdef02\0")
    told = board_id([missing, empty, serial, other])
    assert told == board_id([serial])
    assert told != board_id([other])
    assert len(told) == 64
    assert "abcdef01" not in told
    assert board_id([missing, empty, tmp_path]) == ""

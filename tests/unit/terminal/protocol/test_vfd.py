"""The few commands that a customer display is sent."""

from __future__ import annotations

import pytest

from terminal.protocol.vfd import COLUMNS, ROWS, place, set_brightness, settings


@pytest.mark.parametrize(("row", "column", "sent"), [(0, 0, "1f240101"), (1, 19, "1f241402")])
def test_places_count_from_one_on_the_wire(row: int, column: int, sent: str) -> None:
    assert place(row, column) == bytes.fromhex(sent)


def test_every_place_avoids_the_bytes_that_begin_a_command() -> None:
    for row in range(ROWS):
        for column in range(COLUMNS):
            assert not {0x1B, 0x1F} & set(place(row, column)[2:])


def test_settings_neither_clear_nor_initialise() -> None:
    for brightness in range(1, 5):
        assert b"\x0c" not in settings(brightness)
        assert b"\x1b@" not in settings(brightness)
        assert settings(brightness).endswith(set_brightness(brightness))

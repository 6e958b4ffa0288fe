"""Where a record lies on a type 2 tag."""

from __future__ import annotations

import pytest

from simulators.ic_card.tags import Pages
from terminal.protocol import type2
from terminal.protocol.slots import SLOT_BYTES, SLOTS


@pytest.mark.parametrize("size", [48, 144, 496, 872])
def test_the_room_of_a_tag_is_what_its_capability_container_says(size: int) -> None:
    head = Pages(bytes(7), size).read(0)
    assert head is not None
    assert type2.room(head) == size


@pytest.mark.parametrize("head", [b"", bytes(16), b"\xe1" * 15])
def test_a_tag_without_a_capability_container_has_no_room(head: bytes) -> None:
    assert type2.room(head) == 0


def test_both_slots_lie_in_user_memory_and_do_not_meet() -> None:
    pages = [type2.pages_of(slot * SLOT_BYTES, SLOT_BYTES) for slot in range(SLOTS)]
    assert [*map(list, pages)] == [list(range(4, 18)), list(range(18, 32))]

"""When something of a terminal's day may be missing: boots, ends that never came, silence, disks from the past."""

from __future__ import annotations

import pytest

from server.reconcile.holes import Boot, Life, covers, holes, is_complete

A, B, C = b"a" * 10, b"b" * 10, b"c" * 10


def boot(
    stream: bytes, first: int, last: int, head: int = 10, told: int = 0, frozen: bool = False, parent: bytes = b"",
    parent_seq: int = 10,
) -> Boot:  # fmt: skip
    return Boot(stream, first, last, head, told, frozen, parent, parent_seq)


def life(*boots: Boot, begun: int = 100, heard: int = 120, end: int = 130) -> Life:
    return Life(begun, heard, end, boots)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (life(), [(100, 130)]),  # let in, never heard
        (life(boot(A, 101, 110)), [(120, 130)]),  # all told when it called last
        (life(boot(A, 101, 125)), [(125, 130)]),
        (life(boot(A, 101, 110, head=5, told=9)), [(110, 130)]),  # it said that there is more
        (life(boot(A, 101, 110, frozen=True)), [(110, 130)]),
        (life(boot(A, 101, 105), boot(B, 106, 118, parent=A)), [(120, 130)]),
        (life(boot(A, 101, 105, head=7), boot(B, 108, 118, parent=A)), [(105, 108), (120, 130)]),  # its end never came
        (life(boot(A, 101, 105), boot(B, 108, 118, parent=A, parent_seq=4)), [(105, 108), (120, 130)]),  # set back
        (life(boot(B, 108, 118, parent=A)), [(0, 108), (120, 130)]),  # a boot of which nothing came
        (life(boot(A, 101, 105), boot(B, 106, 110, parent=A), boot(C, 107, 112, parent=A)), [(120, 130), (120, 130)]),
    ],
)
def test_the_days_of_which_something_may_be_missing(known: Life, expected: list[tuple[int, int]]) -> None:
    assert list(holes(known)) == expected


def test_a_day_is_complete_when_no_hole_begins_by_then() -> None:
    known = life(boot(A, 101, 105, head=7), boot(B, 108, 118, parent=A))
    assert [day for day in range(100, 131) if is_complete(known, day)] == [100, 101, 102, 103, 104]
    assert [day for day in range(100, 131) if covers(known, day)] == [105, 106, 107, 108, *range(120, 131)]

"""The least that has to be written to turn one picture into another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.locale import japanese
from shared.visit.screens import Waiting
from terminal.drivers.display.picture import Patch, patches, picture_of

LINES = st.text("ab ", min_size=20, max_size=20).map(str.encode)
PICTURES = st.tuples(LINES, LINES)


def applied(picture: tuple[bytes, ...], found: list[Patch]) -> tuple[bytes, ...]:
    rows = [bytearray(row) for row in picture]
    for patch in found:
        rows[patch.row][patch.column : patch.column + len(patch.text)] = patch.text
    return tuple(bytes(row) for row in rows)


@given(PICTURES, PICTURES)
def test_patches_lead_from_one_picture_to_the_other(shown: tuple[bytes, ...], wanted: tuple[bytes, ...]) -> None:
    found = patches(shown, wanted)
    assert applied(shown, found) == wanted
    assert sum(len(patch.text) for patch in found) <= 40


def test_nothing_is_written_over_the_same() -> None:
    picture = picture_of(Waiting(), japanese, 20, 2)
    assert patches(picture, picture) == []


def test_one_figure_is_one_patch() -> None:
    assert patches((b"12,480       ",), (b"12,499       ",)) == [Patch(0, 4, b"99")]
    assert patches((b"a" * 20,), (b"a" * 5 + b"b" + b"a" * 2 + b"b" + b"a" * 11,)) == [Patch(0, 5, b"baab")]


def test_an_unknown_picture_is_written_whole() -> None:
    assert patches(None, (b"ab", b"cd")) == [Patch(0, 0, b"ab"), Patch(1, 0, b"cd")]


def test_rows_that_the_customer_does_not_need_are_blank() -> None:
    assert picture_of(Waiting(), japanese, 16, 4)[2:] == (b" " * 16,) * 2

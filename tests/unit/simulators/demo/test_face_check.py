"""Reading a printed face: found where it stands, in every size, and not where another text stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.card.face import Face, FaceLine
from simulators.bench.tray import draw
from simulators.card_rewriter import Fonts, find_fonts
from simulators.demo.face_check import shows


@pytest.fixture(scope="module")
def fonts(bitmap_fonts: Path) -> Fonts:
    return find_fonts(bitmap_fonts)


@pytest.mark.parametrize(("wide", "tall"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_printed_word_is_found_in_every_size_and_another_is_not(fonts: Fonts, wide: bool, tall: bool) -> None:
    face = draw(Face(False, (FaceLine(20, 99, "縁結", wide, tall), FaceLine(5, 200, "点", False, False))), fonts)
    assert shows(face, "縁結", fonts)
    assert shows(face, "点", fonts)
    assert not shows(face, "円", fonts)


def test_nothing_is_found_on_a_white_card(fonts: Fonts) -> None:
    assert not shows(draw(Face(False, ()), fonts), "縁", fonts)

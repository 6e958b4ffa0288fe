"""Every effect has exactly one performer."""

from __future__ import annotations

from typing import get_args

from shared.visit.effects import Effect
from terminal.app.perform import PERFORMERS


def test_the_table_holds_every_effect_and_nothing_else() -> None:
    assert set(PERFORMERS) == set(get_args(Effect))

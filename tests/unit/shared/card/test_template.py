"""Places in a message's words: filled with what is true after the visit, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.template import FIELDS, fill, unknown, values
from shared.locale import japanese

TOLD = values(japanese, "山田 花子", "駅前店", "ゴールド", 1_234, 100, 36)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{name}様 残り{points}点", "山田 花子様 残り1,234点"),
        ("{expiring}点が{expiry}まで", "100点が2027年1月末まで"),
        ("{rank} {shop}", "ゴールド 駅前店"),
        ("{nmae} { name }", "{nmae} { name }"),
    ],
)
def test_places_are_filled(text: str, wanted: str) -> None:
    assert fill(text, TOLD) == wanted


def test_nobody_is_greeted_politely_and_what_never_lapses_says_so() -> None:
    told = values(japanese, "", "", "", 0, 0, 0)
    assert fill("{name}様 {rank} {expiry}", told) == "お客さま 会員 期限なし"


def test_unknown_places_are_named() -> None:
    assert unknown("{name} {nmae} {x}") == ("nmae", "x")
    assert set(TOLD) == {*FIELDS, ""}


@given(st.text())
def test_text_without_places_stays_as_it_is(text: str) -> None:
    if "{" not in text:
        assert fill(text, TOLD) == text
        assert not unknown(text)

"""One line per happening: readable, on one line whatever it says, and naming nobody."""

from __future__ import annotations

import io

import pytest

from shared.clock import Now
from shared.ids import make_card_no
from shared.visit.effects import AwaitCard, BeginDuty, FindProduct, LookUpCard, Show
from shared.visit.events import CardRewriterLost, DutyRefused, Key, KeyPressed, ProductFound, Scanned
from shared.visit.screens import Waiting
from shared.visit.states import Down, Idle
from terminal.app.log import Value, masked, step_facts, stream_log


class Noon:
    def now(self) -> Now:
        return Now(1.0, 1_795_262_400_123)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        (12, "12"),
        (1.5, "1.500"),
        (True, "True"),
        (None, "None"),
        ("", '""'),
        ("two words", '"two words"'),
        ("a\nline", r'"a\nline"'),
        ('quote"', r'"quote\""'),
        ("a=b", '"a=b"'),
        ("日本", '"日本"'),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_value_stays_one_word_on_one_line(value: Value, written: str) -> None:
    stream = io.StringIO()
    stream_log(stream, Noon())("what", {"fact": value})
    assert stream.getvalue() == f"2026-11-21T12:00:00.123Z what fact={written}\n"


def test_a_step_tells_event_states_effects_and_code() -> None:
    facts = step_facts(CardRewriterLost("device.link_lost"), Idle(), Down((), "device.link_lost"), [Show(Waiting())])
    assert facts == {
        "event": "CardRewriterLost",
        "state": "Idle->Down",
        "effects": "Show",
        "code": "device.link_lost",
    }


def test_what_was_scanned_may_be_a_card_and_is_not_told() -> None:
    scanned = step_facts(Scanned("1234567894"), Idle(), Idle(), [FindProduct("1234567894")])
    assert scanned == {"event": "Scanned", "state": "Idle", "effects": "FindProduct"}
    assert "code" not in step_facts(ProductFound("1234567894", None), Idle(), Idle(), [])


def test_a_pin_is_not_told() -> None:
    assert "4711" not in str(step_facts(DutyRefused("duty.pin_missing"), Idle(), Idle(), [BeginDuty("4711")]))


def test_a_key_is_not_told() -> None:
    facts = step_facts(KeyPressed(Key.D7), Idle(), Idle(), [AwaitCard()])
    assert facts == {"event": "KeyPressed", "state": "Idle", "effects": "AwaitCard"}


def test_of_a_card_only_the_last_four_digits_are_told() -> None:
    card = make_card_no(123_456_789)
    assert masked(card) == "******7894"
    assert step_facts(KeyPressed(Key.D7), Idle(), Idle(), [LookUpCard(card)])["card"] == "******7894"

"""Forms drawn from the dataclasses: what is drawn reads back as it was; whatever is typed never breaks anything."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.programs.trades import trades
from server.rulebook.drawing import Choices, Drawn, Typed, draw, labels, read
from shared.points.program import Programme
from shared.points.promotion import Conditions, Promotion

CHOICES = Choices({"weekdays": [(str(day), str(day)) for day in range(7)], "stores": [("1", "駅前店")]})


def form_of(listed: Iterable[Drawn]) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    sent: dict[str, list[str]] = {}
    for one in listed:
        if one.optional and one.is_on:
            sent[f"{one.name}.on"] = ["1"]
        if one.way == "rows":
            for row, told in enumerate(one.ticked):
                sent[f"{one.name}.{row}.name"], sent[f"{one.name}.{row}.at"] = ([part] for part in told.split("\t"))
        elif one.way == "ticks":
            sent[one.name] = list(one.ticked)
        elif one.way != "group" and (one.way != "tick" or one.value):
            sent[one.name] = [one.value]
        sent |= form_of(one.parts)
    return sent


ALL = [one for group in trades() for one in group.trades]


@pytest.mark.parametrize("trade", ALL, ids=[one.key for one in ALL])
def test_rules_read_back_as_they_were_drawn(trade):
    typed = Typed(form_of(draw(trade.programme, CHOICES)))
    assert read(trade.programme, typed) == trade.programme
    assert not typed.errors
    for one in trade.programme.promotions:
        typed = Typed(form_of(draw(one, CHOICES)))
        assert read(Promotion(one.id, "", conditions=Conditions(rain=True)), typed) == one
        assert not typed.errors


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("expiry_months", "１２か月", 12), ("expiry_months", "1,000", 1_000), ("day_start_minute", "5時30分", 330),
        ("day_start_minute", "4:05", 245), ("day_start_minute", "25:00", 60),
        ("name", "  こむぎ  ポイント ", "こむぎ ポイント"),
    ],
)  # fmt: skip
def test_many_ways_of_typing(name, typed, value):
    told = Typed({name: [typed]})
    assert getattr(read(Programme(), told, only=(name,)), name) == value
    assert not told.errors


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("expiry_months", ""),
        ("expiry_months", "twelve"),
        ("expiry_months", "-1"),
        ("expiry_months", "1" * 13),
        ("day_start_minute", "noon"),
    ],
)
def test_what_is_no_number_is_said_and_changes_nothing(name, typed):
    told = Typed({name: [typed]})
    assert read(Programme(), told, only=(name,)) == Programme()
    assert told.errors[name].code == "programs.figure"


@given(
    st.dictionaries(
        st.sampled_from([name for name, _ in labels(Promotion)]) | st.text(max_size=20),
        st.lists(st.text(max_size=30), max_size=3),
    )
)
def test_nothing_that_is_sent_breaks_the_form(form):
    told = read(Promotion(7, "特典"), Typed(form))
    assert told.id == 7, "what no form shows is not typed"


def test_every_field_has_a_label():
    unnamed = {"version", "promotions", "holidays", "rain", "then"}
    assert {name for name, label in labels(Programme) if not label and "." not in name} == unnamed
    assert all(label for _, label in labels(Promotion))

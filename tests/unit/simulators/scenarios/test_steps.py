"""The language of scenarios: what is written is read back, and what is no step is refused by its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.scenarios.steps import STEPS_MAX, TEXT_MAX, VERBS, BadStep, Step, read_step, read_steps, write_steps


def test_steps_are_read_from_one_line_each() -> None:
    assert read_steps("insert new; keys 1 00 enter;; pull") == (
        Step("insert", ("new",)),
        Step("keys", ("1", "00", "enter")),
        Step("pull"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";;",
        "fly",
        "pull now",
        "insert",
        "insert a b",
        "keys " + "1 " * 21,
        "pull;" * (STEPS_MAX + 1),
        "x" * TEXT_MAX,
    ],
)
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(BadStep):
        read_steps(text)


words = st.text(st.characters(codec="utf-8", exclude_characters=";", exclude_categories=("Z", "C")), min_size=1)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    verb = draw(st.sampled_from(sorted(VERBS)))
    known = VERBS[verb]
    return Step(verb, tuple(draw(st.lists(words, min_size=known.fewest, max_size=min(known.most, 4)))))


@given(st.lists(steps(), min_size=1, max_size=8))
def test_every_scenario_survives_its_link(those: list[Step]) -> None:
    text = write_steps(those)
    if len(text) <= TEXT_MAX:
        assert list(read_steps(text)) == those


@given(st.text(max_size=200))
def test_any_text_is_steps_or_refused(text: str) -> None:
    try:
        found = read_steps(text)
    except BadStep:
        return
    assert found == tuple(read_step(str(step)) for step in found)

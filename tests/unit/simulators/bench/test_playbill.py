"""What a link means: a scenario by its name, written steps, a queue by its seed, or nothing."""

from __future__ import annotations

import pytest

from simulators.bench.playbill import bad_bill, chosen, named
from simulators.scenarios.queue import queue
from simulators.scenarios.steps import Step


def test_links_name_scenarios_in_three_ways() -> None:
    by_name, by_steps = chosen({"play": "use-points"}, 1), chosen({"steps": "pull;wait 1"}, 1)
    assert by_name is not None
    assert by_name.name == "use-points"
    assert by_steps is not None
    assert by_steps.steps == (Step("pull"), Step("wait", ("1",)))
    assert chosen({"queue": "7"}, 2) == queue(7, 2)


@pytest.mark.parametrize(
    "wish",
    [{}, {"play": "no-such"}, {"steps": "fly"}, {"queue": "x"}, {"queue": "٣"}, {"queue": "1234567"}, {"queue": "-1"}],
)
def test_anything_else_is_nothing(wish: dict[str, str]) -> None:
    assert chosen(wish, 1) is None
    assert bad_bill(wish)[1].endswith(("。", "new"))


def test_details_that_are_no_text_are_left_out() -> None:
    assert named({"play": 5, "steps": ["pull"], "queue": "7", "else": "x"}) == {"queue": "7"}

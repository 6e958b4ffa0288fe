"""Weeks of a chain with every mischief end with equal books; the recovery drills heal; the oracle is seen to bite."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shared.card.codec import decode, encode
from simulators.world import drill
from simulators.world.fleet.oracle import Oracle, Told
from simulators.world.fleet.plastic import Plastic
from simulators.world.run import Kind, play
from simulators.world.world import RING, opening_cards

SEEDS = range(1, 25)


def test_weeks_of_a_chain_end_with_equal_books():
    outcomes = list(play(SEEDS, kind=Kind.FLEET))
    assert [outcome for outcome in outcomes if outcome.violations] == []
    total = {name: sum(outcome.counts.get(name, 0) for outcome in outcomes) for name in ("successes", "cuts", "visit")}
    assert total["successes"] > 100
    assert total["cuts"] > 50


def test_the_same_seed_gives_the_same_weeks():
    (first,), (second,) = play([4], kind=Kind.FLEET), play([4], kind=Kind.FLEET)
    assert first == second
    assert len(first.trace) == 64


@pytest.mark.parametrize("name", sorted(drill.DRILLS))
def test_a_recovery_drill_ends_with_every_line_green_and_the_sums_counted_by_hand(name: str, tmp_path: Path):
    said: list[str] = []
    assert drill.run(name, tmp_path, lambda japanese, english: said.append(english)) == []
    assert "agrees" in said[-1]


def test_the_oracle_counts_only_what_a_surviving_record_proves():
    """Two visits on the stripe, of which the books name only the first."""
    (track, image), *_ = opening_cards(1).items()
    card = Plastic(image.card, track)
    oracle = Oracle(RING)
    oracle.know(card)
    first, second = (_written(track, seq) for seq in (1, 2))
    card.end_pass(first)
    card.end_pass(second)
    assert oracle.truth(Told({}, frozenset())) == {image.card: 0}
    assert oracle.truth(Told({"SEEN": [{"track": first}]}, frozenset())) == {image.card: 10}
    assert oracle.truth(Told({"SEEN": [{"track": second}]}, frozenset())) == {image.card: 20}


def _written(track: str, seq: int) -> str:
    image = decode(track, RING).image
    assert image is not None
    return encode(replace(image, seq=seq, earn=10), RING)

"""Weeks of a chain with every mischief end with equal books; the recovery drills heal; the oracle is seen to bite."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from shared.card.codec import decode, encode, track_hash
from shared.card.image import Lot
from simulators.world import drill
from simulators.world.fleet.oracle import Oracle, Told
from simulators.world.fleet.plastic import Plastic
from simulators.world.run import Kind, play
from simulators.world.world import RING, opening_cards

SEEDS = range(1, 41)
EVERYTHING = (
    "visit", "sync", "message", "grant", "demagnetise", "wrong_clock", "line", "nightly", "backup", "long_pause",
    "forge", "copy_card", "keep_disk", "roll_back", "dies", "restore", "without_card", "plain_sales", "refunds",
)  # fmt: skip


def test_weeks_of_a_chain_end_with_equal_books():
    outcomes = list(play(SEEDS, kind=Kind.FLEET))
    assert [outcome for outcome in outcomes if outcome.violations] == []
    total = sum((Counter(outcome.counts) for outcome in outcomes), Counter())
    assert total["successes"] > 200
    assert total["cuts"] > 80
    assert [name for name in EVERYTHING if total[name] < 3] == []


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


def test_the_oracle_believes_a_generation_that_only_its_card_tells_of():
    """The till that made it is dead, and head office was put back: what the card carried is what is left."""
    (track, image), *_ = opening_cards(1).items()
    card = Plastic(image.card, track)
    oracle = Oracle(RING)
    oracle.know(card)
    start = _written(track, 0, gen=2, lots=(Lot(40, 40), *[Lot(0, 0)] * 2), earn=0)
    before, later = _written(track, 1), _written(start, 1)
    for each in (before, start, later):
        card.end_pass(each)
    nobody_tells = Told({}, frozenset({track_hash(later)}))
    assert oracle.truth(nobody_tells) == {image.card: 50}
    assert oracle.adopted == {image.card}
    assert oracle.truth(replace(nobody_tells, made=frozenset({track_hash(start)}))) == {image.card: 10}
    remade = {"REISSUE": [{"track": start}]}
    assert oracle.truth(Told(remade, nobody_tells.seen)) == {image.card: 50}
    assert oracle.truth(Told(remade, nobody_tells.seen | {track_hash(before)})) == {image.card: 20}


@pytest.mark.parametrize(("told", "expected"), [(False, 13), (True, 10)])
def test_the_oracle_forgives_what_a_card_did_not_have_at_a_visit_that_nobody_told(told: bool, expected: int):
    """Three points were to be taken from an empty card, which the grant of -3 beside it still says."""
    (track, image), *_ = opening_cards(1).items()
    card = Plastic(image.card, track)
    oracle = Oracle(RING)
    oracle.know(card)
    card.end_pass(_written(track, 1, adj=1, lots=(Lot(10, 40), *[Lot(0, 0)] * 2)))
    bodies = {"INTENT": [{"visit": "a", "pre": track, "post": card.track}], "COMMIT": [{"visit": "a"}]} if told else {}
    seen = frozenset({track_hash(card.track)})
    assert oracle.truth(Told(bodies, seen, issued={image.card: {1: -3}})) == {image.card: expected}


def _written(track: str, seq: int, earn: int = 10, **changed: object) -> str:
    image = decode(track, RING).image
    assert image is not None
    return encode(structs.replace(image, seq=seq, earn=earn, **changed), RING)

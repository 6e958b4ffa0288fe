"""One piece of plastic."""

import pytest

from simulators.card_stock import SimCard
from terminal.protocol.tcp300 import Status, TrackFormat

READS = [
    (SimCard(1, "A"), None, (Status.NORMAL, "A")),
    (SimCard(1, "A"), TrackFormat.JIS, (Status.NORMAL, "A")),
    (SimCard(1, "A"), TrackFormat.REVERSE_JIS, (Status.LRC, "")),
    (SimCard(1, "A", track_format=TrackFormat.REVERSE_JIS), None, (Status.NORMAL, "A")),
    (SimCard(1), None, (Status.NO_STRIPE, "")),
    (SimCard(1, "A", has_stripe=False), None, (Status.NO_STRIPE, "")),
    (SimCard(1, "A", torn=True), None, (Status.LRC, "")),
    (SimCard(1, None, torn=True), None, (Status.LRC, "")),
    (SimCard(1, "A", is_worn=True), None, (Status.PARITY, "")),
]


@pytest.mark.parametrize(("card", "track_format", "expected"), READS)
def test_a_head_finds_what_the_stripe_holds(
    card: SimCard, track_format: TrackFormat | None, expected: tuple[Status, str]
) -> None:
    assert card.read(track_format) == expected


def test_a_pass_tears_the_stripe_until_it_is_complete() -> None:
    card = SimCard(1, "OLD")
    card.begin_pass()
    assert card.read() == (Status.LRC, "")
    card.end_pass("NEW", TrackFormat.REVERSE_JIS)
    assert card.read(TrackFormat.REVERSE_JIS) == (Status.NORMAL, "NEW")


def test_a_card_without_a_stripe_keeps_nothing() -> None:
    card = SimCard(1, has_stripe=False)
    card.begin_pass()
    card.end_pass("NEW", TrackFormat.JIS)
    assert card.read() == (Status.NO_STRIPE, "")


def test_a_copied_card_has_the_stripe_and_not_the_face() -> None:
    card = SimCard(1, "A", rewrite_count=9)
    copied = card.copy()
    assert (copied.track, copied.face, copied.number, copied.rewrite_count) == ("A", None, None, 0)

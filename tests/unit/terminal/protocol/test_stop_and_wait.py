"""One message in flight: resends, acknowledgements old and new, and numbers that say what a frame is."""

from __future__ import annotations

import pytest

from terminal.protocol.panel_board import Buzz, Ping, encode
from terminal.protocol.stop_and_wait import Arrival, Receiver, Sender


def test_a_message_is_sent_again_until_its_resends_are_used_up() -> None:
    sender = Sender(ack_timeout_s=0.25, resends_max=2)
    frame = sender.send(Buzz(1), 0.0)
    assert frame == encode(Buzz(1), 1)
    assert sender.tick(0.125) == b""
    assert sender.tick(0.25) == frame
    assert sender.tick(0.5) == frame
    assert sender.tick(0.75) is None


def test_only_the_number_under_way_ends_it() -> None:
    sender = Sender(0.1, 2)
    sender.send(Buzz(1), 0.0)
    assert not sender.acknowledged(0)
    assert not sender.acknowledged(2)
    assert sender.acknowledged(1)
    assert not sender.acknowledged(1)
    assert sender.tick(9.0) == b""
    assert sender.send(Buzz(2), 9.0) == encode(Buzz(2), 2)


def test_a_second_message_has_to_wait() -> None:
    sender = Sender(0.1, 2)
    sender.send(Buzz(1), 0.0)
    with pytest.raises(ValueError, match="one message"):
        sender.send(Ping(), 0.0)


def test_a_reset_counts_from_one() -> None:
    sender = Sender(0.1, 2)
    sender.send(Buzz(1), 0.0)
    sender.reset()
    assert sender.is_idle
    assert sender.send(Buzz(1), 0.0) == encode(Buzz(1), 1)


def test_a_number_is_new_once_again_or_out_of_step() -> None:
    receiver = Receiver()
    assert [receiver.arrived(seq) for seq in (1, 1, 2, 1, 4, 2, 3)] == [
        Arrival.NEW,
        Arrival.AGAIN,
        Arrival.NEW,
        Arrival.OUT_OF_STEP,
        Arrival.OUT_OF_STEP,
        Arrival.AGAIN,
        Arrival.NEW,
    ]


def test_the_count_goes_round() -> None:
    receiver = Receiver()
    for seq in (*range(1, 256), *range(1, 256), 1):
        assert receiver.arrived(seq) is Arrival.NEW

"""One conversation at a time."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from terminal.drivers.ic_card.chips import Reading
from terminal.drivers.ic_card.talk import ANSWER_S, NUMBER_MAX, Job, Talk
from terminal.protocol.apdu import Reply
from terminal.protocol.pcsc import Transmit


def two_questions() -> Job:
    first = yield b"one"
    try:
        yield first.data + b"two"
    except EnishiError as error:
        raise EnishiError("device.ic_card.write_unknown", detail=error.code) from error
    return Reading("04", None)


def test_a_job_asks_with_the_number_of_its_insertion_until_it_ends() -> None:
    talk = Talk()
    assert talk.begin(two_questions(), 7, 1.0) == Transmit(1, 7, b"one")
    assert (talk.answer_by, talk.awaits(1), talk.awaits(2)) == (1.0 + ANSWER_S, True, False)
    assert talk.answered(Reply(b">", 0x9000), 2.0) == Transmit(2, 7, b">two")
    assert talk.answered(Reply(b"", 0x9000), 3.0) == Reading("04", None)
    assert (talk.is_running, talk.answer_by, talk.awaits(2)) == (False, None, False)


def test_a_job_that_is_broken_off_says_whether_that_did_harm() -> None:
    talk = Talk()
    talk.begin(two_questions(), 1, 0.0)
    early = talk.break_off("device.ic_card.interrupted", 0.0)
    assert isinstance(early, EnishiError)
    talk.begin(two_questions(), 1, 0.0)
    talk.answered(Reply(b"", 0x9000), 0.0)
    late = talk.break_off("device.ic_card.interrupted", 0.0)
    assert isinstance(late, EnishiError)
    assert (early.code, late.code) == ("device.ic_card.interrupted", "device.ic_card.write_unknown")


def test_a_dropped_job_is_answered_no_more() -> None:
    talk = Talk()
    talk.begin(two_questions(), 1, 0.0)
    talk.drop()
    assert not talk.awaits(1)
    with pytest.raises(AssertionError):
        talk.answered(Reply(b"", 0x9000), 0.0)


def test_the_numbers_go_round() -> None:
    talk = Talk()
    numbers = set()
    for _ in range(NUMBER_MAX + 2):
        asked = talk.begin(two_questions(), 1, 0.0)
        assert isinstance(asked, Transmit)
        numbers.add(asked.number)
    assert (min(numbers), max(numbers)) == (1, NUMBER_MAX)

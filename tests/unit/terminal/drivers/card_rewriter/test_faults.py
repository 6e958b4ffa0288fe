"""Statuses and what they mean for the visit."""

import pytest

from shared.errors import TEXTS
from terminal.drivers.card_rewriter.faults import (
    COVER_OPEN,
    HEAD_TEMPERATURE,
    JAM,
    LINK_LOST,
    NO_ANSWER,
    REFUSED,
    SERVICE_RETRY_S,
    WRITE_MISMATCH,
    code_of,
    is_over,
    takes_the_unit_away,
)
from terminal.protocol.tcp300 import Inlet, SensorStatus, Status

EMPTY = SensorStatus(Inlet.EMPTY, (False, False, False), False)
INSIDE = SensorStatus(Inlet.EMPTY, (True, False, False), False)
OPEN = SensorStatus(Inlet.EMPTY, (False, False, False), True)


@pytest.mark.parametrize("status", range(256))
def test_every_status_byte_has_a_code_with_a_text_and_a_remedy(status: int) -> None:
    text = TEXTS[code_of(status)]
    assert text.text
    assert text.remedy


def test_reserved_statuses_are_errors_of_their_own() -> None:
    assert code_of(0x44) == code_of(0xFF) == "device.card_rewriter.unknown_status"


@pytest.mark.parametrize("code", [LINK_LOST, NO_ANSWER, REFUSED, WRITE_MISMATCH, "device.card_rewriter.track"])
def test_every_code_of_the_core_has_a_text(code: str) -> None:
    assert TEXTS[code].remedy


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.JAM, True),
        (Status.COVER_OPEN, True),
        (Status.CAM_MOTOR, True),
        (Status.HEAD_TEMPERATURE, True),
        (Status.EEPROM, True),
        (Status.WRITE_ERROR, False),
        (Status.NO_STRIPE, False),
        (Status.LRC, False),
        (Status.BUFFER_OVERFLOW, False),
    ],
)
def test_only_what_a_person_must_mend_takes_the_unit_away(status: Status, expected: bool) -> None:
    assert takes_the_unit_away(code_of(status)) is expected


@pytest.mark.parametrize(
    ("code", "sensors", "was_silent", "lost_for_s", "expected"),
    [
        (NO_ANSWER, EMPTY, True, 1.0, True),
        (REFUSED, EMPTY, False, 1.0, True),
        (COVER_OPEN, OPEN, False, 99.0, False),
        (COVER_OPEN, EMPTY, False, 1.0, True),
        (JAM, INSIDE, False, 999.0, False),
        (JAM, EMPTY, False, 1.0, True),
        (JAM, INSIDE, True, 1.0, True),
        (HEAD_TEMPERATURE, EMPTY, False, SERVICE_RETRY_S - 1, False),
        (HEAD_TEMPERATURE, EMPTY, False, SERVICE_RETRY_S, True),
        (HEAD_TEMPERATURE, OPEN, True, SERVICE_RETRY_S, False),
    ],
)
def test_a_fault_is_over_when_its_cause_is_gone(
    code: str, sensors: SensorStatus, was_silent: bool, lost_for_s: float, expected: bool
) -> None:
    assert is_over(code, sensors, was_silent, lost_for_s) is expected

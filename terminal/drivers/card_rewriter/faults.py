"""What a status byte of the TCP300II means for the visit, and when a fault that took the unit away is over."""

from __future__ import annotations

from terminal.protocol.tcp300 import SensorStatus, Status

NO_ANSWER = "device.card_rewriter.no_answer"
LINK_LOST = "device.card_rewriter.link_lost"
NO_CARD = "device.card_rewriter.no_card"
REFUSED = "device.card_rewriter.refused"  # DLE, twice
WRITE_MISMATCH = "device.card_rewriter.write_mismatch"  # the stripe does not hold what was sent
JAM = "device.card_rewriter.jam"
COVER_OPEN = "device.card_rewriter.cover_open"
HEAD_TEMPERATURE = "device.card_rewriter.head_temperature"

CODES = {
    Status.NO_CARD: NO_CARD,
    Status.NO_STRIPE: "device.card_rewriter.no_stripe",
    Status.PARITY: "device.card_rewriter.read_parity",
    Status.START_END: "device.card_rewriter.read_start_end",
    Status.LRC: "device.card_rewriter.read_lrc",
    Status.CHARACTER: "device.card_rewriter.read_character",
    Status.WRITE_ERROR: "device.card_rewriter.write_error",
    Status.JAM: JAM,
    Status.COVER_OPEN: COVER_OPEN,
    Status.INVALID_COMMAND: "device.card_rewriter.invalid_command",
    Status.CAM_MOTOR: "device.card_rewriter.cam_motor",
    Status.HEAD_TEMPERATURE: HEAD_TEMPERATURE,
    Status.EEPROM: "device.card_rewriter.eeprom",
    Status.UNSUITABLE_IMAGE: "device.card_rewriter.unsuitable_image",
    Status.BUFFER_OVERFLOW: "device.card_rewriter.face_overflow",
}
_TAKES_THE_UNIT_AWAY = frozenset((JAM, COVER_OPEN, HEAD_TEMPERATURE, CODES[Status.CAM_MOTOR], CODES[Status.EEPROM]))
_NEEDS_SERVICE = frozenset((HEAD_TEMPERATURE, CODES[Status.CAM_MOTOR], CODES[Status.EEPROM]))
SERVICE_RETRY_S = 60.0  # a hot head cools, a motor may free itself; MD/13 rank A has no time


def code_of(status: int) -> str:
    """The permanent code of a status byte; reserved values may be added by the maker (MD/13)."""
    if status in Status.__members__.values():
        return CODES.get(Status(status), "device.card_rewriter.unknown_status")
    return "device.card_rewriter.unknown_status"


def takes_the_unit_away(code: str) -> bool:
    """Whether nothing can be asked of the unit until somebody saw to it."""
    return code in _TAKES_THE_UNIT_AWAY


def is_over(code: str, sensors: SensorStatus, was_silent: bool, lost_for_s: float) -> bool:
    """Whether a unit that answers again is fit to work. Silence in between means that it started afresh."""
    if sensors.cover_open:
        return False
    if was_silent:
        return True
    if code == JAM:
        return not sensors.card_inside
    if code in _NEEDS_SERVICE:
        return lost_for_s >= SERVICE_RETRY_S
    return True

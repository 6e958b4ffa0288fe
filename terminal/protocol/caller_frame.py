"""Caller-ID frames as they come down the telephone line, for modems that hand them over raw (AT+VCID=2, MESG).

Bellcore's single (04) and multiple data message (80), and the Japanese number display (40), whose parameter 04 is the
reason for a missing number. A modem that formats puts only the parameters that it does not know into MESG.
"""

from __future__ import annotations

from typing import Final

from terminal.protocol.telephone import Caller, caller_from

SINGLE, MULTIPLE, JAPANESE = 0x04, 0x80, 0x40
NUMBER, ABSENT = 0x02, 0x04  # parameters; 01 time, 07 name, 08 reason for a missing name, 09 dialled number
DATE_LEN: Final = 8  # MMDDhhmm, in front of a single message's number
FRAME_MAX: Final = 2 + 255 + 1  # bytes: type, length, body, checksum


def checksum(data: bytes) -> int:
    """What makes the sum of all bytes zero (two's complement, 8 bits)."""
    return -sum(data) & 0xFF


def read_frame(frame: bytes) -> Caller | None:
    """The caller in a frame; None when it is damaged or says nothing of the caller. Some modems keep the checksum."""
    if len(frame) < 2 or len(frame) - frame[1] not in (2, 3):
        return None
    if len(frame) - frame[1] == 3:
        if sum(frame) & 0xFF:
            return None
        frame = frame[:-1]
    if frame[0] in (MULTIPLE, JAPANESE):
        return _read_parameters(frame[2:])
    if frame[0] == SINGLE and frame[1] > DATE_LEN:
        return caller_from(_text(frame[2 + DATE_LEN :]))
    return _read_parameters(frame)


def _read_parameters(body: bytes) -> Caller | None:
    """``tag length data`` one after another, to the last byte; a number counts more than a reason."""
    values: dict[int, bytes] = {}
    while body:
        if len(body) < 2 or len(body) < 2 + body[1]:
            return None
        values[body[0]] = body[2 : 2 + body[1]]
        body = body[2 + body[1] :]
    value = values.get(NUMBER) or values.get(ABSENT)
    return caller_from(_text(value)) if value else None


def _text(data: bytes) -> str:
    """Seven bits; the eighth is parity, which some modems leave in."""
    return bytes(byte & 0x7F for byte in data).decode("ascii")

"""What modems say of callers: transcripts of manuals, and frames worked out by hand."""

from __future__ import annotations

import pytest

from shared.visit.events import Withheld
from terminal.protocol.caller_frame import read_frame
from terminal.protocol.hayes import Caller, Done, LineDecoder, Ring, Word, read_line

# Rockwell RCV144 manual 3.6.1 "Example of Formatted Form Reporting" (Askey 1456VQH prints the same)
FORMATTED = (
    "\r\nRING\r\n\r\nDATE = 0321\r\nTIME = 1405\r\nNMBR = 5045551234\r\nNAME = A N OTHER\r\n\r\nRING\r\n\r\nRING\r\n"
)
# the same manual, "Example of Unformatted Form Reporting": a single message, and no checksum
UNFORMATTED = "\r\nRING\r\n0412303332323234303539313435353132333435\r\n\r\nRING\r\n"


def said(text: str) -> list[Word]:
    return [word for line in LineDecoder().feed(text.encode("ascii")) if (word := read_line(line)) is not None]


def test_the_manuals_formatted_report() -> None:
    assert said(FORMATTED) == [Ring(), Caller("5045551234", None), Ring(), Ring()]


def test_the_manuals_unformatted_report() -> None:
    assert said(UNFORMATTED) == [Ring(), Caller("9145512345", None), Ring()]


def test_the_manuals_misprinted_message_is_noise() -> None:
    assert said("RING\r\nMESG = 06034242431\r\nRING\r\n") == [Ring(), Ring()]  # 11 digits


def test_an_answer_with_and_without_echo() -> None:
    assert said("AT\r\r\nOK\r\n")[1:] == [Done()]


# type, length, parameters, checksum; the sums were made by hand
FRAMES = [
    # 80 | 01 "11211905" | 02 "0312345678"
    ("80 16  01 08 3131323131393035  02 0A 30333132333435363738  BA", Caller("0312345678", None)),
    # 40 | 04 "P", "O", "C", "S"
    ("40 03  04 01 50  68", Caller("", Withheld.PRIVATE)),
    ("40 03  04 01 4F  69", Caller("", Withheld.UNAVAILABLE)),
    ("40 03  04 01 43  75", Caller("", Withheld.COIN_PHONE)),
    ("40 03  04 01 53  65", Caller("", Withheld.CONFLICT)),
    # 40 | 09 "0451234567" the number that was dialled | 02 "09012345678"
    ("40 19  09 0A 30343531323334353637  02 0B 3039303132333435363738  45", Caller("09012345678", None)),
    # parameter 04 alone, as a formatting modem hands over what it does not know
    ("04 01 50", Caller("", Withheld.PRIVATE)),
    ("04 01 50 AB", Caller("", Withheld.PRIVATE)),
]


@pytest.mark.parametrize(("frame", "caller"), FRAMES)
def test_frames_tell_the_number_or_the_reason(frame: str, caller: Caller) -> None:
    data = bytes.fromhex(frame)
    assert read_frame(data) == caller
    assert read_line(f"MESG = {data.hex().upper()}") == read_line(f"MESG={frame}") == caller


@pytest.mark.parametrize("frame", [frame for frame, _ in FRAMES if len(frame) > 8])
def test_a_wrong_checksum_tells_nothing(frame: str) -> None:
    data = bytearray.fromhex(frame)
    data[-1] ^= 0x01
    assert read_frame(bytes(data)) is None

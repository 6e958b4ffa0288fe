"""What goes to a serial customer display, byte by byte (POS-X XP8200 manual, page 12: Epson command mode)."""

from __future__ import annotations

from shared.locale import japanese
from shared.visit.effects import Show
from shared.visit.screens import Reading, Waiting
from terminal.drivers.display.vfd import DIM_AFTER_S, RENEW_S, VfdCore

INITIALIZE = "1b 40"
SETTINGS = "1b 74 01  1b 52 08  1f 01  1f 43 00  1f 45 00  1f 72 00  1f 58 04"
CLEAR = "0c"
PLEASE_WAIT = "1f 24 01 01  bc ca de d7 b8 20 b5 cf c1 b8 c0 de bb b2 20 20 20 20 20 20"  # ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ
BLANK = "1f 24 01 02" + " 20" * 20
WELCOME = "1f 24 01 01  b2 d7 af bc ac b2 cf be 20 20 20 20 20 20"  # ｲﾗｯｼｬｲﾏｾ over the 14 places that differ
INSERT = "1f 24 01 02  b6 b0 c4 de a6 20 b5 b2 da b8 c0 de bb b2"  # ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ
READING = "1f 24 01 01  b6 b0 c4 de a6 20 d6 dd c3 de b2 cf bd"  # ｶｰﾄﾞｦ ﾖﾝﾃﾞｲﾏｽ
WAIT_OVER_INSERT = "1f 24 01 02  bc ca de d7 b8 20 b5 cf c1"  # the rest, ｸﾀﾞｻｲ, stands there already


def hexed(*parts: str) -> bytes:
    return bytes.fromhex("".join(parts))


def test_a_display_from_its_opening_to_the_first_card() -> None:
    core = VfdCore(japanese)
    assert core.opened(0.0).out == hexed(INITIALIZE, SETTINGS, CLEAR, PLEASE_WAIT, BLANK)
    assert core.command(Show(Waiting()), 1.0).out == hexed(WELCOME, INSERT)
    assert core.command(Show(Reading()), 2.0).out == hexed(READING, WAIT_OVER_INSERT)


def test_a_renewal_and_less_light() -> None:
    core = VfdCore(japanese)
    core.opened(0.0)
    assert core.tick(RENEW_S).out == hexed(SETTINGS, PLEASE_WAIT, BLANK)
    core.command(Show(Waiting()), 31.0)
    for renewal in range(2, 12):
        core.tick(renewal * RENEW_S)
    assert core.tick(31.0 + DIM_AFTER_S).out == hexed("1f 58 02")

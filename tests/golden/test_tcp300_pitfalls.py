"""What is easily got wrong about the TCP300II: one test for each pitfall, on the bytes the unit sends and takes.

Pages: MO/7 the device's states, MD/8 the frame, MD/10 the read cache, MD/19-25 writing, MD/26-40 print, MD/47-51.
"""

import pytest

from simulators.card_rewriter.commands import Edition
from simulators.card_rewriter.fonts import Boxes
from simulators.card_rewriter.unit import Tcp300Simulator
from simulators.card_stock import SimCard
from terminal.protocol import tcp300
from terminal.protocol.framing.stx_bcc import Frame, ResponseDecoder

ACK, NAK, DLE = b"\x06", b"\x15", b"\x10"


def block(*parts: bytes | int) -> bytes:
    """STX, the parts, ETX and the XOR of everything after STX: our own arithmetic."""
    body = b"".join(bytes((part,)) if isinstance(part, int) else part for part in parts) + b"\x03"
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + body + bytes((check,))


def say(unit: Tcp300Simulator, wire: bytes, now: float = 0.0, seconds: float = 10.0) -> bytes:
    """One command straight to the simulator; what it says within ``seconds``, unacknowledged."""
    out = unit.feed(wire, now)
    while unit.wake_at is not None and unit.wake_at <= now + seconds:
        out += unit.tick(unit.wake_at)
    return out


def test_without_the_hosts_ack_the_next_command_is_thrown_away_and_a_lone_ack_frees_the_device() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    say(unit, block(0x59))
    assert say(unit, block(0x59), 100.0) == b"", "state 4 waits without limit"
    assert say(unit, ACK + block(0x59), 200.0) == ACK + block(0x59, 0x20, b"000000")


def test_an_stx_inside_a_block_does_not_start_the_device_afresh() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    assert unit.feed(b"\x02\x59" + block(0x59), 0.0) in (NAK, DLE)
    assert say(unit, block(0x59)) == ACK + block(0x59, 0x20, b"000000")


def test_control_values_inside_track_data_are_data() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    data = b"\x06\x10\x15\x0a\x1b\x01\x7e"
    assert say(unit, block(0x39, data)) == ACK + block(0x39, 0x20)
    assert ResponseDecoder().feed(block(0x22, 0x20, data)) == [Frame(b"\x22\x20" + data)]


@pytest.mark.parametrize("data", [b"\x7f", b"A" * 70, b"\x00", b"A\x02", b"\x80"])
def test_track_data_that_does_not_fit_is_dle_in_mid_block(data: bytes) -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    assert unit.feed(b"\x02\x39" + data, 0.0) == DLE
    assert say(unit, b"\x03\x00" + block(0x59)) == ACK + block(0x59, 0x20, b"000000")


def test_00h_is_track_data_only_in_the_edition_of_2003() -> None:
    assert say(Tcp300Simulator(Edition.TCP300_2003, Boxes()), block(0x39, b"A\x00")) == ACK + block(0x39, 0x20)


@pytest.mark.parametrize("length", [0, 69])
def test_track_data_of_0_and_of_69_characters_is_legal(length: int) -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    assert say(unit, block(0x39, b"A" * length)) == ACK + block(0x39, 0x20)


def test_50h_without_its_parameter_is_rejected_and_the_builder_always_sends_one() -> None:
    assert say(Tcp300Simulator(fonts=Boxes()), block(0x50)) == DLE
    assert tcp300.discharge(complete=False) == b"\x500"


REFUSED_BY_EDITION = [
    (Edition.TCP300_2003, block(0x36, b"A")),
    (Edition.TCP300_2003, block(0x24, b"2,4")),
    (Edition.TCP300_2003, block(0x46, b"0,1,1")),
    (Edition.TCP300II_2005, block(0x24, b"2,4")),
    (Edition.TCP300II_2005, block(0x28, b"2,4")),
    (Edition.TCP300II_2005, block(0x5A, b"1,G,1")),
    (Edition.TCP300II_2014, block(0x46, b"2")),
    (Edition.TCP300II_2014, block(0x31, b"1")),
    (Edition.TCP300II_2014, block(0x31)),
    (Edition.TCP300II_2014, block(0x21)),
    (Edition.TCP300II_2014, block(0x35, b"A")),
    (Edition.TCP300II_2014, block(0x24, b"1,4")),
    (Edition.TCP300II_2014, block(0x41, b"0,0,23,\x1bQ9")),
    (Edition.TCP300II_2014, block(0x7F)),
]


@pytest.mark.parametrize(("edition", "wire"), REFUSED_BY_EDITION)
def test_what_an_edition_or_the_one_track_model_does_not_know_is_dle(edition: Edition, wire: bytes) -> None:
    assert say(Tcp300Simulator(edition, Boxes()), wire) == DLE


def test_a_reverse_card_read_in_the_normal_format_is_an_lrc_error_and_reads_by_itself_and_in_its_own() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    unit.insert_card(SimCard(1, "REV", track_format=tcp300.TrackFormat.REVERSE_JIS), 0.0)
    assert say(unit, block(0x24, b"2,0")) == ACK + block(0x24, 0x33)
    assert say(unit, ACK + block(0x24, b"2,4"), 20.0) == ACK + block(0x24, 0x20, b"REV")
    assert say(unit, ACK + block(0x22), 40.0) == ACK + block(0x22, 0x20, b"REV")


def test_49h_leaves_the_text_of_the_last_customer_in_the_edition_of_2003() -> None:
    for edition, is_blank in ((Edition.TCP300_2003, False), (Edition.TCP300II_2005, True)):
        unit = Tcp300Simulator(edition, Boxes())
        unit.insert_card(SimCard(1, "X"), 0.0)
        say(unit, block(0x41, b"0,0,23,SECRET"))
        say(unit, ACK + block(0x49), 20.0)
        say(unit, ACK + block(0x46, b"0"), 40.0)
        assert unit.card is not None
        assert unit.card.face is not None
        assert unit.card.face.is_blank is is_blank


def test_nothing_clears_the_print_buffer_by_itself_so_the_next_card_gets_the_same_face() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    faces = []
    say(unit, block(0x41, b"0,0,23,SECRET"))
    for start in (20.0, 40.0):
        unit.insert_card(SimCard(1, "X"), start)
        assert say(unit, ACK + block(0x46, b"1,1,1"), start) == ACK + block(0x46, 0x20)
        card = unit.take_card(start + 15.0)
        assert card is not None
        faces.append(card.face)
    assert faces[0] == faces[1]
    assert faces[0] is not None
    assert not faces[0].is_blank


def test_a_reset_discharges_the_card_and_empties_the_memory() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    unit.insert_card(SimCard(1, "X"), 0.0)
    say(unit, block(0x22))
    say(unit, ACK + block(0x39, b"DATA"), 20.0)
    assert say(unit, ACK + block(0x5F), 40.0) == ACK + block(0x5F, 0x20)
    assert unit.card is None
    assert unit.sensors.inlet is tcp300.Inlet.AWAITING_REMOVAL
    assert say(unit, ACK + block(0x31, b"2"), 60.0) == DLE


def test_a_priority_command_ends_a_wait_and_only_its_own_response_comes() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    assert say(unit, block(0x22)) == ACK
    assert say(unit, block(0x59), 20.0) == b"", "not a priority command: no answer while 22h waits"
    assert say(unit, block(0x54), 40.0) == ACK + block(0x54, 0x20)


def test_the_buffer_read_does_not_move_the_stripe_but_the_real_read_does() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    card = SimCard(1, "TRUE")
    unit.insert_card(card, 0.0)
    say(unit, block(0x22))
    card.track = "CHANGED"
    assert say(unit, ACK + block(0x2A), 20.0) == ACK + block(0x2A, 0x20, b"TRUE")
    assert say(unit, ACK + block(0x26), 40.0) == ACK + block(0x26, 0x20, b"CHANGED")


def test_an_open_path_takes_no_commands_and_closing_it_destroys_what_was_set() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    say(unit, block(0x39, b"DATA"))
    unit.feed(ACK, 20.0)
    unit.path(True, 21.0)
    assert say(unit, block(0x59), 22.0) == b""
    unit.path(False, 40.0)
    assert say(unit, block(0x59), 41.0, 1.0) == b"", "it initialises for about three seconds"
    assert say(unit, block(0x31, b"2"), 60.0) == DLE


def test_an_open_cover_is_seen_and_cards_are_still_processed() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    unit.cover(True)
    unit.insert_card(SimCard(1, "X"), 0.0)
    assert say(unit, block(0x22)) == ACK + block(0x22, 0x20, b"X")
    assert say(unit, ACK + block(0x59), 20.0) == ACK + block(0x59, 0x20, b"010010")


def test_the_version_names_the_edition() -> None:
    assert say(Tcp300Simulator(Edition.TCP300_2003, Boxes()), block(0x58))[3:-2].startswith(b" TCP300")
    assert tcp300.parse_version(b"TCP3II  V 1.00 X ") == "TCP3II V 1.00 X"


def test_the_lights_follow_5ah() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    assert say(unit, block(tcp300.indicate("4", "R", "2"))) == ACK + block(0x5A, 0x20)
    assert (unit.leds.buzzer, unit.leds.colour, unit.leds.action) == ("4", "R", "2")

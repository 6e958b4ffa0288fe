"""The unit by itself: hands, power, faults and the log."""

from hypothesis import given
from hypothesis import strategies as st

from simulators.card_rewriter.fonts import Boxes
from simulators.card_rewriter.unit import LOG_MAX, State, Tcp300Simulator
from simulators.card_stock import SimCard
from simulators.device import Device
from terminal.protocol import tcp300
from terminal.protocol.framing.stx_bcc import frame
from terminal.protocol.tcp300 import Inlet

ACK = b"\x06"


def unit_with(card: SimCard | None = None) -> Tcp300Simulator:
    unit = Tcp300Simulator(fonts=Boxes())
    if card is not None:
        unit.insert_card(card, 0.0)
        run(unit, tcp300.read(), 0.0)
    return unit


def run(unit: Tcp300Simulator, body: bytes, now: float, seconds: float = 20.0) -> bytes:
    """One command with its acknowledgement; what the unit said within ``seconds``."""
    out = unit.feed(frame(body), now)
    while unit.wake_at is not None and unit.wake_at <= now + seconds:
        out += unit.tick(unit.wake_at)
    if unit.state is State.AWAITING_ACK:
        out += unit.feed(ACK, now + seconds)
    return out


def test_it_is_a_device() -> None:
    device: Device = unit_with()
    assert device.wake_at is None


def test_a_card_can_be_pulled_back_before_it_is_taken_in() -> None:
    unit = unit_with()
    unit.feed(frame(tcp300.read()), 0.0)
    card = SimCard(1, "A")
    assert unit.insert_card(card, 1.0)
    assert not unit.insert_card(SimCard(2, "B"), 1.1)
    assert unit.take_card(1.2) is card
    assert unit.tick(60.0) == b""
    assert unit.insert_card(SimCard(3, "C"), 61.0)
    assert unit.tick(70.0) == frame(b"\x22\x20C")


def test_a_card_inside_goes_before_one_at_the_inlet() -> None:
    unit = unit_with(SimCard(1, "INSIDE"))
    unit.insert_card(SimCard(2, "OUTSIDE"), 30.0)
    assert run(unit, tcp300.read_now(), 31.0) == ACK + frame(b"\x26\x20INSIDE")


def test_a_card_in_the_way_of_a_discharge_is_a_jam_until_a_hand_clears_the_open_path() -> None:
    unit = unit_with(SimCard(1, "INSIDE"))
    unit.insert_card(SimCard(2, "OUTSIDE"), 30.0)
    assert run(unit, tcp300.discharge(), 31.0) == ACK + frame(b"\x50\x38")
    assert unit.take_inside(60.0) is None, "the path is closed"
    unit.path(True, 61.0)
    taken = unit.take_inside(62.0)
    assert taken is not None
    assert taken.number == 1
    unit.path(False, 63.0)
    assert unit.tick(70.0) == b""
    assert run(unit, tcp300.read_now(), 71.0) == ACK + frame(b"\x26\x20OUTSIDE")


def test_a_discharged_card_is_no_target_until_55h_or_53h_makes_it_one() -> None:
    for body in (tcp300.cancel_removal(), tcp300.front_idle()):
        unit = unit_with(SimCard(1, "A"))
        run(unit, tcp300.discharge(), 30.0)
        assert unit.sensors.inlet is Inlet.AWAITING_REMOVAL
        assert run(unit, tcp300.read_now(), 60.0) == ACK + frame(b"\x26\x22")
        assert run(unit, body, 90.0)[1:3] == frame(body)[:2]
        assert run(unit, tcp300.read_now(), 120.0) == ACK + frame(b"\x26\x20A")


def test_the_rear_idle_position_is_another_sensor() -> None:
    unit = unit_with(SimCard(1, "A"))
    assert unit.sensors.inner == (True, False, False)
    run(unit, tcp300.rear_idle(), 30.0)
    assert unit.sensors.inner == (False, False, True)


def test_power_on_discharges_in_silence_and_memory_is_empty() -> None:
    unit = unit_with(SimCard(1, "A"))
    run(unit, tcp300.set_track("DATA"), 30.0)
    unit.power_off(60.0)
    assert unit.feed(frame(tcp300.status()), 61.0) == b""
    assert unit.power_on(62.0) == b""
    assert unit.tick(70.0) == b""
    assert unit.slot_card is not None
    assert run(unit, tcp300.write_now(), 71.0) == b"\x10"


def test_a_reset_in_the_pass_leaves_the_stripe_torn() -> None:
    card = SimCard(1, "A")
    unit = unit_with(card)
    run(unit, tcp300.set_track("DATA"), 30.0)
    unit.feed(frame(tcp300.write_now()), 60.0)
    unit.tick(60.7)
    assert card.torn
    assert run(unit, tcp300.reset(), 60.8) == ACK + frame(b"\x5f\x20")
    assert card.torn


def test_54h_lets_a_write_in_motion_finish_and_answers_only_for_itself() -> None:
    card = SimCard(1, "A")
    unit = unit_with(card)
    run(unit, tcp300.set_track("DATA"), 30.0)
    unit.feed(frame(tcp300.write_now()), 60.0)
    unit.tick(60.7)
    assert run(unit, tcp300.cancel_insertion(), 60.8) == ACK + frame(b"\x54\x20")
    assert (card.track, card.torn) == ("DATA", False)


def test_an_answer_can_be_lost_although_the_command_was_carried_out() -> None:
    card = SimCard(1, "A")
    unit = unit_with(card)
    run(unit, tcp300.set_track("DATA"), 30.0)
    unit.faults.lost_answers = 1
    out = unit.feed(frame(tcp300.write_now()), 60.0) + unit.tick(80.0)
    assert out == ACK
    assert card.track == "DATA"
    assert unit.feed(b"\x15", 81.0) == frame(b"\x32\x20")


def test_erasing_alone_and_printing_over_count_as_rewriting() -> None:
    card = SimCard(1, "A")
    unit = unit_with(card)
    run(unit, b"\x410,0,23,A", 30.0)
    run(unit, tcp300.print_face(discharge=False), 60.0)
    first = card.face
    assert first is not None
    run(unit, tcp300.clear_print(), 80.0)
    run(unit, b"\x410,0,99,B", 90.0)
    run(unit, tcp300.print_face(discharge=False, erase=False), 120.0)
    assert card.face is not None
    assert sum(row.bit_count() for row in card.face.rows) > sum(row.bit_count() for row in first.rows)
    run(unit, tcp300.print_face(discharge=False, ink=False), 150.0)
    assert card.face is not None
    assert card.face.is_blank
    assert card.rewrite_count == 3


def test_the_log_tells_both_directions_in_words_and_keeps_its_bound() -> None:
    unit = unit_with(SimCard(1, "A"))
    lines = [(line.to_device, line.data, line.meaning) for line in unit.log]
    assert lines == [
        (True, frame(b"\x22"), "22h READ"),
        (False, ACK, "ACK"),
        (False, frame(b"\x22\x20A"), "22h READ -> NORMAL 'A'"),
        (True, ACK, "ACK"),
    ]
    for _ in range(LOG_MAX):
        unit.feed(b"\x06", 60.0)
    assert len(unit.log) == LOG_MAX
    assert unit.log[-1].meaning == "ACK, discarded"


@given(st.lists(st.tuples(st.binary(max_size=60), st.floats(0, 5)), max_size=30))
def test_any_bytes_leave_a_unit_that_can_be_freed(course: list[tuple[bytes, float]]) -> None:
    unit, now = Tcp300Simulator(fonts=Boxes()), 0.0
    unit.insert_card(SimCard(1, "A"), now)
    for data, pause_s in course:
        now += pause_s
        unit.feed(data, now)
    heard = b""
    for body in (tcp300.status(), tcp300.cancel_insertion(), tcp300.status(), tcp300.status()):
        now += 30.0
        heard += unit.feed(ACK, now) + run(unit, body, now)
    assert b"\x02\x59\x20" in heard


def test_what_the_unit_says_while_a_hand_is_at_it_is_not_lost() -> None:
    unit = Tcp300Simulator()
    unit.feed(bytes.fromhex("02 59 03 5A"), 0.0)
    assert unit.take_card(1.0) is None
    assert unit.wake_at is not None
    assert unit.wake_at <= 1.0
    assert unit.tick(1.0) == bytes.fromhex("02 59 20 30 30 30 30 30 30 03 7A")

"""The SIP core at its seam: parcels in and out, one device, one word about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.effects import Show
from shared.visit.events import CallEnded, CallReceived, DeviceLost, DeviceReady
from shared.visit.screens import Waiting
from terminal.drivers.caller_id.sip import SipCore
from terminal.drivers.core import Step
from terminal.protocol.datagrams import Datagram, Introduction, ParcelDecoder, encode
from terminal.protocol.sip import Address, answer
from terminal.protocol.sip_account import encode_line
from tests.unit.terminal.drivers.caller_id.sip_words import LOCAL, REGISTRAR, line, request

READY = DeviceReady("caller_id")
HELLO = encode(Introduction(encode_line(line())))


def datagrams(step: Step) -> list[Datagram]:
    return [parcel for parcel in ParcelDecoder().feed(step.out) if isinstance(parcel, Datagram)]


def grant(register: bytes, status: str = "200 OK") -> bytes:
    return encode(Datagram(REGISTRAR, answer(request(register), status, LOCAL)))


def registered() -> SipCore:
    core = SipCore()
    assert core.opened(0.0) == Step(encode(Introduction()))
    (register,) = datagrams(core.feed(HELLO, 0.1))
    assert core.feed(grant(register.data), 0.2).events == (READY,)
    return core


INVITE = (
    b"INVITE sip:3@192.168.1.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.1;branch=z9hG4bKa\r\n"
    b"From: <sip:0312345678@gw>;tag=f\r\nTo: <sip:3@gw>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
)


def test_a_registration_is_told_once_however_often_it_is_renewed() -> None:
    core = registered()
    step = core.tick(200.0)
    (register,) = datagrams(step)
    assert core.feed(grant(register.data), 200.1).events == ()


def test_a_call_passes_through() -> None:
    core = registered()
    step = core.feed(encode(Datagram(REGISTRAR, INVITE)), 1.0)
    assert step.events == (CallReceived("0312345678"),)
    assert [datagram.data[:11] for datagram in datagrams(step)] == [b"SIP/2.0 100", b"SIP/2.0 180"]
    assert core.closed(2.0).events == (DeviceLost("caller_id", "device.caller_id.link_closed"), CallEnded())


def test_a_refusal_is_told_and_the_line_is_asked_for_again() -> None:
    core = SipCore()
    core.opened(0.0)
    (register,) = datagrams(core.feed(HELLO, 0.1))
    step = core.feed(grant(register.data, "403 Forbidden"), 0.2)
    assert step.events == (DeviceLost("caller_id", "device.caller_id.refused"),)
    assert step.wake_at is not None
    assert core.tick(step.wake_at).out == encode(Introduction())
    (register,) = datagrams(core.feed(encode(Introduction(encode_line(line(password="better", seed=b"2")))), 200.0))
    assert core.feed(grant(register.data), 200.1).events == (READY,)


def test_another_reason_is_told_too() -> None:
    core = SipCore()
    core.opened(0.0)
    (register,) = datagrams(core.feed(HELLO, 0.1))
    core.feed(grant(register.data, "403 Forbidden"), 0.2)
    (register,) = datagrams(core.feed(HELLO, 200.0))
    assert core.feed(grant(register.data, "500 Oh"), 200.1).events == (
        DeviceLost("caller_id", "device.caller_id.server_trouble"),
    )


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\x00", b"\xff" * 100])
def test_keep_alives_and_noise_are_dropped(data: bytes) -> None:
    core = registered()
    step = core.feed(encode(Datagram(REGISTRAR, data)), 1.0)
    assert (step.out, step.events) == (b"", ())


@given(st.lists(st.binary(max_size=300), max_size=8), st.data())
def test_any_datagrams_leave_a_core_that_takes_a_call(pieces: list[bytes], data: st.DataObject) -> None:
    core = registered()
    for piece in pieces:
        place = data.draw(st.integers(0, len(INVITE)))
        for noise in (piece, INVITE[:place] + piece + INVITE[place:]):
            core.feed(encode(Datagram(Address("192.168.1.1", 5060), noise)), 1.0)
    core.closed(2.0)
    core.opened(3.0)
    core.feed(HELLO, 3.1)
    assert CallReceived("0312345678") in core.feed(encode(Datagram(REGISTRAR, INVITE)), 4.0).events


def test_nothing_can_be_ordered_of_a_line() -> None:
    with pytest.raises(TypeError):
        SipCore().command(Show(Waiting()), 0.0)

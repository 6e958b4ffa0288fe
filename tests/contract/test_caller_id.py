"""Caller ID against its simulators: who rings is told once, whatever the line does, and nothing is ever answered."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.visit.events import CallEnded, CallReceived, DeviceLost, DeviceReady, Event, Withheld
from simulators.caller_id import GatewayServer, ModemSimulator
from terminal.app.clock import SystemClock
from terminal.drivers.caller_id.modem import ModemCore
from terminal.drivers.caller_id.sip import SipCore
from terminal.drivers.pump import Pump
from terminal.drivers.registry import DRIVERS, Options
from tests.contract.lossy_wire import LossyWire
from tests.contract.sip_network import SipNetwork

READY = DeviceReady("caller_id")
PATIENCE_S = 10.0
REASONS = list(Withheld)
CALLERS = [("0312345678", None), ("09012345678", None), *(("", why) for why in REASONS)]


def lost(why: str) -> DeviceLost:
    return DeviceLost("caller_id", f"device.caller_id.{why}")


# --- modem -------------------------------------------------------------------------------------------------------


def line(modem: ModemSimulator, seed: int = 0, faults: int = 0) -> LossyWire:
    """A modem on its cable, greeted."""
    wire = LossyWire(ModemCore(), modem, seed, faults)
    wire.plug_in()
    wire.run(3.0)
    return wire


def taken(wire: LossyWire | SipNetwork) -> list[Event]:
    events = list(wire.events)
    wire.events.clear()
    return events


MODEMS = [
    ModemSimulator,
    lambda: ModemSimulator(("#CID",), has_countries=False),
    lambda: ModemSimulator(number_first=False, spaced=False),
    lambda: ModemSimulator(raw=True),
    lambda: ModemSimulator(raw=True, number_first=False, spaced=False),
]


@pytest.mark.parametrize("make", MODEMS)
@pytest.mark.parametrize(("number", "why"), CALLERS)
def test_every_caller_is_told_once_by_every_kind_of_modem(make, number: str, why: Withheld | None) -> None:  # type: ignore[no-untyped-def]
    modem = make()
    wire = line(modem)
    assert taken(wire) == [READY]
    modem.ring(number, wire.now, why)
    wire.run(20.0)
    assert taken(wire) == [CallReceived(number, why)]
    modem.hang_up(wire.now)
    wire.run(20.0)
    assert taken(wire) == [CallEnded()]
    assert not modem.answered


def test_a_line_without_number_display_rings_without_a_number() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    modem.ring("", wire.now, rings=3)
    wire.run(30.0)
    assert taken(wire) == [READY, CallReceived("", Withheld.UNAVAILABLE), CallEnded()]


def test_calls_one_after_another_are_told_apart() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    taken(wire)
    for number in ("0311111111", "0322222222", "0311111111"):
        modem.ring(number, wire.now, rings=2)
        wire.run(30.0)
        assert taken(wire) == [CallReceived(number), CallEnded()]


def test_the_pop_up_comes_with_the_number_and_not_with_the_ring() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    taken(wire)
    modem.ring("0312345678", wire.now)
    wire.run(0.1)
    assert taken(wire) == [CallReceived("0312345678")]


def test_a_modem_that_was_switched_off_is_missed_and_told_everything_again() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    wire.pull_the_plug()
    wire.run(60.0)
    assert taken(wire) == [READY, lost("no_answer")]
    wire.power_again()
    wire.run(60.0)
    assert taken(wire) == [READY]
    modem.ring("0312345678", wire.now)
    wire.run(5.0)
    assert taken(wire) == [CallReceived("0312345678")]


def test_a_short_power_cut_is_healed_without_a_word() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    wire.pull_the_plug()
    wire.power_again()
    assert not modem.shows_callers
    wire.run(60.0)
    assert modem.shows_callers
    assert not modem.echoes
    assert taken(wire) == [READY]


def test_a_modem_that_hangs_is_lost_and_found() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    modem.hangs = True
    wire.run(60.0)
    modem.hangs = False
    wire.run(60.0)
    assert taken(wire) == [READY, lost("no_answer"), READY]


def test_a_modem_without_caller_id_is_named() -> None:
    assert taken(line(ModemSimulator(()))) == [lost("no_numbers")]


def test_a_call_in_mid_power_cut_ends() -> None:
    modem = ModemSimulator()
    wire = line(modem)
    modem.ring("0312345678", wire.now)
    wire.run(2.0)
    wire.pull_the_plug()
    wire.run(20.0)
    assert taken(wire) == [READY, CallReceived("0312345678"), CallEnded()]


@given(st.integers(0, 10_000), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_on_a_bad_cable_the_modem_is_found_again_and_the_next_caller_told(seed: int, faults: int) -> None:
    modem = ModemSimulator()
    wire = line(modem, seed, faults)
    for number in ("0311111111", "0322222222"):
        modem.ring(number, wire.now, rings=3)
        wire.run(40.0)
    wire.faults_left = 0
    wire.run(200.0)
    assert [event for event in taken(wire) if isinstance(event, DeviceReady | DeviceLost)][-1] == READY
    modem.ring("0333333333", wire.now, rings=3)
    wire.run(40.0)
    assert taken(wire) == [CallReceived("0333333333"), CallEnded()]


# --- SIP ---------------------------------------------------------------------------------------------------------


def network(seed: int = 0, faults: int = 0) -> SipNetwork:
    """A telephone on a network, its link open."""
    net = SipNetwork(SipCore(), seed, faults)
    net.open_link()
    net.run(1.0)
    return net


@pytest.mark.parametrize(("number", "why"), CALLERS)
def test_every_caller_is_told_once_and_rung_and_never_answered(number: str, why: Withheld | None) -> None:
    net = network()
    call, out = net.gateway.call(number, net.now, why)
    net.send(out)
    net.run(10.0)
    assert taken(net) == [READY, CallReceived(number, why)]
    assert call.statuses == [100, 180]
    net.send(net.gateway.hang_up(call, net.now))
    net.run(40.0)
    assert taken(net) == [CallEnded()]
    assert call.statuses == [100, 180, 487]


def test_the_registration_never_lapses() -> None:
    net = network()
    for _ in range(200):
        net.run(60.0)
        assert net.gateway.is_registered(net.now)
    assert taken(net) == [READY]


def test_a_gateway_that_was_switched_off_knows_us_again_within_two_minutes() -> None:
    net = network()
    net.gateway.restart()
    net.run(120.0)
    assert net.gateway.is_registered(net.now)
    assert taken(net) == [READY]


def test_a_gateway_that_is_silent_is_lost_and_found() -> None:
    net = network()
    net.gateway.silent = True
    net.run(100.0)
    assert taken(net) == [READY, lost("no_answer")]
    net.gateway.silent = False
    net.run(100.0)
    assert taken(net) == [READY]


def test_a_wrong_password_is_tried_rarely_and_a_corrected_one_at_once() -> None:
    net = SipNetwork(SipCore())
    net.password = "guess"
    net.open_link()
    net.run(600.0)
    assert taken(net) == [lost("refused")]
    assert sum(start.startswith("REGISTER") for start in net.gateway.log) <= 2 * 4
    net.password = "s3cret"
    net.run(200.0)
    assert taken(net) == [READY]


TROUBLES = [("refuses", "refused"), ("overloaded", "server_trouble"), ("silent", "no_answer")]


@pytest.mark.parametrize(("knob", "why"), TROUBLES)
def test_every_trouble_has_its_code_and_passes(knob: str, why: str) -> None:
    net = SipNetwork(SipCore())
    setattr(net.gateway, knob, True)
    net.open_link()
    net.run(40.0)
    assert taken(net) == [lost(why)]
    setattr(net.gateway, knob, False)
    net.run(400.0)
    assert taken(net) == [READY]


def test_a_gateway_that_wants_fewer_registrations_gets_fewer() -> None:
    net = SipNetwork(SipCore())
    net.gateway.min_expires_s = 7200
    net.open_link()
    net.run(5.0)
    assert taken(net) == [READY]


def test_a_cancel_that_never_comes_ends_after_minutes() -> None:
    net = network()
    net.gateway.loses_cancel = True
    call, out = net.gateway.call("0312345678", net.now)
    net.send(out)
    net.send(net.gateway.hang_up(call, net.now))
    net.run(300.0)
    assert taken(net) == [READY, CallReceived("0312345678"), CallEnded()]
    assert call.statuses == [100, 180, 480]


def test_a_link_that_closes_in_mid_call_ends_the_call_and_opens_again() -> None:
    net = network()
    net.send(net.gateway.call("0312345678", net.now)[1])
    net.run(1.0)
    net.close_link()
    assert taken(net) == [READY, CallReceived("0312345678"), lost("link_closed"), CallEnded()]
    net.open_link()
    net.run(1.0)
    assert taken(net) == [READY]


@given(st.integers(0, 10_000), st.integers(0, 60), st.lists(st.floats(0.0, 8.0), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_on_a_bad_network_every_call_is_told_once_and_ends_once(seed: int, faults: int, rings_s: list[float]) -> None:
    net = network(seed)
    assert taken(net) == [READY]
    net.faults_left = faults
    for place, ring_s in enumerate(rings_s):
        call, out = net.gateway.call(f"03{place:08d}", net.now)
        net.send(out)
        net.run(ring_s)
        net.send(net.gateway.hang_up(call, net.now))
        net.run(60.0)
    told = [event for event in taken(net) if isinstance(event, CallReceived)]
    assert [event.number for event in told] == sorted({event.number for event in told})
    net.faults_left = 0
    net.run(400.0)
    net.events.clear()
    call, out = net.gateway.call("0999999999", net.now)
    net.send(out)
    net.run(1.0)
    net.send(net.gateway.hang_up(call, net.now))
    net.run(10.0)
    assert taken(net) == [CallReceived("0999999999"), CallEnded()]
    assert not any(status == 200 for one in net.gateway.calls for status in one.statuses)


@given(st.lists(st.binary(max_size=200), max_size=10))
@settings(max_examples=50, deadline=None)
def test_noise_on_the_network_costs_nothing(noise: list[bytes]) -> None:
    net = network()
    for data in noise:
        net.inject(data)
    net.send(net.gateway.call("0312345678", net.now)[1])
    net.run(1.0)
    assert taken(net) == [READY, CallReceived("0312345678")]


def test_the_gateway_on_a_real_socket_calls_the_real_pump(tmp_path: Path) -> None:
    secret, path = tmp_path / "sip.password", tmp_path / "sip.toml"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    driver = DRIVERS["sip"]
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    crashes: list[BaseException] = []
    with GatewayServer() as server:
        path.write_text(
            f'registrar = "127.0.0.1"\nport = {server.port}\nuser = "3"\nauth_user = "0003"\n'
            f'password_file = "{secret}"\nlocal_port = 0\n'
        )
        pump = Pump(
            "caller_id",
            driver.make_core(Options(port=str(path))),
            lambda: driver.open_link(str(path)),
            SystemClock(),
            events.put,
            lambda *_: None,
            lambda _, error: crashes.append(error),
        )
        pump.start()
        assert events.get(timeout=PATIENCE_S) == READY
        call = server.call("", Withheld.COIN_PHONE)
        assert events.get(timeout=PATIENCE_S) == CallReceived("", Withheld.COIN_PHONE)
        server.hang_up(call)
        assert events.get(timeout=PATIENCE_S) == CallEnded()
        assert server.look(lambda gateway, now: gateway.is_registered(now))
        assert pump.stop()
    assert not crashes

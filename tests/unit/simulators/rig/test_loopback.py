"""Ports: what is taken is left alone, and two rigs that choose together never choose the same."""

import socket
from contextlib import ExitStack

from simulators.rig.loopback import HOST, claim, is_free
from simulators.rig.reader import SLOTS, slots_port


def test_a_taken_port_is_not_free() -> None:
    with socket.socket() as taken, ExitStack() as claims:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert not claim(port, claims)


def test_a_claimed_port_is_given_once_until_it_is_let_go() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    with ExitStack() as first, ExitStack() as second:
        assert claim(port, first)
        assert not claim(port, second)
        first.close()
        assert claim(port, second)


def test_a_virtual_reader_has_a_port_for_each_of_its_slots() -> None:
    with socket.socket() as taken, ExitStack() as claims:
        taken.bind((HOST, 0))
        taken.listen()
        second = taken.getsockname()[1]
        assert slots_port(range(second - 1, second + 100, SLOTS), claims) > second

"""Ports: the usual ones when they are free, the next ones when not, never the same twice."""

import socket

from simulators.demo.places import HOST, choose_ports, is_free


def test_a_taken_port_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])


def test_the_chosen_ports_are_four_and_each_move_is_told() -> None:
    ports, moved = choose_ports()
    used = {ports.head_office, *ports.kiosks, ports.bench}
    assert len(used) == 4
    assert all(now in used and was != now for was, now in moved)

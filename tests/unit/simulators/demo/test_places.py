"""Ports: the usual ones when they are free, the next ones when not, never the same twice."""

from contextlib import ExitStack

from simulators.demo.places import BENCH_PORT, HEAD_OFFICE_PORT, KIOSK_PORTS, choose_ports
from simulators.rig.loopback import is_free


def test_the_chosen_ports_are_four_and_each_move_is_told() -> None:
    with ExitStack() as claims:
        ports, moved = choose_ports(claims)
    used = {ports.head_office, *ports.kiosks, ports.bench}
    assert len(used) == 4
    assert all(now in used and was != now for was, now in moved)


def test_a_port_that_is_taken_is_left_for_another() -> None:
    usual = (HEAD_OFFICE_PORT, *KIOSK_PORTS, BENCH_PORT)
    taken = {port for port in usual if not is_free(port)}
    with ExitStack() as claims:
        _, moved = choose_ports(claims)
    assert taken <= {was for was, _ in moved}


def test_two_demos_that_start_together_share_no_port() -> None:
    with ExitStack() as first, ExitStack() as second:
        (one, _), (other, _) = choose_ports(first), choose_ports(second)
    assert not {one.head_office, *one.kiosks, one.bench} & {other.head_office, *other.kiosks, other.bench}

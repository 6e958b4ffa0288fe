"""Datagrams over a real socket on the loopback: whole, with their address, from one host only."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from shared.errors import EnishiError
from terminal.drivers.links.udp_link import DATAGRAM_MAX, UdpLink
from terminal.protocol.datagrams import Datagram, Introduction, Parcel, ParcelDecoder, encode
from terminal.protocol.sip import Address

PATIENCE_S = 5.0


def wire() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.settimeout(PATIENCE_S)
    return one


class Ends:
    """The link, and the peer's socket."""

    def __init__(self, peer_host: str = "127.0.0.1") -> None:
        own, self.peer = wire(), wire()
        self.own_address = own.getsockname()
        self.link = UdpLink("sip.toml", own, peer_host, lambda: b"it is me")
        self._decoder = ParcelDecoder()

    def read(self, size: int = 4096, timeout_s: float = PATIENCE_S) -> list[Parcel]:
        return self._decoder.feed(self.link.read(size, timeout_s))


@pytest.fixture
def ends() -> Iterator[Ends]:
    both = Ends()
    yield both
    both.link.close()
    both.peer.close()


def test_datagrams_pass_with_their_address(ends: Ends) -> None:
    peer = Address(*ends.peer.getsockname())
    ends.peer.sendto(b"INVITE", ends.own_address)
    assert ends.read() == [Datagram(peer, b"INVITE")]
    ends.link.write(encode(Datagram(peer, b"100")) + encode(Datagram(peer, b"180")))
    assert [ends.peer.recv(100), ends.peer.recv(100)] == [b"100", b"180"]


def test_a_parcel_is_handed_out_in_pieces_of_the_asked_size(ends: Ends) -> None:
    ends.peer.sendto(b"x" * 5000, ends.own_address)
    came: list[Parcel] = []
    while not came:
        came = ends.read(size=100)
    assert came == [Datagram(Address(*ends.peer.getsockname()), b"x" * 5000)]


def test_a_parcel_may_be_written_in_pieces(ends: Ends) -> None:
    parcel = encode(Datagram(Address(*ends.peer.getsockname()), b"whole"))
    ends.link.write(parcel[:5])
    ends.link.write(parcel[5:])
    assert ends.peer.recv(100) == b"whole"


def test_who_asks_is_introduced(ends: Ends) -> None:
    ends.link.write(encode(Introduction()))
    assert ends.read() == [Introduction(b"it is me")]


def test_who_speaks_from_elsewhere_is_not_heard() -> None:
    ends = Ends(peer_host="192.0.2.1")
    ends.peer.sendto(b"INVITE", ends.own_address)
    assert ends.read() == []
    ends.link.close()
    ends.peer.close()


def test_a_datagram_that_is_too_long_is_dropped_and_the_next_one_read(ends: Ends) -> None:
    ends.peer.sendto(b"x" * (DATAGRAM_MAX + 1), ends.own_address)
    ends.peer.sendto(b"y" * DATAGRAM_MAX, ends.own_address)
    assert ends.read() == []
    assert ends.link.read(20_000, PATIENCE_S).endswith(b"y" * DATAGRAM_MAX)


def test_silence_and_cancel_end_a_read(ends: Ends) -> None:
    assert ends.link.read(100, 0.0) == b""
    ends.link.cancel()
    assert ends.link.read(100, 60.0) == b""


def test_a_place_that_cannot_be_reached_is_a_lost_link(ends: Ends) -> None:
    with pytest.raises(EnishiError) as caught:
        ends.link.write(encode(Datagram(Address("256.1.1.1", 5060), b"x")))
    assert caught.value.code == "device.link_lost"


def test_a_closed_link_bears_everything(ends: Ends) -> None:
    ends.link.close()
    ends.link.close()
    ends.link.cancel()
    for use in (lambda: ends.link.read(1, 0.0), lambda: ends.link.write(b"")):
        with pytest.raises(EnishiError) as caught:
            use()
        assert caught.value.code == "device.link_lost"

"""Datagrams over one UDP socket, to and from one host. Who speaks from elsewhere is not heard.

The core sees parcels (``terminal.protocol.datagrams``): each datagram with its address, and, when it asks, an
introduction made by whoever opened the link.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Callable

from shared.errors import EnishiError
from terminal.protocol.datagrams import Datagram, Introduction, ParcelDecoder, encode
from terminal.protocol.sip import Address

DATAGRAM_MAX = 8_192  # bytes; longer ones are dropped whole
_WAKE = 1


class UdpLink:
    """``introduce`` may raise ``device.link_lost``: then the link is to be opened afresh."""

    def __init__(self, port: str, wire: socket.socket, peer_host: str, introduce: Callable[[], bytes]) -> None:
        self._port = port
        self._wire = wire
        self._peer_host = peer_host
        self._introduce = introduce
        self._wire.setblocking(False)
        self._alarm = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(wire, select.POLLIN)
        self._poll.register(self._alarm, select.POLLIN)
        self._outward = ParcelDecoder()
        self._inward = bytearray()  # what the core has not taken yet
        self._closed = False

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """A piece of parcels."""
        if self._closed:
            raise self._lost("closed")
        if not self._inward:
            self._listen(timeout_s)
        taken = bytes(self._inward[:size_max])
        del self._inward[:size_max]
        return taken

    def write(self, data: bytes) -> None:
        if self._closed:
            raise self._lost("closed")
        for parcel in self._outward.feed(data):
            if isinstance(parcel, Introduction):
                self._inward += encode(Introduction(self._introduce()))
            else:
                self._send(parcel)

    def cancel(self) -> None:
        if not self._closed:
            with contextlib.suppress(OSError):
                os.eventfd_write(self._alarm, _WAKE)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._wire.close()
            os.close(self._alarm)

    def _listen(self, timeout_s: float) -> None:
        heard = dict(self._poll.poll(max(timeout_s, 0.0) * 1000))
        if self._alarm in heard:
            os.eventfd_read(self._alarm)
        if self._wire.fileno() not in heard:
            return
        try:
            data, (host, port) = self._wire.recvfrom(DATAGRAM_MAX + 1)
        except BlockingIOError:
            return  # its checksum was wrong
        except OSError as error:
            raise self._lost(str(error)) from error
        if host == self._peer_host and len(data) <= DATAGRAM_MAX:
            self._inward += encode(Datagram(Address(host, port), data))

    def _send(self, datagram: Datagram) -> None:
        try:
            self._wire.sendto(datagram.data, (datagram.peer.host, datagram.peer.port))
        except BlockingIOError:
            pass  # no room: lost, as any datagram may be
        except (OSError, OverflowError) as error:  # no way to the network; OverflowError: a port that is none
            raise self._lost(str(error)) from error

    def _lost(self, detail: str) -> EnishiError:
        return EnishiError("device.link_lost", port=self._port, detail=detail[:120])

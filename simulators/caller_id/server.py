"""The simulated gateway on a real UDP socket in real time: what a bench or an end-to-end test calls through."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from shared.visit.events import Withheld
from simulators.caller_id.gateway import Call, SipGatewaySimulator
from terminal.protocol.datagrams import Datagram
from terminal.protocol.sip import Address

IDLE_S = 0.25  # real seconds between turns when nothing is due
DATAGRAM_MAX = 65_535
Found = TypeVar("Found")


class GatewayServer:
    """A context manager. ``port`` is chosen by the system unless given; any thread may call any method."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, seed: int = 0) -> None:
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((host, port))
        self._wire.setblocking(False)
        self.gateway = SipGatewaySimulator(Address(*self._wire.getsockname()), seed=seed)
        self._lock = threading.Lock()
        self._bell_in, self._bell = socket.socketpair()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sip-gateway", daemon=True)

    def __enter__(self) -> GatewayServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._bell.send(b"x")
        self._thread.join()
        for wire in (self._wire, self._bell, self._bell_in):
            wire.close()

    @property
    def port(self) -> int:
        return self.gateway.address.port

    def look(self, eye: Callable[[SipGatewaySimulator, float], Found]) -> Found:
        """What ``eye`` sees, or does to, the gateway at this moment."""
        with self._lock:
            return eye(self.gateway, time.monotonic())

    def call(self, number: str, withheld: Withheld | None = None) -> Call:
        """Ring the telephone."""
        with self._lock:
            call, out = self.gateway.call(number, time.monotonic(), withheld)
        self._send(out)
        return call

    def hang_up(self, call: Call) -> None:
        """The caller gives up."""
        with self._lock:
            out = self.gateway.hang_up(call, time.monotonic())
        self._send(out)

    def _run(self) -> None:
        while not self._stopping:
            wake_at = self.gateway.wake_at
            wait_s = IDLE_S if wake_at is None else min(max(wake_at - time.monotonic(), 0.0), IDLE_S)
            ready, _, _ = select.select([self._wire, self._bell_in], [], [], wait_s)
            if self._wire in ready:
                self._listen()
            with self._lock:
                out = self.gateway.tick(time.monotonic())
            self._send(out)

    def _listen(self) -> None:
        try:
            data, (host, port) = self._wire.recvfrom(DATAGRAM_MAX)
        except OSError:
            return  # the telephone's port was closed
        with self._lock:
            out = self.gateway.feed(data, Address(host, port), time.monotonic())
        self._send(out)

    def _send(self, out: list[Datagram]) -> None:
        for datagram in out:
            self._wire.sendto(datagram.data, (datagram.peer.host, datagram.peer.port))

"""A SIP core and a simulated gateway on one network and one virtual clock; the network loses, doubles and delays
datagrams, but not for ever."""

from __future__ import annotations

import heapq
from itertools import count
from random import Random

from shared.visit.events import Event
from simulators.caller_id import SipGatewaySimulator
from terminal.drivers.core import DriverCore, Step
from terminal.protocol.datagrams import Datagram, Introduction, ParcelDecoder, encode
from terminal.protocol.sip import Address
from terminal.protocol.sip_account import SipLine, encode_line

GATEWAY = Address("192.168.1.1", 5060)
PHONE = Address("192.168.1.9", 5062)
LATENCY_S = 0.002
LATE_S = 0.8  # a delayed datagram comes after its first copy
STEPS_MAX = 50_000


class SipNetwork:
    """``events`` keeps what the core reported. ``password``: what stands in the settings at this moment."""

    def __init__(self, core: DriverCore, seed: int = 0, faults: int = 0) -> None:
        self.core = core
        self.gateway = SipGatewaySimulator(GATEWAY, seed=seed)
        self.now = 0.0
        self.events: list[Event] = []
        self.password = "s3cret"
        self.faults_left = faults
        self._random = Random(seed)
        self._on_the_way: list[tuple[float, int, Datagram, bool]] = []  # … and whether it is for the gateway
        self._order = count()
        self._introductions = count(1)
        self._parcels = ParcelDecoder()
        self._core_wake_at: float | None = None

    def open_link(self) -> None:
        self._take(self.core.opened(self.now))

    def close_link(self) -> None:
        self._on_the_way.clear()
        self._take(self.core.closed(self.now))

    def send(self, datagrams: list[Datagram]) -> None:
        """From the gateway."""
        for datagram in datagrams:
            self._put(Datagram(GATEWAY, datagram.data), for_gateway=False)

    def inject(self, data: bytes) -> None:
        """Something that the gateway never said, at once."""
        self._take(self.core.feed(encode(Datagram(GATEWAY, data)), self.now))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        for _ in range(STEPS_MAX):
            times = [self._core_wake_at, self.gateway.wake_at]
            times += [self._on_the_way[0][0]] if self._on_the_way else []
            at = min((time for time in times if time is not None), default=None)
            if at is None or at > end:
                self.now = end
                return
            self.now = max(self.now, at)
            self._move()
        raise AssertionError("no rest")

    def _move(self) -> None:
        while self._on_the_way and self._on_the_way[0][0] <= self.now:
            _, _, datagram, for_gateway = heapq.heappop(self._on_the_way)
            if for_gateway:
                self.send(self.gateway.feed(datagram.data, PHONE, self.now))
            else:
                self._take(self.core.feed(encode(datagram), self.now))
        if self.gateway.wake_at is not None and self.gateway.wake_at <= self.now:
            self.send(self.gateway.tick(self.now))
        if self._core_wake_at is not None and self._core_wake_at <= self.now:
            self._take(self.core.tick(self.now))

    def _take(self, step: Step) -> None:
        self.events += step.events
        self._core_wake_at = step.wake_at
        for parcel in self._parcels.feed(step.out):
            if isinstance(parcel, Introduction):
                self._take(self.core.feed(encode(Introduction(encode_line(self._line()))), self.now))
            else:
                assert parcel.peer == GATEWAY
                self._put(parcel, for_gateway=True)

    def _put(self, datagram: Datagram, for_gateway: bool) -> None:
        delays = [LATENCY_S]
        if self.faults_left and self._random.random() < 0.5:
            self.faults_left -= 1
            delays = self._random.choice([[], [LATENCY_S, LATENCY_S], [LATE_S], [LATENCY_S, LATE_S]])
        for delay in delays:
            heapq.heappush(self._on_the_way, (self.now + delay, next(self._order), datagram, for_gateway))

    def _line(self) -> SipLine:
        seed = next(self._introductions).to_bytes(16, "big")
        return SipLine(
            user="3",
            auth_user="0003",
            password=self.password,
            domain=GATEWAY.host,
            expires_s=3600,
            registrar=GATEWAY,
            local=PHONE,
            seed=seed,
        )
